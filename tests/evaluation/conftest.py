"""Small cases made by hand."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from diagnostics.cases import Case

NOW = 1_790_000_000.0
HOUR = 3600.0

MakeCase = Callable[..., Case]


@pytest.fixture
def make_case() -> MakeCase:
    """``make_case(hours, values_of_hour, **fields)``: hourly samples up to a call at NOW."""

    def make(
        hours: int = 48, values: Callable[[int], dict[str, Any]] = lambda _: {}, **fields: Any
    ) -> Case:
        samples = [
            {
                "at": NOW - HOUR * (hours - 1 - hour) - 60,
                "values": {"sys.uptime": 1000 + HOUR * hour, **values(hour)},
            }
            for hour in range(hours)
        ]
        raw = {
            "case": "c1",
            "call_at": NOW,
            "router": {"id": "00A1B2-S1", "access": "FTTB"},
            "samples": samples,
            **fields,
        }
        return msgspec.convert(raw, Case)

    return make
