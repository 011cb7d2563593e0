"""What the difference of two counter readings means: growth, wrap, reset, or that nobody knows.

It never guesses: where two explanations are possible, the pair is ambiguous and yields nothing.
Rates and thresholds do not belong here.
"""

import enum
import math

from diagnostics.catalogue import Vital

NO_DATA = 4294967295.0
"""The value that says "no data" (TR-106, StatsCounter32 and StatsCounter64: 2**32-1)."""

_NARROW = 4294967296.0
_WIDE = 18446744073709551616.0
_WIDE_BITS = 64
_UNKNOWN = math.nan


class Pair(enum.Enum):
    """What two successive readings of one counter are to each other."""

    OK = "ok"
    WRAP = "wrap"
    RESET = "reset"
    AMBIGUOUS = "ambiguous"
    NO_DATA = "no_data"
    CLOCK_FAULT = "clock_fault"


class CounterRule:
    """How one counter behaves; precalculated, because it is asked at each sample.

    Attributes:
        fastest: most growth a second that is plausible.
        is_wide: 64 bits for certain.
        resets: see ``Vital.resets``.
    """

    __slots__ = ("fastest", "is_wide", "resets")

    def __init__(self, vital: Vital) -> None:
        self.fastest = vital.per_second
        self.is_wide = vital.width == _WIDE_BITS
        self.resets = vital.resets

    def resolve(
        self, before: float, now: float, elapsed: float, *, booted: bool | None
    ) -> tuple[Pair, float]:
        """The class of a pair and the growth that it proves (NaN when it proves none).

        Args:
            before: the earlier reading.
            now: the later reading.
            elapsed: seconds between them; not positive or NaN when the clocks disagree.
            booted: whether the router restarted in between; None when that is not known.

        After a reset the growth is the new reading: counted since the reset, so a lower bound.
        """
        if not (0 <= before < _WIDE and 0 <= now < _WIDE) or NO_DATA in (before, now):
            return Pair.NO_DATA, _UNKNOWN
        if not elapsed > 0:
            return Pair.CLOCK_FAULT, _UNKNOWN
        most = self.fastest * elapsed
        if booted and self.resets != "persists":
            return self._over_a_boot(before, now, most)
        if now >= before:
            return self._risen(before, now, most)
        if booted:
            return (Pair.RESET, now) if now <= most else (Pair.AMBIGUOUS, _UNKNOWN)
        return self._fallen(before, now, most, booted=booted)

    def _over_a_boot(self, before: float, now: float, most: float) -> tuple[Pair, float]:
        if now > most:
            return Pair.AMBIGUOUS, _UNKNOWN
        if now < before or self.resets == "boot":
            return Pair.RESET, now
        return Pair.AMBIGUOUS, _UNKNOWN

    def _risen(self, before: float, now: float, most: float) -> tuple[Pair, float]:
        is_narrow = not self.is_wide and now < _NARROW
        # It may have gone round unseen: 32-bit octets do so in 34 s at 1 Gbit/s.
        if now - before > most or (is_narrow and now - before + _NARROW <= most):
            return Pair.AMBIGUOUS, _UNKNOWN
        return Pair.OK, now - before

    def _fallen(
        self, before: float, now: float, most: float, *, booted: bool | None
    ) -> tuple[Pair, float]:
        modulus = _WIDE if self.is_wide or before >= _NARROW else _NARROW
        around = now - before + modulus
        may_wrap = around <= most
        # A counter that only a restart resets cannot have been reset when there was none.
        may_reset = now <= most and not (self.resets == "boot" and booted is False)
        if may_wrap and not may_reset:
            return Pair.WRAP, around
        if may_reset and not may_wrap:
            return Pair.RESET, now
        return Pair.AMBIGUOUS, _UNKNOWN
