"""A simulated router on real sockets, against a small server of this file."""

import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

import pytest
from twisted.internet.selectreactor import SelectReactor

from acs.simulator.auth import Answerer, Credentials, md5, parts_of
from acs.simulator.client import NotLoopbackError, RouterClient, Target
from acs.simulator.cpe import Cpe, CpeSettings
from acs.simulator.illness import Body
from acs.simulator.models import HARBOUR, KESTREL
from acs.simulator.product import Model

ENVELOPE = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:cwmp="urn:dslforum-org:cwmp-1-0"><e:Header><cwmp:ID>1</cwmp:ID></e:Header>'
    "<e:Body>{}</e:Body></e:Envelope>"
)
INFORM_RESPONSE = "<cwmp:InformResponse><MaxEnvelopes>1</MaxEnvelopes></cwmp:InformResponse>"
USER, PASSWORD = "router", "pass"
SECRETS = (
    "<cwmp:SetParameterValues><ParameterList>"
    "<ParameterValueStruct><Name>Device.ManagementServer.ConnectionRequestUsername</Name>"
    '<Value xsi:type="xsd:string">cr</Value></ParameterValueStruct>'
    "<ParameterValueStruct><Name>Device.ManagementServer.ConnectionRequestPassword</Name>"
    '<Value xsi:type="xsd:string">crpw</Value></ParameterValueStruct>'
    "</ParameterList><ParameterKey/></cwmp:SetParameterValues>"
)


class SmallServer(ThreadingHTTPServer):
    """Asks for Digest if told to, then gives each session the calls that wait."""

    daemon_threads = True

    def __init__(self, *, digest: bool) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.digest = digest
        self.passwords: list[str] = []  # which was used, by request
        self.calls: list[str] = []
        self.bodies: list[str] = []
        self.cookies: list[str] = []
        self.ports: list[int] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SmallServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.server.digest and not self._authentic():
            self._send(401, "", ("WWW-Authenticate", 'Digest realm="x", qop="auth", nonce="abc"'))
            return
        self.server.bodies.append(body)
        self.server.cookies.append(self.headers.get("Cookie", ""))
        self.server.ports.append(self.client_address[1])
        if "cwmp:Inform>" in body:
            self._send(200, ENVELOPE.format(INFORM_RESPONSE), ("Set-Cookie", "sid=s1; Path=/"))
        elif self.server.calls:
            self._send(200, ENVELOPE.format(self.server.calls.pop(0)))
        else:
            self._send(204, "")

    def _authentic(self) -> bool:
        parts = parts_of(self.headers.get("Authorization", ""))
        if not parts:
            return False
        ha2 = md5("POST:/acs")
        middle = f"{parts['nonce']}:{parts['nc']}:{parts['cnonce']}:{parts['qop']}"
        for password in (PASSWORD, "rotated"):
            if parts["response"] == md5(f"{md5(f'{USER}:x:{password}')}:{middle}:{ha2}"):
                self.server.passwords.append(password)
                return True
        return False

    def _send(self, status: int, body: str, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Callable[..., SmallServer]]:
    started: list[SmallServer] = []

    def start(*, digest: bool = False) -> SmallServer:
        server = SmallServer(digest=digest)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        started.append(server)
        return server

    yield start
    for one in started:
        one.shutdown()
        one.server_close()


def router(model: Model = KESTREL, *, reboot_takes: float = 0.05) -> Cpe:
    body = Body(7, "hung_dns", onset=0.0, boots=[time.time() - 86_400])
    return Cpe(
        model,
        "A0007",
        body,
        CpeSettings(inform_interval=3600, reboot_takes=reboot_takes, retry_scale=0.01),
        random=Random(1),  # noqa: S311 - nothing secret hangs on it
        now=time.time(),
    )


def drive(
    cpe: Cpe,
    target: Target,
    until: Callable[[], bool],
    *,
    credentials: Credentials | None = None,
    started: Callable[[Any, RouterClient], None] | None = None,
) -> None:
    """Run a reactor of our own until the condition holds, ten seconds at most."""
    reactor: Any = SelectReactor()
    client = RouterClient(reactor, cpe, target, credentials=credentials)
    ended = []

    def look() -> None:
        if until():
            ended.append(True)
            client.stop().addBoth(lambda _: reactor.stop())
        else:
            reactor.callLater(0.005, look)

    reactor.callWhenRunning(look)
    reactor.callLater(10, lambda: reactor.running and reactor.stop())
    if started is not None:
        reactor.callWhenRunning(started, reactor, client)
    reactor.run(installSignalHandlers=False)
    assert ended, "the condition did not come true within ten seconds"


