"""The command line against a listener with TLS and a certificate of an authority of one's own."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from acs.api.serving import ApiServer
from acs.api.settings import ApiSettings
from acs.api.watch import CommandWatch
from tests.tls.authority import Authority

Run = Callable[..., Result]
PATIENCE = 10.0


async def empty_app(scope: Any, receive: Any, send: Any) -> None:
    """Answers each request with an empty list."""
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"items":[],"next":null}'})


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("root"), "root")


@pytest.fixture(scope="module")
def port(root: Authority) -> Iterator[int]:
    """Where a listener with TLS is, good for ``localhost``."""
    pair = root.issue("api", "localhost", dns=("localhost",))
    settings = ApiSettings(
        listen="127.0.0.1:0", certificate=str(pair.certificate), key=str(pair.key), socket=""
    )
    ready, found = threading.Event(), []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def main() -> None:
        server = ApiServer(empty_app, settings, CommandWatch())
        addresses = await server.start()
        assert addresses.tcp is not None
        found.append(addresses.tcp[1])
        ready.set()
        await stop.wait()
        await server.stop()

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()))
    thread.start()
    assert ready.wait(PATIENCE)
    yield found[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(PATIENCE)
    loop.close()


@pytest.fixture
def ca(root: Authority) -> str:
    return str(root.file)


def test_an_authority_of_one_s_own(run: Run, port: int, ca: str) -> None:
    url = f"https://localhost:{port}"
    assert run("devices", "--url", url, "--ca", ca).exit_code == 0
    assert run("devices", env={"ACS_URL": url, "ACS_CA": ca}).exit_code == 0
    add = ("contexts", "add", "own", "--url", url, "--use", "--ca", ca)
    assert run(*add).exit_code == 0
    assert run("devices").exit_code == 0
    (listed,) = json.loads(run("contexts", "list", "--json").stdout)
    assert (listed["name"], listed["ca"]) == ("own", ca)


def test_what_is_not_trusted_is_told_with_its_reason(
    run: Run, port: int, ca: str, tmp_path: Path
) -> None:
    url = f"https://localhost:{port}"
    stranger = str(Authority(tmp_path, "stranger").file)
    for given in ((), ("--ca", stranger)):
        result = run("devices", "--url", url, *given)
        assert result.exit_code == 5
        assert f"{url}: its certificate is not trusted: " in result.stderr
        assert "--ca" in result.stderr
        assert result.stderr.count("\n") == 1
    named = run("devices", "--url", f"https://127.0.0.1:{port}", "--ca", ca)
    assert named.exit_code == 5
    assert "IP address mismatch" in named.stderr


def test_the_wrong_scheme_is_hinted_at(run: Run, port: int) -> None:
    result = run("devices", "--url", f"http://localhost:{port}")
    assert result.exit_code == 5
    assert "is it https://?" in result.stderr


def test_a_context_s_authorities_are_its_own(run: Run, port: int, ca: str, tmp_path: Path) -> None:
    stranger = str(Authority(tmp_path, "stranger").file)
    add = ("contexts", "add", "own", "--url", f"https://localhost:{port}", "--use", "--ca", ca)
    assert run(*add).exit_code == 0
    assert run("devices", env={"ACS_CA": stranger}).exit_code == 0
    assert run("devices", "--ca", stranger).exit_code == 5


def test_a_file_that_names_no_authority(run: Run, tmp_path: Path, ca: str) -> None:
    empty = tmp_path / "empty.crt"
    empty.write_text("hello")
    url = ("--url", "https://localhost:1")
    for file, says in ((empty, "no PEM certificates"), (tmp_path / "none.crt", "No such file")):
        for line in (("devices",), ("contexts", "add", "x")):
            result = run(*line, *url, "--ca", str(file))
            assert (result.exit_code, says in result.stderr) == (2, True)
    for wrong in (
        ("devices", "--ca", ca),
        ("devices", "--url", "http://localhost:1", "--ca", ca),
        ("contexts", "add", "x", "--url", "http://localhost:1", "--ca", ca),
    ):
        result = run(*wrong)
        assert (result.exit_code, "--ca needs an https --url" in result.stderr) == (2, True)
