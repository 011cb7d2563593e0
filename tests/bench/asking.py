"""The callers: a process of its own that asks the API at a fixed rate, however slow the answers.

Requests come at random times that are drawn beforehand, and each one's latency counts from the
time at which it was due, so that a stall is paid for by all who would have asked meanwhile.
Run as ``python -m tests.bench.asking``, with a ``Plan`` as JSON on standard input.
"""

import asyncio
import collections
import random
import sys
import time
from typing import Any

import msgspec
import uvloop

from tests.bench.load import percentile

_MOST = 200  # connections
_PATIENCE = 30.0  # s


class Plan(msgspec.Struct):
    """What is asked.

    Attributes:
        rate: requests a second.
        seconds: for so long.
        asked: a name for the figures and a path, taken in turn.
        expected: the status of the answers.
    """

    port: int
    token: str
    rate: float
    seconds: float
    asked: list[tuple[str, str]]
    expected: int = 200


class Asked(msgspec.Struct):
    """What came of the requests of one name; seconds."""

    count: int
    p50: float
    p99: float
    worst: float
    bytes: float


class Report(msgspec.Struct):
    """What came of a plan.

    Attributes:
        late_p99: how late the requests were begun, which counts as the daemon's time.
        cpu_share: of one core, that the callers took.
        troubles: answers other than expected, by status; connections lost.
    """

    asked: dict[str, Asked]
    late_p99: float
    cpu_share: float
    troubles: dict[str, int]


class Line(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: Any = None  # uvloop's is no asyncio.Transport
        self._buffer = b""
        self._answer: asyncio.Future[tuple[bytes, int]] | None = None
        self.is_open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def ask(self, request: bytes) -> "asyncio.Future[tuple[bytes, int]]":
        """Send a request; the status and the length of the answer."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) < end + 4 + length:
            return
        status, self._buffer = self._buffer[9:12], b""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((status, length))

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("closed"))


class Callers:
    """Asks all of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._idle: list[Line] = []
        self._seats = asyncio.Semaphore(_MOST)
        self._took: dict[str, list[float]] = {}
        self._bytes: collections.Counter[str] = collections.Counter()
        self._late: list[float] = []
        self._troubles: collections.Counter[str] = collections.Counter()

    async def run(self) -> Report:
        """Ask, each at its time, and wait for the last answer."""
        plan, cpu = self._plan, time.process_time()
        chosen = random.Random(1)  # noqa: S311 - when, no secrets
        began = due = time.perf_counter() + 0.05
        under_way: set[asyncio.Task[None]] = set()
        number = 0
        while due - began < plan.seconds:
            await asyncio.sleep(due - time.perf_counter())
            name, path = plan.asked[number % len(plan.asked)]
            task = asyncio.create_task(self._one(name, path, due))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            due += chosen.expovariate(plan.rate)
            number += 1
        await asyncio.gather(*under_way)
        wall = time.perf_counter() - began
        return Report(
            {name: self._figures(name) for name in self._took},
            percentile(sorted(self._late), 0.99),
            (time.process_time() - cpu) / wall,
            dict(self._troubles),
        )

    async def _one(self, name: str, path: str, due: float) -> None:
        request = (
            f"GET {path} HTTP/1.1\r\nHost: acs\r\nAuthorization: Bearer {self._plan.token}\r\n\r\n"
        ).encode()
        self._late.append(time.perf_counter() - due)
        try:
            async with self._seats, asyncio.timeout(_PATIENCE):
                line = await self._line()
                status, length = await line.ask(request)
                self._idle.append(line)
        except (OSError, TimeoutError) as error:
            self._troubles[type(error).__name__] += 1
            return
        if status != b"%d" % self._plan.expected:
            self._troubles[f"status {status.decode()}"] += 1
            return
        self._took.setdefault(name, []).append(time.perf_counter() - due)
        self._bytes[name] += length

    async def _line(self) -> Line:
        while self._idle:
            line = self._idle.pop()
            if line.is_open:
                return line
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(Line, "127.0.0.1", self._plan.port)
        return line

    def _figures(self, name: str) -> Asked:
        took = sorted(self._took[name])
        return Asked(
            len(took),
            percentile(took, 0.5),
            percentile(took, 0.99),
            took[-1],
            self._bytes[name] / len(took),
        )


def main() -> None:
    """Read the plan, ask, print the report as one line of JSON."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)

    async def run() -> Report:
        return await Callers(plan).run()

    report = uvloop.run(run())
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")


if __name__ == "__main__":
    main()
