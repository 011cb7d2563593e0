"""From what an operator types to one router: a full id, or an unambiguous piece of it."""

import msgspec

from acs.cli.answers import Router
from acs.cli.client import Client, router_path
from acs.cli.errors import NOT_FOUND, USAGE, CliError
from acs.cli.words import plain

_SEARCHED = 50  # candidates looked through for an exact serial number
_SHOWN = 8  # of them named in the error


def resolve(client: Client, text: str) -> str:
    """The id of the one router that ``text`` names.

    An exact id or serial number wins over routers that merely contain the text.

    Raises:
        CliError: none is found, or several are: they are listed.
    """
    if not text:
        raise CliError("a router's id or serial number must not be empty", USAGE)
    if "-" in text and _exists(client, text):  # every id has a dash
        return text
    found = msgspec.convert(
        list(client.pages("/v1/routers", _SEARCHED, q=text)), tuple[Router, ...]
    )
    exact = [row for row in found if text.casefold() == row.serial_number.casefold()]
    matches = exact or found
    if len(matches) == 1:
        return matches[0].router_id
    if not matches:
        return _named(client, text)
    names = ", ".join(plain(row.router_id) for row in matches[:_SHOWN])
    more = ", …" if len(matches) > _SHOWN else ""
    raise CliError(f"{text!r} matches several routers: {names}{more}", USAGE)


def _named(client: Client, text: str) -> str:
    """The one router of whoever has this account, telephone number, login or MAC address."""
    try:
        found = client.get("/v1/find", q=text)
    except CliError as error:
        if error.exit_code in (NOT_FOUND, USAGE):
            raise CliError(f"no router matches {text!r}", NOT_FOUND) from error
        raise
    ids = [router_id for item in found["items"] for router_id in item["router_ids"]]
    if len(ids) == 1:
        return str(ids[0])
    if not ids:
        raise CliError(f"{text!r} is a subscriber without a router", NOT_FOUND)
    names = ", ".join(map(plain, ids[:_SHOWN]))
    raise CliError(f"{text!r} has several routers: {names}", USAGE)


def _exists(client: Client, router_id: str) -> bool:
    try:
        client.get(router_path(router_id))
    except CliError as error:
        if error.exit_code == NOT_FOUND:
            return False
        raise
    return True
