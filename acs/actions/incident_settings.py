"""Settings of incidents: who is weighed with whom, and when an incident opens and closes.

Plain values; the rules stand in ``incidents``.
"""

import msgspec

from acs.duration import Duration


class IncidentSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[actions.incidents]``.

    Siblings are the routers of one segment; where a router's segment is not known, those of one
    IP prefix.

    Attributes:
        prefix_v4: length of the IPv4 prefix that stands for a segment.
        prefix_v6: the same of IPv6.
        least: routers that must have been lost, booted or come into error.
        odds: how much likelier than chance an incident must be, natural logarithm. At 14 chance
            makes less than one in a week of 100,000 routers, on simulated segments.
        suspicion: the same from which siblings are asked for a session, to know sooner.
        late: an Inform that is this late is missed.
        outages_per_day: of one router, on an ordinary day: switched off, line lost.
        span: only what happened within this time of now can open an incident.
        probes: siblings that are asked on suspicion, at most.
        probe_within: time in which one that is asked has to come.
        probe_loss: share of routers that do not come though all is well with them.
        boots_per_day: of one router, on an ordinary day, not caused by us.
        errors_per_day: verdicts of one router that turn from none into another.
        close_share: share of the lost that may stay away when the incident closes.
        close_after: and that for this long.
        longest: an incident closes after this, whoever is still away.
    """

    prefix_v4: int = 24
    prefix_v6: int = 56
    least: int = 3
    odds: float = 14.0
    suspicion: float = 5.0
    late: Duration = Duration(60)
    outages_per_day: float = 0.2
    span: Duration = Duration(2400)
    probes: int = 12
    probe_within: Duration = Duration(60)
    probe_loss: float = 0.1
    boots_per_day: float = 0.1
    errors_per_day: float = 0.1
    close_share: float = 0.2
    close_after: Duration = Duration(300)
    longest: Duration = Duration(259_200)

    def __post_init__(self) -> None:
        for name, most in (("prefix_v4", 32), ("prefix_v6", 128)):
            if not 1 <= getattr(self, name) <= most:
                raise ValueError(f"{name}: found {getattr(self, name)}, allowed is 1 to {most}")
        for name in ("probe_loss", "close_share"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: found {getattr(self, name)}, allowed is 0 to 1")
        if self.least < 2:  # noqa: PLR2004 - one router is no incident
            raise ValueError(f"least: found {self.least}, allowed is 2 or more")
