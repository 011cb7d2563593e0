"""``acs gentle`` against a real API."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.mark.parametrize("action", ["renew_dhcp", "reset_ppp", "reset_wifi"])
def test_it_is_given_as_a_command(acs: Run, known_router: str, action: str) -> None:
    result = acs("gentle", known_router, action, "--consent", "--json")
    command = json.loads(result.stdout)
    assert (command["kind"], command["arguments"]["action"]) == ("gentle", action)


def test_another_action_is_a_usage_error(acs: Run, known_router: str) -> None:
    result = acs("gentle", known_router, "explode")
    assert result.exit_code == 2
    assert "renew_dhcp" in result.stderr
