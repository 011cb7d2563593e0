"""What the benchmark's routers say, as bytes rendered beforehand.

Written by hand from the standard, apart from the daemon's codec, so that a mistake there cannot
hide here. No sockets.
"""

import re
from functools import cache
from xml.sax.saxutils import escape

NAMESPACE = "urn:dslforum-org:cwmp-1-0"
DIGITS = 10  # width of an uptime, so that lengths stay the same from session to session

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<soap-env:Envelope xmlns:soap-env="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:soap-enc="http://schemas.xmlsoap.org/soap/encoding/" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    f'xmlns:cwmp="{NAMESPACE}">\n'
)
_TAIL = "</soap-env:Body>\n</soap-env:Envelope>\n"


def envelope(message_id: str, body: str) -> str:
    """A whole SOAP envelope around ``body``."""
    return (
        f'{_HEAD}<soap-env:Header><cwmp:ID soap-env:mustUnderstand="1">{message_id}</cwmp:ID>'
        f"</soap-env:Header>\n<soap-env:Body>{body}{_TAIL}"
    )


def parameter_list(values: dict[str, tuple[str, str]]) -> str:
    """A ParameterList of name to (type, value)."""
    structs = "\n".join(
        f'  <ParameterValueStruct>\n   <Name>{name}</Name>\n   <Value xsi:type="xsd:{kind}">'
        f"{escape(value)}</Value>\n  </ParameterValueStruct>"
        for name, (kind, value) in values.items()
    )
    return (
        f'<ParameterList soap-enc:arrayType="cwmp:ParameterValueStruct[{len(values):04}]">\n'
        f"{structs}\n</ParameterList>"
    )


def request(body: bytes, cookie: bytes = b"") -> bytes:
    """An HTTP POST of one turn."""
    head = (
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench/1\r\n"
        b'SOAPAction: ""\r\nContent-Type: text/xml; charset="utf-8"\r\n'
    )
    if cookie:
        head += b"Cookie: " + cookie + b"\r\n"
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def device_values(index: int, uptime: str, leaves: int) -> dict[str, tuple[str, str]]:
    """The tree of router ``index``: about twenty vitals, the rest inventory up to ``leaves``."""
    wan, lan, ssid = "Device.Ethernet.Interface.1", "Device.Ethernet.Interface.2", "Device.WiFi"
    values = {
        "Device.DeviceInfo.Manufacturer": ("string", "Bench"),
        "Device.DeviceInfo.ManufacturerOUI": ("string", "0A0B0C"),
        "Device.DeviceInfo.ModelName": ("string", f"B{leaves}"),
        "Device.DeviceInfo.SerialNumber": ("string", f"S{index:06}"),
        "Device.DeviceInfo.HardwareVersion": ("string", "1.0"),
        "Device.DeviceInfo.SoftwareVersion": ("string", "4.2.1"),
        "Device.DeviceInfo.ProvisioningCode": ("string", "bench.provisioning." + "p" * 200),
        "Device.DeviceInfo.UpTime": ("unsignedInt", uptime),
        "Device.DeviceInfo.MemoryStatus.Total": ("unsignedInt", "262144"),
        "Device.DeviceInfo.MemoryStatus.Free": ("unsignedInt", f"{150000 + index % 997}"),
        "Device.DeviceInfo.ProcessStatus.CPUUsage": ("unsignedInt", f"{3 + index % 9}"),
        "Device.DeviceInfo.ProcessStatus.ProcessNumberOfEntries": ("unsignedInt", "74"),
        "Device.ManagementServer.ParameterKey": ("string", ""),
        "Device.ManagementServer.ConnectionRequestURL": (
            "string",
            f"http://127.0.0.1:7547/{index:06}",
        ),
        "Device.ManagementServer.PeriodicInformInterval": ("unsignedInt", "3600"),
        f"{wan}.Upstream": ("boolean", "1"),
        f"{wan}.Status": ("string", "Up"),
        f"{wan}.CurrentBitRate": ("int", "1000"),
        f"{wan}.Stats.BytesSent": ("unsignedLong", f"{uptime}21"),
        f"{wan}.Stats.BytesReceived": ("unsignedLong", f"{uptime}77"),
        f"{wan}.Stats.PacketsReceived": ("unsignedLong", uptime),
        f"{wan}.Stats.ErrorsReceived": ("unsignedInt", "0"),
        f"{wan}.Stats.ErrorsSent": ("unsignedInt", "0"),
        f"{wan}.Stats.DiscardPacketsSent": ("unsignedInt", "0"),
        f"{lan}.Upstream": ("boolean", "0"),
        f"{lan}.Status": ("string", "Up"),
        f"{lan}.CurrentBitRate": ("int", "1000"),
        "Device.IP.Interface.1.Status": ("string", "Up"),
        "Device.DHCPv4.Client.1.DHCPStatus": ("string", "Bound"),
        f"{ssid}.Radio.1.Status": ("string", "Up"),
        f"{ssid}.AccessPoint.1.AssociatedDeviceNumberOfEntries": ("unsignedInt", "4"),
        "Device.Hosts.HostNumberOfEntries": ("unsignedInt", "7"),
    }
    return {**values, **_inventory(leaves - len(values))}


@cache
def _inventory(count: int) -> dict[str, tuple[str, str]]:
    fields = ("Enable", "Status", "Order", "Description", "Target", "Log", "Protocol", "DestPort")
    numbers = (divmod(number, len(fields)) for number in range(count))
    return {
        f"Device.Firewall.Chain.1.Rule.{rule + 1}.{fields[field]}": ("string", "0")
        for rule, field in numbers
    }


