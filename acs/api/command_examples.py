"""An example of each kind of command for the OpenAPI document. Data only."""

from typing import Any

_UUID = "9b2e3c1a-0000-4000-8000-000000000001"

COMMAND_EXAMPLES: dict[str, dict[str, Any]] = {
    "reboot": {"kind": "reboot", "reason": "ticket 4711", "consent": True},
    "gentle": {"kind": "gentle", "reason": "ticket 4711", "arguments": {"action": "reset_wifi"}},
    "refresh": {"kind": "refresh", "reason": "ticket 4711"},
    "get": {
        "kind": "get",
        "reason": "ticket 4711",
        "arguments": {"paths": ["Device.DeviceInfo.UpTime", "Device.WiFi.Radio."]},
    },
    "set": {
        "kind": "set",
        "reason": "crowded channel",
        "arguments": {"values": {"Device.WiFi.Radio.1.Channel": 11}},
    },
    "names": {
        "kind": "names",
        "reason": "what has it got",
        "arguments": {"path": "Device.", "next_level": True},
    },
    "tree": {"kind": "tree", "reason": "audit", "arguments": {"path": "Device.WiFi."}},
    "attributes, read": {
        "kind": "attributes",
        "reason": "audit",
        "arguments": {"paths": ["Device.WiFi.SSID.1.SSID"]},
    },
    "attributes, changed": {
        "kind": "attributes",
        "reason": "tell us of changes",
        "arguments": {"changes": [{"name": "Device.WiFi.SSID.1.SSID", "notification": 2}]},
    },
    "add": {
        "kind": "add",
        "reason": "camera of the customer",
        "arguments": {
            "object": "Device.NAT.PortMapping.",
            "values": {"ExternalPort": 8080, "InternalClient": "192.168.1.7"},
        },
    },
    "delete": {
        "kind": "delete",
        "reason": "camera is gone",
        "arguments": {"object": "Device.NAT.PortMapping.3."},
    },
    "download": {
        "kind": "download",
        "reason": "firmware 3.5",
        "arguments": {"file": "7f3a9c", "expect_version": "3.5.0"},
    },
    "upload": {
        "kind": "upload",
        "reason": "ticket 4711",
        "arguments": {"file_type": "2 Vendor Log File"},
    },
    "schedule_download": {
        "kind": "schedule_download",
        "reason": "firmware 3.5, tonight",
        "arguments": {
            "file": "7f3a9c",
            "windows": [{"start": 7200, "end": 21600, "mode": "3 When Idle"}],
        },
    },
    "cancel_transfer": {
        "kind": "cancel_transfer",
        "reason": "wrong file",
        "arguments": {"command": "019c3a5f8e2047d2c9a61b0e55"},
    },
    "factory_reset": {"kind": "factory_reset", "reason": "customer agreed", "consent": True},
    "schedule_inform": {
        "kind": "schedule_inform",
        "reason": "see whether it stays",
        "arguments": {"delay": 600},
    },
    "software": {
        "kind": "software",
        "reason": "parental control",
        "arguments": {"operations": [{"kind": "uninstall", "uuid": _UUID}]},
    },
    "diagnostic": {
        "kind": "diagnostic",
        "reason": "ticket 4711",
        "arguments": {"test": "ping", "host": "192.0.2.1", "count": 10},
    },
    "rotate_credentials": {
        "kind": "rotate_credentials",
        "reason": "a technician saw it",
    },
    "rpc": {
        "kind": "rpc",
        "reason": "what can it do",
        "arguments": {"method": "GetRPCMethods"},
    },
}
