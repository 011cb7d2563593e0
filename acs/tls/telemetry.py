"""Metrics of listeners with TLS. Labels: the listeners' names and a few versions, nothing else."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class TlsMetrics:
    """Counters and gauges of all listeners with TLS.

    Args:
        registry: where they are registered.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._expiry = Gauge(
            "acs_certificate_expiry_timestamp_seconds",
            "When the certificate that a listener serves expires, Unix seconds.",
            ("listener",),
            registry=registry,
        )
        self._relaxed = Gauge(
            "acs_tls_relaxed",
            "Whether a listener takes versions of TLS before 1.2, which are no longer safe.",
            ("listener",),
            registry=registry,
        )
        self._handshakes = Counter(
            "acs_tls_handshakes",
            "Handshakes by the version of TLS that was agreed on, or failed.",
            ("listener", "outcome"),
            registry=registry,
        )

    def tls_certificate(self, listener: str, expires_at: float) -> None:
        """A listener serves a certificate that is good until then, Unix seconds."""
        self._expiry.labels(listener).set(expires_at)

    def tls_relaxed(self, listener: str, *, relaxed: bool) -> None:
        """Whether a listener takes versions of TLS before 1.2."""
        self._relaxed.labels(listener).set(relaxed)

    def tls_handshake(self, listener: str, outcome: str) -> None:
        """A handshake ended: the version of TLS ("TLSv1.3"), or "failed"."""
        self._handshakes.labels(listener, outcome).inc()
