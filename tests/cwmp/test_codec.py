"""What is written is read back: every message, namespace and text that XML can hold."""

import base64
import typing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from acs.cwmp import messages as m
from acs.cwmp.codec import UnencodableMessage, decode, encode
from acs.cwmp.messages import ParameterFault, ParameterInfo, ParameterValue
from acs.cwmp.structs import (
    Argument,
    AttributeChange,
    InstallUnit,
    Option,
    ParameterAttributes,
    QueuedTransfer,
    TimeWindow,
    TransferFault,
    UninstallUnit,
    UnitResult,
    UpdateUnit,
)
from acs.facts import Event
from acs.identity import DeviceId

T = typing.TypeVar("T")
CWMP_1_0 = "urn:dslforum-org:cwmp-1-0"
NAMESPACES = [f"urn:dslforum-org:cwmp-1-{minor}" for minor in range(5)]
SPACE = " \t\r\n"
ILLEGAL = [chr(code) for code in range(32) if chr(code) not in SPACE] + ["\ufffe", "\uffff"]

texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=ILLEGAL), max_size=20),
    st.sampled_from(
        ["", "]]>", "<b/>", "&amp;", "&#2;", "a\r\nb", "\r", " x ", '"', "<!--", "\x85"]
    ),
)
trimmed = texts.map(lambda text: text.strip(SPACE))
some = trimmed.filter(bool)
numbers = st.integers(0, 2**32 - 1)
types = st.sampled_from(["", "string", "boolean", "unsignedInt", "dateTime", "base64"])
values = st.lists(st.builds(ParameterValue, trimmed, texts, types), max_size=4).map(tuple)
infos = st.lists(st.builds(ParameterInfo, trimmed, st.booleans()), max_size=4).map(tuple)
strings = st.lists(trimmed, max_size=4).map(tuple)
devices = st.builds(
    DeviceId, trimmed, some.map(str.upper).map(lambda oui: oui.upper()), trimmed, some
).filter(lambda device: device.oui == device.oui.upper())
events = st.lists(st.builds(Event, some, trimmed), max_size=4).map(tuple)
parameter_faults = st.lists(st.builds(ParameterFault, trimmed, numbers, texts), max_size=3)
faults = st.builds(
    m.Fault,
    st.integers(1, 9899),
    texts,
    parameter_faults.map(tuple),
    st.sampled_from(["Client", "Server"]),
)
plain_faults = st.builds(m.Fault, st.just(0), texts, soap_code=st.sampled_from(["Client"]))
unknown = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,20}", fullmatch=True).map(m.Unknown)


