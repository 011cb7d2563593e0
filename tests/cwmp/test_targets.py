import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp.targets import Target, TargetRefusedError, TargetRules

HOME = "203.0.113.7"
PORTS = "7547,30000-40000"


def check(url: str, spoke_from: str = HOME, prefixes: tuple[str, ...] = ()) -> Target:
    return TargetRules(prefixes, PORTS).check(url, spoke_from)


def test_the_routers_own_address() -> None:
    target = check(f"http://{HOME}:7547/tr069?x=1")
    assert (str(target.address), target.port, target.path) == (HOME, 7547, "/tr069?x=1")
    assert target.host == f"{HOME}:7547"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (f"http://{HOME}:7547", "/"),
        (f"HTTP://{HOME}:7547/", "/"),
        (f"http://{HOME}:7547?a", "/?a"),
        (f"http://{HOME}:30000/a%20b", "/a%20b"),
    ],
)
def test_paths(url: str, path: str) -> None:
    assert check(url).path == path


def test_a_configured_prefix() -> None:
    assert check("http://10.1.2.3:7547/", prefixes=("10.0.0.0/8",)).host == "10.1.2.3:7547"
    assert check("http://127.0.0.1:7547/", prefixes=("127.0.0.0/8",)).port == 7547


def test_ipv6() -> None:
    assert check("http://[2001:db8::7]:7547/", "2001:db8:0:0::7").host == "[2001:db8::7]:7547"


def test_mapped_ipv4_is_ipv4() -> None:
    assert str(check(f"http://[::ffff:{HOME}]:7547/").address) == HOME
    assert str(check(f"http://{HOME}:7547/", f"::ffff:{HOME}").address) == HOME


REFUSED = [
    ("", "url"),
    ("nonsense", "url"),
    ("http://", "url"),
    (f"http:/{HOME}:7547/", "url"),
    (f"//{HOME}:7547/", "url"),
    (f"http://user@{HOME}:7547/", "url"),
    (f"http://user:pass@{HOME}:7547/", "url"),
    (f"http://{HOME}:7547@evil.example/", "url"),
    (f"http://{HOME}:7547\\@evil.example/", "url"),
    (f"http://{HOME}:7547/#x", "url"),
    (f"http://{HOME}:7547/ HTTP/1.1\r\nX: y", "url"),
    (f"http://{HOME}:7547/\r\nX: y", "url"),
    (f"http://{HOME}:7547/\n", "url"),
    (f" http://{HOME}:7547/", "url"),
    (f"http://{HOME}:7547/\x00", "url"),
    (f"http://{HOME}:7547/ü", "url"),
    (f"http://{HOME}:/", "url"),
    (f"http://{HOME}:-1/", "url"),
    (f"http://{HOME}:75470000/", "url"),
    ("http://[fe80::1%25eth0]:7547/", "url"),
    ("http://[::1:7547/", "url"),
    (f"https://{HOME}:7547/", "scheme"),
    (f"ftp://{HOME}:7547/", "scheme"),
    ("file:///etc/passwd", "url"),
    (f"gopher://{HOME}:7547/", "scheme"),
    ("http://router.example:7547/", "host"),
    ("http://localhost:7547/", "host"),
    ("http://0313.0.0161.07:7547/", "host"),
    ("http://0xcb007107:7547/", "host"),
    ("http://0xcb.0x0.0x71.0x7:7547/", "host"),
    ("http://3405803783:7547/", "host"),
    ("http://203.113.7:7547/", "host"),
    ("http://127.1:7547/", "host"),
    ("http://203.0.113.007:7547/", "host"),
    ("http://203.0.113.7.:7547/", "host"),
    ("http://٢٠٣.0.113.7:7547/", "host"),
    ("http://203。0。113。7:7547/", "host"),
    ("http://203.0.113.7.nip.io:7547/", "host"),
    (f"http://{HOME}:80/", "port"),
    (f"http://{HOME}/", "port"),
    (f"http://{HOME}:22/", "port"),
    (f"http://{HOME}:0/", "port"),
    (f"http://{HOME}:65536/", "port"),
    (f"http://{HOME}:99999/", "port"),
    ("http://203.0.113.8:7547/", "address"),
    ("http://192.168.1.1:7547/", "address"),
    ("http://10.0.0.1:7547/", "address"),
    ("http://169.254.169.254:7547/", "address"),
    ("http://127.0.0.1:7547/", "address"),
    ("http://0.0.0.0:7547/", "address"),
    ("http://255.255.255.255:7547/", "address"),
    ("http://[::]:7547/", "address"),
    ("http://[::1]:7547/", "address"),
    ("http://[::ffff:127.0.0.1]:7547/", "address"),
    ("http://[::ffff:7f00:1]:7547/", "address"),
    ("http://[::ffff:169.254.169.254]:7547/", "address"),
    ("http://[::203.0.113.7]:7547/", "address"),
    ("http://[64:ff9b::cb00:7107]:7547/", "address"),
    ("http://[2002:cb00:7107::1]:7547/", "address"),
    ("http://[fe80::1]:7547/", "address"),
]


@pytest.mark.parametrize(("url", "reason"), REFUSED)
def test_where_it_may_not_go(url: str, reason: str) -> None:
    with pytest.raises(TargetRefusedError) as refused:
        check(url)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "fe80::1"],  # noqa: S104 - not bound
)
def test_special_addresses_even_if_the_router_seems_to_live_there(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(TargetRefusedError) as refused:
        check(f"http://{host}:7547/", address)
    assert refused.value.reason == "address"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_loopback_only_where_the_router_spoke_from_it(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    assert str(check(f"http://{host}:7547/", address).address) == address


@given(st.text(max_size=60))
def test_any_text_is_refused_or_the_routers_own(url: str) -> None:
    for text in (url, f"http://{url}", f"http://{HOME}{url}:7547/", f"http://{HOME}:7547{url}"):
        try:
            target = check(text)
        except TargetRefusedError:
            continue
        assert str(target.address) == HOME
        assert target.path.isascii()
        assert target.path.isprintable()
        assert " " not in target.path


@pytest.mark.parametrize("ports", ["", "x", "0", "70000", "9-8", "1-", "1-2-3", "80,"])
def test_bad_port_ranges(ports: str) -> None:
    with pytest.raises(ValueError, match="connection_request_ports: found"):
        TargetRules((), ports)


def test_bad_prefix() -> None:
    with pytest.raises(ValueError, match="connection_request_prefixes: found"):
        TargetRules(("10.0.0.1/8",))
