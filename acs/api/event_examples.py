"""Examples of events and webhooks for the OpenAPI document. Data only."""

from typing import Any

_BOOT: dict[str, Any] = {
    "seq": 18_251,
    "at": "2026-03-01T09:32:11Z",
    "kind": "router.boot",
    "router_id": "00D09E-Hub%2D5-4C1744001122",
    "detail": {"cause": "remote_reboot", "command_key": "019c3a5f8e2047d2c9a61b0e55"},
}

EVENT_EXAMPLES: dict[tuple[str, str], dict[str, Any]] = {
    ("get", "/v1/events"): {
        "200": {"items": [_BOOT], "next": "18251", "upto": 18_251, "gap": False}
    },
}
