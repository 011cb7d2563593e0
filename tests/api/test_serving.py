"""The listeners: where they listen, how they stop, and what they let no one do."""

import asyncio
import contextlib
import os
import signal
import socket
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from acs.api.access import CHANNEL
from acs.api.serving import Addresses, ApiServer, SocketPathError
from acs.api.settings import ApiSettings
from acs.api.watch import CommandWatch
from acs.duration import Duration


async def channel_app(scope: Any, receive: Any, send: Any) -> None:
    """Answers with where the request came in."""
    body = str(scope.get(CHANNEL)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def settings(tmp_path: Path) -> ApiSettings:
    return ApiSettings(listen="127.0.0.1:0", socket=str(tmp_path / "api.sock"), drain=Duration(1))


def serve(
    settings: ApiSettings,
    use: Callable[[Addresses, ApiServer], Awaitable[None]],
    app: Any = channel_app,
    watch: CommandWatch | None = None,
) -> None:
    async def main() -> None:
        server = ApiServer(app, settings, watch or CommandWatch())
        addresses = await server.start()
        try:
            await use(addresses, server)
        finally:
            await server.stop()

    asyncio.run(main())


def url(addresses: Addresses) -> str:
    assert addresses.tcp is not None
    return f"http://{addresses.tcp[0]}:{addresses.tcp[1]}"


def over(settings: ApiSettings) -> httpx.AsyncHTTPTransport:
    return httpx.AsyncHTTPTransport(uds=settings.socket)


def test_requests_are_marked_by_where_they_come_in(settings: ApiSettings) -> None:
    async def use(addresses: Addresses, _: ApiServer) -> None:
        forged = {"acs.channel": "socket", "X-Forwarded-For": "unix:"}
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(url(addresses), headers=forged)
            assert answer.text == "None"
            assert "server" not in answer.headers
        async with httpx.AsyncClient(transport=over(settings)) as client:
            assert (await client.get("http://acsd/")).text == "socket"

    serve(settings, use)


def test_the_socket_has_its_mode_and_goes_away(settings: ApiSettings) -> None:
    path = Path(settings.socket)
    modes = []

    async def use(_addresses: Addresses, _server: ApiServer) -> None:
        modes.append(stat.S_IMODE(os.stat(settings.socket).st_mode))  # noqa: PTH116 - a local file

    serve(settings, use)
    assert modes == [0o660]
    assert not path.exists()
    assert not list(path.parent.iterdir())


def test_a_stale_socket_is_replaced(settings: ApiSettings) -> None:
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(settings.socket)

    async def use(_addresses: Addresses, _server: ApiServer) -> None:
        async with httpx.AsyncClient(transport=over(settings)) as client:
            assert (await client.get("http://acsd/")).status_code == 200

    serve(settings, use)


def test_a_socket_in_use_is_left_alone(settings: ApiSettings) -> None:
    with socket.socket(socket.AF_UNIX) as used:
        used.bind(settings.socket)
        used.listen()

        async def main() -> None:
            with pytest.raises(SocketPathError, match="another process"):
                await ApiServer(channel_app, settings, CommandWatch()).start()

        asyncio.run(main())
    assert Path(settings.socket).exists()


def test_a_file_in_the_socket_s_place_is_left_alone(settings: ApiSettings) -> None:
    Path(settings.socket).write_text("precious")

    async def main() -> None:
        with pytest.raises(SocketPathError, match="no socket"):
            await ApiServer(channel_app, settings, CommandWatch()).start()

    asyncio.run(main())
    assert Path(settings.socket).read_text() == "precious"


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    settings = ApiSettings(listen="", socket=str(tmp_path / "no" / "api.sock"))

    async def main() -> None:
        with pytest.raises(SocketPathError, match="no folder"):
            await ApiServer(channel_app, settings, CommandWatch()).start()

    asyncio.run(main())


def test_a_taken_port_is_an_error_and_nothing_listens(settings: ApiSettings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        busy = ApiSettings(listen=f"127.0.0.1:{port}", socket=settings.socket)

        async def main() -> None:
            with pytest.raises(OSError, match="in use"):
                await ApiServer(channel_app, busy, CommandWatch()).start()

        asyncio.run(main())
    assert not Path(settings.socket).exists()


def test_each_listener_may_be_off(tmp_path: Path) -> None:
    async def use(addresses: Addresses, _: ApiServer) -> None:
        assert addresses == Addresses(None, None)

    serve(ApiSettings(listen="", socket=""), use)


def test_the_daemon_s_signal_handlers_stay(settings: ApiSettings) -> None:
    before = signal.getsignal(signal.SIGTERM)

    async def use(_addresses: Addresses, _server: ApiServer) -> None:
        assert signal.getsignal(signal.SIGTERM) is before

    serve(settings, use)


def test_a_request_under_way_is_answered_before_the_stop(settings: ApiSettings) -> None:
    watch = CommandWatch()
    began = asyncio.Event()

    async def waiting_app(scope: Any, receive: Any, send: Any) -> None:
        began.set()
        await watch.wait("command", 60)
        await channel_app(scope, receive, send)

    async def use(addresses: Addresses, server: ApiServer) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            asked = asyncio.create_task(client.get(url(addresses)))
            await began.wait()
            await server.stop()
            assert (await asked).status_code == 200

    serve(settings, use, waiting_app, watch)


def test_a_request_that_never_ends_is_cut_off_within_the_drain(settings: ApiSettings) -> None:
    began = asyncio.Event()

    async def endless_app(scope: Any, receive: Any, send: Any) -> None:
        began.set()
        await asyncio.Event().wait()

    async def use(addresses: Addresses, server: ApiServer) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            asked = asyncio.create_task(client.get(url(addresses)))
            await began.wait()
            await asyncio.wait_for(server.stop(), 10)
            answer = (await asyncio.gather(asked, return_exceptions=True))[0]
            assert isinstance(answer, httpx.Response | httpx.TransportError)

    serve(settings, use, endless_app)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx",
    ],
)
def test_a_slow_request_is_dropped(tmp_path: Path, sent: bytes) -> None:
    async def body_app(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive()).get("more_body"):
            pass
        assert message["type"] == "http.disconnect"

    async def use(addresses: Addresses, _: ApiServer) -> None:
        assert addresses.tcp is not None
        reader, writer = await asyncio.open_connection(*addresses.tcp)
        writer.write(sent)
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()

    settings = ApiSettings(listen="127.0.0.1:0", socket="", headers_timeout=Duration(0.05))
    serve(settings, use, body_app)


