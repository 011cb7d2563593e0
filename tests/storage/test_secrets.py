"""Sealing, and the key file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.storage.secrets import Box, KeyFileError, UnsealError, load_or_create_key

KEY = bytes(range(32))


@given(st.binary(max_size=100), st.text(max_size=20))
def test_what_was_sealed_can_be_opened(secret: bytes, place: str) -> None:
    sealed = Box(KEY).seal(secret, place)
    assert Box(KEY).open(sealed, place) == secret


@pytest.mark.parametrize("place", ["", "b"])
def test_a_secret_is_bound_to_its_place(place: str) -> None:
    with pytest.raises(UnsealError):
        Box(KEY).open(Box(KEY).seal(b"secret", "a"), place)


def test_an_altered_or_short_secret_is_refused() -> None:
    sealed = bytearray(Box(KEY).seal(b"secret", "a"))
    sealed[-1] ^= 1
    for bad in (bytes(sealed), b"", b"x" * 12, b"x" * 20):
        with pytest.raises(UnsealError):
            Box(KEY).open(bad, "a")


def test_nonces_differ() -> None:
    box = Box(KEY)
    assert box.seal(b"secret", "a") != box.seal(b"secret", "a")


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(KeyFileError, match="16 bytes"):
        Box(b"x" * 16)


def test_the_key_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = load_or_create_key(path)
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_or_create_key(path) == key
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    load_or_create_key(path)
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_or_create_key(path)


def test_a_key_file_of_another_length_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="5 bytes"):
        load_or_create_key(path)


def test_a_key_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="No such file"):
        load_or_create_key(tmp_path / "none" / "key")
