"""One line of moments from all tables, on both databases."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acs.commands import Refusal
from acs.facts import ContactMade, IncidentClosed, IncidentOpened, Judged, Noted
from acs.storage.store import Store
from acs.storage.timeline import Moment
from tests.storage.support import ID, NOW, OTHER, OTHER_ID, Desk, Guard, informed, proposal, verdict

EVER = float("inf")


def kinds(moments: list[Moment]) -> list[tuple[str, str]]:
    return [(moment.kind, moment.what) for moment in moments]


def test_every_source_is_in_it_and_nothing_of_others(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    desk.commit(store, informed(device=OTHER))
    desk.commit(store, Noted(router_id=OTHER_ID, at=NOW, kind="elsewhere"))
    desk.commit(store, Judged(router_id=ID, at=NOW + 1, verdict=verdict(NOW + 1, "reboot")))
    desk.commit(store, ContactMade(router_id=ID, at=NOW + 2, channel="phone", note="slow"))
    desk.wait(store.propose(proposal("c1", at=NOW + 3), Guard((Refusal("budget", "None left."),))))
    desk.wait(store.propose(proposal("c2", at=NOW + 4), Guard()))
    desk.wait(store.claim(ID, NOW + 5, Guard()))
    opened = IncidentOpened(
        at=NOW + 6,
        incident_id="i1",
        basis="segment",
        place="olt-1/2",
        kind="power",
        began_at=NOW,
        routers=(ID,),
        affected=(ID,),
    )
    desk.commit(store, opened)
    desk.commit(store, IncidentClosed(at=NOW + 7, incident_id="i1"))
    found = desk.wait(store.timeline(ID, EVER, 100))
    told = [each for each in kinds(found) if each[0] != "event"]
    assert told == [
        ("incident", "closed"),
        ("incident", "opened"),
        ("command", "sent"),
        ("command", "queued"),
        ("command", "refused"),
        ("contact", "phone"),
        ("verdict", "reboot"),
    ]
    refused = next(each for each in found if each.what == "refused")
    assert refused.about == "c1"
    assert refused.detail["refusals"] == [{"guard": "budget", "reason": "None left."}]
    assert ("event", "elsewhere") not in kinds(found)
    assert kinds(desk.wait(store.timeline(OTHER_ID, EVER, 100)))[0] == ("event", "elsewhere")


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(times=st.lists(st.integers(1, 12), max_size=14), limit=st.integers(1, 6))
def test_pages_show_every_moment_once(
    desk: Desk, store: Store, times: list[int], limit: int
) -> None:
    desk.commit(store, informed())
    base = desk.wait(store.timeline(ID, EVER, 10_000))
    start = max((each.at for each in base), default=NOW) + 1
    for number, at in enumerate(times):
        fact = ContactMade(router_id=ID, at=start + at, channel=f"c{number}", action=f"a{number}")
        noted = Noted(router_id=ID, at=start + at, kind=f"n{number}")
        desk.commit(store, fact if number % 2 else noted)
    whole = desk.wait(store.timeline(ID, EVER, 10_000))
    assert [each.at for each in whole] == sorted((each.at for each in whole), reverse=True)
    paged: list[Moment] = []
    before = EVER
    while page := desk.wait(store.timeline(ID, before, limit)):
        paged += page
        before = page[-1].at
    assert sorted(map(repr, paged)) == sorted(map(repr, whole))
