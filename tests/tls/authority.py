"""Certificates made for tests: authorities, servers, routers; each written to files."""

import datetime as dt
from pathlib import Path
from typing import NamedTuple, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
FOREVER = 36_500  # days
_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Pair(NamedTuple):
    """A certificate with its key, in files."""

    certificate: Path
    key: Path


class Authority:
    """Signs certificates; without an issuer it is a root."""

    def __init__(self, folder: Path, name: str, issuer: Self | None = None) -> None:
        self.folder = folder
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key: _Key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = (issuer or self)._sign(self.name, self.key, days=FOREVER, ca=True)
        self.file = write_chain(folder / f"{name}.crt", self.certificate)

    def issue(
        self,
        file: str,
        name: str,
        *,
        dns: tuple[str, ...] = (),
        days: float = FOREVER,
        key: _Key | None = None,
        behind: tuple["Authority", ...] = (),
        algorithm: hashes.SHA224 | hashes.SHA256 | None = None,
    ) -> Pair:
        """A certificate for a name, in ``file``.crt with those ``behind`` it, and ``file``.key."""
        made = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else [])
        leaf = self._sign(subject, made, days=days, dns=dns, algorithm=algorithm)
        chain = (leaf, *(each.certificate for each in behind))
        return Pair(
            write_chain(self.folder / f"{file}.crt", *chain),
            write_key(self.folder / f"{file}.key", made),
        )

    def _sign(
        self,
        subject: x509.Name,
        key: _Key,
        *,
        days: float,
        dns: tuple[str, ...] = (),
        ca: bool = False,
        algorithm: hashes.SHA224 | hashes.SHA256 | None = None,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(START)
            .not_valid_after(START + dt.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if dns:
            names = x509.SubjectAlternativeName([x509.DNSName(each) for each in dns])
            builder = builder.add_extension(names, critical=not list(subject))
        return builder.sign(self.key, algorithm or hashes.SHA256())


def write_chain(path: Path, *certificates: x509.Certificate) -> Path:
    """Certificates as PEM."""
    pem = serialization.Encoding.PEM
    path.write_bytes(b"".join(each.public_bytes(pem) for each in certificates))
    return path


def write_key(path: Path, key: _Key) -> Path:
    """A key as PEM, for its owner alone."""
    path.touch(0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path
