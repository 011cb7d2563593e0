"""A router's status for the contact centre: one answer with all that an operator needs.

It arranges what is stored and puts it into a sentence. The judgement itself is the diagnosis'.
"""

from collections.abc import Sequence

from acs.api.documents import DataAge, SegmentDocument, StatusDocument
from acs.api.render import command_document, router_document, verdict_document
from acs.api.times import moment
from acs.api.words import ADVICE, URGENCIES, reboot_news, span, sure
from acs.commands import Command
from acs.storage.rows import RouterRow
from diagnostics.context import SegmentState
from diagnostics.verdict import Verdict

SILENT = 7200.0  # twice the longest usual inform interval
NEWS = 86_400.0  # how long a reboot is worth a word
REFUSAL_NEWS = 3600.0  # how long a refusal is


def status_document(
    row: RouterRow,
    verdict: Verdict | None,
    commands: Sequence[Command],
    segment: SegmentState | None,
    now: float,
) -> StatusDocument:
    """The status of one router. ``commands`` are its last ones, newest first."""
    data = data_age(row, now)
    return StatusDocument(
        router_id=row.router_id,
        sentence=sentence(verdict, commands, data, now),
        verdict=None if verdict is None else verdict_document(verdict),
        router=router_document(row),
        segment=segment_document(row.segment, segment),
        commands=tuple(map(command_document, commands)),
        data=data,
        answered_at=moment(now),
    )


def data_age(row: RouterRow, now: float) -> DataAge:
    """How old the stored facts are."""
    informed, collected = row.last_inform_at, row.collected_at
    return DataAge(
        last_inform_at=moment(informed),
        collected_at=moment(collected),
        inform_age_seconds=None if informed is None else round(max(0.0, now - informed), 3),
        collected_age_seconds=None if collected is None else round(max(0.0, now - collected), 3),
        stale=informed is None or now - informed > SILENT,
    )


def segment_document(name: str | None, state: SegmentState | None) -> SegmentDocument | None:
    """The neighbours' counts; None when there are none."""
    if name is None or state is None:
        return None
    return SegmentDocument(
        segment=name,
        routers=state.routers,
        offline=state.offline,
        in_error=state.in_error,
        boots_10min=state.boots_10min,
        counted_at=moment(state.at),
    )


def sentence(
    verdict: Verdict | None, commands: Sequence[Command], data: DataAge, now: float
) -> str:
    """What to do and why, to be said aloud; the newest reboot and old data come first."""
    parts = [_silence(data), _reboot(commands, now)]
    if verdict is None:
        read = data.collected_at is not None
        why = "" if read else ": the router's vitals have not been read"
        parts.append(f"There is no verdict yet{why}")
    else:
        parts.append(f"{ADVICE[verdict.action]} ({sure(verdict.confidence)})")
        if verdict.evidence:
            parts.append(verdict.evidence[0].says)
    return " ".join(f"{part.rstrip('. ')}." for part in parts if part)


def _silence(data: DataAge) -> str:
    if data.inform_age_seconds is None:
        return "The router has never been heard"
    if not data.stale:
        return ""
    return (
        f"The router has been silent for {span(data.inform_age_seconds)}: it may be off or cut off"
    )


def _reboot(commands: Sequence[Command], now: float) -> str:
    reboots = [command for command in commands if command.kind == "reboot"]
    if reboots and reboots[0].state == "refused" and now - reboots[0].at < REFUSAL_NEWS:
        reasons = " ".join(no.reason for no in reboots[0].refusals)
        return f"A reboot was refused {span(now - reboots[0].at)} ago: {reasons}"
    newest = next((c for c in reboots if c.state != "refused" and now - c.at < NEWS), None)
    return "" if newest is None else reboot_news(newest, now)


def need(status: StatusDocument) -> tuple[int, bool, float]:
    """What to sort by so that the router that needs most comes first (largest)."""
    verdict = status.verdict
    if verdict is None:
        return (0, status.data.stale, 0.0)
    return (URGENCIES.index(verdict.urgency), status.data.stale, verdict.confidence)
