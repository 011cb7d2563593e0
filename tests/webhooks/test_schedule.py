"""What follows from an answer."""

import pytest

from acs.duration import Duration
from acs.storage.webhook_rows import Parcel, Result
from acs.webhooks.schedule import Answer, result_of
from acs.webhooks.settings import WebhookSettings

NOW = 1_790_000_000.0
SETTINGS = WebhookSettings(first_retry=Duration(5), longest_retry=Duration(3600))


def result(
    answer: Answer, failures: int = 0, attempts: int = 0, share: float = 1.0
) -> tuple[Result, float]:
    found = result_of(
        answer,
        Parcel(1, b"{}", attempts),
        failures,
        SETTINGS,
        now=NOW,
        uniform=lambda low, high: low + (high - low) * share,
    )
    return found, found.due_at - NOW


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_taken(status: int) -> None:
    found, wait = result(Answer(status), failures=7)
    assert (found.state, found.failures, wait, found.fault) == ("delivered", 0, 0, "")


@pytest.mark.parametrize("status", [None, 100, 302, 307, 401, 404, 408, 429, 500, 503])
def test_tried_again(status: int | None) -> None:
    found, wait = result(Answer(status, "" if status else "refused"), failures=99, attempts=99)
    assert (found.state, found.failures, wait) == ("waiting", 100, 3600)
    assert found.fault in ("refused", f"status {status}")


def test_the_wait_doubles_and_half_of_it_is_chance() -> None:
    waits = [result(Answer(500), failures=n)[1] for n in range(12)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
    assert result(Answer(500), failures=3, share=0.0)[1] == 20
    assert result(Answer(500), failures=100_000)[1] == 3600


def test_gone_is_for_good() -> None:
    assert result(Answer(410))[0].state == "gone"


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_a_message_that_is_never_taken_does_not_hold_up_the_others(status: int) -> None:
    assert result(Answer(status), attempts=3)[0].state == "waiting"
    found, wait = result(Answer(status), failures=4, attempts=4)
    assert (found.state, found.failures, wait) == ("dead", 0, 0)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", 120),
        ("0", 5),
        ("3", 5),
        (" 7 ", 7),
        ("999999999999", 86_400),
        ("Mon, 21 Sep 2026 14:15:20 GMT", 120),
        ("Mon, 21 Sep 2026 14:15:20 -0000", 120),
        ("Mon, 21 Sep 2020 14:15:20 GMT", 5),
        ("soon", 5),
        ("-5", 5),
        ("", 5),
        ("\u0663", 5),
    ],
)
def test_retry_after_is_heeded(text: str, wait: float) -> None:
    assert result(Answer(503, "", text))[1] == wait
