"""A simulated router behind a NAT and the daemon, on real sockets."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from twisted.internet.defer import gatherResults, maybeDeferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.selectreactor import SelectReactor
from twisted.protocols import tls

from acs.cwmp.reaching.udp_request import udp_request
from acs.cwmp.reaching.xmpp_link import Account
from acs.simulator.client import RouterClient, Target
from acs.simulator.cpe import Cpe, CpeSettings
from acs.simulator.illness import Body
from acs.simulator.models import HARBOUR, KESTREL
from acs.simulator.product import Model
from acs.simulator.reach import UdpPort, reachable
from acs.simulator.service import Service, free_port
from acs.simulator.xmpp_listener import XmppListener
from tests.xmpp_server import DOMAIN, XmppServer, certificate

PATIENCE = 20.0


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def router(model: Model) -> Cpe:
    return Cpe(
        reachable(model),
        "A0007",
        Body(7, "healthy", onset=0.0, boots=[time.time() - 86_400]),
        CpeSettings(inform_interval=3600, reboot_takes=0.05, retry_scale=0.01),
        random=Random(1),  # noqa: S311 - nothing secret hangs on it
        now=time.time(),
    )


class House:
    """A router behind a NAT, its UDP port, and the reactor that they live in."""

    def __init__(self, cpe: Cpe, cwmp: int, stun: int, **options: Any) -> None:
        self.reactor: Any = SelectReactor()
        self.client = RouterClient(self.reactor, cpe, Target("127.0.0.1", cwmp), behind_nat=True)
        self.udp = UdpPort(self.reactor, self.client, ("127.0.0.1", stun), **options)
        self.closing: list[Callable[[], Any]] = [self.client.stop, self.udp.stop]

    def live(self, steps: list[tuple[Callable[[], bool], Callable[[], object]]]) -> None:
        """Whenever the next condition holds, do what follows; the end is the last one."""
        left = list(steps)

        def step() -> None:
            condition, then = left[0]
            if condition():
                then()
                left.pop(0)

        def look() -> None:
            try:
                step()
            except Exception:
                self.reactor.stop()
                raise
            if left and self.reactor.seconds() < deadline:
                self.reactor.callLater(0.01, look)
            else:
                gatherResults(
                    [maybeDeferred(close) for close in self.closing], consumeErrors=True
                ).addBoth(lambda _: self.reactor.stop())

        deadline = self.reactor.seconds() + PATIENCE
        self.reactor.callWhenRunning(look)
        self.reactor.run(installSignalHandlers=False)
        assert not left, f"{len(left)} steps did not come to pass"


@pytest.fixture
def stun_port() -> int:
    return free_udp_port()


@pytest.fixture
def service(tmp_path: Path, stun_port: int) -> Iterator[Service]:
    address = f"127.0.0.1:{stun_port}"
    service = Service(
        tmp_path / "state",
        {
            "cwmp": {"enrolment": "open", "connection_request_interval": "100ms"},
            "reach": {"stun_listen": address, "stun_server": address, "answer_within": "5s"},
        },
    )
    service.start()
    yield service
    service.stop()


def refresh(service: Service, cpe: Cpe) -> None:
    with service.client() as client:
        path = f"/v1/routers/{quote(cpe.router_id, safe='')}/commands"
        answer = client.post(path, json={"kind": "refresh", "reason": "test"})
        assert answer.status_code == 202, answer.text


def metrics_of(service: Service) -> str:
    with service.client() as client:
        text: str = client.get("/metrics").text
        return text


def is_set_up(cpe: Cpe) -> bool:
    server = f"{cpe.model.root}ManagementServer."
    return bool(cpe.tree.written(f"{server}STUNPassword")) and cpe.due_at(time.time()) > (
        time.time() + 60
    )


def was_asked(cpe: Cpe) -> bool:
    return any(event.code == "6 CONNECTION REQUEST" for event in cpe.journal.events)


def nothing() -> None:
    pass


@pytest.mark.parametrize("notify", [True, False], ids=["by-inform", "by-stun"])
@pytest.mark.parametrize("model", [KESTREL, HARBOUR], ids=["tr181", "tr098"])
def test_a_router_behind_a_nat_is_reached_by_udp(
    service: Service, stun_port: int, model: Model, *, notify: bool
) -> None:
    """Its address is learned from its Informs, or from its binding requests alone."""
    cpe = router(model)
    house = House(cpe, service.cwmp_port, stun_port, notify=notify, keep_alive=0.2)
    house.live(
        [
            (
                lambda: (
                    is_set_up(cpe)
                    and 'acs_stun_requests_total{outcome="bound"}' in metrics_of(service)
                    and (not notify or "4 VALUE CHANGE" in repr(cpe.journal.events))
                ),
                lambda: refresh(service, cpe),
            ),
            (lambda: was_asked(cpe), nothing),
        ]
    )
    assert house.udp.followed == 1
    assert house.udp.refusals == []
    assert set(house.udp.errors) == {401}
    metrics = metrics_of(service)
    assert 'acs_connection_requests_total{outcome="refused_target",way="http"} 1.0' in metrics
    assert 'acs_connection_requests_total{outcome="informed",way="udp"} 1.0' in metrics
    assert 'acs_connection_request_seconds_count{way="udp"} 1.0' in metrics
    said = cpe.tree.written(f"{cpe.model.root}ManagementServer.UDPConnectionRequestAddress")
    assert bool(said) == notify


def test_requests_that_are_not_followed() -> None:
    """Replays, other hands and other senders; the copies of one are followed once."""
    cpe = router(KESTREL)
    server = "Device.ManagementServer."
    cpe.tree.put(f"{server}ConnectionRequestUsername", "acs-1")
    cpe.tree.put(f"{server}ConnectionRequestPassword", "sesame")
    house = House(cpe, 1, 1)

    def request(at: int, number: int, password: str = "sesame", name: str = "acs-1") -> bytes:
        return udp_request("127.0.0.1:1", name, password, at=at, message_id=number, cnonce="00ff")

    def play() -> None:
        ask = house.udp.datagramReceived
        source = ("127.0.0.1", 1)
        for datagram in (
            request(100, 7),  # followed
            request(100, 7),  # its copies
            request(100, 7),
            request(100, 8),  # no newer
            request(99, 9),  # older
            request(101, 10, "guess"),
            request(101, 11, name="other"),
            request(101, 12).replace(b"ts=101", b"ts=900"),
            b"GET http://127.0.0.1:1?ts=1 HTTP/1.1\r\n\r\n",
            b"POST / HTTP/1.1\r\n\r\n",
            request(101, 13),  # followed
            request(100, 7),  # the first once more
        ):
            ask(datagram, source)
        ask(request(102, 14), ("127.0.0.2", 1))

    house.live([(lambda: True, play)])
    assert house.udp.followed == 2
    assert [refusal.why for refusal in house.udp.refusals] == [
        "time",
        "time",
        "signature",
        "username",
        "signature",
        "form",
        "form",
        "time",
        "source",
    ]


def test_a_router_is_reached_by_xmpp(
    tmp_path: Path, stun_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cert, key = certificate(tmp_path)
    password_file = tmp_path / "xmpp-password"
    password_file.write_text("acs-pass\n")
    xmpp_port = free_port()
    service = Service(
        tmp_path / "state",
        {
            "cwmp": {"enrolment": "open", "connection_request_interval": "100ms"},
            "reach": {
                "answer_within": "5s",
                "xmpp_jid": f"acs@{DOMAIN}",
                "xmpp_password_file": str(password_file),
                "xmpp_server": f"127.0.0.1:{xmpp_port}",
                "xmpp_ca_file": str(cert),
            },
            "log": {"level": "debug", "format": "json"},
        },
    )
    cpe = router(KESTREL)
    house = House(cpe, service.cwmp_port, stun_port)
    # A transport's startTLS takes the process's one reactor for its clock: here that is not ours.
    monkeypatch.setattr(tls, "_get_default_clock", lambda: house.reactor)
    server = XmppServer({"acs": "acs-pass", "router": "router-pass"}, tls=(cert, key))
    listening = house.reactor.listenTCP(xmpp_port, server, interface="127.0.0.1")
    listener = XmppListener(
        house.reactor,
        TCP4ClientEndpoint(house.reactor, "127.0.0.1", xmpp_port),
        Account(f"router@{DOMAIN}/home", "router-pass", ca_file=str(cert)),
        house.client,
        allowed=f"acs@{DOMAIN}",
    )
    house.closing += [listener.link.stop, listening.stopListening]
    listener.link.start()
    service.start()
    try:
        house.live(
            [
                (
                    lambda: (
                        cpe.journal.sessions >= 1
                        and cpe.tree.written("Device.ManagementServer.ConnectionRequestPassword")
                        != ""
                        and len(server.online) == 2
                        and cpe.due_at(time.time()) > time.time() + 60
                    ),
                    lambda: refresh(service, cpe),
                ),
                (lambda: was_asked(cpe), nothing),
            ]
        )
        metrics = metrics_of(service)
    finally:
        service.stop()
    assert listener.followed == 1
    assert 'acs_connection_requests_total{outcome="informed",way="xmpp"} 1.0' in metrics
    log = service.log.read_text()
    assert "cwmp.xmpp_connected" in log
    secret = cpe.tree.written("Device.ManagementServer.ConnectionRequestPassword")
    assert "acs-pass" not in log
    assert secret not in log
