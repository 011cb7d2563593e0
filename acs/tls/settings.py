"""Settings of a listener with TLS. Plain values."""

from typing import Literal

import msgspec

from acs.listening import address_of

Version = Literal["1.0", "1.1", "1.2", "1.3"]
ClientCertificates = Literal["off", "optional", "required"]
OLD: frozenset[Version] = frozenset({"1.0", "1.1"})
"""Versions that TR-069 Amendment 6, 3.3 rules out, and that old routers may still need."""


class TlsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[files.tls]``, and what ``[cwmp.tls]`` has too: a second listener, with TLS.

    Attributes:
        listen: address and port; empty: none.
        certificate: PEM file of the server's certificate, those of the issuers behind it.
        key: PEM file of its private key.
        minimum: oldest version of TLS taken. TR-069 Amendment 6, 3.3 asks for 1.2. With 1.0 or 1.1
            this listener also takes the ciphers, keys and signatures that went with them.
    """

    listen: str = ""
    certificate: str = ""
    key: str = ""
    minimum: Version = "1.2"

    def __post_init__(self) -> None:
        if not self.listen:
            return
        address_of(self.listen)
        for name in ("certificate", "key"):
            if not getattr(self, name):
                raise ValueError(f"{name}: found none, allowed is the path of a PEM file")

    @property
    def is_relaxed(self) -> bool:
        """Whether versions are taken that are no longer safe."""
        return self.minimum in OLD


class RouterTlsSettings(TlsSettings, frozen=True, forbid_unknown_fields=True):
    """Table ``[cwmp.tls]``.

    Attributes:
        client_certificates: ``off``: routers are asked for none; ``optional``: one that is shown
            must be good; ``required``: without a good one there is no connection.
        client_ca: PEM file of the authorities that routers' certificates may come from.
    """

    client_certificates: ClientCertificates = "off"
    client_ca: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.client_certificates != "off" and not self.client_ca:
            raise ValueError("client_ca: found none, allowed is the path of a PEM file")
