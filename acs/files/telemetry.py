"""What the file server counts. A protocol: the counters themselves are elsewhere."""

from typing import Literal, Protocol


class FileMetrics(Protocol):
    """Counters of the file server."""

    def file_request(self, kind: str, status: int) -> None:
        """A request was answered: download, upload, test or other, with this HTTP status."""

    def file_bytes(self, direction: Literal["in", "out"], count: int) -> None:
        """So many bytes of bodies came from routers or went to them."""

    def file_connections(self, count: int) -> None:
        """So many connections to the file server are open."""
