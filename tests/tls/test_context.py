import datetime as dt
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs
from twisted.internet.task import Clock

from acs.cwmp.tls import CertificateError, ServerContext, TlsSettings


def pair(folder: Path, name: str = "acs") -> TlsSettings:
    """A self-signed certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=36_500))
        .sign(key, hashes.SHA256())
    )
    (folder / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return TlsSettings("127.0.0.1:7548", f"{folder}/{name}.crt", f"{folder}/{name}.key")


@pytest.mark.parametrize("minimum", ["1.0", "1.1", "1.2", "1.3"])
def test_every_minimum_gives_a_context(tmp_path: Path, minimum: str) -> None:
    settings = msgspec.structs.replace(pair(tmp_path), minimum=minimum)
    assert ServerContext(settings, seconds=Clock().seconds).getContext() is not None


def test_a_renewed_certificate_is_taken_and_a_broken_one_is_not(tmp_path: Path) -> None:
    clock = Clock()
    settings = pair(tmp_path)
    context = ServerContext(settings, seconds=clock.seconds)
    first = context.getContext()
    pair(tmp_path)
    assert context.getContext() is first  # not looked at yet
    clock.advance(61)
    second = context.getContext()
    assert second is not first
    Path(settings.key).write_text("spoilt")
    clock.advance(61)
    with capture_logs() as logs:
        assert context.getContext() is second
    assert [entry["event"] for entry in logs] == ["cwmp.certificate_unusable"]
    pair(tmp_path)
    clock.advance(61)
    assert context.getContext() is not second


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
    ],
)
def test_files_that_cannot_be_used_are_named(tmp_path: Path, spoil: str, says: str) -> None:
    settings = pair(tmp_path)
    name, _, how = spoil.partition(":")
    path = Path(getattr(settings, name))
    kind = "CERTIFICATE" if name == "certificate" else "PRIVATE KEY"
    if how == "none":
        path.unlink()
    elif how == "other":
        path.write_bytes(Path(pair(tmp_path, "other").key).read_bytes())
    else:
        path.write_text(
            "hello" if how == "text" else f"-----BEGIN {kind}-----\n-----END {kind}-----\n"
        )
    expected = says.format(certificate=settings.certificate, key=settings.key)
    with pytest.raises(CertificateError, match=f"^{expected}"):
        ServerContext(settings, seconds=Clock().seconds)


def test_a_listener_needs_its_files() -> None:
    with pytest.raises(ValueError, match=r"^certificate: found none"):
        TlsSettings("127.0.0.1:1", "", "x")
    with pytest.raises(ValueError, match="7548"):
        TlsSettings("7548", "x", "y")
