"""Connection requests by XMPP against a small server on real sockets, and Prosody where it is."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from structlog.testing import capture_logs
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.task import deferLater
from twisted.protocols import tls
from twisted.words.protocols.jabber import error, xmlstream
from twisted.words.xish.domish import Element

from acs.cwmp.reaching.results import CallResult
from acs.cwmp.reaching.xmpp import XmppWay
from acs.cwmp.reaching.xmpp_link import Account, XmppLink
from acs.storage.rows import ConnectionTarget
from tests.xmpp_server import DOMAIN, XmppServer, certificate

ACCOUNTS = {"acs": "acs-pass", "router": "router-pass"}
ROUTER = f"router@{DOMAIN}/home"
DOMAINS = frozenset({DOMAIN})


def known(jabber_id: str = ROUTER) -> ConnectionTarget:
    return ConnectionTarget("", "192.0.2.1", "acs-1", "<sesame & co>", jabber_id=jabber_id)


class House:
    """A reactor with the server, the two ends, and what they say."""

    def __init__(self, loop: Any) -> None:
        self.loop = loop
        self.reactor = loop.reactor
        self.links: list[XmppLink] = []
        self.port = 0
        self._listening: Any = None

    def serve(self, server: XmppServer) -> XmppServer:
        self._listening = self.reactor.listenTCP(0, server, interface="127.0.0.1")
        self.port = self._listening.getHost().port
        return server

    def link(
        self,
        user: str,
        password: str = "",
        *,
        heard: Any = None,
        resource: str = "",
        **options: Any,
    ) -> XmppLink:
        jid = f"{user}@{DOMAIN}" + (f"/{resource}" if resource else "")
        account = Account(jid, password or ACCOUNTS[user], **options)
        endpoint = TCP4ClientEndpoint(self.reactor, "127.0.0.1", self.port)
        link = XmppLink(self.reactor, endpoint, account, heard)
        link.start()
        self.links.append(link)
        return link

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for it; the test's own time-out is the limit."""
        while not condition():
            await deferLater(self.reactor, 0.01)

    def run(self, course: Callable[[], Any]) -> None:
        """Play a course, then take everything down."""

        async def play() -> None:
            try:
                await course()
            finally:
                for link in self.links:
                    await link.stop()
                if self._listening is not None:
                    await self._listening.stopListening()

        self.loop.run(lambda: Deferred.fromCoroutine(play()), 20.0)


@pytest.fixture
def house(loop: Any, monkeypatch: pytest.MonkeyPatch) -> House:
    # A transport's startTLS takes the process's one reactor for its clock: here that is not ours.
    monkeypatch.setattr(tls, "_get_default_clock", lambda: loop.reactor)
    return House(loop)


def router_that(answers: Callable[[Element], Element], heard: list[str]) -> Any:
    def take(link: XmppLink, iq: Element) -> None:
        heard.append(iq.toXml())
        link.send(answers(iq))

    return take


def test_a_router_is_asked_and_answers(house: House) -> None:
    heard: list[str] = []

    async def course() -> None:
        server = house.serve(XmppServer(ACCOUNTS))
        house.link(
            "router",
            tls=False,
            resource="home",
            heard=router_that(lambda iq: xmlstream.toResponse(iq, "result"), heard),
        )
        acs = house.link("acs", tls=False)
        await house.until(lambda: acs.jid and ROUTER in server.online)
        way = XmppWay(acs, DOMAINS)
        assert way.can_reach(known())
        assert not way.can_reach(known(""))
        assert await way.ask(known()) == CallResult("accepted")

    house.run(course)
    request = ET.fromstring(heard[0])  # noqa: S314 - our own
    (payload,) = request
    assert request.get("type") == "get"
    assert payload.tag == "{urn:broadband-forum-org:cwmp:xmppConnReq-1-0}connectionRequest"
    assert [(child.tag.partition("}")[2], child.text) for child in payload] == [
        ("username", "acs-1"),
        ("password", "<sesame & co>"),
    ]


