"""What a simulated router does after a session: transfers, software, appointments, tests.

Jobs wait for their time; those that need the network become errands for whoever drives the router.
What is to be told of their end, events and calls, is handed out. No sockets and no clock.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from acs.facts import Event
from acs.simulator.errands import FETCH_FAILED, Done, Errand
from acs.simulator.faults import CANNOT_CANCEL, CallFaultError
from acs.simulator.soap_jobs import Operation, Unit

TRANSFERS = ("Download", "ScheduleDownload", "Upload")
CONFIGURATION = b"# configuration of a simulated router\n"
_FIRMWARE = "1 "
_NOTED = re.compile(rb"\AACSD-VIRTUAL-FIRMWARE ([0-9A-Za-z._-]{1,64})")
_NAMED = re.compile(r"\d+(?:\.\d+)+")
Kind = Literal["Download", "ScheduleDownload", "Upload", "Install", "Appointment", "Test"]


@dataclass
class Job:
    """One thing to be done.

    Attributes:
        kind: of what.
        key: CommandKey of the call that asked for it.
        due: Unix seconds.
        errand: what to fetch or send, None: nothing.
        file_type: of a transfer.
        name: file name of a download.
        size: bytes that a download should have, 0: not said.
        path: object of a test.
        operation: of software.
        done: how the errand ended.
        is_running: the errand has been handed out.
    """

    kind: Kind
    key: str
    due: float
    errand: Errand | None = None
    file_type: str = ""
    name: str = ""
    size: int = 0
    path: str = ""
    operation: Operation | None = None
    done: Done | None = None
    is_running: bool = False


@dataclass
class Outcome:
    """What is to be told, and to be done, because jobs have ended.

    Attributes:
        events: for the next Inform.
        transfers: ended transfers.
        units: keys of ended software changes, with what became of each unit.
        tests: ended tests.
        version: of the firmware that was installed, None: none was.
    """

    events: list[Event] = field(default_factory=list)
    transfers: list[Job] = field(default_factory=list)
    units: list[tuple[str, list[Unit]]] = field(default_factory=list)
    tests: list[Job] = field(default_factory=list)
    version: str | None = None


class Jobs:
    """All that waits.

    Args:
        install: carries out a change of software; what became of the unit.
    """

    def __init__(self, install: Callable[[Operation, Done | None], Unit]) -> None:
        self._install = install
        self._jobs: list[Job] = []
        self._changes: dict[str, list[Unit]] = {}
        self._number = 0

    def add(self, job: Job) -> None:
        """Something to do."""
        self._jobs.append(job)

    def errand(
        self,
        what: Literal["fetch", "send"],
        url: str,
        username: str = "",
        password: str = "",
        body: bytes = b"",
    ) -> Errand:
        """A new errand."""
        self._number += 1
        return Errand(self._number, what, url, username, password, body)

    def forget(self, *, tests_only: bool = False) -> list[str]:
        """A restart ends tests; a factory reset ends everything. Returns the tests' objects."""
        ended = [job.path for job in self._jobs if job.kind == "Test"]
        self._jobs = [job for job in self._jobs if tests_only and job.kind != "Test"]
        return ended

    def due_at(self) -> float | None:
        """When something is to be done next; None: nothing but errands under way."""
        times = [job.due for job in self._jobs if not job.is_running or job.done is not None]
        return min(times, default=None)

    def errands(self, now: float) -> list[Errand]:
        """Errands whose time has come; each is handed out once."""
        found = []
        for job in self._jobs:
            if job.errand is not None and not job.is_running and job.due <= now:
                job.is_running = True
                found.append(job.errand)
        return found

    def report(self, number: int, done: Done) -> None:
        """An errand has ended."""
        for job in self._jobs:
            if job.errand is not None and job.errand.number == number:
                job.done = done

    def cancel(self, key: str) -> None:
        """CancelTransfer (A.4.1.9).

        Raises:
            CallFaultError: 9021: it has begun.
        """
        mine = [job for job in self._jobs if job.key == key and job.kind in TRANSFERS]
        if any(job.is_running for job in mine):
            raise CallFaultError(CANNOT_CANCEL)
        self._jobs = [job for job in self._jobs if job not in mine]

    def queue(self) -> list[tuple[str, int, bool, str]]:
        """Transfers that wait: key, state, whether it is a download, file type."""
        return [
            (job.key, 2 if job.is_running else 1, job.kind != "Upload", job.file_type)
            for job in self._jobs
            if job.kind in TRANSFERS
        ]

    def collect(self, now: float, version: str) -> Outcome:
        """What has ended by now. ``version`` is the firmware that runs."""
        found = Outcome()
        ended = [job for job in self._jobs if self._is_over(job, now)]
        self._jobs = [job for job in self._jobs if job not in ended]
        for job in ended:
            if job.kind in TRANSFERS:
                _transferred(job, version, found)
            elif job.kind == "Install":
                self._installed(job, found)
            elif job.kind == "Appointment":
                found.events += [Event("3 SCHEDULED"), Event("M ScheduleInform", job.key)]
            else:
                found.tests.append(job)
        if found.tests:
            found.events.append(Event("8 DIAGNOSTICS COMPLETE"))
        return found

    @staticmethod
    def _is_over(job: Job, now: float) -> bool:
        return job.done is not None if job.errand is not None else job.due <= now

    def _installed(self, job: Job, found: Outcome) -> None:
        assert job.operation is not None
        units = self._changes.setdefault(job.key, [])
        units.append(self._install(job.operation, job.done))
        if any(other.kind == "Install" and other.key == job.key for other in self._jobs):
            return
        found.units.append((job.key, self._changes.pop(job.key)))
        found.events += [Event("11 DU STATE CHANGE COMPLETE"), Event("M ChangeDUState", job.key)]


def _transferred(job: Job, version: str, found: Outcome) -> None:
    assert job.done is not None
    if job.kind != "Upload" and not job.done.fault and job.size not in (0, len(job.done.body)):
        job.done = job.done._replace(fault=FETCH_FAILED)
    found.transfers.append(job)
    found.events += [Event("7 TRANSFER COMPLETE"), Event(f"M {job.kind}", job.key)]
    if job.kind != "Upload" and job.file_type.startswith(_FIRMWARE) and not job.done.fault:
        found.version = version_of(job.done.body, job.name, version)


def version_of(image: bytes, name: str, before: str) -> str:
    """The version of a firmware image: as its first line says, or its name, or one more."""
    noted = _NOTED.match(image)
    if noted is not None:
        return noted[1].decode()
    named = _NAMED.search(name)
    if named is not None:
        return named[0]
    numbers = list(re.finditer(r"\d+", before))
    if not numbers:
        return f"{before}.1"
    last = numbers[-1]
    return f"{before[: last.start()]}{int(last[0]) + 1}{before[last.end() :]}"


def uuid_of(operation: Operation) -> str:
    """A deployment unit's UUID: as it was given, or made of its URL (TR-157, annex A)."""
    return operation.uuid or str(uuid5(NAMESPACE_URL, operation.url))
