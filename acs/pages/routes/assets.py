"""Style, script and icon. Their addresses change with their content."""

from litestar import Response, get
from litestar.exceptions import NotFoundException

from acs.pages.door import ForAll
from acs.pages.rendering import HEADERS, asset
from acs.pages.routes.given import InPath

_TYPES = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}
_KEPT = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}


@get("/assets/{version:str}/{name:str}", opt=ForAll)
async def show_asset(version: InPath, name: InPath) -> Response[bytes]:  # noqa: ARG001 - of the address
    """One of the files."""
    if name not in _TYPES:
        raise NotFoundException
    return Response(asset(name), media_type=_TYPES[name], headers=_KEPT)


HANDLERS = (show_asset,)
