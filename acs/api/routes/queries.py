"""Parameters of queries and what they mean. None of them is nullable: one left out is empty.

(The framework would take the text ``null`` for nothing.)
"""

from typing import Annotated, TypeVar, overload

import msgspec
from litestar.params import QueryParameter

from acs.api.freshness import LONGEST
from acs.api.problems import invalid
from acs.api.times import Time

T = TypeVar("T")
MAX_PAGE = 500
DIGITS = 18  # of a 64-bit number

Limit = Annotated[
    int, QueryParameter(ge=1, le=MAX_PAGE, description="Entries in the answer, at most.")
]
Cursor = Annotated[
    str, QueryParameter(max_length=2000, description="The field next of the page before.")
]
Fresh = Annotated[
    float,
    QueryParameter(
        ge=0,
        le=LONGEST,
        description="Ask the router for new readings first and wait for them, seconds at most.",
    ),
]
Exactly = Annotated[str, QueryParameter(max_length=1600, description="Exactly this one.")]


def time_parameter(description: str) -> QueryParameter:
    """A time in RFC 3339."""
    return QueryParameter(
        max_length=64,
        description=f"{description} RFC 3339, such as 2026-03-01T00:00:00Z.",
        schema_extra={"format": "date-time"},
    )


@overload
def time_of(name: str, text: str, otherwise: float) -> float: ...
@overload
def time_of(name: str, text: str, otherwise: None) -> float | None: ...
def time_of(name: str, text: str, otherwise: float | None) -> float | None:
    """A query's time as Unix seconds; ``otherwise`` if it was left out.

    Raises:
        ApiError: 422 when it is not RFC 3339.
    """
    if not text:
        return otherwise
    try:
        return msgspec.convert(text, Time).timestamp()
    except msgspec.ValidationError as error:
        says = f"found {text!r}, allowed is RFC 3339, such as 2026-03-01T00:00:00Z"
        raise invalid("query", name, says) from error


def number(where: str, name: str, text: str) -> int | None:
    """An event's number; None if it was left out.

    Raises:
        ApiError: 422 when it is none.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS):
        raise invalid(where, name, f"found {text[:40]!r}, allowed is an event's number")
    return int(text)
