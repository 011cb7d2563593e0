"""A running daemon and what hostile or clumsy routers send it: every answer, and its memory."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from acs.cwmp.messages import Fault, GetParameterNames, InformResponse
from acs.identity import DeviceId
from acs.simulator.service import Service
from tests.cwmp.routers import inform
from tests.running import Peer, Reply

MIB = 1_048_576
GROWTH = 64 * MIB
CANARY = "canary-7d1f"
MESSAGES = Path(__file__).parent / "cwmp/messages"
HEAD = b"POST / HTTP/1.1\r\nHost: acs\r\n"
ENVELOPE = (
    '{head}<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:cwmp="urn:dslforum-org:cwmp-1-0"><s:Body>{body}</s:Body></s:Envelope>'
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    cwmp = {
        "enrolment": "open",
        "connection_requests": False,
        "headers_timeout": "2s",
        "body_timeout": "1s",
    }
    service = Service(tmp_path_factory.mktemp("hostile"), {"cwmp": cwmp})
    service.start()
    yield service
    assert service.stop() == 0


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that no answer and no log line may hold anything of."""
    path = tmp_path_factory.mktemp("secret") / "secret.txt"
    path.write_text(CANARY)
    return path


@pytest.fixture(scope="module")
def memory(service: Service) -> int:
    """What the daemon holds before the first attack, bytes."""
    ordinary_session(service)
    return resident(service)


@pytest.fixture(autouse=True)
def stays_well(service: Service, memory: int) -> Iterator[None]:
    """After each attack an ordinary session works, and all of them have cost little memory."""
    yield
    ordinary_session(service)
    assert resident(service) - memory < GROWTH


def resident(service: Service) -> int:
    size: int = psutil.Process(service.pid).memory_info().rss
    return size


def ordinary_session(service: Service) -> None:
    with Peer(service.cwmp_port) as router:
        device = DeviceId("Acme", "00AA01", "Box", "well")
        assert router.post(inform(device)).message == InformResponse()
        router.talk()


def attack(service: Service, body: bytes, *headers: str) -> Reply:
    """The answer to a body, first of all on its connection and in the middle of a session."""
    with Peer(service.cwmp_port) as router:
        at_once = router.post(body, *headers)
    with Peer(service.cwmp_port) as router:
        assert router.post(inform()).status == 200
        within = router.post(body, *headers)
    assert within.status == at_once.status
    assert within.headers.get("Connection") == "close" or within.status == 200
    assert within.body == b"" or within.status == 200
    return within


def envelope(body: str, head: str = "") -> bytes:
    return ENVELOPE.format(head=head, body=body).encode()


# --- bodies ---------------------------------------------------------------------------------------


