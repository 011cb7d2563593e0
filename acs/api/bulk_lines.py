"""Lines of NDJSON and CSV out of a body that comes in pieces. Pure; bounded by one line.

What the lines say to storage is ``bulk``'s matter.
"""

import csv
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any, Literal, get_args

import msgspec

from acs.api.bulk_documents import Access, SubscriberLine

LONGEST = 16_384  # bytes of a line
Form = Literal["ndjson", "csv"]
_COLUMNS = SubscriberLine.__struct_fields__
_ALLOWED = {
    "access": f"; allowed are {', '.join(get_args(Access))}",
    "utc_offset": "; allowed are seconds from -50400 to 50400",
}
_decode = msgspec.json.Decoder(SubscriberLine, strict=True).decode


class LineError(ValueError):
    """A line cannot be taken: which field, what was found, what is allowed."""

    def __init__(self, field: str, says: str) -> None:
        super().__init__(f"{field}: {says}" if field else says)
        self.field, self.says = field, says


class HeaderError(ValueError):
    """The first line of CSV does not name columns that are known."""


class Lines:
    """Cuts a body into lines; a record of CSV may go over several, where a cell is quoted.

    Args:
        form: of the body.
    """

    def __init__(self, form: Form) -> None:
        self._is_csv = form == "csv"
        self._rest = bytearray()
        self._seen = 0  # of the rest, already searched
        self._number = 1  # of the line that the rest begins with
        self._too_long = False
        self._skipped = 0  # line feeds of a line too long

    def feed(self, piece: bytes) -> Iterator[tuple[int, bytes | None]]:
        """The lines that have come whole, with their numbers; None in place of one too long."""
        self._rest += piece
        while (end := self._end()) >= 0:
            line = bytes(self._rest[:end])
            del self._rest[: end + 1]
            yield from self._cut(line, line.count(b"\n") + 1)
        if len(self._rest) > LONGEST:
            # Its end is looked for, but it is not kept.
            self._skipped += self._rest.count(b"\n")
            self._rest.clear()
            self._seen = 0
            self._too_long = True

    def end(self) -> Iterator[tuple[int, bytes | None]]:
        """The last line, if no line feed ended it."""
        if self._rest or self._too_long:
            line = bytes(self._rest)
            self._rest.clear()
            yield from self._cut(line, line.count(b"\n") + 1)

    def _end(self) -> int:
        """Where the next line ends; -1: it has not come whole."""
        while (at := self._rest.find(b"\n", self._seen)) >= 0:
            self._seen = at + 1
            # Within a quoted cell there has been an odd number of quotes.
            is_over = not self._is_csv or self._too_long or at > LONGEST
            if is_over or not self._rest.count(b'"', 0, at) % 2:
                self._seen = 0
                return at
        self._seen = len(self._rest)
        return -1

    def _cut(self, line: bytes, count: int) -> Iterator[tuple[int, bytes | None]]:
        number, self._number = self._number, self._number + count + self._skipped
        self._skipped = 0
        if self._too_long or len(line) > LONGEST:
            self._too_long = False
            yield number, None
        elif line.strip():
            yield number, line.rstrip(b"\r")


def reader(form: Form) -> "Callable[[bytes], SubscriberLine | None]":
    """A function from a line to what it says; None: it is CSV's first, which names the columns.

    It raises LineError, and HeaderError for CSV's first line.
    """
    return _json_line if form == "ndjson" else _Csv().line


def _json_line(line: bytes) -> SubscriberLine:
    try:
        return _checked(_decode(line))
    except msgspec.ValidationError as error:
        raise _line_error(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LineError("", f"no JSON object: {error}") from error


class _Csv:
    def __init__(self) -> None:
        self._names: list[str] = []
        self._delimiter = ","

    def line(self, line: bytes) -> SubscriberLine | None:
        if not self._names:
            self._names = self._header(line)
            return None
        cells = self._cells(line)
        if len(cells) != len(self._names):
            raise LineError("", f"{len(cells)} columns; the first line names {len(self._names)}")
        given: dict[str, Any] = {
            name: text.strip() for name, text in zip(self._names, cells, strict=True)
        }
        given = {name: text for name, text in given.items() if text}
        if "utc_offset" in given:
            try:
                given["utc_offset"] = int(given["utc_offset"])
            except ValueError:
                found = given["utc_offset"][:20]
                raise LineError("utc_offset", f"found {found!r}{_ALLOWED['utc_offset']}") from None
        try:
            return _checked(msgspec.convert(given, SubscriberLine))
        except msgspec.ValidationError as error:
            raise _line_error(error) from error

    def _header(self, line: bytes) -> list[str]:
        line = line.removeprefix(b"\xef\xbb\xbf")
        self._delimiter = ";" if b";" in line and b"," not in line else ","
        try:
            names = [name.strip().lower() for name in self._cells(line)]
        except LineError as error:
            raise HeaderError(str(error)) from error
        allowed = ", ".join(_COLUMNS)
        for name in names:
            if name not in _COLUMNS:
                raise HeaderError(f"found column {name[:40]!r}, allowed are {allowed}")
            if names.count(name) > 1:
                raise HeaderError(f"column {name!r} stands there twice")
        if not {"router_id", "serial"} & set(names):
            raise HeaderError("no column names the router: router_id or serial")
        return names

    def _cells(self, line: bytes) -> list[str]:
        try:
            text = line.decode()
            (cells,) = csv.reader([text], delimiter=self._delimiter, strict=True)
        except UnicodeDecodeError as error:
            raise LineError("", "it is not UTF-8") from error
        except (csv.Error, ValueError) as error:
            raise LineError("", f"no record of CSV: {error}") from error
        return cells


def _line_error(error: msgspec.ValidationError) -> LineError:
    says, _, place = str(error).partition(" - at `$.")
    field = place.rstrip("`")
    if says.startswith("Object contains unknown field"):
        says += f"; allowed are {', '.join(_COLUMNS)}"
    return LineError(field, says + _ALLOWED.get(field, ""))


def _checked(line: SubscriberLine) -> SubscriberLine:
    if (line.router_id is None) is (line.serial is None):
        found = "neither" if line.serial is None else "both"
        raise LineError("router_id", f"found {found} of router_id and serial, allowed is one")
    said = [getattr(line, name) for name in _COLUMNS if name not in ("router_id", "serial")]
    if all(value is None for value in said):
        raise LineError("", "it says nothing of the router")
    if line.address_prefix:
        try:
            prefix = str(ip_network(line.address_prefix))
        except ValueError as error:
            raise LineError(
                "address_prefix", f"found {line.address_prefix[:50]!r}: {error}"
            ) from error
        return msgspec.structs.replace(line, address_prefix=prefix)
    return line
