import pytest

from acs.cwmp.reachable import reach_learned
from acs.facts import ReachLearned


def learned(root: str, **values: str) -> ReachLearned | None:
    named = {f"{root}ManagementServer.{name}": value for name, value in values.items()}
    return reach_learned(root, {f"{root}DeviceInfo.SoftwareVersion": "1", **named}, "R", 7.0)


@pytest.mark.parametrize("root", ["Device.", "InternetGatewayDevice."])
def test_what_is_said(root: str) -> None:
    assert learned(root, ConnectionRequestURL="http://a/") is None
    assert learned(
        root,
        UDPConnectionRequestAddress=" 192.0.2.7:1 ",
        NATDetected="true",
        ConnReqJabberID="a@b/c",
    ) == ReachLearned(
        router_id="R", at=7.0, udp_address="192.0.2.7:1", nat_detected=True, jabber_id="a@b/c"
    )
    assert learned(root, ConnReqJabberID="") == ReachLearned(router_id="R", at=7.0, jabber_id="")


@pytest.mark.parametrize(
    ("text", "detected"),
    [("1", True), ("true", True), ("TRUE ", True), ("0", False), ("false", False), ("yes", None)],
)
def test_booleans(text: str, detected: bool | None) -> None:  # noqa: FBT001 - a parameter
    found = learned("Device.", NATDetected=text)
    assert found is not None
    assert found.nat_detected is detected


def test_another_root_is_another_tree() -> None:
    found = reach_learned(
        "Device.", {"InternetGatewayDevice.ManagementServer.NATDetected": "1"}, "R", 7.0
    )
    assert found == ReachLearned(router_id="R", at=7.0)
