"""A reboot from the call to its verified effect: a daemon, a router on the wire, both databases."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from acs.cwmp.codec import encode
from acs.cwmp.messages import (
    GetParameterNames,
    GetParameterNamesResponse,
    GetParameterValues,
    GetParameterValuesResponse,
    Inform,
    Message,
    ParameterInfo,
    ParameterValue,
    Reboot,
    RebootResponse,
    SetParameterValues,
    SetParameterValuesResponse,
)
from acs.facts import Event
from acs.identity import DeviceId
from acs.simulator.service import Service
from tests.cwmp.routers import NAMESPACE
from tests.postgres import Cluster
from tests.running import Peer

_DAY = 86_400
_SETTLE = 1.0
_PATIENCE = 30.0
DEVICE = DeviceId("Acme", "00AA01", "Box", "S-1")
URL = f"/v1/routers/{DEVICE.router_id.replace('%', '%25')}"
ACTIONS = {
    "settle": f"{_SETTLE:g}s",
    "sweep": "1s",
    "guards": {"after_boot": "0s", "fleet_minimum": 10},
}


class Leaking:
    """A router whose memory ran out in forty days, and which a restart cures."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.reboots: list[str] = []
        self.leaves = {
            "Device.DeviceInfo.SoftwareVersion": ("string", "1.0"),
            "Device.DeviceInfo.UpTime": ("unsignedInt", str(40 * _DAY)),
            "Device.DeviceInfo.MemoryStatus.Total": ("unsignedInt", "262144"),
            "Device.DeviceInfo.MemoryStatus.Free": ("unsignedInt", "2600"),
        }

    def session(self, *events: Event) -> None:
        """Inform, then do as one is told, to the end."""
        informed = Inform(DEVICE, events, 1, "", 0, self._values(("Device.DeviceInfo.Soft",)))
        with Peer(self._port) as wire:
            reply = wire.post(encode(informed, namespace=NAMESPACE, id="1"))
            cookie = f"Cookie: {reply.headers['Set-Cookie'].partition(';')[0]}"
            reply = wire.post(b"", cookie)
            while reply.status == 200:
                answer = self._answer(reply.message)
                reply = wire.post(encode(answer, namespace=NAMESPACE, id=None), cookie)
            assert reply.status == 204
        if self.reboots:
            self.leaves["Device.DeviceInfo.UpTime"] = ("unsignedInt", "60")
            self.leaves["Device.DeviceInfo.MemoryStatus.Free"] = ("unsignedInt", "180000")

    def _answer(self, asked: Message) -> Message:
        if isinstance(asked, GetParameterNames):
            names = [name for name in self.leaves if name.startswith(asked.path)]
            return GetParameterNamesResponse(tuple(ParameterInfo(name, False) for name in names))
        if isinstance(asked, GetParameterValues):
            return GetParameterValuesResponse(self._values(asked.names))
        if isinstance(asked, SetParameterValues):
            return SetParameterValuesResponse(0)
        assert isinstance(asked, Reboot)
        self.reboots.append(asked.command_key)
        return RebootResponse()

    def _values(self, asked: tuple[str, ...]) -> tuple[ParameterValue, ...]:
        return tuple(
            ParameterValue(name, value, kind)
            for name, (kind, value) in self.leaves.items()
            if name.startswith(asked)
        )


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    tables: dict[str, Any] = {
        "cwmp": {"enrolment": "open", "connection_requests": False, "collect_interval": "1s"},
        "actions": ACTIONS,
    }
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        name = cluster.create()
        tables["storage"] = {"url": cluster.url(name), "key_file": str(tmp_path / "key")}
    service = Service(tmp_path / "state", tables)
    service.start()
    yield service
    service.kill()
    service.stop()
    if request.param == "postgresql":
        cluster.drop(name)


def _live_where_it_is_morning(client: httpx.Client) -> None:
    """A call in the busy evening speaks for other causes: the hour of the test must not count."""
    offset = 3600 * (10 - datetime.now(UTC).hour)
    place = {"router_id": DEVICE.router_id, "utc_offset": offset}
    body = {"phone": "+7 916 123-45-67", "routers": [place]}
    assert client.put("/v1/subscribers/100200300", json=body).status_code < 300


def test_a_reboot_from_the_call_to_its_verified_effect(service: Service) -> None:
    router = Leaking(service.cwmp_port)
    router.session(Event("2 PERIODIC"))
    with service.client() as client:
        _live_where_it_is_morning(client)
        assert client.post(f"{URL}/contacts", json={"channel": "phone"}).status_code == 201
        judged = client.get(f"{URL}/diagnosis").json()
        assert judged["action"] == "reboot"
        _is_told(client, "reboot is likely to help", "поможет удалённая перезагрузка")
        command = _ask(client)
        assert command["state"] == "queued"
        router.session(Event("2 PERIODIC"))
        assert router.reboots == [command["command_id"]]
        assert _command(client, command)["state"] == "accepted"
        router.session(Event("1 BOOT"), Event("M Reboot", router.reboots[0]))
        assert _command(client, command)["confirmed_at"] is not None
        done = _verified(client, router, command)
        assert (done["state"], done["outcome"]) == ("verified", "helped")
        assert _steps(client, command) == ["queued", "sent", "answered", "back", "verified"]
        # A chat, by another who was not there: it is all in the status.
        _is_told(client, "minute ago helped.", "минуты назад помогла.")
        chat = {"channel": "chat", "action": "reboot", "helped": True}
        assert client.post(f"{URL}/contacts", json=chat).status_code == 201
        again = client.post(f"{URL}/commands", json={"kind": "reboot", "reason": "once more"})
        assert again.status_code == 409  # without consent, one a day
        assert "router_budget" in {no["guard"] for no in again.json()["refusals"]}
    assert router.reboots == [command["command_id"]]


def _is_told(client: httpx.Client, english: str, russian: str) -> None:
    """Who knows the caller's number alone finds his router, and is told this in his language."""
    (found,) = client.get("/v1/find", params={"q": "8 (916) 123-45-67"}).json()["items"]
    path = f"/v1/subscribers/{found['account']}/status"
    for language, says in (("en", english), ("ru", russian)):
        status = client.get(path, headers={"Accept-Language": language}).json()
        assert says in status["sentence"]
        assert status["routers"][0]["language"] == language


def _steps(client: httpx.Client, command: dict[str, Any]) -> list[str]:
    """What a stream of the command's events tells of one that is over."""
    lines = client.get(f"/v1/commands/{command['command_id']}/events").text.splitlines()
    return [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]


def _ask(client: httpx.Client) -> dict[str, Any]:
    body = {"kind": "reboot", "consent": True, "reason": "the customer calls"}
    answer = client.post(f"{URL}/commands", json=body)
    assert answer.status_code == 202
    asked: dict[str, Any] = answer.json()
    return asked


def _command(client: httpx.Client, command: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/commands/{command['command_id']}").json()
    return found


def _verified(client: httpx.Client, router: Leaking, command: dict[str, Any]) -> dict[str, Any]:
    """The command once its effect is known; the router goes on talking meanwhile."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        found = _command(client, command)
        if found["state"] == "verified":
            return found
        router.session(Event("2 PERIODIC"))
    raise AssertionError(found)
