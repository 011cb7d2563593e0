"""Settings of the ways to reach a router. Plain values."""

from pathlib import Path
from typing import Literal

import msgspec

from acs.duration import Duration
from acs.listening import address_of


class ReachSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[reach]`` of the configuration; how often and where to is said in ``[cwmp]``.

    Attributes:
        answer_within: a router that was asked in one way and has not informed by then is asked
            in the next (TR-069 Amendment 6, 3.2.2.1: 30 s).
        stun_listen: address and port of the STUN server (Annex G); empty: none, and no requests
            by UDP.
        stun_server: "host:port" of that server as routers are to call it; each is told it, with
            its credentials, when it is given its connection-request credentials. Empty: routers
            know it otherwise.
        stun_rate: binding requests answered per source address and second.
        stun_username: that all routers share; empty: a router's STUNUsername is its router id,
            and its STUNPassword its connection-request password.
        stun_password_file: of ``stun_username``.
        xmpp_jid: that the server has at an XMPP server (Annex K); empty: no requests by XMPP.
        xmpp_password_file: of that JID.
        xmpp_server: "host:port" of the XMPP server; empty: the JID's domain, port 5222.
        xmpp_tls: ``required``, or ``off`` for a server on this host.
        xmpp_ca_file: certificates (PEM) to trust; empty: those of the system.
        xmpp_domains: domains of routers' JIDs beside that of ``xmpp_jid``.
    """

    answer_within: Duration = Duration(30)
    stun_listen: str = ""
    stun_server: str = ""
    stun_rate: int = 50
    stun_username: str = ""
    stun_password_file: str = ""
    xmpp_jid: str = ""
    xmpp_password_file: str = ""
    xmpp_server: str = ""
    xmpp_tls: Literal["required", "off"] = "required"
    xmpp_ca_file: str = ""
    xmpp_domains: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.stun_listen:
            try:
                address_of(self.stun_listen)
            except ValueError as error:
                raise ValueError(str(error).replace("listen:", "stun_listen:", 1)) from None
        if self.stun_server:
            _host_and_port("stun_server", self.stun_server)
        for name in ("answer_within", "stun_rate"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: found {getattr(self, name)}, allowed is above 0")
        if bool(self.stun_username) != bool(self.stun_password_file):
            raise ValueError(
                f"stun_password_file: found {self.stun_password_file!r}, allowed is a file "
                "exactly if stun_username is set"
            )
        if self.xmpp_jid:
            self._check_xmpp()

    def _check_xmpp(self) -> None:
        user, at, domain = self.xmpp_jid.partition("/")[0].partition("@")
        if not (user and at and domain):
            raise ValueError(
                f"xmpp_jid: found {self.xmpp_jid!r}, allowed is a JID such as "
                '"acs@example.net" or "acs@example.net/acs1"'
            )
        if not self.xmpp_password_file:
            raise ValueError("xmpp_password_file: found none, allowed is a file")
        if self.xmpp_server:
            _host_and_port("xmpp_server", self.xmpp_server)

    @property
    def xmpp_endpoint(self) -> tuple[str, int]:
        """Host and port of the XMPP server."""
        if self.xmpp_server:
            return _host_and_port("xmpp_server", self.xmpp_server)
        return self.xmpp_jid.partition("/")[0].partition("@")[2], _XMPP_PORT


class SecretFileError(Exception):
    """A password file cannot be read or is empty."""


def secret_in(file: str) -> str:
    """The one line of a password file.

    Raises:
        SecretFileError: it cannot be read, or holds none, or several.
    """
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretFileError(f"{file}: {getattr(error, 'strerror', None) or error}") from None
    if len(lines) != 1 or not lines[0].strip():
        raise SecretFileError(f"{file}: found {len(lines)} lines, allowed is one with the password")
    return lines[0].strip()


_XMPP_PORT = 5222
_PORTS = 65_535


def _host_and_port(key: str, text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= _PORTS:
        raise ValueError(
            f'{key}: found {text!r}, allowed is "host:port" such as "host.example.net:3478"'
        )
    return host.removeprefix("[").removesuffix("]"), int(port)
