"""The arguments of kinds that bring files to a router or take some from it. See ``arguments``."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from acs.cwmp.orders.limits import (
    DOWNLOADED,
    SCHEMES,
    UPLOADED,
    WINDOW_MODES,
    Count,
    Key,
    Seconds,
    Text,
    Url,
    check_file_type,
    check_url,
)


class _Arguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class _Transfer(_Arguments, frozen=True, kw_only=True):
    file_type: Annotated[str, Meta(max_length=64)]
    url: Url = ""
    username: Text = ""
    password: Text = ""

    def __post_init__(self) -> None:
        check_url(self.url, SCHEMES)


class Download(_Transfer, frozen=True, kw_only=True):
    """A file for the router (A.3.2.8); firmware counts as done when ``expect_version`` runs.

    ``file`` is the file's id in the server's catalogue.
    """

    file_size: Annotated[int, Meta(ge=0, le=2**32 - 1)] = 0
    target_file_name: Text = ""
    delay: Seconds = 0
    success_url: Url = ""
    failure_url: Url = ""
    expect_version: Annotated[str, Meta(max_length=64)] = ""
    file: Annotated[str, Meta(max_length=64)] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_file_type(self.file_type, DOWNLOADED)
        if not self.url and not self.file:
            raise ValueError("url or file is needed")


class Upload(_Transfer, frozen=True, kw_only=True):
    """A file from the router (A.4.1.5); an empty URL: to the server itself."""

    delay: Seconds = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_file_type(self.file_type, UPLOADED)


class Window(_Arguments, frozen=True, kw_only=True):
    """A TimeWindowStruct (A.4.1.8): seconds from now."""

    start: Seconds
    end: Count
    mode: Annotated[str, Meta(min_length=3, max_length=64)] = "1 At Any Time"
    user_message: Text = ""
    max_retries: Annotated[int, Meta(ge=-1, le=2**31 - 1)] = -1

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"end: found {self.end}, allowed is after the start {self.start}")
        if self.mode not in WINDOW_MODES and not self.mode.startswith("X "):
            raise ValueError(f"mode: found {self.mode!r}, allowed are {', '.join(WINDOW_MODES)}")


class ScheduleDownload(_Transfer, frozen=True, kw_only=True):
    """A file for the router in one of two windows (A.4.1.8)."""

    windows: Annotated[tuple[Window, ...], Meta(min_length=1, max_length=2)]
    file_size: Annotated[int, Meta(ge=0, le=2**32 - 1)] = 0
    target_file_name: Text = ""
    expect_version: Annotated[str, Meta(max_length=64)] = ""
    file: Annotated[str, Meta(max_length=64)] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_file_type(self.file_type, DOWNLOADED)
        if not self.url and not self.file:
            raise ValueError("url or file is needed")
        for before, after in zip(self.windows, self.windows[1:], strict=False):
            if after.start < before.end:
                raise ValueError(f"windows: the second begins at {after.start} s, in the first")


class CancelTransfer(_Arguments, frozen=True, kw_only=True):
    """``command``: id of the download or upload."""

    command: Key


class Operation(_Arguments, frozen=True, kw_only=True):
    """Install, update or uninstall a deployment unit (A.4.1.10); ``file`` as of a download."""

    kind: Literal["install", "update", "uninstall"]
    url: Url = ""
    uuid: Annotated[str, Meta(max_length=36)] = ""
    version: Annotated[str, Meta(max_length=32)] = ""
    username: Text = ""
    password: Text = ""
    execution_env_ref: Text = ""
    file: Annotated[str, Meta(max_length=64)] = ""

    def __post_init__(self) -> None:
        check_url(self.url, SCHEMES)
        source = self.url or self.file
        if self.kind == "install" and (not source or self.version):
            raise ValueError("install: a url or file is needed, and no version")
        if self.kind == "update" and (self.execution_env_ref or not (source or self.uuid)):
            raise ValueError("update: a url, file or uuid is needed, and no execution_env_ref")
        if self.kind == "uninstall" and (not self.uuid or source):
            raise ValueError("uninstall: a uuid is needed, and no url")


class Software(_Arguments, frozen=True, kw_only=True):
    """``operations`` in their order."""

    operations: Annotated[tuple[Operation, ...], Meta(min_length=1, max_length=16)]
