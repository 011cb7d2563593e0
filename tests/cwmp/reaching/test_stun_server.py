"""The STUN server in memory, and once on a real socket."""

import gc
import socket
import sys
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from acs.cwmp.reaching import stun
from acs.cwmp.reaching.bindings import Bindings
from acs.cwmp.reaching.stun_server import StunServer
from acs.storage.rows import ConnectionTarget

SOURCE = ("192.0.2.7", 40_000)
CLASSIC = bytes(range(16))
MODERN = bytes.fromhex("2112a442") + bytes(12)
BINDING = (stun.CONNECTION_REQUEST_BINDING, stun.BINDING_TOKEN)
CHANGE = (stun.BINDING_CHANGE, b"")
NAME = (stun.USERNAME, b"R-1 ")
KEY = b"sesame"


class Wire:
    """The server's transport."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, tuple[str, int]]] = []
        self.error: OSError | None = None

    def write(self, datagram: bytes, to: tuple[str, int]) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append((datagram, to))

    def getHost(self) -> Any:  # noqa: N802 - Twisted's name
        class Here:
            host, port = "192.0.2.1", 3478

        return Here


class House:
    """A server with its surroundings."""

    def __init__(self, metrics: Any, *, rate: int = 50, shared: Any = None) -> None:
        self.clock = Clock()
        self.metrics = metrics
        self.known: dict[str, ConnectionTarget] = {
            "R-1": ConnectionTarget("", "192.0.2.7", "us", KEY.decode())
        }
        self.looked_up: list[str] = []
        self.learned: list[tuple[str, str]] = []
        self.lookup: Callable[[str], Deferred[ConnectionTarget | None]] = self._lookup
        bindings = Bindings(
            lambda name: self.lookup(name),  # noqa: PLW0108 - tests replace it
            lambda router_id, address: self.learned.append((router_id, address)),
            seconds=self.clock.seconds,
            shared=shared,
        )
        self.server = StunServer(bindings, seconds=self.clock.seconds, rate=rate, metrics=metrics)
        self.wire = Wire()
        wire: Any = self.wire
        self.server.transport = wire

    def _lookup(self, name: str) -> Deferred[ConnectionTarget | None]:
        self.looked_up.append(name)
        return succeed(self.known.get(name))

    def ask(self, data: bytes, source: tuple[str, int] = SOURCE) -> stun.Message | None:
        """The answer to a datagram, which goes nowhere but back and is not much longer."""
        before = len(self.wire.sent)
        self.server.datagramReceived(data, source)
        answers = self.wire.sent[before:]
        if not answers:
            return None
        ((answer, to),) = answers
        assert to == source
        assert len(answer) <= 2.2 * len(data)
        message = stun.decode(answer)
        assert message.transaction == data[4:20]
        return message

    def outcomes(self) -> dict[str, int]:
        return {name: n for (kind, name), n in self.metrics.counts.items() if kind == "stun"}


def request(*attributes: tuple[int, bytes], transaction: bytes = CLASSIC, **options: Any) -> bytes:
    return stun.encode(stun.BINDING_REQUEST, transaction, attributes, **options)


@pytest.fixture
def house(metrics: Any) -> House:
    return House(metrics)


def error_of(message: stun.Message | None) -> int:
    assert message is not None
    assert message.kind == stun.BINDING_ERROR
    value = message.get(stun.ERROR_CODE)
    assert value is not None
    return value[2] * 100 + value[3]


def test_a_bare_request_is_answered_in_kind(house: House) -> None:
    old = house.ask(request())
    assert old is not None
    assert [each.type for each in old.attributes] == [stun.MAPPED_ADDRESS]
    assert old.get(stun.MAPPED_ADDRESS) == stun.mapped_address(*SOURCE).value
    new = house.ask(request(transaction=MODERN))
    assert new is not None
    assert [each.type for each in new.attributes] == [stun.XOR_MAPPED_ADDRESS]
    assert new.get(stun.XOR_MAPPED_ADDRESS) == stun.xor_mapped_address(*SOURCE, MODERN).value
    assert house.outcomes() == {"answered": 2}


def test_a_longer_request_gets_all_addresses(house: House) -> None:
    old = house.ask(request(BINDING))
    assert old is not None
    assert [each.type for each in old.attributes] == [1, 4, 5, 0x20]
    new = house.ask(request(BINDING, transaction=MODERN))
    assert new is not None
    assert [each.type for each in new.attributes] == [0x20, 1]
    assert house.learned == []


def test_ipv6(house: House) -> None:
    source = ("2001:db8::7", 40_000)
    answer = house.ask(request(BINDING, NAME, key=KEY), source)
    assert answer is not None
    assert answer.get(stun.MAPPED_ADDRESS) == stun.mapped_address(*source).value
    assert house.learned == [("R-1", "[2001:db8::7]:40000")]


@pytest.mark.parametrize("padded", [True, False])
def test_the_course_of_annex_g(house: House, *, padded: bool) -> None:
    assert error_of(house.ask(request(BINDING, NAME))) == 401
    data = request(BINDING, CHANGE, NAME, key=KEY, padded=padded)
    answer = house.ask(data)
    assert answer is not None
    assert answer.kind == stun.BINDING_RESPONSE
    sent = house.wire.sent[-1][0]
    assert stun.verify(sent, answer, KEY) == ("padded" if padded else "plain")
    assert house.learned == [("R-1", "192.0.2.7:40000")]
    # what keeps the binding open needs no proof, and nothing is learned twice
    for _ in range(3):
        kept = house.ask(request(BINDING, NAME))
        assert kept is not None
        assert kept.kind == stun.BINDING_RESPONSE
    house.ask(data)
    # from elsewhere, or when it says that it moved, it does
    assert error_of(house.ask(request(BINDING, NAME), ("192.0.2.7", 40_001))) == 401
    assert error_of(house.ask(request(BINDING, CHANGE, NAME))) == 401
    assert house.learned == [("R-1", "192.0.2.7:40000")]
    house.ask(data, ("192.0.2.7", 40_001))
    assert house.learned[1:] == [("R-1", "192.0.2.7:40001")]
    assert house.looked_up == ["R-1"]
    assert house.outcomes() == {"challenged": 3, "bound": 3, "answered": 3}


def test_what_is_stored_is_not_learned_again(house: House) -> None:
    known = ConnectionTarget("", "", "us", KEY.decode(), stun_address="192.0.2.7:40000")
    house.known["R-1"] = known
    house.ask(request(BINDING, NAME, key=KEY))
    assert house.learned == []


def test_nothing_is_learned_without_proof(house: House) -> None:
    assert error_of(house.ask(request(BINDING, NAME, key=b"guess"))) == 431
    assert error_of(house.ask(request(BINDING, (stun.USERNAME, b"R-2 "), key=KEY))) == 431
    # a proof for nothing: no name, no binding
    for data in (request(BINDING, key=KEY), request(NAME, key=KEY)):
        answer = house.ask(data)
        assert answer is not None
        assert answer.kind == stun.BINDING_RESPONSE
    assert house.learned == []
    assert house.outcomes() == {"refused": 2, "answered": 2}


def test_a_secret_that_was_set_anew_is_read_again_after_a_minute(house: House) -> None:
    house.ask(request(BINDING, NAME, key=KEY))
    house.known["R-1"] = ConnectionTarget("", "", "us", "new")
    data = request(BINDING, NAME, key=b"new")
    assert error_of(house.ask(data)) == 431
    assert house.looked_up == ["R-1"]
    house.clock.advance(61)
    answer = house.ask(data)
    assert answer is not None
    assert answer.kind == stun.BINDING_RESPONSE
    assert house.looked_up == ["R-1", "R-1"]


def test_nobody_is_looked_up_once_a_minute(house: House) -> None:
    data = request(BINDING, (stun.USERNAME, b"nobody  "), key=KEY)
    for _ in range(5):
        assert error_of(house.ask(data)) == 431
    assert house.looked_up == ["nobody"]
    house.clock.advance(61)
    house.ask(data)
    assert house.looked_up == ["nobody"] * 2


def test_few_are_looked_up_at_once(house: House) -> None:
    waiting: list[Deferred[ConnectionTarget | None]] = []

    def lookup(_: str) -> Deferred[ConnectionTarget | None]:
        waiting.append(Deferred())
        return waiting[-1]

    house.lookup = lookup
    for number in range(12):
        name = f"N{number:03}".encode()
        assert house.ask(request(BINDING, (stun.USERNAME, name), key=KEY)) is None
    assert house.outcomes() == {"busy": 4}
    waiting[0].callback(house.known["R-1"])
    assert len(house.wire.sent) == 1
    house.ask(request(BINDING, (stun.USERNAME, b"N050"), key=KEY))
    assert len(waiting) == 9


def test_storage_that_fails(house: House) -> None:
    house.lookup = lambda _: fail(OSError("disk full"))
    assert house.ask(request(BINDING, NAME, key=KEY)) is None
    assert house.outcomes() == {"failed": 1}
    house.lookup = house._lookup
    assert house.ask(request(BINDING, NAME, key=KEY)) is not None


def test_a_shared_pair_proves_and_teaches_nothing(metrics: Any) -> None:
    house = House(metrics, shared=("all", "fleet"))
    answer = house.ask(request(BINDING, (stun.USERNAME, b"all "), key=b"fleet"))
    assert answer is not None
    assert answer.kind == stun.BINDING_RESPONSE
    assert error_of(house.ask(request(BINDING, (stun.USERNAME, b"all "), key=KEY))) == 431
    assert (house.learned, house.looked_up) == ([], [])


def test_attributes_that_are_not_understood(house: House) -> None:
    elsewhere = (stun.RESPONSE_ADDRESS, stun.mapped_address("198.51.100.9", 53).value)
    answer = house.ask(request(elsewhere))
    assert error_of(answer) == 420
    assert answer is not None
    assert answer.get(stun.UNKNOWN_ATTRIBUTES) == b"\0\2\0\2"
    many = house.ask(request(*((number, b"") for number in range(0x100, 0x118))))
    assert error_of(many) == 420
    assert error_of(house.ask(request((0x7FFF, b"")))) == 420


def test_answers_and_indications_are_not_answered(house: House) -> None:
    for kind in (stun.BINDING_RESPONSE, stun.BINDING_ERROR, 0x0011, 0x0003, 0x3FFF):
        assert house.ask(stun.encode(kind, CLASSIC)) is None
    assert house.outcomes() == {"ignored": 5}


def test_a_source_is_answered_so_often(metrics: Any) -> None:
    house = House(metrics, rate=3)
    answers = [house.ask(request(), ("192.0.2.7", port)) for port in range(10)]
    assert [answer is not None for answer in answers] == [True] * 3 + [False] * 7
    assert house.ask(request(), ("192.0.2.8", 1)) is not None
    house.clock.advance(1)
    assert house.ask(request()) is not None
    assert house.outcomes() == {"answered": 5, "limited": 7}


def test_many_sources_are_forgotten(metrics: Any) -> None:
    house = House(metrics)
    for number in range(12_000):
        house.server.datagramReceived(b"", (f"10.0.{number >> 8}.{number & 255}", 1))
    assert len(house.server._rate._counts) == 10_000


def test_a_socket_that_fails_or_is_closed(house: House) -> None:
    house.wire.error = OSError("unreachable")
    assert house.ask(request()) is None
    house.server.connectionRefused()
    house.server.transport = None
    with pytest.raises(OSError, match="closed"):
        house.server.send(b"x", SOURCE)


def test_ten_thousand_malformed_packets(metrics: Any) -> None:
    """No exception, no growth, nothing learned; each answer small and to its sender."""
    house = House(metrics, rate=1_000_000)
    random = Random(5)  # noqa: S311 - a fixed course
    seeds = [
        request(),
        request(BINDING, NAME),
        request(BINDING, CHANGE, NAME, key=KEY),
        request(BINDING, NAME, key=KEY, padded=True, transaction=MODERN),
    ]

    def packet() -> bytes:
        kind = random.randrange(5)
        if kind == 0:
            return random.randbytes(random.randrange(0, 1500))
        data = bytearray(random.choice(seeds))
        if kind == 1:
            return bytes(data[: random.randrange(len(data))])
        if kind == 2:
            data += random.randbytes(random.randrange(1, 64))
        if kind == 3:
            at = random.randrange(20, len(data)) if len(data) > 20 else 0
            data[at:at] = random.randbytes(4 * random.randrange(1, 8))
            data[2:4] = ((len(data) - 20) & 0xFFFF).to_bytes(2)
        for _ in range(random.randrange(1, 6)):
            data[random.randrange(min(len(data), 60))] ^= 1 << random.randrange(8)
        return bytes(data)

    packets = [packet() for _ in range(10_000)]
    for data in packets[:2_000]:
        house.server.datagramReceived(data, SOURCE)
    gc.collect()
    blocks = sys.getallocatedblocks()
    house.wire.sent.clear()
    for data in packets[2_000:]:
        house.wire.sent.clear()
        house.server.datagramReceived(data, SOURCE)
        assert len(house.wire.sent) <= 1
        for answer, to in house.wire.sent:
            assert to == SOURCE
            assert len(answer) <= 2.2 * len(data)
    house.wire.sent.clear()
    gc.collect()
    # user names of nobody are remembered, up to a bound; nothing else stays
    assert sys.getallocatedblocks() - blocks < 5_000
    assert house.learned == []
    assert sum(house.outcomes().values()) == 10_000
    assert house.outcomes()["malformed"] > 4_000


def test_on_a_real_socket(loop: Any, metrics: Any) -> None:
    house = House(metrics)
    house.server.transport = None

    def start() -> Deferred[bytes]:
        port = loop.reactor.listenUDP(0, house.server, interface="127.0.0.1")
        to = ("127.0.0.1", port.getHost().port)

        def ask() -> bytes:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.settimeout(10)
                sock.sendto(b"noise", to)
                sock.sendto(request(BINDING, NAME, key=KEY), to)
                data, source = sock.recvfrom(2000)
                assert source == to
                address = f"127.0.0.1:{sock.getsockname()[1]}"
                assert house.learned == [("R-1", address)]
                return data

        answered: Deferred[bytes] = loop.in_thread(ask)
        return answered.addBoth(lambda result: port.stopListening().addCallback(lambda _: result))

    answer = stun.decode(loop.run(start))
    assert answer.kind == stun.BINDING_RESPONSE
    assert house.outcomes() == {"malformed": 1, "bound": 1}
