"""Examples for the OpenAPI document: a request and its answers, by method and path. Data only."""

from typing import Any

from acs.api.command_examples import COMMAND_EXAMPLES
from acs.api.event_examples import EVENT_EXAMPLES
from acs.api.self_examples import SELF_EXAMPLES

_ROUTER = "00D09E-Hub%2D5-4C1744001122"
_COMMAND = "019c3a5f8e2047d2c9a61b0e55"

_COMMAND_DOCUMENT: dict[str, Any] = {
    "command_id": _COMMAND,
    "router_id": _ROUTER,
    "kind": "reboot",
    "state": "queued",
    "finished": False,
    "asked_by": "contact-centre",
    "reason": "ticket 4711",
    "consent": True,
    "cause": "F01",
    "arguments": {},
    "refusals": [],
    "outcome": None,
    "result": {},
    "asked_at": "2026-03-01T09:30:00Z",
    "expires_at": "2026-03-01T10:30:00Z",
    "sent_at": None,
    "answered_at": None,
    "confirmed_at": None,
    "ended_at": None,
}
_VERDICT: dict[str, Any] = {
    "action": "reboot",
    "confidence": 0.91,
    "urgency": "now",
    "probabilities": {"reboot": 0.91, "firmware": 0.06, "none": 0.03},
    "causes": [{"cause": "F01", "name": "memory leak", "probability": 0.88}],
    "evidence": [
        {
            "says": "Free memory fell from 61 to 9 MB in 12 days without a restart.",
            "metric": "sys.mem_free",
            "weight": 3.2,
            "symptom": "memory_leak",
            "unit": "kB",
            "value": 9216,
            "usual": 61_440,
            "spread": 2048,
        }
    ],
    "would_change": ["Free memory that rises again by itself would speak against a reboot."],
    "judged_at": "2026-03-01T09:20:00Z",
    "wants_fresh": False,
    "suits": 0.97,
}
_ROUTER_DOCUMENT: dict[str, Any] = {
    "router_id": _ROUTER,
    "manufacturer": "Example Networks",
    "oui": "00D09E",
    "product_class": "Hub-5",
    "serial_number": "4C1744001122",
    "model": "Hub 5",
    "software_version": "3.4.1",
    "address": "192.0.2.17",
    "enrolment": "enrolled",
    "account": "100200300",
    "segment": "sw-17/4",
    "access": "FTTB",
    "action": "reboot",
    "confidence": 0.91,
    "uptime_seconds": 1_036_800,
    "first_seen_at": "2025-06-01T08:00:00Z",
    "last_inform_at": "2026-03-01T09:20:00Z",
    "hardware_version": "B1",
    "root": "Device.",
    "informs": 6510,
    "utc_offset_seconds": 10_800,
    "identity_in_doubt": False,
    "reach": {"way": "udp", "last_ok_at": "2026-03-01T08:10:00Z", "nat_detected": True},
    "booted_at": "2026-02-17T09:20:00Z",
    "collected_at": "2026-03-01T09:20:00Z",
    "vitals": {"sys.uptime": 1_036_800, "sys.mem_free": 9216},
}
_REFUSED: dict[str, Any] = {
    "type": "urn:acsd:problem:refused",
    "title": "Conflict",
    "status": 409,
    "detail": "A voice call is active (Connected).",
    "command_id": _COMMAND,
    "refusals": [
        {"guard": "voice", "reason": "A voice call is active (Connected).", "retry_at": None}
    ],
}
_STATUS: dict[str, Any] = {
    "router_id": _ROUTER,
    "language": "en",
    "sentence": "A remote reboot is likely to help (91% sure). "
    "Free memory fell from 61 to 9 MB in 12 days without a restart.",
    "operator": [
        "A remote reboot is likely to help (91% sure).",
        "Free memory fell from 61 to 9 MB in 12 days without a restart.",
    ],
    "customer": "We can restart your router from here: it takes about two minutes, during which "
    "the internet is away.",
    "line": {"line": "first", "reason": "The first line can do this."},
    "verdict": _VERDICT,
    "router": _ROUTER_DOCUMENT,
    "segment": {
        "segment": "sw-17/4",
        "routers": 24,
        "offline": 0,
        "in_error": 1,
        "boots_10min": 0,
        "counted_at": "2026-03-01T09:29:55Z",
    },
    "incident": None,
    "commands": [],
    "contacts": [],
    "data": {
        "last_inform_at": "2026-03-01T09:20:00Z",
        "collected_at": "2026-03-01T09:20:00Z",
        "inform_age_seconds": 600,
        "collected_age_seconds": 600,
        "stale": False,
    },
    "fresh": None,
    "answered_at": "2026-03-01T09:30:00Z",
}

