"""Commands as requests see them: asked for once, however often the request is made, and waited for.

What a command may be and who may ask for it is not decided here.
"""

import asyncio
from collections.abc import Container

from acs.api.services import Services
from acs.bridge import to_asyncio
from acs.commands import OPEN_STATES, Command, CommandKind, CommandState
from acs.storage.errors import FactRefusedError

LOOK_AGAIN = 1.0  # seconds between looks at a command whose changes nobody announces


async def ask_once(
    services: Services,
    kind: CommandKind,
    router_id: str,
    asked_by: str,
    reason: str,
    *,
    consent: bool,
    arguments: dict[str, object],
    command_id: str,
) -> Command:
    """The command of this id, proposed now unless there is one; empty ids are made up.

    Raises:
        LookupError: the router is unknown.
        FactRefusedError: storage refuses a command without an id of the caller's.
    """
    known = await to_asyncio(services.store.command(command_id)) if command_id else None
    if known is not None:
        return known
    proposed = services.propose(
        kind,
        router_id,
        asked_by,
        reason,
        consent=consent,
        arguments=arguments,
        command_id=command_id,
    )
    try:
        return await to_asyncio(proposed)
    except FactRefusedError:
        # The same request came twice at once, and the other one was first.
        known = await to_asyncio(services.store.command(command_id)) if command_id else None
        if known is None:
            raise
        return known


async def settled(
    services: Services,
    command_id: str,
    seconds: float,
    until_not_in: Container[CommandState] = OPEN_STATES,
) -> Command | None:
    """The command as it stands when it is final or ``seconds`` have passed; None: it is unknown."""
    clock = asyncio.get_running_loop().time
    ends_at = clock() + seconds
    while True:
        command = await to_asyncio(services.store.command(command_id))
        left = ends_at - clock()
        if command is None or command.state not in until_not_in:
            return command
        if left <= 0 or services.watch.closed:
            return command
        await services.watch.wait(command_id, min(left, LOOK_AGAIN))
