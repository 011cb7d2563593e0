"""Commands as the API takes them: one type for each kind, and the scope that each needs.

Docstrings are the OpenAPI descriptions. Their arguments are in ``arguments``.
"""

import msgspec
from msgspec import UNSET

from acs.api import arguments as a
from acs.api.fields import Reason
from acs.api.tokens import Scope
from acs.commands import Command, CommandKind


class _Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    reason: Reason
    consent: bool = False


class _Forced(_Command, frozen=True, kw_only=True):
    force: bool = False


class RebootBody(_Command, frozen=True, tag="reboot"):
    """Reboot the router, unless a guard refuses.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact. Never say so for him.
        arguments: none.
    """

    arguments: a.NoArguments = a.NoArguments()


class GentleBody(_Command, frozen=True, tag="gentle", kw_only=True):
    """Do what disturbs less than a reboot, unless a guard refuses.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact. Never say so for him.
        arguments: of the kind.
    """

    arguments: a.GentleArguments


class RefreshBody(_Command, frozen=True, tag="refresh"):
    """Read all of the router's vitals now.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        arguments: none.
    """

    arguments: a.NoArguments = a.NoArguments()


class GetBody(_Command, frozen=True, tag="get", kw_only=True):
    """Read parameters of the router.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        arguments: of the kind.
    """

    arguments: a.GetArguments


class SetBody(_Forced, frozen=True, tag="set", kw_only=True):
    """Set parameters of the router, once they are checked.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        force: send it although the stored tree or a data model speaks against it.
        arguments: of the kind.
    """

    arguments: a.SetArguments


class NamesBody(_Command, frozen=True, tag="names", kw_only=True):
    """List names of parameters and objects.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        arguments: of the kind.
    """

    arguments: a.NamesArguments


class TreeBody(_Command, frozen=True, tag="tree", kw_only=True):
    """Read a subtree whole and keep it.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        arguments: of the kind.
    """

    arguments: a.TreeArguments


class AttributesBody(_Forced, frozen=True, tag="attributes", kw_only=True):
    """Read or change attributes of parameters.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        force: send it although the stored tree or a data model speaks against it.
        arguments: of the kind.
    """

    arguments: a.AttributesArguments


class AddBody(_Forced, frozen=True, tag="add", kw_only=True):
    """Add an object to a table of the router.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        force: send it although the stored tree or a data model speaks against it.
        arguments: of the kind.
    """

    arguments: a.AddArguments


class DeleteBody(_Forced, frozen=True, tag="delete", kw_only=True):
    """Delete an object of the router.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        force: send it although the stored tree or a data model speaks against it.
        arguments: of the kind.
    """

    arguments: a.DeleteArguments


class DownloadBody(_Forced, frozen=True, tag="download", kw_only=True):
    """Have the router fetch a file: firmware, a configuration.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        force: send it although the file is not for such a router.
        arguments: of the kind.
    """

    arguments: a.DownloadArguments


class UploadBody(_Command, frozen=True, tag="upload", kw_only=True):
    """Have the router send a file: its configuration, its log.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        arguments: of the kind.
    """

    arguments: a.UploadArguments


class ScheduleDownloadBody(_Forced, frozen=True, tag="schedule_download", kw_only=True):
    """Have the router fetch a file within time windows.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        force: send it although the file is not for such a router.
        arguments: of the kind.
    """

    arguments: a.ScheduleDownloadArguments


class CancelTransferBody(_Command, frozen=True, tag="cancel_transfer", kw_only=True):
    """Have the router give up a transfer.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        arguments: of the kind.
    """

    arguments: a.CancelTransferArguments


class FactoryResetBody(_Command, frozen=True, tag="factory_reset"):
    """Take the router back to what it was when it left the factory.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        arguments: none.
    """

    arguments: a.NoArguments = a.NoArguments()


class ScheduleInformBody(_Command, frozen=True, tag="schedule_inform", kw_only=True):
    """Have the router call later.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        arguments: of the kind.
    """

    arguments: a.ScheduleInformArguments


class SoftwareBody(_Forced, frozen=True, tag="software", kw_only=True):
    """Install, update or uninstall software of the router.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        force: send it although the file is not for such a router.
        arguments: of the kind.
    """

    arguments: a.SoftwareArguments


class DiagnosticBody(_Command, frozen=True, tag="diagnostic", kw_only=True):
    """Have the router carry out a test.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        arguments: of the kind.
    """

    arguments: a.DiagnosticArguments


class RpcBody(_Command, frozen=True, tag="rpc", kw_only=True):
    """Make any call of the standard, at one's own risk.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        arguments: of the kind.
    """

    arguments: a.RpcArguments


class RotateBody(_Command, frozen=True, tag="rotate_credentials"):
    """Give the router a new password to log in with; the old one is good until it has done so.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        arguments: of the kind.
    """

    arguments: a.RotateArguments = a.RotateArguments()


CommandBody = (
    RebootBody
    | GentleBody
    | RefreshBody
    | GetBody
    | SetBody
    | NamesBody
    | TreeBody
    | AttributesBody
    | AddBody
    | DeleteBody
    | DownloadBody
    | UploadBody
    | ScheduleDownloadBody
    | CancelTransferBody
    | FactoryResetBody
    | ScheduleInformBody
    | SoftwareBody
    | DiagnosticBody
    | RotateBody
    | RpcBody
)

_ADMIN: frozenset[CommandKind] = frozenset(
    {
        "set",
        "add",
        "delete",
        "download",
        "upload",
        "schedule_download",
        "cancel_transfer",
        "factory_reset",
        "software",
        "rotate_credentials",
        "rpc",
    }
)


def kind_of(body: CommandBody) -> CommandKind:
    """The kind that a body's tag names."""
    kind: CommandKind = type(body).__struct_config__.tag  # type: ignore[assignment]
    return kind


def scope_of(body: CommandBody) -> Scope:
    """What a caller must be allowed for this command: what changes a router is for admins."""
    if isinstance(body, AttributesBody):
        return "act" if body.arguments.changes is UNSET else "admin"
    return "admin" if kind_of(body) in _ADMIN else "act"


def scope_of_command(command: Command) -> Scope:
    """The same for a stored command."""
    if command.kind == "attributes":
        return "admin" if command.arguments.get("changes") else "act"
    return "admin" if command.kind in _ADMIN else "act"


def is_forced(body: CommandBody) -> bool:
    """Whether it is to be sent although it fails the checks."""
    return isinstance(body, _Forced) and body.force
