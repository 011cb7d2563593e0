"""Messages of our own that show what routers are known to do; one file each in ``messages/``."""

from pathlib import Path

import msgspec
import pytest

from acs.cwmp import messages as m
from acs.cwmp.codec import decode, encode
from acs.cwmp.messages import ParameterFault, ParameterInfo, ParameterValue
from acs.cwmp.structs import (
    Argument,
    ParameterAttributes,
    QueuedTransfer,
    TransferFault,
    UnitResult,
)
from acs.facts import Event
from acs.identity import DeviceId

FOLDER = Path(__file__).parent / "messages"
CWMP_1_0 = "urn:dslforum-org:cwmp-1-0"
PLAIN = m.Inform(
    DeviceId("Marigold", "0A1B2C", "MG-200", "MG2000001"),
    (Event("2 PERIODIC"),),
    1,
    "2026-03-01T08:15:00+01:00",
    0,
    (
        ParameterValue("InternetGatewayDevice.DeviceInfo.SoftwareVersion", "4.2.1", "string"),
        ParameterValue(
            "InternetGatewayDevice.ManagementServer.ConnectionRequestURL",
            "http://198.51.100.7:7547/cr",
            "string",
        ),
        ParameterValue("InternetGatewayDevice.DeviceInfo.UpTime", "86400", "unsignedInt"),
    ),
)

# File: quirks that the codec names.
QUIRKS: dict[str, tuple[str, ...]] = {
    "plain-inform": (),
    "no-id-empty-header": ("no-id",),
    "no-header": ("no-header",),
    "id-is-padded-text": (),
    "array-count-wrong": ("wrong-array-count",),
    "array-count-leading-zeros": ("leading-zeros-in-array-type",),
    "array-type-missing": ("no-array-type",),
    "array-type-of-another-struct": ("odd-array-type",),
    "schema-of-1999": ("schema-of-1999",),
    "odd-prefixes": (),
    "later-namespace": (),
    "default-namespace": (),
    "undeclared-prefix": ("no-namespace", "undeclared-prefix"),
    "control-characters": ("illegal-characters",),
    "reference-to-control-character": ("illegal-characters",),
    "latin-1-labelled-utf-8": ("latin-1",),
    "latin-1-labelled-so": (),
    "space-before-declaration": ("leading-space",),
    "byte-order-mark": ("byte-order-mark",),
    "trailing-nul": ("illegal-characters",),
    "newline-in-identity": ("space-in-identity",),
    "value-missing": ("no-Value",),
    "value-without-type": ("value-without-type",),
    "type-on-name": ("type-on-name",),
    "leading-zeros": ("leading-zeros",),
    "numbers-that-are-none": ("odd-MaxEnvelopes", "odd-RetryCount"),
    "event-without-code": ("event-without-code",),
    "several-codes-in-event": ("several-codes-in-event",),
    "stray-text": ("stray-text",),
    "extra-members-and-headers": (),
    "oui-in-lower-case": ("no-manufacturer", "oui-in-lower-case"),
    "events-out-of-order": (),
    "parameter-twice": (),
    "parameter-key-null": (),
    "clock-unset": (),
    "transfer-complete-bare": (),
    "fault-with-parameters": (),
    "fault-of-soap-alone": ("plain-soap-fault",),
    "fault-without-text": ("no-FaultString",),
    "comments-and-cdata": (),
    "short-tags": (),
    "carriage-returns": (),
    "unknown-call": (),
    "router-asks-for-methods": (),
    "names-with-words-for-booleans": ("odd-Writable",),
    "empty-body": ("empty-body",),
    "transfer-complete-without-struct": (
        "fault-outside-struct",
        "no-CompleteTime",
        "no-StartTime",
    ),
    "transfer-complete-fault-unreadable": ("odd-FaultCode",),
    "autonomous-transfer-complete": ("leading-zeros", "no-TargetFileName", "odd-IsDownload"),
    "request-download": ("no-Value", "no-array-type"),
    "kicked": ("no-Arg", "no-Referer"),
    "units-in-array": ("array-of-results", "nested-FaultStruct"),
    "units-as-members": ("no-Fault",),
    "attributes": (
        "leading-zeros-in-array-type",
        "no-array-type",
        "odd-Notification",
    ),
    "queued-transfers": ("no-IsDownload", "odd-FileSize", "odd-State"),
    "versions-and-timeout": (),
    "versions-that-are-none": ("no-id", "odd-SessionTimeout", "odd-SupportedCWMPVersions"),
}


