"""There are three ways through the decoder; the two short ones may give up, but never differ."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acs.cwmp import codec, framing, shapes
from acs.cwmp import messages as m
from acs.cwmp.codec import Limits, MalformedMessage, encode
from acs.cwmp.framing import read_framed
from acs.facts import Event
from acs.identity import DeviceId

FILES = sorted((Path(__file__).parent / "messages").glob("*.xml"))
EXAMPLES = int(os.environ.get("ACSD_FUZZ_EXAMPLES", "300"))
LIMITS = Limits()
INFORM = (Path(__file__).parent / "messages/plain-inform.xml").read_bytes()
VALUES = (
    m.ParameterValue("Device.A", "1", "string"),
    m.ParameterValue("Device.B", "a&b<c", "unsignedInt"),
    m.ParameterValue("Device.C", "", ""),
)
OURS = [
    encode(message, namespace="urn:dslforum-org:cwmp-1-2", id=identity)
    for identity in (None, "12", "a&b")
    for message in (
        m.Inform(DeviceId("M", "00A", "C", "S"), (Event("1 BOOT"),), 1, "t", 0, VALUES),
        m.GetParameterValuesResponse(VALUES),
        m.GetParameterNamesResponse((m.ParameterInfo("Device.", writable=False),)),
        m.SetParameterValuesResponse(0),
        m.Reboot("k"),
    )
]
BODIES = [*(path.read_bytes() for path in FILES), *OURS]
PIECES = [
    *(bytes([code]) for code in (*range(48), *range(58, 65), *range(91, 97), 127, 133, 194, 255)),
    b"/>", b"</", b"<!--x-->", b"<![CDATA[", b"]]>", b"<?a b?>", b"&#2;", b"&#65;", b"&amp;",
    b"&x;", b"\r\n", b"\xc2\x85", b"\xc2\xa0", b"\xef\xbf\xbe", b"\xef\xbb\xbf", b"<Value/>",
    b"<Value>", b"</Value>", b"<Name>", b"</Name>", b"<Name/>", b' type="x"', b' a="/"',
    b' a=">"', b' a="<"', b' a="1" a="2"', b' xmlns="urn:x"',
    b' xmlns:cwmp="urn:dslforum-org:cwmp-1-3"', b"[03]", b"[]", b"<ParameterValueStruct>",
    b"</ParameterValueStruct>", b"</ParameterList>", b"<CommandKey/>", b"<cwmp:ID>",
    b"</cwmp:ID>", b"<cwmp:ID/>", b"the-id-is-here", b"<soap:Header/>", b"Body", b"ID",
    b"<soap:Body>", b"</soap:Body>", b"</soap:Envelope>", b"Value", b"xsd:", b"(null)", b"007",
    b"encoding='latin-1'", b' standalone="no"', b"1.1", b"\x00", b"1e5", b"x" * 300, b" " * 300,
]  # fmt: skip


def general(body: bytes) -> m.Envelope | str:
    try:
        return codec._read_any(body, LIMITS)
    except MalformedMessage as error:
        return error.code


def compare(body: bytes) -> bool:
    """Whether a short way was open; it must then say what the long one says."""
    short = read_framed(body, LIMITS)
    if short is not None:
        assert short == general(body)
    return short is not None


@pytest.mark.parametrize("body", BODIES)
def test_the_ways_agree_on_every_message_we_have(body: bytes) -> None:
    compare(body)
    compare(body)  # and again, from what is remembered


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_the_ways_agree_on_mutants(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(BODIES)))
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(0, len(body)))
        end = at + data.draw(st.sampled_from([0, 0, 0, 1, 2, 6, 30]))
        body[at:end] = data.draw(st.sampled_from(PIECES) | st.just(bytes(body[at : at + 60])))
    compare(bytes(body))


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_the_ways_agree_on_texts_between_tags(data: st.DataObject) -> None:
    # Aimed at the places where a text meets a tag, which chance finds seldom.
    body = data.draw(st.sampled_from(BODIES))
    places = [at for at, byte in enumerate(body) if byte in b"<>"]
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.sampled_from(places)) + data.draw(st.integers(0, 1))
        body = body[:at] + data.draw(st.sampled_from(PIECES)) + body[at:]
    compare(body)


LONG = (
    *(m.ParameterValue(f"Device.X_Long.{n}.Name", f"value {n}", "string") for n in range(9)),
    m.ParameterValue("Device.Empty", "", "string"),
    m.ParameterValue("Device.A&B", "1 < 2 & 3", ""),
    *(m.ParameterValue(f"Device.Y_Long.{n}.Name", str(n), "unsignedInt") for n in range(3)),
)
SPACED = encode(m.GetParameterValuesResponse(LONG), namespace="urn:dslforum-org:cwmp-1-2", id="1")
EMPTY_TAGS = SPACED.replace(b'"xsd:string"></Value>', b'"xsd:string"/>')
AGAIN = [
    SPACED,
    EMPTY_TAGS,
    SPACED.replace(b"</Name>", b" </Name>\n"),
    encode(
        m.Inform(DeviceId("M", "00A", "C", "S"), (Event("2 PERIODIC"),), 1, "t", 0, LONG),
        namespace="urn:dslforum-org:cwmp-1-0",
        id="2",
    ),
]


@pytest.mark.parametrize("body", AGAIN)
def test_a_list_that_came_before_is_read_by_its_values_alone(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes._SKELETONS.clear()
    read_framed(body, LIMITS)
    assert len(shapes._SKELETONS) == 0  # what comes once is not worth it
    read_framed(body, LIMITS)
    assert len(shapes._SKELETONS) == 1
    other = body.replace(b"value 4", b"&lt;").replace(b">2<", b"><")
    expected = general(other)
    with monkeypatch.context() as patched:
        patched.setattr(shapes, "_columns", lambda *_: pytest.fail("read as if it were new"))
        assert read_framed(other, LIMITS) == expected
    # another shape under the same names is seen as such, and learned in its turn
    assert compare(EMPTY_TAGS if body is SPACED else body.replace(b"xsd:string", b"xsd:int"))


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_the_ways_agree_on_lists_that_came_before(data: st.DataObject) -> None:
    body = data.draw(st.sampled_from(AGAIN))
    read_framed(body, LIMITS)
    read_framed(body, LIMITS)
    places = [at for at, byte in enumerate(body) if byte in b"<>"]
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.sampled_from(places)) + data.draw(st.integers(0, 1))
        end = at + data.draw(st.sampled_from([0, 0, 1, 2, 30]))
        body = body[:at] + data.draw(st.sampled_from(PIECES)) + body[end:]
    compare(body)
    compare(body)


def test_large_messages_take_the_shortest_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(text: str, *_arguments: object) -> None:
        pytest.fail(f"parsed: {text[:80]}")

    read_framed(INFORM, LIMITS)  # what stands before the call is parsed once
    for cache in (shapes._start_tag, shapes._value_type, shapes._array_notes):
        cache.cache_clear()
    monkeypatch.setattr(framing, "parse", parse)
    another = INFORM.replace(b">41<", b">42<").replace(b"4.2.1", b"4.2.2")
    assert read_framed(another, LIMITS) is not None


def test_what_is_remembered_is_bounded() -> None:
    for number in range(1000):
        read_framed(INFORM.replace(b"<soap:Body>", b'<soap:Body a="%d">' % number), LIMITS)
        read_framed(INFORM.replace(b'"xsd:string"', b'"xsd:s%d"' % number), LIMITS)
        for _ in range(2):
            read_framed(SPACED.replace(b"X_Long", b"X_%d" % number), LIMITS)
        read_framed(SPACED.replace(b"<ParameterList", b"<ParameterList" + b" " * 9999), LIMITS)
    assert len(shapes._SKELETONS) <= 256
    caches = (
        framing._frame,
        *(shapes._start_tag, shapes._value_type, shapes._array_notes, shapes._known_events),
    )
    for cache in caches:
        size = cache.cache_info()
        assert size.maxsize is not None
        assert size.currsize <= size.maxsize
