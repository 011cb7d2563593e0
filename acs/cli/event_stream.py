"""A stream of server-sent events read from the daemon, and gone on with when it breaks off.

What an event says is not known here.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from acs.cli.client import Client, UnreachableError

_PATIENCE = (1.0, 2.0, 5.0, 15.0)  # seconds before the first, second … try to come back


class Told(NamedTuple):
    """An event of a stream: its number, its name and what it says."""

    number: int
    name: str
    data: Any


def parsed(lines: Iterable[str]) -> Iterator[Told]:
    """Events of a stream's lines (HTML Living Standard, 9.2.6).

    One without data has an empty name: it says that all up to its number has been told.
    """
    number, name, data = 0, "", ""
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data or number:
                yield Told(number, name if data else "", msgspec.json.decode(data or "null"))
            number, name, data = 0, "", ""
        elif field == "id" and value.isascii() and value.isdigit():
            number = int(value)
        elif field == "event":
            name = value
        elif field == "data":
            data += value


def followed(
    client: Client,
    path: str,
    query: dict[str, Any],
    after: int,
    *,
    sleep: Callable[[float], None],
    lost: Callable[[str], None],
) -> Iterator[Told]:
    """Events after a number, without an end. A daemon that is away is waited for.

    Args:
        client: calls the API.
        path: of the stream.
        query: what is asked with it; lists are repeated.
        after: the last number that is known.
        sleep: waits so many seconds.
        lost: told why when the stream breaks off.

    Raises:
        CliError: the stream cannot be opened at first, or is refused later.
    """
    tries = 0
    is_known = False
    while True:
        is_silent = True
        try:
            headers = {"Last-Event-ID": str(after)}
            for told in parsed(client.stream(path, headers, query)):
                is_known, is_silent, tries = True, False, 0
                after = max(after, told.number)
                if told.name:
                    yield told
        except UnreachableError as error:
            if not is_known:
                raise
            if not tries:
                lost(error.format_message())
            sleep(_PATIENCE[min(tries, len(_PATIENCE) - 1)])
            tries += 1
        else:  # it has its time: come again
            is_known = True
            if is_silent:
                sleep(_PATIENCE[0])
