"""Times at the API's border: RFC 3339 in UTC outside, Unix seconds inside."""

import math
from datetime import UTC, datetime
from typing import Annotated, overload

from msgspec import Meta

Time = Annotated[datetime, Meta(tz=True)]

_LATEST = 253_402_300_799.0  # 9999-12-31T23:59:59Z, the last that RFC 3339 can write


@overload
def moment(at: float) -> datetime: ...
@overload
def moment(at: float | None) -> datetime | None: ...
def moment(at: float | None) -> datetime | None:
    """Unix seconds as a time in UTC, to the millisecond; it is written with a ``Z``.

    What has no date (infinite, past the year 9999) becomes the nearest time that has one.
    """
    if at is None:
        return None
    seconds = 0.0 if math.isnan(at) else min(max(at, 0.0), _LATEST)
    return datetime.fromtimestamp(round(seconds, 3), UTC)


def before(at: float) -> datetime:
    """The latest time in whole milliseconds that is before ``at``."""
    return moment((math.ceil(at * 1000) - 1) / 1000)
