"""Routes of tokens: making, listing and revoking them."""

from secrets import token_hex
from typing import Annotated

from litestar import Response, delete, get, post
from litestar.params import PathParameter

from acs.api.access import needs
from acs.api.bodies import TokenBody, VisitBody
from acs.api.command_documents import TokenDocument, TokenList, TokenSummary
from acs.api.paths import decoded
from acs.api.problems import ApiError, invalid, not_found
from acs.api.routes.given import Account, Given, Taken, strictly
from acs.api.services import Services
from acs.api.times import moment
from acs.api.tokens import SELF_SERVICE, Scope, binding_error, hash_token, new_token
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
    wrong = binding_error(body.scopes, body.account)
    if wrong is not None:
        raise invalid("body", "scopes", wrong)
    return await _made(services, body.name, body.scopes, expires_at, body.account)


@post(
    "/v1/subscribers/{account:str}/tokens",
    opt=needs("act"),
    summary="Make a short-lived token for one subscriber",
    tags=["self-service"],
)
async def make_visit(
    services: Given, account: Account, data: Taken[VisitBody]
) -> Response[TokenDocument]:
    """What a chat-bot or an app takes along while it serves one subscriber.

    It opens ``/v1/self`` and nothing else.
    """
    body: VisitBody = strictly(data, VisitBody)
    name = decoded(account)
    if await to_asyncio(services.store.subscriber(name)) is None:
        raise not_found("subscriber", name)
    expires_at = services.clock() + 60.0 * body.minutes
    made_up = f"self-service-{token_hex(8)}"
    return await _made(services, made_up, (SELF_SERVICE,), expires_at, name)


async def _made(
    services: Services,
    name: str,
    scopes: tuple[Scope, ...],
    expires_at: float | None,
    account: str | None,
) -> Response[TokenDocument]:
    token = new_token()
    added = services.store.add_token(
        hash_token(token), scopes, name, expires_at, services.clock(), account=account
    )
    try:
        await to_asyncio(added)
    except FactRefusedError as error:
        raise ApiError(409, f"There is a token named {name!r}.") from error
    document = TokenDocument(
        token=token, name=name, scopes=scopes, expires_at=moment(expires_at), account=account
    )
    return Response(document, status_code=201, headers={"Cache-Control": "no-store"})


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
                account=token.account,
            )
            for token in found
        )
    )


@delete("/v1/tokens/{name:str}", opt=needs("admin"), summary="Revoke a token", tags=["fleet"])
async def remove_token(services: Given, name: TokenName) -> None:
    """From now on the token is worth nothing."""
    if not await to_asyncio(services.store.remove_token(decoded(name))):
        raise not_found("token", decoded(name))


HANDLERS = (make_token, make_visit, list_tokens, remove_token)
