"""Answers that need not be sent again: tags of what does not age (RFC 9110, 8.8.3, 13.1.2)."""

from hashlib import blake2b
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response
from msgspec.structs import replace

from acs.api.documents import StatusDocument
from acs.api.languages import Words

T = TypeVar("T")
_encode = msgspec.json.Encoder().encode


def unaged(status: StatusDocument) -> StatusDocument:
    """A status without what changes with time alone: it is compared, never sent."""
    data = replace(status.data, inform_age_seconds=None, collected_age_seconds=None)
    return replace(
        status, data=data, fresh=None, sentence="", answered_at=status.router.first_seen_at
    )


def conditional(
    request: Request[Any, Any, Any], document: T, words: Words, compared: object
) -> Response[T]:
    """A document with its tag; 304 without it for who has it already.

    The tag is weak: documents of one tag differ in ages.
    """
    tag = f'W/"{blake2b(_encode(compared), digest_size=12).hexdigest()}"'
    headers = {
        "ETag": tag,
        "Content-Language": words.language,
        "Vary": "Accept-Language",
        "Cache-Control": "private, no-cache",
    }
    known = request.headers.get("if-none-match", "")
    bare = tag.removeprefix("W/")
    if known.strip() == "*" or bare in (e.strip().removeprefix("W/") for e in known.split(",")):
        empty: Any = None
        return Response(empty, status_code=304, headers=headers)
    return Response(document, headers=headers)
