"""Routes of tokens: making, listing and revoking them."""

from typing import Annotated

from litestar import Response, delete, get, post
from litestar.params import PathParameter

from acs.api.access import needs
from acs.api.bodies import TokenBody
from acs.api.command_documents import TokenDocument, TokenList, TokenSummary
from acs.api.paths import decoded
from acs.api.problems import ApiError, invalid, not_found
from acs.api.routes.given import Given, Taken, strictly
from acs.api.times import moment
from acs.api.tokens import hash_token, new_token
from acs.bridge import to_asyncio
from acs.storage.errors import FactRefusedError

TokenName = Annotated[str, PathParameter(description="The token's name, percent-encoded.")]


@post("/v1/tokens", opt=needs("admin"), summary="Make a token", tags=["fleet"])
async def make_token(services: Given, data: Taken[TokenBody]) -> Response[TokenDocument]:
    """A new token; its secret is shown this once."""
    body: TokenBody = strictly(data, TokenBody)
    now = services.clock()
    expires_at = None if body.expires_at is None else body.expires_at.timestamp()
    if expires_at is not None and expires_at <= now:
        raise invalid("body", "expires_at", "this time has passed")
    token = new_token()
    try:
        await to_asyncio(
            services.store.add_token(hash_token(token), body.scopes, body.name, expires_at, now)
        )
    except FactRefusedError as error:
        raise ApiError(409, f"There is a token named {body.name!r}.") from error
    return Response(
        TokenDocument(
            token=token, name=body.name, scopes=body.scopes, expires_at=moment(expires_at)
        ),
        status_code=201,
        headers={"Cache-Control": "no-store"},
    )


@get("/v1/tokens", opt=needs("admin"), summary="List tokens", tags=["fleet"])
async def list_tokens(services: Given) -> TokenList:
    """All tokens, expired ones too; their secrets are not kept."""
    found = await to_asyncio(services.store.tokens())
    return TokenList(
        items=tuple(
            TokenSummary(
                name=token.name,
                scopes=token.scopes,
                created_at=moment(token.created_at),
                expires_at=moment(token.expires_at),
            )
            for token in found
        )
    )


@delete("/v1/tokens/{name:str}", opt=needs("admin"), summary="Revoke a token", tags=["fleet"])
async def remove_token(services: Given, name: TokenName) -> None:
    """From now on the token is worth nothing."""
    if not await to_asyncio(services.store.remove_token(decoded(name))):
        raise not_found("token", decoded(name))


HANDLERS = (make_token, list_tokens, remove_token)
