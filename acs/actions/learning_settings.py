"""Settings of learning: trials of a new policy, hold-out, when worth is looked at. Plain values."""

import msgspec

from acs.duration import Duration

_SECOND, _THIRD = 86_400, 7 * 86_400


class LearningSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[actions.learning]``.

    Attributes:
        canary: routers that a changed policy is tried on before all others; 0: none.
        canary_share: of the routers that it would act on until then, so many are acted on, by lot;
            the others are only watched, to compare. 1: all; those who come after the canary's last
            one are then compared with, until it is known how the canary fared.
        hold_out: share of the policy's own proposals that, by lot, are not carried out where the
            expected costs are close; 0: none.
        hold_out_gain: a gain below which expected costs are close; in the cost matrix' units.
        hold_for: so long a router of the hold-out is left to itself.
        second_look: from an action to the second look at what it was worth.
        third_look: to the third.
        shrinkage: trials that a cause's rate is worth in the estimate of one model and firmware.
        least_known: outcomes with and without the action below which nothing is concluded.
    """

    canary: int = 50
    canary_share: float = 1.0
    hold_out: float = 0.0
    hold_out_gain: float = 12.0
    hold_for: Duration = Duration(_SECOND)
    second_look: Duration = Duration(_SECOND)
    third_look: Duration = Duration(_THIRD)
    shrinkage: float = 10.0
    least_known: int = 10

    def __post_init__(self) -> None:
        if self.canary < 0:
            raise ValueError(f"canary: found {self.canary}, allowed is 0 or more")
        if not 0.1 <= self.canary_share <= 1.0:  # noqa: PLR2004 - somebody is to be helped
            raise ValueError(f"canary_share: found {self.canary_share}, allowed is 0.1 to 1")
        if not 0 <= self.hold_out <= 0.5:  # noqa: PLR2004 - most are to be helped
            raise ValueError(f"hold_out: found {self.hold_out}, allowed is 0 to 0.5")
        if self.shrinkage <= 0:
            raise ValueError(f"shrinkage: found {self.shrinkage}, allowed is more than 0")
        if self.least_known < 1:
            raise ValueError(f"least_known: found {self.least_known}, allowed is 1 or more")
