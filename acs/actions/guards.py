"""The guards of commands: pure functions over the facts of one moment, each with its reason.

They run inside the storing transaction, at the proposal and again at the claim. A guard that
lacks the facts it needs refuses. No storage, no clock.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

from acs.actions.settings import GuardSettings, window_of
from acs.commands import Command, GuardFacts, Refusal, restarts

DAY = 86_400.0
_SKEW = 60.0  # seconds that the clocks of several nodes may differ by
IDLE_CALL_STATES = ("Idle", "OnHook", "Disconnected")  # TR-104 v1 CallState, v2 CallStatus

Guard = Callable[[Command, GuardFacts, GuardSettings], Refusal | None]


def kill_switch(_command: Command, facts: GuardFacts, _settings: GuardSettings) -> Refusal | None:
    """Nothing restarts a router while an operator has stopped reboots."""
    if not facts.stopped:
        return None
    if not facts.stopped_by:
        return Refusal("kill_switch", "Reboots are stopped.")
    since = "" if facts.stopped_at is None else f" since {_moment(facts.stopped_at)}"
    why = f": {facts.stopped_why}" if facts.stopped_why else ""
    return Refusal("kill_switch", f"Reboots are stopped by {facts.stopped_by}{since}{why}.")


def model_stopped(_command: Command, facts: GuardFacts, settings: GuardSettings) -> Refusal | None:
    """A model of which a router did not come back from its reboot waits for a person."""
    count = facts.model_silent
    if count < settings.silent_routers:
        return None
    routers = "router" if count == 1 else "routers"
    return Refusal(
        "model_stopped",
        f"{count} {routers} of model {facts.model} did not come back from a reboot (limit "
        f"{settings.silent_routers - 1}): an operator has to look and to resume it.",
    )


def escalated(command: Command, facts: GuardFacts, settings: GuardSettings) -> Refusal | None:
    """A finding that the subscriber came back about is the second line's; the daemon keeps still.

    A person may order the reboot all the same.
    """
    at = facts.escalated_at
    if command.asked_by != "policy" or at is None or facts.now - at >= settings.escalation:
        return None
    return Refusal(
        "escalated",
        f"The subscriber came back about the same finding {(facts.now - at) / 3600:.0f} h ago: "
        "it is the second line's.",
        at + settings.escalation,
    )


def identity(_command: Command, facts: GuardFacts, _settings: GuardSettings) -> Refusal | None:
    """Only an enrolled router whose identity is not in doubt is touched."""
    if not facts.enrolled:
        return Refusal("identity", "The router is not enrolled.")
    if facts.flapping:
        return Refusal("identity", "Two devices appear to share this router's identity.")
    return None


def operator(command: Command, _facts: GuardFacts, _settings: GuardSettings) -> Refusal | None:
    """What cannot be undone is asked for by a person."""
    if command.asked_by == "policy":
        return Refusal("operator", f"Only an operator may ask for a {command.kind}.")
    return None


def one_at_a_time(_c: Command, facts: GuardFacts, _settings: GuardSettings) -> Refusal | None:
    """One open reboot or factory reset per router."""
    if facts.open_command is not None:
        return Refusal("one_at_a_time", f"Reboot {facts.open_command} is still under way.")
    return None


def voice(_command: Command, facts: GuardFacts, settings: GuardSettings) -> Refusal | None:
    """No reboot during a call, nor when a router with telephony does not say whether there is one.

    Consent does not override it.
    """
    state = facts.vitals.get("voip.call_active")
    if state is None:
        if facts.has_voice or any(name.startswith("voip.") for name in facts.vitals):
            return Refusal("voice", "The router has telephony and its call state is unknown.")
        return None
    if str(state) not in IDLE_CALL_STATES and state not in (False, 0):
        return Refusal("voice", f"A voice call is active ({state}).")
    age = facts.now - (facts.vitals_at or 0.0)
    if age < -_SKEW:
        return Refusal("voice", "When the voice state was read is unknown: the clock was set back.")
    if age > settings.voice_fresh:
        return Refusal("voice", f"The voice state is {age / 60:.0f} min old: ask for a fresh one.")
    return None


def transfer(command: Command, facts: GuardFacts, _settings: GuardSettings) -> Refusal | None:
    """No reboot while a file is transferred or flashed. Consent does not override it.

    Files for the router wait for each other; what it uploads only a restart would cut off.
    """
    if facts.transfer_open or facts.vitals.get("acs.download_in_progress") is True:
        return Refusal("transfer", "A file transfer is under way.")
    if facts.upload_open and command.kind in ("reboot", "factory_reset"):
        return Refusal("transfer", "An upload or a change of software is under way.")
    return None


def diagnostic(_command: Command, facts: GuardFacts, _settings: GuardSettings) -> Refusal | None:
    """A restart loses the results of a test, and a second test disturbs the first."""
    if facts.diagnostic_open:
        return Refusal("diagnostic", "A test of the router is under way: wait for its results.")
    return None


def boot_loop(_command: Command, facts: GuardFacts, settings: GuardSettings) -> Refusal | None:
    """A router that reboots by itself again and again needs power or hardware, not a reboot."""
    boots = len(facts.boots)
    if boots >= settings.boot_loop_boots:
        return Refusal(
            "boot_loop",
            f"{boots} boots in 24 h (limit {settings.boot_loop_boots}): "
            "power supply or hardware, another reboot does not help.",
            min(facts.boots) + DAY,
        )
    return None


def after_boot(_command: Command, facts: GuardFacts, settings: GuardSettings) -> Refusal | None:
    """A router that has just booted is given time to settle."""
    if not facts.boots:
        return None
    age = facts.now - max(facts.boots)
    if age < settings.after_boot:
        return Refusal(
            "after_boot",
            f"The router booted {age / 60:.0f} min ago (wait {settings.after_boot / 60:.0f} min).",
            max(facts.boots) + settings.after_boot,
        )
    return None


def router_budget(command: Command, facts: GuardFacts, settings: GuardSettings) -> Refusal | None:
    """So many reboots of one router in 24 hours and in 7 days."""
    day = sorted(at for at, _consent in facts.sent if at > facts.now - DAY)
    limit = settings.consented_per_day if command.consent else settings.automatic_per_day
    if len(day) >= limit:
        kind = "with consent" if command.consent else "without consent"
        return Refusal(
            "router_budget",
            f"{len(day)} reboots in 24 h (limit {limit} {kind}).",
            day[len(day) - limit] + DAY,
        )
    week = sorted(at for at, _consent in facts.sent if at > facts.now - 7 * DAY)
    if len(week) >= settings.per_week:
        return Refusal(
            "router_budget",
            f"{len(week)} reboots in 7 days (limit {settings.per_week}): escalate.",
            week[len(week) - settings.per_week] + 7 * DAY,
        )
    return None


def incident(_command: Command, facts: GuardFacts, settings: GuardSettings) -> Refusal | None:
    """While siblings are lost together, and for a while after, reboots in their place wait."""
    found = facts.incident
    if found is None:
        return None
    name = f"Incident {found.incident_id} ({found.basis} {found.place})"
    if found.closed_at is None:
        figures = f"{found.affected} of {found.routers} routers since {_moment(found.opened_at)}"
        return Refusal("incident", f"{name} is open: {figures}. Reboots wait for its end.")
    thawed = found.closed_at + settings.incident_thaw
    if facts.now >= thawed:
        return None
    ago, wait = (facts.now - found.closed_at) / 60, settings.incident_thaw / 60
    return Refusal("incident", f"{name} ended {ago:.0f} min ago (wait {wait:.0f} min).", thawed)


def segment_incident(_c: Command, facts: GuardFacts, settings: GuardSettings) -> Refusal | None:
    """Several siblings offline at once are an incident: reboots wait for its end."""
    offline, routers = facts.segment_offline, facts.segment_routers
    if facts.segment is None or offline < settings.segment_offline:
        return None
    p = binomial_tail(offline, routers, settings.segment_offline_rate)
    if p < settings.segment_offline_p:
        return Refusal(
            "segment_incident",
            f"{offline} of {routers} routers of segment {facts.segment} are offline (by chance: "
            f"p = {p:.1e}): wait for the network incident to end.",
        )
    return None


def power_return(_command: Command, facts: GuardFacts, settings: GuardSettings) -> Refusal | None:
    """After a power cut in the segment everything settles for half an hour."""
    boots = facts.segment_boots_30min
    if facts.segment is not None and boots >= settings.power_boots:
        return Refusal(
            "power_return",
            f"{boots} siblings in segment {facts.segment} booted in the last 30 min "
            f"(limit {settings.power_boots - 1}): mains power has just come back.",
            facts.now + 1800,
        )
    return None


def segment_budget(_c: Command, facts: GuardFacts, settings: GuardSettings) -> Refusal | None:
    """Only a small part of a segment reboots at the same time."""
    if facts.segment is None:
        return None
    limit = max(settings.segment_minimum, int(settings.segment_share * facts.segment_routers))
    if facts.segment_rebooting >= limit:
        return Refusal(
            "segment_budget",
            f"{facts.segment_rebooting} routers of segment {facts.segment} are rebooting "
            f"(limit {limit}).",
            facts.now + 600,
        )
    return None


def fleet_budget(_command: Command, facts: GuardFacts, settings: GuardSettings) -> Refusal | None:
    """Only a small part of the fleet is rebooted in any 10 minutes."""
    limit = max(settings.fleet_minimum, int(settings.fleet_share * facts.fleet_routers))
    if facts.fleet_sent_10min >= limit:
        return Refusal(
            "fleet_budget",
            f"{facts.fleet_sent_10min} reboots in the fleet in 10 min (limit {limit}).",
            facts.now + 600,
        )
    return None


def quiet_hours(command: Command, facts: GuardFacts, settings: GuardSettings) -> Refusal | None:
    """A reboot that nobody asked for waits for the night of the router's own time zone."""
    if command.consent or command.asked_by != "policy":
        return None
    first, last = window_of(settings.proactive_hours)
    local = datetime.fromtimestamp(facts.now, UTC) + timedelta(seconds=facts.utc_offset)
    minute = local.hour * 60 + local.minute
    inside = first <= minute < last if first <= last else minute >= first or minute < last
    if not inside:
        wait = (first - minute) % 1440
        return Refusal(
            "quiet_hours",
            f"It is {local:%H:%M} at the router; reboots that nobody asked for are made at "
            f"{settings.proactive_hours}.",
            facts.now + wait * 60,
        )
    return None


