"""Secrets at rest: AES-256-GCM with a key that lies outside the database."""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from acs.storage.errors import StorageError

KEY_BYTES = 32
_NONCE_BYTES = 12  # NIST SP 800-38D, 5.2.1.1: 96 bits
_GROUP_AND_OTHERS = 0o077


class KeyFileError(StorageError):
    """The key file cannot be used."""


class UnsealError(StorageError):
    """A stored secret was sealed with another key, for another place, or was altered."""


class Box:
    """Seals short secrets; each is bound to the place (router and column) it is stored in.

    Args:
        key: 32 bytes.
        random: gives so many random bytes.

    Raises:
        KeyFileError: the key has another length.
    """

    def __init__(self, key: bytes, random: Callable[[int], bytes] = os.urandom) -> None:
        if len(key) != KEY_BYTES:
            raise KeyFileError(f"the key has {len(key)} bytes, allowed is {KEY_BYTES}")
        self._aead = AESGCM(key)
        self._random = random

    def seal(self, secret: bytes, place: str) -> bytes:
        """Encrypt; the nonce comes first."""
        nonce = self._random(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, secret, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Decrypt.

        Raises:
            UnsealError: it was not sealed with this key for this place.
        """
        try:
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise UnsealError(f"the stored secret of {place} cannot be opened") from error


def load_or_create_key(path: Path, random: Callable[[int], bytes] = os.urandom) -> bytes:
    """The key in ``path``, made up and written there (mode 0600) if there is none.

    Raises:
        KeyFileError: the file has another length, can be read by others, or cannot be made.
    """
    try:
        if not path.exists():
            _create(path, random(KEY_BYTES))
        key = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
    if mode & _GROUP_AND_OTHERS:
        raise KeyFileError(f"{path}: others can read the key: chmod 600 {path}")
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"{path}: the key has {len(key)} bytes, allowed is {KEY_BYTES}")
    return key


def _create(path: Path, key: bytes) -> None:
    """Write the file whole or not at all; a key that another process has just made stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
