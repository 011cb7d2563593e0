"""Templates into responses: what every page is given, and the headers that every page carries."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response
from litestar.datastructures import Cookie

from acs.pages.door import Desk, signed_in
from acs.pages.words import LANGUAGES, Words, preferred

AnyRequest = Request[Any, Any, Any]

LANGUAGE_COOKIE = "acs_lang"
_YEAR = 31_536_000

# Everything comes from here, nothing is inline: a router's name that were taken for markup would
# still run nothing and load nothing.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("acs.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["once_more"] = lambda text: quote(text, safe="")
    return made


@cache
def asset(name: str) -> bytes:
    """A file that pages load.

    Raises:
        FileNotFoundError: there is none of that name.
    """
    return (files(__package__) / "assets" / name).read_bytes()


@cache
def asset_version() -> str:
    """Changes when a file that pages load does."""
    return sha256(asset("page.css") + asset("page.js") + asset("icon.svg")).hexdigest()[:12]


def words_of(request: AnyRequest, now: float) -> Words:
    """The language of the switch (``?lang=``), of its cookie, or of the browser."""
    asked = request.query_params.get("lang")
    kept = request.cookies.get(LANGUAGE_COOKIE)
    for found in (asked, kept):
        for language in LANGUAGES:
            if found == language:
                return Words(language, now)
    return Words(preferred(request.headers.get("accept-language", "")), now)


def is_secure(request: AnyRequest) -> bool:
    """Whether the browser came by TLS, here or at a proxy that says so."""
    # The word of a proxy can be made up; what follows from it is only a stricter cookie.
    told = request.headers.get("x-forwarded-proto", "").strip().lower()
    return request.url.scheme == "https" or told == "https"


def page(
    request: AnyRequest,
    desk: Desk,
    template: str,
    given: Mapping[str, object],
    status: int = 200,
) -> Response[bytes]:
    """A template as a response. What it is given is escaped there."""
    words = words_of(request, desk.clock())
    visit = signed_in(request)
    body = (
        _environment()
        .get_template(template)
        .render(
            t=words,
            visit=visit,
            assets=asset_version(),
            form_token="" if visit is None else desk.sealer.form_token(visit.session.number),
            here=request.url.path,
            languages=_switch(request),
            **given,
        )
    )
    response = Response(
        body.encode(), status_code=status, media_type="text/html", headers=dict(HEADERS)
    )
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(
            Cookie(
                LANGUAGE_COOKIE,
                value=words.language,
                path="/",
                max_age=_YEAR,
                httponly=True,
                samesite="strict",
                secure=is_secure(request),
            )
        )
    return response


def _switch(request: AnyRequest) -> list[tuple[str, str]]:
    """Each language and the query that shows this page in it."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    return [
        (each, "?" + "&".join(f"{quote(k)}={quote(str(v))}" for k, v in [*kept, ("lang", each)]))
        for each in LANGUAGES
    ]
