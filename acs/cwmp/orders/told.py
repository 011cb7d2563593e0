"""What a router tells of itself in calls of its own: which commands end by it, and the answer.

Each call is answered when what it says has been stored, so that it is not told again. Nothing is
asked here.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from acs.cwmp import messages as m
from acs.cwmp.messages import AcsMessage, Envelope
from acs.cwmp.state import Heard, SessionState, answer
from acs.cwmp.structs import UnitResult
from acs.facts import Fact, Noted, TransferCompleted, UnitsChanged

_TEXT = 512  # characters of a stranger's word that are kept
_ARGUMENTS = 16  # TR-069 Amendment 6, A.4.2.2

Telling = Callable[[SessionState, Any, float], tuple[Fact, AcsMessage]]


def _transferred(
    state: SessionState, message: m.TransferComplete, now: float
) -> tuple[Fact, AcsMessage]:
    """A.3.3.2."""
    fact = TransferCompleted(
        router_id=state.router_id,
        at=now,
        command_key=message.command_key.strip()[:_TEXT],
        fault_code=message.fault_code,
        fault_string=message.fault_string[:_TEXT],
        start_time=message.start_time[:_TEXT],
        complete_time=message.complete_time[:_TEXT],
        software_version=state.software_version,
    )
    return fact, m.TransferCompleteResponse()


def _transferred_itself(
    state: SessionState, message: m.AutonomousTransferComplete, now: float
) -> tuple[Fact, AcsMessage]:
    """A.3.3.3: somebody else, or the router itself, had it done."""
    fact = _noted(
        state,
        now,
        "autonomous_transfer",
        {
            "transfer_url": message.transfer_url,
            "is_download": message.is_download,
            "file_type": message.file_type,
            "file_size": message.file_size,
            "target_file_name": message.target_file_name,
            "fault_code": message.fault.code,
            "fault_string": message.fault.string,
        },
    )
    return fact, m.AutonomousTransferCompleteResponse()


def _wants_file(
    state: SessionState, message: m.RequestDownload, now: float
) -> tuple[Fact, AcsMessage]:
    """A.4.2.2: an operator decides whether it gets one."""
    arguments = {one.name[:_TEXT]: one.value[:_TEXT] for one in message.arguments[:_ARGUMENTS]}
    detail: dict[str, object] = {"file_type": message.file_type, "arguments": arguments}
    return _noted(state, now, "request_download", detail), m.RequestDownloadResponse()


def _kicked(state: SessionState, message: m.Kicked, now: float) -> tuple[Fact, AcsMessage]:
    """A.4.2.1: the customer's browser is sent on to where it wanted to go."""
    detail: dict[str, object] = {
        "command": message.command,
        "referer": message.referer,
        "arg": message.arg,
        "next": message.next,
    }
    is_link = message.next.lower().startswith(("http://", "https://"))
    return _noted(state, now, "kicked", detail), m.KickedResponse(message.next if is_link else "")


def _units_changed(
    state: SessionState, message: m.DUStateChangeComplete, now: float
) -> tuple[Fact, AcsMessage]:
    """A.4.2.3."""
    fact = UnitsChanged(
        router_id=state.router_id,
        at=now,
        command_key=message.command_key.strip()[:_TEXT],
        results=_plain(message.results),
    )
    return fact, m.DUStateChangeCompleteResponse()


def _units_changed_themselves(
    state: SessionState, message: m.AutonomousDUStateChangeComplete, now: float
) -> tuple[Fact, AcsMessage]:
    """A.4.2.4."""
    fact = UnitsChanged(
        router_id=state.router_id,
        at=now,
        command_key="",
        results=_plain(message.results),
        is_autonomous=True,
    )
    return fact, m.AutonomousDUStateChangeCompleteResponse()


def _plain(results: Iterable[UnitResult]) -> tuple[dict[str, object], ...]:
    plain: list[dict[str, object]] = [msgspec.to_builtins(one) for one in results]
    return tuple(plain)


def _noted(state: SessionState, now: float, kind: str, detail: dict[str, object]) -> Noted:
    short = {
        name: value[:_TEXT] if isinstance(value, str) else value for name, value in detail.items()
    }
    return Noted(router_id=state.router_id, at=now, kind=kind, detail=short)


# What a router may call in a session, beside Inform and GetRPCMethods.
TOLD: Mapping[type[object], Telling] = MappingProxyType(
    {
        m.TransferComplete: _transferred,
        m.AutonomousTransferComplete: _transferred_itself,
        m.RequestDownload: _wants_file,
        m.Kicked: _kicked,
        m.DUStateChangeComplete: _units_changed,
        m.AutonomousDUStateChangeComplete: _units_changed_themselves,
    }
)


def told(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """Any of these calls: what it tells, and its answer."""
    fact, response = TOLD[type(envelope.message)](state, envelope.message, now)
    return Heard(state, (fact,), answer(envelope, response))