_INFORM_NAMES = (
    "Device.DeviceInfo.HardwareVersion",
    "Device.DeviceInfo.SoftwareVersion",
    "Device.DeviceInfo.ProvisioningCode",
    "Device.DeviceInfo.UpTime",
    "Device.DeviceInfo.MemoryStatus.Total",
    "Device.DeviceInfo.MemoryStatus.Free",
    "Device.DeviceInfo.ProcessStatus.CPUUsage",
    "Device.DeviceInfo.ProcessStatus.ProcessNumberOfEntries",
    "Device.ManagementServer.ParameterKey",
    "Device.ManagementServer.ConnectionRequestURL",
    "Device.ManagementServer.PeriodicInformInterval",
    "Device.Ethernet.Interface.1.Status",
    "Device.Ethernet.Interface.1.CurrentBitRate",
    "Device.Ethernet.Interface.1.Stats.BytesSent",
    "Device.Ethernet.Interface.1.Stats.BytesReceived",
    "Device.Ethernet.Interface.1.Stats.ErrorsReceived",
    "Device.Ethernet.Interface.1.Stats.ErrorsSent",
    "Device.IP.Interface.1.Status",
    "Device.DHCPv4.Client.1.DHCPStatus",
    "Device.WiFi.Radio.1.Status",
)


def router_id(index: int, leaves: int) -> str:
    """The id under which the daemon knows router ``index``."""
    return f"0A0B0C-B{leaves}-S{index:06}"


class Script:
    """What one router says in every session; only its uptime moves.

    Args:
        index: of the router.
        leaves: parameters of its tree.
        event: why it comes.
    """

    __slots__ = ("_answers", "_index", "_inform", "_leaves", "index")

    def __init__(self, index: int, leaves: int, event: str = "2 PERIODIC") -> None:
        self.index = index
        self._index, self._leaves = index, leaves
        mark = "@" * DIGITS
        values = device_values(index, mark, 0)
        body = envelope(
            f"{index}",
            "<cwmp:Inform><DeviceId><Manufacturer>Bench</Manufacturer><OUI>0A0B0C</OUI>"
            f"<ProductClass>B{leaves}</ProductClass><SerialNumber>S{index:06}</SerialNumber>"
            '</DeviceId>\n<Event soap-enc:arrayType="cwmp:EventStruct[1]"><EventStruct>'
            f"<EventCode>{event}</EventCode><CommandKey></CommandKey></EventStruct></Event>"
            "<MaxEnvelopes>1</MaxEnvelopes><CurrentTime>2026-01-01T00:00:00Z</CurrentTime>"
            "<RetryCount>0</RetryCount>"
            + parameter_list({name: values[name] for name in _INFORM_NAMES})
            + "</cwmp:Inform>",
        )
        self._inform = request(body.encode()).split(mark.encode())
        self._answers: dict[bytes, tuple[bytes, list[bytes]]] = {}

    def inform(self, uptime: int) -> bytes:
        """The whole HTTP request of an Inform."""
        return (b"%010d" % uptime).join(self._inform)

    def answer(self, asked: bytes, cookie: bytes, uptime: int) -> bytes | None:
        """The HTTP request that answers a call of the server; None when it is not known.

        The same call with another cwmp:ID is answered from bytes rendered before.
        """
        first = asked.find(b":ID")
        start = asked.find(b">", first) + 1
        end = asked.find(b"<", start)
        message_id = asked[start:end] if first > 0 else b""
        key = asked[end:]
        known = self._answers.get(key)
        if known is None:
            body = self._render(asked.decode())
            if body is None:
                return None
            before, after = envelope("@ID@", body).encode().split(b"@ID@")
            known = self._answers[key] = before, after.split(b"@" * DIGITS)
        before, after_parts = known
        return request(before + message_id + (b"%010d" % uptime).join(after_parts), cookie)

    def _render(self, asked: str) -> str | None:
        values = device_values(self._index, "@" * DIGITS, self._leaves)
        if "GetParameterNames" in asked:
            found = re.search(r"<ParameterPath[^>]*>([^<]*)<", asked)
            path = found[1] if found else ""
            level = re.search(r"<NextLevel[^>]*>\s*(1|true)", asked) is not None
            return _names(values, path, next_level=level)
        if "GetParameterValues" in asked:
            names = re.findall(r"<string[^>]*>([^<]*)<", asked)
            # By name: a search through the tree would make the client of a large one slower.
            chosen = {name: values[name] for name in names if name in values}
            for path in (name for name in names if name.endswith(".")):
                chosen |= {name: v for name, v in values.items() if name.startswith(path)}
            return (
                "<cwmp:GetParameterValuesResponse>"
                + parameter_list(chosen)
                + "</cwmp:GetParameterValuesResponse>"
            )
        if "SetParameterValues" in asked:
            return (
                "<cwmp:SetParameterValuesResponse><Status>0</Status>"
                "</cwmp:SetParameterValuesResponse>"
            )
        return None


def _names(values: dict[str, tuple[str, str]], path: str, *, next_level: bool) -> str:
    found: dict[str, None] = {}
    for name in values:
        if not name.startswith(path):
            continue
        parts = name[len(path) :].split(".")
        if next_level:
            found[path + parts[0] + ("." if len(parts) > 1 else "")] = None
            continue
        for depth in range(1, len(parts)):
            found[path + ".".join(parts[:depth]) + "."] = None
        found[name] = None
    structs = "".join(
        f"<ParameterInfoStruct><Name>{name}</Name><Writable>0</Writable></ParameterInfoStruct>"
        for name in found
    )
    return (
        "<cwmp:GetParameterNamesResponse><ParameterList "
        f'soap-enc:arrayType="cwmp:ParameterInfoStruct[{len(found)}]">{structs}</ParameterList>'
        "</cwmp:GetParameterNamesResponse>"
    )
