"""``acs reboots``: the switch for all reboots, the policy on trial, models that wait for a person.

No guard is here: the daemon alone decides.
"""

from datetime import datetime

import click
import msgspec

from acs.cli.output import print_json, table, when
from acs.cli.session import Session, json_option, with_api
from acs.cli.words import plain

_MODELS = ("MODEL", "MANUFACTURER", "SILENT", "SINCE", "ROUTERS")
_POLICIES = {
    "observe": "the daemon only judges",
    "advise": "the daemon carries out what operators ask for",
    "canary": "the daemon tries its policy on some routers first",
    "open": "the daemon reboots by itself",
    "stopped": "the policy was stopped: acs reboots resume --policy",
}


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What the daemon may do by itself."""

    policy: str
    state: str
    canary: int = 0
    tried: int = 0
    why: str = ""
    begun_at: datetime
    changed_at: datetime


class SilentModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model of which routers did not come back."""

    manufacturer: str
    model: str
    routers: int
    router_ids: tuple[str, ...]
    since: datetime


class Reboots(msgspec.Struct, frozen=True, kw_only=True):
    """Whether routers may be rebooted."""

    stopped: bool
    by: str = ""
    at: datetime | None = None
    reason: str = ""
    policy: Policy | None = None
    models: tuple[SilentModel, ...] = ()


@click.group()
def reboots() -> None:
    """Stop or resume all reboots, automatic and asked for; see where the policy stands.

    Examples:
      acs reboots stop --reason "ticket 4711"
      acs reboots status
      acs reboots resume
    """


@reboots.command()
@click.option("--reason", default="", help="Why; whoever is refused a reboot is told.")
@json_option
@with_api
def stop(session: Session, *, reason: str, as_json: bool) -> None:
    """Stop all reboots: none is queued or sent until they are resumed, by any node.

    Example:
      acs reboots stop --reason "ticket 4711"
    """
    _show(session, session.client.post("/v1/reboots/stop", {"reason": reason}), as_json=as_json)


@reboots.command()
@click.option("--reason", default="", help="Why; it is recorded.")
@click.option("--model", default=None, help="Only this model, whose routers did not come back.")
@click.option("--policy", is_flag=True, help="Only the policy that was stopped, with a new canary.")
@json_option
@with_api
def resume(
    session: Session, *, reason: str, model: str | None, policy: bool, as_json: bool
) -> None:
    """Allow reboots again; or those of a stopped model, or those of the policy.

    Examples:
      acs reboots resume
      acs reboots resume --model "Kestrel K2"
    """
    body = {"reason": reason, "model": model, "policy": policy}
    _show(session, session.client.post("/v1/reboots/resume", body), as_json=as_json)


@reboots.command()
@json_option
@with_api
def status(session: Session, *, as_json: bool) -> None:
    """Show whether reboots are stopped, by whom and why, and where the policy stands.

    Example:
      acs reboots status
    """
    _show(session, session.client.get("/v1/reboots"), as_json=as_json)


def _show(session: Session, found: object, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    state, now = msgspec.convert(found, Reboots), session.now()
    click.echo(stop_line(state, now))
    if state.policy is not None:
        click.echo(_policy_line(state.policy, now))
    if state.models:
        click.echo("Models that wait for a person (acs reboots resume --model MODEL):")
        rows = [
            (m.model, m.manufacturer, m.routers, when(m.since, now), ", ".join(m.router_ids))
            for m in state.models
        ]
        table(_MODELS, rows)


def stop_line(state: Reboots, now: float) -> str:
    """The kill switch in one line."""
    if not state.stopped:
        return "reboots are allowed"
    by = f" by {plain(state.by)}" if state.by else ""
    since = f" {when(state.at, now)}" if state.at else ""
    why = f": {plain(state.reason)}" if state.reason else ""
    return f"reboots are stopped{by}{since}{why}"


def _policy_line(policy: Policy, now: float) -> str:
    line = f"policy {plain(policy.policy)}: {_POLICIES.get(policy.state, policy.state)}"
    if policy.state == "canary":
        line += f" ({policy.tried} of {policy.canary})"
    why = f"; {plain(policy.why)}" if policy.why else ""
    return f"{line}, {when(policy.changed_at, now)}{why}"