def test_session_with_digest_and_cookie(server: Callable[..., SmallServer]) -> None:
    acs = server(digest=True)
    acs.calls = ["<cwmp:GetRPCMethods/>"]
    cpe = router()
    target = Target("127.0.0.1", acs.server_port, "/acs")
    drive(cpe, target, lambda: cpe.journal.sessions == 1, credentials=Credentials(USER, PASSWORD))
    assert "0 BOOTSTRAP" in acs.bodies[0]
    assert acs.bodies[1] == ""
    assert "GetRPCMethodsResponse" in acs.bodies[2]
    assert acs.cookies == ["", "sid=s1", "sid=s1"]
    assert len(set(acs.ports)) == 1


def test_a_password_that_the_server_set_counts_from_the_next_session_on(
    server: Callable[..., SmallServer],
) -> None:
    acs = server(digest=True)
    secret = SECRETS.replace("ConnectionRequestPassword", "Password").replace("crpw", "rotated")
    acs.calls = [secret, "<cwmp:Reboot><CommandKey>k1</CommandKey></cwmp:Reboot>"]
    cpe = router()
    target = Target("127.0.0.1", acs.server_port, "/acs")
    drive(cpe, target, lambda: cpe.journal.sessions == 2, credentials=Credentials(USER, PASSWORD))
    (second,) = (n for n, body in enumerate(acs.bodies) if "M Reboot" in body)
    assert acs.passwords[:second] == [PASSWORD] * second
    assert set(acs.passwords[second:]) == {"rotated"}


def test_wrong_password_is_not_tried_for_ever(server: Callable[..., SmallServer]) -> None:
    acs = server(digest=True)
    cpe = router()
    target = Target("127.0.0.1", acs.server_port, "/acs")
    drive(cpe, target, lambda: cpe.journal.failures == 2, credentials=Credentials(USER, "no"))
    assert acs.bodies == []
    assert cpe.journal.acknowledged == 0


def test_a_connection_for_each_request_carries_the_cookie(
    server: Callable[..., SmallServer],
) -> None:
    acs = server()
    cpe = router(HARBOUR)
    drive(cpe, Target("127.0.0.1", acs.server_port), lambda: cpe.journal.sessions == 1)
    assert len(set(acs.ports)) == len(acs.ports) == 2
    assert acs.cookies == ["", "sid=s1"]


def test_reboot_over_sockets(server: Callable[..., SmallServer]) -> None:
    acs = server()
    acs.calls = ["<cwmp:Reboot><CommandKey>k9</CommandKey></cwmp:Reboot>"]
    cpe = router()
    drive(cpe, Target("127.0.0.1", acs.server_port), lambda: cpe.journal.sessions == 2)
    assert [done.command_key for done in cpe.journal.executed] == ["k9"]
    again = next(body for body in acs.bodies if "M Reboot" in body)
    assert "<CommandKey>k9</CommandKey>" in again


def test_retries_until_the_server_is_there() -> None:
    cpe = router()
    drive(cpe, Target("127.0.0.1", 1), lambda: cpe.journal.failures == 3)
    assert cpe.journal.informs == 3


def test_connection_request_needs_the_secret_and_starts_a_session(
    server: Callable[..., SmallServer],
) -> None:
    acs = server()
    acs.calls = [SECRETS]
    cpe = router()
    statuses: list[int] = []

    def call(reactor: Any, client: RouterClient) -> None:
        if cpe.journal.sessions < 1:
            reactor.callLater(0.01, call, reactor, client)
            return
        url = cpe.tree.values("Device.ManagementServer.ConnectionRequestURL", {})[0][2]
        port, path = int(url.split(":")[2].split("/")[0]), "/" + url.rsplit("/", 1)[1]
        reactor.callInThread(_call, port, path, statuses)

    target = Target("127.0.0.1", acs.server_port)
    drive(
        cpe,
        target,
        lambda: cpe.journal.sessions == 2 and len(statuses) == 4,
        started=call,
    )
    assert statuses == [404, 401, 401, 200]
    assert "6 CONNECTION REQUEST" in acs.bodies[-2]


def _call(port: int, path: str, statuses: list[int]) -> None:
    def get(where: str, headers: dict[str, str]) -> str:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", where, headers=headers)
        response = connection.getresponse()
        statuses.append(response.status)
        challenge = response.headers.get("WWW-Authenticate", "")
        connection.close()
        return challenge

    get("/other", {})
    challenge = get(path, {})
    for credentials in (Credentials("cr", "wrong"), Credentials("cr", "crpw")):
        answerer = Answerer(credentials)
        answerer.challenged([challenge])
        header = answerer.header("GET", path)
        assert header is not None
        challenge = get(path, {"Authorization": header})


@pytest.mark.parametrize("host", ["192.0.2.1", "example.net", "::2", "0.0.0.0"])  # noqa: S104 - nothing binds
def test_only_the_loopback_is_spoken_to(host: str) -> None:
    with pytest.raises(NotLoopbackError, match="loopback addresses only"):
        Target(host, 7547).check()
    Target(host, 7547, allow_remote=True).check()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1"])
def test_loopback_targets(host: str) -> None:
    Target(host, 7547).check()
