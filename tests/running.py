"""A running daemon as its peers see it: routers on raw sockets, systemd's notification socket."""

import contextlib
import socket
from collections.abc import Iterator, Mapping
from http.client import HTTPResponse
from pathlib import Path
from typing import NamedTuple, Self

from acs.cwmp.codec import decode, encode
from acs.cwmp.messages import Message
from tests.cwmp.routers import NAMESPACE, SAYS

PATIENCE = 15.0  # s: other tests may have the processor


class Reply(NamedTuple):
    """An HTTP response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def message(self) -> Message:
        return decode(self.body).message


class Peer:
    """One TCP connection to the CWMP port."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def raw(self, data: bytes) -> Reply:
        """Send bytes and read a response. The daemon may answer before it has read them all."""
        with contextlib.suppress(ConnectionError):
            self._socket.sendall(data)
        with HTTPResponse(self._socket, method="POST") as response:
            response.begin()
            return Reply(response.status, dict(response.headers), response.read())

    def post(self, body: bytes, *headers: str) -> Reply:
        """One POST as a router sends it."""
        lines = "".join(f"{line}\r\n" for line in headers)
        head = f"POST / HTTP/1.1\r\nHost: acs\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
        return self.raw(head.encode("latin-1") + body)

    def talk(self) -> list[Message]:
        """Have nothing to say but answers, to the end of the session; what was asked."""
        asked: list[Message] = []
        reply = self.post(b"")
        while reply.status == 200:
            asked.append(reply.message)
            answer = SAYS[type(reply.message)]
            reply = self.post(encode(answer, namespace=NAMESPACE, id=decode(reply.body).id))
        assert reply.status == 204
        return asked


class Notifications:
    """The socket that systemd would read."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(PATIENCE)

    def until(self, word: str) -> list[str]:
        """All lines up to the wanted one."""
        lines: list[str] = []
        while word not in lines:
            lines += self._socket.recv(4096).decode().split("\n")
        return lines

    def close(self) -> None:
        self._socket.close()


@contextlib.contextmanager
def notifications(folder: Path) -> Iterator[Notifications]:
    """A notification socket below a folder."""
    listening = Notifications(folder / "notify")
    try:
        yield listening
    finally:
        listening.close()