LAUGHS = '<!DOCTYPE x [<!ENTITY a0 "ha">{}]>'.format(
    "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
)
BAD_BODIES = {
    "truncated": inform()[:-40],
    "cut in a tag": inform()[:100],
    "no XML": b"GET / HTTP/1.1",
    "JSON": b'{"reboot": true}',
    "NUL bytes": bytes(1000),
    "billion laughs": envelope("<cwmp:Inform>&a9;</cwmp:Inform>", LAUGHS),
    "remote DTD": envelope("<x/>", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "100,000 attributes": envelope(
        "<cwmp:X " + " ".join(f"a{n}=''" for n in range(100_000)) + "/>"
    ),
    "nested without an end": b"<a>" * 300_000,
    "wrong namespace": inform().replace(b"urn:dslforum-org:cwmp-1-0", b"urn:example:cwmp"),
    "no identity": inform(DeviceId("Acme", "", "Box", "")),
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_is_no_message_gets_400(service: Service, body: bytes) -> None:
    assert attack(service, body).status == 400


def test_an_entity_reads_no_file(service: Service, secret: Path) -> None:
    head = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    body = inform().replace(b"<SerialNumber>S-1", b"<SerialNumber>&e;")
    _, _, rest = body.partition(b"?>") if body.startswith(b"<?xml") else (b"", b"", body)
    assert b"&e;" in rest
    assert attack(service, head.encode() + rest).status == 400
    assert CANARY not in service.log.read_text()
    assert CANARY not in service.database.read_bytes().decode("latin-1")


def test_a_body_above_the_limit_gets_413(service: Service) -> None:
    assert attack(service, b" " * (2 * MIB)).status == 413


def test_a_body_without_a_stated_length_is_cut_off_too(service: Service) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with Peer(service.cwmp_port) as router:
        reply = router.raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 32)
    assert reply.status == 413


def test_a_compressed_bomb_gets_413(service: Service) -> None:
    reply = attack(service, gzip.compress(bytes(100 * MIB), 9), "Content-Encoding: gzip")
    assert reply.status == 413


def test_an_unknown_compression_gets_415(service: Service) -> None:
    reply = attack(service, b"x", "Content-Encoding: br")
    assert reply.status == 415
    assert reply.headers["Accept-Encoding"] == "gzip, deflate"


def test_an_unknown_method_gets_a_fault(service: Service) -> None:
    with Peer(service.cwmp_port) as router:
        assert router.post(inform()).status == 200
        reply = router.post((MESSAGES / "unknown-call.xml").read_bytes())
        assert reply.status == 200
        assert isinstance(reply.message, Fault)
        assert reply.message.code == 8000
        assert isinstance(router.talk()[0], GetParameterNames)  # the session goes on


@pytest.mark.parametrize("name", ["latin-1-labelled-so", "latin-1-labelled-utf-8"])
def test_latin_1_is_understood(service: Service, name: str) -> None:
    with Peer(service.cwmp_port) as router:
        reply = router.post((MESSAGES / f"{name}.xml").read_bytes())
        assert (reply.status, reply.message) == (200, InformResponse())


def test_a_byte_order_mark_is_passed_over(service: Service) -> None:
    with Peer(service.cwmp_port) as router:
        reply = router.post(b"\xef\xbb\xbf" + inform())
        assert (reply.status, reply.message) == (200, InformResponse())


# --- headers and times ----------------------------------------------------------------------------


def test_fifty_headers_are_served_and_one_more_is_not(service: Service) -> None:
    fill = [f"X-{number}: 1" for number in range(48)]  # beside Host and Content-Length
    with Peer(service.cwmp_port) as router:
        assert router.post(inform(), *fill).status == 200
    with Peer(service.cwmp_port) as router:
        assert router.post(inform(), *fill, "X-Last: 1").status == 431


def test_a_header_of_17_kib_gets_431(service: Service) -> None:
    with Peer(service.cwmp_port) as router:
        assert router.post(inform(), "X-Long: " + "x" * 17 * 1024).status == 431


BAD_HEADS = {
    "two lengths": b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "a length and chunks": b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a folded header": b"X-A: 1\r\n 2\r\nContent-Length: 0\r\n\r\n",
    "a second host": b"Host: other\r\nContent-Length: 0\r\n\r\n",
    "no colon": b"nonsense\r\n\r\n",
}


@pytest.mark.parametrize("head", BAD_HEADS.values(), ids=BAD_HEADS)
def test_a_request_that_is_ambiguous_gets_400(service: Service, head: bytes) -> None:
    with Peer(service.cwmp_port) as router:
        assert router.raw(HEAD + head).status == 400


@pytest.mark.parametrize(
    "data",
    [HEAD + b"Content-Length: 100\r\n\r\nfew", HEAD[:-10]],
    ids=["body", "headers"],
)
def test_what_does_not_come_in_time_gets_408(service: Service, data: bytes) -> None:
    with Peer(service.cwmp_port) as router:
        assert router.raw(data).status == 408


def test_the_log_holds_no_traceback(service: Service) -> None:
    log = service.log.read_text()
    assert "Traceback" not in log
    assert '"level": "error"' not in log
