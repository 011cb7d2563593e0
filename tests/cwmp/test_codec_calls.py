"""Our calls as they go over the wire: members and their order are those of the XML schema.

The texts follow cwmp-1-0.xsd to cwmp-1-4.xsd of the Broadband Forum.
"""

import pytest

from acs.cwmp import messages as m
from acs.cwmp.codec import MalformedMessage, decode, encode
from acs.cwmp.structs import (
    AttributeChange,
    InstallUnit,
    ParameterValue,
    TimeWindow,
    UninstallUnit,
    UpdateUnit,
)

NAMESPACE = "urn:dslforum-org:cwmp-1-2"
CALLS: dict[str, tuple[m.Message, str]] = {
    "GetRPCMethods": (m.GetRPCMethods(), ""),
    "SetParameterValues": (
        m.SetParameterValues((ParameterValue("Device.A", "a&b", "string"),), "k"),
        (
            '<ParameterList soap-enc:arrayType="cwmp:ParameterValueStruct[1]">'
            "<ParameterValueStruct><Name>Device.A</Name>"
            '<Value xsi:type="xsd:string">a&amp;b</Value></ParameterValueStruct>'
            "</ParameterList><ParameterKey>k</ParameterKey>"
        ),
    ),
    "GetParameterValues": (
        m.GetParameterValues(("Device.A", "Device.B.")),
        (
            '<ParameterNames soap-enc:arrayType="xsd:string[2]"><string>Device.A</string>'
            "<string>Device.B.</string></ParameterNames>"
        ),
    ),
    "GetParameterNames": (
        m.GetParameterNames("Device.", next_level=True),
        "<ParameterPath>Device.</ParameterPath><NextLevel>1</NextLevel>",
    ),
    "SetParameterAttributes": (
        m.SetParameterAttributes(
            (
                AttributeChange("Device.A", 2, ("Subscriber",)),
                AttributeChange("Device.B", None, ()),
                AttributeChange("Device.C", 0, None),
            )
        ),
        (
            '<ParameterList soap-enc:arrayType="cwmp:SetParameterAttributesStruct[3]">'
            "<SetParameterAttributesStruct><Name>Device.A</Name>"
            "<NotificationChange>1</NotificationChange><Notification>2</Notification>"
            "<AccessListChange>1</AccessListChange>"
            '<AccessList soap-enc:arrayType="xsd:string[1]"><string>Subscriber</string>'
            "</AccessList>"
            "</SetParameterAttributesStruct><SetParameterAttributesStruct><Name>Device.B</Name>"
            "<NotificationChange>0</NotificationChange><Notification>0</Notification>"
            "<AccessListChange>1</AccessListChange>"
            '<AccessList soap-enc:arrayType="xsd:string[0]"></AccessList>'
            "</SetParameterAttributesStruct><SetParameterAttributesStruct><Name>Device.C</Name>"
            "<NotificationChange>1</NotificationChange><Notification>0</Notification>"
            "<AccessListChange>0</AccessListChange>"
            '<AccessList soap-enc:arrayType="xsd:string[0]"></AccessList>'
            "</SetParameterAttributesStruct></ParameterList>"
        ),
    ),
    "GetParameterAttributes": (
        m.GetParameterAttributes(("Device.A",)),
        (
            '<ParameterNames soap-enc:arrayType="xsd:string[1]"><string>Device.A</string>'
            "</ParameterNames>"
        ),
    ),
    "AddObject": (
        m.AddObject("Device.X.", "k"),
        "<ObjectName>Device.X.</ObjectName><ParameterKey>k</ParameterKey>",
    ),
    "DeleteObject": (
        m.DeleteObject("Device.X.1.", ""),
        "<ObjectName>Device.X.1.</ObjectName><ParameterKey></ParameterKey>",
    ),
    "Download": (
        m.Download("k", "1 Firmware Upgrade Image", "http://f/x", "u", "p", 7, "t", 5, "s", "f"),
        (
            "<CommandKey>k</CommandKey><FileType>1 Firmware Upgrade Image</FileType>"
            "<URL>http://f/x</URL><Username>u</Username><Password>p</Password><FileSize>7</FileSize>"
            "<TargetFileName>t</TargetFileName><DelaySeconds>5</DelaySeconds>"
            "<SuccessURL>s</SuccessURL><FailureURL>f</FailureURL>"
        ),
    ),
    "Reboot": (m.Reboot("k"), "<CommandKey>k</CommandKey>"),
    "ScheduleInform": (
        m.ScheduleInform(60, "k"),
        "<DelaySeconds>60</DelaySeconds><CommandKey>k</CommandKey>",
    ),
    "Upload": (
        m.Upload("k", "2 Vendor Log File", "http://f/x", "u", "p", 5),
        (
            "<CommandKey>k</CommandKey><FileType>2 Vendor Log File</FileType><URL>http://f/x</URL>"
            "<Username>u</Username><Password>p</Password><DelaySeconds>5</DelaySeconds>"
        ),
    ),
    "ScheduleDownload": (
        m.ScheduleDownload(
            "k",
            "1 Firmware Upgrade Image",
            "http://f/x",
            (TimeWindow(0, 60, "3 When Idle", "now?", -1), TimeWindow(61, 90, "2 Immediately")),
        ),
        (
            "<CommandKey>k</CommandKey><FileType>1 Firmware Upgrade Image</FileType>"
            "<URL>http://f/x</URL><Username></Username><Password></Password><FileSize>0</FileSize>"
            "<TargetFileName></TargetFileName>"
            '<TimeWindowList soap-enc:arrayType="cwmp:TimeWindowStruct[2]"><TimeWindowStruct>'
            "<WindowStart>0</WindowStart><WindowEnd>60</WindowEnd>"
            "<WindowMode>3 When Idle</WindowMode>"
            "<UserMessage>now?</UserMessage><MaxRetries>-1</MaxRetries></TimeWindowStruct>"
            "<TimeWindowStruct><WindowStart>61</WindowStart><WindowEnd>90</WindowEnd>"
            "<WindowMode>2 Immediately</WindowMode><UserMessage></UserMessage>"
            "<MaxRetries>-1</MaxRetries></TimeWindowStruct></TimeWindowList>"
        ),
    ),
    "CancelTransfer": (m.CancelTransfer("k"), "<CommandKey>k</CommandKey>"),
    "GetQueuedTransfers": (m.GetQueuedTransfers(), ""),
    "GetAllQueuedTransfers": (m.GetAllQueuedTransfers(), ""),
    "FactoryReset": (m.FactoryReset(), ""),
    "ChangeDUState": (
        m.ChangeDUState(
            (
                InstallUnit("http://f/a", "u-1", "u", "p", "Device.E.1."),
                InstallUnit("http://f/b"),
                UpdateUnit(),
                UpdateUnit("u-1", "2", "http://f/c"),
                UninstallUnit("u-1", "", "Device.E.1."),
            ),
            "k",
        ),
        (
            '<Operations xsi:type="cwmp:InstallOpStruct"><URL>http://f/a</URL><UUID>u-1</UUID>'
            "<Username>u</Username><Password>p</Password>"
            "<ExecutionEnvRef>Device.E.1.</ExecutionEnvRef></Operations>"
            '<Operations xsi:type="cwmp:InstallOpStruct"><URL>http://f/b</URL></Operations>'
            # neither UUID nor URL: all units
            '<Operations xsi:type="cwmp:UpdateOpStruct"></Operations>'
            '<Operations xsi:type="cwmp:UpdateOpStruct"><UUID>u-1</UUID><Version>2</Version>'
            "<URL>http://f/c</URL></Operations>"
            '<Operations xsi:type="cwmp:UninstallOpStruct"><UUID>u-1</UUID>'
            "<ExecutionEnvRef>Device.E.1.</ExecutionEnvRef></Operations><CommandKey>k</CommandKey>"
        ),
    ),
    "SetVouchers": (
        m.SetVouchers(("YQ==",)),
        '<VoucherList soap-enc:arrayType="soap-enc:base64[1]"><base64>YQ==</base64></VoucherList>',
    ),
    "GetOptions": (m.GetOptions(), "<OptionName></OptionName>"),
    "InformResponse": (m.InformResponse(), "<MaxEnvelopes>1</MaxEnvelopes>"),
    "TransferCompleteResponse": (m.TransferCompleteResponse(), ""),
    "AutonomousTransferCompleteResponse": (m.AutonomousTransferCompleteResponse(), ""),
    "RequestDownloadResponse": (m.RequestDownloadResponse(), ""),
    "KickedResponse": (m.KickedResponse("http://a/"), "<NextURL>http://a/</NextURL>"),
    "DUStateChangeCompleteResponse": (m.DUStateChangeCompleteResponse(), ""),
    "AutonomousDUStateChangeCompleteResponse": (m.AutonomousDUStateChangeCompleteResponse(), ""),
    "GetRPCMethodsResponse": (
        m.GetRPCMethodsResponse(("Inform",)),
        '<MethodList soap-enc:arrayType="xsd:string[1]"><string>Inform</string></MethodList>',
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_members_are_those_of_the_schema(name: str) -> None:
    message, content = CALLS[name]
    body = encode(message, namespace=NAMESPACE, id="1").decode()
    assert body.partition("<soap-env:Body>")[2] == (
        f"<cwmp:{name}>{content}</cwmp:{name}></soap-env:Body></soap-env:Envelope>"
    )
    assert decode(body.encode()).quirks == ()


def test_the_chosen_version_must_be_understood() -> None:
    # TR-069 Amendment 6, 3.7.2.1: UseCWMPVersion has mustUnderstand 1
    chosen = '<cwmp:UseCWMPVersion soap-env:mustUnderstand="1">1.4</cwmp:UseCWMPVersion>'
    for identity in ("7", None):
        body = encode(m.InformResponse(), namespace=NAMESPACE, id=identity, use_version="1.4")
        assert chosen in body.decode()
        envelope = decode(body)
        assert (envelope.use_version, envelope.id) == ("1.4", identity)
    assert b"UseCWMPVersion" not in encode(m.InformResponse(), namespace=NAMESPACE, id="7")


def test_operations_in_an_array_are_read_too() -> None:
    body = encode(m.ChangeDUState((UninstallUnit("u-1"),), "k"), namespace=NAMESPACE, id="1")
    array = body.replace(
        b'<Operations xsi:type="cwmp:UninstallOpStruct">', b"<Operations><UninstallOpStruct>"
    ).replace(b"</Operations>", b"</UninstallOpStruct></Operations>")
    read = decode(array)
    assert read.message == m.ChangeDUState((UninstallUnit("u-1"),), "k")
    assert read.quirks == ("array-of-operations",)
    with pytest.raises(MalformedMessage) as caught:
        decode(body.replace(b"cwmp:UninstallOpStruct", b"cwmp:RenameOpStruct"))
    assert caught.value.code == "unknown-operation"
