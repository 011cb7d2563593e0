"""What is wrong with a listener's certificate, or soon will be. Pure: bytes and a time in.

Whether a server can use the files at all is ``context``'s to say; here is whether routers will take
what it shows (RFC 5280; TR-069 Amendment 6, 3.3).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_RSA_BITS = 2048  # NIST SP 800-57 part 1, revision 5, table 2: 112 bits of strength
_EC_BITS = 224
_WEAK_HASHES = frozenset({"md5", "sha1"})
_DAY = 86_400.0


class Findings(msgspec.Struct, frozen=True):
    """What a certificate is, and what is the matter with it.

    Attributes:
        names: that it is good for.
        issuer: who signed it.
        expires_at: when the first of the chain's certificates expires, Unix seconds.
        days: that are left until then; negative: it has expired.
        problems: sentences; empty: nothing is wrong.
    """

    names: tuple[str, ...]
    issuer: str
    expires_at: float
    days: float
    problems: tuple[str, ...]


class UnreadableError(Exception):
    """A file holds nothing of what it should: the text says what, never what it holds instead."""


def check(
    chain: bytes,
    key: bytes,
    roots: Sequence[x509.Certificate],
    *,
    host: str,
    now: float,
    within: float,
) -> Findings:
    """Look at a server's certificate.

    Args:
        chain: PEM: the certificate, those of its issuers behind it.
        key: PEM: its private key.
        roots: authorities that routers are taken to know.
        host: name or address that routers call; "" if it is not known.
        now: Unix seconds.
        within: a certificate that expires in this many seconds is a problem.

    Raises:
        UnreadableError: certificate or key cannot be read.
    """
    try:
        certificates = x509.load_pem_x509_certificates(chain)
    except ValueError as error:
        raise UnreadableError("the certificate cannot be read") from error
    leaf = certificates[0]
    first = min(certificates, key=lambda one: one.not_valid_after_utc)
    expires_at = first.not_valid_after_utc.timestamp()
    names = _names(leaf)
    problems = [
        *_key_problems(leaf, key),
        *_chain_problems(certificates, roots),
        *_name_problems(names, host),
        *(each for one in certificates for each in _date_problems(one, now, within)),
        *(each for one in certificates for each in _weak(one)),
    ]
    return Findings(
        names=names,
        issuer=leaf.issuer.rfc4514_string(),
        expires_at=expires_at,
        days=(expires_at - now) / _DAY,
        problems=tuple(problems),
    )


def check_authorities(pem: bytes, now: float, within: float) -> tuple[str, ...]:
    """What is wrong with the authorities that clients' certificates may come from.

    Raises:
        UnreadableError: they cannot be read.
    """
    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise UnreadableError("the authorities cannot be read") from error
    problems = [each for one in found for each in (*_date_problems(one, now, within), *_weak(one))]
    problems += [f"{_called(one)} is no authority" for one in found if not _is_authority(one)]
    return tuple(problems)


def _key_problems(leaf: x509.Certificate, key: bytes) -> Iterable[str]:
    try:
        private = load_pem_private_key(key, None)
    except TypeError as error:
        raise UnreadableError("the key is locked with a password") from error
    except ValueError as error:
        raise UnreadableError("the key cannot be read") from error
    if private.public_key() != leaf.public_key():
        yield "the key is not the certificate's"


def _chain_problems(
    certificates: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]
) -> Iterable[str]:
    for one, issuer in pairwise(certificates):
        if not _issued(one, issuer):
            yield f"{_called(one)} is not signed by the one behind it, {_called(issuer)}"
            return
    last = certificates[-1]
    if not _issued(last, last) and not any(_issued(last, root) for root in roots):
        yield (
            f"the chain ends with {_called(last)}, whose issuer {last.issuer.rfc4514_string()} is "
            "neither in the file nor among the known authorities: append it, or name it by --ca"
        )


def _issued(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _name_problems(names: Sequence[str], host: str) -> Iterable[str]:
    if not names:
        yield "it has no subjectAltName, by which clients know it (RFC 9110, 4.3.4)"
    elif host and not any(_covers(name.lower(), host.lower()) for name in names):
        yield f"it is not good for {host}, the name that routers call"


def _covers(name: str, host: str) -> bool:
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:]
    return name == host


def _date_problems(one: x509.Certificate, now: float, within: float) -> Iterable[str]:
    begins, ends = one.not_valid_before_utc.timestamp(), one.not_valid_after_utc.timestamp()
    if now < begins:
        yield f"{_called(one)} is good only from {_date(begins)}"
    if now >= ends:
        yield f"{_called(one)} expired on {_date(ends)}"
    elif ends - now < within:
        yield f"{_called(one)} expires in {(ends - now) / _DAY:.0f} days, on {_date(ends)}"


def _weak(one: x509.Certificate) -> Iterable[str]:
    key = one.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _RSA_BITS:
        yield f"{_called(one)} has a weak key: RSA of {key.key_size} bits"
    elif isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < _EC_BITS:
        yield f"{_called(one)} has a weak key: a curve of {key.key_size} bits"
    elif isinstance(key, dsa.DSAPublicKey):
        yield f"{_called(one)} has a DSA key, which TLS 1.3 and most clients refuse"
    hashed = one.signature_hash_algorithm
    if one.issuer != one.subject and hashed is not None and hashed.name in _WEAK_HASHES:
        yield f"{_called(one)} has a weak signature: {hashed.name.upper()}"


def _names(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return ()
    addresses = (str(address) for address in found.get_values_for_type(x509.IPAddress))
    return (*found.get_values_for_type(x509.DNSName), *addresses)


def _is_authority(one: x509.Certificate) -> bool:
    try:
        return one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False


def _called(one: x509.Certificate) -> str:
    return one.subject.rfc4514_string() or f"certificate {one.serial_number:x}"


def _date(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
