import pytest

from acs.cwmp.auth import AuthError
from acs.cwmp.nonces import Nonces


class TestNonces:
    def refusal(self, nonces: Nonces, nonce: str, owner: str, count: int, now: float) -> str:
        with pytest.raises(AuthError) as error:
            nonces.check(nonce, owner, count, now)
        return error.value.reason

    def test_good_for_its_owner_with_rising_counts(self) -> None:
        nonces = Nonces(b"key")
        nonce = nonces.issue("one", 100.0)
        for count in (1, 2, 9):
            nonces.check(nonce, "one", count, 110.0)
            nonces.use(nonce, count)
        assert self.refusal(nonces, nonce, "one", 9, 110.0) == "replay"
        assert self.refusal(nonces, nonce, "one", 3, 110.0) == "replay"
        assert self.refusal(nonces, nonce, "one", 0, 110.0) == "replay"
        assert self.refusal(nonces, nonce, "two", 10, 110.0) == "nonce"
        with pytest.raises(AuthError):
            nonces.use(nonce, 9)

    def test_first_use_must_come_soon(self) -> None:
        nonces = Nonces(b"key")
        early, late = nonces.issue("one", 100.0), nonces.issue("one", 100.0)
        nonces.check(early, "one", 1, 129.9)
        nonces.use(early, 1)
        nonces.check(early, "one", 2, 3000.0)
        assert self.refusal(nonces, late, "one", 1, 130.1) == "stale"
        assert self.refusal(nonces, early, "one", 2, 3701.0) == "stale"

    def test_forged_or_anothers_keys(self) -> None:
        nonces, others = Nonces(b"key"), Nonces(b"other")
        assert self.refusal(nonces, others.issue("one", 1.0), "one", 1, 1.0) == "nonce"
        assert self.refusal(nonces, "", "one", 1, 1.0) == "nonce"
        nonce = nonces.issue("one", 1.0)
        later = f"{9999:012x}" + nonce[12:]
        assert self.refusal(nonces, later, "one", 1, 9.0) == "nonce"

    def test_a_forgotten_nonce_cannot_be_replayed(self) -> None:
        nonces = Nonces(b"key", kept=2)
        issued = [nonces.issue("one", float(number)) for number in range(4)]
        for nonce in issued[:3]:
            nonces.check(nonce, "one", 1, 4.0)
            nonces.use(nonce, 1)
        assert self.refusal(nonces, issued[0], "one", 1, 4.0) == "stale"
        assert self.refusal(nonces, issued[1], "one", 1, 4.0) == "replay"
        nonces.check(issued[3], "one", 1, 4.0)

    def test_counts_may_not_matter(self) -> None:
        nonces = Nonces(b"key")
        nonce = nonces.issue("one", 100.0)
        nonces.check(nonce, "one", None, 110.0)
        nonces.keep(nonce)
        nonces.check(nonce, "one", None, 3000.0)
        nonces.use(nonce, 5)
        nonces.keep(nonce)
        assert self.refusal(nonces, nonce, "one", 5, 3000.0) == "replay"
        with pytest.raises(AuthError, match="stale"):
            nonces.check(nonce, "one", None, 3800.0)
        with pytest.raises(AuthError, match="nonce"):
            nonces.check(nonce, "two", None, 110.0)

    def test_nonces_differ(self) -> None:
        nonces = Nonces(b"key")
        assert len({nonces.issue("one", 1.0) for _ in range(100)}) == 100
