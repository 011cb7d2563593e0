"""Names and passwords for devices, from a file that only the daemon may read.

They are never logged, shown or put into errors. Which device needs which is said elsewhere.
"""

import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from agents.snmp.community import V1, V2C, Community
from agents.snmp.keys import SHORTEST_PASSWORD, Auth, Priv, User

_OTHERS = stat.S_IRWXO
_WRITERS = stat.S_IWGRP


class CredentialError(ValueError):
    """The file of credentials cannot be used. The message holds no secret."""


class SnmpCredential(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="snmp"):
    """A community, or a user of SNMPv3.

    Attributes:
        community: of SNMPv1 and v2c.
        version: ``1``, ``2c`` or ``3``.
        user: name of an SNMPv3 user.
        auth: its digest.
        auth_password: of at least eight characters (RFC 3414, 11.2).
        priv: its cipher.
        priv_password: of at least eight characters.
    """

    version: Literal["1", "2c", "3"] = "2c"
    community: str = ""
    user: str = ""
    auth: Auth = "none"
    auth_password: str = ""
    priv: Priv = "none"
    priv_password: str = ""

    def __repr__(self) -> str:
        return f"SnmpCredential(version={self.version!r}, redacted)"

    def access(self) -> Community | User:
        """What a session is secured with."""
        if self.version != "3":
            version = V1 if self.version == "1" else V2C
            return Community(version, self.community.encode())
        return User(
            self.user.encode(),
            self.auth,
            self.auth_password.encode(),
            self.priv,
            self.priv_password.encode(),
        )


class SshCredential(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="ssh"):
    """A user with a password or a private key in OpenSSH's format.

    ``enable_password`` is what a Cisco-like device asks for after ``enable``; empty: not used.
    """

    username: str
    password: str = ""
    private_key: str = ""
    enable_password: str = ""

    def __repr__(self) -> str:
        return "SshCredential(redacted)"


Credential = SnmpCredential | SshCredential


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    credentials: dict[str, Credential]


def load_credentials(path: Path) -> Mapping[str, Credential]:
    """The credentials by the names that targets use.

    Raises:
        CredentialError: the file cannot be read, others may read or write it, or something in it
            is not allowed.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialError(f"{path}: cannot be read: {type(error).__name__}") from None
    if mode & (_OTHERS | _WRITERS):
        raise CredentialError(f"{path}: others may use it; allowed is a mode such as 0640 or 0600")
    return read_credentials(text, str(path))


def read_credentials(text: str, where: str) -> Mapping[str, Credential]:
    """The credentials of TOML text; ``where`` names it in errors.

    Raises:
        CredentialError: see above.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Its message quotes nothing of the text but where it is.
        raise CredentialError(f"{where}: not TOML: {error}") from None
    try:
        found = msgspec.convert(raw, _File).credentials
    except msgspec.ValidationError as error:
        raise CredentialError(f"{where}: {error}") from None
    for name, credential in found.items():
        fault = _fault(credential)
        if fault:
            raise CredentialError(f"{where}: credentials.{name}: {fault}")
    return found


def _fault(credential: Credential) -> str:
    """What is wrong with a credential, in words without a secret."""
    if isinstance(credential, SshCredential):
        if not credential.username:
            return "username is empty"
        if bool(credential.password) == bool(credential.private_key):
            return "either password or private_key is needed"
        return ""
    if credential.version != "3":
        return "" if credential.community else "community is empty"
    if not credential.user:
        return "user is empty"
    if credential.priv != "none" and credential.auth == "none":
        return "priv needs auth"
    for what, kind, password in (
        ("auth_password", credential.auth, credential.auth_password),
        ("priv_password", credential.priv, credential.priv_password),
    ):
        if kind != "none" and len(password) < SHORTEST_PASSWORD:
            return f"{what} has fewer than {SHORTEST_PASSWORD} characters"
    return ""
