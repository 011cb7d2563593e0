"""Links that are good for one command, one purpose and some time. Pure: a key, a text, a time.

All that a link says stands in its path: some routers cut queries off. The command belongs to one
router, so does the link.
"""

import base64
import hmac
import re
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Purpose = Literal["f", "u", "t"]  # a file, an upload, a throughput test
_INFO = b"acsd links of files 1"
_MAC_BYTES = 16  # RFC 2104, 5: no less than half of the hash
_PATH = re.compile(
    r"/(?P<purpose>[fut])/(?P<subject>[0-9a-z]{1,32})/(?P<command>[0-9A-Za-z_-]{1,32})"
    r"/(?P<expiry>[0-9a-f]{1,12})/(?P<mac>[A-Za-z0-9_-]{22})(?:/[^/]*)?"
)


class NoLinkError(Exception):
    """The path is not that of a link."""


class BadSignatureError(Exception):
    """The link was not made here, or was altered."""


class ExpiredLinkError(Exception):
    """The link was good, and is no more."""


class Link(msgspec.Struct, frozen=True):
    """What a link gives.

    Attributes:
        purpose: what may be done.
        subject: id of the file, ``config`` … of an upload (no meaning), bytes of a test.
        command_id: for which command.
        expires_at: until when, whole Unix seconds.
    """

    purpose: Purpose
    subject: str
    command_id: str
    expires_at: int


class Signer:
    """Makes and checks links.

    Args:
        key: the secret that their own key is derived from.
    """

    def __init__(self, key: bytes) -> None:
        # RFC 5869; the storage key itself never signs anything.
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(key)

    def path(self, link: Link) -> str:
        """The path of a link, without the name that may follow it."""
        head = f"/{link.purpose}/{link.subject}/{link.command_id}/{link.expires_at:x}"
        path = f"{head}/{self._mac(link)}"
        if _PATH.fullmatch(path) is None:
            raise NoLinkError(f"no link can be made for command {link.command_id!r}")
        return path

    def read(self, path: str, now: float) -> Link:
        """The link of a path, with whatever name behind it.

        Raises:
            NoLinkError: it is none.
            BadSignatureError: it was not made with this key.
            ExpiredLinkError: its time has passed.
        """
        found = _PATH.fullmatch(path)
        if found is None:
            raise NoLinkError("no link")
        link = Link(
            found["purpose"],  # type: ignore[arg-type]  # the pattern allows no other
            found["subject"],
            found["command"],
            int(found["expiry"], 16),
        )
        if not hmac.compare_digest(self._mac(link), found["mac"]):
            raise BadSignatureError("bad signature")
        if now >= link.expires_at:
            raise ExpiredLinkError("expired")
        return link

    def _mac(self, link: Link) -> str:
        # No field may hold a slash, so that no two links have one text.
        text = f"{link.purpose}/{link.subject}/{link.command_id}/{link.expires_at:x}"
        mac = hmac.digest(self._key, text.encode(), "sha256")[:_MAC_BYTES]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