def some_of(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


small = st.integers(0, 6)
transfer_faults = st.builds(TransferFault, numbers, texts)
transfer_answers = (numbers, trimmed, trimmed)
attributes = st.builds(ParameterAttributes, trimmed, small, strings)
attribute_changes = st.builds(AttributeChange, trimmed, st.none() | small, st.none() | strings)
windows = st.builds(TimeWindow, numbers, numbers, trimmed, texts, st.integers(-1, 2**31 - 1))
sources = (trimmed, trimmed, trimmed)  # key, file type, URL
queued = st.builds(QueuedTransfer, trimmed, numbers)
all_queued = st.builds(
    QueuedTransfer, trimmed, numbers, st.none() | st.booleans(), trimmed, st.none() | numbers, texts
)
operations = st.one_of(
    st.builds(InstallUnit, trimmed, trimmed, texts, texts, trimmed),
    st.builds(UpdateUnit, trimmed, trimmed, trimmed, texts, texts),
    st.builds(UninstallUnit, trimmed, trimmed, trimmed),
)
unit_fields = (*(trimmed,) * 4, st.booleans(), *(trimmed,) * 3, transfer_faults)
unit_results = st.builds(UnitResult, *unit_fields)
own_unit_results = st.builds(UnitResult, *unit_fields, trimmed)
vouchers = some_of(st.binary(max_size=20).map(lambda raw: base64.b64encode(raw).decode()))
options = st.builds(Option, trimmed, trimmed, small, trimmed, trimmed, trimmed, st.booleans())

MESSAGES: dict[type[m.Message], st.SearchStrategy[m.Message]] = {
    m.Empty: st.just(m.Empty()),
    m.Inform: st.builds(m.Inform, devices, events, numbers, trimmed, numbers, values),
    m.TransferComplete: st.builds(m.TransferComplete, trimmed, numbers, texts, trimmed, trimmed),
    m.GetRPCMethods: st.just(m.GetRPCMethods()),
    m.GetRPCMethodsResponse: st.builds(m.GetRPCMethodsResponse, strings),
    m.GetParameterNamesResponse: st.builds(m.GetParameterNamesResponse, infos),
    m.GetParameterValuesResponse: st.builds(m.GetParameterValuesResponse, values),
    m.SetParameterValuesResponse: st.builds(m.SetParameterValuesResponse, numbers),
    m.SetParameterAttributesResponse: st.just(m.SetParameterAttributesResponse()),
    m.AddObjectResponse: st.builds(m.AddObjectResponse, numbers, numbers),
    m.DeleteObjectResponse: st.builds(m.DeleteObjectResponse, numbers),
    m.DownloadResponse: st.builds(m.DownloadResponse, *transfer_answers),
    m.RebootResponse: st.just(m.RebootResponse()),
    m.FactoryResetResponse: st.just(m.FactoryResetResponse()),
    m.Fault: faults | plain_faults,
    m.Unknown: unknown,
    m.InformResponse: st.builds(m.InformResponse, numbers),
    m.TransferCompleteResponse: st.just(m.TransferCompleteResponse()),
    m.GetParameterNames: st.builds(m.GetParameterNames, trimmed, st.booleans()),
    m.GetParameterValues: st.builds(m.GetParameterValues, strings),
    m.SetParameterValues: st.builds(m.SetParameterValues, values, texts),
    m.AddObject: st.builds(m.AddObject, trimmed, texts),
    m.Reboot: st.builds(m.Reboot, trimmed),
    m.AutonomousTransferComplete: st.builds(
        m.AutonomousTransferComplete,
        *(trimmed, trimmed, st.booleans(), trimmed, numbers, texts, transfer_faults),
        *(trimmed, trimmed),
    ),
    m.AutonomousTransferCompleteResponse: st.just(m.AutonomousTransferCompleteResponse()),
    m.RequestDownload: st.builds(
        m.RequestDownload, trimmed, some_of(st.builds(Argument, trimmed, texts))
    ),
    m.RequestDownloadResponse: st.just(m.RequestDownloadResponse()),
    m.Kicked: st.builds(m.Kicked, texts, texts, texts, texts),
    m.KickedResponse: st.builds(m.KickedResponse, trimmed),
    m.DUStateChangeComplete: st.builds(m.DUStateChangeComplete, some_of(unit_results), trimmed),
    m.DUStateChangeCompleteResponse: st.just(m.DUStateChangeCompleteResponse()),
    m.AutonomousDUStateChangeComplete: st.builds(
        m.AutonomousDUStateChangeComplete, some_of(own_unit_results)
    ),
    m.AutonomousDUStateChangeCompleteResponse: st.just(m.AutonomousDUStateChangeCompleteResponse()),
    m.SetParameterAttributes: st.builds(m.SetParameterAttributes, some_of(attribute_changes)),
    m.GetParameterAttributes: st.builds(m.GetParameterAttributes, strings),
    m.GetParameterAttributesResponse: st.builds(
        m.GetParameterAttributesResponse, some_of(attributes)
    ),
    m.DeleteObject: st.builds(m.DeleteObject, trimmed, texts),
    m.Download: st.builds(
        m.Download, *sources, texts, texts, numbers, texts, numbers, trimmed, trimmed
    ),
    m.Upload: st.builds(m.Upload, *sources, texts, texts, numbers),
    m.UploadResponse: st.builds(m.UploadResponse, *transfer_answers),
    m.ScheduleDownload: st.builds(
        m.ScheduleDownload, *sources, some_of(windows), texts, texts, numbers, texts
    ),
    m.ScheduleDownloadResponse: st.just(m.ScheduleDownloadResponse()),
    m.CancelTransfer: st.builds(m.CancelTransfer, trimmed),
    m.CancelTransferResponse: st.just(m.CancelTransferResponse()),
    m.GetQueuedTransfers: st.just(m.GetQueuedTransfers()),
    m.GetQueuedTransfersResponse: st.builds(m.GetQueuedTransfersResponse, some_of(queued)),
    m.GetAllQueuedTransfers: st.just(m.GetAllQueuedTransfers()),
    m.GetAllQueuedTransfersResponse: st.builds(
        m.GetAllQueuedTransfersResponse, some_of(all_queued)
    ),
    m.FactoryReset: st.just(m.FactoryReset()),
    m.ScheduleInform: st.builds(m.ScheduleInform, numbers, trimmed),
    m.ScheduleInformResponse: st.just(m.ScheduleInformResponse()),
    m.ChangeDUState: st.builds(m.ChangeDUState, some_of(operations), trimmed),
    m.ChangeDUStateResponse: st.just(m.ChangeDUStateResponse()),
    m.SetVouchers: st.builds(m.SetVouchers, vouchers),
    m.SetVouchersResponse: st.just(m.SetVouchersResponse()),
    m.GetOptions: st.builds(m.GetOptions, trimmed),
    m.GetOptionsResponse: st.builds(m.GetOptionsResponse, some_of(options)),
}
envelopes = st.one_of(*MESSAGES.values())
identities = st.none() | texts


def test_every_message_has_a_strategy() -> None:
    assert set(MESSAGES) == set(typing.get_args(m.Message))


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
def test_every_message_survives(kind: type[m.Message]) -> None:
    @settings(max_examples=40, deadline=None)
    @given(MESSAGES[kind], st.sampled_from(NAMESPACES), identities)
    def survives(message: m.Message, namespace: str, identity: str | None) -> None:
        body = encode(message, namespace=namespace, id=identity)
        envelope = decode(body)
        assert envelope.message == message
        if body:
            assert envelope.namespace == namespace
            assert envelope.id == identity

    survives()


@settings(max_examples=100, deadline=None)
@given(envelopes, identities)
def test_what_is_written_is_xml_with_the_usual_prefixes(
    message: m.Message, identity: str | None
) -> None:
    body = encode(message, namespace=CWMP_1_0, id=identity)
    if isinstance(message, m.Empty):
        assert body == b""
        return
    root = etree.fromstring(body)
    assert root.nsmap == {
        "soap-env": "http://schemas.xmlsoap.org/soap/envelope/",
        "soap-enc": "http://schemas.xmlsoap.org/soap/encoding/",
        "xsd": "http://www.w3.org/2001/XMLSchema",
        "xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "cwmp": CWMP_1_0,
    }
    header = root.find("{*}Header")
    assert (header is None) == (identity is None)


def test_quirks_of_what_we_write_are_none() -> None:
    inform = m.Inform(
        DeviceId("M", "0A1B2C", "C", "S"),
        (Event("1 BOOT"),),
        1,
        "2026-01-01T00:00:00Z",
        0,
        (ParameterValue("Device.A", "1", "string"),),
    )
    assert decode(encode(inform, namespace=CWMP_1_0, id="1")).quirks == ()


def test_reboot_is_written_with_the_prefix_cwmp() -> None:
    # Some routers look for this very string.
    assert b"<cwmp:Reboot><CommandKey>k1</CommandKey></cwmp:Reboot>" in encode(
        m.Reboot("k1"), namespace=CWMP_1_0, id="7"
    )


@pytest.mark.parametrize(
    "message",
    [
        m.Reboot("a\x00b"),
        m.Reboot("\x1b"),
        m.Reboot("\ufffe"),
        m.Reboot("\ud800"),
        m.GetParameterValues(("Device.\x01",)),
        m.Unknown("a b"),
        m.Unknown(""),
        m.Unknown("x><y"),
    ],
)
def test_what_xml_cannot_hold_is_our_own_mistake(message: m.Message) -> None:
    with pytest.raises(UnencodableMessage):
        encode(message, namespace=CWMP_1_0, id=None)


def test_markup_in_texts_does_not_escape() -> None:
    hostile = '"><cwmp:FactoryReset/><x a="'
    values = (ParameterValue(hostile, hostile, hostile),)
    body = encode(m.SetParameterValues(values, hostile), namespace=hostile, id=hostile)
    # recover: the namespace name is no URI, which only lxml minds.
    root = etree.fromstring(body, etree.XMLParser(recover=True))
    assert not root.xpath("//*[local-name() = 'FactoryReset']")
    assert not root.xpath("//*[local-name() = 'x']")


@pytest.mark.parametrize(
    ("code", "soap"), [(8003, "Client"), (8000, "Server"), (9005, "Client"), (9002, "Server")]
)
def test_soap_code_of_a_fault_follows_its_cwmp_code(code: int, soap: str) -> None:
    fault = decode(encode(m.Fault(code, "no"), namespace=CWMP_1_0, id="1")).message
    assert fault == m.Fault(code, "no", (), soap)


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n\t ", b"\xef\xbb\xbf", b"\n" * 5000])
def test_nothing_is_the_empty_message(body: bytes) -> None:
    assert decode(body) == m.Envelope(m.Empty())
