"""The structures that CWMP messages are made of (TR-069 Amendment 6, annex A). Values only.

Names are the standard's in snake case. Messages themselves are in ``calls`` and ``messages``.
"""

import msgspec


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


class ParameterAttributes(msgspec.Struct, frozen=True, array_like=True):
    """ParameterAttributeStruct (A.3.2.5): notification 0 to 6 and who else may write it."""

    name: str
    notification: int
    access_list: tuple[str, ...] = ()


class AttributeChange(msgspec.Struct, frozen=True, array_like=True):
    """SetParameterAttributesStruct (A.3.2.4); None leaves the attribute as it is."""

    name: str
    notification: int | None = None
    access_list: tuple[str, ...] | None = None


class TransferFault(msgspec.Struct, frozen=True, array_like=True):
    """FaultStruct (A.3.3.2); code 0 means success."""

    code: int = 0
    string: str = ""


class QueuedTransfer(msgspec.Struct, frozen=True):
    """QueuedTransferStruct and AllQueuedTransferStruct (A.4.1.5, A.4.1.7).

    ``state`` 1: not yet started, 2: in progress, 3: completed, finishing clean-up. What the shorter
    of the two does not have is None.
    """

    command_key: str
    state: int
    is_download: bool | None = None
    file_type: str = ""
    file_size: int | None = None
    target_file_name: str = ""


class TimeWindow(msgspec.Struct, frozen=True):
    """TimeWindowStruct (A.4.1.8); start and end in seconds from now.

    ``mode`` is "1 At Any Time", "2 Immediately", "3 When Idle", "4 Confirmation Needed" or a
    vendor's; ``max_retries`` -1 leaves their number to the router.
    """

    start: int
    end: int
    mode: str
    user_message: str = ""
    max_retries: int = -1


class Argument(msgspec.Struct, frozen=True, array_like=True):
    """ArgStruct of RequestDownload (A.4.2.2)."""

    name: str
    value: str


class InstallUnit(msgspec.Struct, frozen=True, tag="install"):
    """InstallOpStruct (A.4.1.10)."""

    url: str
    uuid: str = ""
    username: str = ""
    password: str = ""
    execution_env_ref: str = ""


class UpdateUnit(msgspec.Struct, frozen=True, tag="update"):
    """UpdateOpStruct (A.4.1.10)."""

    uuid: str = ""
    version: str = ""
    url: str = ""
    username: str = ""
    password: str = ""


class UninstallUnit(msgspec.Struct, frozen=True, tag="uninstall"):
    """UninstallOpStruct (A.4.1.10)."""

    uuid: str
    version: str = ""
    execution_env_ref: str = ""


UnitOperation = InstallUnit | UpdateUnit | UninstallUnit


class UnitResult(msgspec.Struct, frozen=True):
    """OpResultStruct and AutonOpResultStruct (A.4.2.3, A.4.2.4).

    ``operation`` is Install, Update or Uninstall of an autonomous change, else empty.
    """

    uuid: str = ""
    deployment_unit_ref: str = ""
    version: str = ""
    current_state: str = ""
    resolved: bool = False
    execution_unit_refs: str = ""
    start_time: str = ""
    complete_time: str = ""
    fault: TransferFault = TransferFault()
    operation: str = ""


class Option(msgspec.Struct, frozen=True):
    """OptionStruct (A.4.1.2, deprecated)."""

    name: str
    voucher_sn: str = ""
    state: int = 0
    mode: str = ""
    start_date: str = ""
    expiration_date: str = ""
    is_transferable: bool = False


class Message(msgspec.Struct, frozen=True, tag=True):
    """What every message is."""
