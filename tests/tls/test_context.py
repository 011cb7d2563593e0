from pathlib import Path

import msgspec
import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs
from twisted.internet.task import Clock

from acs.tls.context import ServerContext
from acs.tls.renewing import CertificateError
from acs.tls.settings import RouterTlsSettings, TlsSettings
from acs.tls.telemetry import TlsMetrics
from tests.tls.authority import START, Authority, Pair

DAY = 86_400.0
NOW = START.timestamp()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> TlsMetrics:
    return TlsMetrics(registry)


@pytest.fixture
def root(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "root")


def settings_of(pair: Pair, minimum: str = "1.2") -> TlsSettings:
    made = TlsSettings("127.0.0.1:7548", str(pair.certificate), str(pair.key))
    return msgspec.structs.replace(made, minimum=minimum)


@pytest.mark.parametrize("minimum", ["1.0", "1.1", "1.2", "1.3"])
def test_every_minimum_gives_a_context_and_old_ones_are_announced(
    root: Authority, metrics: TlsMetrics, registry: CollectorRegistry, minimum: str
) -> None:
    settings = settings_of(root.issue("acs", "acs.example"), minimum)
    with capture_logs() as logs:
        made = ServerContext("cwmp", settings, seconds=Clock().seconds, metrics=metrics)
        made.announce()
    assert made.getContext() is not None
    is_old = minimum in ("1.0", "1.1")
    warned = [(entry["log_level"], entry["event"], entry["listener"]) for entry in logs]
    assert warned == ([("warning", "tls.relaxed", "cwmp")] if is_old else [])
    assert registry.get_sample_value("acs_tls_relaxed", {"listener": "cwmp"}) == is_old


def test_a_renewed_certificate_is_taken_and_a_broken_one_is_not(
    root: Authority, metrics: TlsMetrics, registry: CollectorRegistry
) -> None:
    def expiry() -> float | None:
        name = "acs_certificate_expiry_timestamp_seconds"
        return registry.get_sample_value(name, {"listener": "cwmp"})

    clock = Clock()
    settings = settings_of(root.issue("acs", "acs.example", days=100))
    context = ServerContext(
        "cwmp", settings, seconds=clock.seconds, metrics=metrics, now=lambda: NOW
    )
    assert expiry() == NOW + 100 * DAY
    first = context.getContext()
    root.issue("acs", "acs.example", days=200)
    assert context.getContext() is first  # not looked at yet
    clock.advance(61)
    second = context.getContext()
    assert second is not first
    assert expiry() == NOW + 200 * DAY
    Path(settings.key).write_text("spoilt")
    clock.advance(61)
    with capture_logs() as logs:
        assert context.getContext() is second
        assert not context.reload()  # SIGHUP
    assert [(entry["event"], entry["listener"]) for entry in logs] == [
        ("tls.certificate_unusable", "cwmp")
    ] * 2
    assert expiry() == NOW + 200 * DAY
    root.issue("acs", "acs.example", days=300)
    assert context.reload()
    assert context.getContext() is not second
    assert expiry() == NOW + 300 * DAY


def test_an_expired_certificate_is_served_and_announced(
    root: Authority, metrics: TlsMetrics
) -> None:
    settings = settings_of(root.issue("acs", "acs.example", days=1))
    with capture_logs() as logs:
        ServerContext(
            "files", settings, seconds=Clock().seconds, metrics=metrics, now=lambda: NOW + 2 * DAY
        )
    assert [entry["event"] for entry in logs] == ["tls.certificate_expired"]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("certificate:none", "cwmp.tls.certificate: {certificate}: No such file"),
        ("key:none", "cwmp.tls.key: {key}: No such file"),
        ("certificate:text", "cwmp.tls.certificate: {certificate}: no PEM certificate"),
        ("key:text", "cwmp.tls.key: {key}: no PEM key"),
        ("certificate:empty", "cwmp.tls.certificate: {certificate}: damaged"),
        ("key:empty", "cwmp.tls.key: {key}: damaged"),
        ("key:other", "cwmp.tls.key: {key}: damaged, or not of the same pair"),
        ("client_ca:none", "cwmp.tls.client_ca: {client_ca}: No such file"),
        ("client_ca:text", "cwmp.tls.client_ca: {client_ca}: no PEM certificate"),
        ("client_ca:empty", "cwmp.tls.client_ca: {client_ca}: damaged"),
    ],
)
def test_files_that_cannot_be_used_are_named(
    root: Authority, metrics: TlsMetrics, tmp_path: Path, spoil: str, says: str
) -> None:
    pair = root.issue("acs", "acs.example")
    routers = Authority(tmp_path, "routers")
    settings = RouterTlsSettings(
        "127.0.0.1:7548",
        str(pair.certificate),
        str(pair.key),
        client_certificates="required",
        client_ca=str(routers.file),
    )
    name, _, how = spoil.partition(":")
    path = Path(getattr(settings, name))
    kind = "PRIVATE KEY" if name == "key" else "CERTIFICATE"
    if how == "none":
        path.unlink()
    elif how == "other":
        path.write_bytes(root.issue("other", "other").key.read_bytes())
    else:
        path.write_text(
            "hello" if how == "text" else f"-----BEGIN {kind}-----\n-----END {kind}-----\n"
        )
    files = {each: getattr(settings, each) for each in ("certificate", "key", "client_ca")}
    with pytest.raises(CertificateError, match=f"^{says.format(**files)}"):
        ServerContext("cwmp", settings, seconds=Clock().seconds, metrics=metrics)


def test_a_listener_needs_its_files() -> None:
    with pytest.raises(ValueError, match=r"^certificate: found none"):
        TlsSettings("127.0.0.1:1", "", "x")
    with pytest.raises(ValueError, match="7548"):
        TlsSettings("7548", "x", "y")
    with pytest.raises(ValueError, match=r"^client_ca: found none"):
        RouterTlsSettings("127.0.0.1:1", "x", "y", client_certificates="optional")
