"""Which addresses may be called."""

import pytest

from acs.webhooks.addresses import UrlError, check_url, is_allowed
from acs.webhooks.settings import WebhookSettings

CLOSED = WebhookSettings()
OPEN = WebhookSettings(insecure=True, allow=("10.1.0.0/16", "127.0.0.1/32", "fd00:1::/32"))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_may_be_called(address: str) -> None:
    assert is_allowed(address, CLOSED)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - to be refused
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "198.18.0.1",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::5db8:d70e",
        "2002:7f00:1::1",
        "2001:0:0:0:0:0:80ff:fffe",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:2::1",
        "ff02::1",
        "fec0::1",
        "2001:db8::1",
    ],
)
def test_others_may_not(address: str) -> None:
    assert not is_allowed(address, CLOSED)
    assert not is_allowed(address, OPEN) or address in ("127.0.0.1", "10.1.2.3", "::ffff:127.0.0.1")


def test_what_the_configuration_allows_may_be_called() -> None:
    for address in ("10.1.255.255", "127.0.0.1", "fd00:1::5", "::ffff:10.1.0.1"):
        assert is_allowed(address, OPEN)
    assert not is_allowed("127.0.0.2", OPEN)


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example.net/hooks?x=1",
        "https://crm.example.net:8443",
        "https://93.184.215.14/",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/x",
    ],
)
def test_good_urls(url: str) -> None:
    check_url(url, CLOSED)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://crm.example.net/", "found 'http', allowed is https"),
        ("ftp://crm.example.net/", "found 'ftp'"),
        ("crm.example.net", "found ''"),
        ("https://", "names no host"),
        ("https:///x", "names no host"),
        ("https://crm.example.net:0/", "names no host"),
        ("https://crm.example.net:99999/", "no URL"),
        ("https://[::1/", "no URL"),
        ("https://user:pw@crm.example.net/", "user name or a password"),
        ("https://crm.example.net@10.0.0.1/", "user name or a password"),
        ("https://crm.example.net/#x", "fragment"),
        ("https://crm.example.net/a b", "without spaces"),
        ("https://crm.example.net/a\r\nX: y", "without spaces"),
        ("https://crm\u3002example.net/", "ASCII"),
        ("https://127.0.0.1/", "no public address"),
        ("https://[::ffff:10.0.0.1]/", "no public address"),
        ("https://x/" + "y" * 2000, "2000 characters"),
    ],
)
def test_bad_urls(url: str, says: str) -> None:
    with pytest.raises(UrlError, match=says):
        check_url(url, CLOSED)


def test_http_is_for_who_says_so() -> None:
    check_url("http://127.0.0.1:8080/", OPEN)


@pytest.mark.parametrize(
    "bad",
    [{"allow": ("10.0.0.1/8",)}, {"allow": ("x",)}, {"timeout": 0}, {"parallel": 0}],
)
def test_bad_settings(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="allowed"):
        WebhookSettings(**bad)  # type: ignore[arg-type]
