"""What commands are stored with: links that work, files that suit, sentences when they do not."""

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from acs.commands import Command, CommandKind, Proposal
from acs.cwmp.orders import check_arguments
from acs.files.files import Entry
from acs.files.preparing import NoAddressError, NotPreparedError, UnfitFileError, UnknownFileError
from tests.files.conftest import DEVICE, FIRMWARE, NOW, FileServer, no_guard

ID = DEVICE.router_id
Make = Callable[..., FileServer]


def prepare(server: FileServer, kind: CommandKind, router_id: str = ID, **given: Any) -> Any:
    return server.do(lambda: server.files.prepare(kind, router_id, "c1", given, NOW))


def path_of(server: FileServer, url: object) -> str:
    base = f"http://127.0.0.1:{server.port}"
    assert str(url).startswith(f"{base}/")
    return str(url).removeprefix(base)


def test_a_file_becomes_what_a_download_needs(server: FileServer) -> None:
    row = server.add(b"image")
    found = prepare(server, "download", file=row.file_id)
    url = found.pop("url")
    assert found == {
        "file": row.file_id,
        "file_type": "1 Firmware Upgrade Image",
        "file_size": 5,
        "target_file_name": "hub5-2.0.bin",
        "expect_version": "2.0",
    }
    assert len(url) < 256
    server.command("c1")
    assert server.ask("GET", path_of(server, url)).body == b"image"


def test_what_is_stated_stays(server: FileServer) -> None:
    row = server.add(b"image")
    given: dict[str, Any] = {
        "target_file_name": "x",
        "expect_version": "2.0-beta",
        "delay": 5,
        "username": "",
    }
    found = prepare(server, "download", file=row.file_id, **given)
    assert {key: found[key] for key in given} == given
    assert found["file_size"] == 5


def test_what_is_prepared_is_what_commands_take(server: FileServer) -> None:
    row = server.add(b"image")
    unit = server.add(b"unit", Entry(name="unit.pkg", kind="X 00D09E Unit"))
    windows = [{"start": 0, "end": 60}]
    operations = [{"kind": "install", "file": unit.file_id}, {"kind": "uninstall", "uuid": "u"}]
    asked: dict[CommandKind, dict[str, Any]] = {
        "download": {"file": row.file_id, "force": True},
        "schedule_download": {"file": row.file_id, "windows": windows},
        "upload": {"file_type": "1 Vendor Configuration File"},
        "software": {"operations": operations},
    }
    for kind, given in asked.items():
        check_arguments(kind, prepare(server, kind, **given))
    for test in ("download", "upload"):
        check_arguments("diagnostic", prepare(server, "diagnostic", test=test))


def test_a_link_lives_from_the_latest_start(make: Make) -> None:
    server = make(link_lifetime=100)
    row = server.add(b"image")
    server.command("c1")
    for kind, given in (
        ("download", {"delay": 50}),
        ("schedule_download", {"windows": [{"start": 10, "end": 20}, {"start": 30, "end": 50}]}),
    ):
        server.now = NOW
        found = prepare(server, kind, file=row.file_id, **given)  # type: ignore[arg-type]
        server.now = NOW + 149
        assert server.ask("GET", path_of(server, found["url"])).status == 200
        server.now = NOW + 150
        assert server.ask("GET", path_of(server, found["url"])).status == 410


def test_a_file_for_other_routers_needs_force(server: FileServer) -> None:
    row = server.add(b"x", Entry(name="hub6.bin", kind="firmware", product_class="Hub-6"))
    with pytest.raises(UnfitFileError) as caught:
        prepare(server, "download", file=row.file_id)
    assert str(caught.value) == (
        "hub6.bin is for product class 'Hub-6', the router has 'Hub-5'. "
        "With force it is sent all the same."
    )
    found = prepare(server, "download", file=row.file_id, force=True)
    assert found["url"]
    assert "force" not in found


def test_unknown_files_and_routers(server: FileServer) -> None:
    with pytest.raises(UnknownFileError, match="There is no file 'nope' in the catalogue"):
        prepare(server, "download", file="nope")
    row = server.add(b"x")
    with pytest.raises(LookupError):
        prepare(server, "download", "001122-X", file=row.file_id)


