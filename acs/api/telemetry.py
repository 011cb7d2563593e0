"""What the API reports of itself: requests by route and status, and how long they took.

Routes as they are declared, never as they were asked for: the labels stay few and tell nothing of
anybody.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
UNKNOWN = "unknown"  # a path that is none
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

Send = Callable[[Any], Awaitable[None]]


class ApiMetrics:
    """Counts requests.

    Args:
        registry: where the metrics are registered.
        seconds: a clock that never goes back.
    """

    def __init__(
        self, registry: CollectorRegistry, seconds: Callable[[], float] = time.perf_counter
    ) -> None:
        self._seconds = seconds
        self._requests = Counter(
            "acs_api_requests",
            "Requests to the API, by route, method and HTTP status.",
            ("route", "method", "status"),
            registry=registry,
        )
        self._took = Histogram(
            "acs_api_request_seconds",
            "From a request to the first byte of its answer; some wait because they were asked to.",
            ("route",),
            registry=registry,
            buckets=BUCKETS,
        )
        self._streams = Gauge(
            "acs_events_streams", "Streams of events that are open.", registry=registry
        )

    def set_streams(self, count: int) -> None:
        """So many streams of events are open."""
        self._streams.set(count)

    def watched(self, scope: Any, send: Send) -> Send:
        """A ``send`` that counts the answer to the request of this scope."""
        began = self._seconds()

        async def counting(message: Any) -> None:
            if message["type"] == "http.response.start":
                route = scope.get("path_template") or UNKNOWN
                method = scope["method"] if scope["method"] in _METHODS else UNKNOWN
                self._requests.labels(route, method, str(message["status"])).inc()
                self._took.labels(route).observe(self._seconds() - began)
            await send(message)

        return counting
