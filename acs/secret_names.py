"""What is secret, told by a parameter's name or a link's form, and values without it. Pure."""

import re
from collections.abc import Mapping

REDACTED = "[redacted]"
# Of the last part of a path. A name is not a secret because it says how many or how long.
_SECRET = re.compile(
    r"(?:Passw(?:or)?d|Passphrase|PreSharedKey|SharedSecret|Secret|WEPKey|PrivateKey|(?-i:PIN))\d*$",
    re.IGNORECASE,
)


def is_secret(path: str) -> bool:
    """Whether the parameter's name says that its value is a secret."""
    parts = path.rstrip(".").split(".")
    while len(parts) > 1 and parts[-1].isdigit():  # …WEPKey.1., as some vendors have it
        parts.pop()
    return _SECRET.search(parts[-1]) is not None


def blanked(values: Mapping[str, object]) -> dict[str, object]:
    """The values by path, secrets replaced; an empty one stays empty, which is worth knowing."""
    return {
        path: REDACTED if value not in ("", None) and is_secret(path) else value
        for path, value in values.items()
    }


# Of a link of the file server (acs.files.signing): what comes before its signature, and that.
_LINK = re.compile(
    r"(/[fut]/[0-9a-z]{1,32}/[0-9A-Za-z_-]{1,32}/[0-9a-f]{1,12}/)[A-Za-z0-9_-]{22}(?=/|$)"
)


def unsigned(url: str) -> str:
    """A URL to be shown: a link of the file server without its signature, any other as it is."""
    return _LINK.sub(rf"\g<1>{REDACTED}", url)
