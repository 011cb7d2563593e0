"""How a command goes on: a fragment of a card, asked for again and again by its script."""

import asyncio

from litestar import Response, get

from acs.api.problems import not_found
from acs.api.routes.given import Given
from acs.api.services import Services
from acs.bridge import to_asyncio
from acs.commands import OPEN_STATES, Command
from acs.pages.card import steps_of
from acs.pages.door import ForSomebody
from acs.pages.rendering import page
from acs.pages.routes.given import AnyRequest, InPath, Shown

WAIT = 20.0  # seconds at most that an answer waits for a change
_LOOK_AGAIN = 1.0  # another node's changes are announced to nobody here


@get("/orders/{command_id:str}", opt=ForSomebody)
async def show_order(
    request: AnyRequest, services: Given, desk: Shown, command_id: InPath
) -> Response[bytes]:
    """The command's steps; while its state is still ``after``, the answer waits for another."""
    command = await _changed(services, command_id, request.query_params.get("after", ""))
    row = await to_asyncio(services.store.router(command.router_id))
    given = {
        "command": command,
        "steps": steps_of(command),
        "offset": 0 if row is None else row.utc_offset,
    }
    return page(request, desk, "order.html", given)


async def _changed(services: Services, command_id: str, after: str) -> Command:
    clock = asyncio.get_running_loop().time
    ends_at = clock() + WAIT
    while True:
        command = await to_asyncio(services.store.command(command_id))
        if command is None:
            raise not_found("command", command_id)
        left = ends_at - clock()
        settled = command.state != after or command.state not in OPEN_STATES
        if settled or left <= 0 or services.watch.closed:
            return command
        await services.watch.wait(command_id, min(left, _LOOK_AGAIN))


HANDLERS = (show_order,)
