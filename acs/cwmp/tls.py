"""TLS for the routers' port (TR-069 Amendment 6, 3.3): its settings and its certificate on disk.

What comes out of it is the same stream of bytes as without; nothing of HTTP or CWMP is here.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec
import structlog
from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLContextFactory
from twisted.protocols.tls import TLSMemoryBIOFactory
from zope.interface import implementer

from acs.listening import address_of

log = structlog.get_logger("cwmp")

_LOOK_EVERY = 60.0  # seconds between two looks at the files
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_KEY = b"PRIVATE KEY-----"
# OpenSSL's own level refuses what versions before 1.2 need.
_LENIENT = b"DEFAULT:@SECLEVEL=0"
_OLD = ("1.0", "1.1")
_VERSIONS = {
    "1.0": SSL.TLS1_VERSION,
    "1.1": SSL.TLS1_1_VERSION,
    "1.2": SSL.TLS1_2_VERSION,
    "1.3": SSL.TLS1_3_VERSION,
}


class TlsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[cwmp.tls]``: a second listener of the routers' port, with TLS.

    Attributes:
        listen: address and port; empty: none.
        certificate: PEM file of the server's certificate, those of the issuers behind it.
        key: PEM file of its private key.
        minimum: oldest version of TLS taken. TR-069 asks for 1.2; 1.0 and 1.1 are for old routers.
    """

    listen: str = ""
    certificate: str = ""
    key: str = ""
    minimum: Literal["1.0", "1.1", "1.2", "1.3"] = "1.2"

    def __post_init__(self) -> None:
        if not self.listen:
            return
        address_of(self.listen)
        for name in ("certificate", "key"):
            if not getattr(self, name):
                raise ValueError(f"{name}: found none, allowed is the path of a PEM file")


class CertificateError(Exception):
    """Certificate or key cannot be used: which file, and why."""


def over_tls(listener: Any, settings: TlsSettings, *, seconds: Callable[[], float]) -> Any:
    """A factory of the listener's connections over TLS; both are typed ``Any`` for zope's sake.

    Raises:
        CertificateError: certificate or key cannot be used.
    """
    context: Any = ServerContext(settings, seconds=seconds)
    return TLSMemoryBIOFactory(context, isClient=False, wrappedFactory=listener)


@implementer(IOpenSSLContextFactory)
class ServerContext:
    """Makes TLS contexts; a certificate that was renewed on disk is taken without a restart.

    Args:
        settings: where the files are.
        seconds: a clock that never goes back.

    Raises:
        CertificateError: the files cannot be used now. Later, the last good ones stay in use.
    """

    def __init__(self, settings: TlsSettings, *, seconds: Callable[[], float]) -> None:
        self._settings = settings
        self._seconds = seconds
        self._looked_at = seconds()
        self._stamp = self._stamps()
        self._context = self._load()

    def getContext(self) -> SSL.Context:  # noqa: N802 - Twisted's name
        """The context of a new connection."""
        now = self._seconds()
        if now - self._looked_at >= _LOOK_EVERY:
            self._looked_at = now
            self._renew()
        return self._context

    def _renew(self) -> None:
        try:
            stamp = self._stamps()
            if stamp != self._stamp:
                self._context = self._load()
                self._stamp = stamp
                log.info("cwmp.certificate_renewed", file=self._settings.certificate)
        except CertificateError as error:
            log.error("cwmp.certificate_unusable", error=str(error))  # noqa: TRY400 - says it all

    def _stamps(self) -> tuple[tuple[int, int], ...]:
        stamps = []
        for name in ("certificate", "key"):
            path = Path(getattr(self._settings, name))
            try:
                found = path.stat()
            except OSError as error:
                raise CertificateError(f"cwmp.tls.{name}: {path}: {error.strerror}") from error
            stamps.append((found.st_mtime_ns, found.st_size))
        return tuple(stamps)

    def _load(self) -> SSL.Context:
        settings = self._settings
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(_VERSIONS[settings.minimum])
        # A peer could have keys made anew without end; what compression gives away is known.
        context.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION)
        if settings.minimum in _OLD:
            context.set_cipher_list(_LENIENT)
        for name, mark, load in (
            ("certificate", _CERTIFICATE, context.use_certificate_chain_file),
            ("key", _KEY, context.use_privatekey_file),
        ):
            path = Path(getattr(settings, name))
            try:
                if mark not in path.read_bytes():
                    raise CertificateError(f"cwmp.tls.{name}: {path}: no PEM {name}")
                load(str(path))
            except OSError as error:
                raise CertificateError(f"cwmp.tls.{name}: {path}: {error.strerror}") from error
            except SSL.Error as error:
                raise CertificateError(
                    f"cwmp.tls.{name}: {path}: damaged, or not of the same pair"
                ) from error
        context.check_privatekey()
        return context