@pytest.mark.parametrize(
    ("condition", "result"),
    [
        ("not-authorized", CallResult("unauthorized")),
        ("service-unavailable", CallResult("unreachable", "service-unavailable")),
        ("not-acceptable", CallResult("failed", "not-acceptable")),
    ],
)
def test_a_router_that_refuses(house: House, condition: str, result: CallResult) -> None:
    async def course() -> None:
        server = house.serve(XmppServer(ACCOUNTS, mechanisms=("ANONYMOUS", "PLAIN")))
        refuse = router_that(lambda iq: error.StanzaError(condition).toResponse(iq), [])
        house.link("router", tls=False, resource="home", heard=refuse)
        acs = house.link("acs", tls=False)
        await house.until(lambda: acs.jid and ROUTER in server.online)
        assert await XmppWay(acs, DOMAINS).ask(known()) == result

    house.run(course)


def test_a_router_that_is_away_or_silent(house: House) -> None:
    async def course() -> None:
        server = house.serve(XmppServer(ACCOUNTS))
        acs = house.link("acs", tls=False)
        way = XmppWay(acs, DOMAINS)
        assert await way.ask(known()) == CallResult(
            "unreachable", "no connection to the XMPP server"
        )
        await house.until(lambda: acs.jid)
        assert await way.ask(known()) == CallResult("unreachable", "service-unavailable")
        server.silent.add(ROUTER)
        with pytest.raises(xmlstream.TimeoutError):
            await acs.request(ROUTER, Element(("x", "y")), 0.05)
        # a connection that breaks answers who waits
        asked = way.ask(known())
        server.connections[0].transport.abortConnection()
        assert (await asked).outcome in ("unreachable", "failed")

    house.run(course)


@pytest.mark.parametrize(
    "jabber_id",
    [
        "router@elsewhere.test/home",
        f"router@{DOMAIN}",
        DOMAIN,
        f"{DOMAIN}/home",
        "@",
        "a@b@c/d",
        "\ud800@xmpp.test/x",
        f"router@{DOMAIN}.elsewhere.test/home",
    ],
)
def test_strangers_are_never_asked(jabber_id: str) -> None:
    class NoLink:
        def request(self, to: str, payload: Element, seconds: float) -> Deferred[Element]:
            raise AssertionError(to)

    results: list[CallResult] = []
    XmppWay(NoLink(), DOMAINS).ask(known(jabber_id)).addCallback(results.append)
    assert [result.outcome for result in results] == ["refused_target"]


def test_an_answer_of_another_is_no_answer() -> None:
    class Forger:
        def request(self, to: str, payload: Element, seconds: float) -> Deferred[Element]:
            assert to == ROUTER
            answer = Element((None, "iq"))
            answer["from"] = f"mallory@{DOMAIN}/x"
            forged: Deferred[Element] = Deferred()
            forged.callback(answer)
            return forged

    results: list[CallResult] = []
    XmppWay(Forger(), DOMAINS).ask(known()).addCallback(results.append)
    assert results == [CallResult("failed", "answered by another")]


def test_over_tls(house: House, tmp_path: Path) -> None:
    files = certificate(tmp_path)

    async def course() -> None:
        server = house.serve(XmppServer(ACCOUNTS, tls=files))
        ca_file = str(files[0])
        answer = router_that(lambda iq: xmlstream.toResponse(iq, "result"), [])
        house.link("router", resource="home", ca_file=ca_file, heard=answer)
        acs = house.link("acs", ca_file=ca_file)
        await house.until(lambda: acs.jid and ROUTER in server.online)
        assert await XmppWay(acs, DOMAINS).ask(known()) == CallResult("accepted")
        assert server.secured == 2

    house.run(course)


@pytest.mark.parametrize("kind", ["no tls", "unknown authority", "other name"])
def test_without_proof_of_the_server_no_password_is_sent(
    house: House, tmp_path: Path, kind: str
) -> None:
    files = certificate(tmp_path, "other.test" if kind == "other name" else DOMAIN)
    offered = None if kind == "no tls" else files
    options = {"ca_file": str(files[0])} if kind == "other name" else {}

    async def course() -> None:
        server = house.serve(XmppServer(ACCOUNTS, tls=offered))
        acs = house.link("acs", **options)
        with capture_logs() as logs:
            await house.until(lambda: logs)
        assert acs.jid is None
        assert server.logins == 0
        assert logs[0]["event"] == "cwmp.xmpp_not_connected"

    house.run(course)


