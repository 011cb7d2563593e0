import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acs.cli.player import play_transcript
from acs.cli.player_view import as_data
from acs.cwmp import messages as m
from acs.cwmp.codec import encode
from acs.cwmp.transcript import Entry
from acs.facts import Event
from acs.identity import DeviceId

Run = Callable[..., Result]
NAMESPACE = "urn:dslforum-org:cwmp-1-0"
DEVICE = DeviceId("Example", "00A1B2", "My-Box", "S1")


def xml(message: m.Message, message_id: str = "1") -> str:
    if isinstance(message, m.Empty):
        return ""
    return encode(message, namespace=NAMESPACE, id=message_id).decode()


def value(name: str, text: str) -> m.ParameterValue:
    return m.ParameterValue(name, text, "string")


def inform(*events: str, key: str = "", more: tuple[m.ParameterValue, ...] = ()) -> m.Inform:
    return m.Inform(
        device=DEVICE,
        events=tuple(Event(code, key) for code in events),
        max_envelopes=1,
        current_time="2026-09-21T14:13:20Z",
        retry_count=0,
        parameters=(value("Device.DeviceInfo.SoftwareVersion", "1.2.3"), *more),
    )


def recorded(*said: m.Message) -> str:
    """A transcript in which router and server take turns, the router first."""
    senders = ("router", "acs")
    lines = [
        {"at": 1_790_000_000 + index, "from": senders[index % 2], "body": xml(message)}
        for index, message in enumerate(said)
    ]
    return "\n".join(json.dumps(line) for line in lines) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str | bytes], str]:
    def write(content: str | bytes) -> str:
        path = tmp_path / "file"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write


File = Callable[[str | bytes], str]


def turns(run: Run, path: str) -> list[dict[str, object]]:
    result = run("replay", "--json", path)
    assert result.exit_code == 0, result.output
    ((played),) = json.loads(result.stdout)
    return list(played["turns"])


def test_an_inform_is_played_with_its_facts_and_reply(run: Run, file: File) -> None:
    result = run("replay", file(xml(inform("1 BOOT", "4 VALUE CHANGE"), "42")))
    assert result.exit_code == 0, result.stderr
    assert "router Inform  1 BOOT, 4 VALUE CHANGE  cwmp-1-0  id 42" in result.stdout
    assert "Device.DeviceInfo.SoftwareVersion = 1.2.3 (string)" in result.stdout
    assert "fact   Informed; router_id: 00A1B2-My%2DBox-S1" in result.stdout
    assert "acs    InformResponse  cwmp-1-0  id 42" in result.stdout


LONE = [
    (m.RebootResponse(), "CommandAnswered", "Reboot"),
    (m.SetParameterValuesResponse(1), "ConnectionSecretSet", "SetParameterValues"),
    (m.Fault(9005, "Invalid name"), "CommandFailed", "GetParameterValues"),
    (
        m.Fault(9003, "x", (m.ParameterFault("Device.X", 9008, "read-only"),)),
        "ConnectionSecretSet",
        "SetParameterValues",
    ),
    (
        m.GetParameterValuesResponse((value("Device.DeviceInfo.UpTime", "86400"),)),
        "Sampled",
        "GetParameterValues",
    ),
    (
        m.GetParameterValuesResponse((value("Device.X_Vendor.Odd", "1"),)),
        "CommandAnswered",
        "GetParameterValues",
    ),
]


@pytest.mark.parametrize(("message", "fact", "asked"), LONE)
def test_a_lone_answer_is_played_against_a_session_that_awaits_it(
    run: Run, file: File, message: m.Message, fact: str, asked: str
) -> None:
    played = turns(run, file(xml(message)))
    assert [turn["made_up"] for turn in played] == [True, True, False]
    assert played[-1]["note"] == f"played as the answer to {asked}"
    assert fact in [each["fact"] for each in played[-1]["facts"]]  # type: ignore[attr-defined]


