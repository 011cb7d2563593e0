"""What follows from an answer: taken, try again and when, or give up. Pure."""

from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime

import msgspec

from acs.storage.webhook_rows import Parcel, Result
from acs.webhooks.settings import WebhookSettings

GONE = 410  # the receiver wants no more (Standard Webhooks, "Delivery")
# The message is at fault, not the receiver: it will not be taken later either.
_OF_THE_MESSAGE = frozenset({400, 413, 415, 422})
_TRIES = 5  # of such a message
_LONGEST_ASKED = 86_400.0  # seconds that a Retry-After may ask for
_DOUBLINGS = 30
_OK = range(200, 300)


class Answer(msgspec.Struct, frozen=True):
    """What a call brought: an HTTP status or, in words, what went wrong before there was one.

    ``retry_after`` is the header's text.
    """

    status: int | None
    fault: str = ""
    retry_after: str = ""


def result_of(
    answer: Answer,
    parcel: Parcel,
    failures: int,
    settings: WebhookSettings,
    *,
    now: float,
    uniform: Callable[[float, float], float],
) -> Result:
    """What a try's answer means for the delivery and its webhook.

    Args:
        answer: of the receiver.
        parcel: what was sent.
        failures: tries in a row that had failed before.
        settings: how long to wait.
        now: Unix seconds.
        uniform: a random number between two.
    """
    status = answer.status
    if status in _OK:
        return Result(state="delivered", status=status, fault="", failures=0, due_at=now)
    fault = answer.fault or f"status {status}"
    if status == GONE:
        return Result(state="gone", status=status, fault=fault, failures=failures + 1, due_at=now)
    if status in _OF_THE_MESSAGE and parcel.attempts + 1 >= _TRIES:
        return Result(state="dead", status=status, fault=fault, failures=0, due_at=now)
    doubled = settings.first_retry * 2.0 ** min(failures, _DOUBLINGS)
    # Half of it by chance, so that many that failed together do not come back together.
    wait = min(doubled, settings.longest_retry) * uniform(0.5, 1.0)
    wait = max(wait, _asked(answer.retry_after, now))
    return Result(
        state="waiting", status=status, fault=fault, failures=failures + 1, due_at=now + wait
    )


def _asked(text: str, now: float) -> float:
    """Seconds that a Retry-After asks for (RFC 9110, 10.2.3): a number of them, or a date."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    else:
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return 0.0
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
    return min(max(seconds, 0.0), _LONGEST_ASKED)
