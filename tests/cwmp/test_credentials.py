from msgspec.structs import replace
from twisted.internet.defer import Deferred

from acs.cwmp.credentials import CredentialCache
from acs.storage.rows import Credential

KNOWN = Credential("R-1", "0" * 32)


class Storage:
    """Answers when told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Deferred[Credential | None]]] = []
        self.now = 0.0

    def lookup(self, username: str) -> Deferred[Credential | None]:
        answer: Deferred[Credential | None] = Deferred()
        self.asked.append((username, answer))
        return answer

    def cache(self, size: int = 10) -> CredentialCache:
        return CredentialCache(self.lookup, seconds=lambda: self.now, size=size, ttl=600)

    def ask(self, cache: CredentialCache, username: str, found: Credential | None) -> None:
        answer = cache.get(username)
        assert isinstance(answer, Deferred)
        self.asked[-1][1].callback(found)


def test_asks_once_in_its_time() -> None:
    storage = Storage()
    cache = storage.cache()
    storage.ask(cache, "u", KNOWN)
    storage.now = 599
    assert cache.get("u") is KNOWN
    storage.now = 600
    assert isinstance(cache.get("u"), Deferred)


def test_unknown_names_are_asked_again_soon() -> None:
    storage = Storage()
    cache = storage.cache()
    storage.ask(cache, "u", None)
    assert cache.get("u") is None
    storage.now = 10
    assert isinstance(cache.get("u"), Deferred)


def test_forgets_when_told() -> None:
    storage = Storage()
    cache = storage.cache()
    storage.ask(cache, "u", KNOWN)
    cache.forget("u")
    assert isinstance(cache.get("u"), Deferred)


def test_what_was_read_before_a_change_is_not_kept() -> None:
    storage = Storage()
    cache = storage.cache()
    cache.get("u")
    cache.forget("u")
    storage.asked[0][1].callback(KNOWN)
    assert isinstance(cache.get("u"), Deferred)


def test_the_least_used_is_dropped() -> None:
    storage = Storage()
    cache = storage.cache(size=2)
    for name in "ab":
        storage.ask(cache, name, KNOWN)
    assert cache.get("a") is KNOWN
    storage.ask(cache, "c", KNOWN)
    assert cache.get("a") is KNOWN
    assert isinstance(cache.get("b"), Deferred)


def test_a_failure_is_not_remembered() -> None:
    storage = Storage()
    cache = storage.cache()
    answer = cache.get("u")
    assert isinstance(answer, Deferred)
    failures: list[object] = []
    answer.addErrback(failures.append)
    storage.asked[0][1].errback(OSError())
    assert failures
    assert isinstance(cache.get("u"), Deferred)


def test_strangers_drop_no_routers() -> None:
    storage = Storage()
    cache = storage.cache(size=2)
    storage.ask(cache, "a", KNOWN)
    for number in range(1100):
        storage.ask(cache, f"stranger {number}", None)
    assert cache.get("a") is KNOWN
    assert isinstance(cache.get("stranger 0"), Deferred)
    assert cache.get("stranger 1099") is None


def test_what_another_node_may_have_changed_is_asked_for_again_but_not_at_once() -> None:
    storage = Storage()
    cache = storage.cache()
    assert cache.again("u") is None  # nothing is remembered that could be wrong
    storage.ask(cache, "u", KNOWN)
    storage.now += 9
    assert cache.again("u") is None
    storage.now += 1
    assert isinstance(cache.again("u"), Deferred)


def test_what_is_being_changed_is_not_remembered_for_long() -> None:
    storage = Storage()
    cache = storage.cache()
    storage.ask(cache, "u", replace(KNOWN, next_ha1="0" * 32))
    storage.now += 31
    assert isinstance(cache.get("u"), Deferred)


def test_several_routers_are_forgotten_at_once() -> None:
    storage = Storage()
    cache = storage.cache()
    for name in ("a", "b", "c"):
        storage.ask(cache, name, replace(KNOWN, router_id=name))
    cache.forget_routers({"a", "c"})
    assert isinstance(cache.get("a"), Deferred)
    assert not isinstance(cache.get("b"), Deferred)
    assert isinstance(cache.get("c"), Deferred)