_TREE: dict[str, Any] = {
    "router_id": _ROUTER,
    "root": "Device.",
    "software_version": "3.4.1",
    "walked_at": "2026-02-17T09:22:00Z",
    "whole_at": "2026-03-01T09:20:00Z",
    "items": [
        {
            "path": "Device.WiFi.Radio.1.Channel",
            "value": "11",
            "type": "unsignedInt",
            "writable": True,
            "read_at": "2026-03-01T09:20:00Z",
            "inside": 0,
        }
    ],
    "next": None,
}
_MODEL: dict[str, Any] = {
    "name": "Device:2.19",
    "is_service": False,
    "syntaxes": [{"type": "unsignedInt", "ranges": [[1, 255]]}],
    "objects": {
        "Device.WiFi.Radio.{i}.": {"writable": False, "parameters": {"Channel": [True, 0]}}
    },
    "unresolved": [],
}
_MODEL_DOCUMENT: dict[str, Any] = {
    "name": "Device:2.19",
    "objects": 1,
    "parameters": 1,
    "unresolved": [],
    "loaded_at": "2026-03-01T09:30:00Z",
}

_CONTACT = {
    "router_id": _ROUTER,
    "number": 12,
    "at": "2026-03-01T10:13:20Z",
    "channel": "phone",
    "line": "first",
    "action": "reboot",
    "helped": True,
    "note": "",
    "finding": "F01",
    "escalated": False,
    "link": "",
}

_SUBSCRIBER: dict[str, Any] = {
    "account": "100200300",
    "phone": "+1 555 0100",
    "login": "user17",
    "contract": "C-2026/17",
    "routers": [
        {
            "router_id": _ROUTER,
            "serial": "4C1744001122",
            "segment": "sw-17/4",
            "switch_port": "12",
            "address_prefix": "192.0.2.0/24",
            "access": "FTTB",
            "utc_offset": 10_800,
        }
    ],
}
EXAMPLES: dict[tuple[str, str], dict[str, Any]] = {
    **EVENT_EXAMPLES,
    ("get", "/v1/routers/{router_id}"): {"200": _ROUTER_DOCUMENT},
    ("get", "/v1/routers/{router_id}/status"): {"200": _STATUS},
    ("get", "/v1/routers/{router_id}/tree"): {"200": _TREE},
    ("put", "/v1/datamodels/{name}"): {"body": _MODEL, "200": _MODEL_DOCUMENT},
    ("get", "/v1/routers/{router_id}/diagnosis"): {"200": _VERDICT},
    ("get", "/v1/subscribers/{account}/status"): {
        "200": {
            "account": "100200300",
            "phone": "+1 555 0100",
            "login": "user17",
            "sentence": _STATUS["sentence"],
            "routers": [_STATUS],
        }
    },
    ("put", "/v1/subscribers/{account}"): {
        "body": {
            "phone": "+1 555 0100",
            "login": "user17",
            "contract": "C-2026/17",
            "routers": [
                {
                    "router_id": _ROUTER,
                    "segment": "sw-17/4",
                    "access": "FTTB",
                    "utc_offset": 10_800,
                    "switch_port": "12",
                    "address_prefix": "192.0.2.0/24",
                }
            ],
        }
    },
    ("get", "/v1/subscribers"): {"200": {"items": [_SUBSCRIBER], "next": "100200300"}},
    ("get", "/v1/subscribers/{account}"): {"200": _SUBSCRIBER},
    ("post", "/v1/subscribers"): {
        "200": {
            "dry_run": False,
            "lines": 200,
            "taken": 12,
            "unchanged": 187,
            "unseen": 1,
            "refused": 1,
            "problems": [
                {
                    "line": 17,
                    "field": "access",
                    "says": "Invalid enum value 'FTTH'; allowed are FTTB, GPON, xDSL, DOCSIS, LTE",
                }
            ],
        }
    },
    ("post", "/v1/routers/{router_id}/commands"): {
        "bodies": COMMAND_EXAMPLES,
        "202": _COMMAND_DOCUMENT,
        "409": _REFUSED,
    },
    ("get", "/v1/commands/{command_id}"): {"200": _COMMAND_DOCUMENT},
    ("post", "/v1/routers/{router_id}/contacts"): {
        "body": {"channel": "phone", "line": "first", "action": "reboot", "helped": True},
        "201": _CONTACT,
    },
    ("post", "/v1/subscribers/{account}/contacts"): {
        "body": {
            "channel": "remote_session",
            "line": "second",
            "action": "consult_wifi",
            "helped": True,
            "link": "https://remote.example.net/sessions/4711",
        },
        "201": _CONTACT,
    },
    ("get", "/v1/remedies"): {
        "200": {
            "since": "2026-01-30T09:30:00Z",
            "items": [
                {
                    "tried": "reboot",
                    "channel": "phone",
                    "contacts": 120,
                    "helped": 61,
                    "in_vain": 39,
                    "share": 0.61,
                    "interval": [0.512, 0.6999],
                    "escalated": 14,
                }
            ],
        }
    },
    ("post", "/v1/reboots/stop"): {"body": {"reason": "ticket 4711"}},
    ("post", "/v1/reboots/resume"): {"body": {"model": "Kestrel K2"}},
    ("post", "/v1/routers/{router_id}/enrol"): {
        "body": {"username": None, "password": None},
        "200": {
            "router_id": _ROUTER,
            "username": _ROUTER,
            "password": "kQ0a7mJc2v9xTtYw",
        },
    },
    ("post", "/v1/tokens"): {
        "body": {"name": "contact-centre", "scopes": ["act"]},
        "201": {
            "token": "acs_" + "x" * 43,
            "name": "contact-centre",
            "scopes": ["act"],
            "expires_at": None,
            "account": None,
        },
    },
    **SELF_EXAMPLES,
}
