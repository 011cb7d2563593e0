"""A simulated router's side of CWMP, without sockets and without a clock.

Bytes of the server in, bodies of POSTs out; keeps a journal of what was acknowledged and executed.
Written apart from the server's session, from TR-069 Amendment 6.
"""

from random import Random

import msgspec

from acs.facts import Event
from acs.simulator import calls, soap
from acs.simulator.endings import WATCH_EVERY, Endings, Watch
from acs.simulator.errands import Done, Errand
from acs.simulator.faults import CallFaultError
from acs.simulator.illness import Body, Vitals
from acs.simulator.jobs import Jobs
from acs.simulator.journal import Executed, Journal
from acs.simulator.product import Model
from acs.simulator.software import Modules

RETRY_MINIMUM = 5.0  # ManagementServer.CWMPRetryMinimumWaitInterval, s
RETRY_MULTIPLIER = 2.0  # ManagementServer.CWMPRetryIntervalMultiplier / 1000
RETRY_STEPS = 10  # from the tenth attempt on the wait no longer grows
_OK, _NO_CONTENT = 200, 204
_SURVIVING = ("0 ", "2 ", "7 ", "11 ", "M ")  # events that a restart does not undo (3.7.1.5)


class CpeSettings(msgspec.Struct, frozen=True):
    """How a simulated router behaves.

    Attributes:
        inform_interval: between periodic Informs, s.
        reboot_takes: from going down to the first Inform, s.
        retry_scale: the standard's waits before a retry times this.
    """

    inform_interval: float = 10.0
    reboot_takes: float = 8.0
    retry_scale: float = 1.0


def retry_wait(failures: int, random: Random, scale: float = 1.0) -> float:
    """Seconds until the next attempt after ``failures`` (TR-069 Amendment 6, 3.2.1.1)."""
    step = min(failures, RETRY_STEPS)
    low = RETRY_MINIMUM * RETRY_MULTIPLIER ** (step - 1)
    return scale * random.uniform(low, low * RETRY_MULTIPLIER)


