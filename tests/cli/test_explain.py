import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from acs.actions import guards
from acs.api.words import ADVICE
from acs.cli.explaining import every_guard, explained, known
from diagnostics.model import shipped
from diagnostics.verdict import ACTIONS

Run = Callable[..., Result]


def test_every_action_cause_and_guard_is_explained() -> None:
    names = known()
    assert set(names["verdict"]) == set(ACTIONS)
    assert set(names["cause"]) == {cause.cause for cause in shipped().causes}
    for kind, words in names.items():
        for word in words:
            (found,) = [each for each in explained(word) if each.kind == kind]
            assert found.name == word
            assert len(found.means) > 10
            assert found.look
            assert found.leads or found.do, word


def test_every_guard_that_can_refuse_is_known_by_the_name_it_refuses_with() -> None:
    source = Path(guards.__file__).read_text("utf-8")
    refusing = set(re.findall(r'Refusal\(\s*"(\w+)"', source))
    assert refusing == set(every_guard())


def test_a_verdict_says_what_the_operator_says_and_for_which_causes(run: Run) -> None:
    result = run("explain", "reboot")
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert ADVICE["reboot"] in text
    for cause in shipped().causes:
        assert (f"right for {cause.cause}, {cause.says}" in text) == (cause.right == "reboot")


def test_a_cause_is_found_by_id_and_by_a_piece_of_its_name() -> None:
    (by_id,) = explained("f01")
    assert by_id in explained("memory leak")
    assert any("memory" in sign for sign in by_id.leads)
    assert by_id.do[0].startswith("reboot: ")


def test_a_guard_says_what_it_looks_at(run: Run) -> None:
    text = " ".join(run("explain", "voice").stdout.split())
    assert "No reboot during a call" in text
    assert "Consent does not override it." in text
    assert "it looks at these commands: reboot, gentle" in text


def test_a_word_may_be_two_things() -> None:
    assert [each.kind for each in explained("incident")] == ["verdict", "guard"]


def test_without_a_word_all_are_listed(run: Run) -> None:
    found = json.loads(run("explain", "--json").stdout)
    assert len(found) == sum(map(len, known().values()))
    assert len(run("explain").stdout.splitlines()) == len(found) + 1


@pytest.mark.parametrize("word", ["nonsense", "F99"])
def test_an_unknown_word_is_an_error_with_a_way_on(run: Run, word: str) -> None:
    result = run("explain", word)
    assert result.exit_code == 3
    assert "acs explain lists them" in result.stderr
