"""The one UDP socket through which many devices are asked: who waits for an answer from whom.

It matches answers by where they come from and by what the request's owner says of them; it reads
no message itself. Lost datagrams are sent again here.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

from agents.snmp.ber import BerError
from agents.snmp.errors import MalformedAnswerError, NoAnswerError, SnmpError, TooManyWaitingError
from agents.snmp.usm import SecurityError

Address = tuple[str, int]
T = TypeVar("T")
Accept = Callable[[bytes], T | None]
"""Reads a datagram: the answer, or None when it answers something else.

It may raise BerError (malformed), SecurityError (not to be believed) or SnmpError (the end).
"""


class Telemetry(Protocol):
    """What is counted of datagrams; kinds: stranger, malformed, unasked, unbelievable, resent."""

    def datagram(self, kind: str) -> None:
        """One more of this kind."""


class _Waiting:
    __slots__ = ("accept", "faults", "future")

    def __init__(self, accept: Accept[Any], future: "asyncio.Future[Any]") -> None:
        self.accept = accept
        self.future = future
        self.faults = 0


class Endpoint(asyncio.DatagramProtocol):
    """Made with ``open_endpoint``; used in the event loop's thread.

    Args:
        telemetry: told of datagrams that answer nothing.
        most: requests that may wait for answers at one time.
    """

    def __init__(self, telemetry: Telemetry, most: int = 4096) -> None:
        self._telemetry = telemetry
        self._most = most
        self._count = 0
        self._waiting: dict[Address, list[_Waiting]] = {}
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is there."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def close(self) -> None:
        """Close the socket; who waits is told that nothing came."""
        if self._transport is not None:
            self._transport.close()
        for waiting in [one for many in self._waiting.values() for one in many]:
            if not waiting.future.done():
                waiting.future.set_exception(NoAnswerError("the socket was closed"))

    async def ask(
        self, address: Address, datagram: bytes, accept: Accept[T], seconds: float, tries: int
    ) -> T:
        """Send a datagram up to ``tries`` times, each time waiting so many seconds.

        Raises:
            NoAnswerError: nothing came that ``accept`` took.
            MalformedAnswerError: only such came from there that is no SNMP.
            TooManyWaitingError: too many requests wait.
            SnmpError: ``accept`` ended it.
        """
        assert self._transport is not None
        if self._count >= self._most:
            raise TooManyWaitingError(f"{self._most} requests wait for answers")
        loop = asyncio.get_running_loop()
        waiting = _Waiting(accept, loop.create_future())
        self._waiting.setdefault(address, []).append(waiting)
        self._count += 1
        try:
            for attempt in range(tries):
                if attempt:
                    self._telemetry.datagram("resent")
                self._transport.sendto(datagram, address)
                if await self._within(loop, waiting.future, seconds):
                    return cast("T", waiting.future.result())
        finally:
            self._count -= 1
            self._forget(address, waiting)
        if waiting.faults:
            raise MalformedAnswerError(
                f"{address[0]} answered with {waiting.faults} datagrams that cannot be used"
            )
        raise NoAnswerError(f"no answer from {address[0]} in {seconds * tries:g} s")

    async def _within(
        self, loop: asyncio.AbstractEventLoop, future: "asyncio.Future[Any]", seconds: float
    ) -> bool:
        """Whether the future is done in time; cheaper than ``asyncio.wait_for``."""
        wake = loop.create_future()
        timer = loop.call_later(seconds, _wake, wake)
        on_done: Callable[[Any], None] = lambda _: _wake(wake)  # noqa: E731 - removed again below
        future.add_done_callback(on_done)
        try:
            await wake
        finally:
            timer.cancel()
            future.remove_done_callback(on_done)
        return future.done()

    def _forget(self, address: Address, waiting: _Waiting) -> None:
        left = self._waiting[address]
        left.remove(waiting)
        if not left:
            del self._waiting[address]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Give a datagram to who waits for one from there."""
        waiting = self._waiting.get(addr[:2])
        if waiting is None:
            self._telemetry.datagram("stranger")
            return
        kind = "unasked"
        for one in waiting:
            if one.future.done():
                continue
            try:
                answer = one.accept(data)
            except BerError:
                one.faults += 1
                kind = "malformed"
            except SecurityError:
                one.faults += 1
                kind = "unbelievable"
            except SnmpError as error:
                one.future.set_exception(error)
                return
            else:
                if answer is not None:
                    one.future.set_result(answer)
                    return
        self._telemetry.datagram(kind)


def _wake(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)


async def open_endpoint(telemetry: Telemetry, host: str = "0.0.0.0", most: int = 4096) -> Endpoint:  # noqa: S104 - devices are everywhere; it listens to none that was not asked
    """An endpoint bound to a free port of ``host``; "::" for devices with IPv6 addresses."""
    loop = asyncio.get_running_loop()
    _, endpoint = await loop.create_datagram_endpoint(
        lambda: Endpoint(telemetry, most), local_addr=(host, 0)
    )
    return endpoint
