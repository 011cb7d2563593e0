"""The route that finds a subscriber or a router by whatever name a caller can give."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from acs.api.access import needs
from acs.api.find_documents import FindDocument, MatchDocument
from acs.api.problems import ApiError, invalid
from acs.api.routes.given import Given
from acs.bridge import to_asyncio
from acs.storage.finding import MOST

_TRIED = "account, telephone number, login, contract, router id, serial number, MAC or IP address"


@get("/v1/find", opt=needs("read"), summary="Find by any name", tags=["subscribers"])
async def find(
    services: Given,
    q: Annotated[
        str,
        QueryParameter(
            max_length=256,
            description=f"A whole {_TRIED}; telephone numbers and MAC addresses in any writing.",
        ),
    ] = "",
) -> FindDocument:
    """Who is meant by a name that a caller can give. Names are compared whole, not in pieces."""
    text = q.strip()
    if not text:
        raise invalid("query", "q", f"give a whole {_TRIED}")
    found = await to_asyncio(services.store.find(text))
    if not found:
        raise ApiError(404, f"Nobody has {text!r} as {_TRIED}.")
    items = tuple(
        MatchDocument(matched=each.matched, account=each.account, router_ids=each.router_ids)
        for each in found[:MOST]
    )
    return FindDocument(ambiguous=len(found) > 1, items=items, more=len(found) > MOST)


HANDLERS = (find,)
