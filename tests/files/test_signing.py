"""Links: what was signed is read back; whatever else is refused."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.files.signing import (
    BadSignatureError,
    ExpiredLinkError,
    Link,
    NoLinkError,
    Purpose,
    Signer,
)
from acs.secret_names import unsigned

SIGNER = Signer(b"k" * 32)
LINK = Link("f", "3f9c0a12be77", "019c3a5f8e2047d2c9a61b0e55", 1_800_000_000)
links = st.builds(
    Link,
    st.sampled_from(get_args(Purpose)),
    st.from_regex("[0-9a-z]{1,32}", fullmatch=True),
    st.from_regex("[0-9A-Za-z_-]{1,32}", fullmatch=True),
    st.integers(1, 2**47),
)


@given(links)
def test_a_link_is_read_back(link: Link) -> None:
    path = SIGNER.path(link)
    assert SIGNER.read(path, link.expires_at - 1) == link
    assert SIGNER.read(f"{path}/name.bin", 0) == link
    with pytest.raises(ExpiredLinkError):
        SIGNER.read(path, link.expires_at)


@given(links, st.data())
def test_a_changed_character_is_noticed(link: Link, data: st.DataObject) -> None:
    path = SIGNER.path(link)
    at = data.draw(st.integers(0, len(path) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    changed = path[:at] + other + path[at + 1 :]
    if changed != path:
        with pytest.raises((NoLinkError, BadSignatureError)):
            SIGNER.read(changed, 0)


@given(links, links)
def test_no_two_links_have_one_signature(first: Link, second: Link) -> None:
    same = SIGNER.path(first).rsplit("/", 1)[1] == SIGNER.path(second).rsplit("/", 1)[1]
    assert same is (first == second)


def test_another_key_makes_other_links() -> None:
    path = Signer(b"x" * 32).path(LINK)
    with pytest.raises(BadSignatureError):
        SIGNER.read(path, 0)


def test_the_storage_key_itself_does_not_sign() -> None:
    signer = Signer(b"k" * 32)
    assert b"k" * 32 not in vars(signer).values()


@pytest.mark.parametrize(
    "link",
    [
        Link("f", "../x", "c1", 1),
        Link("f", "x", "c/1", 1),
        Link("f", "x", "", 1),
        Link("f", "x", "c" * 33, 1),
    ],
)
def test_ids_that_would_not_be_read_back_are_not_signed(link: Link) -> None:
    with pytest.raises(NoLinkError):
        SIGNER.path(link)


def test_links_fit_into_a_url_of_tr_069() -> None:
    assert len(SIGNER.path(LINK)) < 100


def test_a_link_is_shown_without_its_signature() -> None:
    path = SIGNER.path(LINK)
    mac = path.rsplit("/", 1)[1]
    for url in (f"http://files:7567{path}/hub5.bin", f"https://a/b{path}"):
        shown = unsigned(url)
        assert mac not in shown
        assert shown == url.replace(mac, "[redacted]")
    other = "http://example.net/f/firmware.bin?x=1"
    assert unsigned(other) == other
