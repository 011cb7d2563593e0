"""CWMP messages as plain values, both directions (TR-069 Amendment 6, annex A).

Names are the standard's in snake case. No XML, no rules: encoding is ``codec``, order ``session``.
The calls themselves are in ``router_calls`` and ``server_calls``.
"""

import msgspec

from acs.cwmp import structs
from acs.cwmp.router_calls import (
    AutonomousDUStateChangeComplete,
    AutonomousDUStateChangeCompleteResponse,
    AutonomousTransferComplete,
    AutonomousTransferCompleteResponse,
    DUStateChangeComplete,
    DUStateChangeCompleteResponse,
    Inform,
    InformResponse,
    Kicked,
    KickedResponse,
    RequestDownload,
    RequestDownloadResponse,
    TransferComplete,
    TransferCompleteResponse,
)
from acs.cwmp.server_calls import (
    AddObject,
    AddObjectResponse,
    CancelTransfer,
    CancelTransferResponse,
    ChangeDUState,
    ChangeDUStateResponse,
    DeleteObject,
    DeleteObjectResponse,
    Download,
    DownloadResponse,
    FactoryReset,
    FactoryResetResponse,
    GetAllQueuedTransfers,
    GetAllQueuedTransfersResponse,
    GetOptions,
    GetOptionsResponse,
    GetParameterAttributes,
    GetParameterAttributesResponse,
    GetParameterNames,
    GetParameterNamesResponse,
    GetParameterValues,
    GetParameterValuesResponse,
    GetQueuedTransfers,
    GetQueuedTransfersResponse,
    Reboot,
    RebootResponse,
    ScheduleDownload,
    ScheduleDownloadResponse,
    ScheduleInform,
    ScheduleInformResponse,
    SetParameterAttributes,
    SetParameterAttributesResponse,
    SetParameterValues,
    SetParameterValuesResponse,
    SetVouchers,
    SetVouchersResponse,
    Upload,
    UploadResponse,
)
from acs.cwmp.structs import ParameterFault, ParameterInfo, ParameterValue

__all__ = [
    "AcsMessage",
    "AddObject",
    "AddObjectResponse",
    "AutonomousDUStateChangeComplete",
    "AutonomousDUStateChangeCompleteResponse",
    "AutonomousTransferComplete",
    "AutonomousTransferCompleteResponse",
    "CancelTransfer",
    "CancelTransferResponse",
    "ChangeDUState",
    "ChangeDUStateResponse",
    "CpeMessage",
    "DUStateChangeComplete",
    "DUStateChangeCompleteResponse",
    "DeleteObject",
    "DeleteObjectResponse",
    "Download",
    "DownloadResponse",
    "Empty",
    "Envelope",
    "FactoryReset",
    "FactoryResetResponse",
    "Fault",
    "GetAllQueuedTransfers",
    "GetAllQueuedTransfersResponse",
    "GetOptions",
    "GetOptionsResponse",
    "GetParameterAttributes",
    "GetParameterAttributesResponse",
    "GetParameterNames",
    "GetParameterNamesResponse",
    "GetParameterValues",
    "GetParameterValuesResponse",
    "GetQueuedTransfers",
    "GetQueuedTransfersResponse",
    "GetRPCMethods",
    "GetRPCMethodsResponse",
    "Inform",
    "InformResponse",
    "Kicked",
    "KickedResponse",
    "Message",
    "ParameterFault",
    "ParameterInfo",
    "ParameterValue",
    "Reboot",
    "RebootResponse",
    "RequestDownload",
    "RequestDownloadResponse",
    "ScheduleDownload",
    "ScheduleDownloadResponse",
    "ScheduleInform",
    "ScheduleInformResponse",
    "SetParameterAttributes",
    "SetParameterAttributesResponse",
    "SetParameterValues",
    "SetParameterValuesResponse",
    "SetVouchers",
    "SetVouchersResponse",
    "TransferComplete",
    "TransferCompleteResponse",
    "Unknown",
    "Upload",
    "UploadResponse",
]


class Empty(structs.Message, frozen=True):
    """An empty HTTP POST: the router has nothing (more) to say."""


class GetRPCMethods(structs.Message, frozen=True):
    """A.3.1.1, either direction."""


class GetRPCMethodsResponse(structs.Message, frozen=True):
    """A.3.1.1, either direction."""

    methods: tuple[str, ...]


class Fault(structs.Message, frozen=True):
    """A SOAP fault, either direction (TR-069 Amendment 6, 3.5 and A.5).

    ``code`` is the CWMP fault code, 0 when the peer gave none; ``soap_code`` Client or Server.
    """

    code: int
    string: str
    parameters: tuple[ParameterFault, ...] = ()
    soap_code: str = ""


class Unknown(structs.Message, frozen=True):
    """A call that this server does not know; answered by fault 8000."""

    method: str


CpeMessage = (
    Empty
    | Inform
    | TransferComplete
    | AutonomousTransferComplete
    | RequestDownload
    | Kicked
    | DUStateChangeComplete
    | AutonomousDUStateChangeComplete
    | GetRPCMethods
    | GetRPCMethodsResponse
    | GetParameterNamesResponse
    | GetParameterValuesResponse
    | SetParameterValuesResponse
    | SetParameterAttributesResponse
    | GetParameterAttributesResponse
    | AddObjectResponse
    | DeleteObjectResponse
    | DownloadResponse
    | UploadResponse
    | ScheduleDownloadResponse
    | CancelTransferResponse
    | GetQueuedTransfersResponse
    | GetAllQueuedTransfersResponse
    | RebootResponse
    | FactoryResetResponse
    | ScheduleInformResponse
    | ChangeDUStateResponse
    | SetVouchersResponse
    | GetOptionsResponse
    | Fault
    | Unknown
)
AcsMessage = (
    InformResponse
    | TransferCompleteResponse
    | AutonomousTransferCompleteResponse
    | RequestDownloadResponse
    | KickedResponse
    | DUStateChangeCompleteResponse
    | AutonomousDUStateChangeCompleteResponse
    | GetRPCMethods
    | GetRPCMethodsResponse
    | GetParameterNames
    | GetParameterValues
    | SetParameterValues
    | SetParameterAttributes
    | GetParameterAttributes
    | AddObject
    | DeleteObject
    | Download
    | Upload
    | ScheduleDownload
    | CancelTransfer
    | GetQueuedTransfers
    | GetAllQueuedTransfers
    | Reboot
    | FactoryReset
    | ScheduleInform
    | ChangeDUState
    | SetVouchers
    | GetOptions
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
        supported_versions: of the header SupportedCWMPVersions, () without one (3.7.2.1).
        session_timeout: of the header SessionTimeout in seconds, None without one (3.7.2.1).
        use_version: of the header UseCWMPVersion, which only an InformResponse carries.
    """

    message: Message
    id: str | None = None
    namespace: str = "urn:dslforum-org:cwmp-1-0"
    quirks: tuple[str, ...] = ()
    supported_versions: tuple[str, ...] = ()
    session_timeout: float | None = None
    use_version: str = ""
