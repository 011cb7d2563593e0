"""Faults that a simulated router answers with (TR-069 Amendment 6, A.5.1). Values only."""

from collections.abc import Iterable
from typing import NamedTuple

METHOD_NOT_SUPPORTED = 9000
REQUEST_DENIED = 9001
INVALID_ARGUMENTS = 9003
INVALID_NAME = 9005
INVALID_TYPE = 9006
INVALID_VALUE = 9007
NOT_WRITABLE = 9008
CANNOT_CANCEL = 9021

_TEXTS = {
    METHOD_NOT_SUPPORTED: "Method not supported",
    REQUEST_DENIED: "Request denied",
    CANNOT_CANCEL: "Cancelation of file transfer not permitted in current transfer state",
    INVALID_ARGUMENTS: "Invalid arguments",
    INVALID_NAME: "Invalid parameter name",
    INVALID_TYPE: "Invalid parameter type",
    INVALID_VALUE: "Invalid parameter value",
    NOT_WRITABLE: "Attempt to set a non-writable parameter",
}


class ParameterFault(NamedTuple):
    """Why one parameter of SetParameterValues cannot be set."""

    name: str
    code: int

    @property
    def text(self) -> str:
        """The fault's text."""
        return _TEXTS[self.code]


class CallFaultError(Exception):
    """The router answers a call with this CWMP fault."""

    def __init__(self, code: int, parameters: Iterable[ParameterFault] = ()) -> None:
        super().__init__(_TEXTS[code])
        self.code = code
        self.parameters = tuple(parameters)
