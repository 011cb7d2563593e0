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
    ("post", "/v1/webhooks"): {
        "body": {"url": "https://crm.example.net/acsd", "kinds": ["incident", "command.verified"]},
        "201": {"webhook_id": "3f9c0a12be77", "secret": "whsec_" + "x" * 43 + "="},
    },
    ("get", "/v1/webhooks"): {
        "200": {
            "items": [
                {
                    "webhook_id": "3f9c0a12be77",
                    "url": "https://crm.example.net/acsd",
                    "kinds": ["command.verified", "incident"],
                    "state": "active",
                    "created_at": "2026-02-01T08:00:00Z",
                    "failures": 3,
                    "next_try_at": "2026-03-01T09:33:00Z",
                    "waiting": 2,
                    "dead": 0,
                    "oldest_waiting_at": "2026-03-01T09:32:11Z",
                }
            ]
        }
    },
    ("get", "/v1/webhooks/{webhook_id}/deliveries"): {
        "200": {
            "items": [
                {
                    "seq": 18_251,
                    "at": "2026-03-01T09:32:11Z",
                    "kind": "incident.opened",
                    "state": "waiting",
                    "attempts": 3,
                    "tried_at": "2026-03-01T09:32:31Z",
                    "status": 503,
                    "fault": "status 503",
                }
            ],
            "next": None,
        }
    },
    ("post", "/v1/webhooks/{webhook_id}/retry"): {"body": {"seq": 18_251}, "200": {"retried": 1}},
}