def test_urls_of_others_and_other_commands_pass_unchanged(server: FileServer) -> None:
    given = {"url": "http://example.net/x.bin", "file_type": "1 Firmware Upgrade Image"}
    assert prepare(server, "download", **given) == given
    assert prepare(server, "upload", **given) == given
    assert prepare(server, "set", values={"a": 1}) == {"values": {"a": 1}}
    assert prepare(server, "reboot") == {}


def test_an_upload_gets_a_link(server: FileServer) -> None:
    found = prepare(server, "upload", file_type="1 Vendor Configuration File")
    server.command("c1", "upload")
    assert server.ask("PUT", path_of(server, found["url"]), b"x").status == 201


def test_software_modules_come_from_the_catalogue_too(server: FileServer) -> None:
    row = server.add(b"unit", Entry(name="unit.pkg", kind="X 00D09E Unit"))
    other = {"kind": "uninstall", "uuid": "u"}
    found = prepare(
        server, "software", operations=[{"kind": "install", "file": row.file_id}, other]
    )
    install, uninstall = found["operations"]
    assert uninstall == other
    server.command("c1", "software")
    assert server.ask("GET", path_of(server, install["url"])).body == b"unit"


def test_without_an_address_the_reason_is_said(server: FileServer) -> None:
    row = server.add(b"x")
    port = server.in_reactor(lambda: server.files._port)
    server.files._port = None
    with pytest.raises(NoAddressError, match=r"set \[files\] public_url"):
        prepare(server, "download", file=row.file_id)
    server.files._port = port


def test_links_that_routers_cannot_take_are_not_made(make: Make) -> None:
    server = make(public_url="http://" + "a" * 80)
    long = server.add(b"x", Entry(name="n" * 64, kind="config"))
    found = prepare(server, "download", file=long.file_id)
    assert len(found["url"]) <= 256
    with pytest.raises(NotPreparedError, match="no link can be made"):
        server.do(lambda: server.files.prepare("upload", ID, "c/1", {}, NOW))


def test_throughput_tests_have_a_size(make: Make) -> None:
    server = make(test_limit=1000, test_download=900, test_upload=500)
    server.command("c1", "diagnostic")
    found = prepare(server, "diagnostic", test="download")
    assert set(found) == {"test", "url"}
    assert len(server.ask("GET", path_of(server, found["url"])).body) == 900
    found = prepare(server, "diagnostic", test="upload")
    assert found["size"] == 500
    assert server.ask("PUT", path_of(server, found["url"]), bytes(500)).status == 201
    assert prepare(server, "diagnostic", test="upload", size=7)["size"] == 7
    with pytest.raises(NotPreparedError, match=r"allowed are 1000 \(\[files\] test_limit"):
        prepare(server, "diagnostic", test="upload", size=1001)
    for given in ({"test": "ping", "host": "a"}, {"test": "download", "url": "http://b/c"}):
        assert prepare(server, "diagnostic", **given) == given


def test_proposing_prepares_first_and_keeps_the_id(server: FileServer) -> None:
    row = server.add(b"image", FIRMWARE)
    asked: list[str] = []

    def propose(
        kind: CommandKind,
        router_id: str,
        asked_by: str,
        reason: str,
        *,
        consent: bool,
        arguments: dict[str, object],
        command_id: str,
    ) -> "Deferred[Command]":
        asked.append(command_id)
        proposal = Proposal(
            command_id=command_id,
            router_id=router_id,
            kind=kind,
            asked_by=asked_by,
            reason=reason,
            at=NOW,
            expires_at=NOW + 60,
            consent=consent,
            arguments=arguments,
        )
        return server.store.propose(proposal, no_guard)

    proposing = server.files.proposing(propose)
    stored = server.do(
        lambda: proposing("download", ID, "me", "why", arguments={"file": row.file_id})
    )
    assert asked == [stored.command_id]
    path = path_of(server, stored.arguments["url"])
    assert server.ask("GET", path).status == 403  # not sent yet
    server.do(lambda: server.store.claim(ID, NOW, no_guard))
    assert server.ask("GET", path).body == b"image"
    with pytest.raises(UnknownFileError):
        server.do(lambda: proposing("download", ID, "me", "why", arguments={"file": "nope"}))
    assert len(asked) == 1
