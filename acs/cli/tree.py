"""``acs tree``: what is stored of a router's tree, browsed level by level or searched."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click
import msgspec

from acs.cli.answers import TreeEntry, TreePage
from acs.cli.client import router_path
from acs.cli.errors import USAGE, CliError
from acs.cli.giving import Order, reason_option, timeout_option
from acs.cli.output import console, print_json, table, when
from acs.cli.resolve import resolve
from acs.cli.results import yes_or_no
from acs.cli.session import Session, json_option, router_argument, with_api
from acs.cli.words import plain
from acs.duration import Duration

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

_HEADINGS = ("PATH", "VALUE", "TYPE", "WRITABLE", "READ")
_MOST = 50_000  # entries printed
_AT_ONCE = 500
_LONGEST = 120  # characters of a value in the tree


@click.command()
@router_argument
@click.argument("path", default="")
@click.option("--refresh", is_flag=True, help="Read it from the router first.")
@click.option(
    "--depth",
    type=click.IntRange(0, 64),
    help="Levels below PATH, 0: all.  [default: 1; 2 without PATH; 0 with --search]",
)
@click.option("--search", default="", metavar="TEXT", help="Only what has TEXT in path or value.")
@click.option("--table", "as_table", is_flag=True, help="Full paths, one in a line.")
@reason_option
@timeout_option
@json_option
@with_api
def tree(
    session: Session,
    *,
    router: str,
    path: str,
    refresh: bool,
    depth: int | None,
    search: str,
    as_table: bool,
    reason: str,
    timeout: Duration,
    as_json: bool,
) -> None:
    """Browse ROUTER's tree as it is stored: values, types, what may be written, how old it is.

    PATH is an object, ending with a dot, or a parameter. --refresh has the router read out all
    below PATH; of a whole tree this may take minutes.

    Examples:
      acs tree SN123456
      acs tree SN123456 Device.WiFi. --refresh --depth 3
      acs tree SN123456 --search 192.168.1.7
    """
    if refresh:
        if path and not path.endswith("."):
            raise CliError("--refresh reads an object: PATH must end with a dot", USAGE)
        Order(session, router, reason, timeout).give("tree", {"path": path})
    router_id = resolve(session.client, router)
    if depth is None:
        depth = 0 if search else 1 if path else 2
    query = {"path": path, "depth": depth, "search": search}
    found, items = _read(session, router_id, query)
    if as_json:
        print_json({**found, "items": items, "next": None})
        return
    page = msgspec.convert({**found, "items": items}, TreePage)
    if not page.items:
        click.echo("nothing is stored there; --refresh reads it from the router", err=True)
        return
    now = session.now()
    if as_table or search:
        rows = ((*_cells(each), when(each.read_at, now)) for each in page.items)
        table(
            _HEADINGS, (_with_count(each, row) for each, row in zip(page.items, rows, strict=True))
        )
    else:
        console().print(_drawn(page.items, now))
    read = f"read whole {when(page.whole_at, now)}" if page.whole_at else "never read whole"
    click.echo(f"{read}; names of {when(page.walked_at, now)}", err=True)


def _read(
    session: Session, router_id: str, query: dict[str, object]
) -> tuple[dict[str, object], list[object]]:
    """All pages as one: the first page's head, and the items of all."""
    place = router_path(router_id, "/tree")
    found: dict[str, object] = {}
    items: list[object] = []
    cursor: str | None = None
    while len(items) < _MOST:
        page = session.client.query(place, {**query, "limit": _AT_ONCE, "cursor": cursor})
        found = found or page
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    return found, items


def _cells(entry: TreeEntry) -> tuple[object, ...]:
    return entry.path, _value(entry), entry.type, yes_or_no(entry.writable)


def _with_count(entry: TreeEntry, row: tuple[object, ...]) -> tuple[object, ...]:
    return (f"{entry.path} ({entry.inside})", *row[1:]) if entry.inside else row


def _value(entry: TreeEntry) -> str | None:
    if entry.value is None or len(entry.value) <= _LONGEST:
        return entry.value
    return f"{entry.value[:_LONGEST]}…"


def _drawn(entries: Iterable[TreeEntry], now: float) -> "Tree":
    """Entries as a tree, each below its object."""
    from rich.tree import Tree  # noqa: PLC0415 - slow to import

    drawn = Tree("", hide_root=True)
    nodes: dict[str, Tree] = {}
    for entry in entries:
        above = entry.path.rstrip(".").rpartition(".")[0] + "."
        parent = nodes.get(above)
        name = entry.path if parent is None else entry.path[len(above) :]
        node = (parent or drawn).add(_label(entry, name, now))
        if entry.path.endswith("."):
            nodes[entry.path] = node
    return drawn


def _label(entry: TreeEntry, name: str, now: float) -> "Text":
    from rich.text import Text  # noqa: PLC0415 - slow to import

    if entry.path.endswith("."):
        text = Text(plain(name), style="bold")
        if entry.writable:
            text.append("  +/-", style="green")
        if entry.inside:
            text.append(f"  {entry.inside} inside", style="dim")
        return text
    text = Text(plain(name))
    value = _value(entry)
    if value is not None:
        text.append(" = ")
        text.append(plain(value), style="cyan")
    facts = [plain(entry.type or ""), "writable" if entry.writable else ""]
    facts.append(when(entry.read_at, now) if entry.read_at else "never read")
    text.append("  " + ", ".join(fact for fact in facts if fact), style="dim")
    return text