class Cpe:
    """One router as a state machine.

    The driver calls ``tick`` often enough (``due_at`` says when), ``begin`` when ``tick`` returned
    True, then ``reply`` with each response until it returns None, or ``lost`` when that fails.
    """

    def __init__(
        self,
        model: Model,
        serial: str,
        body: Body,
        settings: CpeSettings,
        *,
        random: Random,
        now: float,
        bootstrap: bool = True,
    ) -> None:
        self.model = model
        self.device = model.device(serial)
        self.body = body
        self.tree = model.tree(serial, body)
        self.journal = Journal()
        self.jobs = Jobs(Modules(self.tree, model.root).change)
        self._ends = Endings(model, self.tree, self.jobs, random)
        self._watch = Watch(self.tree)
        self._settings = settings
        self._random = random
        self._pending: list[Event] = [Event("0 BOOTSTRAP"), Event("1 BOOT")] if bootstrap else []
        self._sent: list[Event] = []
        self._failures = 0
        self._in_session = False
        self._acknowledged = False
        self._restart_key: str | None = None
        self._restart_after_session = False
        self._factory_reset = False
        self._up_at = now
        self._next_inform = now + random.uniform(0, settings.inform_interval)
        self._retry_at: float | None = None
        self._wanted = bootstrap
        self._next_fall = body.next_boot(now)

    @property
    def router_id(self) -> str:
        """The id under which a server knows this router."""
        return self.device.router_id

    @property
    def _interval(self) -> float:
        """Between periodic Informs: as the server has set it, else as it was made."""
        text = self.tree.written(f"{self.model.root}ManagementServer.PeriodicInformInterval")
        is_said = text.isdecimal() and int(text) > 0
        return float(text) if is_said else self._settings.inform_interval

    def is_up(self, now: float) -> bool:
        """Powered, started and connected."""
        return now >= self._up_at and not self.body.is_offline(now)

    def due_at(self, now: float) -> float:
        """When ``tick`` should be called next."""
        if self._in_session:
            return now + 1.0
        times = [self._next_inform]
        if self._wanted:
            times = [now]
        if self._retry_at is not None:
            times = [self._retry_at]
        if self._next_fall is not None:
            times.append(self._next_fall)
        waiting = self.jobs.due_at()
        if waiting is not None:
            times.append(waiting)
        if self._watch.is_urgent:
            times.append(now + WATCH_EVERY)
        due = max(min(times), self._up_at)
        return max(due, now + 1.0) if self.body.is_offline(now) else due

    def tick(self, now: float) -> bool:
        """Let time pass; True when a session should begin now."""
        if self._next_fall is not None and now >= self._next_fall and not self._in_session:
            self._go_down(now, None)
        if self._in_session or not self.is_up(now):
            return False
        self._finish_jobs(now)
        if not self.is_up(now):
            return False
        if self._watch.must_tell(lambda: self.vitals(now)):
            self.values_changed()
        if now >= self._next_inform:
            self._next_inform = now + self._interval
            self._add(Event("2 PERIODIC"))
            self._wanted = True
        if self._retry_at is not None:
            return now >= self._retry_at
        return self._wanted

    def connection_requested(self) -> None:
        """An authentic connection request came; at once, even while waiting to retry."""
        self._add(Event("6 CONNECTION REQUEST"))
        self._wanted = True
        self._retry_at = None

    # --- what goes on between sessions -------------------------------------------------------

    def errands(self, now: float) -> list[Errand]:
        """Files to fetch or send now; each is handed out once, and reported by ``ran``."""
        return [] if self._in_session or not self.is_up(now) else self.jobs.errands(now)

    def ran(self, number: int, done: Done) -> None:
        """An errand has ended."""
        self.jobs.report(number, done)

    def _finish_jobs(self, now: float) -> None:
        events, version = self._ends.collect(now, self.body.vitals(now))
        for event in events:
            self._add(event)
        self._wanted = self._wanted or bool(events)
        if version is not None:
            self.tree.install(f"{self.model.root}DeviceInfo.SoftwareVersion", version)
            self._go_down(now, None)

    def values_changed(self) -> None:
        """A parameter that is to be told at once has changed (active notification)."""
        self._add(Event("4 VALUE CHANGE"))
        self._wanted = True

    def _add(self, event: Event) -> None:
        # single events at most once; "M …" events carry keys and may be several (3.7.1.5)
        if event not in self._pending:
            self._pending.append(event)

    # --- the session -----------------------------------------------------------------------

    def begin(self, now: float) -> bytes:
        """Open a session: the body of the first POST, an Inform."""
        self._in_session = True
        self._wanted, self._retry_at = False, None
        self._acknowledged = False
        self._sent = list(self._pending)
        self.journal.informs += 1
        vitals = self.vitals(now)
        root = self.model.root
        server = f"{root}ManagementServer."
        names = (
            f"{root}DeviceInfo.HardwareVersion",
            f"{root}DeviceInfo.SoftwareVersion",
            f"{root}DeviceInfo.ProvisioningCode",
            f"{server}ParameterKey",
            f"{server}ConnectionRequestURL",
            *self.model.informs,
        )
        changed = self._watch.changed(lambda: vitals)
        told = dict.fromkeys((*(n for n in names if self.tree.has(n)), *changed))
        values = [value for name in told for value in self.tree.values(name, vitals)]
        body = soap.inform(
            self.model.style,
            self.device,
            self._sent,
            values,
            retry_count=self._failures,
            now=now,
        )
        return soap.envelope(self.model.style, f"{self.journal.informs}", body)

    def vitals(self, now: float) -> Vitals:
        """What the router would say of itself now."""
        return self.body.vitals(now)

    def reply(self, status: int, payload: bytes, now: float) -> bytes | None:
        """Take an HTTP response; return the next body to POST, b"" to say nothing, None at the end.

        An end is the server's 204 or empty answer after it acknowledged the Inform; anything else
        counts as a failed session, which is tried again later.
        """
        if status == _NO_CONTENT or (status == _OK and not payload.strip()):
            if self._acknowledged:
                self._end(now)
            else:
                self.lost(now)
            return None
        if status != _OK:
            self.lost(now)
            return None
        try:
            call = soap.read_call(payload)
        except ValueError:
            self.lost(now)
            return None
        if not self._acknowledged:
            return self._inform_answered(call, now)
        if self._ends.is_telling:
            return self._told(call, now)
        return self._execute(call, now)

    def _inform_answered(self, call: soap.Call, now: float) -> bytes | None:
        if call.method != "InformResponse":
            self.lost(now)
            return None
        self._acknowledged = True
        self.journal.acknowledged += 1
        self.journal.events += self._sent
        self._pending = [event for event in self._pending if event not in self._sent]
        self._sent = []
        self._watch.told(lambda: self.vitals(now))
        return self._own_call()

    def _own_call(self) -> bytes:
        """The next call of the router's own; b"" when there is none."""
        body = self._ends.call()
        number = f"{self.journal.informs}.{len(self.journal.told)}"
        return soap.envelope(self.model.style, number, body) if body else b""

    def _told(self, call: soap.Call, now: float) -> bytes | None:
        name = self._ends.answered(call.method)
        if name is None:
            self.lost(now)
            return None
        self.journal.told.append(name)
        return self._own_call()

    def _execute(self, call: soap.Call, now: float) -> bytes:
        self.journal.calls.append(call.method)
        try:
            body = calls.answer(self, call, now)
        except CallFaultError as fault:
            body = soap.fault(fault)
        return soap.envelope(self.model.style, call.id, body)

    def restart_after_session(self, key: str | None, *, factory_reset: bool = False) -> None:
        """Have the router restart when the session has ended."""
        self._restart_after_session = True
        self._restart_key, self._factory_reset = key, factory_reset

    def _end(self, now: float) -> None:
        self._in_session = False
        self._failures = 0
        self.journal.sessions += 1
        self._watch.told(lambda: self.vitals(now))
        self._next_inform = min(self._next_inform, now + self._interval)
        self._restart(now)

    def lost(self, now: float) -> None:
        """The session broke: connection lost, time-out, an HTTP error or a senseless answer."""
        if not self._in_session:
            return
        self._in_session = False
        self._failures += 1
        self.journal.failures += 1
        # a connection request is not delivered again (3.7.1.5, table 8)
        self._pending = [e for e in self._pending if e.code != "6 CONNECTION REQUEST"]
        self._retry_at = now + retry_wait(self._failures, self._random, self._settings.retry_scale)
        self._restart(now)

    def _restart(self, now: float) -> None:
        if self._restart_after_session:
            self._go_down(now, self._restart_key)

    def _go_down(self, now: float, key: str | None) -> None:
        self.journal.executed.append(Executed(now, key))
        back = now + self._settings.reboot_takes
        # whoever counts uptime starts when the system does, somewhat before the first Inform
        self.body.reboot(now + 0.6 * self._settings.reboot_takes)
        self._ends.break_off(tests_only=not self._factory_reset)
        if self._factory_reset:
            self.tree.reset()
            self._ends.forget()
            self._pending = [Event("0 BOOTSTRAP")]
        kept = [e for e in self._pending if e.code.startswith(_SURVIVING)]
        self._pending = [*kept, Event("1 BOOT")]
        if key is not None:
            self._add(Event("M Reboot", key))
        self._restart_key, self._restart_after_session, self._factory_reset = None, False, False
        self._up_at, self._wanted, self._retry_at = back, True, None
        self._next_inform = back + self._interval
        self._failures = 0
        self._next_fall = self.body.next_boot(back)
