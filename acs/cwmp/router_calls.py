"""What a router calls, and its answers (TR-069 Amendment 6, A.3.3 and A.4.2). Values only."""

from acs.cwmp.structs import Argument, Message, ParameterValue, TransferFault, UnitResult
from acs.facts import Event
from acs.identity import DeviceId


class Inform(Message, frozen=True):
    """A.3.3.1."""

    device: DeviceId
    events: tuple[Event, ...]
    max_envelopes: int
    current_time: str
    retry_count: int
    parameters: tuple[ParameterValue, ...]


class InformResponse(Message, frozen=True):
    """A.3.3.1. MaxEnvelopes is always 1."""

    max_envelopes: int = 1


class TransferComplete(Message, frozen=True):
    """A.3.3.2. ``fault_code`` 0 means success."""

    command_key: str
    fault_code: int
    fault_string: str
    start_time: str
    complete_time: str


class TransferCompleteResponse(Message, frozen=True):
    """A.3.3.2."""


class AutonomousTransferComplete(Message, frozen=True):
    """A.3.3.3: a transfer that we did not ask for has ended."""

    announce_url: str
    transfer_url: str
    is_download: bool
    file_type: str
    file_size: int
    target_file_name: str
    fault: TransferFault
    start_time: str
    complete_time: str


class AutonomousTransferCompleteResponse(Message, frozen=True):
    """A.3.3.3."""


class RequestDownload(Message, frozen=True):
    """A.4.2.2: the router would like a file."""

    file_type: str
    arguments: tuple[Argument, ...] = ()


class RequestDownloadResponse(Message, frozen=True):
    """A.4.2.2."""


class Kicked(Message, frozen=True):
    """A.4.2.1, deprecated."""

    command: str
    referer: str
    arg: str
    next: str


class KickedResponse(Message, frozen=True):
    """A.4.2.1."""

    next_url: str


class DUStateChangeComplete(Message, frozen=True):
    """A.4.2.3: what became of a ChangeDUState."""

    results: tuple[UnitResult, ...]
    command_key: str


class DUStateChangeCompleteResponse(Message, frozen=True):
    """A.4.2.3."""


class AutonomousDUStateChangeComplete(Message, frozen=True):
    """A.4.2.4: deployment units changed without our asking."""

    results: tuple[UnitResult, ...]


class AutonomousDUStateChangeCompleteResponse(Message, frozen=True):
    """A.4.2.4."""
