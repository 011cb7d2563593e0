"""A router's status for the contact centre: one answer with all that an operator needs.

It arranges what is stored and puts it into a sentence. The judgement itself is the diagnosis'.
"""

from collections.abc import Sequence

from acs.api.documents import (
    DataAge,
    FreshDocument,
    LineDocument,
    PlaceIncident,
    SegmentDocument,
    StatusDocument,
)
from acs.api.languages import ENGLISH, Words
from acs.api.render import (
    command_document,
    contact_document,
    router_document,
    verdict_document,
)
from acs.api.times import moment
from acs.api.words import URGENCIES
from acs.commands import Command, OpenIncident
from acs.storage.rows import ContactRow, RouterRow
from diagnostics.context import SegmentState
from diagnostics.verdict import Verdict

SILENT = 7200.0  # twice the longest usual inform interval
HOUR = 3600.0
WEEK = 7 * 86_400.0
NEWS = 86_400.0  # how long a reboot is worth a word
REFUSAL_NEWS = 3600.0  # how long a refusal is


def status_document(
    row: RouterRow,
    verdict: Verdict | None,
    commands: Sequence[Command],
    segment: SegmentState | None,
    now: float,
    *,
    contacts: Sequence[ContactRow] = (),
    incident: OpenIncident | None = None,
    fresh: FreshDocument | None = None,
    words: Words = ENGLISH,
) -> StatusDocument:
    """The status of one router.

    ``commands`` and ``contacts`` are the last ones about it, newest first.
    """
    data = data_age(row, now)
    return StatusDocument(
        router_id=row.router_id,
        language=words.language,
        sentence=sentence(verdict, commands, data, now, words),
        operator=operator_sentences(verdict, data, words),
        customer=customer_sentence(verdict, words),
        line=line_document(verdict, commands, contacts, now, words),
        verdict=None if verdict is None else verdict_document(verdict, words),
        router=router_document(row),
        segment=segment_document(row.segment, segment),
        incident=None if incident is None else _incident(incident),
        commands=tuple(map(command_document, commands)),
        contacts=tuple(map(contact_document, contacts)),
        data=data,
        fresh=fresh,
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


def _incident(found: OpenIncident) -> PlaceIncident:
    return PlaceIncident(
        incident_id=found.incident_id,
        kind=found.kind,
        place=found.place,
        affected=found.affected,
        routers=found.routers,
        opened_at=moment(found.opened_at),
        closed_at=moment(found.closed_at),
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
    verdict: Verdict | None,
    commands: Sequence[Command],
    data: DataAge,
    now: float,
    words: Words = ENGLISH,
) -> str:
    """What to do and why, to be said aloud; the newest reboot and old data come first."""
    news = (_silence(data, words), _reboot(commands, now, words))
    parts = [f"{part.rstrip('. ')}." for part in news if part]
    return " ".join((*parts, *operator_sentences(verdict, data, words)))


def operator_sentences(verdict: Verdict | None, data: DataAge, words: Words) -> tuple[str, ...]:
    """What to do, and the weightiest reason, where there is one."""
    if verdict is None:
        return (words.says["no_vitals" if data.collected_at is None else "no_verdict"] + ".",)
    sure = verdict.confidence if verdict.suits is None else verdict.suits
    advice = f"{words.advice[verdict.action]} ({words.sure(sure)})."
    if not verdict.evidence:
        return (advice,)
    return (advice, f"{words.said(verdict.evidence[0].says).rstrip('. ')}.")


def customer_sentence(verdict: Verdict | None, words: Words) -> str:
    """What the customer may be told, without figures or names of parts."""
    return words.says["unjudged"] if verdict is None else words.customer[verdict.action]


def line_document(
    verdict: Verdict | None,
    commands: Sequence[Command],
    contacts: Sequence[ContactRow],
    now: float,
    words: Words,
) -> LineDocument:
    """Which line should take it, and why: the second, where it takes more than one call."""
    says = words.says
    cause = verdict.causes[0].cause if verdict is not None and verdict.causes else None
    if any(_is_again(row, cause, now) for row in contacts):
        return LineDocument("second", says["second_again"])
    reboots = [each for each in commands if each.kind == "reboot" and each.outcome is not None]
    in_vain = bool(reboots) and reboots[0].outcome != "helped" and now - reboots[0].at < WEEK
    if verdict is None or verdict.action in ("none", "consult_wifi", "consult_lan", "incident"):
        return LineDocument("first", says["first"])
    if verdict.action == "escalate":
        return LineDocument("second", says["second_escalate"])
    if verdict.action == "reboot":
        in_vain_line = LineDocument("second", says["second_in_vain"])
        return in_vain_line if in_vain else LineDocument("first", says["first"])
    return LineDocument("second", says["second_hands"].format(action=says[verdict.action]))


def _is_again(row: ContactRow, cause: str | None, now: float) -> bool:
    """Whether who calls now about a cause has called about it before, within a week."""
    age = now - row.at
    # What is told within an hour is the contact that goes on now.
    is_same = cause is not None and row.finding == cause and age > HOUR and row.helped is not True
    return age < WEEK and (row.escalated or is_same)


def _silence(data: DataAge, words: Words) -> str:
    if data.inform_age_seconds is None:
        return words.says["never_heard"]
    if not data.stale:
        return ""
    return words.says["silent"].format(span=words.span(data.inform_age_seconds))


def _reboot(commands: Sequence[Command], now: float, words: Words) -> str:
    reboots = [command for command in commands if command.kind == "reboot"]
    if reboots and reboots[0].state == "refused" and now - reboots[0].at < REFUSAL_NEWS:
        ago = words.ago(now - reboots[0].at)
        return words.says["refused"].format(ago=ago, reasons=words.reasons(reboots[0]))
    newest = next((c for c in reboots if c.state != "refused" and now - c.at < NEWS), None)
    return "" if newest is None else words.reboot_news(newest, now)


def need(status: StatusDocument) -> tuple[int, bool, float]:
    """What to sort by so that the router that needs most comes first (largest)."""
    verdict = status.verdict
    if verdict is None:
        return (0, status.data.stale, 0.0)
    return (URGENCIES.index(verdict.urgency), status.data.stale, verdict.confidence)