def test_a_wrong_password_is_tried_ever_more_rarely_and_never_logged(house: House) -> None:
    async def course() -> None:
        server = house.serve(XmppServer(ACCOUNTS))
        with capture_logs() as logs:
            acs = house.link("acs", "a-wrong-pass", tls=False)
            await house.until(lambda: server.logins >= 2)
            await house.until(lambda: len(logs) >= 2)
        assert acs.jid is None
        assert {entry["error"] for entry in logs} == {"SASLAuthError"}
        assert "a-wrong-pass" not in repr(logs)
        assert "a-wrong-pass" not in repr(acs._factory._account)

    began = time.monotonic()
    house.run(course)
    assert time.monotonic() - began > 0.4  # it waited before the second attempt


def test_it_connects_again(house: House) -> None:
    async def course() -> None:
        server = house.serve(XmppServer(ACCOUNTS))
        acs = house.link("acs", tls=False)
        await house.until(lambda: acs.jid)
        server.connections[0].transport.abortConnection()
        await house.until(lambda: acs.jid is None)
        await house.until(lambda: acs.jid)
        assert server.logins == 2

    house.run(course)


def test_what_nobody_asked_for_is_declined(house: House) -> None:
    async def course() -> None:
        server = house.serve(XmppServer(ACCOUNTS))
        acs = house.link("acs", tls=False)
        peer = house.link("router", tls=False)
        await house.until(lambda: acs.jid and peer.jid)
        with pytest.raises(error.StanzaError) as caught:
            await peer.request(str(acs.jid), Element(("urn:xmpp:ping", "ping")), 5.0)
        assert caught.value.condition == "service-unavailable"
        # a stanza without end is cut off
        server.online[str(acs.jid)].say("<message><body>" + "x" * 300_000)
        await house.until(lambda: acs.jid is None)

    house.run(course)


@pytest.mark.parametrize("text", ["", "-----BEGIN CERTIFICATE-----\nnonsense\n", None])
def test_certificates_that_cannot_be_read(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "ca.pem"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ValueError, match=r"ca\.pem: "):
        XmppLink(None, None, Account("a@b", "p", ca_file=str(file)))


# --- a real server --------------------------------------------------------------------------------

PROSODY = """
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
log = {{ warn = "{folder}/prosody.log" }}
modules_enabled = {{ "saslauth", "tls", "disco", "ping" }}
modules_disabled = {{ "s2s", "posix", "offline", "c2s_limit_sessions" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
c2s_direct_tls_ports = {{ }}
s2s_ports = {{ }}
authentication = "internal_plain"
c2s_require_encryption = true
ssl = {{ certificate = "{cert}", key = "{key}" }}
VirtualHost "{domain}"
"""


@pytest.fixture
def prosody(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """Debian's XMPP server, with two accounts; its port and its certificate."""
    program = shutil.which("prosody")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("prosody is not installed; .ci/run installs it")
        pytest.skip("PROSODY IS NOT INSTALLED: the XMPP client was not tried on a real server")
    cert, key = certificate(tmp_path)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    config = tmp_path / "prosody.cfg.lua"
    config.write_text(PROSODY.format(folder=tmp_path, port=port, cert=cert, key=key, domain=DOMAIN))
    accounts = tmp_path / "data" / DOMAIN.replace(".", "%2e") / "accounts"
    accounts.mkdir(parents=True)
    for user, password in ACCOUNTS.items():
        (accounts / f"{user}.dat").write_text(f'return {{ ["password"] = "{password}"; }};\n')
    with subprocess.Popen(  # noqa: S603 - Debian's program
        [program, "--config", str(config), "--root", "-F"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
        try:
            yield port, str(cert)
        finally:
            process.terminate()


def test_prosody(house: House, prosody: tuple[int, str]) -> None:
    house.port, ca_file = prosody

    async def course() -> None:
        heard: list[str] = []
        answer = router_that(lambda iq: xmlstream.toResponse(iq, "result"), heard)
        router = house.link("router", resource="home", ca_file=ca_file, heard=answer)
        acs = house.link("acs", ca_file=ca_file)
        await house.until(lambda: acs.jid and router.jid)
        assert router.jid == ROUTER
        way = XmppWay(acs, DOMAINS)
        assert await way.ask(known()) == CallResult("accepted")
        assert len(heard) == 1
        away = await way.ask(known(f"router@{DOMAIN}/away"))
        assert away == CallResult("unreachable", "service-unavailable")

    house.run(course)
