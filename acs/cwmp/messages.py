"""CWMP messages as plain values, both directions (TR-069 Amendment 6, annex A).

Names are the standard's in snake case. No XML, no rules: encoding is ``codec``, order ``session``.
"""

import msgspec

from acs.facts import Event
from acs.identity import DeviceId


class ParameterValue(msgspec.Struct, frozen=True, array_like=True):
    """ParameterValueStruct. ``type`` is the local name of xsi:type, "" if none was given."""

    name: str
    value: str
    type: str = ""


class ParameterInfo(msgspec.Struct, frozen=True, array_like=True):
    """ParameterInfoStruct; a name that ends with "." is an object."""

    name: str
    writable: bool


class ParameterFault(msgspec.Struct, frozen=True, array_like=True):
    """SetParameterValuesFault: why one parameter was not set."""

    name: str
    code: int
    string: str


class _Message(msgspec.Struct, frozen=True, tag=True):
    pass


# --- what a router says ---------------------------------------------------------------------


class Empty(_Message, frozen=True):
    """An empty HTTP POST: the router has nothing (more) to say."""


class Inform(_Message, frozen=True):
    """A.3.3.1."""

    device: DeviceId
    events: tuple[Event, ...]
    max_envelopes: int
    current_time: str
    retry_count: int
    parameters: tuple[ParameterValue, ...]


class TransferComplete(_Message, frozen=True):
    """A.3.3.2. ``fault_code`` 0 means success."""

    command_key: str
    fault_code: int
    fault_string: str
    start_time: str
    complete_time: str


class GetRPCMethods(_Message, frozen=True):
    """A.3.1.1, either direction."""


class GetRPCMethodsResponse(_Message, frozen=True):
    """A.3.1.1, either direction."""

    methods: tuple[str, ...]


class GetParameterNamesResponse(_Message, frozen=True):
    """A.3.2.3."""

    parameters: tuple[ParameterInfo, ...]


class GetParameterValuesResponse(_Message, frozen=True):
    """A.3.2.2."""

    parameters: tuple[ParameterValue, ...]


class SetParameterValuesResponse(_Message, frozen=True):
    """A.3.2.1. Status 0: applied; 1: committed, applied later."""

    status: int


class SetParameterAttributesResponse(_Message, frozen=True):
    """A.3.2.4."""


class AddObjectResponse(_Message, frozen=True):
    """A.3.2.6."""

    instance_number: int
    status: int


class DeleteObjectResponse(_Message, frozen=True):
    """A.3.2.7."""

    status: int


class DownloadResponse(_Message, frozen=True):
    """A.3.2.8."""

    status: int
    start_time: str
    complete_time: str


class RebootResponse(_Message, frozen=True):
    """A.3.2.9."""


class FactoryResetResponse(_Message, frozen=True):
    """A.4.1.6."""


class Fault(_Message, frozen=True):
    """A SOAP fault, either direction (TR-069 Amendment 6, 3.5 and A.5).

    ``code`` is the CWMP fault code, 0 when the peer gave none; ``soap_code`` Client or Server.
    """

    code: int
    string: str
    parameters: tuple[ParameterFault, ...] = ()
    soap_code: str = ""


class Unknown(_Message, frozen=True):
    """A call that this server does not know; answered by fault 8000."""

    method: str


# --- what the server says -------------------------------------------------------------------


class InformResponse(_Message, frozen=True):
    """A.3.3.1. MaxEnvelopes is always 1."""

    max_envelopes: int = 1


class TransferCompleteResponse(_Message, frozen=True):
    """A.3.3.2."""


class GetParameterNames(_Message, frozen=True):
    """A.3.2.3. ``path`` may be empty, an object ("Device.") or a leaf."""

    path: str
    next_level: bool


class GetParameterValues(_Message, frozen=True):
    """A.3.2.2. A name that ends with "." asks for all below it."""

    names: tuple[str, ...]


class SetParameterValues(_Message, frozen=True):
    """A.3.2.1. Each ParameterValue needs its type."""

    parameters: tuple[ParameterValue, ...]
    parameter_key: str = ""


class AddObject(_Message, frozen=True):
    """A.3.2.6."""

    object_name: str
    parameter_key: str = ""


class Reboot(_Message, frozen=True):
    """A.3.2.9. ``command_key`` comes back with "M Reboot"."""

    command_key: str


CpeMessage = (
    Empty
    | Inform
    | TransferComplete
    | GetRPCMethods
    | GetRPCMethodsResponse
    | GetParameterNamesResponse
    | GetParameterValuesResponse
    | SetParameterValuesResponse
    | SetParameterAttributesResponse
    | AddObjectResponse
    | DeleteObjectResponse
    | DownloadResponse
    | RebootResponse
    | FactoryResetResponse
    | Fault
    | Unknown
)
AcsMessage = (
    InformResponse
    | TransferCompleteResponse
    | GetRPCMethods
    | GetRPCMethodsResponse
    | GetParameterNames
    | GetParameterValues
    | SetParameterValues
    | AddObject
    | Reboot
    | Fault
)
Message = CpeMessage | AcsMessage


class Envelope(msgspec.Struct, frozen=True):
    """A message with what surrounds it.

    Attributes:
        message: what is said.
        id: text of the cwmp:ID header as it came, None when there was none. Echoed in a reply.
        namespace: CWMP namespace, ``urn:dslforum-org:cwmp-1-0`` to ``-4``.
        quirks: names of the tolerated oddities met while reading, for metrics.
    """

    message: Message
    id: str | None = None
    namespace: str = "urn:dslforum-org:cwmp-1-0"
    quirks: tuple[str, ...] = ()
