"""What an Inform tells: who the router is, what happened to it, what it measured.

The only message that may begin a session (TR-069 Amendment 6, 3.7.1.5). Nothing is asked here.
"""

from acs.cwmp.messages import Envelope, Fault, Inform, InformResponse
from acs.cwmp.orders import finished_by
from acs.cwmp.reachable import reach_learned
from acs.cwmp.readings import read_inform
from acs.cwmp.sources import ROOTS
from acs.cwmp.state import Heard, SessionState, answer, change, over
from acs.cwmp.versions import chosen, idle_timeout
from acs.facts import (
    EVENT_CODES,
    CommandConfirmed,
    Event,
    Fact,
    Informed,
    Noted,
    Rebooted,
    Sampled,
)

_KEY_MAX = 32
_VERSION_INCOMPATIBLE = 8006

# Events, blanks and case folded: routers differ in them.
_BOOTSTRAP = "0 bootstrap"
_BOOT = "1 boot"
_VALUE_CHANGE = "4 value change"
_CONNECTION_REQUEST = "6 connection request"
_TEST_ENDED = "8 diagnostics complete"
_REBOOT = "m reboot"
_APPOINTED = "m scheduleinform"
_PRESSING = frozenset({_BOOTSTRAP, _BOOT, _VALUE_CHANGE, _CONNECTION_REQUEST})
# What each Inform carries anyway is no news (TR-069 Amendment 6, 3.7.1.5).
_NO_NEWS = frozenset({"sys.fw_version"})


def inform(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """An Inform begins a session, and ends the one before if there is one."""
    message = envelope.message
    assert isinstance(message, Inform)
    told = _in_the_standards_words(message.events)
    events = frozenset(_folded(event.code) for event in told)
    root = _root(message)
    values = {parameter.name: parameter.value for parameter in message.parameters}
    router_id = message.device.router_id
    vitals = read_inform(root, message.parameters)
    software_version = values.get(f"{root}DeviceInfo.SoftwareVersion", "").strip()
    informed = Informed(
        router_id=router_id,
        at=now,
        device=message.device,
        events=told,
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
    version = chosen(envelope) if envelope.supported_versions else ""
    if version is None:
        return _incompatible(state, envelope, informed)
    restarts = _restarts(told, events, router_id, now)
    if state.policy.quirks.no_reboot_event and _BOOT in events and _REBOOT not in events:
        # it stands for "M Reboot", of the one reboot that is under way, if one is
        restarts.insert(0, CommandConfirmed(router_id=router_id, at=now, command_id=""))
    facts: list[Fact] = [informed, *restarts]
    if _VALUE_CHANGE in events and not _NO_NEWS.issuperset(vitals):
        facts.append(Sampled(router_id=router_id, at=now, vitals=vitals))
    if _APPOINTED in events:
        facts.extend(finished_by(told, router_id, now))
    learned = reach_learned(root, values, router_id, now)
    if learned is not None:
        facts.append(learned)
    informed_state = SessionState(
        policy=state.policy,
        address=state.address,
        phase="idle",
        turns=1,
        calls=state.calls,
        idle_timeout=idle_timeout(envelope) if envelope.session_timeout is not None else 0.0,
        router_id=router_id,
        namespace=envelope.namespace,
        root=root,
        software_version=software_version,
        at=now,
        is_pressing=not events.isdisjoint(_PRESSING),
        is_reset=_BOOTSTRAP in events,
        is_tested=_TEST_ENDED in events,
    )
    reply = Envelope(InformResponse(), envelope.id, envelope.namespace, use_version=version)
    return Heard(informed_state, tuple(facts), reply)


def _incompatible(state: SessionState, envelope: Envelope, informed: Informed) -> Heard:
    """No version of CWMP is common: the session has failed (TR-069 Amendment 6, 3.7.2.1)."""
    detail: dict[str, object] = {"supported": list(envelope.supported_versions)}
    noted = Noted(
        router_id=informed.router_id, at=informed.at, kind="version_incompatible", detail=detail
    )
    fault = Fault(_VERSION_INCOMPATIBLE, "CWMP version incompatible", soap_code="Server")
    named = change(state, router_id=informed.router_id, turns=1, at=informed.at)
    return Heard(over(named), (informed, noted), answer(envelope, fault))


_STANDARD = {code: code for code in EVENT_CODES}
_BY_FOLDED = {code.lower(): code for code in EVENT_CODES}


def _folded(code: str) -> str:
    return code.lower() if code in _STANDARD else " ".join(code.split()).lower()


def _in_the_standards_words(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The events, those of the standard spelled as it does."""
    for event in events:
        if event.code not in _STANDARD:
            break
    else:
        return events
    return tuple(
        Event(_BY_FOLDED.get(_folded(event.code), event.code), event.command_key)
        for event in events
    )


def _root(message: Inform) -> str:
    for parameter in message.parameters:
        if parameter.name.startswith(ROOTS):
            return parameter.name.partition(".")[0] + "."
    return ""


def _restarts(
    told: tuple[Event, ...], events: frozenset[str], router_id: str, now: float
) -> list[Fact]:
    """Restarts among the events. Only "M Reboot" proves that one was asked for.

    "1 BOOT" alone may be a power cut, a crash, or a person.
    """
    if _REBOOT not in events:
        if _BOOT not in events:
            return []
        return [Rebooted(router_id=router_id, at=now, cause="unknown")]
    keys = dict.fromkeys(
        event.command_key.strip() for event in told if _folded(event.code) == _REBOOT
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
