"""Server-sent events: how a stream is written (HTML Living Standard, 9.2). What is told is not."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Response
from litestar.response import Stream

RETRY = 3_000  # milliseconds after which a browser comes again
BEAT = 15.0  # seconds of silence after which a comment shows that the stream lives

OPENING = f"retry: {RETRY}\n\n".encode()
BEATING = b": still here\n\n"

_encode = msgspec.json.Encoder().encode
_DIGITS = 9


def event(number: int, name: str, data: object) -> bytes:
    """One event; ``number`` is its id, which a client that comes again sends back."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, name.encode(), _encode(data))


def seen(last_event_id: str) -> int:
    """The number of the last event that a client has; 0: none that we would have sent."""
    is_number = last_event_id.isascii() and last_event_id.isdigit()
    return int(last_event_id) if is_number and len(last_event_id) <= _DIGITS else 0


def stream(events: AsyncIterator[bytes]) -> Response[Any]:
    """An answer that goes on as long as there are events."""
    return Stream(
        events,
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
