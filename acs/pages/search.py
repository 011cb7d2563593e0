"""Finding a router by whatever an operator was told. No HTML."""

from acs.api.services import Services
from acs.bridge import to_asyncio
from acs.storage.rows import RouterFilter, RouterRow

MOST = 50


async def found_routers(services: Services, asked: str) -> tuple[list[RouterRow], bool]:
    """Routers that fit, and whether there are more; those of exactly that name come alone.

    ``asked`` is an account, a telephone number, a login, a serial number, a MAC or IP address, an
    id, or a piece of an id, serial number, model, account or address; when it is empty, nothing is
    found.
    """
    if not asked:
        return [], False
    store = services.store
    exact = [each for match in await to_asyncio(store.find(asked)) for each in match.router_ids]
    if exact:
        ids = list(dict.fromkeys(exact))
        rows = [await to_asyncio(store.router(each)) for each in ids[:MOST]]
        return [row for row in rows if row is not None], len(ids) > MOST
    found: list[RouterRow] = []
    cursor: str | None = None
    while True:  # a page may be short: each looks at so many routers
        page = await to_asyncio(store.routers(RouterFilter(q=asked), MOST, cursor))
        found += page.items
        cursor = page.cursor
        if cursor is None or len(found) > MOST:
            return found[:MOST], len(found) > MOST
