"""The TCP listener with TLS: who gets in, who does not, renewal and the stop."""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import uvloop
from cryptography import x509
from structlog.testing import capture_logs

from acs.api.serving import Addresses, ApiServer
from acs.api.settings import ApiSettings
from acs.api.watch import CommandWatch
from acs.duration import Duration
from acs.tls.renewing import CertificateError
from tests.tls.authority import Authority, Pair

LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]
PATIENCE = 10.0

Use = Callable[[Addresses, ApiServer], Awaitable[None]]


@pytest.fixture
def root(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "root")


@pytest.fixture
def pair(root: Authority) -> Pair:
    return root.issue("api", "localhost", dns=("localhost",))


@pytest.fixture
def settings(tmp_path: Path, pair: Pair) -> ApiSettings:
    return ApiSettings(
        listen="127.0.0.1:0",
        certificate=str(pair.certificate),
        key=str(pair.key),
        socket=str(tmp_path / "api.sock"),
        drain=Duration(1),
    )


async def scheme_app(scope: Any, receive: Any, send: Any) -> None:
    """Takes the whole body; answers with the scheme, and as many bytes more."""
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["scheme"].encode() + bytes(size)})


def serve(settings: ApiSettings, use: Use, loop: Any = uvloop.new_event_loop) -> None:
    async def main() -> None:
        server = ApiServer(scheme_app, settings, CommandWatch())
        addresses = await server.start()
        try:
            await use(addresses, server)
        finally:
            await asyncio.wait_for(server.stop(), PATIENCE)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(main())


def trusting(root: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(root.file))


def url(addresses: Addresses, scheme: str = "https") -> str:
    assert addresses.tcp is not None
    return f"{scheme}://localhost:{addresses.tcp[1]}/"


async def answer(addresses: Addresses, root: Authority, body: bytes = b"") -> bytes:
    async with httpx.AsyncClient(verify=trusting(root), trust_env=False) as client:
        return (await client.post(url(addresses), content=body)).content


async def shown(addresses: Addresses, root: Authority) -> int:
    """The serial number of the certificate that a new connection is shown."""
    assert addresses.tcp is not None
    _, writer = await asyncio.open_connection(
        *addresses.tcp, ssl=trusting(root), server_hostname="localhost"
    )
    found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return x509.load_der_x509_certificate(found).serial_number


@pytest.mark.parametrize("loop", LOOPS)
def test_requests_over_tls(settings: ApiSettings, root: Authority, loop: Any) -> None:
    async def use(addresses: Addresses, _: ApiServer) -> None:
        assert await answer(addresses, root) == b"https"
        large = await answer(addresses, root, b"x" * 1_000_000)
        assert len(large) == 1_000_005
        transport = httpx.AsyncHTTPTransport(uds=settings.socket)
        async with httpx.AsyncClient(transport=transport) as client:
            assert (await client.get("http://acsd/")).text == "http"

    serve(settings, use, loop)


@pytest.mark.parametrize("loop", LOOPS)
def test_who_speaks_no_tls_gets_no_answer_and_harms_nobody(
    settings: ApiSettings, root: Authority, loop: Any
) -> None:
    async def use(addresses: Addresses, _: ApiServer) -> None:
        assert addresses.tcp is not None
        for sent in (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\x00" * 4000, b"\x16\x03\x01\x02"):
            reader, writer = await asyncio.open_connection(*addresses.tcp)
            writer.write(sent)
            writer.write_eof()
            received = b""
            with contextlib.suppress(ConnectionError):
                received = await asyncio.wait_for(reader.read(), PATIENCE)
            assert b"HTTP" not in received
            writer.close()
        assert await answer(addresses, root) == b"https"

    complaints: list[Any] = []
    with capture_logs() as logs:

        def watched() -> asyncio.AbstractEventLoop:
            made: asyncio.AbstractEventLoop = loop()
            made.set_exception_handler(lambda _loop, context: complaints.append(context))
            return made

        serve(settings, use, watched)
    assert complaints == []
    assert {each["event"] for each in logs} == {"api.listening"}


def test_a_handshake_has_the_time_of_headers(settings: ApiSettings, root: Authority) -> None:
    async def use(addresses: Addresses, _: ApiServer) -> None:
        assert addresses.tcp is not None
        reader, writer = await asyncio.open_connection(*addresses.tcp)
        writer.write(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a ClientHello
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
        writer.close()
        # The same of a request once TLS is there.
        reader, writer = await asyncio.open_connection(
            *addresses.tcp, ssl=trusting(root), server_hostname="localhost"
        )
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
        writer.close()

    serve(msgspec.structs.replace(settings, headers_timeout=Duration(0.2)), use)


def test_a_certificate_that_is_not_trusted_is_refused_by_the_client(
    settings: ApiSettings, tmp_path: Path, root: Authority
) -> None:
    stranger = Authority(tmp_path, "stranger")

    async def use(addresses: Addresses, _: ApiServer) -> None:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await answer(addresses, stranger)
        assert await answer(addresses, root) == b"https"

    serve(settings, use)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_renewed_certificate_is_taken_and_a_bad_one_is_not(
    settings: ApiSettings, root: Authority, pair: Pair, loop: Any
) -> None:
    async def use(addresses: Addresses, server: ApiServer) -> None:
        first = await shown(addresses, root)
        async with httpx.AsyncClient(verify=trusting(root), trust_env=False) as client:
            assert (await client.get(url(addresses))).text == "https"
            root.issue("api", "localhost", dns=("localhost",))
            assert server.reload()
            second = await shown(addresses, root)
            assert second != first
            assert (await client.get(url(addresses))).text == "https"  # what stands, stands
        pair.key.write_text("spoilt")
        assert not server.reload()
        assert await shown(addresses, root) == second

    serve(settings, use, loop)


def test_the_stop_does_not_wait_for_an_idle_peer(settings: ApiSettings, root: Authority) -> None:
    async def use(addresses: Addresses, server: ApiServer) -> None:
        assert addresses.tcp is not None
        _, writer = await asyncio.open_connection(
            *addresses.tcp, ssl=trusting(root), server_hostname="localhost"
        )
        await asyncio.wait_for(server.stop(), PATIENCE)
        writer.close()

    serve(settings, use)


def test_nothing_listens_with_files_that_cannot_be_used(settings: ApiSettings, pair: Pair) -> None:
    pair.key.unlink()

    async def main() -> None:
        with pytest.raises(CertificateError, match=r"^api\.key: .*: No such file"):
            await ApiServer(scheme_app, settings, CommandWatch()).start()

    asyncio.run(main())
    assert not Path(settings.socket).exists()


def test_one_file_needs_the_other() -> None:
    with pytest.raises(ValueError, match=r"^key: found none beside certificate"):
        ApiSettings(certificate="/x.crt")
    with pytest.raises(ValueError, match=r"^certificate: found none beside key"):
        ApiSettings(key="/x.key")
    assert ApiSettings().tls is None
    assert ApiSettings(listen="", certificate="/x.crt", key="/x.key").tls is None
