"""A subscriber's own view of his routers, made of their status. It looks nothing up."""

from collections.abc import Sequence

from acs.api.documents import StatusDocument
from acs.api.languages import Words
from acs.api.self_documents import Progress, SelfDocument, SelfOutage, SelfReboot, SelfRouter
from acs.api.times import moment
from acs.commands import Command, CommandState, OpenIncident
from acs.storage.rows import RouterRow

DAY = 86_400.0
_PROGRESS: dict[CommandState, Progress] = {
    "queued": "waiting",
    "sent": "restarting",
    "accepted": "restarting",
    "confirmed": "back",
    "verified": "back",
    "done": "back",
}
_SAYS: dict[Progress, str] = {
    "waiting": "self_queued",
    "restarting": "self_running",
    "back": "self_back",
    "failed": "self_failed",
}


def self_document(
    routers: Sequence[tuple[RouterRow, StatusDocument]],
    reboots: Sequence[Command | None],
    incidents: Sequence[OpenIncident | None],
    words: Words,
    now: float,
) -> SelfDocument:
    """What the subscriber is told.

    Args:
        routers: his routers with their status, in the order of their ids.
        reboots: the newest restart of each within a day.
        incidents: the incident of each one's place.
        words: the language.
        now: Unix seconds UTC.
    """
    outage = self_outage(incidents, words, now)
    each = tuple(
        _router(number, *router, command, words)
        for number, (router, command) in enumerate(zip(routers, reboots, strict=True), 1)
    )
    return SelfDocument(
        language=words.language,
        sentence=_first(each, outage, words),
        outage=outage,
        routers=each,
        answered_at=moment(now),
    )


def self_outage(
    incidents: Sequence[OpenIncident | None], words: Words, now: float
) -> SelfOutage | None:
    """The outage to tell of: one that lasts before one that is over."""
    known = [each for each in incidents if each is not None]
    if not known:
        return None
    worst = min(known, key=lambda each: (each.closed_at is not None, -(each.closed_at or 0.0)))
    closed = worst.closed_at
    if closed is None:
        says = words.says["outage"].format(span=words.span(now - worst.opened_at))
    else:
        says = words.says["outage_over"].format(span=words.span(now - closed))
    return SelfOutage(moment(worst.opened_at), moment(closed), says)


def self_reboot(command: Command, words: Words) -> SelfReboot:
    """A restart as the subscriber sees it."""
    progress = _PROGRESS.get(command.state, "failed")
    says = words.says[_SAYS[progress]]
    return SelfReboot(command.command_id, progress, moment(command.at), says)


def _router(
    number: int,
    row: RouterRow,
    status: StatusDocument,
    command: Command | None,
    words: Words,
) -> SelfRouter:
    verdict = status.verdict
    return SelfRouter(
        router=number,
        model=status.router.model or status.router.product_class,
        online=None if row.last_inform_at is None else not status.data.stale,
        last_seen_at=moment(row.last_inform_at),
        connection=_connection(status, words),
        reboot_helps=None if verdict is None else verdict.action == "reboot",
        advice=status.customer,
        reboot=None if command is None else self_reboot(command, words),
    )


def _connection(status: StatusDocument, words: Words) -> str:
    age = status.data.inform_age_seconds
    if age is None:
        return words.says["unheard"]
    if not status.data.stale:
        return words.says["online"]
    return words.says["offline"].format(span=words.span(age))


def _first(routers: Sequence[SelfRouter], outage: SelfOutage | None, words: Words) -> str:
    """An outage explains everything; then a restart under way, a silent router, the advice."""
    if outage is not None and outage.ended_at is None:
        return outage.sentence
    if not routers:
        return words.says["no_own_router"]
    for router in routers:
        if router.reboot is not None and router.reboot.progress in ("waiting", "restarting"):
            return router.reboot.sentence
    silent = next((router for router in routers if not router.online), None)
    if silent is not None:
        return silent.connection
    helped = next((router for router in routers if router.reboot_helps), None)
    return (helped or routers[0]).advice
