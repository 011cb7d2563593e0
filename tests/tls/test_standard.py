"""TLS by the standard library: which files it takes, and what of TLS it speaks."""

import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs
from twisted.internet.task import Clock

from acs.tls.renewing import CertificateError, Unheard
from acs.tls.standard import StandardContext, verify_pair
from acs.tls.telemetry import TlsMetrics
from tests.tls.authority import FOREVER, START, Authority, Pair

DAY = 86_400.0
NOW = START.timestamp()


@pytest.fixture
def root(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "root")


@pytest.fixture
def pair(root: Authority) -> Pair:
    return root.issue("api", "acs.example", dns=("acs.example",))


def made(
    pair: Pair, clock: Clock, metrics: TlsMetrics | None = None, now: float = NOW
) -> StandardContext:
    return StandardContext(
        "api",
        str(pair.certificate),
        str(pair.key),
        seconds=clock.seconds,
        metrics=metrics or Unheard(),
        now=lambda: now,
    )


def shake(
    server: ssl.SSLContext, root: Authority, client: ssl.SSLContext | None = None, name: str = ""
) -> ssl.SSLObject:
    """A handshake in memory; the client's side of it."""
    if client is None:
        client = ssl.create_default_context(cafile=str(root.file))
    client.check_hostname = bool(name)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server.wrap_bio(there, back, server_side=True)
    theirs = client.wrap_bio(back, there, server_hostname=name or None)
    done: set[ssl.SSLObject] = set()
    for side in (theirs, ours) * 4:
        if side in done:
            continue
        try:
            side.do_handshake()
            done.add(side)
        except ssl.SSLWantReadError:
            pass
    assert len(done) == 2
    return theirs


def serial(side: ssl.SSLObject) -> int:
    shown = side.getpeercert(binary_form=True)
    assert shown is not None
    return x509.load_der_x509_certificate(shown).serial_number


def serial_of(pair: Pair) -> int:
    return x509.load_pem_x509_certificate(pair.certificate.read_bytes()).serial_number


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_versions_and_ciphers(root: Authority, pair: Pair, version: str) -> None:
    client = ssl.create_default_context(cafile=str(root.file))
    client.maximum_version = getattr(ssl.TLSVersion, version.replace(".", "_"))
    client.set_alpn_protocols(["h2", "http/1.1"])
    side = shake(made(pair, Clock()).listening, root, client, "acs.example")
    cipher = side.cipher()
    assert cipher is not None
    assert (side.version(), side.selected_alpn_protocol()) == (version, "http/1.1")
    assert any(word in cipher[0] for word in ("GCM", "CHACHA20"))


def test_older_versions_and_ciphers_without_forward_secrecy_are_refused(
    root: Authority, pair: Pair
) -> None:
    context = made(pair, Clock()).listening
    old = ssl.create_default_context(cafile=str(root.file))
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        shake(context, root, old)
    weak = ssl.create_default_context(cafile=str(root.file))
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers("ECDHE-ECDSA-AES128-SHA256")
    with pytest.raises(ssl.SSLError):
        shake(context, root, weak)


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("name", ["", "acs.example"])
def test_new_handshakes_get_the_renewed_certificate(
    root: Authority, pair: Pair, version: str, name: str
) -> None:
    def shown() -> int:
        client = ssl.create_default_context(cafile=str(root.file))
        client.maximum_version = getattr(ssl.TLSVersion, version.replace(".", "_"))
        return serial(shake(context.listening, root, client, name))

    clock, registry = Clock(), CollectorRegistry()
    context = made(pair, clock, TlsMetrics(registry))
    first = serial_of(pair)
    assert shown() == first
    root.issue("api", "acs.example", dns=("acs.example",), days=FOREVER + 9)
    assert serial_of(pair) != first == shown()  # not looked at yet
    clock.advance(61)
    assert shown() == serial_of(pair)
    expiry = "acs_certificate_expiry_timestamp_seconds"
    assert registry.get_sample_value(expiry, {"listener": "api"}) == NOW + (FOREVER + 9) * DAY


def test_half_a_renewal_leaves_the_last_good_pair_in_use(root: Authority, pair: Pair) -> None:
    context = made(pair, Clock())
    first = serial_of(pair)
    newer = root.issue("newer", "acs.example", dns=("acs.example",))
    pair.certificate.write_bytes(newer.certificate.read_bytes())
    with capture_logs() as logs:
        assert not context.reload()
    assert [(each["event"], each["listener"]) for each in logs] == [
        ("tls.certificate_unusable", "api")
    ]
    assert serial(shake(context.listening, root)) == first
    pair.key.write_bytes(newer.key.read_bytes())
    assert context.reload()
    assert serial(shake(context.listening, root)) == serial_of(newer)


def test_an_expired_certificate_is_served_and_announced(root: Authority) -> None:
    pair = root.issue("old", "acs.example", days=1)
    with capture_logs() as logs:
        made(pair, Clock(), now=NOW + 2 * DAY)
    assert [each["event"] for each in logs] == ["tls.certificate_expired"]
    with capture_logs() as logs:
        assert verify_pair("api", str(pair.certificate), str(pair.key)) == NOW + DAY
    assert logs == []


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("certificate:none", "api.certificate: {certificate}: No such file"),
        ("key:none", "api.key: {key}: No such file"),
        ("certificate:text", "api.certificate: {certificate}: no PEM certificate"),
        ("key:text", "api.key: {key}: no PEM key"),
        ("certificate:empty", "api.certificate: {certificate}: damaged"),
        ("key:empty", "api.key: {key}: damaged"),
        ("key:other", "api.key: {key}: not the key of {certificate}"),
        ("key:locked", "api.key: {key}: locked with a password"),
    ],
)
def test_files_that_cannot_be_used_are_named(
    root: Authority, pair: Pair, spoil: str, says: str
) -> None:
    name, _, how = spoil.partition(":")
    path: Path = getattr(pair, name)
    kind = "PRIVATE KEY" if name == "key" else "CERTIFICATE"
    if how == "none":
        path.unlink()
    elif how == "other":
        path.write_bytes(root.issue("other", "other").key.read_bytes())
    elif how == "locked":
        key = load_pem_private_key(path.read_bytes(), None)
        locked = BestAvailableEncryption(b"pass")
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    else:
        path.write_text(
            "hello" if how == "text" else f"-----BEGIN {kind}-----\n-----END {kind}-----\n"
        )
    with pytest.raises(CertificateError, match=f"^{says.format(**pair._asdict())}"):
        verify_pair("api", str(pair.certificate), str(pair.key))


def test_a_key_too_weak_for_tls_is_no_server_s(root: Authority) -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - that is the point
    pair = root.issue("weak", "acs.example", key=weak)
    with pytest.raises(CertificateError, match=r"^api\.certificate: .*KEY_TOO_SMALL"):
        verify_pair("api", str(pair.certificate), str(pair.key))
