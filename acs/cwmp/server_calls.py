"""What the server calls and what it is answered (TR-069 Amendment 6, A.3.2 and A.4.1). Values only.

Calls to a router go out as they are: whether their arguments are legal is checked where they are
made.
"""

from acs.cwmp.structs import (
    AttributeChange,
    Message,
    Option,
    ParameterAttributes,
    ParameterInfo,
    ParameterValue,
    QueuedTransfer,
    TimeWindow,
    UnitOperation,
)


class GetParameterNames(Message, frozen=True):
    """A.3.2.3. ``path`` may be empty, an object ("Device.") or a leaf."""

    path: str
    next_level: bool


class GetParameterNamesResponse(Message, frozen=True):
    """A.3.2.3."""

    parameters: tuple[ParameterInfo, ...]


class GetParameterValues(Message, frozen=True):
    """A.3.2.2. A name that ends with "." asks for all below it."""

    names: tuple[str, ...]


class GetParameterValuesResponse(Message, frozen=True):
    """A.3.2.2."""

    parameters: tuple[ParameterValue, ...]


class SetParameterValues(Message, frozen=True):
    """A.3.2.1. Each ParameterValue needs its type."""

    parameters: tuple[ParameterValue, ...]
    parameter_key: str = ""


class SetParameterValuesResponse(Message, frozen=True):
    """A.3.2.1. Status 0: applied; 1: committed, applied later."""

    status: int


class SetParameterAttributes(Message, frozen=True):
    """A.3.2.4."""

    changes: tuple[AttributeChange, ...]


class SetParameterAttributesResponse(Message, frozen=True):
    """A.3.2.4."""


class GetParameterAttributes(Message, frozen=True):
    """A.3.2.5."""

    names: tuple[str, ...]


class GetParameterAttributesResponse(Message, frozen=True):
    """A.3.2.5."""

    attributes: tuple[ParameterAttributes, ...]


class AddObject(Message, frozen=True):
    """A.3.2.6. ``object_name`` ends with "."."""

    object_name: str
    parameter_key: str = ""


class AddObjectResponse(Message, frozen=True):
    """A.3.2.6."""

    instance_number: int
    status: int


class DeleteObject(Message, frozen=True):
    """A.3.2.7. ``object_name`` is an instance and ends with "."."""

    object_name: str
    parameter_key: str = ""


class DeleteObjectResponse(Message, frozen=True):
    """A.3.2.7."""

    status: int


class Download(Message, frozen=True):
    """A.3.2.8. Sizes in bytes, the delay in seconds."""

    command_key: str
    file_type: str
    url: str
    username: str = ""
    password: str = ""
    file_size: int = 0
    target_file_name: str = ""
    delay_seconds: int = 0
    success_url: str = ""
    failure_url: str = ""


class DownloadResponse(Message, frozen=True):
    """A.3.2.8. Status 0: done; 1: TransferComplete will follow."""

    status: int
    start_time: str
    complete_time: str


class Upload(Message, frozen=True):
    """A.4.1.5. The delay in seconds."""

    command_key: str
    file_type: str
    url: str
    username: str = ""
    password: str = ""
    delay_seconds: int = 0


class UploadResponse(Message, frozen=True):
    """A.4.1.5. Status as in DownloadResponse."""

    status: int
    start_time: str
    complete_time: str


class ScheduleDownload(Message, frozen=True):
    """A.4.1.8. One or two time windows."""

    command_key: str
    file_type: str
    url: str
    windows: tuple[TimeWindow, ...]
    username: str = ""
    password: str = ""
    file_size: int = 0
    target_file_name: str = ""


class ScheduleDownloadResponse(Message, frozen=True):
    """A.4.1.8."""


class CancelTransfer(Message, frozen=True):
    """A.4.1.9."""

    command_key: str


class CancelTransferResponse(Message, frozen=True):
    """A.4.1.9."""


class GetQueuedTransfers(Message, frozen=True):
    """A.4.1.3, deprecated."""


class GetQueuedTransfersResponse(Message, frozen=True):
    """A.4.1.3."""

    transfers: tuple[QueuedTransfer, ...]


class GetAllQueuedTransfers(Message, frozen=True):
    """A.4.1.7."""


class GetAllQueuedTransfersResponse(Message, frozen=True):
    """A.4.1.7."""

    transfers: tuple[QueuedTransfer, ...]


class Reboot(Message, frozen=True):
    """A.3.2.9. ``command_key`` comes back with "M Reboot"."""

    command_key: str


class RebootResponse(Message, frozen=True):
    """A.3.2.9."""


class FactoryReset(Message, frozen=True):
    """A.4.1.6."""


class FactoryResetResponse(Message, frozen=True):
    """A.4.1.6."""


class ScheduleInform(Message, frozen=True):
    """A.4.1.4. The delay in seconds, above 0."""

    delay_seconds: int
    command_key: str


class ScheduleInformResponse(Message, frozen=True):
    """A.4.1.4."""


class ChangeDUState(Message, frozen=True):
    """A.4.1.10."""

    operations: tuple[UnitOperation, ...]
    command_key: str


class ChangeDUStateResponse(Message, frozen=True):
    """A.4.1.10."""


class SetVouchers(Message, frozen=True):
    """A.4.1.1, deprecated. Each voucher is base64."""

    vouchers: tuple[str, ...]


class SetVouchersResponse(Message, frozen=True):
    """A.4.1.1."""


class GetOptions(Message, frozen=True):
    """A.4.1.2, deprecated. An empty name asks for all."""

    option_name: str = ""


class GetOptionsResponse(Message, frozen=True):
    """A.4.1.2."""

    options: tuple[Option, ...]
