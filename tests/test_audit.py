import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json, structs

from acs.audit import ACT, FIRST, Act, Chain, Entry, acting, canonical, detail, digest, in_act

TEXTS = st.text(max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
DETAILS = st.dictionaries(TEXTS, VALUES, max_size=4)


def log(count: int, start: int = 1) -> list[Entry]:
    head, entries = FIRST, []
    for seq in range(start, start + count):
        entry = Entry(
            seq=seq,
            at=1_790_000_000.123 + seq,
            who="crm",
            channel="api",
            what="POST /v1/tokens",
            about="",
            outcome="done",
            detail=detail({"token": f"T{seq}"}),
        )
        head = digest(head, entry)
        entries.append(structs.replace(entry, digest=head))
    return entries


def test_the_covered_bytes_are_as_documented() -> None:
    (entry,) = log(1)
    assert canonical(entry) == (
        b'[1,1790000001123,"crm","api","POST /v1/tokens","","done","{\\"token\\":\\"T1\\"}"]'
    )


def test_a_whole_log_is_whole() -> None:
    chain = Chain()
    assert chain.take(log(5)[:2])
    assert chain.take(log(5)[2:])
    assert (chain.checked, chain.first, chain.broken) == (5, 1, "")
    assert chain.head == log(5)[-1].digest


@pytest.mark.parametrize(
    "field", ["at", "who", "channel", "what", "about", "outcome", "detail", "digest"]
)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_changed_entry_is_found(field: str, place: int) -> None:
    entries = log(5)
    other = {"at": 1.0, "digest": bytes(32)}.get(field, "other")
    entries[place] = structs.replace(entries[place], **{field: other})
    chain = Chain()
    assert not chain.take(entries)
    assert chain.broken == f"entry {place + 1} was changed, or one before it"


def test_a_missing_and_an_added_entry_are_found() -> None:
    entries = log(5)
    for wrong, number in (
        (entries[:2] + entries[3:], 3),
        ([*entries[:3], structs.replace(entries[2], who="x"), *entries[3:]], 4),
    ):
        chain = Chain()
        assert not chain.take(wrong)
        assert chain.broken == f"entry {number} is missing"


def test_a_beginning_that_is_not_kept_is_taken_as_it_is() -> None:
    chain = Chain()
    assert chain.take(log(9)[4:])
    assert (chain.first, chain.checked) == (5, 5)
    entries = log(9)[4:]
    entries[1] = structs.replace(entries[1], who="x")
    assert not Chain().take(entries)


def test_an_end_that_was_cut_off_cannot_be_seen() -> None:
    assert Chain().take(log(9)[:5])


@given(values=DETAILS)
def test_details_told_as_json_are_counted_alike(values: dict[str, object]) -> None:
    text = detail(values)
    assert detail(json.decode(text, type=dict[str, object])) == text


def test_a_later_call_runs_for_whoever_asked() -> None:
    act = Act(who="crm", channel="api", what="x", at=1.0)
    seen: list[Act | None] = []
    with acting(act):
        later = in_act(lambda _: seen.append(ACT.get()))
    later(None)
    in_act(lambda _: seen.append(ACT.get()))(None)
    assert seen == [act, None]