def _uploading(target: str, timeout: float) -> bytes:
    """What comes of a body that takes 0.3 s, with 0.05 s for requests and this for uploads."""
    answered: list[bytes] = []

    async def body_app(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive()).get("more_body"):
            pass
        if message["type"] == "http.request":
            await channel_app(scope, receive, send)

    async def use(addresses: Addresses, _: ApiServer) -> None:
        assert addresses.tcp is not None
        reader, writer = await asyncio.open_connection(*addresses.tcp)
        head = f"POST {target} HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n"
        with contextlib.suppress(ConnectionError):
            writer.write(head.encode())
            for _turn in range(30):
                await asyncio.sleep(0.01)
                writer.write(b"x")
                await writer.drain()
        with contextlib.suppress(ConnectionError):
            answered.append(await asyncio.wait_for(reader.read(12), 10))
        writer.close()

    settings = ApiSettings(
        listen="127.0.0.1:0",
        socket="",
        headers_timeout=Duration(0.05),
        upload_timeout=Duration(timeout),
    )
    serve(settings, use, body_app)
    return b"".join(answered)


def test_a_file_for_the_catalogue_has_a_deadline_of_its_own() -> None:
    assert _uploading("/v1/files?name=x", 10) == b"HTTP/1.1 200"
    assert _uploading("/v1/files", 0.1) == b""
    assert _uploading("/v1/tokens", 10) == b""


def test_headers_without_end_are_refused(settings: ApiSettings) -> None:
    async def use(addresses: Addresses, _: ApiServer) -> None:
        assert addresses.tcp is not None
        reader, writer = await asyncio.open_connection(*addresses.tcp)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000)
        answer = await asyncio.wait_for(reader.read(200), 10)
        assert answer.startswith(b"HTTP/1.1 400")
        writer.close()

    serve(settings, use)


def test_a_long_answer_is_not_cut_by_the_deadline(tmp_path: Path) -> None:
    async def slow_app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.2)  # longer than the deadline of the request
        await channel_app(scope, receive, send)

    async def use(addresses: Addresses, _: ApiServer) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            for _turn in range(2):
                assert (await client.get(url(addresses))).status_code == 200

    settings = ApiSettings(listen="127.0.0.1:0", socket="", headers_timeout=Duration(0.1))
    serve(settings, use, slow_app)
