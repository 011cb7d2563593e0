"""Processes of the router: its name service, a runaway processor, crashes, slow answers."""

from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom, above
from diagnostics.symptoms.session import is_down, is_known

_DEAD, _UNCLEAR = 3, 4
_NORMAL, _RAISED, _BUSY, _OVERLOAD, _RUNAWAY = range(5)
_PERCENT = 100.0


def _dns_proxy(see: Observations) -> Finding | None:
    metric = "sys.dns_proxy_fail"
    share = see.numbers.get(metric)
    # without a session nothing resolves, and the name service is not to blame
    if share is None or (share > see.limits.processes.lookups_some and is_down(see)):
        return None
    limits = see.limits.processes
    level = above(share, limits.lookups_some, limits.lookups_failing, limits.lookups_dead)
    if not level:
        return Finding(0, metric, "Name look-ups through the router succeed.")
    says = "Of the name look-ups through the router {:.0f} % fail."
    if level == _DEAD:
        if not is_known(see):  # perhaps it has no session: then nothing can resolve
            return Finding(_UNCLEAR, metric, says, (_PERCENT * share,))
        says = "Its session is up, yet of the name look-ups through the router {:.0f} % fail."
    return Finding(level, metric, says, (_PERCENT * share,))


def _cpu(see: Observations) -> Finding | None:
    metric = "sys.cpu_util"
    busy = see.middle(metric)
    if busy is None:
        return _load(see)
    limits = see.limits.processes
    usual = see.usual(metric)
    risen = usual is not None and busy >= usual + limits.cpu_risen
    if busy < limits.cpu_busy and not risen:
        z = see.deviation(metric, busy, limits.cpu_floor)
        if z is not None and z >= limits.cpu_raised:
            says = "The processor is {:.0f} % busy; {:.0f} % is usual."
            return Finding(_RAISED, metric, says, (busy, usual))
        return Finding(_NORMAL, metric, "The processor is {:.0f} % busy.", (busy,))
    traffic = see.traffic()
    if busy >= limits.cpu_full and traffic is not None and traffic <= limits.idle_traffic:
        says = "The processor is {:.0f} % busy although there is little traffic."
        return Finding(_RUNAWAY, metric, says, (busy,))
    if risen and traffic is not None and traffic <= 1:  # a process spins on one of the cores
        says = "The processor is {:.0f} % busy without more traffic; {:.0f} % is usual."
        return Finding(_RUNAWAY, metric, says, (busy, usual))
    if busy >= limits.cpu_full:
        softirq = see.numbers.get("sys.softirq_share", 0.0)
        level = _OVERLOAD if (traffic or 0) > 1 or softirq > limits.cpu_busy else _RUNAWAY
        return Finding(level, metric, "The processor is {:.0f} % busy.", (busy,))
    if usual is None:
        return Finding(_BUSY, metric, "The processor is {:.0f} % busy.", (busy,))
    says = "The processor is {:.0f} % busy; {:.0f} % is usual."
    return Finding(_BUSY, metric, says, (busy, usual))


def _load(see: Observations) -> Finding | None:
    """The load of a router that does not tell how busy its processor is."""
    metric = "sys.load1_per_core"
    load = see.middle(metric)
    if load is None:
        return None
    level = _BUSY if load >= see.limits.processes.load_high else _NORMAL
    return Finding(level, metric, "The load of its processor is {:.1f} per core.", (load,))


def _files(see: Observations) -> Finding | None:
    metric = "sys.fd_open"
    limits = see.limits.processes
    z = see.z(metric, limits.files_floor)
    if z is None:
        return None
    says = "Open files: {:.0f}; {:.0f} is usual."
    figures = (see.numbers[metric], see.usual(metric))
    return Finding(above(z, limits.many, limits.rampant), metric, says, figures)


def _processes(see: Observations) -> Finding | None:
    metric = "sys.process_count"
    limits = see.limits.processes
    z = see.z(metric, limits.processes_floor)
    if z is None:
        return None
    says = "Running processes: {:.0f}; {:.0f} is usual."
    figures = (see.numbers[metric], see.usual(metric))
    return Finding(above(z, limits.more, limits.many, limits.rampant), metric, says, figures)


def _crashes(see: Observations) -> Finding | None:
    metric = "sys.kernel_faults_prev_boot"
    kernel = see.numbers.get(metric)
    faults = see.numbers.get("sys.process_faults_prev_boot")
    if kernel is None and faults is None:
        return None
    count = (kernel or 0) + (faults or 0)
    if not count:
        return Finding(0, metric, "Nothing crashed before its last restart.")
    says = "Before its last restart something crashed {:.0f} times."
    metric = metric if kernel else "sys.process_faults_prev_boot"
    return Finding(above(count, 1, see.limits.processes.crashes_many), metric, says, (count,))


def _session_time(see: Observations) -> Finding | None:
    metric = "acs.session_rtt"
    limits = see.limits.processes
    z = see.z(metric, limits.slow_floor)
    if z is None:
        return None
    says = "It takes {:.1f} s to answer us; {:.1f} s is usual."
    figures = (see.numbers[metric], see.usual(metric))
    return Finding(above(z, limits.slower, limits.slow, limits.very_slow), metric, says, figures)


def _session_faults(see: Observations) -> Finding | None:
    metric = "acs.fault_rate"
    share = see.numbers.get(metric)
    if share is None:
        return None
    limits = see.limits.processes
    if not share:
        return Finding(0, metric, "It answers our calls without a fault.")
    says = "It answers {:.1f} % of our calls with a fault."
    level = above(share, limits.faults_some, limits.faults_many)
    return Finding(level, metric, says, (_PERCENT * share,))


SYMPTOMS = (
    Symptom("dns_proxy", ("sys.dns_proxy_fail",), _dns_proxy),
    Symptom("cpu", ("sys.cpu_util", "sys.load1_per_core"), _cpu),
    Symptom("files", ("sys.fd_open",), _files),
    Symptom("processes", ("sys.process_count",), _processes),
    Symptom("crashes", ("sys.kernel_faults_prev_boot", "sys.process_faults_prev_boot"), _crashes),
    Symptom("session_time", ("acs.session_rtt",), _session_time),
    Symptom("session_faults", ("acs.fault_rate",), _session_faults),
)
