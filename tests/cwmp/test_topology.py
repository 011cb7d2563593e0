import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp.topology import SELECTORS, Topology, selectors_in, survey

PORT = "Device.Ethernet.Interface."
WAN = "InternetGatewayDevice.WANDevice."


def _ports(*upstream: str | None) -> Topology:
    names = [f"{PORT}{n}.Status" for n in range(1, len(upstream) + 1)]
    said = {f"{PORT}{n}.Upstream": text for n, text in enumerate(upstream, 1) if text is not None}
    return survey(names, said)


@pytest.mark.parametrize(
    ("upstream", "wan", "lan"),
    [
        (("1", "0", "0"), {"1"}, {"2", "3"}),
        (("false", "true"), {"2"}, {"1"}),
        # it does not say, and there are two: nobody guesses
        ((None, None), set(), set()),
        # it does not say, and there is one
        ((None,), {"1"}, set()),
        # the only port is said to face the home: the WAN is something else
        (("false",), set(), {"1"}),
        (("true", None), {"1"}, set()),
        (("maybe", "false"), set(), {"2"}),
    ],
)
def test_ports_are_what_the_router_says(
    upstream: tuple[str | None, ...], wan: set[str], lan: set[str]
) -> None:
    found = _ports(*upstream)
    assert found.wan_ethernet == wan
    assert found.lan_ethernet == lan


def test_a_monitor_belongs_to_the_port_it_names() -> None:
    names = [f"{PORT}1.Upstream", f"{PORT}2.Upstream", "Device.Ethernet.RMONStats.5.Interface"]
    said = {
        f"{PORT}1.Upstream": "true",
        f"{PORT}2.Upstream": "false",
        "Device.Ethernet.RMONStats.5.Interface": "Device.Ethernet.Interface.1",
    }
    assert survey(names, said).wan_rmon == {"5"}
    said["Device.Ethernet.RMONStats.5.Interface"] = "Device.Ethernet.Interface.2."
    assert survey(names, said).wan_rmon == frozenset()


def test_an_address_faces_the_provider_when_it_rests_on_such_a_port() -> None:
    layers = {
        "Device.Ethernet.Interface.7.Upstream": "true",
        "Device.Ethernet.Interface.1.Upstream": "false",
        "Device.IP.Interface.1.LowerLayers": "Device.Ethernet.Link.1.",
        "Device.Ethernet.Link.1.LowerLayers": "Device.Bridging.Bridge.1.Port.1.",
        "Device.IP.Interface.4.LowerLayers": "Device.Ethernet.VLANTermination.1",
        "Device.Ethernet.VLANTermination.1.LowerLayers": "Device.Ethernet.Link.2.",
        "Device.Ethernet.Link.2.LowerLayers": "Device.Ethernet.Interface.7",
        "Device.IP.Interface.5.LowerLayers": "Device.PPP.Interface.1",
        # a circle
        "Device.IP.Interface.6.LowerLayers": "Device.IP.Interface.6",
    }
    assert survey(layers, layers).wan_ip == {"4", "5"}


def test_a_dongle_is_no_way_out_beside_a_port() -> None:
    said = {
        f"{PORT}1.Upstream": "true",
        "Device.PPP.Interface.1.LowerLayers": "Device.USB.Interface.1.",
        "Device.PPP.Interface.2.LowerLayers": "Device.Ethernet.Link.1.",
    }
    assert survey(said, said).wan_ppp == {"2"}
    del said[f"{PORT}1.Upstream"]
    assert survey(said, said).wan_ppp == {"1", "2"}


@pytest.mark.parametrize(
    ("access", "devices"),
    [
        (("Ethernet", "USB_3G"), {"1"}),
        (("Ethernet", "3GDongle"), {"1"}),
        (("DSL", "Ethernet"), {"1", "2"}),
        (("LTE",), {"1"}),
        (("", ""), {"1", "2"}),
    ],
)
def test_a_backup_counts_only_when_alone(access: tuple[str, ...], devices: set[str]) -> None:
    said = {
        f"{WAN}{n}.WANCommonInterfaceConfig.WANAccessType": kind for n, kind in enumerate(access, 1)
    }
    assert survey(said, said).wan_device == devices


def test_only_what_tells_interfaces_apart_is_read() -> None:
    names = [f"{PORT}1.Upstream", f"{PORT}1.Name", f"{WAN}1.WANCommonInterfaceConfig.WANAccessType"]
    assert selectors_in(names) == (names[0], names[2])


@given(
    st.dictionaries(
        st.sampled_from([s.replace("{i}", n) for s in SELECTORS for n in "123"]),
        st.sampled_from(["true", "Device.IP.Interface.1.", "Device.Ethernet.Link.2,,", "", "x"])
        | st.text(max_size=8),
    )
)
def test_whatever_it_says_none_is_both(said: dict[str, str]) -> None:
    found = survey(said, said)
    assert found.wan_ethernet.isdisjoint(found.lan_ethernet)