def in_use(command: Command, facts: GuardFacts, settings: GuardSettings) -> Refusal | None:
    """A reboot that nobody asked for waits until the line is idle."""
    if command.consent or command.asked_by != "policy" or math.isinf(settings.proactive_mbps):
        return None
    if facts.wan_mbps is None:
        return Refusal("in_use", "Whether the line is in use is unknown.", facts.now + 900)
    if facts.wan_mbps >= settings.proactive_mbps:
        return Refusal(
            "in_use",
            f"The line is in use: {facts.wan_mbps:.1f} Mbit/s (to be under "
            f"{settings.proactive_mbps} Mbit/s).",
            facts.now + 900,
        )
    return None


GUARDS: tuple[Guard, ...] = (
    kill_switch,
    identity,
    model_stopped,
    escalated,
    one_at_a_time,
    voice,
    transfer,
    diagnostic,
    boot_loop,
    after_boot,
    router_budget,
    incident,
    segment_incident,
    power_return,
    segment_budget,
    fleet_budget,
    quiet_hours,
    in_use,
)


# A restart that an operator orders for another end than to restart: budgets do not count it.
ORDERED: tuple[Guard, ...] = (
    kill_switch,
    identity,
    model_stopped,
    operator,
    one_at_a_time,
    voice,
    transfer,
    diagnostic,
    incident,
    segment_incident,
)