def read(name: str) -> m.Envelope:
    return decode((FOLDER / f"{name}.xml").read_bytes())


def inform(name: str) -> m.Inform:
    message = read(name).message
    assert isinstance(message, m.Inform)
    return message


def test_every_file_is_told_of() -> None:
    assert {path.stem for path in FOLDER.glob("*.xml")} == set(QUIRKS)


@pytest.mark.parametrize(("name", "quirks"), QUIRKS.items(), ids=QUIRKS)
def test_the_oddity_is_named(name: str, quirks: tuple[str, ...]) -> None:
    assert read(name).quirks == quirks


@pytest.mark.parametrize("name", QUIRKS)
def test_written_by_us_it_says_the_same(name: str) -> None:
    envelope = read(name)
    ours = encode(envelope.message, namespace=envelope.namespace, id=envelope.id)
    if isinstance(envelope.message, m.Empty):
        assert ours == b""
        return
    again = decode(ours)
    assert (again.message, again.id) == (envelope.message, envelope.id)


@pytest.mark.parametrize(
    "name",
    [
        "plain-inform",
        "no-id-empty-header",
        "no-header",
        "id-is-padded-text",
        "array-type-of-another-struct",
        "schema-of-1999",
        "odd-prefixes",
        "later-namespace",
        "space-before-declaration",
        "byte-order-mark",
        "trailing-nul",
        "newline-in-identity",
        "type-on-name",
        "extra-members-and-headers",
        "carriage-returns",
        "control-characters",
        "stray-text",
    ],
)
def test_the_oddity_changes_nothing_in_what_is_said(name: str) -> None:
    assert inform(name) == PLAIN


def test_id_is_kept_to_the_letter_or_is_none() -> None:
    assert read("id-is-padded-text").id == "\n      MG_ID_0077 \n    "
    assert read("no-id-empty-header").id is None
    assert read("no-header").id is None
    assert read("default-namespace").id == "d1"


def test_namespace_is_the_routers() -> None:
    assert read("odd-prefixes").namespace == "urn:dslforum-org:cwmp-1-2"
    assert read("later-namespace").namespace == "urn:dslforum-org:cwmp-1-7"
    assert read("default-namespace").namespace == "urn:dslforum-org:cwmp-1-1"
    assert read("undeclared-prefix").namespace == CWMP_1_0


def test_children_are_counted_and_not_array_types() -> None:
    message = read("array-count-wrong").message
    assert message == m.GetParameterValuesResponse(PLAIN.parameters)


def test_bad_characters() -> None:
    assert inform("latin-1-labelled-utf-8").device.manufacturer == "Köhler & Söhne"
    assert inform("latin-1-labelled-so").device.manufacturer == "Köhler"
    assert inform("reference-to-control-character").parameters[0].value == "ab&c"


def test_values_left_out() -> None:
    missing = inform("value-missing").parameters
    assert missing[1] == ParameterValue("InternetGatewayDevice.DeviceInfo.ProvisioningCode", "", "")
    untyped = inform("value-without-type").parameters
    assert [(one.value, one.type) for one in untyped] == [
        (one.value, "") for one in PLAIN.parameters
    ]
    short = inform("short-tags")
    assert short.device.product_class == ""
    assert short.parameters[0].value == ""
    assert inform("comments-and-cdata").parameters[0].value == "a<b&cd"


def test_numbers() -> None:
    zeros, none = inform("leading-zeros"), inform("numbers-that-are-none")
    assert (zeros.max_envelopes, zeros.retry_count) == (2, 5)
    assert (none.max_envelopes, none.retry_count) == (1, 0)


def test_identity() -> None:
    assert inform("oui-in-lower-case").device == DeviceId("", "0A1B2C", "MG 200 / b", "MG2000001")


def test_events() -> None:
    assert inform("event-without-code").events == (Event("1 BOOT"),)
    assert inform("several-codes-in-event").events == (Event("1 BOOT"), Event("4 VALUE CHANGE"))
    assert inform("events-out-of-order").events == (
        Event("M Reboot", "c-17"),
        Event("4 VALUE CHANGE"),
        Event("1 BOOT"),
        Event("0 BOOTSTRAP", "x"),
    )


