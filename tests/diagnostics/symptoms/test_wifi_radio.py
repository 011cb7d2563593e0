from collections.abc import Callable
from typing import Any

from diagnostics.sample import Value

HOUR = 3600.0
Stories = Callable[..., Any]
GONE: dict[str, Value] = {"wifi.assoc": 0, "wifi.client_rssi_p10": 0}


def test_nobody_at_home_is_no_hung_radio(story: Stories) -> None:
    def away(age: float, vitals: dict[str, Value]) -> None:
        # every night and every working day the house is empty and the line is idle
        if int(age // HOUR) % 24 < 12:
            vitals.update(GONE)

    def idle(age: float, vitals: dict[str, Value]) -> None:
        if age < 12 * HOUR:
            vitals["eth.rx_packets"] = int(1e9)

    verdict = story().with_(away).with_(idle).verdict(calling=False)
    assert verdict.action == "none"


def test_a_radio_that_was_switched_off_is_no_fault(story: Stories) -> None:
    off = story().since(5 * HOUR, GONE | {"wifi.radio_status": "Down"})
    assert off.verdict(calling=False).action == "none"