def test_lone_names_lead_on_in_the_discovery(run: Run, file: File) -> None:
    names = ("InternetGatewayDevice.", "InternetGatewayDevice.DeviceInfo.")
    message = m.GetParameterNamesResponse(tuple(m.ParameterInfo(n, False) for n in names))
    played = turns(run, file(xml(message)))
    assert played[-1]["note"] == "played as the answer to GetParameterNames"


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        (m.GetRPCMethods(), "GetRPCMethodsResponse"),
        (m.TransferComplete("k", 0, "", "", ""), "TransferCompleteResponse"),
        (m.Unknown("X_VendorCall"), "Fault"),
    ],
)
def test_a_lone_call_is_answered_within_a_session(
    run: Run, file: File, message: m.Message, reply: str
) -> None:
    played = turns(run, file(xml(message)))
    assert [turn["made_up"] for turn in played] == [True, False]
    assert played[-1]["reply"]["message"] == reply  # type: ignore[index]


@pytest.mark.parametrize(
    "message", [m.AddObjectResponse(1, 0), m.DownloadResponse(0, "", ""), m.FactoryResetResponse()]
)
def test_an_answer_that_nothing_awaits_is_said_to_be_one(
    run: Run, file: File, message: m.Message
) -> None:
    assert turns(run, file(xml(message)))[-1]["note"] == "no call of this server awaits this answer"


@pytest.mark.parametrize(
    "message",
    [m.InformResponse(), m.Reboot("k"), m.GetParameterValues(("Device.",)), m.AddObject("Device.")],
)
def test_what_a_server_says_is_decoded_and_not_played(
    run: Run, file: File, message: m.Message
) -> None:
    (turn,) = turns(run, file(xml(message)))
    assert turn["router"]["message"] == type(message).__name__  # type: ignore[index]
    assert "not played" in str(turn["note"])


NAMES = ("Device.DeviceInfo.UpTime", "Device.DeviceInfo.MemoryStatus.Free")
VALUES = m.GetParameterValuesResponse((value(NAMES[0], "86400"), value(NAMES[1], "90000")))
X = ("Device.X_Y",)


@pytest.mark.parametrize(
    "conversation",
    [
        (m.Empty(), m.Empty()),
        (m.Empty(), m.Reboot("key1"), m.RebootResponse(), m.Empty()),
        (
            m.Empty(),
            m.GetParameterValues(tuple(sorted(NAMES))),
            VALUES,
            m.Empty(),
        ),
        (
            m.Empty(),
            m.GetParameterValues(tuple(sorted(NAMES))),
            VALUES,
            m.Reboot("key2"),
            m.RebootResponse(),
            m.Empty(),
        ),
        (
            m.Empty(),
            m.GetParameterValues(X),
            m.GetParameterValuesResponse((value(X[0], "old"),)),
            m.SetParameterValues((value(X[0], "new"),), "k"),
            m.SetParameterValuesResponse(0),
            m.GetParameterValues(X),
            m.GetParameterValuesResponse((value(X[0], "new"),)),
            m.Empty(),
        ),
        (m.TransferComplete("k", 0, "", "", ""), m.TransferCompleteResponse()),
    ],
)
def test_a_recorded_conversation_is_played_as_it_was(
    run: Run, file: File, conversation: tuple[m.Message, ...]
) -> None:
    said = (inform("2 PERIODIC"), m.InformResponse(), *conversation)
    played = turns(run, file(recorded(*said)))
    assert len(played) == len(said) // 2
    assert [turn.get("note") for turn in played] == [None] * len(played)
    assert [turn["recorded_reply"] for turn in played] == [type(a).__name__ for a in said[1::2]]


def test_what_is_answered_otherwise_now_is_noted(run: Run, file: File) -> None:
    said = (inform("2 PERIODIC"), m.InformResponse(), m.Empty(), m.AddObject("Device.X."))
    result = run("replay", file(recorded(*said)))
    assert "note   the recorded answer was AddObject" in result.stdout


def test_sessions_follow_each_other_with_one_memory(run: Run, file: File) -> None:
    reboot = (m.Empty(), m.Reboot("key1"), m.RebootResponse(), m.Empty())
    first = (inform("2 PERIODIC"), m.InformResponse(), *reboot)
    second = (inform("M Reboot", key="key1"), m.InformResponse(), m.Empty(), m.Empty())
    played = turns(run, file(recorded(*first, *second)))
    facts = [each["fact"] for each in played[3]["facts"]]  # type: ignore[attr-defined]
    assert "CommandConfirmed" in facts


