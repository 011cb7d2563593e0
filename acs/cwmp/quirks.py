"""What is done differently for devices that need it, as data: entries of conditions and effects.

Plain values. Which entries a device meets is found in ``quirk_book``, files are read in
``quirk_files``; what an effect means is carried out where it belongs, never here.
"""

import fnmatch
import re
from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec

from acs.cwmp.auth import Scheme

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,63}")


class Effects(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a quirk switches on; nothing by default.

    Attributes:
        auth: schemes offered in a challenge, in this order, as far as the configuration has them.
        digest_without_qop: Digest as of RFC 2069, without nonce counts, is taken.
        nonce_across_connections: a nonce is good on any connection from the same address, for the
            first time within 30 s, with rising counts; without counts, once.
        nonce_reuse: the nonce count need not rise.
        authenticates_inform_only: further connections of a session are let in by its cookie, even
            where each is to be challenged.
        reply_close: the connection is closed after each answer.
        empties_to_end: empty messages that the router sends to end a session; those behind the
            first find the connection open.
        names_per_call: names in one GetParameterValues at most, 0: as configured.
        next_level_only: GetParameterNames is asked with NextLevel true only.
        no_empty_path: GetParameterNames is never asked of the empty path.
        no_reboot_event: the router does not send "M Reboot": "1 BOOT" stands for it.
    """

    auth: tuple[Scheme, ...] = ()
    digest_without_qop: bool = False
    nonce_across_connections: bool = False
    nonce_reuse: bool = False
    authenticates_inform_only: bool = False
    reply_close: bool = False
    empties_to_end: Annotated[int, msgspec.Meta(ge=1, le=10)] = 1
    names_per_call: Annotated[int, msgspec.Meta(ge=0)] = 0
    next_level_only: bool = False
    no_empty_path: bool = False
    no_reboot_event: bool = False


class Quirks(Effects, frozen=True, omit_defaults=True, kw_only=True):
    """All effects for one device.

    Attributes:
        causes: effect and name of the entry that switched it on.
    """

    causes: tuple[tuple[str, str], ...] = ()

    def cause(self, effect: str) -> str | None:
        """Name of the entry that switched an effect on; None if none did."""
        return dict(self.causes).get(effect)


NONE = Quirks()
"""No quirks. The book gives this very object, so that it can be told by identity."""

EFFECTS = tuple(Effects.__struct_fields__)
SESSION_EFFECTS = (
    "empties_to_end",
    "names_per_call",
    "next_level_only",
    "no_empty_path",
    "no_reboot_event",
)
"""Effects on what is said in a session: each counts once when a session begins."""
_DEFAULTS = {effect: getattr(NONE, effect) for effect in EFFECTS}

Patterns = str | tuple[str, ...]


class Entry(Effects, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """One quirk of some devices: all conditions that are given must hold.

    A condition is a pattern or several, one of which must match all of the text, whatever the
    case: a glob, or, when it begins with ``^`` and ends with ``$``, a regular expression.

    Attributes:
        name: stable; the value of the metric's label.
        why: what the devices do, in a sentence.
        disabled: the entry does nothing; for one that is shipped and not wanted.
    """

    name: str
    why: str
    manufacturer: Patterns = ()
    oui: Patterns = ()
    product_class: Patterns = ()
    firmware: Patterns = ()
    disabled: bool = False

    def __post_init__(self) -> None:
        if _NAME.fullmatch(self.name) is None:
            raise ValueError(
                f"name: found {self.name!r}, allowed are 2 to 64 of a to z, 0 to 9, dot and hyphen"
            )
        if not self.why.strip():
            raise ValueError("why: found nothing, allowed is a sentence")
        for key in CONDITIONS:
            for pattern in patterns(getattr(self, key)):
                _check(key, pattern)
        if self.disabled:
            return
        if not any(getattr(self, key) for key in CONDITIONS):
            raise ValueError(f"found no condition, allowed are {', '.join(CONDITIONS)}")
        if not self.effects:
            raise ValueError(f"found no effect, allowed are {', '.join(EFFECTS)}")

    @property
    def effects(self) -> dict[str, object]:
        """What the entry switches on."""
        found = {effect: getattr(self, effect) for effect in EFFECTS}
        return {effect: value for effect, value in found.items() if value != _DEFAULTS[effect]}


CONDITIONS = ("manufacturer", "oui", "product_class", "firmware")


def patterns(given: Patterns) -> tuple[str, ...]:
    """A condition's patterns."""
    return (given,) if isinstance(given, str) else given


def _check(key: str, pattern: str) -> None:
    if not pattern:
        raise ValueError(f"{key}: found an empty pattern, allowed is a glob or ^…$")
    if pattern.startswith("^"):
        if not pattern.endswith("$"):
            raise ValueError(f"{key}: found {pattern!r}, allowed is a regular expression in ^…$")
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(
                f"{key}: found {pattern!r}, allowed is a regular expression: {error}"
            ) from None


def matcher(texts: Sequence[str]) -> Callable[[str], bool]:
    """Whether a text matches one of the patterns as a whole, whatever the case."""
    if not texts:
        return lambda _: False
    parts = [p if p.startswith("^") else fnmatch.translate(p) for p in texts]
    whole = re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE | re.DOTALL)
    return lambda text: whole.fullmatch(text) is not None