def test_data_is_not_judged() -> None:
    assert inform("clock-unset").current_time == "1970-01-01T00:01:12"
    assert inform("parameter-key-null").parameters[-1].value == "(null)"
    urls = [one.value for one in inform("parameter-twice").parameters if "URL" in one.name]
    assert urls == ["http://198.51.100.7:7547/cr", "http://[2001:db8::7]:7547"]


def test_faults() -> None:
    assert read("fault-with-parameters").message == m.Fault(
        9003,
        "Invalid arguments",
        (
            ParameterFault("Device.Time.NTPServer1", 9007, "Invalid parameter value"),
            ParameterFault("Device.Time.Enable", 9008, "Not writable"),
        ),
        "Client",
    )
    assert read("fault-of-soap-alone").message == m.Fault(0, "out of memory", (), "Server")
    assert read("fault-without-text").message == m.Fault(9002, "CWMP fault", (), "Client")


def test_other_messages() -> None:
    unset = "0001-01-01T00:00:00Z"
    assert read("transfer-complete-bare").message == m.TransferComplete(
        "", 9010, "Download failure", unset, unset
    )
    assert read("unknown-call").message == m.Unknown("X_0A1B2C_Ask")
    assert read("router-asks-for-methods").message == m.GetRPCMethods()
    assert read("default-namespace").message == m.RebootResponse()
    assert read("empty-body").message == m.Empty()
    assert read("names-with-words-for-booleans").message == m.GetParameterNamesResponse(
        (
            ParameterInfo("Device.", writable=False),
            ParameterInfo("Device.Time.Enable", writable=True),
            ParameterInfo("Device.Time.Status", writable=False),
        )
    )


def test_transfers_that_ended() -> None:
    without = read("transfer-complete-without-struct").message
    assert without == m.TransferComplete("c-18", 9016, "", "", "")
    unreadable = read("transfer-complete-fault-unreadable").message
    # what cannot be read must not pass for success, which is 0
    assert unreadable == m.TransferComplete("", 9002, "", "Unknown", "2026-03-01T08:15:00")
    assert read("autonomous-transfer-complete").message == m.AutonomousTransferComplete(
        announce_url="",
        transfer_url="http://files.example/fw.bin",
        is_download=False,
        file_type="1 Firmware Upgrade Image",
        file_size=123,
        target_file_name="",
        fault=TransferFault(0, ""),
        start_time="2026-03-01T08:15:00Z",
        complete_time="2026-03-01T08:16:00Z",
    )


def test_what_routers_ask_for() -> None:
    assert read("request-download").message == m.RequestDownload(
        "1 Firmware Upgrade Image", (Argument("Version", " 4.3 "), Argument("Board", ""))
    )
    assert read("kicked").message == m.Kicked("x", "", "", "http://192.0.2.1/")


RESULT = UnitResult(
    uuid="00000000-0000-5000-8000-000000000001",
    deployment_unit_ref="Device.SoftwareModules.DeploymentUnit.1",
    version="2.1",
    current_state="Installed",
    resolved=True,
    execution_unit_refs="a,b",
    start_time="2026-03-01T08:15:00Z",
    complete_time="2026-03-01T08:16:00Z",
)


def test_units_come_as_the_schema_has_them_or_as_an_array() -> None:
    faulty = msgspec.structs.replace(RESULT, fault=TransferFault(9025, "no room"))
    assert read("units-in-array").message == m.DUStateChangeComplete((faulty,), "c-19")
    assert read("units-as-members").message == m.AutonomousDUStateChangeComplete(
        (
            msgspec.structs.replace(RESULT, operation="Install"),
            msgspec.structs.replace(RESULT, operation="X_Tidy"),
        )
    )


def test_answers_to_rarer_calls() -> None:
    assert read("attributes").message == m.GetParameterAttributesResponse(
        (ParameterAttributes("Device.A", 2, ("Subscriber",)), ParameterAttributes("Device.B", 0))
    )
    assert read("queued-transfers").message == m.GetAllQueuedTransfersResponse(
        (
            QueuedTransfer("c-20", 2, True, "1 Firmware Upgrade Image", 12),
            QueuedTransfer("", 1),
        )
    )


def test_versions_in_the_header() -> None:
    told = read("versions-and-timeout")
    assert told.supported_versions == ("1.0", "1.2", "1.4")
    assert told.session_timeout == 60.0
    odd = read("versions-that-are-none")
    assert odd.supported_versions == ("1.0",)
    assert odd.session_timeout is None
    plain = read("plain-inform")
    assert (plain.supported_versions, plain.session_timeout) == ((), None)
