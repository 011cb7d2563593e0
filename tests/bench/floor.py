"""The floor: the least a durable CWMP server can do for the same bytes, to compare the daemon with.

httptools in a bare Twisted protocol, one lxml parse per message, one row per session in batched
durable SQLite commits. It checks nothing, remembers nothing, decides nothing.
Run as ``python -m tests.bench.floor``.
"""

import argparse
import queue
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import httptools
import uvloop
from lxml import etree
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.protocol import Factory, Protocol

from tests.bench import wire

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def _response(status: bytes, body: bytes, cookie: bytes = b"") -> bytes:
    head = b"HTTP/1.1 " + status + b"\r\nServer: floor\r\n" + cookie
    return head + b"Content-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body


INFORM_RESPONSE = _response(
    b"200 OK",
    wire.envelope(
        "1",
        "<cwmp:InformResponse><MaxEnvelopes>1</MaxEnvelopes></cwmp:InformResponse>",
    ).encode(),
    b"Set-Cookie: session=0123456789abcdef0123456789abcdef; Path=/; HttpOnly\r\n",
)
NOTHING = b"HTTP/1.1 204 No Content\r\nServer: floor\r\n\r\n"


def _get_values(count: int) -> bytes:
    names = list(wire.device_values(0, "0", 0))[:count]
    strings = "".join(f"<string>{name}</string>" for name in names)
    return _response(
        b"200 OK",
        wire.envelope(
            "2",
            "<cwmp:GetParameterValues><ParameterNames "
            f'soap-enc:arrayType="xsd:string[{len(names)}]">{strings}</ParameterNames>'
            "</cwmp:GetParameterValues>",
        ).encode(),
    )


class Writer:
    """One thread: takes all that waits, commits once, resolves all through one delivery."""

    def __init__(self, path: str, deliver: Callable[..., Any]) -> None:
        self._path, self._deliver = path, deliver
        self.rows: queue.SimpleQueue[tuple[str, float, Callable[[], None]]] = queue.SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        db = sqlite3.connect(self._path, isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE IF NOT EXISTS sessions (router TEXT, at REAL)")
        while True:
            batch = [self.rows.get()]
            while not self.rows.empty():
                batch.append(self.rows.get_nowait())
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO sessions VALUES (?, ?)", [row[:2] for row in batch])
            db.execute("COMMIT")
            self._deliver(self._resolve, [row[2] for row in batch])

    @staticmethod
    def _resolve(waiting: list[Callable[[], None]]) -> None:
        for resume in waiting:
            resume()


class Floor(Protocol):
    """One router's connection."""

    transport: Any

    def __init__(self, writer: Writer, call: bytes | None) -> None:
        self._writer, self._call = writer, call
        self._parser = httptools.HttpRequestParser(self)
        self._body = b""

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._body = b""

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if not self._body:
            self.transport.write(self._call or NOTHING)
            return
        root = etree.fromstring(self._body, _PARSER)
        serial = root.findtext(".//SerialNumber")
        if serial is None:
            self.transport.write(NOTHING)
        else:
            self._writer.rows.put((serial, time.time(), self._acknowledge))

    def _acknowledge(self) -> None:
        if self.transport is not None:
            self.transport.write(INFORM_RESPONSE)


class FloorFactory(Factory):
    """Makes a protocol per connection."""

    def __init__(self, writer: Writer, call: bytes | None) -> None:
        self._writer, self._call = writer, call

    def buildProtocol(self, addr: object) -> Floor:  # noqa: N802 - Twisted's name
        return Floor(self._writer, self._call)


def main() -> None:
    """Listen on the loopback, print the port, serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--names", type=int, default=0, help="names to ask; 0: the short session")
    options = parser.parse_args()
    reactor: Any = AsyncioSelectorReactor(uvloop.new_event_loop())
    writer = Writer(options.database, reactor.callFromThread)
    call = _get_values(options.names) if options.names else None
    port = reactor.listenTCP(0, FloorFactory(writer, call), interface="127.0.0.1", backlog=1024)
    sys.stdout.write(f"{port.getHost().port}\n")
    sys.stdout.flush()
    reactor.run()


if __name__ == "__main__":
    main()