def offered(command: Command, _facts: GuardFacts, _settings: GuardSettings) -> Refusal | None:
    """A gentle action needs its parameter in the router's tree."""
    if command.arguments.get("path"):
        return None
    return Refusal(
        "offered",
        f"The router's data model, as far as it is known, does not offer "
        f"{command.arguments.get('action')}: reboot it instead.",
    )


def guards_of(command: Command) -> tuple[Guard, ...]:
    """The guards that a command has to pass. One that disturbs nobody needs only an identity."""
    if command.kind == "reboot":
        return GUARDS
    if command.kind == "gentle":
        return (*GUARDS, offered)
    if restarts(command.kind, command.arguments):
        if command.kind == "schedule_download":
            # whether somebody calls now says nothing of the time when it happens
            return tuple(guard for guard in ORDERED if guard is not voice)
        return ORDERED
    if command.kind in ("download", "schedule_download"):
        return (identity, transfer)
    return (identity, diagnostic) if command.kind == "diagnostic" else (identity,)


def refusals(
    command: Command, facts: GuardFacts, settings: GuardSettings, *, ahead: float = 0.0
) -> tuple[Refusal, ...]:
    """Every guard's objection to a command; none means that it may go ahead.

    ``ahead`` is how many seconds the clock was set forward: by so much the router's own reboots
    look older than they are.
    """
    past = msgspec.structs.replace(facts, now=facts.now - ahead) if ahead else facts
    found = (
        guard(command, past if guard is router_budget else facts, settings)
        for guard in guards_of(command)
    )
    return tuple(refusal for refusal in found if refusal is not None)


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def binomial_tail(k: int, n: int, p: float) -> float:
    """Probability of ``k`` or more successes in ``n`` trials of probability ``p``."""
    if k <= 0:
        return 1.0
    if not 0 < p < 1:
        return float(p >= 1)
    log_p, log_q = math.log(p), math.log1p(-p)
    total = 0.0
    for i in range(k, n + 1):
        log_term = (
            (math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1))
            + i * log_p
            + (n - i) * log_q
        )
        term = math.exp(log_term)
        total += term
        if term < total * 1e-12:
            break
    return min(total, 1.0)
