"""The names that a peer's certificate bears. Whether it was verified is the handshake's matter."""

from cryptography import x509
from cryptography.x509.oid import NameOID
from OpenSSL.crypto import X509

_NAMES = 20  # of one certificate that are looked at


def names_of(certificate: X509 | None) -> tuple[str, ...]:
    """Common names of the subject, then DNS names (RFC 5280, 4.1.2.6 and 4.2.1.6); () of none.

    One whose extensions cannot be read has its common names only.
    """
    if certificate is None:
        return ()
    decoded = certificate.to_cryptography()
    names = [
        attribute.value
        for attribute in decoded.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        if isinstance(attribute.value, str)
    ]
    try:
        found = decoded.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return tuple(names[:_NAMES])
    return (*names, *found.value.get_values_for_type(x509.DNSName))[:_NAMES]
