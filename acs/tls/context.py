"""The TLS context of a listener, made from files, and made anew when they change.

What may be wrong with a certificate that can be used is ``checking``'s to say.
"""

import re
import time
from collections.abc import Callable

import msgspec
import structlog
from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLContextFactory
from zope.interface import implementer

from acs.tls.renewing import ContextMetrics, Renewing, Unheard, contents, unusable
from acs.tls.settings import RouterTlsSettings, TlsSettings

log = structlog.get_logger("tls")

# OpenSSL's own level refuses what versions before 1.2 need.
_LENIENT = b"DEFAULT:@SECLEVEL=0"
_WEAK = re.compile("too small|too weak")  # of OpenSSL's words
_DEPTH = 5  # of a router's chain
_VERSIONS = {
    "1.0": SSL.TLS1_VERSION,
    "1.1": SSL.TLS1_1_VERSION,
    "1.2": SSL.TLS1_2_VERSION,
    "1.3": SSL.TLS1_3_VERSION,
}


@implementer(IOpenSSLContextFactory)
class ServerContext:
    """Makes TLS contexts; what was renewed on disk is taken without a restart.

    Args:
        name: of the listener, as in the configuration: ``cwmp``, ``files``.
        settings: where the files are.
        seconds: a clock that never goes back.
        metrics: told of the certificate in use.
        now: Unix seconds UTC.

    Raises:
        CertificateError: the files cannot be used now. Later, the last good ones stay in use.
    """

    def __init__(
        self,
        name: str,
        settings: TlsSettings,
        *,
        seconds: Callable[[], float],
        metrics: ContextMetrics,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self._settings = settings
        self._metrics = metrics
        self._now = now
        used = ["certificate", "key", *(["client_ca"] if _asks(settings) else [])]
        files = {self._key(each): str(getattr(settings, each)) for each in used}
        self._renewing = Renewing(name, files, self._load, seconds)

    def announce(self) -> None:
        """Say it where this listener takes what is no longer safe."""
        settings, name = self._settings, self.name
        self._metrics.tls_relaxed(name, relaxed=settings.is_relaxed)
        if settings.is_relaxed:
            log.warning(
                "tls.relaxed",
                listener=name,
                minimum=settings.minimum,
                says="this listener takes versions and ciphers of TLS that are no longer safe",
            )

    def getContext(self) -> SSL.Context:  # noqa: N802 - Twisted's name
        """The context of a new connection."""
        return self._renewing.current()

    def reload(self) -> bool:
        """Take the files if they have changed; whether what is in use is what they hold.

        Files that cannot be used are logged, and the last good ones stay.
        """
        return self._renewing.reload()

    def _key(self, name: str) -> str:
        return f"{self.name}.tls.{name}"

    def _load(self) -> SSL.Context:
        settings = self._settings
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(_VERSIONS[settings.minimum])
        # A peer could have keys made anew without end; what compression gives away is known.
        context.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION)
        # Without it OpenSSL ends every session that a router with a certificate takes up again.
        context.set_session_id(b"acsd " + self.name.encode())
        if settings.is_relaxed:
            context.set_cipher_list(_LENIENT)
        self._use("certificate", context.use_certificate_chain_file)
        self._use("key", context.use_privatekey_file)
        context.check_privatekey()
        if isinstance(settings, RouterTlsSettings) and _asks(settings):
            self._ask_routers(context, settings)
        self._tell_expiry(context)
        return context

    def _use(self, name: str, load: Callable[[str], object]) -> None:
        key, path = self._key(name), str(getattr(self._settings, name))
        contents(key, path)
        try:
            load(path)
        except OSError as error:
            raise unusable(key, path, error.strerror or str(error)) from error
        except SSL.Error as error:
            says = "damaged" if name == "client_ca" else "damaged, or not of the same pair"
            if any(_WEAK.search(str(each)) for each in error.args):
                says = "too weak for the listener's minimum version of TLS"
            raise unusable(key, path, says) from error

    def _ask_routers(self, context: SSL.Context, settings: RouterTlsSettings) -> None:
        """Have routers show certificates (TR-069 Amendment 6, 3.3); a bad one ends TLS."""
        self._use("client_ca", context.load_verify_locations)
        # Routers that have several certificates choose by these names.
        context.load_client_ca(settings.client_ca.encode())
        mode = SSL.VERIFY_PEER
        if settings.client_certificates == "required":
            mode |= SSL.VERIFY_FAIL_IF_NO_PEER_CERT
        context.set_verify(mode)
        context.set_verify_depth(_DEPTH)

    def _tell_expiry(self, context: SSL.Context) -> None:
        certificate = SSL.Connection(context, None).get_certificate()
        assert certificate is not None  # it has just been loaded
        expires = certificate.to_cryptography().not_valid_after_utc.timestamp()
        self._metrics.tls_certificate(self.name, expires)
        if expires <= self._now():
            log.warning(
                "tls.certificate_expired", listener=self.name, file=self._settings.certificate
            )


def verify_files(name: str, settings: TlsSettings) -> None:
    """Whether a listener could use its files.

    Raises:
        CertificateError: it could not.
    """
    anything = msgspec.structs.replace(settings, minimum="1.0")  # what is weak is said elsewhere
    ServerContext(name, anything, seconds=time.monotonic, metrics=Unheard(), now=lambda: 0.0)


def _asks(settings: TlsSettings) -> bool:
    return isinstance(settings, RouterTlsSettings) and settings.client_certificates != "off"
