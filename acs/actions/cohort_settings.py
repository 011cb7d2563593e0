"""Settings of cohorts: when a firmware counts as worse than another one. Plain values."""

import msgspec

from acs.duration import Duration

_DAY = 86_400


class CohortSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[actions.cohorts]``.

    Attributes:
        every: how often the fleet is counted and firmwares are compared.
        window: what is older does not count.
        least_routers: of each firmware, whose outcome is known, below which nothing is compared.
        least_days: days on which routers with trouble were counted, likewise.
        chance: that a sweep finds anything where all firmwares of all models are alike.
        ratio: least ratio of the two rates.
        difference: and least difference of them.
        shrinkage: routers that a model's common rate is worth in the rate of one firmware.
    """

    every: Duration = Duration(3600)
    window: Duration = Duration(28 * _DAY)
    least_routers: int = 20
    least_days: int = 3
    chance: float = 0.001
    ratio: float = 1.5
    difference: float = 0.05
    shrinkage: float = 10.0

    def __post_init__(self) -> None:
        for name, most in (("chance", 0.5), ("difference", 1.0)):
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: found {getattr(self, name)}, allowed is 0 to {most}")
        for name in ("least_routers", "least_days"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: found {getattr(self, name)}, allowed is 1 or more")
        if self.ratio < 1:
            raise ValueError(f"ratio: found {self.ratio}, allowed is 1 or more")
        if self.shrinkage <= 0:
            raise ValueError(f"shrinkage: found {self.shrinkage}, allowed is more than 0")
        if self.window < _DAY:
            raise ValueError('window: found less than a day, allowed is "1d" or more')
