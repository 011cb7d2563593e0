"""An engineer's commands from end to end: the command line, the daemon, a virtual router.

Processes of their own and real sockets; each command once, in the order of a day's work.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from acs.simulator.service import Service
from tests.datamodel.xml import FILES

PATIENCE = 90.0
SERIAL = "LAB1"
ROUTER = f"0A1001-K2-{SERIAL}"
UUID = "9b2e3c1a-0000-4000-8000-000000000001"
TABLES: dict[str, dict[str, Any]] = {
    "cwmp": {"enrolment": "open", "connection_request_interval": "1s"},
    "actions": {
        "sweep": "1s",
        "settle": "1s",
        "guards": {
            "after_boot": "0s",
            "segment_minimum": 1000,
            "fleet_minimum": 1000,
            "proactive_hours": "00:00-24:00",
        },
    },
}


class Lab:
    """A daemon, one virtual router, and the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.service = Service(folder / "state", TABLES)
        self.service.start()
        server = f"http://127.0.0.1:{self.service.cwmp_port}/"
        words = ["--server", server, "--serial", SERIAL, "--interval", "2s", "--reboot-takes", "1s"]
        self._router = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "acs.cli", "virtual-router", *words],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def close(self) -> None:
        self._router.terminate()
        self._router.wait(PATIENCE)
        self.service.stop()

    def acs(self, *words: str, code: int = 0) -> str:
        """Run the command line against the daemon; what it printed."""
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "acs.cli", *words],
            env={"ACS_SOCKET": str(self.service.socket), "PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def known(self) -> bool:
        """Whether the router has been walked."""
        done = self.service.request("GET", f"/v1/routers?q={SERIAL}")
        return done == 200 and SERIAL in self.acs("devices")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("lab"))
    try:
        for _ in range(200):  # each look takes a while: no need to sleep
            if lab.known():
                break
        else:
            pytest.fail("the router did not come")
        yield lab
    finally:
        lab.close()


def test_the_router_is_found_and_shown(lab: Lab) -> None:
    (row,) = [line for line in lab.acs("devices").splitlines() if SERIAL in line]
    assert row.split()[:3] == [ROUTER, "Kestrel", "K2"]
    shown = lab.acs("show", SERIAL)
    assert shown.startswith(ROUTER)
    assert "sys.uptime" in shown


def test_parameters_are_read_named_and_set(lab: Lab) -> None:
    assert "Kestrel K2" in lab.acs("get", SERIAL, "Device.DeviceInfo.ModelName")
    assert "[9005]" in lab.acs("get", SERIAL, "Device.DeviceInfo.None", code=1)
    assert "Device.WiFi." in lab.acs("names", SERIAL, "Device.")
    text = lab.acs("set", SERIAL, "Device.WiFi.Radio.1.Channel=44")
    assert text.split()[-3:] == ["Device.WiFi.Radio.1.Channel", "36", "44"]
    refused = lab.acs("set", SERIAL, "Device.WiFi.Radio.1.None=1", "--force", code=1)
    assert "[9005]" in refused
    assert "vitals" in lab.acs("refresh", SERIAL, "--wait", "--json")


def test_the_tree_is_read_and_guards_what_is_sent(lab: Lab) -> None:
    lab.acs("tree", SERIAL, "Device.", "--refresh")
    found = json.loads(lab.acs("tree", SERIAL, "Device.WiFi.Radio.1.", "--depth", "0", "--json"))
    (channel,) = [e for e in found["items"] if e["path"].endswith(".Channel")]
    assert (channel["type"], channel["writable"]) == ("unsignedInt", True)
    assert found["whole_at"] is not None
    assert "no such parameter" in lab.acs("set", SERIAL, "Device.WiFi.Radio.1.None=1", code=2)
    asked = len(json.loads(lab.acs("commands", SERIAL, "--json")))
    assert "whole number" in lab.acs("set", SERIAL, "Device.WiFi.Radio.1.Channel=x", code=2)
    version = "Device.DeviceInfo.SoftwareVersion=9"
    assert "read-only" in lab.acs("set", SERIAL, version, code=2)
    assert len(json.loads(lab.acs("commands", SERIAL, "--json"))) == asked  # nothing was sent
    for name, data in FILES.items():
        (lab.folder / name).write_bytes(data)
    lab.acs("datamodel", "import", str(lab.folder / "model.xml"))
    assert "1 to 14 or 36" in lab.acs("set", SERIAL, "Device.WiFi.Radio.1.Channel=20", code=2)
    lab.acs("set", SERIAL, "Device.WiFi.Radio.1.Channel=20", "--force")


def test_objects_come_and_go(lab: Lab) -> None:
    table = "Device.NAT.PortMapping."
    added = lab.acs("add", SERIAL, table, "ExternalPort=8080", "InternalClient=192.168.1.7")
    path = added.splitlines()[0]
    assert path.startswith(table)
    assert "8080" in lab.acs("tree", SERIAL, path)
    lab.acs("delete", SERIAL, path, "--yes")
    assert "nothing is stored there" not in lab.acs("tree", SERIAL, table)
    assert "no such object" in lab.acs("delete", SERIAL, path, "--yes", code=2)


