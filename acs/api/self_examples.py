"""Examples of self-service for the OpenAPI document. Data only."""

from typing import Any

_COMMAND = "019c3a5f8e2047d2c9a61b0e55"
_REBOOT = {
    "command_id": _COMMAND,
    "progress": "restarting",
    "asked_at": "2026-03-01T09:29:00Z",
    "sentence": "Your router is restarting: this takes about two minutes.",
}

SELF_EXAMPLES: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/v1/subscribers/{account}/tokens"): {
        "body": {"minutes": 15},
        "201": {
            "token": "acs_" + "x" * 43,
            "name": "self-service-9f86d081884c7d65",
            "scopes": ["self-service"],
            "expires_at": "2026-03-01T09:45:00Z",
            "account": "100200300",
        },
    },
    ("get", "/v1/self"): {
        "200": {
            "language": "en",
            "sentence": _REBOOT["sentence"],
            "outage": None,
            "routers": [
                {
                    "router": 1,
                    "model": "Hub 5",
                    "online": True,
                    "last_seen_at": "2026-03-01T09:20:00Z",
                    "connection": "Your router is on line.",
                    "reboot_helps": True,
                    "advice": "We can restart your router from here: it takes about two minutes, "
                    "during which the internet is away.",
                    "reboot": _REBOOT,
                }
            ],
            "answered_at": "2026-03-01T09:30:00Z",
        }
    },
    ("post", "/v1/self/reboots"): {"body": {"consent": True, "router": 1}, "202": _REBOOT},
    ("get", "/v1/self/reboots/{command_id}"): {"200": _REBOOT},
}
