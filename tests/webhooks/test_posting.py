"""Messages over real sockets: TLS, addresses that may not be called, receivers that misbehave."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.defer import Deferred, succeed

from acs.duration import Duration
from acs.webhooks import endpoints
from acs.webhooks.posting import Poster, TrustError
from acs.webhooks.schedule import Answer
from acs.webhooks.settings import WebhookSettings
from tests.tls.authority import Authority
from tests.webhooks.receiver import OK, Got, Receiver

LOOPBACK = ("127.0.0.1/32",)


class Bench:
    """A reactor on a loop of its own, and a resolver that a test may turn."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.reactor = AsyncioSelectorReactor(self.loop)
        self.names: dict[str, tuple[str, ...]] = {}
        self.asked: list[str] = []

    def lookup(self, name: str) -> "Deferred[Any]":
        self.asked.append(name)
        return succeed(self.names.get(name, (name,) if name[0].isdigit() else ()))

    def poster(self, **settings: Any) -> Poster:
        known = {"insecure": True, "allow": LOOPBACK, "timeout": Duration(5), **settings}
        return Poster(self.reactor, WebhookSettings(**known), self.lookup, "acsd/test")

    def run(self, story: Callable[[], Awaitable[None]]) -> None:
        self.loop.run_until_complete(asyncio.wait_for(story(), 20))

    async def post(self, poster: Poster, url: str, body: bytes = b"{}") -> Answer:
        sent = Deferred.fromCoroutine(poster.post(url, {"webhook-id": "evt_1"}, body))
        return await sent.asFuture(self.loop)

    async def close(self, poster: Poster) -> None:
        await Deferred.fromCoroutine(poster.close()).asFuture(self.loop)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.loop.run_until_complete(asyncio.sleep(0))
    made.loop.close()


def test_a_message_is_posted_and_its_connection_kept(bench: Bench) -> None:
    async def story() -> None:
        receiver = await Receiver().start()
        bench.names["crm.test"] = ("127.0.0.1",)
        poster = bench.poster()
        url = f"http://crm.test:{receiver.port}/hooks?x=1"
        for number in range(3):
            assert await bench.post(poster, url, b"%d" % number) == Answer(204)
        await bench.close(poster)
        await receiver.stop()
        first = receiver.got[0]
        assert first.line == "POST /hooks?x=1 HTTP/1.1"
        assert first.headers["webhook-id"] == "evt_1"
        assert first.headers["host"] == f"crm.test:{receiver.port}"
        assert first.headers["content-type"] == "application/json"
        assert first.headers["user-agent"] == "acsd/test"
        assert [each.body for each in receiver.got] == [b"0", b"1", b"2"]
        assert receiver.connections == 1

    bench.run(story)


def test_answers_are_told_and_redirects_are_not_followed(bench: Bench) -> None:
    answers = [
        b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 503 No\r\nRetry-After: 120\r\nContent-Length: 2\r\n\r\nno",
        b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    ]

    async def story() -> None:
        left = list(answers)
        receiver = await Receiver(lambda _: left.pop(0)).start()
        poster = bench.poster()
        url = f"http://127.0.0.1:{receiver.port}/"
        assert await bench.post(poster, url) == Answer(302)
        assert await bench.post(poster, url) == Answer(503, "", "120")
        assert await bench.post(poster, url) == Answer(410)
        await bench.close(poster)
        await receiver.stop()
        assert len(receiver.got) == 3

    bench.run(story)


def test_a_kept_connection_that_was_closed_meanwhile_is_no_failure(bench: Bench) -> None:
    async def story() -> None:
        receiver = await Receiver().start()
        poster = bench.poster()
        url = f"http://127.0.0.1:{receiver.port}/"
        assert await bench.post(poster, url) == Answer(204)

        def close(_: Got) -> bytes:
            receiver.answer = lambda _: OK
            return b""

        receiver.answer = close
        assert await bench.post(poster, url) == Answer(204)
        assert [len(receiver.got), receiver.connections] == [3, 2]
        receiver.answer = lambda _: b""
        answer = await bench.post(poster, url)
        assert answer == Answer(None, "it closed the connection without an answer")
        await bench.close(poster)
        await receiver.stop()

    bench.run(story)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (("127.0.0.2",), "no address that may be called"),
        (("169.254.169.254", "10.0.0.1", "::1"), "no address that may be called"),
        ((), "not known"),
    ],
)
def test_where_a_name_leads_is_looked_at_when_it_is_called(
    bench: Bench, found: tuple[str, ...], says: str
) -> None:
    async def story() -> None:
        receiver = await Receiver().start()
        bench.names["crm.test"] = ("127.0.0.1",)
        poster = bench.poster()
        url = f"http://crm.test:{receiver.port}/"
        assert await bench.post(poster, url) == Answer(204)
        await bench.close(poster)
        bench.names["crm.test"] = found  # rebound
        answer = await bench.post(poster, url)
        assert answer.status is None
        assert says in answer.fault
        bench.names["crm.test"] = (*found, "127.0.0.1")
        assert await bench.post(poster, url) == Answer(204), "an allowed one among others is used"
        await bench.close(poster)
        await receiver.stop()

    bench.run(story)


