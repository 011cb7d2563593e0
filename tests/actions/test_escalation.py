"""A finding that comes up again goes to the second line; nothing else is changed."""

import msgspec
import pytest

from acs.actions.escalation import escalate
from diagnostics.context import Contact, Context
from diagnostics.verdict import Action, CauseProbability, Verdict

NOW, DAY = 1_790_000_000.0, 86_400.0
WEEK = 7 * DAY
VERDICT = Verdict("consult_wifi", 0.6, {}, (CauseProbability("F05", 0.6),), (), (), NOW)
FIRST = Contact(NOW - 3 * DAY, "phone", "consult_wifi", False, "F05")
AGAIN = Contact(NOW - 60, "phone", None, None, "F05", True)


def test_the_second_contact_about_a_finding_goes_to_the_second_line() -> None:
    found = escalate(VERDICT, Context(contacts=(FIRST, AGAIN)), WEEK)
    assert (found.action, found.confidence, found.causes) == ("escalate", 0.6, VERDICT.causes)
    assert found.evidence[0].says == (
        "The subscriber first called about this 3 days ago and it has come up again: it goes to "
        "the second line."
    )


@pytest.mark.parametrize("action", ["none", "incident", "escalate"])
def test_what_is_nobodys_or_the_networks_stays(action: Action) -> None:
    verdict = msgspec.structs.replace(VERDICT, action=action)
    assert escalate(verdict, Context(contacts=(FIRST, AGAIN)), WEEK) is verdict


@pytest.mark.parametrize(
    "contacts",
    [
        (),
        (FIRST,),
        (FIRST, msgspec.structs.replace(AGAIN, finding="F01")),
        (FIRST, msgspec.structs.replace(AGAIN, at=NOW - WEEK)),
    ],
)
def test_otherwise_the_verdict_stays(contacts: tuple[Contact, ...]) -> None:
    assert escalate(VERDICT, Context(contacts=contacts), WEEK) is VERDICT


def test_a_verdict_without_causes_stays() -> None:
    verdict = msgspec.structs.replace(VERDICT, causes=())
    assert escalate(verdict, Context(contacts=(FIRST, AGAIN)), WEEK) is verdict
