import random

import pytest

from agents.snmp.ber import BerError, parse_oid
from agents.snmp.keys import DIGEST_BYTES, Keys, User, keys_of
from agents.snmp.pdus import GET, REPORT, RESPONSE, Pdu, Varbind, write_pdu
from agents.snmp.usm import UNKNOWN, Engine, SecurityError, peek, report_of, seal, unseal

ENGINE = Engine(b"\x80\x00\x1f\x88\x04device", 3, 1000, 50.0)
USER = User(b"poller", "sha256", b"auth-pass-1234", "aes128", b"priv-pass-1234")
USERS = [
    USER,
    User(b"old", "md5", b"auth-pass-1234", "des", b"priv-pass-1234"),
    User(b"signed", "sha512", b"auth-pass-1234"),
    User(b"open"),
]
PDU = Pdu(RESPONSE, 5, 0, 0, (Varbind(parse_oid("1.3.6.1.2.1.1.3.0"), 0x43, 99),))
SALT = bytes(range(8))


def _sealed(user: User = USER, pdu: Pdu = PDU, engine: Engine = ENGINE, at: float = 50.0) -> bytes:
    return seal(user, engine, 77, write_pdu(pdu), salt=SALT, at=at)


@pytest.mark.parametrize(
    ("algorithm", "password", "expected"),
    [
        ("md5", b"maplesyrup", "526f5eed9fcce26f8964c2930787d82b"),
        ("sha1", b"maplesyrup", "6695febc9288e36282235fc7151f128497b38f3f"),
    ],
)
def test_keys_are_those_of_the_standard(algorithm: str, password: bytes, expected: str) -> None:
    # RFC 3414, A.3.1 and A.3.2
    engine_id = bytes(11) + b"\x02"
    user = User(b"u", algorithm, password)  # type: ignore[arg-type]
    assert keys_of(user, engine_id).auth.hex() == expected


@pytest.mark.parametrize("user", USERS)
def test_a_message_opens_for_its_user(user: User) -> None:
    opened = unseal(user, ENGINE, _sealed(user), 60.0)
    assert (opened.message_id, opened.pdu) == (77, PDU)
    assert opened.secured == (user.auth != "none")
    assert peek(_sealed(user)) == (77, ENGINE.id, user.name)


def test_what_is_private_cannot_be_read() -> None:
    plain = _sealed(User(b"poller", "sha256", USER.auth_password))
    whole = write_pdu(PDU)
    assert whole in plain
    assert whole not in _sealed()


@pytest.mark.parametrize(
    ("user", "why"),
    [
        (User(b"poller", "sha256", b"another-pass", "aes128", b"priv-pass-1234"), "wrong digest"),
        (User(b"other", "sha256", USER.auth_password, "aes128", USER.priv_password), "user"),
        (User(b"poller", "sha1", USER.auth_password), "digest of 24 bytes"),
    ],
)
def test_others_do_not_get_it_open(user: User, why: str) -> None:
    with pytest.raises(SecurityError, match=why):
        unseal(user, ENGINE, _sealed(), 60.0)


def test_an_answer_with_less_security_is_refused() -> None:
    for weaker in (User(b"poller"), User(b"poller", "sha256", USER.auth_password)):
        with pytest.raises(SecurityError, match="less security"):
            unseal(USER, ENGINE, _sealed(weaker), 60.0)


def test_reports_to_strangers_are_let_in_and_named() -> None:
    report = Pdu(REPORT, 0, 0, 0, (Varbind(parse_oid("1.3.6.1.6.3.15.1.1.4.0"), 0x41, 1),))
    opened = unseal(USER, UNKNOWN, _sealed(User(b""), report), 60.0)
    assert not opened.secured
    assert isinstance(opened.pdu, Pdu)
    assert report_of(opened.pdu) == "unknownEngineIDs"
    assert report_of(Pdu(REPORT, 0, 0, 0, ())) == "nothing"


def test_old_messages_are_refused() -> None:
    known = Engine(ENGINE.id, 3, 1000, 50.0)
    fresh = _sealed(at=50.0)
    assert unseal(USER, known, fresh, 50.0 + 149).secured
    with pytest.raises(SecurityError, match="not fresh"):
        unseal(USER, known, fresh, 50.0 + 152)
    with pytest.raises(SecurityError, match="not fresh"):
        unseal(USER, Engine(ENGINE.id, 4, 0, 50.0), fresh, 50.0)


def test_another_engine_is_refused() -> None:
    with pytest.raises(SecurityError, match="another engine"):
        unseal(USER, Engine(b"other", 1, 1, 0.0), _sealed(), 60.0)


@pytest.mark.parametrize("user", USERS[:3])
def test_a_single_changed_byte_is_noticed(user: User) -> None:
    whole = _sealed(user)
    for place in range(len(whole)):
        broken = whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :]
        with pytest.raises((BerError, SecurityError)):
            unseal(user, ENGINE, broken, 60.0)


def test_ten_thousand_broken_messages_are_refused() -> None:
    chance = random.Random(7)  # noqa: S311 - the same messages each time
    whole = _sealed()
    for _ in range(10_000):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 5)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        broken = broken[: chance.randint(0, len(broken))] if chance.random() < 0.3 else broken
        if bytes(broken) == whole:
            continue
        with pytest.raises((BerError, SecurityError)):
            unseal(USER, ENGINE, bytes(broken), 60.0)


def test_asking_for_an_engine_tells_nothing() -> None:
    asking = seal(USER, UNKNOWN, 1, write_pdu(Pdu(GET, 1, 0, 0, ())), salt=SALT, at=0.0)
    assert b"poller" not in asking


def test_nothing_secret_is_in_a_repr() -> None:
    text = repr(USER) + repr(Keys(b"auth-key", b"priv-key"))
    assert "pass" not in text
    assert "key" not in text.replace("Keys", "")
    assert set(DIGEST_BYTES) == {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"}