def test_what_the_configuration_does_not_allow_any_more_is_not_called(bench: Bench) -> None:
    async def story() -> None:
        poster = bench.poster(insecure=False)
        answer = await bench.post(poster, "http://crm.test/")
        assert "allowed is https" in answer.fault
        answer = await bench.post(bench.poster(allow=()), "https://127.0.0.1/")
        assert "no public address" in answer.fault
        assert bench.asked == []

    bench.run(story)


def test_receivers_that_misbehave(bench: Bench) -> None:
    long = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"4000\r\n" + b"x" * 0x4000
    cases: list[tuple[bytes | None, str]] = [
        (None, "no answer within 0.2 s"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "no answer within 0.2 s"),
        (b"SSH-2.0-close\r\n\r\n", "call failed|no HTTP|without an answer"),
        (long + b"\r\n4000\r\n" + b"x" * 0x4000, ""),
    ]

    async def story() -> None:
        for answer, says in cases:
            receiver = await Receiver(lambda _, answer=answer: answer).start()  # type: ignore[misc]
            poster = bench.poster(timeout=Duration(0.2))
            found = await bench.post(poster, f"http://127.0.0.1:{receiver.port}/")
            if says:
                assert found.status is None
                assert any(part in found.fault for part in says.split("|")), found
            else:
                assert found.status == 200
            await bench.close(poster)
            await receiver.stop()
        poster = bench.poster()
        found = await bench.post(poster, f"http://127.0.0.1:{receiver.port}/")
        assert found == Answer(None, "the connection was refused")

    bench.run(story)


def test_an_answer_without_an_end_is_cut_off(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "_MOST", 200_000)
    endless = b"HTTP/1.1 200 OK\r\n" + b"X-Filler: y\r\n" * 30_000

    async def story() -> None:
        receiver = await Receiver(lambda _: endless).start()
        poster = bench.poster()
        found = await bench.post(poster, f"http://127.0.0.1:{receiver.port}/")
        assert found.status is None
        assert found.fault in ("the connection was lost", "the answer was no HTTP")
        await bench.close(poster)
        await receiver.stop()

    bench.run(story)


def test_tls_is_checked_for_the_name(bench: Bench, tmp_path: Path) -> None:
    root, other = Authority(tmp_path, "root"), Authority(tmp_path, "other")
    pair = root.issue("crm", "crm.test", dns=("crm.test",))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)

    async def story() -> None:
        receiver = await Receiver().start(context)
        bench.names.update({"crm.test": ("127.0.0.1",), "evil.test": ("127.0.0.1",)})
        good = bench.poster(insecure=False, ca_file=str(root.file))
        assert await bench.post(good, f"https://crm.test:{receiver.port}/") == Answer(204)
        await bench.close(good)
        for name, authority in (("evil.test", root), ("crm.test", other)):
            poster = bench.poster(insecure=False, ca_file=str(authority.file))
            found = await bench.post(poster, f"https://{name}:{receiver.port}/")
            assert found.status is None
            assert found.fault.startswith("TLS failed")
            await bench.close(poster)
        await receiver.stop()
        assert len(receiver.got) == 1

    bench.run(story)


def test_authorities_that_cannot_be_used_are_named(bench: Bench, tmp_path: Path) -> None:
    for text in (None, "", "-----BEGIN CERTIFICATE-----\nxx"):
        path = tmp_path / "ca.pem"
        if text is not None:
            path.write_text(text)
        with pytest.raises(TrustError, match=r"ca\.pem"):
            bench.poster(ca_file=str(path))
