"""Conversations recorded word by word, for chosen routers, to be read and replayed by people.

One JSON object a line. What looks like a secret is blanked out before it is written.
"""

import hashlib
import re
from pathlib import Path
from typing import IO, Literal

import msgspec
import structlog

from acs.secret_names import REDACTED

log = structlog.get_logger("cwmp")

_FILE_NAME = 200  # characters; a file name may have 255 bytes
_SECRET = r"(?:Password|Passphrase|PreSharedKey|SharedSecret|Secret|WEPKey|PrivateKey|KeyPassphrase|PIN|Username)"  # noqa: S105, E501 - words that name secrets, not one
_ELEMENT = re.compile(rf"(<(?:[\w.-]+:)?(?:\w*{_SECRET})\b[^>/]*>)[^<]+(?=</)", re.IGNORECASE)
_PARAMETER = re.compile(
    rf"(<(?:[\w.-]+:)?Name\b[^>]*>[^<]*{_SECRET}[^<]*</(?:[\w.-]+:)?Name\s*>\s*"
    r"<(?:[\w.-]+:)?Value\b[^>/]*>)[^<]+(?=</)",
    re.IGNORECASE,
)


class Entry(msgspec.Struct, frozen=True, rename={"sender": "from"}, omit_defaults=True):
    """One HTTP message. ``at`` is Unix seconds; ``status`` is of an answer, None of a request."""

    at: float
    sender: Literal["router", "acs"]
    body: str
    status: int | None = None


class TranscriptError(Exception):
    """The text is not a transcript."""


def redact(text: str) -> str:
    """Blank out the values of parameters and elements whose names look like secrets."""
    return _PARAMETER.sub(rf"\g<1>{REDACTED}", _ELEMENT.sub(rf"\g<1>{REDACTED}", text))


def read_transcript(text: str) -> list[Entry]:
    """The entries of a transcript; blank lines are skipped.

    Raises:
        TranscriptError: a line is no entry; the text names it.
    """
    entries = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            entries.append(msgspec.json.decode(line, type=Entry))
        except msgspec.DecodeError as error:
            raise TranscriptError(f"line {number}: {error}") from error
    return entries


class Transcript:
    """Writes the conversations of some routers, one file for each.

    A file that cannot be written is logged and given up: recording never stops a conversation.

    Args:
        folder: is made if need be.
        router_ids: whose conversations are recorded.
    """

    def __init__(self, folder: Path, router_ids: tuple[str, ...]) -> None:
        self._folder = folder
        self._wanted = frozenset(router_ids)
        self._files: dict[str, IO[bytes] | None] = {}

    def __contains__(self, router_id: str) -> bool:
        return router_id in self._wanted

    def write(
        self,
        router_id: str,
        at: float,
        sender: Literal["router", "acs"],
        body: bytes,
        status: int | None = None,
    ) -> None:
        """Add one message of a chosen router."""
        try:
            file = self._file(router_id)
            if file is not None:
                text = redact(body.decode("utf-8", "replace"))
                file.write(msgspec.json.encode(Entry(at, sender, text, status)) + b"\n")
                file.flush()
        except OSError as error:
            self._files[router_id] = None
            log.warning("cwmp.transcript_failed", router=router_id, error=str(error))

    def close(self) -> None:
        """Close all files."""
        for file in self._files.values():
            if file is not None:
                file.close()
        self._files.clear()

    def _file(self, router_id: str) -> IO[bytes] | None:
        if router_id not in self._files:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / file_name(router_id)
            self._files[router_id] = path.open("ab")
            path.chmod(0o600)
        return self._files[router_id]


def file_name(router_id: str) -> str:
    """A file name for a router id: the id itself if it is harmless and short, else with a hash."""
    safe = re.sub(r"[^A-Za-z0-9_%-]", "_", router_id)
    if safe != router_id or len(safe) > _FILE_NAME:
        digest = hashlib.sha256(router_id.encode("utf-8", "surrogatepass")).hexdigest()
        safe = f"{safe[: _FILE_NAME - 17]}-{digest[:16]}"
    return f"{safe}.jsonl"
