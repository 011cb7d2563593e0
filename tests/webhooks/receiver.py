"""A receiver on a real socket: keeps what it got and answers what a test wants."""

import asyncio
import ssl
from collections.abc import Callable
from typing import NamedTuple

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


class Got(NamedTuple):
    """A request."""

    line: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """An HTTP server on 127.0.0.1.

    Args:
        answer: bytes for a request; empty: the connection is closed; None: none at all, and the
            connection stays open.
    """

    def __init__(self, answer: Callable[[Got], bytes | None] = lambda _: OK) -> None:
        self.answer = answer
        self.got: list[Got] = []
        self.connections = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self, tls: ssl.SSLContext | None = None) -> "Receiver":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._open:
            writer.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                line, *rest = head.strip().split("\r\n")
                headers = {
                    name.lower(): value for name, value in (each.split(": ", 1) for each in rest)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.got.append(Got(line, headers, body))
                found = self.answer(self.got[-1])
                if found is not None:
                    writer.write(found)
                    await writer.drain()
                    if not found or b"close" in found[:200].lower():
                        break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
