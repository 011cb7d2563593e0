"""The demonstration's fleet: which routers there are, where they are, what is wrong with them.

Plain values from a seed; no I/O.
"""

from random import Random
from typing import NamedTuple

from acs.facts import Belongs
from acs.simulator.illness import DAY, HOUR, Body, Name
from acs.simulator.models import HARBOUR, KESTREL, KESTREL_VOICE, LUMEN, MODELS
from acs.simulator.product import Model

UTC_OFFSET = 10_800
OUTAGE_SEGMENT = "north-07"
_SEGMENTS = ("north-01", "north-02", "east-03", "east-04", "south-05", "west-06")


class Member(NamedTuple):
    """One router of the fleet."""

    model: Model
    serial: str
    body: Body
    segment: str
    account: str

    @property
    def router_id(self) -> str:
        """The id under which a server knows it."""
        return self.model.device(self.serial).router_id

    def belongs(self, at: float) -> Belongs:
        """Its place and owner, as the provider's other systems know them."""
        return Belongs(
            router_id=self.router_id,
            at=at,
            account=self.account,
            phone=f"+1555{int(self.account):07}",
            segment=self.segment,
            access="FTTB",
            utc_offset=UTC_OFFSET,
        )


class Case(NamedTuple):
    """A kind of router that the fleet has ``times`` times."""

    illness: Name
    times: int
    models: tuple[Model, ...]
    segment: str | None = None
    in_call: bool = False


# Wi-Fi signal is readable in TR-181 only; telephony is a matter of the model.
CASES = (
    Case("leaking", 2, (KESTREL, LUMEN)),
    Case("leaking", 1, (KESTREL_VOICE,), in_call=True),
    Case("hung_dns", 2, (HARBOUR, KESTREL)),
    Case("hung_dns", 1, (KESTREL,), segment=OUTAGE_SEGMENT),
    Case("bad_cable", 3, (KESTREL, KESTREL_VOICE)),
    Case("weak_wifi", 4, (KESTREL, KESTREL_VOICE)),
    Case("boot_loop", 2, (KESTREL,)),
    Case("outage", 6, MODELS, segment=OUTAGE_SEGMENT),
    Case("healthy", 1, (LUMEN,), segment=OUTAGE_SEGMENT),
)


def demo_fleet(now: float, *, routers: int = 50, seed: int = 1) -> list[Member]:
    """A fleet of ``routers``: the cases above, as far as they fit, and healthy ones."""
    random = Random(seed)  # noqa: S311 - a fleet is no secret
    wanted: list[Case] = [
        case._replace(times=1, models=(case.models[number % len(case.models)],))
        for case in CASES
        for number in range(case.times)
    ][:routers]
    while len(wanted) < routers:
        wanted.append(Case("healthy", 1, (random.choice(MODELS),)))
    return [_member(number, case, now, random) for number, case in enumerate(wanted, 1)]


def _member(number: int, case: Case, now: float, random: Random) -> Member:
    body = Body(
        random.randrange(10_000),
        case.illness,
        onset=_onset(case.illness, now, random),
        boots=_boots(case.illness, now, random),
        voice=case.models[0].voice,
        in_call=case.in_call,
    )
    return Member(
        model=case.models[0],
        serial=f"A{number:04}",
        body=body,
        segment=case.segment or _SEGMENTS[number % len(_SEGMENTS)],
        account=f"{700_000 + number}",
    )


def _onset(illness: Name, now: float, random: Random) -> float:
    ages = {
        "leaking": 60 * DAY,
        "hung_dns": (5 + 3 * random.random()) * HOUR,
        "bad_cable": (2 + 2 * random.random()) * DAY,
        "weak_wifi": 40 * DAY,
        "boot_loop": 20 * HOUR,
        "outage": 20 * 60.0,
    }
    return now - ages.get(illness, 0.0)


def _boots(illness: Name, now: float, random: Random) -> list[float]:
    match illness:
        case "leaking":
            return [now - 25 * DAY, now - (11.7 + 0.2 * random.random()) * DAY]
        case "boot_loop":
            falls = [now - hours * HOUR for hours in (19.5, 14.2, 9.9, 6.1, 2.8, 0.7)]
            return [now - 33 * DAY, *falls]
    age = random.uniform(3, 28) * DAY
    return [now - age - 20 * DAY, now - age]
