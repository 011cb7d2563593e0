"""Settings of the file server for routers. Plain values."""

import re
from ipaddress import ip_address
from pathlib import Path

import msgspec

from acs.duration import Duration
from acs.listening import address_of
from acs.tls.settings import TlsSettings

_HOUR, _DAY = 3600, 86_400
_URL = re.compile(
    r"https?://[A-Za-z0-9.\-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~/-]*)?"
    r"|https?://\[[0-9A-Fa-f:.]+\](?::\d{1,5})?(?:/[A-Za-z0-9._~/-]*)?"
)
_SQLITE = "sqlite:///"
_LONGEST_BASE = 96  # a URL in TR-069 has 256 characters at most; paths and names need theirs
_POSITIVE = (
    "link_lifetime",
    "file_limit",
    "upload_limit",
    "test_limit",
    "test_download",
    "test_upload",
    "connections",
    "connections_per_address",
    "headers_timeout",
    "patience",
    "slowest",
    "keep_uploads",
)
_NOT_NEGATIVE = ("connection_rate", "total_rate", "test_rate", "free_space")


class FileSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[files]`` of the configuration.

    Attributes:
        enabled: whether the daemon listens for routers' downloads and uploads.
        listen: address and port of the listener.
        public_url: what routers are told, ``http://files.example.net:7567``; empty: the address
            of ``listen`` (with TLS: of its own), or else of the CWMP listener, if that is one
            address and not all.
        directory: where the files lie; empty: ``files`` beside the SQLite file,
            ``/var/lib/acsd/files`` with PostgreSQL. Several nodes share one directory.
        link_lifetime: how long a link is good, from when its command was asked for.
        file_limit: bytes of one file of the catalogue.
        upload_limit: bytes of one upload of a router.
        keep_uploads: uploads older than this are deleted.
        free_space: bytes of the file system that uploads leave free.
        connections: open connections at most.
        connections_per_address: of one address; more are answered 429.
        connection_rate: bytes per second of one connection; 0: not limited.
        total_rate: of all connections together but throughput tests; 0: not limited.
        headers_timeout: a request's head must be whole by then.
        patience: seconds that a router may let us wait, all in all, beyond what ``slowest`` gives.
        slowest: bytes per second; one that is slower for longer than ``patience`` is cut off.
        test_limit: bytes of one throughput test, at most.
        test_download: bytes that a router loads in one, if it is not said.
        test_upload: the same of what it sends.
        test_rate: bytes per second of all throughput tests together; 0: not limited.
        tls: a second listener, with TLS; with it links are https unless ``public_url`` says
            otherwise.
    """

    enabled: bool = True
    listen: str = "0.0.0.0:7567"
    public_url: str = ""
    directory: str = ""
    link_lifetime: Duration = Duration(_DAY)
    file_limit: int = 268_435_456
    upload_limit: int = 67_108_864
    keep_uploads: Duration = Duration(90 * _DAY)
    free_space: int = 1_073_741_824
    connections: int = 1000
    connections_per_address: int = 16
    connection_rate: int = 0
    total_rate: int = 50_000_000
    headers_timeout: Duration = Duration(10)
    patience: Duration = Duration(30)
    slowest: int = 1024
    test_limit: int = 1_000_000_000
    test_download: int = 50_000_000
    test_upload: int = 10_000_000
    test_rate: int = 125_000_000
    tls: TlsSettings = TlsSettings()

    def __post_init__(self) -> None:
        address_of(self.listen)
        for name in _POSITIVE:
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: found {getattr(self, name)}, allowed is above 0")
        for name in _NOT_NEGATIVE:
            if getattr(self, name) < 0:
                raise ValueError(f"{name}: found {getattr(self, name)}, allowed is 0 or more")
        if self.public_url and (
            len(self.public_url) > _LONGEST_BASE or not _URL.fullmatch(self.public_url)
        ):
            raise ValueError(
                f"public_url: found {self.public_url!r}, allowed is an http or https URL without "
                f"query or user of {_LONGEST_BASE} characters at most, such as "
                '"http://files.example.net:7567"'
            )

    def folder(self, database: str) -> Path:
        """Where the files lie; ``database`` is the URL of storage."""
        if self.directory:
            return Path(self.directory)
        if database.startswith(_SQLITE):
            return Path(database.removeprefix(_SQLITE)).parent / "files"
        return Path("/var/lib/acsd/files")


def base_url(settings: FileSettings, port: int, beside: str, secure_port: int = 0) -> str:
    """The URL that routers reach, without a slash at its end; empty if nobody said which.

    Args:
        settings: what was said.
        port: that is listened on.
        beside: ``listen`` of the CWMP listener, which routers reach too.
        secure_port: that is listened on with TLS; 0: none.
    """
    if settings.public_url:
        return settings.public_url.rstrip("/")
    scheme, said = ("https", settings.tls.listen) if secure_port else ("http", settings.listen)
    for listen in (said, beside):
        address = ip_address(address_of(listen)[0])
        if not address.is_unspecified:
            host = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - IPv6
            return f"{scheme}://{host}:{secure_port or port}"
    return ""
