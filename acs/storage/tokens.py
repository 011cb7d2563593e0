"""Tokens of the API, known by their hashes only."""

from msgspec import msgpack
from sqlalchemy import Connection, delete, insert, select

from acs.storage.rows import Token
from acs.storage.schema import tokens


def add_token(connection: Connection, token_hash: str, token: Token) -> None:
    """Add a token; its name must be new."""
    connection.execute(
        insert(tokens),
        {
            "hash": token_hash,
            "name": token.name,
            "scopes": msgpack.encode(token.scopes),
            "created_at": token.created_at,
            "expires_at": token.expires_at,
            "account": token.account,
        },
    )
    if token.account is not None:  # they live for minutes, and there are many
        past = tokens.c.expires_at < token.created_at
        connection.execute(delete(tokens).where(tokens.c.account.is_not(None), past))


def remove_token(connection: Connection, name: str) -> bool:
    """Remove a token; whether there was one."""
    return connection.execute(delete(tokens).where(tokens.c.name == name)).rowcount > 0


_COLUMNS = (
    tokens.c.name,
    tokens.c.scopes,
    tokens.c.created_at,
    tokens.c.expires_at,
    tokens.c.account,
)


def token_by_hash(connection: Connection, token_hash: str) -> Token | None:
    """The token of a hash, expired or not."""
    row = connection.execute(select(*_COLUMNS).where(tokens.c.hash == token_hash)).one_or_none()
    return None if row is None else _token(*row)


def list_tokens(connection: Connection) -> list[Token]:
    """All tokens by name."""
    return [_token(*row) for row in connection.execute(select(*_COLUMNS).order_by(tokens.c.name))]


def _token(
    name: str, scopes: bytes, created_at: float, expires_at: float | None, account: str | None
) -> Token:
    known = msgpack.decode(scopes, type=tuple[str, ...])
    return Token(name, known, created_at, expires_at, account)
