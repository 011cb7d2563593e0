"""What arguments of commands are made of: types with their limits, and checks of what they say."""

import re
from collections.abc import Mapping
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

# TR-069 Amendment 6, A.3.2.2: a name has at most 256 characters.
NAME_MAX = 256
PRINTABLE = r"^[^\x00-\x20\x7f]*$"
Name = Annotated[str, Meta(min_length=1, max_length=NAME_MAX, pattern=PRINTABLE)]
OBJECT = r"^[^\x00-\x20\x7f.][^\x00-\x20\x7f]*\.$"
ObjectPath = Annotated[str, Meta(max_length=NAME_MAX, pattern=OBJECT)]
Scalar = bool | int | float | str
Key = Annotated[str, Meta(min_length=1, max_length=32)]
Text = Annotated[str, Meta(max_length=256)]
Url = Annotated[str, Meta(max_length=2048)]
Seconds = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Count = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Paths = Annotated[tuple[Name, ...], Meta(min_length=1)]
SCHEMES = ("http", "https", "ftp", "ftps", "sftp", "tftp")
TEST_SCHEMES = ("http", "https", "ftp")
# What may be brought to a router and taken from it (TR-069 Amendment 6, A.3.2.8 and A.4.1.5).
DOWNLOADED = re.compile(r"[1-6] \S.{0,60}|X [0-9A-Za-z]\S{0,60}.*")
UPLOADED = re.compile(r"[1-4] \S.{0,60}|X [0-9A-Za-z]\S{0,60}.*")
_TYPES = frozenset(
    {
        *("string", "int", "unsignedInt", "boolean", "dateTime", "base64", "base64Binary"),
        *("hexBinary", "long", "unsignedLong", "decimal", "float", "double", "byte"),
    }
)
WINDOW_MODES = ("1 At Any Time", "2 Immediately", "3 When Idle", "4 Confirmation Needed")


class ArgumentError(ValueError):
    """The command's arguments are not those of its kind."""


T = TypeVar("T", bound=msgspec.Struct)


def parse(arguments: Mapping[str, object], kind: type[T]) -> T:
    """The arguments as a value of their kind's type.

    Raises:
        ArgumentError: they are not; it says where and what is allowed.
    """
    try:
        return msgspec.convert(dict(arguments), kind)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$")
        where = place.strip("`.")
        if "matching regex" in text:
            is_object = OBJECT.endswith(text.rstrip("'")[-3:])
            text = f"Expected {'a path that ends with a dot' if is_object else 'no blanks in it'}"
        raise ArgumentError(f"{where}: {text}" if where else text) from None


def check_leaves(values: Mapping[str, object]) -> None:
    """Refuse paths of objects.

    Raises:
        ValueError: it says what is allowed.
    """
    for path in values:
        if path.endswith("."):
            raise ValueError(f"{path} is an object, not a parameter")


def check_types(types: Mapping[str, str], values: Mapping[str, object]) -> None:
    """Refuse types that are none, and of what is not set.

    Raises:
        ValueError: it says what is allowed.
    """
    for path, kind in types.items():
        if path not in values:
            raise ValueError(f"types: {path} is not among the values")
        if kind not in _TYPES:
            raise ValueError(f"types: found {kind!r}, allowed are {', '.join(sorted(_TYPES))}")


def check_file_type(text: str, allowed: "re.Pattern[str]") -> None:
    """Refuse a file type that is none.

    Raises:
        ValueError: it says what is allowed.
    """
    if not allowed.fullmatch(text):
        raise ValueError(
            f"file_type: found {text!r}, allowed is a number and a name as in "
            "“1 Firmware Upgrade Image”, or X and a vendor's"
        )


def check_url(url: str, schemes: tuple[str, ...]) -> None:
    """Refuse a URL that no router could use; an empty one is left to others.

    Raises:
        ValueError: it says what is allowed.
    """
    if not url:
        return
    try:
        parts = urlsplit(url)
        host, userinfo = parts.hostname, "@" in parts.netloc
    except ValueError:
        host, userinfo = None, False
        parts = urlsplit("")
    if parts.scheme.lower() not in schemes or not host or not url.isprintable() or " " in url:
        raise ValueError(f"url: allowed are {', '.join(schemes)} with a host")
    if userinfo:
        raise ValueError("url: a user and a password have arguments of their own")
