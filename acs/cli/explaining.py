"""What verdicts, causes and guards mean, put together from the tables that decide.

So an explanation changes with the diagnosis and the guards, and cannot go stale. Nothing is known
here by itself, and nothing is printed.
"""

import inspect
import math
from collections.abc import Iterator
from typing import get_args

import msgspec

from acs.actions.guards import GUARDS, ORDERED, Guard, guards_of, offered
from acs.api.words import ADVICE, CAUSES, URGENCY
from acs.cli.words import ACTIONS
from acs.commands import Command, CommandKind
from diagnostics import verdict as verdicts
from diagnostics.model import OTHERS, Cause, Table, shipped

_TELLING = math.log(3.0)  # a finding three times likelier than elsewhere is worth a line
_SIGNS = 6
_NOTHING = "no finding is much likelier with it than with others: it is what is left"
_NEXT: dict[str, tuple[str, ...]] = {
    "verdict": ("acs devices --verdict {}", "acs show ROUTER"),
    "cause": ("acs show ROUTER", "acs explain {}"),
    "guard": ("acs commands --state refused",),
}


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What one word of the daemon means.

    Attributes:
        kind: ``verdict``, ``cause`` or ``guard``.
        name: as it stands in answers.
        means: in a sentence.
        says: what an operator is told; of a guard, nothing.
        leads: what leads to it.
        against: what speaks against it.
        do: what to do about it.
        look: commands that show more.
    """

    kind: str
    name: str
    means: str
    says: str = ""
    leads: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    do: tuple[str, ...] = ()
    look: tuple[str, ...] = ()


def every_guard() -> dict[str, Guard]:
    """All guards by name."""
    return {guard.__name__: guard for guard in (*GUARDS, *ORDERED, offered)}


def known() -> dict[str, tuple[str, ...]]:
    """The names that can be explained, by kind."""
    return {
        "verdict": verdicts.ACTIONS,
        "cause": tuple(cause.cause for cause in shipped().causes),
        "guard": tuple(sorted(every_guard())),
    }


def explained(word: str) -> tuple[Explanation, ...]:
    """What ``word`` means: an action, a cause by id or by a piece of its name, a guard.

    A word may be the name of two things: there is a verdict and a guard "incident".
    """
    wanted = word.strip().casefold().replace("-", "_")
    return tuple(_found(wanted)) or tuple(
        _cause(cause)
        for cause in shipped().causes
        if word.strip().casefold() in f"{CAUSES.get(cause.cause, '')} | {cause.says}".casefold()
    )


def _found(wanted: str) -> Iterator[Explanation]:
    for action in verdicts.ACTIONS:
        if action == wanted:
            yield _verdict(action)
    for cause in shipped().causes:
        if cause.cause.casefold() == wanted:
            yield _cause(cause)
    guard = every_guard().get(wanted)
    if guard is not None:
        yield _guard(wanted, guard)


def _verdict(action: verdicts.Action) -> Explanation:
    tables = shipped()
    right = [cause for cause in tables.causes if cause.right == action]
    nearly = [cause for cause in tables.causes if action in cause.acceptable]
    costs = {name: row[action] for name, row in tables.costs.items() if name != action}
    dear = max(costs, key=lambda name: costs[name])
    wrongly = f"where {dear} is right it would cost {costs[dear]:g} (a technician's visit: 100)"
    return Explanation(
        kind="verdict",
        name=action,
        means=f"{ACTIONS[action]}; urgency {URGENCY[action]}",
        says=f"{ADVICE[action]}.",
        leads=(
            *(f"right for {_named(cause)}" for cause in right),
            *(f"nearly as good for {_named(cause)}" for cause in nearly),
            "it is chosen when its expected cost is the lowest of all actions",
        ),
        against=(wrongly,),
        look=tuple(each.format(action) for each in _NEXT["verdict"]),
    )


def _cause(cause: Cause) -> Explanation:
    signs = sorted(_signs(cause.cause), reverse=True)
    access = "any access" if cause.access == "all" else cause.access
    nearly = ", ".join(f"{each} ({ACTIONS[each]})" for each in cause.acceptable)
    return Explanation(
        kind="cause",
        name=cause.cause,
        means=f"{cause.says}; {access}, {cause.share:.0%} of calls before anything is known",
        says=CAUSES.get(cause.cause, cause.says),
        leads=tuple(text for ratio, text in signs if ratio >= _TELLING)[:_SIGNS] or (_NOTHING,),
        against=tuple(text for ratio, text in reversed(signs) if ratio <= -_TELLING)[:_SIGNS],
        do=(
            f"{cause.right}: {ACTIONS[cause.right]}",
            *((f"nearly as good: {nearly}",) if nearly else ()),
        ),
        look=tuple(each.format(cause.right) for each in _NEXT["cause"]),
    )


def _signs(cause: str) -> Iterator[tuple[float, str]]:
    """Each finding with the log of how much likelier this cause shows it than most others."""
    for table in shipped().symptoms.values():
        if cause in table.rows:
            yield from _levels(table, cause)


def _levels(table: Table, cause: str) -> Iterator[tuple[float, str]]:
    for says, here, elsewhere in zip(
        table.says, table.rows[cause], table.rows[OTHERS], strict=True
    ):
        if not says:  # it only stands in the way of other findings
            continue
        ratio = math.log(here / elsewhere)
        times = f"{math.exp(abs(ratio)):.0f} times {'likelier' if ratio > 0 else 'less likely'}"
        yield ratio, f"{says} ({times} than with most others)"


def _guard(name: str, guard: Guard) -> Explanation:
    first, *more = inspect.cleandoc(guard.__doc__ or "").split("\n\n")
    kinds = [kind for kind in get_args(CommandKind) if guard in guards_of(_command(kind))]
    looked = (f"it looks at these commands: {', '.join(kinds)}",) if kinds else ()
    return Explanation(
        kind="guard",
        name=name,
        means=_line(first),
        do=(
            *looked,
            *map(_line, more),
            "the refusal says with figures why, and when to try again if known",
        ),
        look=_NEXT["guard"],
    )


def _command(kind: CommandKind) -> Command:
    return Command(
        command_id="",
        router_id="",
        kind=kind,
        state="queued",
        asked_by="",
        reason="",
        at=0.0,
        expires_at=0.0,
    )


def _named(cause: Cause) -> str:
    return f"{cause.cause}, {cause.says}"


def _line(text: str) -> str:
    return " ".join(text.split())
