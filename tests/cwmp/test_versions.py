import pytest

from acs.cwmp.messages import Empty, Envelope
from acs.cwmp.versions import LONGEST, SHORTEST, chosen, idle_timeout


@pytest.mark.parametrize(
    ("supported", "version"),
    [
        ((), ""),
        (("1.0", "1.1", "1.2", "1.3", "1.4"), "1.4"),
        (("1.4", "1.0"), "1.4"),
        (("1.0", "1.2"), "1.2"),
        (("1.4", "1.5", "2.0"), "1.4"),
        (("1.5", "2.0"), None),
        (("01.4",), None),
    ],
)
def test_the_highest_common_version(supported: tuple[str, ...], version: str | None) -> None:
    assert chosen(Envelope(Empty(), supported_versions=supported)) == version


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(None, 0.0), (0.0, SHORTEST), (29.0, 30.0), (300.0, 300.0), (4294967295.0, LONGEST)],
)
def test_how_long_a_session_may_be_silent(said: float | None, seconds: float) -> None:
    assert idle_timeout(Envelope(Empty(), session_timeout=said)) == seconds
