"""Lines out of a body that comes in pieces: the same lines however it is cut."""

import contextlib
import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from acs.api.bulk_lines import LONGEST, Form, LineError, Lines, reader


def cut(body: bytes, sizes: list[int], form: Form) -> list[tuple[int, bytes | None]]:
    lines, found, at = Lines(form), [], 0
    for size in sizes:
        found += list(lines.feed(body[at : at + size]))
        at += size
    found += list(lines.feed(body[at:]))
    return found + list(lines.end())


_SIZES = st.lists(st.integers(min_value=0, max_value=40), max_size=30)
_BYTES = st.lists(
    st.sampled_from([b"a", b'"', b"\n", b"\r\n", b",", b"\xd0\xb9", b"x" * 6000]), max_size=40
).map(b"".join)


@given(_BYTES, _SIZES, st.sampled_from(["ndjson", "csv"]))
def test_pieces_do_not_matter(body: bytes, sizes: list[int], form: Form) -> None:
    assert cut(body, sizes, form) == cut(body, [], form)


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0\r")), min_size=2, max_size=2
        ),
        min_size=1,
    ),
    _SIZES,
)
def test_records_of_csv_are_those_that_were_written(
    rows: list[list[str]], sizes: list[int]
) -> None:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(rows)
    found = cut(written.getvalue().encode(), sizes, "csv")
    read = [next(csv.reader([line.decode()])) for _, line in found if line is not None]
    assert read == rows
    first_lines, at = [], 1
    for row in rows:
        first_lines.append(at)
        at += 1 + sum(cell.count("\n") for cell in row)
    assert [number for number, _ in found] == first_lines


@given(st.binary(max_size=200), st.sampled_from(["ndjson", "csv"]))
def test_whatever_comes_is_a_line_or_an_error(body: bytes, form: Form) -> None:
    read = reader(form)
    if form == "csv":
        read(b"serial,account")
    with contextlib.suppress(LineError):
        assert read(body) is not None


def test_a_line_too_long_is_one_line_and_ends() -> None:
    body = b"a\n" + b"x" * (LONGEST + 1) + b"\nb"
    assert cut(body, [], "ndjson") == [(1, b"a"), (2, None), (3, b"b")]
    assert cut(body, [LONGEST, 7], "ndjson") == [(1, b"a"), (2, None), (3, b"b")]
    open_quote = b'"' + b"x\n" * LONGEST
    found = cut(open_quote, [], "csv")
    assert found[0] == (1, None)
    assert found[1][1] == b"x"
