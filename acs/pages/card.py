"""What a router's card shows, gathered from storage. Nothing is judged here, and nothing worded."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from acs.api.documents import StatusDocument
from acs.api.languages import Language, words_for
from acs.api.routes.routers import router_status
from acs.api.services import Services
from acs.bridge import to_asyncio
from acs.commands import OPEN_STATES, Command, OpenIncident
from acs.pages.plots import Plot, plot
from acs.pages.series import boots, choose
from acs.storage.rows import ContactRow, RouterRow
from acs.storage.timeline import Moment

DAYS = 14
_SPAN = DAYS * 86_400.0
_MOST_SAMPLES = 4000
_MOST_EVENTS = 400
_MOMENTS = 30
_CONTACTS_SPAN = 30 * 86_400.0
_NEWS = 86_400.0  # how long a reboot that is over is shown with its steps
_BOOT_EVENT = "boot"


@dataclass(frozen=True)
class Step:
    """A stage of a reboot: its name, when it was reached (Unix seconds), ``done|now|open``."""

    name: str
    at: float | None
    state: str


@dataclass(frozen=True)
class Card:
    """All that the template shows.

    Attributes:
        began, ended: what the plots span, Unix seconds.
        moments: what happened, the newest first.
        order: the reboot whose steps are shown; None: there was none lately.
        refusal: the newest reboot, if guards refused it within the day.
        guards: what guards say in this language, by name; else their own sentence is shown.
    """

    row: RouterRow
    status: StatusDocument
    plots: tuple[Plot, ...]
    boots: tuple[float, ...]
    began: float
    ended: float
    incident: OpenIncident | None
    contacts: tuple[ContactRow, ...]
    moments: tuple[Moment, ...]
    commands: tuple[Command, ...]
    order: Command | None
    steps: tuple[Step, ...]
    refusal: Command | None
    guards: Mapping[str, str]


async def card_of(services: Services, row: RouterRow, language: Language) -> Card:
    """The card of one router, from what is stored, in a language."""
    store, now = services.store, services.clock()
    began, spoken = now - _SPAN, words_for(language)
    status, samples, events, incident, contacts, page = await asyncio.gather(
        router_status(services, row, spoken),
        to_asyncio(store.samples(row.router_id, began, now, _MOST_SAMPLES)),
        to_asyncio(store.events(row.router_id, began, _MOST_EVENTS)),
        to_asyncio(store.incident_of(row.router_id, now)),
        to_asyncio(store.contacts(row.router_id, now - _CONTACTS_SPAN)),
        to_asyncio(store.commands(row.router_id, (), 10, None)),
    )
    moments = await to_asyncio(store.timeline(row.router_id, now + 1, _MOMENTS))
    told = [event.at for event in events if event.kind == _BOOT_EVENT]
    if row.boot_at is not None:
        told.append(row.boot_at)
    booted = tuple(at for at in boots(samples, told) if at >= began)
    wanted = () if status.verdict is None else [each.metric for each in status.verdict.evidence]
    commands = tuple(page.items)
    reboots = [command for command in commands if command.kind == "reboot"]
    newest = reboots[0] if reboots and now - reboots[0].at < _NEWS else None
    order = next((c for c in reboots if c.state != "refused" and now - c.at < _NEWS), None)
    return Card(
        row=row,
        status=status,
        plots=tuple(plot(each, began, now, booted) for each in choose(wanted, samples)),
        boots=booted,
        began=began,
        ended=now,
        incident=incident,
        contacts=tuple(contacts),
        moments=tuple(moments[:_MOMENTS]),
        commands=commands,
        order=order,
        steps=() if order is None else steps_of(order),
        refusal=newest if newest is not None and newest.state == "refused" else None,
        guards=spoken.guards,
    )


def steps_of(command: Command) -> tuple[Step, ...]:
    """The way of a reboot, as far as it has come; one that ended early ends there."""
    verified = command.state == "verified"
    reached = [
        ("queued", command.at, True),
        ("sent", command.sent_at, command.sent_at is not None),
        ("accepted", command.answered_at, command.answered_at is not None),
        ("confirmed", command.confirmed_at, command.confirmed_at is not None),
        ("verified", command.ended_at, verified),
    ]
    # One that is further on has passed the stages before, told or not.
    last = max(place for place, (_, _, there) in enumerate(reached) if there)
    is_open = command.state in OPEN_STATES
    if not is_open and not verified:
        ended = Step(command.state, command.ended_at, "ended")
        passed = [Step(n, at if there else None, "done") for n, at, there in reached[: last + 1]]
        return (*passed, ended)
    return tuple(
        Step(
            name,
            at if there else None,
            "now" if is_open and place == last else "done" if place <= last else "open",
        )
        for place, (name, at, there) in enumerate(reached)
    )
