"""The API's settings: what is allowed, and that errors say what was found."""

import msgspec
import pytest

from acs.api.settings import ApiSettings, mode_of
from acs.listening import address_of


def test_the_defaults_listen_on_loopback_with_open_metrics() -> None:
    settings = ApiSettings()
    assert settings.is_loopback
    assert settings.metrics_open == "loopback"
    assert mode_of(settings.socket_mode) == 0o660


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("[::1]:0", ("::1", 0)),
        ("192.0.2.1:65535", ("192.0.2.1", 65535)),
    ],
)
def test_addresses_are_read(listen: str, address: tuple[str, int]) -> None:
    assert address_of(listen) == address


@pytest.mark.parametrize(
    "listen", ["localhost:80", "127.0.0.1", ":80", "127.0.0.1:65536", "127.0.0.1:-1", "1.2.3.4:٣"]
)
def test_a_wrong_address_is_an_error_that_shows_it(listen: str) -> None:
    with pytest.raises(ValueError, match="listen: found"):
        ApiSettings(listen=listen)


@pytest.mark.parametrize("mode", ["rw", "0888", "1777", "-1", ""])
def test_a_wrong_mode_is_an_error_that_shows_it(mode: str) -> None:
    with pytest.raises(ValueError, match="socket_mode: found"):
        ApiSettings(socket_mode=mode)


@pytest.mark.parametrize("name", ["body_limit", "connections", "headers_timeout"])
def test_limits_are_above_zero(name: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=name):
        msgspec.convert({name: 0}, ApiSettings, dec_hook=lambda kind, value: kind(value))


def test_unknown_keys_are_errors() -> None:
    with pytest.raises(msgspec.ValidationError, match="tokens"):
        msgspec.convert({"tokens": []}, ApiSettings, dec_hook=lambda kind, value: kind(value))


@pytest.mark.parametrize(
    ("listen", "is_loopback"),
    [
        ("127.8.9.1:1", True),
        ("[::1]:1", True),
        ("0.0.0.0:1", False),
        ("[::]:1", False),
        ("", False),
    ],
)
def test_loopback_is_told_from_the_address(listen: str, *, is_loopback: bool) -> None:
    assert ApiSettings(listen=listen).is_loopback is is_loopback
