"""Errands of virtual routers against a real file server on the loopback."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from twisted.internet.selectreactor import SelectReactor

from acs.simulator.auth import md5, parts_of
from acs.simulator.errands import FETCH_FAILED, NOT_REACHED, SEND_FAILED, Done, Errand
from acs.simulator.runner import Runner

IMAGE = bytes(range(256)) * 200
USER, PASSWORD, NONCE = "user", "CANARY", "n0nce"


def is_right(header: str) -> bool:
    """Whether a Digest answer proves the account (RFC 2617, 3.2.2.1)."""
    said = parts_of(header)
    if (said.get("username"), said.get("nonce"), said.get("qop")) != (USER, NONCE, "auth"):
        return False
    first, second = md5(f"{USER}:files:{PASSWORD}"), md5(f"GET:{said['uri']}")
    return said["response"] == md5(f"{first}:{NONCE}:{said['nc']}:{said['cnonce']}:auth:{second}")


class Server(BaseHTTPRequestHandler):
    """Answers by path; keeps what was asked in the server's ``asked``."""

    server: Any

    def log_message(self, *_: Any) -> None:
        """Nothing is to be printed."""

    def do_GET(self) -> None:
        span = self.headers.get("Range", "")
        self.server.asked.append((self.path, span, self.headers.get("Authorization", "")))
        getattr(self, f"_{urlsplit(self.path).path.strip('/')}")(span)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, body, ""))
        self._say(201 if self.path == "/up" else 413, b"")

    def _say(self, code: int, body: bytes, *more: tuple[str, str], length: int = -1) -> None:
        self.send_response(code)
        for name, value in more:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length < 0 else length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def _whole(self, _span: str) -> None:
        self._say(200, IMAGE)

    def _breaks(self, span: str) -> None:
        begin = int(span.removeprefix("bytes=").rstrip("-") or 0)
        code = 206 if span else 200
        self._say(code, IMAGE[begin : begin + 20_000], length=len(IMAGE) - begin)

    def _forgets(self, _span: str) -> None:
        first = len(self.server.asked) == 1  # it knows no ranges
        self._say(200, IMAGE[:9000] if first else IMAGE, length=len(IMAGE))

    def _stops(self, _span: str) -> None:
        self._say(200, b"x", length=100)

    def _digest(self, _span: str) -> None:
        if is_right(self.headers.get("Authorization", "")):
            self._say(200, IMAGE)
        else:
            challenge = f'Digest realm="files", qop="auth", nonce="{NONCE}"'
            self._say(401, b"", ("WWW-Authenticate", challenge))

    def _basic(self, _span: str) -> None:
        if self.headers.get("Authorization") == "Basic dXNlcjpDQU5BUlk=":
            self._say(200, IMAGE)
        else:
            self._say(401, b"", ("WWW-Authenticate", 'Basic realm="files"'))

    def _missing(self, _span: str) -> None:
        self._say(404, b"no such file")


@pytest.fixture
def files() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.asked = []
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run(errand: Errand) -> Done:
    """The end of an errand, on a reactor of its own."""
    reactor: Any = SelectReactor()
    found: list[Done] = []

    def report(number: int, done: Done) -> None:
        assert number == errand.number
        found.append(done)
        reactor.stop()

    runner = Runner(reactor, lambda host: host == "127.0.0.1", reactor.seconds)
    reactor.callWhenRunning(runner.run, errand, report)
    reactor.callLater(20, reactor.stop)
    reactor.run(installSignalHandlers=False)
    assert len(found) == 1
    return found[0]


def get(files: Any, path: str, username: str = "", password: str = "") -> Done:
    url = f"http://127.0.0.1:{files.server_port}{path}"
    return run(Errand(7, "fetch", url, username, password))


def test_a_file_is_fetched(files: Any) -> None:
    done = get(files, "/whole")
    assert (done.fault, done.body) == (0, IMAGE)
    assert done.ended >= done.began


def test_a_fetch_that_breaks_off_goes_on_where_it_was(files: Any) -> None:
    done = get(files, "/breaks")
    assert (done.fault, done.body) == (0, IMAGE)
    spans = [span for _, span, _ in files.asked]
    assert spans == ["", "bytes=20000-", "bytes=40000-"]


def test_a_server_without_ranges_is_heard_anew(files: Any) -> None:
    done = get(files, "/forgets")
    assert (done.fault, done.body) == (0, IMAGE)
    assert len(files.asked) == 2


def test_a_server_that_always_stops_is_given_up(files: Any) -> None:
    assert get(files, "/stops").fault == FETCH_FAILED
    assert len(files.asked) == 5


@pytest.mark.parametrize("scheme", ["digest", "basic"])
def test_a_challenge_is_answered(files: Any, scheme: str) -> None:
    done = get(files, f"/{scheme}?q=1", USER, PASSWORD)
    assert (done.fault, done.body) == (0, IMAGE)
    first, second = (answer for _, _, answer in files.asked)
    assert first == ""  # nothing is said before it is asked
    assert second.lower().startswith(scheme)
    assert PASSWORD not in second


@pytest.mark.parametrize("scheme", ["digest", "basic"])
def test_wrong_credentials_fail_the_fetch(files: Any, scheme: str) -> None:
    assert get(files, f"/{scheme}", USER, "wrong").fault == FETCH_FAILED
    assert len(files.asked) == 2
    assert get(files, f"/{scheme}").fault == FETCH_FAILED


def test_what_the_server_refuses_is_a_failure(files: Any) -> None:
    assert get(files, "/missing").fault == FETCH_FAILED


def test_a_file_is_sent(files: Any) -> None:
    at = f"http://127.0.0.1:{files.server_port}"
    assert run(Errand(1, "send", f"{at}/up", body=b"config")).fault == 0
    assert files.asked == [("/up", b"config", "")]
    assert run(Errand(2, "send", f"{at}/full", body=b"config")).fault == SEND_FAILED


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/none", "http://192.0.2.1/a", "https://127.0.0.1/a", "nonsense"]
)
def test_nobody_there_or_not_permitted(url: str) -> None:
    assert run(Errand(1, "fetch", url)).fault == NOT_REACHED
