from pathlib import Path

import pytest

from agents.credentials import (
    CredentialError,
    SnmpCredential,
    SshCredential,
    load_credentials,
    read_credentials,
)
from agents.snmp.community import Community
from agents.snmp.keys import User

WHOLE = """
[credentials.read]
type = "snmp"
community = "canary-community"

[credentials.modern]
type = "snmp"
version = "3"
user = "poller"
auth = "sha256"
auth_password = "canary-auth"
priv = "aes128"
priv_password = "canary-priv"

[credentials.shell]
type = "ssh"
username = "root"
password = "canary-password"
"""


def test_credentials_are_found_by_name_and_show_nothing(tmp_path: Path) -> None:
    path = tmp_path / "credentials.toml"
    path.write_text(WHOLE)
    path.chmod(0o640)
    found = load_credentials(path)
    read, modern = found["read"], found["modern"]
    assert isinstance(read, SnmpCredential)
    assert isinstance(modern, SnmpCredential)
    assert read.access() == Community(1, b"canary-community")
    assert modern.access() == User(b"poller", "sha256", b"canary-auth", "aes128", b"canary-priv")
    assert isinstance(found["shell"], SshCredential)
    assert "canary" not in repr(dict(found)) + repr(modern.access()) + repr(read.access())


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604])
def test_a_file_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "credentials.toml"
    path.write_text(WHOLE)
    path.chmod(mode)
    with pytest.raises(CredentialError, match="others may use it"):
        load_credentials(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CredentialError, match="cannot be read: FileNotFoundError"):
        load_credentials(tmp_path / "none")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("canary", "not TOML"),
        ('[credentials.a]\ntype = "snmp"\n', "community is empty"),
        ('[credentials.a]\ntype = "snmp"\nversion = "3"\n', "user is empty"),
        (WHOLE.replace("canary-auth", "canary"), "auth_password has fewer than 8"),
        (WHOLE.replace("canary-priv", "canary"), "priv_password has fewer than 8"),
        (WHOLE.replace('auth = "sha256"', ""), "priv needs auth"),
        (WHOLE.replace('"sha256"', '"canary"'), "auth"),
        (WHOLE.replace('password = "canary-password"', ""), "either password or private_key"),
        (WHOLE.replace('username = "root"', 'username = ""'), "username is empty"),
        (WHOLE.replace('type = "ssh"', 'type = "telnet"'), "telnet"),
    ],
)
def test_what_is_wrong_is_said_without_a_secret(text: str, why: str) -> None:
    with pytest.raises(CredentialError, match=why) as failed:
        read_credentials(text, "c.toml")
    assert "canary-" not in str(failed.value)
