"""What happened to a router lately, kept in its row so that a verdict needs no further query.

Bounded lists of boots, firmware changes and contacts. No tables.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from diagnostics.context import Boot, Contact, FirmwareChange

DAYS_14 = 14 * 86_400.0
DAYS_30 = 30 * 86_400.0
_KEPT = 16  # of each; a router with more boots than this has other worries


class Recent(msgspec.Struct, frozen=True, array_like=True):
    """Boots (14 days), firmware changes (30 days) and contacts (30 days), oldest first."""

    boots: tuple[Boot, ...] = ()
    firmware_changes: tuple[FirmwareChange, ...] = ()
    contacts: tuple[Contact, ...] = ()

    def with_boot(self, boot: Boot) -> "Recent":
        """One boot more."""
        return self.with_boots(_kept(self.boots, boot, DAYS_14))

    def with_boots(self, boots: tuple[Boot, ...]) -> "Recent":
        """Other boots."""
        return Recent(boots, self.firmware_changes, self.contacts)

    def with_firmware(self, change: FirmwareChange) -> "Recent":
        """One firmware change more."""
        changes = _kept(self.firmware_changes, change, DAYS_30)
        return Recent(self.boots, changes, self.contacts)

    def with_contact(self, contact: Contact) -> "Recent":
        """One contact more."""
        contacts = _kept(self.contacts, contact, DAYS_30)
        return Recent(self.boots, self.firmware_changes, contacts)


T = TypeVar("T", Boot, FirmwareChange, Contact)


def _kept(old: tuple[T, ...], new: T, seconds: float) -> tuple[T, ...]:
    return (since(old, new.at - seconds) + (new,))[-_KEPT:]  # noqa: RUF005 - keeps the type


def since(items: tuple[T, ...], at: float) -> tuple[T, ...]:
    """Those at or after a time."""
    if not items or items[0].at >= at:
        return items
    return tuple(item for item in items if item.at >= at)


NONE = Recent()
EMPTY = msgspec.msgpack.encode(NONE)
pack: Callable[[Recent], bytes] = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Recent).decode


def unpack(body: bytes) -> Recent:
    """Decode."""
    return NONE if body == EMPTY else _decode(body)
