"""What handlers of pages are given. No handlers."""

from typing import Annotated, Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import PathParameter, SkipValidation

from acs.pages.door import Desk
from acs.pages.rendering import HEADERS

Shown = NamedDependency[SkipValidation[Desk]]
InPath = Annotated[str, PathParameter()]
AnyRequest = Request[Any, Any, Any]


def see_other(path: str) -> Response[bytes]:
    """The page that follows a form (RFC 9110, 15.4.4); ``path`` is one of ours."""
    return Response(b"", status_code=303, headers={**HEADERS, "Location": path})
