"""The load generator: a process of its own that drives sessions of known routers as fast as asked.

It renders nothing twice and parses no XML, so that it is not the limit; it reports its own share
of a core so that a reader can check. Run as ``python -m tests.bench.load``.
"""

import argparse
import asyncio
import collections
import functools
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

from tests.bench import wire

_OK, _NO_CONTENT = b"200", b"204"


class Tally:
    """What happened so far."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.turns = 0
        self.acknowledged: collections.Counter[int] = collections.Counter()
        self.troubles: collections.Counter[str] = collections.Counter()
        self.asked: collections.Counter[int] = collections.Counter()


class Session(asyncio.Protocol):
    """One session of one router on a connection of its own."""

    def __init__(self, script: wire.Script, tally: Tally, done: asyncio.Future[None]) -> None:
        self._script, self._tally, self._done = script, tally, done
        self._transport: Any = None  # uvloop's is no asyncio.Transport
        self._buffer = b""
        self._cookie = b""
        self._head = b""  # of the last answer, in lower case
        self._informed = False
        self._uptime = int(time.time()) - 1_700_000_000
        self._began = time.perf_counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._transport.write(self._script.inform(self._uptime))

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
        body = self._buffer[end + 4 :]
        at = head.find(b"set-cookie:")
        if at >= 0:
            cookie = self._buffer[at + 11 : end].split(b"\r\n", 1)[0]
            self._cookie = cookie.split(b";", 1)[0].strip()
        status = self._buffer[9:12]
        self._head = head
        self._buffer = b""
        self._answered(status, body)

    def _answered(self, status: bytes, body: bytes) -> None:
        self._tally.turns += 1
        if status == _NO_CONTENT or (status == _OK and not body):
            self._tally.latencies.append(time.perf_counter() - self._began)
            self._finish()
        elif status != _OK:
            self._tally.troubles[f"status {status.decode()}"] += 1
            self._finish()
        elif not self._informed:
            self._informed = True
            self._tally.acknowledged[self._script.index] += 1
            self._transport.write(wire.request(b"", self._cookie))
        else:
            self._tally.asked[body.count(b"<string")] += 1
            reply = self._script.answer(body, self._cookie, self._uptime)
            if reply is None:
                self._tally.troubles["unknown call"] += 1
                self._finish()
            else:
                self._transport.write(reply)

    def _finish(self) -> None:
        if self._transport is not None:
            self._transport.close()
        if not self._done.done():
            self._done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            # Before the answer to its Inform a session has not begun: the router comes again.
            kind = "broken off" if self._informed else "dropped"
            self._tally.troubles[f"{kind} {type(exc).__name__}"] += 1
            self._done.set_result(None)


async def drive(options: argparse.Namespace) -> dict[str, Any]:
    """Run sessions until the time or the count is over; return the report."""
    scripts = [
        wire.Script(options.first + index, options.leaves, options.event)
        for index in range(options.routers)
    ]
    loop = asyncio.get_running_loop()
    if options.start_at:
        await asyncio.sleep(max(0.0, options.start_at - time.time()))
    tally = Tally()
    began, cpu = time.perf_counter(), time.process_time()
    deadline = began + options.seconds if options.seconds else float("inf")
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    left = iter(range(options.sessions or sys.maxsize))

    async def work() -> None:
        for number in left:
            if options.rate:
                await asyncio.sleep(began + number / options.rate - time.perf_counter())
            if ended.is_set() or time.perf_counter() >= deadline:
                return
            script = scripts[number % len(scripts)]
            done: asyncio.Future[None] = loop.create_future()
            try:
                await loop.create_connection(
                    functools.partial(Session, script, tally, done),
                    options.host,
                    options.port,
                )
            except OSError as error:
                tally.troubles[f"connect {type(error).__name__}"] += 1
                await asyncio.sleep(0.05)
                continue
            try:
                async with asyncio.timeout(30):
                    await done
            except TimeoutError:
                tally.troubles["timeout"] += 1

    await asyncio.gather(*(work() for _ in range(options.concurrency)))
    wall = time.perf_counter() - began
    return report(tally, wall, time.process_time() - cpu)


def report(tally: Tally, wall: float, cpu: float) -> dict[str, Any]:
    """The figures of a run; times in seconds, ``cpu_share`` of one core."""
    ordered = sorted(tally.latencies)
    return {
        "sessions": len(ordered),
        "seconds": wall,
        "per_second": len(ordered) / wall,
        "turns": tally.turns,
        "p50": percentile(ordered, 0.50),
        "p99": percentile(ordered, 0.99),
        "cpu_share": cpu / wall,
        "troubles": dict(tally.troubles),
        "asked": {str(names): count for names, count in tally.asked.items()},
        "acknowledged": {str(index): count for index, count in tally.acknowledged.items()},
    }


def percentile(ordered: list[float], share: float) -> float:
    """The value below which ``share`` of the ordered values lie; 0 when there are none."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def main() -> None:
    """Read the arguments, run, print the report as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--routers", type=int, default=2000)
    parser.add_argument("--leaves", type=int, default=100)
    parser.add_argument("--event", default="2 PERIODIC")
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--sessions", type=int, default=0)
    parser.add_argument("--rate", type=float, default=0.0, help="sessions a second; 0: any number")
    parser.add_argument("--start-at", type=float, default=0.0, help="Unix time")
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    text = json.dumps(uvloop.run(drive(options)))
    if options.report:
        options.report.write_text(text)
    else:
        sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
