"""Keys, digests and ciphers of SNMPv3's user-based security (RFC 3414, RFC 3826, RFC 7860).

Pure functions of bytes; messages belong to ``usm``. Keys and passwords are never part of an error.
"""

import hashlib
import hmac
from functools import lru_cache
from typing import Literal

import msgspec
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC

Auth = Literal["none", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"]
Priv = Literal["none", "des", "aes128"]

DIGEST_BYTES = {"md5": 12, "sha1": 12, "sha224": 16, "sha256": 24, "sha384": 32, "sha512": 48}
"""How much of the digest a message carries: RFC 3414, 6.3.1 and 7.3.1; RFC 7860, 4.1."""

SHORTEST_PASSWORD = 8  # RFC 3414, 11.2
_MEBIBYTE = 1_048_576
_SALT = 8


class KeyFaultError(ValueError):
    """What was to be decrypted cannot be: its salt or its length is not right."""


class User(msgspec.Struct, frozen=True):
    """A user of SNMPv3 and its passwords. Never shown: its repr is redacted."""

    name: bytes
    auth: Auth = "none"
    auth_password: bytes = b""
    priv: Priv = "none"
    priv_password: bytes = b""

    def __repr__(self) -> str:
        return f"User(auth={self.auth}, priv={self.priv}, redacted)"


class Keys(msgspec.Struct, frozen=True):
    """A user's keys at one engine. Never shown: its repr is redacted."""

    auth: bytes
    priv: bytes

    def __repr__(self) -> str:
        return "Keys(redacted)"


@lru_cache(maxsize=256)
def _master(algorithm: str, password: bytes) -> bytes:
    """RFC 3414, A.2: the digest of a mebibyte of the password over and over; costs milliseconds."""
    whole = password * (_MEBIBYTE // len(password) + 1)
    return hashlib.new(algorithm, whole[:_MEBIBYTE], usedforsecurity=False).digest()


def _localized(algorithm: str, password: bytes, engine_id: bytes) -> bytes:
    master = _master(algorithm, password)
    return hashlib.new(algorithm, master + engine_id + master, usedforsecurity=False).digest()


@lru_cache(maxsize=65_536)
def keys_of(user: User, engine_id: bytes) -> Keys:
    """The user's keys localized to an engine (RFC 3414, 2.6)."""
    if user.auth == "none":
        return Keys(b"", b"")
    auth = _localized(user.auth, user.auth_password, engine_id)
    priv = b""
    if user.priv != "none":
        priv = _localized(user.auth, user.priv_password, engine_id)[:16]
    return Keys(auth, priv)


def digest(user: User, keys: Keys, whole: bytes) -> bytes:
    """The digest that authenticates a message; in ``whole`` its place is filled with zeros."""
    return hmac.digest(keys.auth, whole, user.auth)[: DIGEST_BYTES[user.auth]]


def encrypt(user: User, keys: Keys, engine: tuple[int, int], salt: bytes, plain: bytes) -> bytes:
    """The scoped PDU encrypted; ``engine`` is its boots and time, ``salt`` has eight bytes."""
    if user.priv == "des":
        plain += bytes(-len(plain) % 8)
    cipher = _cipher(user, keys, engine, salt).encryptor()
    return cipher.update(plain) + cipher.finalize()


def decrypt(user: User, keys: Keys, engine: tuple[int, int], salt: bytes, sealed: bytes) -> bytes:
    """The scoped PDU, perhaps with padding after it.

    Raises:
        KeyFaultError: salt or length cannot be right.
    """
    if len(salt) != _SALT or (user.priv == "des" and len(sealed) % 8):
        raise KeyFaultError(f"a salt of {len(salt)} and {len(sealed)} encrypted bytes")
    cipher = _cipher(user, keys, engine, salt).decryptor()
    return cipher.update(sealed) + cipher.finalize()


def _cipher(user: User, keys: Keys, engine: tuple[int, int], salt: bytes) -> Cipher[CBC | CFB]:
    if user.priv == "des":
        # RFC 3414, 8.1.1.1: the second half of the key is the "pre-IV". DES is 3DES with one key.
        start = bytes(a ^ b for a, b in zip(keys.priv[8:16], salt, strict=True))
        return Cipher(TripleDES(keys.priv[:8] * 3), CBC(start))
    # RFC 3826, 3.1.2.1: boots, time and salt are the initialisation vector.
    boots, time = engine
    return Cipher(AES128(keys.priv), CFB(boots.to_bytes(4, "big") + time.to_bytes(4, "big") + salt))
