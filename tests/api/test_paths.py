"""Paths: every segment comes through whole and is decoded exactly once."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.api.paths import UnreadableTargetError, check_query, decoded, route_path
from acs.identity import DeviceId

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@given(TEXT, TEXT)
def test_a_segment_comes_through_whole(account: str, other: str) -> None:
    sent = f"/v1/{quote(account, safe='')}/x/{quote(other, safe='')}"
    parts = route_path({"raw_path": sent.encode()}).split("/")
    assert parts[1] == "v1"
    assert decoded(parts[2]) == account
    assert decoded(parts[4]) == other


@given(TEXT, TEXT, TEXT)
def test_a_router_id_encoded_once_more_comes_through(oui: str, product: str, serial: str) -> None:
    router_id = DeviceId("", oui, product, serial).router_id
    path = route_path({"raw_path": f"/v1/routers/{quote(router_id, safe='')}".encode()})
    assert decoded(path.rsplit("/", 1)[1]) == router_id


def test_any_encoding_of_a_plain_segment_is_the_same_route() -> None:
    assert route_path({"raw_path": b"/%761/rout%65rs"}) == "/v1/routers"
    assert route_path({"raw_path": b"/v1/routers?q=/"}) == "/v1/routers"
    assert route_path({"path": "/v1/routers", "raw_path": None}) == "/v1/routers"


def test_an_encoded_slash_does_not_part_a_segment() -> None:
    assert route_path({"raw_path": b"/a%2Fb/c"}) == "/a%2Fb/c"


@pytest.mark.parametrize("path", [b"/a%00b", b"/%FF", b"/%C3", b"/%ED%A0%80"])
def test_unreadable_paths_are_errors(path: bytes) -> None:
    with pytest.raises(UnreadableTargetError):
        route_path({"raw_path": path})


@pytest.mark.parametrize("query", [b"q=%00", b"q=%FF", b"%ED%A0%80=1", b"q=\xff"])
def test_unreadable_queries_are_errors(query: bytes) -> None:
    with pytest.raises(UnreadableTargetError):
        check_query({"query_string": query})


def test_readable_queries_pass() -> None:
    check_query({"query_string": b"q=%C3%A9+%2B%26&limit=3"})
    check_query({})
