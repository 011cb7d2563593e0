"""Routes of commands: asking for one, watching it, listing them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.params import PathParameter, QueryParameter

from acs.api.access import needs
from acs.api.asking import LOOK_AGAIN, ask_once, settled
from acs.api.checks import check_against_router, check_form
from acs.api.command_bodies import (
    CommandBody,
    is_forced,
    kind_of,
    scope_of,
    scope_of_command,
)
from acs.api.command_documents import CommandDocument, CommandPage
from acs.api.paths import decoded
from acs.api.problems import ApiError, not_found, refused
from acs.api.render import command_document
from acs.api.repeats import command_id_of, same
from acs.api.routes.given import (
    Asking,
    Given,
    IdempotencyKey,
    RouterId,
    Shelf,
    Taken,
    strictly,
    the_router,
)
from acs.api.routes.queries import Cursor, Limit
from acs.api.services import Services
from acs.api.streams import BEAT, BEATING, OPENING, event, seen, stream
from acs.api.times import moment
from acs.api.tokens import allows
from acs.bridge import to_asyncio
from acs.commands import OPEN_STATES, CommandKind, CommandState
from acs.facts import CommandWithdrawn
from acs.storage.timeline import Moment, steps

MAX_WAIT = 120.0

# Whether a file suits the router is looked at when its link is made.
_FORCED_FILES: tuple[CommandKind, ...] = ("download", "schedule_download", "software")

CommandId = Annotated[str, PathParameter(description="The command's id.")]
Wait = Annotated[
    float,
    QueryParameter(
        ge=0,
        le=MAX_WAIT,
        description="Seconds to wait for the command's final state before answering.",
    ),
]

Reason = Annotated[str, QueryParameter(max_length=500, description="Why; it is recorded.")]


@post(
    "/v1/routers/{router_id:str}/commands",
    opt=needs("act"),
    status_code=202,
    summary="Ask for a command to a router",
    tags=["commands"],
)
async def ask(  # noqa: PLR0917 - what the framework hands in
    services: Given,
    asking: Asking,
    models: Shelf,
    router_id: RouterId,
    data: Taken[CommandBody],
    idempotency_key: IdempotencyKey = "",
) -> Response[CommandDocument]:
    """Queue a command for the router's next session, unless a guard refuses it.

    With an Idempotency-Key a request may be sent again as often as need be: there is one command,
    and the answer tells how it stands.
    """
    body: CommandBody = strictly(data, CommandBody)
    kind, needed = kind_of(body), scope_of(body)
    if not allows(asking.scopes, needed):
        raise ApiError(403, f"A command of kind {kind} needs a token of scope {needed}.")
    row = await the_router(services, router_id)
    arguments = msgspec.to_builtins(body.arguments)
    check_form(kind, arguments)
    if not is_forced(body):
        await check_against_router(services, models, kind, row, arguments)
    elif kind in _FORCED_FILES:
        arguments["force"] = True
    command_id = command_id_of(asking.name, idempotency_key)
    wanted = (kind, row.router_id, body.reason)
    command = await ask_once(
        services,
        kind,
        row.router_id,
        asking.name,
        body.reason,
        consent=body.consent,
        arguments=arguments,
        command_id=command_id,
    )
    if command_id:
        same(command, *wanted, consent=body.consent, arguments=arguments)
    if command.state == "refused":
        raise refused(command)
    return Response(
        command_document(command),
        status_code=202,
        headers={"Location": f"/v1/commands/{command.command_id}"},
    )


@get(
    "/v1/commands/{command_id:str}",
    opt=needs("read"),
    summary="Show a command",
    tags=["commands"],
)
async def show_command(services: Given, command_id: CommandId, wait: Wait = 0.0) -> CommandDocument:
    """A command as it stands, or as it stands when it is final or ``wait`` has passed."""
    name = decoded(command_id)
    command = await settled(services, name, wait)
    if command is None:
        raise not_found("command", name)
    return command_document(command)


@get(
    "/v1/commands/{command_id:str}/events",
    opt=needs("read"),
    summary="Follow a command",
    tags=["commands"],
    media_type="text/event-stream",
)
async def follow_command(
    services: Given, request: Request[Any, Any, Any], command_id: CommandId
) -> Response[Any]:
    """The command's steps as server-sent events, those that were and those to come.

    Each is ``{"at", "step", "detail"}`` under the step's name: ``queued``, ``refused``, ``sent``,
    ``answered``, ``back`` (the router is there again) and how it ended, with which the stream
    ends. Who comes again with Last-Event-ID is told what came after that.
    """
    name = decoded(command_id)
    if await to_asyncio(services.store.command(name)) is None:
        raise not_found("command", name)
    return stream(_steps(services, name, seen(request.headers.get("last-event-id", ""))))


async def _steps(services: Services, command_id: str, told: int) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop().time
    yield OPENING
    spoke_at = clock()
    while True:
        command = await to_asyncio(services.store.command(command_id))
        if command is None:  # it is no longer kept
            return
        for number, step in enumerate(sorted(steps(command), key=_at), 1):
            if number > told:
                told, spoke_at = number, clock()
                shown = {"at": moment(step.at), "step": step.what, "detail": step.detail}
                yield event(number, step.what, shown)
        if command.state not in OPEN_STATES or services.watch.closed:
            return
        await services.watch.wait(command_id, min(LOOK_AGAIN, BEAT))
        if clock() - spoke_at >= BEAT:
            spoke_at = clock()
            yield BEATING


def _at(step: Moment) -> float:
    return step.at


@delete(
    "/v1/commands/{command_id:str}",
    opt=needs("act"),
    status_code=200,
    summary="Take back a command that waits",
    tags=["commands"],
)
async def withdraw(
    services: Given, asking: Asking, command_id: CommandId, reason: Reason = ""
) -> CommandDocument:
    """Take back a command that no session has fetched yet; 409 when one has.

    Whether it waited is decided where it would be fetched: it is taken back or sent, never both.
    """
    name = decoded(command_id)
    command = await to_asyncio(services.store.command(name))
    if command is None:
        raise not_found("command", name)
    needed = scope_of_command(command)
    if not allows(asking.scopes, needed):
        raise ApiError(403, f"A command of kind {command.kind} needs a token of scope {needed}.")
    fact = CommandWithdrawn(
        router_id=command.router_id,
        at=services.clock(),
        command_id=command.command_id,
        by=asking.name,
        why=reason,
    )
    withdrawn = await to_asyncio(services.withdraw(fact))
    if withdrawn is None:
        now = await to_asyncio(services.store.command(name)) or command
        raise ApiError(409, f"Command {name} does not wait any more: it is {now.state}.")
    return command_document(withdrawn)


@get("/v1/commands", opt=needs("read"), summary="List commands", tags=["commands"])
async def list_commands(
    services: Given,
    router_id: Annotated[
        str, QueryParameter(max_length=1600, description="Only those of this router.")
    ] = "",
    states: Annotated[
        tuple[CommandState, ...],
        QueryParameter(name="state", description="Only those in these states; repeatable."),
    ] = (),
    limit: Limit = 100,
    cursor: Cursor = "",
) -> CommandPage:
    """Commands, newest first, a page at a time."""
    page = await to_asyncio(
        services.store.commands(router_id or None, states, limit, cursor or None)
    )
    return CommandPage(items=tuple(map(command_document, page.items)), next=page.cursor)


HANDLERS = (ask, show_command, follow_command, withdraw, list_commands)
