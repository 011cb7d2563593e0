import asyncio
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from acs.cli.app import app
from acs.cli.target_files import read_targets
from tests.agents.snmp.fake_agent import FakeAgent
from tests.agents.snmp.test_device import MIKROTIK

ROUTER = "4C5E0C-RB951-7A5B"


@pytest.fixture
def config(tmp_path: Path) -> str:
    credentials = tmp_path / "credentials.toml"
    credentials.write_text('[credentials.read]\ntype = "snmp"\ncommunity = "public"\n')
    credentials.chmod(0o600)
    path = tmp_path / "acsd.toml"
    path.write_text(
        f'[storage]\nurl = "sqlite:///{tmp_path}/acs.db"\nkey_file = "{tmp_path}/acsd.key"\n'
        f'[polling]\ncredentials_file = "{credentials}"\ntimeout = "1s"\n'
    )
    return str(path)


@pytest.fixture
def device() -> Iterator[FakeAgent]:
    """A device that answers in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    opening = loop.create_datagram_endpoint(
        lambda: FakeAgent(MIKROTIK), local_addr=("127.0.0.1", 0)
    )
    transport, made = asyncio.run_coroutine_threadsafe(opening, loop).result(10)
    try:
        yield made
    finally:

        async def end() -> None:
            transport.close()
            await asyncio.sleep(0)  # the loop lets go of its socket

        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def _run(*args: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["targets", *args], prog_name="acs")
    return result.exit_code, result.stdout, result.stderr


def test_a_target_is_added_tested_listed_and_removed(config: str, device: FakeAgent) -> None:
    host, port = device.address
    options = ("--port", str(port), "--credential", "read", "-c", config)
    assert _run("add", ROUTER, host, *options)[0] == 0
    code, out, err = _run("test", ROUTER, "-c", config)
    assert code == 0, err
    assert "profile mikrotik, interface ether1" in err
    for line in ("sys.uptime", "86400", "mtxrDHCPLeaseCount", "the device has no mtxrHlProcessor"):
        assert line in out
    code, out, _ = _run("list", "-c", config)
    assert ROUTER in out
    assert "new" in out
    listed = _run("list", "--json", "-c", config)[1]
    assert '"profile": ""' in listed
    assert re.search(r'"due_at": "\d{4}-\d\d-\d\dT', listed)
    assert '"wanted_at": null' in listed
    assert _run("remove", ROUTER, "-c", config)[0] == 0
    code, _, err = _run("remove", ROUTER, "-c", config)
    assert (code, "has no target 'self'" in err) == (3, True)
    assert _run("test", ROUTER, "-c", config)[0] == 3


def test_a_device_that_does_not_answer_is_said(config: str, device: FakeAgent) -> None:
    device.misbehave = lambda _request, _right: []
    host, port = device.address
    options = ("--port", str(port), "--credential", "read", "-c", config)
    assert _run("add", ROUTER, host, *options)[0] == 0
    code, _, err = _run("test", ROUTER, "-c", config)
    assert (code, "no_answer: no answer from 127.0.0.1 in 3 s" in err) == (1, True)


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ((ROUTER, "router.example.net"), "address: found 'router.example.net'"),
        (("a b", "192.0.2.1"), "router_id: found 'a b'"),
        ((ROUTER, "192.0.2.1", "--way", "ssh"), "profile: found ''"),
    ],
)
def test_targets_that_cannot_be(config: str, args: tuple[str, ...], why: str) -> None:
    code, _, err = _run("add", *args, "--credential", "read", "-c", config)
    assert (code, why in err) == (2, True)


def test_a_file_is_taken_whole_or_not_at_all(config: str, tmp_path: Path) -> None:
    file = tmp_path / "fleet.csv"
    file.write_text(
        "router_id,address,credential,interval\n"
        "0A1002-E5-C0001,192.0.2.1,read,600\n"
        "0A1002-E5-C0002,nowhere,read,\n"
    )
    code, _, err = _run("import", str(file), "-c", config)
    assert code == 1
    assert f"{file}:3: address: found 'nowhere'" in err
    assert _run("list", "-c", config)[2] == "no targets\n"
    file.write_text(file.read_text().replace("nowhere", "192.0.2.2"))
    assert _run("import", str(file), "--dry-run", "-c", config)[0] == 0
    assert _run("list", "-c", config)[2] == "no targets\n"
    assert _run("import", str(file), "-c", config)[0] == 0
    assert _run("list", "-c", config)[1].count("192.0.2.") == 2


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("router_id,adress,credential\n", "1: unknown columns ['adress']"),
        ("router_id,address\n", "1: no column credential"),
        ("router_id,address,credential\na-b-c,192.0.2.1\n", "2: another number of fields"),
        ("router_id,address,credential\na-b-c,192.0.2.1,\n", "2: credential is empty"),
        ("router_id,address,credential,port\na-b-c,192.0.2.1,x,many\n", "2: Expected `int`"),
        (
            "router_id,address,credential\na-b-c,192.0.2.1,x\na-b-c,192.0.2.2,x\n",
            "3: a-b-c has two targets 'self'",
        ),
    ],
)
def test_bad_lines_are_named(text: str, fault: str) -> None:
    _, faults = read_targets(text)
    assert len(faults) == 1
    assert faults[0].startswith(fault)
