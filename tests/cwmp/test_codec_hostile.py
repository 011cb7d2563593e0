"""Whatever comes in, a message comes out or a MalformedMessage, without eating memory.

How long the heaviest take is measured by ``tests/bench/hostile.py``.
"""

import os
import random
from copy import deepcopy
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from acs.cwmp import messages as m
from acs.cwmp.codec import Limits, MalformedMessage, decode, encode

CWMP = "urn:dslforum-org:cwmp-1-0"
FILES = sorted((Path(__file__).parent / "messages").glob("*.xml"))
MIB = 1_048_576


def envelope(body: str, head: str = "", namespace: str = CWMP) -> bytes:
    return (
        f'{head}<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
        f'xmlns:cwmp="{namespace}"><s:Header><cwmp:ID>1</cwmp:ID></s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def filled(start: str, unit: str, end: str) -> bytes:
    return (start + unit * ((MIB - 600) // len(unit)) + end).encode()


def code_of(body: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(MalformedMessage) as caught:
        decode(body, limits or Limits())
    assert caught.value.reason == str(caught.value)
    assert caught.value.code in MalformedMessage.REASONS
    return caught.value.code


INFORM = (Path(__file__).parent / "messages/plain-inform.xml").read_bytes()
XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'
PARAMETER = '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:1/"> %e;]>'
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
REBOOTED = "<cwmp:RebootResponse/>"

REFUSED: dict[str, tuple[bytes, str]] = {
    "truncated": (INFORM[:-200], "not-xml"),
    "truncated in a tag": (INFORM[:100], "not-xml"),
    "no XML at all": (b"GET / HTTP/1.1", "not-xml"),
    "JSON": (b'{"a": 1}', "not-xml"),
    "a lone byte": (b"\xff", "not-xml"),
    "NUL bytes": (b"\x00" * 100, "not-xml"),
    "two documents": (INFORM + INFORM, "not-xml"),
    "binary": (bytes(range(256)) * 16, "not-xml"),
    "external entity": (envelope("<cwmp:Reboot>&e;</cwmp:Reboot>", XXE), "doctype"),
    "external DTD": (envelope(REBOOTED, REMOTE), "doctype"),
    "parameter entity": (envelope(REBOOTED, PARAMETER), "doctype"),
    "billion laughs": (envelope("<cwmp:X>&a9;</cwmp:X>", LAUGHS), "doctype"),
    "bare DOCTYPE": (envelope(REBOOTED, "<!DOCTYPE x>"), "doctype"),
    "DOCTYPE in UTF-16": (envelope(REBOOTED, XXE).decode().encode("utf-16"), "doctype"),
    "undefined entity": (envelope("<cwmp:X>&nbsp;</cwmp:X>"), "not-xml"),
    "foreign namespace": (envelope(REBOOTED, namespace="urn:example:cwmp"), "wrong-namespace"),
    "second version": (
        envelope(REBOOTED, namespace="urn:dslforum-org:cwmp-2-0"),
        "wrong-namespace",
    ),
    "HTML": (b"<html><body>hello</body></html>", "not-soap"),
    "no Body": (b"<Envelope/>", "no-body"),
    "no DeviceId": (envelope("<cwmp:Inform/>"), "no-identity"),
    "no serial number": (INFORM.replace(b"MG2000001", b" "), "no-identity"),
    "no OUI": (INFORM.replace(b"0A1B2C", b""), "no-identity"),
    "endless serial number": (INFORM.replace(b"MG2000001", b"1" * 10_000), "bad-identity"),
    "no instance number": (
        envelope("<cwmp:AddObjectResponse><Status>0</Status></cwmp:AddObjectResponse>"),
        "bad-number",
    ),
    "elements in a value": (INFORM.replace(b"4.2.1", b"4<b/>2"), "mixed-content"),
    "half of a UTF-16 text": (INFORM.decode().encode("utf-16")[:-1], "bad-encoding"),
    "nested 30,000 deep": (envelope("<a>" * 30_000 + "</a>" * 30_000), "too-deep"),
    "nested without an end": (b"<a>" * 300_000, "too-deep"),
    "100,000 attributes": (
        envelope("<cwmp:X " + " ".join(f"a{n}=''" for n in range(100_000)) + "/>"),
        "too-many-attributes",
    ),
    "as many elements as go in": (filled("<a>", "<b/>", "</a>"), "too-many-elements"),
    "as many values as go in": (
        filled("<a>", "<Value></Value>", "</a>"),
        "too-many-elements",
    ),
    "one byte too many": (INFORM.ljust(MIB + 1), "too-large"),
}


@pytest.mark.parametrize(("body", "code"), REFUSED.values(), ids=REFUSED)
def test_refused_for_a_stated_reason(body: bytes, code: str) -> None:
    limits = Limits(body_bytes=2 * MIB) if code != "too-large" else Limits()
    assert code_of(body, limits) == code


HEAVY: dict[str, bytes] = {
    "comments": filled("<Envelope><Body>", "<!--x-->a", "</Body></Envelope>"),
    "CDATA": filled("<Envelope><Body>", "<![CDATA[a]]>", "</Body></Envelope>"),
    "references": filled("<Envelope><Body>", "&amp;", "</Body></Envelope>"),
    "characters to strip": filled("<Envelope><Body>", "&#2;\x01", "</Body></Envelope>"),
    "processing instructions": filled("<Envelope><Body>", "<?a b?>", "</Body></Envelope>"),
    "line ends": filled("<Envelope><Body>", "\r", "</Body></Envelope>"),
    "one value": INFORM.replace(b"4.2.1", b"x" * (MIB - 5000)),
    "leading space": INFORM.rjust(MIB),
    "trailing space": INFORM.ljust(MIB),
    "almost a head": filled("<Envelope ", "a:ID<", "<Body>"),
    "almost references": filled("<Envelope><Body>", "&#", "</Body></Envelope>"),
    "almost structs": filled(
        INFORM.decode().partition("<ParameterValueStruct>")[0],
        "<ParameterValueStruct><Name>",
        "",
    ),
    "digits": INFORM.replace(b"<RetryCount>0", b"<RetryCount>" + b"9" * (MIB - 5000)),
    "array count": INFORM.replace(b"Struct[3]", b"Struct[" + b"9" * (MIB - 5000) + b"]"),
    "method": envelope(f"<cwmp:{'x' * (MIB - 1000)}/>"),
}


@pytest.mark.parametrize("body", HEAVY.values(), ids=HEAVY)
def test_a_heavy_message_is_read_or_refused(body: bytes) -> None:
    total(body)


def test_names_that_never_come_again_leave_nothing_behind() -> None:
    process = psutil.Process()

    def flood(first: int, count: int) -> None:
        for number in range(first, first + count):
            elements = "".join(f"<n{number}x{place}{'y' * 40}/>" for place in range(2000))
            decode(envelope(f"<cwmp:RebootResponse>{elements}</cwmp:RebootResponse>"))

    flood(0, 5)
    before = process.memory_info().rss
    flood(5, 50)
    assert process.memory_info().rss - before < 6 * MIB


def test_limits_hold_in_every_way_of_reading() -> None:
    assert code_of(INFORM, Limits(elements=10)) == "too-many-elements"
    assert code_of(INFORM, Limits(depth=5)) == "too-deep"
    assert code_of(INFORM, Limits(attributes=4)) == "too-many-attributes"
    assert code_of(INFORM, Limits(identity=5)) == "bad-identity"
    assert code_of(INFORM, Limits(body_bytes=len(INFORM) - 1)) == "too-large"
    elements = INFORM.count(b"<") - INFORM.count(b"</") - 1  # less the declaration
    exact = Limits(body_bytes=len(INFORM), elements=elements, depth=6, attributes=5, identity=9)
    assert decode(INFORM, exact) == decode(INFORM)
    assert code_of(INFORM, Limits(elements=elements - 1)) == "too-many-elements"


def test_utf16_and_nul_bytes_within_are_read() -> None:
    text = INFORM.decode()
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        assert decode(text.encode(encoding)).message == decode(INFORM).message
    padded = decode(INFORM.replace(b"Marigold", b"Mari\x00gold\x00"))
    assert padded.message == decode(INFORM).message
    assert padded.quirks == ("illegal-characters",)


def test_an_unknown_method_is_told_by_name() -> None:
    assert decode(envelope("<cwmp:Kick/>")).message == m.Unknown("Kick")
    long = decode(envelope(f"<cwmp:{'x' * 5000}/>"))
    assert long.message == m.Unknown("x" * 80)
    assert long.quirks == ("long-method-name",)


def test_an_error_does_not_repeat_what_the_peer_wrote() -> None:
    with pytest.raises(MalformedMessage) as caught:
        decode(INFORM.replace(b"</cwmp:Inform>", b"</secret-word>"))
    assert "secret" not in str(caught.value)


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes(body: bytes) -> None:
    total(body)


SNIPPETS = [
    *(bytes([code]) for code in range(256)),
    b"<", b">", b"/>", b"</", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"]]", b"<?xml ", b"?>",
    b"<!DOCTYPE a>", b"&", b"&#2;", b"&#13;", b"&amp;", b"&lt;", b"&x;", b'"', b"=", b"\r", b"\r\n",
    b"\x85", b"\xc2\x85", b"\xef\xbf\xbe", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe",
    b"<Value/>", b"<Value>", b"</Value>", b"<Name>", b"</Name>", b' xsi:type="xsd:int"', b"[3]",
    b"<Name/>", b"<ParameterValueStruct>", b"</ParameterValueStruct>", b"<cwmp:ID>", b"</cwmp:ID>",
    b"<cwmp:ID/>", b"the-id-is-here", b"<soap:Header/>", b"<soap:Body>", b"</soap:Body>", b"Body",
    b' xmlns:cwmp="urn:dslforum-org:cwmp-1-2"', b' xmlns=""', b' a="1" a="2"', b'encoding="latin1"',
    b"<EventCode/>", b"<OUI>", b"(null)", b"-1", b"007", b"99999999999",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    body = bytearray(draw(st.sampled_from(BODIES)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(body)))
        end = min(len(body), at + draw(st.sampled_from([0, 0, 0, 1, 1, 2, 5, 20, 100])))
        body[at:end] = draw(st.sampled_from(SNIPPETS) | st.just(bytes(body[at : at + 40])))
    return bytes(body)


BODIES = [path.read_bytes() for path in FILES]
TREES = [path.read_bytes() for path in FILES if path.stem != "undeclared-prefix"]
EXAMPLES = int(os.environ.get("ACSD_FUZZ_EXAMPLES", "300"))


@settings(max_examples=EXAMPLES, deadline=None)
@given(mutated())
def test_mutated_envelopes(body: bytes) -> None:
    envelope = total(body)
    if envelope is not None and not isinstance(envelope.message, m.Unknown):
        ours = encode(envelope.message, namespace=envelope.namespace, id=envelope.id)
        assert decode(ours).message == envelope.message


def total(body: bytes) -> m.Envelope | None:
    """What decode() makes of it; any exception but MalformedMessage is a failure."""
    try:
        return decode(body)
    except MalformedMessage:
        return None


def mutate(dice: random.Random, root: etree._Element) -> None:
    nodes = [node for node in root.iter() if isinstance(node.tag, str) and node is not root]
    if not nodes:
        return
    node, other = dice.choice(nodes), dice.choice(nodes)
    match dice.randrange(5):
        case 0:
            other.append(deepcopy(node))
        case 1:
            parent = node.getparent()
            if parent is not None:
                parent.remove(node)
        case 2:
            node.tag = other.tag
        case 3:
            node.text = dice.choice(["", "(null)", "-1", "1e9", "\u00a0", "]]>", "a" * 300])
        case 4:
            node.set(dice.choice(["type", "{urn:x}type", "{urn:x}arrayType"]), "cwmp:x[0009]")


def test_mutated_trees() -> None:
    """Elements moved, doubled, renamed and dropped: every mutant is well-formed."""
    dice = random.Random(4711)  # noqa: S311 - repeatable on purpose
    for _ in range(EXAMPLES):
        root = etree.fromstring(dice.choice(TREES).strip(), etree.XMLParser(recover=True))
        for _ in range(dice.randint(1, 3)):
            mutate(dice, root)
        total(etree.tostring(root))
