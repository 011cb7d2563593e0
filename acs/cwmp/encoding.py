"""Messages to SOAP, by templates: the same few prefixes at every root, whatever the peer used.

Some routers compare prefixes literally, so they are never renamed. No reading of XML here; the
calls themselves are written in ``encoding_router``, ``encoding_server`` and ``encoding_optional``.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from acs.cwmp import encoding_optional, encoding_router, encoding_server
from acs.cwmp import messages as m
from acs.cwmp.characters import is_legal
from acs.cwmp.envelope import DEFAULT_NAMESPACE
from acs.cwmp.markup import bare, call, escaped, leaf, strings, struct

_CLIENT_FAULTS = {8003, 9003, 9005, 9006, 9007, 9008}  # TR-069 Amendment 6, A.5.1 and A.5.2
_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_END = "</soap-env:Body></soap-env:Envelope>"


class UnencodableMessage(ValueError):  # noqa: N818 - says what it is
    """A message of ours cannot be written: a character that XML forbids, or no method name."""


def write_envelope(
    message: m.Message, namespace: str, identity: str | None, use_version: str
) -> bytes:
    """A message as the body of an HTTP request or response; nothing for ``Empty``.

    Raises:
        UnencodableMessage: a text of it holds what XML cannot.
    """
    if isinstance(message, m.Empty):
        return b""
    opening = _opening(namespace, identity, use_version)
    text = f"{opening}{_WRITERS[type(message)](message)}{_END}"
    if not is_legal(text):
        raise UnencodableMessage("a character that XML forbids")
    return text.encode()


def _opening(namespace: str, identity: str | None, use_version: str) -> str:
    # Answer in kind: a router that sent no ID gets no Header.
    header = ""
    if identity is not None:
        header = f'<cwmp:ID soap-env:mustUnderstand="1">{escaped(identity)}</cwmp:ID>'
    if use_version:
        header = (
            f'{header}<cwmp:UseCWMPVersion soap-env:mustUnderstand="1">'
            f"{escaped(use_version)}</cwmp:UseCWMPVersion>"
        )
    if not header:
        return f"{_root(namespace)}<soap-env:Body>"
    return f"{_root(namespace)}<soap-env:Header>{header}</soap-env:Header><soap-env:Body>"


@lru_cache(maxsize=32)
def _root(namespace: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<soap-env:Envelope'
        ' xmlns:soap-env="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:soap-enc="http://schemas.xmlsoap.org/soap/encoding/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xmlns:cwmp="{escaped(namespace or DEFAULT_NAMESPACE)}">'
    )


def _fault(message: m.Fault) -> str:
    code = message.soap_code or ("Client" if message.code in _CLIENT_FAULTS else "Server")
    if not message.code and not message.parameters:
        content = leaf("faultcode", code) + leaf("faultstring", message.string)
        return f"<soap-env:Fault>{content}</soap-env:Fault>"
    parameters = (
        struct(
            "SetParameterValuesFault",
            leaf("ParameterName", fault.name),
            leaf("FaultCode", fault.code),
            leaf("FaultString", fault.string),
        )
        for fault in message.parameters
    )
    detail = call(
        "Fault", leaf("FaultCode", message.code), leaf("FaultString", message.string), *parameters
    )
    return (
        f"<soap-env:Fault>{leaf('faultcode', code)}<faultstring>CWMP fault</faultstring>"
        f"<detail>{detail}</detail></soap-env:Fault>"
    )


def _methods(message: m.GetRPCMethodsResponse) -> str:
    return call("GetRPCMethodsResponse", strings("MethodList", message.methods))


def _unknown(message: m.Unknown) -> str:
    if not _NAME.fullmatch(message.method):
        raise UnencodableMessage("no name of a method")
    return call(message.method)


_WRITERS: Mapping[type[m.Message], Callable[[Any], str]] = {
    **encoding_router.WRITERS,
    **encoding_server.WRITERS,
    **encoding_optional.WRITERS,
    m.GetRPCMethods: bare("GetRPCMethods"),
    m.GetRPCMethodsResponse: _methods,
    m.Fault: _fault,
    m.Unknown: _unknown,
}
