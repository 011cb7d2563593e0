"""What the listener is told to do with a request: answer, send a file, take an upload.

Plain values and the protocols of their parts; no sockets, no rules.
"""

from email.utils import formatdate
from http import HTTPStatus
from typing import Literal, Protocol

import msgspec
from twisted.internet.defer import Deferred

from acs.files.pacing import Throttle

Kind = Literal["download", "upload", "test", "other"]
KINDS: tuple[Kind, ...] = ("download", "upload", "test", "other")
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Answer(msgspec.Struct, frozen=True):
    """A whole response; the connection ends with it.

    Attributes:
        status: of HTTP.
        text: a line for whoever reads a router's log; never a secret.
        headers: further ones, of our own values only.
        length: of the body that a GET would get; for answers to HEAD.
    """

    status: int
    text: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None


class Source(Protocol):
    """Bytes to send."""

    def read(self, count: int) -> Deferred[bytes]:
        """The next bytes, ``count`` at most and one at least."""

    def close(self) -> None:
        """No more are wanted."""


class Sink(Protocol):
    """Bytes that come. Its Deferreds fail with ``http_reader.HttpRefusedError``."""

    def write(self, data: bytes) -> Deferred[None]:
        """Take bytes; the next ones come when this has fired."""

    def finish(self) -> Deferred[Answer]:
        """All bytes came."""

    def abandon(self) -> None:
        """No more will come; leave nothing behind."""


class Sending(msgspec.Struct, frozen=True):
    """Send ``length`` bytes of a source after the head of ``answer``."""

    answer: Answer
    source: Source
    length: int
    throttle: Throttle


class Receiving(msgspec.Struct, frozen=True):
    """Take the body."""

    sink: Sink
    throttle: Throttle


Plan = Answer | Sending | Receiving


class Decision(msgspec.Struct, frozen=True):
    """A plan, and what it is counted and logged as."""

    plan: Plan
    kind: Kind
    command_id: str = ""


def render(answer: Answer, now: float, *, length: int | None = None, bare: bool = False) -> bytes:
    """The head of a response, and its text if it has no other body.

    Args:
        answer: what to say.
        now: Unix seconds, for the header Date.
        length: of the body that follows; None: the text is the body.
        bare: for HEAD: without the body.
    """
    body = b""
    headers = [("Date", formatdate(now, usegmt=True)), *answer.headers]
    if length is None:
        length = answer.length
    if length is None:
        body = f"{answer.text or HTTPStatus(answer.status).phrase}\n".encode()
        length = len(body)
        headers.append(("Content-Type", "text/plain; charset=utf-8"))
    headers += [("Content-Length", str(length)), ("Connection", "close")]
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    status = HTTPStatus(answer.status)
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\n{lines}\r\n".encode()
    return head if bare else head + body
