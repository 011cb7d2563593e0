"""Who hears of what became durable."""

import msgspec

from acs.actions.newsroom import Newsroom
from acs.facts import CommandFailed, CommandLapsed, Event
from tests.actions.office import ID, Office


def test_a_changed_command_is_told_and_counted(office: Office) -> None:
    command = office.propose()
    sent = office.claim()
    assert sent is not None
    office.news.command(sent)  # the conversation tells of a claim
    office.commit(
        CommandFailed(
            router_id=ID,
            at=office.now(),
            command_id=command.command_id,
            result={"code": 9001},
        )
    )
    assert office.changed == [command.command_id, command.command_id]
    states = [state for kind, state in office.tally.counts if kind == "reboot"]
    assert states == ["queued", "sent", "failed"]


def test_a_fact_that_did_not_fit_changes_nothing(office: Office) -> None:
    results = office.commit(CommandLapsed(router_id=ID, at=office.now(), command_id="no such"))
    assert results == (None,)
    assert office.changed == []


def test_an_outcome_is_counted_with_its_verification(office: Office) -> None:
    command = office.propose()
    verified = msgspec.structs.replace(command, state="verified", outcome="helped")
    office.news.command(verified)
    assert office.tally.counts["reboot", "helped"] == 1
    office.news.command(msgspec.structs.replace(verified, state="done"))
    assert office.tally.counts["reboot", "helped"] == 1


def test_samples_go_to_the_supervisor_and_other_results_do_not(office: Office) -> None:
    told: list[str] = []
    office.news = Newsroom(office.supervisor, told.append, office.tally)
    office.inform()
    assert office.tally.counts == {}
    office.sample()
    assert office.tally.counts == {("judged", "none"): 1}
    assert told == []


def test_a_command_that_an_inform_ended_is_told(office: Office) -> None:
    office.inform()
    command = office.propose(kind="factory_reset")
    assert office.claim() is not None
    office.inform(events=(Event("0 BOOTSTRAP"),))
    assert office.command(command.command_id).state == "done"
    assert office.changed == [command.command_id]
    assert office.tally.counts["factory_reset", "done"] == 1
