"""Messages of SNMPv1 and v2c, whose only security is a community in the clear (RFC 1901).

Pure; what stands in the protocol data unit belongs to ``pdus``.
"""

import msgspec

from agents.snmp.ber import INTEGER, OCTETS, SEQUENCE, BerError, expect, integer, tlv, write_integer
from agents.snmp.pdus import Pdu, TrapV1, read_pdu

V1, V2C, V3 = 0, 1, 3


class Community(msgspec.Struct, frozen=True):
    """Version and community with which a device is asked. Never shown: its repr is redacted.

    Attributes:
        version: 0 for SNMPv1, 1 for SNMPv2c, as in messages.
        name: the community.
    """

    version: int
    name: bytes

    def __repr__(self) -> str:
        return f"Community(version={self.version}, redacted)"


def version_of(data: bytes) -> tuple[int, int, int]:
    """The version of a message, and where the rest of it begins and ends.

    Raises:
        BerError: it is no message, or more follows it.
    """
    start, end = expect(data, 0, len(data), SEQUENCE)
    if end != len(data):
        raise BerError(f"{len(data) - end} bytes follow the message")
    first, at = expect(data, start, end, INTEGER)
    return integer(data, first, at), at, end


def read_message(data: bytes) -> tuple[Community, Pdu | TrapV1]:
    """A message of SNMPv1 or v2c.

    Raises:
        BerError: it is malformed, or of another version.
    """
    version, at, end = version_of(data)
    if version not in (V1, V2C):
        raise BerError(f"version {version}, expected 0 or 1")
    start, at = expect(data, at, end, OCTETS)
    return Community(version, data[start:at]), read_pdu(data, at, end)


def write_message(community: Community, pdu: bytes) -> bytes:
    """A message that holds a written protocol data unit."""
    head = write_integer(community.version) + tlv(OCTETS, community.name)
    return tlv(SEQUENCE, head + pdu)
