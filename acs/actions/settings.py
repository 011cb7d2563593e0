"""Settings of actions: the policy, the guards and the verification. Plain values.

The defaults of the guards are those that an operator can defend in front of a customer; every
one may be changed, and a guard that cannot know its facts refuses ("fail closed").
"""

from typing import Literal

import msgspec

from acs.actions.cohort_settings import CohortSettings
from acs.actions.gentle import GentleSettings
from acs.actions.incident_settings import IncidentSettings
from acs.actions.learning_settings import LearningSettings
from acs.duration import Duration

_DAY_MINUTES = 1440


def window_of(hours: str) -> tuple[int, int]:
    """``"02:00-05:00"`` as minutes of the day; the end may be ``24:00``.

    Raises:
        ValueError: the text has another form.
    """
    try:
        first, last = (
            int(clock[:2]) * 60 + int(clock[3:])
            for clock in hours.split("-", 1)
            if len(clock) == 5 and clock[2] == ":"  # noqa: PLR2004 - "HH:MM"
        )
    except ValueError:
        first = last = -1
    if not (0 <= first <= _DAY_MINUTES and 0 <= last <= _DAY_MINUTES):
        raise ValueError(f'found {hours!r}, allowed is a window such as "02:00-05:00"')
    return first, last


class GuardSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[actions.guards]``: limits of reboots.

    Attributes:
        boot_loop_boots: boots in 24 h from which a router is left alone (power or hardware).
        after_boot: no reboot this soon after any boot.
        automatic_per_day: reboots of one router in 24 h without the customer's consent.
        consented_per_day: the same with consent.
        per_week: reboots of one router in 7 days; more is an escalation.
        segment_share: share of a segment's routers that may be rebooting at the same time.
        segment_minimum: but at least this many may.
        segment_offline: siblings offline from which the binomial test below is made.
        segment_offline_p: probability below which so many offline siblings are an incident.
        segment_offline_rate: share of routers that is offline on an ordinary day.
        incident_thaw: reboots in an incident's place stay frozen for this long after its end.
        power_boots: sibling boots in 30 min, not caused by us, taken as a return of mains power.
        fleet_share: share of the fleet that may be rebooted in 10 min.
        fleet_minimum: but at least this many may.
        voice_fresh: the voice state must be this recent on a router with telephony.
        proactive_hours: local time window of reboots that nobody asked for, "HH:MM-HH:MM".
        proactive_mbps: WAN traffic, both directions, under which a router may be rebooted
            unasked, Mbit/s; ``inf`` switches the check off.
        silent_routers: so many routers of a model that did not inform after their reboot within
            ``[actions] confirm`` stop all reboots of that model.
        escalation: so long the daemon leaves alone what was escalated.
        jitter: a refused proposal is tried again when its time has come, and at random up to this
            much later, so that routers do not come all at once.
    """

    boot_loop_boots: int = 4
    after_boot: Duration = Duration(900)
    automatic_per_day: int = 1
    consented_per_day: int = 2
    per_week: int = 3
    segment_share: float = 0.05
    segment_minimum: int = 1
    segment_offline: int = 3
    segment_offline_p: float = 1e-3
    segment_offline_rate: float = 0.02
    incident_thaw: Duration = Duration(1800)
    power_boots: int = 3
    fleet_share: float = 0.001
    fleet_minimum: int = 1
    voice_fresh: Duration = Duration(900)
    proactive_hours: str = "02:00-05:00"
    proactive_mbps: float = 0.2
    silent_routers: int = 1
    escalation: Duration = Duration(7 * 86_400)
    jitter: Duration = Duration(300)

    def __post_init__(self) -> None:
        try:
            window_of(self.proactive_hours)
        except ValueError as error:
            raise ValueError(f"proactive_hours: {error}") from None
        for name in ("segment_share", "segment_offline_p", "segment_offline_rate", "fleet_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name}: found {getattr(self, name)}, allowed is 0 to 1")
        if self.silent_routers < 1:
            raise ValueError(f"silent_routers: found {self.silent_routers}, allowed is 1 or more")


class DeadlineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[actions.deadlines]``: how long commands other than reboots may be under way.

    Attributes:
        tree: a tree may be read for this long after it was asked for.
        download: TransferComplete may come this long after the download may begin.
        upload: the same for uploads.
        software: for each operation on a router's software units; a day at most for all.
        diagnostic: beyond the time that the test itself may take.
        schedule_inform: beyond the delay that was asked for.
        restart: after a factory reset, or a firmware's transfer, for the Inform that shows it.
        rotate: after new credentials were given, for the router to log in with them.
    """

    tree: Duration = Duration(3600)
    download: Duration = Duration(3600)
    upload: Duration = Duration(1800)
    software: Duration = Duration(3600)
    diagnostic: Duration = Duration(600)
    schedule_inform: Duration = Duration(600)
    restart: Duration = Duration(900)
    rotate: Duration = Duration(172_800)


class ActionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[actions]``.

    Attributes:
        mode: ``observe`` judges only; ``advise`` also takes operators' commands; ``auto`` also
            proposes reboots by itself.
        confidence: the least confidence of a verdict on which the policy proposes.
        gain: what a reboot has to save at least, expected, against the best other action, for the
            policy to propose it; in the cost matrix' units (a technician's visit is 100).
        persistence: how long a verdict must have stood before the policy proposes.
        propose_again: pause after a proposal for one router before the next one.
        expires: a command that no session fetched by then is given up.
        confirm: how long after sending "M Reboot" may come.
        settle: how long after the confirmation the effect is judged.
        verify_within: after this long without a sample the effect stays unknown.
        sweep: interval of the deadline sweep and of the segments' refresh.
        lookup_name: name that a router looks up when its name service is to be judged.
        offline_after: a router without an Inform for this long counts as offline.
    """

    mode: Literal["observe", "advise", "auto"] = "advise"
    confidence: float = 0.5
    gain: float = 6.0
    persistence: Duration = Duration(0)
    propose_again: Duration = Duration(3600)
    expires: Duration = Duration(3600)
    confirm: Duration = Duration(600)
    settle: Duration = Duration(1800)
    verify_within: Duration = Duration(86_400)
    sweep: Duration = Duration(10)
    lookup_name: str = "example.com"
    offline_after: Duration = Duration(5400)
    guards: GuardSettings = GuardSettings()
    incidents: IncidentSettings = IncidentSettings()
    cohorts: CohortSettings = CohortSettings()
    gentle: GentleSettings = GentleSettings()
    learning: LearningSettings = LearningSettings()
    deadlines: DeadlineSettings = DeadlineSettings()

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"confidence: found {self.confidence}, allowed is 0 to 1")
