"""Orders to a target that has just answered: fetched, carried out once, and told about.

Whoever hands them out has recorded them before; nothing is asked twice here, and nothing stored.
"""

import asyncio
from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from agents.asking import Asker, UnsupportedError
from agents.polled import Due, Known
from agents.reading import Reading
from agents.snmp.errors import AgentRefusedError, AuthenticationError, SnmpError
from agents.snmp.profiles import ProfileError
from agents.ssh.errors import HostKeyError, NotSshError, RefusedError, SshError
from agents.ssh.profiles import SshProfileError
from agents.targets import TargetError

RESTARTS_WITHIN = 900.0
"""Seconds after the order in which a restart is taken for what came of it."""
_LONGEST = 45.0  # seconds that carrying out one order may take
_MOST = 8  # orders after one reading
_REFUSALS = (
    *(UnsupportedError, TargetError, ProfileError, SshProfileError),
    *(AgentRefusedError, AuthenticationError),
    *(HostKeyError, NotSshError, RefusedError),
)
"""After these it is certain that the device did nothing."""


class Order(msgspec.Struct, frozen=True):
    """What a target is to do; ``read`` is done by the reading before it.

    ``why_not``: it cannot be done by this way at all, in words.
    """

    order_id: str
    action: Literal["read", "reboot", "none"]
    why_not: str = ""


class Carried(msgspec.Struct, frozen=True):
    """What became of an order.

    Attributes:
        order: which.
        status: ``done``; ``failed``: the device did nothing; ``unknown``: nobody can say.
        why: of the last two, for people, without secrets.
    """

    order: Order
    status: Literal["done", "failed", "unknown"]
    why: str = ""


class Orders(Protocol):
    """Whoever has orders. Both calls may reach a database in another process."""

    async def next(self, due: Due, reading: Reading) -> Order | None:
        """The next order to this target, recorded as given; None: there is none."""

    async def carried(self, due: Due, carried: Carried) -> None:
        """Take what became of it."""


async def carry_out(  # noqa: PLR0917 - what a poller has at hand
    asker: Asker,
    orders: Orders,
    due: Due,
    known: Known,
    reading: Reading,
    now: Callable[[], float],
) -> bool:
    """Carry out what waits for a target; whether it restarts now. ``known`` is changed by it.

    An order that was fetched is carried out at most once, whatever is raised afterwards.
    """
    for _ in range(_MOST):
        order = await orders.next(due, reading)
        if order is None:
            return False
        carried = await _carried(asker, order, due, known, now())
        restarts = order.action == "reboot" and carried.status != "failed"
        if restarts:
            known.restarting_until = now() + RESTARTS_WITHIN
        await orders.carried(due, carried)
        if restarts:  # what else waits is fetched when it is back
            return True
    return False


async def _carried(asker: Asker, order: Order, due: Due, known: Known, at: float) -> Carried:
    if order.action == "none":
        return Carried(order, "failed", order.why_not)
    if order.action == "read":
        return Carried(order, "done")
    try:
        async with asyncio.timeout(_LONGEST):
            await asker.act(due.target, known, order.action, at)
    except _REFUSALS as error:
        return Carried(order, "failed", str(error))
    except TimeoutError:
        return Carried(order, "unknown", f"nothing came of it within {_LONGEST:g} s")
    except (SnmpError, SshError) as error:
        return Carried(order, "unknown", str(error))
    except Exception as error:  # noqa: BLE001 - what a device can provoke must end no poller
        return Carried(order, "unknown", type(error).__name__)
    return Carried(order, "done")
