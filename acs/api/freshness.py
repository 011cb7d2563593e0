"""Fresh readings before a status is told: the router is asked, and waited for a while.

Asking changes nothing in a router, so who may read may ask; how often a router is asked is bounded
here, whoever asks.
"""

import asyncio
from typing import NamedTuple

from acs.api.asking import ask_once, settled
from acs.api.documents import FreshDocument, FreshOutcome
from acs.api.repeats import command_id_of
from acs.api.services import Services
from acs.bridge import to_asyncio
from acs.commands import Command
from acs.storage.rows import RouterRow
from diagnostics.verdict import Verdict

LONGEST = 30.0  # seconds that a caller may wait
JUST_NOW = 10.0  # seconds: newer readings are fresh, and no router is asked more often
_REASON = "a status was asked for with fresh readings"
_OPEN_LOOKS = 20  # commands of the router that are looked through for a refresh that waits


class Freshened(NamedTuple):
    """A router after it was asked.

    Attributes:
        row: as it is now known.
        document: what came of asking.
        verdict: on the fresh readings; None where there are none, then the stored one holds.
    """

    row: RouterRow
    document: FreshDocument
    verdict: Verdict | None = None


async def freshened(services: Services, row: RouterRow, seconds: float, asked_by: str) -> Freshened:
    """Ask a router for its vitals and wait for them.

    Those who ask for the same router at once share one refresh, on all nodes, because its id is
    made of the router and the time.

    Args:
        services: what the API stands on.
        row: the router as it is known.
        seconds: how long to wait at most.
        asked_by: who asks.
    """
    clock = asyncio.get_running_loop().time
    began, asked_at = clock(), services.clock()
    if row.collected_at is not None and asked_at - row.collected_at < JUST_NOW:
        return Freshened(row, FreshDocument("recent", 0.0))
    command = await _refresh(services, row.router_id, asked_at, asked_by)
    if command.state != "refused":
        command = await settled(services, command.command_id, seconds) or command
    now_known = await to_asyncio(services.store.router(row.router_id))
    row = row if now_known is None else now_known
    outcome = _outcome(command, row, asked_at)
    # The verdict that is stored as samples come may be a moment behind them.
    verdict: Verdict | None = None
    if outcome == "fresh":
        verdict = await to_asyncio(services.diagnose(row.router_id))
    waited = round(clock() - began, 3)
    document = FreshDocument(outcome, waited, command.command_id, _why(outcome, command))
    return Freshened(row, document, verdict)


async def _refresh(services: Services, router_id: str, now: float, asked_by: str) -> Command:
    """The refresh that waits already, or one for these ten seconds."""
    page = await to_asyncio(
        services.store.commands(router_id, ("queued", "sent", "accepted"), _OPEN_LOOKS, None)
    )
    for command in page.items:
        if command.kind == "refresh":
            return command
    key = f"{router_id} {int(now // JUST_NOW)}"
    return await ask_once(
        services,
        "refresh",
        router_id,
        asked_by,
        _REASON,
        consent=False,
        arguments={},
        command_id=command_id_of("fresh", key),
    )


def _outcome(command: Command, row: RouterRow, asked_at: float) -> FreshOutcome:
    if row.collected_at is not None and row.collected_at >= asked_at - JUST_NOW:
        return "fresh"
    if command.state == "refused":
        return "refused"
    return "failed" if command.state == "failed" else "waiting"


def _why(outcome: FreshOutcome, command: Command) -> str | None:
    if outcome == "refused":
        return " ".join(each.reason for each in command.refusals)
    if outcome == "failed":
        return f"The router refused: {command.result.get('error') or command.result}"
    if outcome == "waiting":
        if command.state == "queued":
            return "The router has not come for it yet: it may be off or cut off."
        return "The router came for it, and has not answered yet."
    return None
