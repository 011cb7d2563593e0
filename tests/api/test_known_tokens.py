"""Tokens that were looked up a moment ago: fewer reads, and none is known longer than it may be."""

import asyncio

from twisted.internet.defer import Deferred, succeed

from acs.api.known_tokens import SECONDS, KnownTokens
from acs.storage.rows import Token
from tests.api.harness import Api

TOKEN = Token("crm", ("read",), 0.0, None)


class Shelf:
    def __init__(self) -> None:
        self.tokens_removed = 0
        self.found: Token | None = TOKEN
        self.asked = 0
        self.held: Deferred[Token | None] | None = None

    def token_by_hash(self, token_hash: str) -> "Deferred[Token | None]":
        assert token_hash == "hash"
        self.asked += 1
        return self.held or succeed(self.found)


class Looking:
    def __init__(self) -> None:
        self.shelf, self.now = Shelf(), 1000.0
        self.known = KnownTokens(self.shelf, lambda: self.now)

    def find(self) -> Token | None:
        return asyncio.run(self.known.find("hash"))


def test_a_token_is_read_once_a_second() -> None:
    looking = Looking()
    for _ in range(10):
        assert looking.find() == TOKEN
    assert looking.shelf.asked == 1
    looking.now += SECONDS
    looking.shelf.found = None  # another process removed it
    assert looking.find() is None
    assert looking.find() is None
    assert looking.shelf.asked == 3  # what is unknown is not remembered


def test_a_removal_of_this_process_counts_at_once() -> None:
    looking = Looking()
    assert looking.find() == TOKEN
    looking.shelf.found = None
    looking.shelf.tokens_removed += 1
    assert looking.find() is None


def test_what_was_read_while_it_was_removed_is_not_kept() -> None:
    looking = Looking()
    shelf = looking.shelf
    shelf.held = Deferred()

    async def both() -> Token | None:
        task = asyncio.create_task(looking.known.find("hash"))
        await asyncio.sleep(0)
        assert shelf.held is not None
        shelf.tokens_removed += 1
        shelf.held.callback(TOKEN)
        return await task

    assert asyncio.run(both()) == TOKEN  # the request came before
    shelf.held, shelf.found = None, None
    assert looking.find() is None


def test_many_tokens_do_not_fill_the_memory() -> None:
    looking = Looking()

    class Endless(Shelf):
        def token_by_hash(self, token_hash: str) -> "Deferred[Token | None]":
            self.asked += 1
            return succeed(TOKEN)

    known = KnownTokens(Endless(), lambda: 0.0)

    async def many() -> None:
        for number in range(2500):
            await known.find(f"{number}")

    asyncio.run(many())
    assert len(known._known) <= 1000
    assert looking.shelf.asked == 0


def test_a_revoked_token_ends_at_once(api: Api) -> None:
    token = api.token("read", name="crm")
    assert api.get("/v1/routers", token=token).status_code == 200
    assert api.delete("/v1/tokens/crm").status_code == 204
    assert api.get("/v1/routers", token=token).status_code == 401
