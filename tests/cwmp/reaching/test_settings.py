from pathlib import Path
from typing import Any

import pytest

from acs.cwmp.reaching.settings import ReachSettings, SecretFileError, secret_in
from acs.duration import Duration

XMPP = {"xmpp_jid": "acs@example.net", "xmpp_password_file": "/p"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"stun_listen": "3478"}, "stun_listen: found '3478', allowed is"),
        ({"stun_listen": "stun.example.net:3478"}, "stun_listen: found"),
        ({"stun_server": "3478"}, "stun_server: found '3478', allowed is \"host:port\""),
        ({"stun_server": "a:0"}, "stun_server: found"),
        ({"stun_rate": 0}, "stun_rate: found 0, allowed is above 0"),
        ({"answer_within": Duration(0)}, "answer_within: found 0"),
        ({"stun_username": "all"}, "stun_password_file: found ''"),
        ({"stun_password_file": "/p"}, "stun_password_file: found '/p'"),
        ({"xmpp_jid": "example.net", "xmpp_password_file": "/p"}, "xmpp_jid: found"),
        ({"xmpp_jid": "@example.net", "xmpp_password_file": "/p"}, "xmpp_jid: found"),
        ({"xmpp_jid": "acs@example.net"}, "xmpp_password_file: found none"),
        ({**XMPP, "xmpp_server": "example.net"}, "xmpp_server: found 'example.net'"),
        ({**XMPP, "xmpp_server": "example.net:99999"}, "xmpp_server: found"),
    ],
)
def test_what_is_not_allowed(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match="allowed") as caught:
        ReachSettings(**changes)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "endpoint"),
    [
        ({}, ("example.net", 5222)),
        ({"xmpp_jid": "acs@example.net/one"}, ("example.net", 5222)),
        ({"xmpp_server": "xmpp.example.net:15222"}, ("xmpp.example.net", 15222)),
        ({"xmpp_server": "[::1]:15222"}, ("::1", 15222)),
    ],
)
def test_where_the_xmpp_server_is(changes: dict[str, Any], endpoint: tuple[str, int]) -> None:
    assert ReachSettings(**{**XMPP, **changes}).xmpp_endpoint == endpoint


@pytest.mark.parametrize(
    "text", ["sesame\n", "sesame", "  sesame \n"], ids=["line", "bare", "blanks"]
)
def test_a_password_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "password"
    file.write_text(text)
    assert secret_in(str(file)) == "sesame"


@pytest.mark.parametrize("text", ["", "\n", "one\ntwo\n", None])
def test_a_bad_password_file(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "password"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SecretFileError, match="password: ") as caught:
        secret_in(str(file))
    assert "two" not in str(caught.value)