def test_attributes_are_changed_and_read(lab: Lab) -> None:
    name = "Device.WiFi.Radio.1.Channel"
    assert "2 active" in lab.acs("attributes", SERIAL, name, "--notify", "active")
    assert "2 active" in lab.acs("attributes", SERIAL, name)
    assert "0 none" in lab.acs("attributes", SERIAL, name, "--notify", "none")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("ping", "192.0.2.1"), "sent 3, answered 3, lost 0 (0%)"),
        (("traceroute", "192.0.2.9"), "hop4.example.net"),
        (("nslookup", "example.net"), "192.0.2.80"),
        (("udp-echo", "192.0.2.1", "--count", "5"), "sent 5, answered 5"),
        (("wifi-scan",), "neighbour-1"),
        (("dsl-test",), "19.5 dBm"),
        (("self-test",), "flash: good"),
    ],
)
def test_the_router_tests_and_tells(lab: Lab, words: tuple[str, ...], says: str) -> None:
    assert says in lab.acs(words[0], SERIAL, *words[1:])


def test_throughput_is_measured_against_this_server(lab: Lab) -> None:
    assert "Mbit/s" in lab.acs("speedtest", SERIAL)
    assert "200000 bytes" in lab.acs("speedtest", SERIAL, "--upload", "--size", "200000")


def test_a_file_is_sent_and_fetched(lab: Lab) -> None:
    done = json.loads(lab.acs("upload", SERIAL, "--type", "config", "--json"))
    assert done["state"] == "done"
    assert done["command_id"] in lab.acs("files", "uploads", SERIAL)
    target = lab.folder / "config.txt"
    lab.acs("files", "fetch", SERIAL, done["command_id"], "-o", str(target))
    assert b"Device.WiFi.Radio.1.Channel=20" in target.read_bytes()
    assert "upload" in lab.acs("transfers", SERIAL, "--all")


def test_firmware_is_fetched_and_runs(lab: Lab) -> None:
    image = lab.folder / "kestrel-3.5.0.bin"
    image.write_bytes(b"ACSD-VIRTUAL-FIRMWARE 3.5.0\n" + b"x" * 100_000)
    options = ("--model", "Kestrel K2", "--version", "3.5.0", "--json")
    added = json.loads(lab.acs("files", "add", str(image), *options))
    assert added["file_id"] in lab.acs("files", "list")
    done = json.loads(lab.acs("download", SERIAL, "--file", added["file_id"], "--yes", "--json"))
    assert (done["state"], done["result"]["version"]) == ("done", "3.5.0")
    assert "3.5.0" in lab.acs("get", SERIAL, "Device.DeviceInfo.SoftwareVersion")
    gone = ("download", SERIAL, "--from", "http://127.0.0.1:9/none.bin", "--type", "config")
    assert "[9015]" in lab.acs(*gone, "--yes", code=1)
    lab.acs("files", "remove", added["file_id"])


def test_a_transfer_is_scheduled_and_cancelled(lab: Lab) -> None:
    url = "http://127.0.0.1:9/none.cfg"
    words = ("--from", url, "--type", "config", "--window", "1h-2h", "--yes", "--no-wait", "--json")
    command = json.loads(lab.acs("download", SERIAL, *words))["command_id"]
    lab.acs("get", SERIAL, "Device.DeviceInfo.UpTime")  # a session in which it goes out first
    queued = json.loads(lab.acs("rpc", SERIAL, "GetAllQueuedTransfers"))
    assert command in str(queued["result"])
    lab.acs("cancel-transfer", SERIAL, command)
    assert command not in str(json.loads(lab.acs("rpc", SERIAL, "GetAllQueuedTransfers"))["result"])


def test_software_comes_and_goes(lab: Lab) -> None:
    module = lab.folder / "parental-1.2.ipk"
    module.write_bytes(b"module")
    entry = ("--type", "3 Vendor Configuration File", "--json")
    added = json.loads(lab.acs("files", "add", str(module), *entry))
    given = ("--file", added["file_id"], "--uuid", UUID, "--yes", "--force")
    assert "Installed" in lab.acs("software", "install", SERIAL, *given)
    assert "UnInstalled" in lab.acs("software", "uninstall", SERIAL, "--uuid", UUID, "--yes")


def test_any_call_can_be_made(lab: Lab) -> None:
    assert "ChangeDUState" in lab.acs("rpc", SERIAL, "GetRPCMethods")
    arguments = json.dumps({"path": "Device.Time.", "next_level": True})
    assert "Device.Time.Status" in lab.acs("rpc", SERIAL, "GetParameterNames", "--json", arguments)


def test_the_router_calls_at_its_time(lab: Lab) -> None:
    done = json.loads(lab.acs("schedule-inform", SERIAL, "1s", "--json"))
    assert done["state"] == "done"


def test_a_reboot_is_done_confirmed_and_verified(lab: Lab) -> None:
    words = ("--consent", "--reason", "ticket 4711", "--wait", "--timeout", "60s")
    assert "the reboot" in lab.acs("reboot", SERIAL, *words)
    (done,) = json.loads(lab.acs("commands", SERIAL, "--kind", "reboot", "--json"))
    assert (done["state"], done["reason"]) == ("verified", "ticket 4711")


def test_a_factory_reset_forgets_what_was_set(lab: Lab) -> None:
    lab.acs("factory-reset", SERIAL, "--yes")
    assert " 36" in lab.acs("get", SERIAL, "Device.WiFi.Radio.1.Channel")
    assert "3.5.0" in lab.acs("get", SERIAL, "Device.DeviceInfo.SoftwareVersion")


def test_every_command_has_ended(lab: Lab) -> None:
    states = {each["state"] for each in json.loads(lab.acs("commands", "--json", "-n", "200"))}
    assert states <= {"done", "failed", "confirmed", "verified"}
