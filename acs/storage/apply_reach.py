"""Facts about how a router is reached. Its row is read and written only when one of them comes."""

from typing import Any

from sqlalchemy import select

from acs.facts import BindingSeen, ReachLearned, SecretRefused, WayWorked
from acs.storage.schema import reaches
from acs.storage.state import ALL, RouterState
from acs.storage.work import Work

_LONGEST = 3_071  # characters of a JID (RFC 7622, 3.1)
_REFUSALS = 3  # so often credentials are set anew that the router then does not take
_OK_AGAIN = 60.0  # seconds: a success soon after another is not written


def apply_learned(work: Work, fact: ReachLearned) -> None:
    """Keep what the router says."""
    work.router(fact.router_id)
    said = {
        "udp_address": _short(fact.udp_address),
        "nat_detected": fact.nat_detected,
        "jabber_id": _short(fact.jabber_id),
    }
    _change(work, fact.router_id, {name: new for name, new in said.items() if new is not None})


def apply_binding(work: Work, fact: BindingSeen) -> None:
    """Keep where the router's binding requests come from."""
    work.router(fact.router_id)
    _change(work, fact.router_id, {"stun_address": fact.address})


def apply_worked(work: Work, fact: WayWorked) -> None:
    """Remember the way that worked."""
    work.router(fact.router_id)
    before = _row(work, fact.router_id)
    last = before.get("last_ok_at")
    changes: dict[str, Any] = {"way": fact.way}
    if fact.way == "http":
        changes |= {"refusals": 0, "refused": False}
    if last is None or not 0 <= fact.at - last < _OK_AGAIN:
        changes["last_ok_at"] = fact.at
    _change(work, fact.router_id, changes)


def apply_secret_refused(work: Work, fact: SecretRefused) -> None:
    """Do not use the credentials until they were set anew, which the next session does.

    A router that refuses them over and over is left as it is: it would be written to for ever.
    """
    state = work.router(fact.router_id)
    refusals = _row(work, fact.router_id).get("refusals", 0) + 1
    if refusals <= _REFUSALS:
        state.connection_secret_set = False
        state.dirty |= ALL
    _change(work, fact.router_id, {"refused": True, "refusals": refusals})
    work.event(state, fact.at, "connection_refused", {"refusals": refusals})


def secret_taken(work: Work, state: RouterState) -> None:
    """The credentials were set anew: they may be used."""
    _change(work, state.router_id, {"refused": False})


def _short(text: str | None) -> str | None:
    return None if text is None else text[:_LONGEST].replace("\0", "")


def _row(work: Work, router_id: str) -> dict[str, Any]:
    query = select(reaches).where(reaches.c.router_id == router_id)
    row = work.connection.execute(query).one_or_none()
    return {} if row is None else dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name


_EMPTY: dict[str, Any] = {
    "way": None,
    "last_ok_at": None,
    "nat_detected": None,
    "udp_address": "",
    "stun_address": "",
    "jabber_id": "",
    "refused": False,
    "refusals": 0,
}


def _change(work: Work, router_id: str, changes: dict[str, Any]) -> None:
    """Write what differs, once the router's own row is there."""

    def write() -> None:
        before = _EMPTY | _row(work, router_id)
        after = before | changes
        if after != before:
            values = {**after, "router_id": router_id}
            statement = work.tools.statements.database.upsert(reaches)
            work.connection.execute(statement, values)

    work.reaches.append(write)
