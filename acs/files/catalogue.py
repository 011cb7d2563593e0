"""Rules of the catalogue: what a file may be called, what kinds there are, which routers it suits.

Pure: no rows are read or written here.
"""

import fnmatch
import re

from acs.storage.file_rows import FileRow
from acs.storage.rows import RouterRow

# TR-069 Amendment 6, A.3.2.8, table 31.
KINDS = {
    "firmware": "1 Firmware Upgrade Image",
    "web": "2 Web Content",
    "config": "3 Vendor Configuration File",
    "tone": "4 Tone File",
    "ringer": "5 Ringer File",
    "stored-firmware": "6 Stored Firmware Image",
}
FIRMWARE = (KINDS["firmware"], KINDS["stored-firmware"])
_KIND = re.compile(r"[1-6] [ -~]{1,61}|X [ -~]{1,62}")  # "X <VENDOR_IDENTIFIER> <type>"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_OUI = re.compile(r"[0-9A-Fa-f]{6}")


class BadEntryError(ValueError):
    """The catalogue does not take this entry; the text begins with the field's name."""


def kind_of(text: str) -> str:
    """A file type by its short name (``firmware``) or as TR-069 writes it.

    Raises:
        BadEntryError: it is neither.
    """
    found = KINDS.get(text.strip().casefold(), text.strip())
    if _KIND.fullmatch(found) is None or (found[0] != "X" and found not in KINDS.values()):
        raise BadEntryError(
            f"kind: found {text!r}, allowed are {', '.join(KINDS)}, their names in TR-069 "
            '("1 Firmware Upgrade Image") and "X <vendor> <type>"'
        )
    return found


def name_of(text: str) -> str:
    """A file's name, which routers see and which ends links.

    Raises:
        BadEntryError: it is empty, too long, a path, or has other characters than a link has.
    """
    if _NAME.fullmatch(text) is None:
        raise BadEntryError(
            f"name: found {text[:80]!r}, allowed are 1 to 64 letters, digits and . _ + -, "
            "a letter or digit first, no folders"
        )
    return text


def ouis_of(text: str) -> str:
    """OUIs in one spelling: ``00D09E,001122``.

    Raises:
        BadEntryError: one is not six hexadecimal digits.
    """
    found = [oui for oui in re.split(r"[,\s]+", text) if oui]
    for oui in found:
        if _OUI.fullmatch(oui) is None:
            raise BadEntryError(f"oui: found {oui!r}, allowed are six hexadecimal digits")
    return ",".join(sorted({oui.upper() for oui in found}))


def check_target(row: FileRow) -> None:
    """See that firmware says for which routers it is.

    Raises:
        BadEntryError: it does not.
    """
    if row.kind in FIRMWARE and not (row.oui or row.product_class or row.model):
        raise BadEntryError(
            "model: firmware needs a model, a product class or an OUI, or any router could be "
            "given it"
        )


def misfit(row: FileRow, router: RouterRow) -> str:
    """Why a file is not for a router, as a sentence; empty: it is."""
    checks = (
        ("manufacturer", row.manufacturer, router.manufacturer, _same),
        ("OUI", row.oui, router.oui, _among),
        ("product class", row.product_class, router.product_class, _like),
        ("model", row.model, router.model_name, _like),
    )
    for what, wanted, found, fits in checks:
        if wanted and not fits(wanted, found):
            has = f"has {found!r}" if found else "has not told its own"
            return f"{row.name} is for {what} {wanted!r}, the router {has}."
    if row.kind in FIRMWARE and not (row.oui or row.product_class or row.model):
        return f"{row.name} does not say which routers it is for."
    return ""


def _same(wanted: str, found: str) -> bool:
    return wanted.casefold() == found.casefold()


def _among(wanted: str, found: str) -> bool:
    return found.upper() in wanted.split(",")


def _like(wanted: str, found: str) -> bool:
    return fnmatch.fnmatchcase(found.casefold(), wanted.casefold())
