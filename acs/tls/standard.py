"""TLS by the standard library's ``ssl``, for a listener that is not Twisted's: TLS 1.2 and later.

Like ``context``, it is made from files and made anew when they change. No sockets, no loop.
"""

import ssl
import time
from collections.abc import Callable

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from acs.tls.renewing import ContextMetrics, Renewing, Unheard, contents, unusable

log = structlog.get_logger("tls")

# Of TLS 1.2, those with forward secrecy and authenticated encryption (RFC 9325, 4.2); all of 1.3
# are such.
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


class StandardContext:
    """The TLS of one listener; what was renewed on disk is taken without a restart.

    Args:
        name: of the listener, which is its table in the configuration: ``api``.
        certificate: path of the PEM file, issuers' certificates behind the listener's own.
        key: path of the PEM file of its private key.
        seconds: a clock that never goes back.
        metrics: told of the certificate in use.
        now: Unix seconds UTC.

    Raises:
        CertificateError: the files cannot be used now. Later, the last good ones stay in use.
    """

    def __init__(
        self,
        name: str,
        certificate: str,
        key: str,
        *,
        seconds: Callable[[], float] = time.monotonic,
        metrics: ContextMetrics,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._name = name
        self._certificate = certificate
        self._key = key
        self._metrics = metrics
        self._now = now
        self.expires_at = 0.0
        files = {f"{name}.certificate": certificate, f"{name}.key": key}
        self._renewing = Renewing(name, files, self._load, seconds)
        # A listener keeps one context for its life. This one only hands each handshake over to the
        # newest; tickets of resumption stay its own, and so outlive a renewal.
        self.listening = self._renewing.current()
        self.listening.sni_callback = self._hand_over

    def reload(self) -> bool:
        """Take the files if they have changed; whether what is in use is what they hold."""
        return self._renewing.reload()

    def _hand_over(
        self, connection: ssl.SSLObject, _asked: str | None, _listening: ssl.SSLContext
    ) -> None:
        # Called in each handshake, whether or not the client names whom it calls.
        connection.context = self._renewing.current()

    def _load(self) -> ssl.SSLContext:
        leaf = self._pair()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # A peer could have keys made anew without end; what compression gives away is known.
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
        context.set_ciphers(_CIPHERS)
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self._certificate, self._key)
        except (ssl.SSLError, OSError) as error:
            says = f"cannot be used: {getattr(error, 'reason', None) or error}"
            raise unusable(f"{self._name}.certificate", self._certificate, says) from error
        self.expires_at = leaf.not_valid_after_utc.timestamp()
        self._metrics.tls_certificate(self._name, self.expires_at)
        if self.expires_at <= self._now():
            log.warning("tls.certificate_expired", listener=self._name, file=self._certificate)
        return context

    def _pair(self) -> x509.Certificate:
        """The certificate, once it is sure that certificate and key are of one pair."""
        named, key_named = f"{self._name}.certificate", f"{self._name}.key"
        chain, secret = contents(named, self._certificate), contents(key_named, self._key)
        try:
            leaf = x509.load_pem_x509_certificates(chain)[0]
        except ValueError as error:
            raise unusable(named, self._certificate, "damaged") from error
        try:
            private = load_pem_private_key(secret, None)
        except TypeError as error:  # OpenSSL would ask for the password at the terminal
            raise unusable(key_named, self._key, "locked with a password") from error
        except ValueError as error:
            raise unusable(key_named, self._key, "damaged") from error
        if private.public_key() != leaf.public_key():
            raise unusable(key_named, self._key, f"not the key of {self._certificate}")
        return leaf


def verify_pair(name: str, certificate: str, key: str) -> float:
    """Whether a listener could use its files; when the certificate expires, Unix seconds.

    Raises:
        CertificateError: it could not.
    """
    made = StandardContext(name, certificate, key, metrics=Unheard(), now=lambda: 0.0)
    return made.expires_at
