"""Every dump of a real router as a virtual one: met by a daemon over real sockets, and read out.

Processes of their own: the daemon, and ``acs simulate --dump`` for each.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from acs.cwmp.transcript import Entry, file_name, read_transcript
from acs.simulator.dump import serial_of
from acs.simulator.service import Service
from acs.simulator.virtual import VirtualOptions, routers
from tests.cwmp.pure_router import DUMPS
from tests.cwmp.test_dumps import EXPECTED

PATIENCE = 90.0
REQUIRED = os.environ.get("ACSD_REQUIRE_CAPTURES") == "1"
NAMES = sorted(path.stem for path in DUMPS.glob("*.csv"))
_CALL = re.compile(r"Body>\s*<(?:[\w.-]+:)?(\w+)")

pytestmark = pytest.mark.skipif(
    not NAMES and not REQUIRED, reason=f"no dumps of real routers in {DUMPS}; set ACSD_DUMPS"
)


class Session(NamedTuple):
    """One session on the wire: the server's calls, and bytes of bodies both ways."""

    calls: list[str]
    bytes: int


class Met(NamedTuple):
    """What became of one dump.

    Attributes:
        parameters: that the virtual router has.
        vitals: of its first sample.
        sessions: in which it was asked something, in order.
    """

    parameters: int
    vitals: dict[str, Any]
    sessions: list[Session]


def sessions_of(entries: list[Entry]) -> list[Session]:
    """The sessions of a transcript that have ended."""
    found: list[Session] = []
    calls: list[str] = []
    size = 0
    for entry in entries:
        said = _CALL.search(entry.body)
        size += len(entry.body.encode())
        if entry.sender == "acs" and said is not None and said[1] != "InformResponse":
            calls.append(said[1])
        if entry.sender == "acs" and entry.status == 204:
            found.append(Session(calls, size))
            calls, size = [], 0
    return found


def recorded(path: Path) -> list[Entry]:
    """What a transcript has so far."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return read_transcript(text[: text.rfind("\n") + 1])


class Fleet:
    """A daemon, and one virtual router of each dump."""

    def __init__(self, folder: Path) -> None:
        self._ids: dict[str, str] = {}
        self._serials: dict[str, str] = {}
        self._parameters: dict[str, int] = {}
        self._transcripts = folder / "transcripts"
        for name in NAMES:
            text = (DUMPS / f"{name}.csv").read_text(encoding="utf-8", errors="replace")
            # two dumps are of one device
            serial = f"{serial_of(text)}V{NAMES.index(name)}"
            self._serials[name] = serial
            (cpe,) = routers(VirtualOptions("127.0.0.1", 1, dump=text, serial=serial), 1e9)
            self._ids[name] = cpe.router_id
            self._parameters[name] = len(cpe.tree.names)
        self.service = Service(
            folder / "state",
            {
                "cwmp": {
                    "enrolment": "open",
                    "collect_interval": "1s",
                    "transcript_dir": str(self._transcripts),
                    "transcript_routers": list(self._ids.values()),
                }
            },
        )
        self.service.start()
        self._processes = [self._simulate(name) for name in NAMES]

    def _simulate(self, name: str) -> "subprocess.Popen[bytes]":
        words = [
            *("--dump", str(DUMPS / f"{name}.csv"), "--serial", self._serials[name]),
            *("--server", f"http://127.0.0.1:{self.service.cwmp_port}/", "--interval", "2s"),
        ]
        return subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "acs.cli", "simulate", *words],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def close(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(PATIENCE)
        self.service.stop()

    def meet(self, name: str) -> Met:
        """Wait until a router has been discovered, and read out twice."""
        deadline = time.monotonic() + PATIENCE
        path = self._transcripts / file_name(self._ids[name])
        url = f"/v1/routers/{self._ids[name].replace('%', '%25')}/samples?limit=500"
        with self.service.client() as client:
            while time.monotonic() < deadline:
                answer = client.get(url)
                assert answer.status_code in (200, 404), answer.text
                samples = answer.json().get("items", ())
                sessions = [each for each in sessions_of(recorded(path)) if each.calls]
                if len(samples) > 1 and len(sessions) > 1:
                    return Met(self._parameters[name], samples[0]["values"], sessions)
                time.sleep(0.05)  # the daemon and nine routers need the processor
        pytest.fail(f"{name} was not read out within {PATIENCE:.0f} s")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    fleet = Fleet(tmp_path_factory.mktemp("dumps"))
    try:
        yield fleet
    finally:
        fleet.close()


@pytest.mark.parametrize("name", NAMES or sorted(EXPECTED))
def test_a_dump_is_discovered_planned_and_read_out(fleet: Fleet, name: str) -> None:
    met = fleet.meet(name)
    first, second = met.sessions[0], met.sessions[1]
    assert "GetParameterNames" in first.calls  # it is discovered once
    assert "GetParameterNames" not in second.calls  # and the plan holds
    assert second.calls == ["GetParameterValues"]
    assert second.bytes < first.bytes / 2 or met.parameters < 100
    # its own clock runs, so its uptime is not that of the dump
    expected = {key: value for key, value in EXPECTED[name].items() if key != "sys.uptime"}
    assert met.vitals.items() >= expected.items()
