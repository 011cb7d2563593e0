"""What an Inform tells: who the router is, what happened to it, what it measured.

The only message that may begin a session (TR-069 Amendment 6, 3.7.1.5). Nothing is asked here.
"""

from acs.cwmp.messages import Envelope, Inform, InformResponse
from acs.cwmp.orders import finished_by
from acs.cwmp.reachable import reach_learned
from acs.cwmp.readings import read_inform
from acs.cwmp.sources import ROOTS
from acs.cwmp.state import Heard, SessionState, answer
from acs.facts import CommandConfirmed, Fact, Informed, Rebooted, Sampled

_KEY_MAX = 32

# Events, blanks and case folded: routers differ in them.
_BOOTSTRAP = "0 bootstrap"
_BOOT = "1 boot"
_VALUE_CHANGE = "4 value change"
_CONNECTION_REQUEST = "6 connection request"
_REBOOT = "m reboot"
_APPOINTED = "m scheduleinform"
_PRESSING = frozenset({_BOOTSTRAP, _BOOT, _VALUE_CHANGE, _CONNECTION_REQUEST})
# What each Inform carries anyway is no news (TR-069 Amendment 6, 3.7.1.5).
_NO_NEWS = frozenset({"sys.fw_version"})


def inform(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """An Inform begins a session, and ends the one before if there is one."""
    message = envelope.message
    assert isinstance(message, Inform)
    events = frozenset(" ".join(event.code.split()).lower() for event in message.events)
    root = _root(message)
    values = {parameter.name: parameter.value for parameter in message.parameters}
    router_id = message.device.router_id
    vitals = read_inform(root, message.parameters)
    software_version = values.get(f"{root}DeviceInfo.SoftwareVersion", "").strip()
    informed = Informed(
        router_id=router_id,
        at=now,
        device=message.device,
        events=message.events,
        address=state.address,
        root=root,
        namespace=envelope.namespace,
        retry_count=message.retry_count,
        device_time=message.current_time,
        software_version=software_version,
        hardware_version=values.get(f"{root}DeviceInfo.HardwareVersion", "").strip(),
        connection_request_url=values.get(
            f"{root}ManagementServer.ConnectionRequestURL", ""
        ).strip(),
        vitals=vitals,
    )
    facts: list[Fact] = [informed, *_restarts(message, events, router_id, now)]
    if _VALUE_CHANGE in events and not _NO_NEWS.issuperset(vitals):
        facts.append(Sampled(router_id=router_id, at=now, vitals=vitals))
    if _APPOINTED in events:
        facts.extend(finished_by(message.events, router_id, now))
    learned = reach_learned(root, values, router_id, now)
    if learned is not None:
        facts.append(learned)
    informed_state = SessionState(
        policy=state.policy,
        address=state.address,
        phase="idle",
        turns=1,
        calls=state.calls,
        router_id=router_id,
        namespace=envelope.namespace,
        root=root,
        software_version=software_version,
        at=now,
        is_pressing=not events.isdisjoint(_PRESSING),
        is_reset=_BOOTSTRAP in events,
    )
    return Heard(informed_state, tuple(facts), answer(envelope, InformResponse()))


def _root(message: Inform) -> str:
    for parameter in message.parameters:
        if parameter.name.startswith(ROOTS):
            return parameter.name.partition(".")[0] + "."
    return ""


def _restarts(message: Inform, events: frozenset[str], router_id: str, now: float) -> list[Fact]:
    """Restarts among the events. Only "M Reboot" proves that one was asked for.

    "1 BOOT" alone may be a power cut, a crash, or a person.
    """
    if _REBOOT not in events:
        if _BOOT not in events:
            return []
        return [Rebooted(router_id=router_id, at=now, cause="unknown")]
    keys = dict.fromkeys(
        event.command_key.strip()
        for event in message.events
        if " ".join(event.code.split()).lower() == _REBOOT
    )
    known = [key for key in keys if 0 < len(key) <= _KEY_MAX]
    if not known:
        return [Rebooted(router_id=router_id, at=now, cause="unknown")]
    confirmed: list[Fact] = [
        CommandConfirmed(router_id=router_id, at=now, command_id=key) for key in known
    ]
    # several keys: reboots that followed one another before the router could tell
    rebooted: list[Fact] = [
        Rebooted(router_id=router_id, at=now, cause="remote_reboot", command_key=known[-1])
    ]
    return confirmed + rebooted
