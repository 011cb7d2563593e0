"""Settings of the API's listeners. Plain values."""

from ipaddress import ip_address
from typing import Literal

import msgspec

from acs.duration import Duration
from acs.listening import address_of
from acs.tls.settings import TlsSettings

_MAX_MODE = 0o777


class ApiSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[api]`` of the configuration.

    Attributes:
        listen: address and port of the operators' listener, ``127.0.0.1:7557`` or ``[::1]:7557``;
            empty: no TCP listener. Requests there carry ``Authorization: Bearer <token>``.
        certificate: PEM file of the certificate that ``listen`` shows, those of the issuers behind
            it; empty: ``listen`` speaks plain HTTP. TLS 1.2 is the oldest version taken.
        key: PEM file of its private key.
        socket: path of the Unix socket, in a folder that exists; empty: none. Who may open the
            socket may do everything: it asks for no token.
        socket_mode: file mode of the socket, in octal digits.
        metrics_open: who may read ``/metrics`` without a token: ``loopback``: anyone who reaches
            the listener, as long as it listens on a loopback address; ``always``; ``never``: a
            token of scope ``metrics`` or ``read`` is asked for. Behind a reverse proxy on the
            same machine choose ``never``: its clients would pass for local ones.
        body_limit: bytes of one request body.
        connections: open connections at most, on each listener; more are answered 503.
        rate: requests a second that one token may make in the long run; 0: as many as it likes.
            The Unix socket has no limit.
        burst: requests that it may make at once after a pause.
        headers_timeout: a connection that has not sent a whole request by then is closed.
        upload_timeout: the same of a request that brings a file for the catalogue, or subscribers.
        event_streams: streams of events (``/v1/events``) open at once.
        drain: how long requests under way may take to end when the daemon stops.
    """

    listen: str = "127.0.0.1:7557"
    certificate: str = ""
    key: str = ""
    socket: str = "/run/acsd/api.sock"
    socket_mode: str = "0660"
    metrics_open: Literal["loopback", "always", "never"] = "loopback"
    body_limit: int = 1_048_576
    connections: int = 1000
    rate: float = 100.0
    burst: int = 500
    headers_timeout: Duration = Duration(15)
    upload_timeout: Duration = Duration(900)
    event_streams: int = 100
    drain: Duration = Duration(5)

    def __post_init__(self) -> None:
        if self.listen:
            address_of(self.listen)
        mode_of(self.socket_mode)
        for name, other in (("certificate", "key"), ("key", "certificate")):
            if getattr(self, other) and not getattr(self, name):
                raise ValueError(
                    f"{name}: found none beside {other}, allowed is the path of a PEM file"
                )
        for name in (
            "body_limit",
            "connections",
            "event_streams",
            "headers_timeout",
            "upload_timeout",
        ):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: found {getattr(self, name)}, allowed is above 0")
        if self.rate < 0 or self.burst < 1:
            name, least = ("rate", 0) if self.rate < 0 else ("burst", 1)
            raise ValueError(f"{name}: found {getattr(self, name)}, allowed is {least} or more")

    @property
    def tls(self) -> TlsSettings | None:
        """Files of the TCP listener's TLS; None: it speaks plain HTTP, or there is none."""
        if not (self.listen and self.certificate):
            return None
        return TlsSettings(self.listen, self.certificate, self.key)

    @property
    def is_loopback(self) -> bool:
        """Whether the TCP listener is reached from this machine alone."""
        if not self.listen:
            return False
        host, _ = address_of(self.listen)
        return ip_address(host).is_loopback


def mode_of(text: str) -> int:
    """``"0660"`` as a file mode.

    Raises:
        ValueError: not octal digits up to 0777.
    """
    try:
        mode = int(text, 8)
    except ValueError:
        mode = -1
    if not 0 <= mode <= _MAX_MODE:
        raise ValueError(f'socket_mode: found {text!r}, allowed are octal digits such as "0660"')
    return mode