def test_the_router_alone_may_have_been_recorded(run: Run, file: File) -> None:
    lines = [
        {"at": 1.0, "from": "router", "body": xml(inform("2 PERIODIC"))},
        {"at": 2.0, "from": "router", "body": ""},
    ]
    played = turns(run, file("\n".join(map(json.dumps, lines))))
    assert played[-1]["reply"]["message"] == "GetParameterNames"  # type: ignore[index]


def test_an_unreadable_message_is_told_with_its_reason(run: Run, file: File) -> None:
    result = run("replay", file('<!DOCTYPE a><a xmlns="b"/>'))
    assert result.exit_code == 1
    assert "unreadable: doctype" in result.stdout


def test_the_rest_of_a_transcript_with_an_unreadable_message_is_played(
    run: Run, file: File
) -> None:
    text = json.dumps({"at": 1.0, "from": "router", "body": "<a"}) + "\n"
    result = run("replay", file(text + recorded(inform("2 PERIODIC"))))
    assert result.exit_code == 1
    assert "unreadable" in result.stdout
    assert "InformResponse" in result.stdout


def test_a_broken_transcript_names_the_line(run: Run, file: File) -> None:
    result = run("replay", file(recorded(inform("2 PERIODIC")) + "{}\n"))
    assert result.exit_code == 1
    assert "line 2" in result.stderr


def test_a_missing_file_is_not_found(run: Run) -> None:
    result = run("replay", "/nonexistent/transcript")
    assert (result.exit_code, result.stderr) == (
        3,
        "acs: /nonexistent/transcript: no such file\n",
    )


def test_standard_input_and_xml_output(run: Run) -> None:
    result = run("replay", "-", "--xml", input=xml(inform("2 PERIODIC")))
    assert "<MaxEnvelopes>1</MaxEnvelopes>" in result.stdout


def test_long_lists_are_cut_unless_all_is_asked_for(run: Run, file: File) -> None:
    more = tuple(value(f"Device.X.{number}", "x" * 300) for number in range(50))
    path = file(xml(inform("2 PERIODIC", more=more)))
    short, full = run("replay", path).stdout, run("replay", path, "--full").stdout
    assert "39 more: --full shows them" in short
    assert "(300 characters)" in short
    assert "Device.X.49 " in full


def test_a_routers_text_cannot_command_the_terminal(run: Run, file: File) -> None:
    path = file(xml(inform("2 PERIODIC", more=(value("Device.X", "a\x9b2Jb\u202ec"),))))
    for options in ((), ("--json",)):
        result = run("replay", path, *options)
        assert result.exit_code == 0
        assert not {"\x9b", "\u202e"} & set(result.stdout)


MESSAGES: list[m.Message] = [
    m.Empty(),
    inform("0 BOOTSTRAP", "1 BOOT"),
    inform("M Reboot", key="k"),
    VALUES,
    m.RebootResponse(),
    m.Fault(9005, ""),
    m.SetParameterValuesResponse(0),
    m.GetParameterNamesResponse(()),
    m.InformResponse(),
    m.Reboot("k"),
    m.SetParameterValues((value(X[0], "1"),)),
    m.GetParameterValues(X),
]
BODIES = [*(xml(message) for message in MESSAGES), "<a", "nonsense"]


@given(
    st.lists(
        st.builds(
            Entry,
            at=st.floats(allow_nan=False, allow_infinity=False),
            sender=st.sampled_from(["router", "acs"]),
            body=st.sampled_from(BODIES),
        ),
        max_size=12,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_order_of_messages_is_played_to_the_end(entries: list[Entry]) -> None:
    steps = list(play_transcript(entries))
    assert all(as_data(step, xml=True) for step in steps)
    assert len(steps) == sum(entry.sender == "router" for entry in entries)


@given(st.binary(max_size=200))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_file_makes_a_traceback(run: Run, data: bytes) -> None:
    result = run("replay", "-", input=data)
    assert isinstance(result.exception, SystemExit | None)
