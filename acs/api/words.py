"""Actions, causes, guards' answers and ages in the words of a contact-centre operator. No rules."""

from acs.api.documents import Urgency
from diagnostics.verdict import Action

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0

ADVICE: dict[Action, str] = {
    "none": "The router is well: nothing needs to be done to it",
    "reboot": "A remote reboot is likely to help",
    "consult_wifi": "Advise the customer on Wi-Fi (place, channel, band); a reboot will not help",
    "consult_lan": "Look at the customer's own cables and devices; a reboot will not help",
    "technician": "The line needs a technician; a reboot will not help",
    "incident": "This is a fault of the network, not of this router: tell the customer so",
    "firmware": "The firmware is at fault: it should be changed",
    "replace": "The router should be replaced",
    "escalate": "Pass this on to the second line",
}

# When to act. The verdict weighs what to do; how soon follows from what it is.
URGENCY: dict[Action, Urgency] = {
    "none": "none",
    "reboot": "now",
    "consult_wifi": "routine",
    "consult_lan": "routine",
    "technician": "soon",
    "incident": "now",
    "firmware": "routine",
    "replace": "soon",
    "escalate": "soon",
}
URGENCIES: tuple[Urgency, ...] = ("none", "routine", "soon", "now")

CAUSES: dict[str, str] = {
    "F01": "memory leak",
    "F02": "hung process",
    "F03": "connection table full",
    "F04": "Wi-Fi radio hung",
    "F05": "weak Wi-Fi coverage",
    "F06": "crowded Wi-Fi channel",
    "F07": "evening congestion in the network",
    "F08": "network incident",
    "F09": "power cut in the building",
    "F10": "copper line fault",
    "F11": "fibre bent or dirty",
    "F12": "optical module ageing",
    "F13": "Ethernet drop cable damaged",
    "F14": "cable or device at the customer's",
    "F15": "cable TV line fault",
    "F16": "session stuck after a network event",
    "F17": "overheating or failing power supply",
    "F18": "firmware bug",
    "F19": "weak mobile signal or busy cell",
    "F20": "mobile modem stuck",
    "F21": "account or configuration",
    "F22": "no lasting fault",
}

CUSTOMER: dict[Action, str] = {
    "none": "Your router is well, nothing needs to be done to it.",
    "reboot": "We can restart your router from here: it takes about two minutes, during which the "
    "internet is away.",
    "consult_wifi": "Your router and the line work; it is the Wi-Fi at home, and that can be "
    "improved.",
    "consult_lan": "Your router and the line work; let us look at the cables and devices at home.",
    "technician": "There is a fault on your line, a technician has to come.",
    "incident": "There is a fault in the network near you and we are working on it; nothing needs "
    "to be done to your router.",
    "firmware": "Your router needs another version of its software, we will install it.",
    "replace": "Your router needs to be replaced.",
    "escalate": "A specialist will look into this and we will call you back.",
}

REBOOT_STATES: dict[str, str] = {
    "queued": "A reboot is waiting for the router's next session",
    "sent": "A reboot was sent {ago}; the router has not answered yet",
    "accepted": "The router accepted a reboot {ago} and is restarting",
    "confirmed": "The router was rebooted {ago}; whether it helped is being measured",
    "unconfirmed": "A reboot was sent {ago} and the router never confirmed it",
}
OUTCOMES = {
    "helped": "The reboot {ago} helped",
    "unchanged": "The reboot {ago} changed nothing: do not repeat it",
    "worse": "After the reboot {ago} things were worse: do not repeat it",
}

SAYS: dict[str, str] = {
    "ago": "{span} ago",
    "sure": "{share} sure",
    "never_heard": "The router has never been heard",
    "silent": "The router has been silent for {span}: it may be off or cut off",
    "refused": "A reboot was refused {ago}: {reasons}",
    "no_verdict": "There is no verdict yet",
    "no_vitals": "There is no verdict yet: the router's vitals have not been read",
    "no_router": "No router of this subscriber is known.",
    "unjudged": "We will look at your router and say what can be done.",
    "first": "The first line can do this.",
    "second_again": "The second contact about this within a week: pass it to the second line.",
    "second_escalate": "The cause is not clear: it is for the second line.",
    "second_hands": "The second line arranges this: {action}.",
    "second_in_vain": "A reboot did not help: pass it to the second line.",
    "outage": "There is a fault in the network near you; we have been working on it for {span}.",
    "outage_over": "There was a fault in the network near you; it ended {span} ago.",
    "no_outage": "There is no fault in the network near you.",
    "online": "Your router is on line.",
    "offline": "We have not heard from your router for {span}: is it switched on?",
    "unheard": "We have never heard from your router: is it switched on?",
    "no_own_router": "We know of no router of yours.",
    "self_queued": "Your router will be restarted as soon as it answers.",
    "self_running": "Your router is restarting: this takes about two minutes.",
    "self_back": "Your router has restarted and is back.",
    "self_failed": "Your router could not be restarted. A specialist can help you.",
    "self_refused": "Your router cannot be restarted right now.",
    "technician": "a technician's visit",
    "firmware": "another firmware",
    "replace": "a new router",
}


def span(seconds: float) -> str:
    """A length of time in its largest unit, for a sentence: ``12 minutes``."""
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= unit:
            count = int(seconds // unit)
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "less than a minute"
