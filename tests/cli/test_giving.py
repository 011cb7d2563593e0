"""Commands that change a router: what they ask for, what they print, what must be confirmed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from tests.cli.answering import answering

Run = Callable[..., Result]
UUID = "9b2e3c1a-0000-4000-8000-000000000001"

CASES: list[tuple[list[str], str, dict[str, Any]]] = [
    (["names", "R", "Device."], "names", {"path": "Device.", "next_level": True}),
    (["names", "R", "--all"], "names", {"path": "", "next_level": False}),
    (["attributes", "R", "Device.X"], "attributes", {"paths": ["Device.X"]}),
    (
        ["attributes", "R", "Device.X", "--notify", "active", "--writer", "Subscriber"],
        "attributes",
        {"changes": [{"name": "Device.X", "notification": 2, "access_list": ["Subscriber"]}]},
    ),
    (
        ["attributes", "R", "Device.X", "--notify", "none", "--no-writers"],
        "attributes",
        {"changes": [{"name": "Device.X", "notification": 0, "access_list": []}]},
    ),
    (
        ["set", "R", "Device.X=1", "--type", "int", "--no-read-back", "--force"],
        "set",
        {"values": {"Device.X": "1"}, "types": {"Device.X": "int"}, "read_back": False},
    ),
    (
        ["add", "R", "Device.T", "A=1"],
        "add",
        {"object": "Device.T.", "values": {"A": "1"}},
    ),
    (["delete", "R", "Device.T.3", "--yes"], "delete", {"object": "Device.T.3."}),
    (
        ["download", "R", "--from", "http://192.0.2.1/f.cfg", "--type", "config", "-y"],
        "download",
        {"url": "http://192.0.2.1/f.cfg", "file_type": "3 Vendor Configuration File"},
    ),
    (
        ["download", "R", "--file", "7f3a", "--window", "0-5m,idle", "--yes"],
        "schedule_download",
        {"file": "7f3a", "windows": [{"start": 0, "end": 300, "mode": "3 When Idle"}]},
    ),
    (["upload", "R", "--type", "log"], "upload", {"file_type": "2 Vendor Log File"}),
    (
        ["upload", "R", "--to", "http://192.0.2.1/", "--username", "u", "--delay", "1m"],
        "upload",
        {
            "file_type": "1 Vendor Configuration File",
            "url": "http://192.0.2.1/",
            "username": "u",
            "delay": 60,
        },
    ),
    (["cancel-transfer", "R", "c1"], "cancel_transfer", {"command": "c1"}),
    (["factory-reset", "R", "--yes"], "factory_reset", {}),
    (["schedule-inform", "R", "90s"], "schedule_inform", {"delay": 90}),
    (
        ["software", "install", "R", "--from", "http://192.0.2.1/a.ipk", "--yes"],
        "software",
        {"operations": [{"kind": "install", "url": "http://192.0.2.1/a.ipk"}]},
    ),
    (
        ["software", "update", "R", "--uuid", UUID, "--file", "7f3a", "--yes"],
        "software",
        {"operations": [{"kind": "update", "uuid": UUID, "file": "7f3a"}]},
    ),
    (
        ["software", "uninstall", "R", "--uuid", UUID, "--version", "1.0", "--yes"],
        "software",
        {"operations": [{"kind": "uninstall", "uuid": UUID, "version": "1.0"}]},
    ),
    (
        ["ping", "R", "192.0.2.1", "-c", "9", "--each", "500", "--gateway"],
        "diagnostic",
        {"test": "ping", "host": "192.0.2.1", "count": 9, "timeout": 500, "gateway": True},
    ),
    (
        ["traceroute", "R", "h", "--max-hops", "9"],
        "diagnostic",
        {"test": "traceroute", "host": "h", "max_hops": 9},
    ),
    (
        ["nslookup", "R", "h", "--server", "192.0.2.53"],
        "diagnostic",
        {"test": "nslookup", "host": "h", "server": "192.0.2.53"},
    ),
    (
        ["speedtest", "R", "--upload", "--size", "1000", "--server", "http://192.0.2.1/"],
        "diagnostic",
        {"test": "upload", "url": "http://192.0.2.1/", "size": 1000},
    ),
    (
        ["udp-echo", "R", "h", "--interval", "20"],
        "diagnostic",
        {"test": "udp_echo", "host": "h", "port": 7, "interval": 20},
    ),
    (["wifi-scan", "R"], "diagnostic", {"test": "wifi_scan"}),
    (["dsl-test", "R", "--wan", "2"], "diagnostic", {"test": "dsl", "wan": 2}),
    (["self-test", "R"], "diagnostic", {"test": "self_test"}),
    (["rpc", "R", "GetRPCMethods"], "rpc", {"method": "GetRPCMethods", "arguments": {}}),
    (
        ["rpc", "R", "DeleteObject", "--json", '{"ObjectName": "Device.T.1."}', "--yes"],
        "rpc",
        {"method": "DeleteObject", "arguments": {"ObjectName": "Device.T.1."}},
    ),
]


@pytest.mark.parametrize(
    ("words", "kind", "arguments"), CASES, ids=[" ".join(case[0]) for case in CASES]
)
def test_each_asks_for_its_command(
    acs: Run,
    daemon: Any,
    known_router: str,
    *,
    words: list[str],
    kind: str,
    arguments: dict[str, Any],
) -> None:
    head = 2 if words[0] == "software" else 1
    rest = [known_router if word == "R" else word for word in words[head:]]
    wait = answering(daemon, known_router, {})
    result = acs(" ".join(words[:head]), *rest)
    command = wait()
    assert result.exit_code == 0, result.stderr
    assert (command.kind, command.arguments) == (kind, arguments)
    assert command.reason == "asked for on the command line"


@pytest.mark.parametrize(
    "words",
    [
        ["delete", "Device.T.1."],
        ["download", "--file", "7f3a"],
        ["factory-reset"],
        ["software install", "--file", "7f3a"],
        ["software uninstall", "--uuid", UUID],
        ["rpc", "DeleteObject"],
    ],
)
def test_dangerous_ones_need_yes_where_nobody_can_be_asked(
    acs: Run, daemon: Any, known_router: str, words: list[str]
) -> None:
    result = acs(words[0], known_router, *words[1:])
    assert result.exit_code == 2
    assert "needs --yes" in result.stderr
    assert daemon.commands(known_router) == []


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 1), ("", 130)])
def test_at_a_terminal_the_operator_is_asked(
    acs: Run,
    daemon: Any,
    known_router: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    typed: str,
    code: int,
) -> None:
    monkeypatch.setattr("acs.cli.giving._can_ask", lambda: True)
    result = acs("factory-reset", known_router, "--no-wait", input=typed)
    assert result.exit_code == code, result.stderr
    assert "all its settings are lost" in result.stderr
    assert len(daemon.commands(known_router)) == (1 if code == 0 else 0)


def test_one_that_is_not_waited_for_says_its_command(
    acs: Run, daemon: Any, known_router: str
) -> None:
    result = acs("get", known_router, "Device.X", "--no-wait")
    (command,) = daemon.commands(known_router)
    assert (result.exit_code, result.stdout) == (0, "")
    assert command.command_id in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["set", "R", "Device.X"],
        ["set", "R", "A=1", "A=2"],
        ["attributes", "R", "A", "--writer", "x", "--no-writers"],
        ["download", "R"],
        ["download", "R", "--file", "a", "--from", "http://a/"],
        ["download", "R", "--from", "http://a/", "-y"],
        ["download", "R", "--file", "a", "--window", "5m"],
        ["download", "R", "--file", "a", "--window", "1m-5m,never"],
        ["download", "R", "--file", "a", "--window", "1x-5m"],
        ["download", "R", "--file", "a", "--window", "1m-5m", "--delay", "5s"],
        ["software", "install", "R", "--yes"],
        ["software", "install", "R", "--file", "a", "--from", "http://a/", "--yes"],
        ["speedtest", "R", "--size", "5"],
        ["rpc", "R", "GetRPCMethods", "--json", "[]"],
        ["rpc", "R", "GetRPCMethods", "--json", "{"],
    ],
)
def test_wrong_usage_is_told_before_anything_is_asked(run: Run, words: list[str]) -> None:
    result = run(*words)
    assert result.exit_code == 2, result.stderr
    assert result.stderr.startswith("acs: ")


def test_what_the_daemon_finds_wrong_is_a_usage_error(acs: Run, known_router: str) -> None:
    result = acs("ping", known_router, "")
    assert result.exit_code == 2
    result = acs("delete", known_router, "Device.T.x.", "--yes")
    assert result.exit_code == 2
    assert "arguments.object" in result.stderr
    result = acs("rpc", known_router, "Reboot", "--yes")
    assert result.exit_code == 2


def test_json_is_the_whole_command(acs: Run, daemon: Any, known_router: str) -> None:
    wait = answering(daemon, known_router, {"response": {"methods": ["Reboot"]}})
    result = acs("rpc", known_router, "GetRPCMethods")
    wait()
    document = json.loads(result.stdout)
    assert document["result"] == {"response": {"methods": ["Reboot"]}}
    assert document["kind"] == "rpc"
    assert document["state"] == "done"


def printed(acs: Run, daemon: Any, router: str, result: dict[str, object], *words: str) -> str:
    wait = answering(daemon, router, result)
    found = acs(words[0], router, *words[1:])
    wait()
    assert found.exit_code == 0, found.stderr
    return found.stdout


def test_an_added_object_is_printed_with_its_values(
    acs: Run, daemon: Any, known_router: str
) -> None:
    result: dict[str, object] = {
        "object": "Device.T.4.",
        "instance": 4,
        "status": 0,
        "values": {"Device.T.4.A": "1"},
    }
    text = printed(acs, daemon, known_router, result, "add", "Device.T.", "A=1")
    assert text.splitlines()[0] == "Device.T.4."
    assert text.splitlines()[2].split() == ["Device.T.4.A", "1"]


def test_attributes_are_told_in_words(acs: Run, daemon: Any, known_router: str) -> None:
    found: dict[str, object] = {
        "attributes": {
            "Device.X": {"notification": 2, "access_list": ["Subscriber"]},
            "Device.Y": {"notification": 9, "access_list": []},
        }
    }
    text = printed(acs, daemon, known_router, found, "attributes", "Device.")
    assert [line.split() for line in text.splitlines()[1:]] == [
        ["Device.X", "2", "active", "Subscriber"],
        ["Device.Y", "9", "-"],
    ]


def test_names_say_what_may_be_written(acs: Run, daemon: Any, known_router: str) -> None:
    names: dict[str, object] = {"names": {"Device.A": True, "Device.B.": False}}
    text = printed(acs, daemon, known_router, names, "names", "Device.")
    assert [line.split() for line in text.splitlines()[1:]] == [
        ["Device.A", "yes"],
        ["Device.B.", "no"],
    ]


def test_a_ping_is_told_in_figures(acs: Run, daemon: Any, known_router: str) -> None:
    figures: dict[str, object] = {
        "answered": 3,
        "lost": 1,
        "minimum_ms": 8.25,
        "average_ms": 9,
        "maximum_ms": 11,
    }
    text = printed(acs, daemon, known_router, figures, "ping", "192.0.2.1")
    assert text == (
        "sent 4, answered 3, lost 1 (25%)\nminimum 8.25 ms, average 9 ms, maximum 11 ms\n"
    )


def test_a_route_is_a_table_of_hops(acs: Run, daemon: Any, known_router: str) -> None:
    hops = [
        {"host": "a\x1b[2J", "address": "192.0.2.1", "times_ms": [1, 2]},
        {"times_ms": []},
    ]
    text = printed(acs, daemon, known_router, {"hops": hops}, "traceroute", "192.0.2.9")
    assert [line.split() for line in text.splitlines()[1:]] == [
        ["1", "a\\x1b[2J", "192.0.2.1", "1", "ms,", "2", "ms", "-"],
        ["2", "-", "-", "*", "-"],
    ]


def test_throughput_networks_and_lookups_are_told(acs: Run, daemon: Any, known_router: str) -> None:
    load: dict[str, object] = {"mbit_per_s": 93.5, "bytes": 1000, "seconds": 0.5, "connect_ms": 3}
    text = printed(acs, daemon, known_router, load, "speedtest", "--server", "http://192.0.2.1/")
    assert text == "93.5 Mbit/s\n1000 bytes in 0.5 s\nconnected in 3 ms\n"
    networks = [{"ssid": "far", "signal_dbm": -90}, {"ssid": "near", "signal_dbm": -40}]
    text = printed(acs, daemon, known_router, {"networks": networks}, "wifi-scan")
    assert [line.split()[0] for line in text.splitlines()] == ["SSID", "near", "far"]
    row = {"status": "Success", "name": "h", "addresses": ["192.0.2.80"], "time_ms": 4}
    text = printed(acs, daemon, known_router, {"results": [row]}, "nslookup", "h")
    assert text.splitlines()[1].split() == ["Success", "h", "192.0.2.80", "-", "4", "ms", "-"]
    line: dict[str, object] = {"psd_dbm_per_hz_ds": -40.5, "power_dbm_us": 12.2}
    text = printed(acs, daemon, known_router, line, "dsl-test")
    assert "-40.5 dBm/Hz" in text
    assert printed(acs, daemon, known_router, {"says": "a\nb"}, "self-test") == "a\nb\n"


def test_units_of_software_are_told(acs: Run, daemon: Any, known_router: str) -> None:
    unit = {"uuid": UUID, "version": "1.0", "current_state": "Installed", "fault": [0, ""]}
    words = ("--from", "http://192.0.2.1/a.ipk", "--yes")
    text = printed(acs, daemon, known_router, {"operations": [unit]}, "software install", *words)
    assert text.splitlines()[1].split() == [UUID, "1.0", "Installed", "-", "-"]
    bad = {**unit, "current_state": "Failed", "fault": [9010, "Gone"]}
    result: dict[str, object] = {"error": "1 of 1 operations failed: 1", "operations": [bad]}
    wait = answering(daemon, known_router, result, fails=True)
    found = acs("software install", known_router, *words)
    wait()
    assert found.exit_code == 1
    assert f'{UUID}: the download failed [9010] ("Gone")' in found.stderr


def test_a_value_that_differs_is_a_failure(acs: Run, daemon: Any, known_router: str) -> None:
    result: dict[str, object] = {"error": "one of them reads otherwise", "differ": {}}
    wait = answering(daemon, known_router, result, fails=True)
    found = acs("set", known_router, "Device.X=1")
    wait()
    assert found.exit_code == 1
    assert "reads otherwise" in found.stderr


def test_transfers_are_listed(acs: Run, daemon: Any, known_router: str) -> None:
    assert acs("transfers", known_router).stderr == "no transfers\n"
    acs("upload", known_router, "--no-wait")
    acs("get", known_router, "Device.X", "--no-wait")
    result = acs("transfers", known_router)
    assert len(result.stdout.splitlines()) == 2
    assert result.stdout.splitlines()[1].split()[1:3] == ["upload", "queued"]
    (found,) = json.loads(acs("transfers", known_router, "--all", "--json").stdout)
    assert found["kind"] == "upload"
