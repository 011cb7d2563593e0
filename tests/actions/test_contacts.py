"""Contacts at the desk: what they are about, what is handed on, who keeps still then."""

from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from acs.actions.supervisor import UnknownRouterError
from acs.facts import ContactMade
from acs.storage.rows import ContactRow
from diagnostics.sample import Value
from tests.actions.office import DAY, HOUR, ID, MINUTE, SICK, Office

OfficeWith = Callable[..., Office]

HUNG: dict[str, Value] = {"sys.dns_proxy_fail": 0.9}  # one finding, whatever else is known


def phone(office: Office, router_id: str = ID, **more: object) -> ContactRow:
    made = ContactMade(router_id=router_id, at=office.now(), channel="phone", **more)  # type: ignore[arg-type]
    row = office.wait(office.desk.record(made))
    office.settle()
    return row


def test_a_contact_is_about_what_leads_while_somebody_calls(office_with: OfficeWith) -> None:
    office = office_with(mode="advise")
    office.inform()
    office.sample(SICK)
    row = phone(office, line="first", action="consult_wifi", helped=False)
    verdict = office.wait(office.store.verdict(ID))
    assert verdict is not None
    assert verdict.judged_at == office.now()
    assert row.finding == verdict.causes[0].cause
    assert (row.line, row.escalated) == ("first", False)
    assert office.tally.counts["contact", "False"] == 1


def test_the_second_contact_about_it_goes_to_the_second_line(office_with: OfficeWith) -> None:
    office = office_with(mode="advise")
    office.inform()
    office.sample(HUNG)
    first = phone(office)
    office.clock.advance(MINUTE)
    assert not phone(office, action="reboot", helped=True).escalated  # the same contact
    office.clock.advance(2 * DAY)
    office.sample(HUNG, up=42 * DAY)
    with capture_logs() as logs:
        second = phone(office)
    assert (second.finding, second.escalated) == (first.finding, True)
    assert [e["finding"] for e in logs if e["event"] == "actions.escalated"] == [first.finding]
    verdict = office.wait(office.store.verdict(ID))
    assert verdict is not None
    assert verdict.action == "escalate"
    assert "2 days ago and it has come up again" in verdict.evidence[0].says
    assert office.tally.counts["contact", "True"] == 1


def test_the_daemon_leaves_alone_what_was_escalated_and_a_person_does_not(
    office: Office,
) -> None:
    office.commit(ContactMade(router_id=ID, at=office.now(), channel="phone", finding="F03"))
    office.clock.advance(DAY)
    office.commit(ContactMade(router_id=ID, at=office.now(), channel="phone", finding="F03"))
    office.clock.advance(2 * HOUR)
    asked = office.supervisor.propose("reboot", ID, "policy", "leak")
    assert [no.guard for no in office.wait(asked).refusals] == ["escalated"]
    assert office.propose().state == "queued"


def test_a_contact_about_an_unknown_router(office: Office) -> None:
    with pytest.raises(UnknownRouterError):
        phone(office, "00AA01-Box-none")
