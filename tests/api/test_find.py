"""A subscriber or a router, found by whatever name a caller can give."""

import pytest

from acs.identity import DeviceId
from acs.storage.finding import phone_key
from tests.api.harness import DEVICE, Api

MAC = DeviceId("Other", "001122", "Box", "001122AABBCC")


def subscriber(api: Api, account: str, router_id: str, **more: str) -> None:
    body = {"routers": [{"router_id": router_id}], **more}
    assert api.request("PUT", f"/v1/subscribers/{account}", json=body).status_code < 300


@pytest.fixture
def town(api: Api) -> Api:
    subscriber(api, "100200300", api.router(), phone="+7 916 123-45-67", login="user17@isp")
    subscriber(api, "100200301", api.router(MAC), phone="8 (495) 765 43 21")
    return api


@pytest.mark.parametrize(
    ("text", "by", "account"),
    [
        ("100200300", "account", "100200300"),
        (" 100200300 ", "account", "100200300"),
        ("user17@isp", "login", "100200300"),
        ("89161234567", "phone", "100200300"),
        ("+7 (916) 123 45 67", "phone", "100200300"),
        ("4957654321", "phone", "100200301"),
        (DEVICE.serial_number, "serial_number", "100200300"),
        (DEVICE.serial_number.lower(), "serial_number", "100200300"),
        (DEVICE.router_id, "router_id", "100200300"),
        ("00:11:22:aa:bb:cc", "mac", "100200301"),
        ("00-11-22-AA-BB-CC", "mac", "100200301"),
        ("0011.22aa.bbcc", "mac", "100200301"),
    ],
)
def test_one_is_found(town: Api, text: str, by: str, account: str) -> None:
    answer = town.get("/v1/find", params={"q": text})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["ambiguous"], found["more"]) == (False, False)
    (item,) = found["items"]
    assert by in item["matched"]
    assert item["account"] == account
    assert len(item["router_ids"]) == 1


def test_several_are_all_named(town: Api) -> None:
    found = town.get("/v1/find", params={"q": "192.0.2.17"}).json()
    assert found["ambiguous"]
    assert {item["account"] for item in found["items"]} == {"100200300", "100200301"}
    third = DeviceId("Other", "001122", "Box", "S3")
    subscriber(town, "100200302", town.router(third), phone="79161234567")
    found = town.get("/v1/find", params={"q": "9161234567"}).json()
    assert [item["account"] for item in found["items"]] == ["100200300", "100200302"]


def test_one_name_for_two_things_is_one_subscriber(api: Api) -> None:
    router_id = api.router()
    subscriber(api, DEVICE.serial_number, router_id, login=DEVICE.serial_number)
    (item,) = api.get("/v1/find", params={"q": DEVICE.serial_number}).json()["items"]
    assert item["matched"][:3] == ["account", "login", "serial_number"]


def test_a_router_that_is_nobodys(api: Api) -> None:
    router_id = api.router()
    (item,) = api.get("/v1/find", params={"q": DEVICE.serial_number}).json()["items"]
    assert (item["account"], item["router_ids"]) == (None, [router_id])


@pytest.mark.parametrize("text", ["192.168.10.25", "00-19-21-68-10-25", "0019.2168.1025"])
def test_an_address_is_no_telephone_number(town: Api, text: str) -> None:
    third = DeviceId("Other", "001122", "Box", "S3")
    subscriber(town, "100200302", town.router(third), phone="+7 192 168 10 25")
    assert town.get("/v1/find", params={"q": "+7 (192) 168-10-25"}).status_code == 200
    assert town.get("/v1/find", params={"q": text}).status_code == 404


def test_nobody_is_clear(town: Api) -> None:
    for text in ("1002003", "nobody", "%", "916", "00:11:22:aa:bb"):
        answer = town.get("/v1/find", params={"q": text})
        assert answer.status_code == 404
        assert repr(text) in answer.json()["detail"]
    assert town.get("/v1/find").status_code == 422
    assert town.get("/v1/find", params={"q": "  "}).status_code == 422


@pytest.mark.parametrize(
    ("phone", "key"),
    [
        ("+7 916 123-45-67", "9161234567"),
        ("8(916)1234567", "9161234567"),
        ("12345", "12345"),
        ("1234", ""),
        ("user17", ""),
        ("", ""),
        ("+++", ""),
        ("٣٣٣٣٣٣", ""),
    ],
)
def test_telephone_numbers(phone: str, key: str) -> None:
    assert phone_key(phone) == key
