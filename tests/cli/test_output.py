from datetime import UTC, datetime

import pytest

from acs.cli.output import retry


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (1780.0, "try again in 13 min"),
        (1000.0, "may be tried again"),
        (280.0, "may be tried again"),
    ],
)
def test_when_a_refused_command_may_be_given_again(at: float, text: str) -> None:
    assert retry(datetime.fromtimestamp(at, UTC), 1000.0) == text
