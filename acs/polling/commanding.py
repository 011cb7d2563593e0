"""Commands to polled devices: claimed from storage for whoever carries them out, and confirmed.

They are recorded as sent before a device hears of them, in the transaction that asks the guards
again, and are never handed out twice. How a device is told belongs to ``agents``.
"""

from collections.abc import Callable, Sequence

import structlog

from acs.bridge import to_asyncio
from acs.commands import Command, CommandState
from acs.facts import CommandAnswered, CommandConfirmed, CommandFailed, Fact, Rebooted
from acs.storage.store import Guard, Store
from agents.orders import RESTARTS_WITHIN, Carried, Order
from agents.polled import Due, Outcome
from agents.reading import Reading

log = structlog.get_logger("polling")

Committed = Callable[[Sequence[Fact], Sequence[object]], None]
_UNPROVED: tuple[CommandState, ...] = ("sent", "accepted", "unconfirmed")
_SLACK = 2.0  # seconds: a device counts its uptime in whole ones
_SHOWN = 20  # open commands of one router that are looked at


class Commanding:
    """Orders for the poller, out of the rows of a store.

    Args:
        store: where commands are.
        guard: asked again when one is claimed.
        committed: told of facts that are durable now, with storage's results.
        claimed: told of each command that is recorded as sent.
        now: Unix seconds.
    """

    def __init__(
        self,
        store: Store,
        *,
        guard: Guard,
        committed: Committed,
        claimed: Callable[[Command], None],
        now: Callable[[], float],
    ) -> None:
        self._store = store
        self._guard = guard
        self._committed = committed
        self._claimed = claimed
        self._now = now

    async def next(self, due: Due, reading: Reading) -> Order | None:
        """The oldest command that may go out, recorded as sent now; None: there is none.

        A switch's port carries out no commands to the router behind it, and a router that speaks
        TR-069 gets its own by that way.
        """
        router_id = due.target.router_id
        if reading.of_port:
            return None
        router = await to_asyncio(self._store.router(router_id))
        if router is None or router.informs:
            return None
        command = await to_asyncio(self._store.claim(router_id, self._now(), self._guard))
        if command is None:
            return None
        self._claimed(command)
        log.info(
            "polling.command_sent",
            router=router_id,
            target=due.target.name,
            command=command.command_id,
            kind=command.kind,
        )
        return _order(command)

    async def carried(self, due: Due, carried: Carried) -> None:
        """Make durable what became of a command; one of unknown outcome stays as it is.

        Its deadline makes it unconfirmed, unless the device's uptime proves it before.
        """
        order, at = carried.order, self._now()
        router_id, id_ = due.target.router_id, order.order_id
        if carried.status == "unknown":
            log.warning("polling.command_unknown", router=router_id, command=id_, why=carried.why)
            return
        fact: Fact
        if carried.status == "failed":
            result: dict[str, object] = {"error": carried.why}
            fact = CommandFailed(router_id=router_id, at=at, command_id=id_, result=result)
        else:
            final = order.action == "read"
            fact = CommandAnswered(router_id=router_id, at=at, command_id=id_, final=final)
        results = await to_asyncio(self._store.commit([fact]))
        self._committed([fact], results)

    async def proved(self, outcome: Outcome) -> tuple[Fact, ...]:
        """What a restart that was noticed says of a reboot that was sent: nothing, or all of it.

        The uptime fell, and the device started after the reboot was sent and soon enough; a power
        cut in those minutes cannot be told from it.
        """
        started, router_id = outcome.restarted_at, outcome.due.target.router_id
        if started is None or outcome.reading is None or outcome.reading.of_port:
            return ()
        page = await to_asyncio(self._store.commands(router_id, _UNPROVED, _SHOWN, None))
        for command in page.items:
            sent = command.sent_at
            if command.kind != "reboot" or sent is None:
                continue
            if sent - _SLACK <= started <= sent + RESTARTS_WITHIN:
                id_ = command.command_id
                return (
                    Rebooted(
                        router_id=router_id, at=started, cause="remote_reboot", command_key=id_
                    ),
                    CommandConfirmed(router_id=router_id, at=outcome.at, command_id=id_),
                )
        return ()


def hasten(store: Store, router_id: str, now: float) -> None:
    """Have a router's polled devices looked at now, by whichever process polls them.

    Should that fail, the command is found at the next start or after another one.
    """

    def failed(failure: object) -> None:
        log.error("polling.not_hastened", router=router_id, error=str(failure))

    store.hasten_targets(now, router_id).addErrback(failed)


def _order(command: Command) -> Order:
    if command.kind == "reboot":
        return Order(command.command_id, "reboot")
    if command.kind == "refresh":
        return Order(command.command_id, "read")
    why = f"{command.kind} needs TR-069; a polled device can do reboot and refresh"
    return Order(command.command_id, "none", why)
