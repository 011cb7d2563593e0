"""What a listener makes of its files, made anew when they change on disk.

What is made of them, and what may be wrong with it, is the caller's to say.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import structlog

log = structlog.get_logger("tls")

LOOK_EVERY = 60.0
"""Seconds between two looks at the files."""
CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
KEY = b"PRIVATE KEY-----"

T = TypeVar("T")


class ContextMetrics(Protocol):
    """What is told of a listener's certificate."""

    def tls_certificate(self, listener: str, expires_at: float) -> None:
        """It is good until then, Unix seconds."""

    def tls_relaxed(self, listener: str, *, relaxed: bool) -> None:
        """Whether versions before 1.2 are taken."""


class Unheard:
    """Metrics of nobody."""

    def tls_certificate(self, listener: str, expires_at: float) -> None:
        """Nobody wants to know."""

    def tls_relaxed(self, listener: str, *, relaxed: bool) -> None:
        """Nobody wants to know."""


class CertificateError(Exception):
    """Certificate, key or authorities cannot be used: which file, and why."""


class Renewing(Generic[T]):
    """Something made of files.

    Args:
        listener: its name, for the log.
        files: paths by their keys in the configuration, such as ``cwmp.tls.certificate``; the
            certificate comes first.
        make: makes it; CertificateError if the files cannot be used.
        seconds: a clock that never goes back.

    Raises:
        CertificateError: the files cannot be used now. Later, what was made last stays in use.
    """

    def __init__(
        self,
        listener: str,
        files: Mapping[str, str],
        make: Callable[[], T],
        seconds: Callable[[], float],
    ) -> None:
        self._listener = listener
        self._files = files
        self._make = make
        self._seconds = seconds
        self._looked_at = seconds()
        self._stamp = self._stamps()
        self._made = make()

    def current(self) -> T:
        """What new connections are to use; the files are looked at, if they are due."""
        if self._seconds() - self._looked_at >= LOOK_EVERY:
            self.reload()
        return self._made

    def reload(self) -> bool:
        """Take the files if they have changed; whether what is in use is what they hold.

        Files that cannot be used are logged, and what was made last stays.
        """
        self._looked_at = self._seconds()
        try:
            stamp = self._stamps()
            if stamp != self._stamp:
                self._made = self._make()
                self._stamp = stamp
                file = next(iter(self._files.values()))
                log.info("tls.certificate_renewed", listener=self._listener, file=file)
        except CertificateError as error:
            log.error("tls.certificate_unusable", listener=self._listener, error=str(error))  # noqa: TRY400 - says it all
            return False
        return True

    def _stamps(self) -> tuple[tuple[int, int, int], ...]:
        stamps = []
        for key, name in self._files.items():
            try:
                found = Path(name).stat()
            except OSError as error:
                raise unusable(key, name, error.strerror or str(error)) from error
            stamps.append((found.st_mtime_ns, found.st_size, found.st_ino))
        return tuple(stamps)


def unusable(key: str, path: str, says: str) -> CertificateError:
    """The error of the file that the configuration names under ``key``."""
    return CertificateError(f"{key}: {path}: {says}")


def contents(key: str, path: str) -> bytes:
    """What a file of certificates or of a key holds.

    Raises:
        CertificateError: it cannot be read, or is no PEM of that kind.
    """
    is_key = key.endswith("key")
    try:
        found = Path(path).read_bytes()
    except OSError as error:
        raise unusable(key, path, error.strerror or str(error)) from error
    if (KEY if is_key else CERTIFICATE) not in found:
        raise unusable(key, path, f"no PEM {'key' if is_key else 'certificate'}")
    return found
