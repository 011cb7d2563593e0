"""Settings of the file server, and the URL that routers are told."""

from pathlib import Path

import pytest

from acs.files.settings import FileSettings, base_url


@pytest.mark.parametrize(
    ("settings", "beside", "expected"),
    [
        ({}, "0.0.0.0:7547", ""),
        ({}, "192.0.2.1:7547", "http://192.0.2.1:80"),
        ({"listen": "192.0.2.9:7567"}, "192.0.2.1:7547", "http://192.0.2.9:80"),
        ({"listen": "[::]:7567"}, "[2001:db8::1]:7547", "http://[2001:db8::1]:80"),
        ({"public_url": "https://files.example.net/"}, "0.0.0.0:1", "https://files.example.net"),
        ({"public_url": "http://[2001:db8::1]:7567"}, "", "http://[2001:db8::1]:7567"),
        ({"public_url": "http://a.net/acs/files"}, "", "http://a.net/acs/files"),
    ],
)
def test_the_url_that_routers_reach(settings: dict[str, str], beside: str, expected: str) -> None:
    assert base_url(FileSettings(**settings), 80, beside) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        "files.example.net",
        "ftp://files.example.net",
        "http://user:secret@files.example.net",
        "http://files.example.net/?x=1",
        "http://files.example.net/ x",
        "http://" + "a" * 100,
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="public_url: found"):
        FileSettings(public_url=url)


@pytest.mark.parametrize("name", ["upload_limit", "patience", "connections", "slowest"])
def test_limits_are_above_zero(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name}: found 0, allowed is above 0"):
        FileSettings(**{name: 0})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="total_rate: found -1, allowed is 0 or more"):
        FileSettings(total_rate=-1)


def test_where_files_lie() -> None:
    assert FileSettings().folder("sqlite:////var/x/acsd.db") == Path("/var/x/files")
    assert FileSettings().folder("postgresql://db/acsd") == Path("/var/lib/acsd/files")
    assert FileSettings(directory="/srv/f").folder("sqlite:///x") == Path("/srv/f")
