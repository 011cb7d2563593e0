"""``acs top``: the fleet on one screen, kept up to date. How it is drawn is ``top_view``'s."""

import io
import re
from typing import Any

import click
import msgspec

from acs.cli import live
from acs.cli.answers import Command, Router
from acs.cli.errors import CliError
from acs.cli.incidents import Incident
from acs.cli.output import console, print_json
from acs.cli.reboots import Reboots
from acs.cli.session import Session, json_option, with_api
from acs.cli.types import Seconds
from acs.cli.words import ACTIONS
from acs.duration import Duration

_BUDGET = 600.0  # seconds; the fleet's budget of reboots counts as many back
_COMMANDS = 200  # newest commands looked through
_EACH = 20  # routers asked for of each verdict
_GAUGE = re.compile(r'^acs_routers\{verdict="(\w+)"\} (\d+)', re.MULTILINE)
OPEN = ("queued", "sent", "accepted", "confirmed")


class Ill(msgspec.Struct, frozen=True):
    """A router with a verdict other than "none"; ``is_new``: it came while we looked."""

    router: Router
    is_new: bool = False


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    """What the screen shows.

    Attributes:
        counts: routers by verdict; None: it is not told.
        ill: the newest first, then by what they need and how sure that is.
        incidents: open ones, newest first.
        running: reboots and gentler actions under way, newest first.
        ended: the newest that ended or were refused.
        sent_10min: reboots sent in the last ten minutes, of the commands looked through.
        reboots: switch and policy.
    """

    counts: dict[str, int] | None
    ill: tuple[Ill, ...]
    incidents: tuple[Incident, ...]
    running: tuple[Command, ...]
    ended: tuple[Command, ...]
    sent_10min: int
    reboots: Reboots


@click.command()
@click.option(
    "--interval",
    type=Seconds(at_least=1),
    default="5s",
    show_default=True,
    help="Time between two looks.",
)
@click.option("--once", is_flag=True, help="Print it once and end; so it is without a terminal.")
@json_option
@with_api
def top(session: Session, *, interval: Duration, once: bool, as_json: bool) -> None:
    """Watch the fleet: routers by verdict, who is ill, incidents, reboots; until Ctrl-C.

    Routers whose verdict came while one looks stand first, marked with *.

    Examples:
      acs top
      acs top --once
      acs top --json | jq .counts.reboot
    """
    gatherer = Gatherer(session)
    if as_json:
        print_json(gatherer.gather())
        return
    from acs.cli.top_view import draw  # noqa: PLC0415 - imports rich

    out = console()
    if once or not out.is_terminal:
        out.print(
            draw(gatherer.gather(), session.now(), out.width, None), soft_wrap=not out.is_terminal
        )
        return
    try:
        live.show(
            out,
            live.answers(session, gatherer.gather, interval),
            lambda fleet, now: draw(fleet, now, out.width, out.height - 1),
        )
    except KeyboardInterrupt:
        return  # the way to end it


class Gatherer:
    """Asks for all that the screen shows, and remembers whose verdicts it has seen."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, str | None] | None = None
        self._new: set[str] = set()

    def gather(self) -> Fleet:
        """The fleet as it is now.

        Raises:
            CliError: the daemon does not answer with it.
        """
        client, now = self._session.client, self._session.now()
        commands = msgspec.convert(
            list(client.pages("/v1/commands", _COMMANDS)), tuple[Command, ...]
        )
        acts = [each for each in commands if each.kind in _ACTS]
        return Fleet(
            counts=self._counts(),
            ill=self._ill(),
            incidents=msgspec.convert(
                client.get("/v1/incidents", limit=_EACH)["items"], tuple[Incident, ...]
            ),
            running=tuple(each for each in acts if each.state in OPEN),
            ended=tuple(each for each in acts if each.state not in OPEN)[:_EACH],
            sent_10min=sum(
                each.kind == "reboot"
                and each.sent_at is not None
                and each.sent_at.timestamp() > now - _BUDGET
                for each in acts
            ),
            reboots=msgspec.convert(client.get("/v1/reboots"), Reboots),
        )

    def _counts(self) -> dict[str, int] | None:
        body = io.BytesIO()
        try:
            self._session.client.fetch("/metrics", body.write)
        except CliError as error:
            if type(error) is CliError:  # refused: another scope
                return None
            raise
        found = _GAUGE.findall(body.getvalue().decode())
        return {name: int(count) for name, count in found} or None

    def _ill(self) -> tuple[Ill, ...]:
        found: list[Router] = []
        for name in ACTIONS:
            if name != "none":
                page: Any = self._session.client.get("/v1/routers", verdict=name, limit=_EACH)
                found += msgspec.convert(page["items"], tuple[Router, ...])
        seen = {each.router_id: each.action for each in found}
        if self._known is not None:
            changed = {one for one, what in seen.items() if self._known.get(one) != what}
            self._new = (self._new & set(seen)) | changed
        self._known = seen
        order = list(ACTIONS)
        found.sort(
            key=lambda each: (
                each.router_id not in self._new,
                order.index(each.action or "none"),
                -(each.confidence or 0.0),
                each.router_id,
            )
        )
        return tuple(Ill(each, each.router_id in self._new) for each in found)


_ACTS = ("reboot", "factory_reset", "gentle")
