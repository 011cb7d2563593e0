"""A city's routers after a power cut: each comes once its boot is over, until it was served.

They wait between two attempts as TR-069 says (Amendment 6, 3.2.1.1, table 3); a part of them obeys
Retry-After instead. Run as ``python -m tests.bench.crowd``; it prints a report as JSON.
"""

import argparse
import asyncio
import collections
import errno
import functools
import json
import sys
import time
from random import Random
from typing import Any

import uvloop

from tests.bench import load, wire

_FIRST_WAIT = 5.0  # seconds; twice as long after each further attempt, up to the tenth
_STEPS = 10
_PATIENCE = 30.0
_SOURCES = 40  # addresses of the loopback: one has not ports enough


class Words:
    """What all routers say, rendered once; only serial number and uptime differ."""

    def __init__(self, leaves: int) -> None:
        self._script = wire.Script(0, leaves, "1 BOOT")

    def of(self, index: int) -> "Router":
        """What one router says."""
        return Router(self._script, index)


class Router:
    """A script of one router."""

    def __init__(self, script: wire.Script, index: int) -> None:
        self.index = index
        self._script = script
        self._serial = b"S%06d" % index

    def inform(self, uptime: int) -> bytes:
        """The whole HTTP request of an Inform after a boot."""
        return self._script.inform(uptime).replace(b"S000000", self._serial)

    def answer(self, asked: bytes, cookie: bytes, uptime: int) -> bytes | None:
        """The HTTP request that answers a call of the server."""
        said = self._script.answer(asked, cookie, uptime)
        return None if said is None else said.replace(b"S000000", self._serial)


class Attempt(load.Session):
    """A session that knows how it ended."""

    outcome = "dropped"
    retry_after: float | None = None

    def _answered(self, status: bytes, body: bytes) -> None:
        at = self._head.find(b"retry-after:")
        if at >= 0:
            self.retry_after = float(self._head[at + 12 :].split(b"\r\n", 1)[0])
        self.outcome = "served" if status in (b"200", b"204") else f"status {status.decode()}"
        super()._answered(status, body)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self.outcome = "broken off" if self._informed else "dropped"
        super().connection_lost(exc)


class Crowd:
    """All routers and what became of them, by the second since the power came back."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.random = Random(options.seed)  # noqa: S311 - waits, not secrets
        self.words = Words(options.leaves)
        self.tally = load.Tally()
        self.came: collections.Counter[int] = collections.Counter()
        self.served: collections.Counter[int] = collections.Counter()
        self.outcomes: collections.Counter[str] = collections.Counter()
        self.began = time.perf_counter()

    async def router(self, index: int) -> None:
        """One router, from its boot to its session's end."""
        script = self.words.of(index)
        obeys = self.random.random() < self.options.obey
        await asyncio.sleep(self.random.uniform(0.0, self.options.boot))
        failures = 0
        while True:
            self.came[int(time.perf_counter() - self.began)] += 1
            outcome, retry_after = await self._attempt(index, script)
            self.outcomes[outcome] += 1
            if outcome == "served":
                self.served[int(time.perf_counter() - self.began)] += 1
                return
            failures = min(failures + 1, _STEPS)
            low = _FIRST_WAIT * 2 ** (failures - 1)
            wait = self.random.uniform(low, 2 * low)
            await asyncio.sleep(retry_after if obeys and retry_after else wait)

    async def _attempt(self, index: int, script: Any) -> tuple[str, float | None]:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        try:
            _, session = await loop.create_connection(
                functools.partial(Attempt, script, self.tally, done),
                "127.0.0.1",
                self.options.port,
                local_addr=(f"127.0.1.{1 + index % _SOURCES}", 0),
            )
            async with asyncio.timeout(_PATIENCE):
                await done
        except TimeoutError:
            return "timeout", None
        except OSError as error:
            return f"connect {errno.errorcode.get(error.errno or 0, type(error).__name__)}", None
        return session.outcome, session.retry_after

    async def all(self) -> None:
        """Every router until it was served, or the time is over."""
        routers = (self.router(index) for index in range(self.options.routers))
        tasks = [asyncio.ensure_future(router) for router in routers]
        _, late = await asyncio.wait(tasks, timeout=self.options.seconds)
        for task in late:
            task.cancel()

    def report(self) -> dict[str, Any]:
        """What happened."""
        last = max(self.served, default=0)
        return {
            "served": sum(self.served.values()),
            "last": last,
            "came": [self.came[second] for second in range(last + 1)],
            "served_by_second": [self.served[second] for second in range(last + 1)],
            "outcomes": dict(self.outcomes),
        }


async def run(options: argparse.Namespace) -> dict[str, Any]:
    """The whole storm."""
    crowd = Crowd(options)
    await crowd.all()
    return crowd.report()


def main() -> None:
    """Read the arguments, run, print the report as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--routers", type=int, default=50_000)
    parser.add_argument("--leaves", type=int, default=100)
    parser.add_argument("--boot", type=float, default=10.0, help="seconds until all have booted")
    parser.add_argument("--obey", type=float, default=1.0, help="share that obeys Retry-After")
    parser.add_argument("--seconds", type=float, default=400.0)
    parser.add_argument("--seed", type=int, default=1)
    sys.stdout.write(json.dumps(uvloop.run(run(parser.parse_args()))) + "\n")


if __name__ == "__main__":
    main()
