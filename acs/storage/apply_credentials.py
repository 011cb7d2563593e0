"""Facts about routers' credentials: given by an operator, seen in use, refused by the router."""

from typing import Any

from sqlalchemy import Row, delete, select

from acs.commands import Command
from acs.digest import ha1
from acs.facts import Admitted, CommandFinished, CredentialsKept, CredentialsProved, Enrolled
from acs.storage.apply_command import apply_finished, finish_rotations
from acs.storage.credentials import password_place
from acs.storage.errors import FactRefusedError
from acs.storage.schema_credentials import rotations
from acs.storage.state import ALL, RouterState
from acs.storage.work import LONGEST_ID, Work

_n = rotations.c


def apply_enrolled(work: Work, fact: Enrolled) -> None:
    """Let a router in under credentials that no other router has; those it was to get are void.

    They are new, so who else had its name is locked out: its identity is not in doubt any more.

    Raises:
        FactRefusedError: the user name cannot be a key, or another router is to get it.
    """
    if not fact.username or len(fact.username) > LONGEST_ID:
        raise FactRefusedError(
            f"a user name of {len(fact.username)} characters; allowed are 1 to {LONGEST_ID}"
        )
    state = _let_in(work, fact.router_id, fact.at)
    if _are_any(work):
        _check_free(work, fact)
        work.connection.execute(delete(rotations).where(_n.router_id == fact.router_id))
    _write(work, state, fact.username, fact.ha1)
    work.event(state, fact.at, "enrolled", {"username": fact.username})


def apply_admitted(work: Work, fact: Admitted) -> None:
    """Let a router in that has no user name: its certificate says who it is."""
    state = _let_in(work, fact.router_id, fact.at)
    work.event(state, fact.at, "enrolled", {"certificate": True})


def apply_proved(work: Work, fact: CredentialsProved) -> Command | None:
    """The router logged in with its new credentials: the old ones are void, the command is done."""
    state = work.router(fact.router_id)
    row = work.connection.execute(
        select(rotations).where(_n.router_id == fact.router_id, _n.username == fact.username)
    ).one_or_none()
    if row is None or _hash_of(work, row.username, row) != fact.ha1:
        return None  # told again, or an operator has set others meanwhile
    work.connection.execute(delete(rotations).where(_n.router_id == fact.router_id))
    state.dirty |= ALL
    _write(work, state, fact.username, fact.ha1)
    work.event(state, fact.at, "credentials_rotated", {"username": fact.username})
    told: dict[str, object] = {"username": fact.username}
    done = CommandFinished(
        router_id=fact.router_id,
        at=fact.at,
        command_id=row.command_id,
        kinds=("rotate_credentials",),
        result=told,
    )
    command = apply_finished(work, done)
    finish_rotations(work, fact.router_id, fact.at, told)
    return command


def apply_kept(work: Work, fact: CredentialsKept) -> None:
    """The router refused its new credentials: they are void, unless it may have them already."""
    work.router(fact.router_id)
    work.connection.execute(
        delete(rotations).where(
            _n.router_id == fact.router_id,
            _n.command_id == fact.command_id,
            _n.sends == 1,
        )
    )


def _let_in(work: Work, router_id: str, at: float) -> RouterState:
    state = work.router_or_new(router_id, at, "enrolled")
    state.enrolment, state.flapping = "enrolled", False
    state.dirty |= ALL
    return state


def _write(work: Work, state: RouterState, username: str, hashed: str) -> None:
    sealed = work.tools.box.seal(hashed.encode(), f"{state.router_id}/ha1")
    work.credentials.append((username, sealed, state.router_id))


def _hash_of(work: Work, username: str, row: Row[Any]) -> str:
    sealed = work.tools.box.open(row.password, password_place(row.router_id))
    return ha1(username, sealed.decode())


def _are_any(work: Work) -> bool:
    """Whether any rotation is under way; asked once for a batch, for imports are long."""
    if work.are_rotations is None:
        found = work.connection.execute(select(rotations.c.router_id).limit(1)).first()
        work.are_rotations = found is not None
    return work.are_rotations


def _check_free(work: Work, fact: Enrolled) -> None:
    query = select(_n.router_id).where(_n.username == fact.username, _n.router_id != fact.router_id)
    if work.connection.execute(query).first() is not None:
        raise FactRefusedError(f"another router is to get the user name {fact.username!r}")
