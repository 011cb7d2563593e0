"""Routes of self-service: a token of one subscriber, his routers, and no one else's."""

import asyncio
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import QueryParameter

from acs.api.access import Caller, needs
from acs.api.asking import ask_once, settled
from acs.api.bodies import SelfRebootBody
from acs.api.freshness import LONGEST
from acs.api.languages import Words, words_for
from acs.api.paths import decoded
from acs.api.problems import ApiError, invalid, not_found
from acs.api.repeats import command_id_of, same
from acs.api.routes.commands import CommandId
from acs.api.routes.given import Asking, Given, IdempotencyKey, Taken, strictly
from acs.api.routes.queries import Fresh
from acs.api.routes.routers import router_status
from acs.api.self_documents import SelfDocument, SelfReboot
from acs.api.self_service import DAY, self_document, self_reboot
from acs.api.services import Services
from acs.bridge import to_asyncio
from acs.commands import Command, CommandState
from acs.storage.rows import RouterRow

_COMMANDS = 20
_AWAY: tuple[CommandState, ...] = ("queued", "sent", "accepted")
_REASON = "the subscriber asked for it"

Wait = Annotated[
    float,
    QueryParameter(ge=0, le=LONGEST, description="Seconds to wait for the restart to be over."),
]


@get("/v1/self", opt=needs("self-service"), summary="How my routers are", tags=["self-service"])
async def show_self(
    services: Given, request: Request[Any, Any, Any], asking: Asking, fresh: Fresh = 0.0
) -> SelfDocument:
    """Whether there is an outage, whether the routers are on line, whether a restart would help.

    Sentences are in English or Russian, by Accept-Language.
    """
    words = _words(request)
    store, now = services.store, services.clock()
    rows = await _rows(services, asking)
    ids = [row.router_id for row in rows]
    shown = await asyncio.gather(
        *(router_status(services, row, words, fresh=fresh, asked_by=asking.name) for row in rows)
    )
    reboots = await asyncio.gather(*(_newest_reboot(services, router_id, now) for router_id in ids))
    incidents = await asyncio.gather(
        *(to_asyncio(store.incident_of(router_id, now)) for router_id in ids)
    )
    return self_document(list(zip(rows, shown, strict=True)), reboots, incidents, words, now)


@post(
    "/v1/self/reboots",
    opt=needs("self-service"),
    status_code=202,
    summary="Restart my router",
    tags=["self-service"],
)
async def reboot_self(
    services: Given,
    request: Request[Any, Any, Any],
    asking: Asking,
    data: Taken[SelfRebootBody],
    idempotency_key: IdempotencyKey = "",
) -> Response[SelfReboot]:
    """Have a router restarted, with the same guards as any other reboot; 409 when one refuses."""
    body: SelfRebootBody = strictly(data, SelfRebootBody)
    rows = await _rows(services, asking)
    if body.router > len(rows):
        raise invalid("body", "router", f"there are {len(rows)}")
    router_id = rows[body.router - 1].router_id
    command_id = command_id_of(asking.name, idempotency_key)
    command = await ask_once(
        services,
        "reboot",
        router_id,
        asking.name,
        _REASON,
        consent=True,
        arguments={},
        command_id=command_id,
    )
    if command_id:
        same(command, "reboot", router_id, _REASON, consent=True, arguments={})
    words = _words(request)
    if command.state == "refused":
        raise ApiError(409, words.says["self_refused"])
    where = f"/v1/self/reboots/{command.command_id}"
    return Response(self_reboot(command, words), status_code=202, headers={"Location": where})


@get(
    "/v1/self/reboots/{command_id:str}",
    opt=needs("self-service"),
    summary="How the restart of my router goes",
    tags=["self-service"],
)
async def follow_self(
    services: Given,
    request: Request[Any, Any, Any],
    asking: Asking,
    command_id: CommandId,
    wait: Wait = 0.0,
) -> SelfReboot:
    """A restart as it stands; what is not the subscriber's own is unknown."""
    name = decoded(command_id)
    own = {row.router_id for row in await _rows(services, asking)}
    command = await to_asyncio(services.store.command(name))
    if command is None or command.kind != "reboot" or command.router_id not in own:
        raise not_found("restart", name)
    if wait:
        command = await settled(services, name, wait, _AWAY) or command
    return self_reboot(command, _words(request))


async def _rows(services: Services, asking: Caller) -> list[RouterRow]:
    """The subscriber's routers in the order of their ids."""
    assert asking.account is not None  # the scope is given to bound tokens alone
    subscriber = await to_asyncio(services.store.subscriber(asking.account))
    ids = () if subscriber is None else sorted(subscriber.router_ids)
    found = await asyncio.gather(*(to_asyncio(services.store.router(each)) for each in ids))
    return [row for row in found if row is not None]


async def _newest_reboot(services: Services, router_id: str, now: float) -> Command | None:
    page = await to_asyncio(services.store.commands(router_id, (), _COMMANDS, None))
    return next(
        (
            each
            for each in page.items
            if each.kind == "reboot" and each.state != "refused" and now - each.at < DAY
        ),
        None,
    )


def _words(request: Request[Any, Any, Any]) -> Words:
    return words_for(request.headers.get("accept-language", ""))


HANDLERS = (show_self, reboot_self, follow_self)
