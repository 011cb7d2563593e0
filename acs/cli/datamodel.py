"""``acs datamodel``: the Broadband Forum's data models that values are checked against.

XML is read here, of files that the engineer names, and goes to the daemon compiled.
"""

import re
from pathlib import Path
from urllib.parse import quote

import click
import msgspec

from acs.cli.answers import ModelEntry, ModelRow
from acs.cli.errors import ERROR, NOT_FOUND, USAGE, CliError
from acs.cli.output import print_json, table, when
from acs.cli.results import yes_or_no
from acs.cli.session import Session, json_option, with_api
from acs.cli.words import plain

_SHOWN = 20  # unresolved references that are named
_CORRIGENDUM = re.compile(r"(tr-\d+(?:-\d+){1,3})((?:-[A-Za-z][\w-]*)?\.xml)")
_PATHS = 2000  # parameters listed
_AT_ONCE = 500


@click.group()
def datamodel() -> None:
    """Load the Broadband Forum's data models, against which values are checked before sending.

    Examples:
      acs datamodel import tr-181-2-19-1-cwmp-full.xml
      acs datamodel show Device.WiFi.Radio.1.Channel
    """


@datamodel.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option(
    "--search",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where else imported files may be; may be repeated.",
)
@click.option("--model", "wanted", multiple=True, metavar="NAME", help="Only this one of FILE's.")
@click.option("--dry-run", is_flag=True, help="Read and compile, and load nothing.")
@json_option
@with_api
def import_models(
    session: Session,
    *,
    files: tuple[Path, ...],
    folders: tuple[Path, ...],
    wanted: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Load the data models that FILEs define.

    FILE is an XML document of the Broadband Forum, such as tr-181-2-19-1-cwmp-full.xml. What it
    imports is looked for beside it; what is not found is said, and is not checked. Needs the scope
    admin when a token is used.

    Example:
      acs datamodel import tr-181-2-19-1-cwmp.xml
    """
    from acs.datamodel.compiling import compile_models  # noqa: PLC0415 - lxml is slow to import
    from acs.datamodel.documents import DocumentError, Library  # noqa: PLC0415 - the same
    from acs.datamodel.table import ModelError  # noqa: PLC0415 - the same

    loaded: list[object] = []
    for file in files:
        library = Library(_Finder((file.parent, *folders)).find)
        try:
            models = compile_models(library, file.name)
        except (DocumentError, ModelError) as error:
            code = ERROR if file.exists() else NOT_FOUND
            # the error names a file: this one, or one that it imports
            where = str(error).removeprefix(f"{file.name}: ")
            raise CliError(f"{plain(file)}: {plain(where)}", code) from error
        names = {model.name for model in models}
        if missing := set(wanted) - names:
            raise CliError(f"{file.name} has no {min(missing)}, it has {', '.join(names)}", USAGE)
        for model in models:
            if wanted and model.name not in wanted:
                continue
            _say(model.name, model.count, len(model.objects), model.unresolved)
            if not dry_run:
                body = msgspec.to_builtins(model)
                loaded.append(session.client.put(_place(model.name), body))
    if as_json:
        print_json(loaded)


def _say(name: str, parameters: int, objects: int, unresolved: tuple[str, ...]) -> None:
    click.echo(f"{plain(name)}: {objects} objects, {parameters} parameters", err=True)
    for text in unresolved[:_SHOWN]:
        click.echo(f"  not resolved: {plain(text)}", err=True)
    if len(unresolved) > _SHOWN:
        click.echo(f"  and {len(unresolved) - _SHOWN} more", err=True)


class _Finder:
    """Finds imported files; a name may leave the corrigendum out (TR-106 Amendment 8, A.2.1.1)."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders

    def find(self, name: str) -> bytes | None:
        """A file's bytes, None if it is nowhere."""
        if "/" in name or "\\" in name or not name:
            return None  # a URL, or a path of somebody's
        for folder in self._folders:
            path = folder / name
            if path.is_file():
                return path.read_bytes()
        found = _CORRIGENDUM.fullmatch(name)
        if found is None:
            return None
        newer = [
            path
            for folder in self._folders
            for path in folder.glob(f"{found[1]}-*{found[2]}")
            if re.fullmatch(rf"{re.escape(found[1])}(-\d+)+{re.escape(found[2])}", path.name)
        ]
        newer.sort(key=lambda path: [int(part) for part in re.findall(r"\d+", path.name)])
        return newer[-1].read_bytes() if newer else None


def _place(name: str) -> str:
    return f"/v1/datamodels/{quote(name, safe='')}"


@datamodel.command("list")
@json_option
@with_api
def list_models(session: Session, *, as_json: bool) -> None:
    """List the data models that are loaded.

    Example:
      acs datamodel list
    """
    found = session.client.get("/v1/datamodels")["items"]
    if as_json:
        print_json(found)
        return
    rows = msgspec.convert(found, tuple[ModelRow, ...])
    if not rows:
        click.echo("no data models", err=True)
        return
    now = session.now()
    heads = ("MODEL", "OBJECTS", "PARAMETERS", "UNRESOLVED", "LOADED")
    table(
        heads,
        (
            (
                each.name,
                each.objects,
                each.parameters,
                len(each.unresolved),
                when(each.loaded_at, now),
            )
            for each in rows
        ),
    )


@datamodel.command()
@click.argument("path")
@click.option("--model", "wanted", metavar="NAME", help="In this one alone.")
@json_option
@with_api
def show(session: Session, *, path: str, wanted: str | None, as_json: bool) -> None:
    """Show what the loaded data models say of PATH: an object, ending with a dot, or a parameter.

    Examples:
      acs datamodel show Device.WiFi.Radio.1.Channel
      acs datamodel show Device.NAT. --model Device:2.19
    """
    names = [each["name"] for each in session.client.get("/v1/datamodels")["items"]]
    if wanted is not None and wanted not in names:
        raise CliError(f"no data model {wanted!r} is loaded", NOT_FOUND)
    found = {name: _parameters(session, name, path) for name in ([wanted] if wanted else names)}
    found = {name: entries for name, entries in found.items() if entries}
    if as_json:
        print_json(found)
        return
    if not found:
        raise CliError(f"no loaded data model knows {path!r}", NOT_FOUND)
    rows = (
        (
            name,
            each.path,
            f"list of {each.type}" if each.is_list else each.type,
            yes_or_no(each.writable),
            each.allowed or None,
        )
        for name, entries in found.items()
        for each in msgspec.convert(entries, tuple[ModelEntry, ...])
    )
    table(("MODEL", "PARAMETER", "TYPE", "WRITABLE", "ALLOWED"), rows)


def _parameters(session: Session, name: str, path: str) -> list[object]:
    found: list[object] = []
    cursor: str | None = None
    while len(found) < _PATHS:
        query = {"path": path, "limit": _AT_ONCE, "cursor": cursor}
        page = session.client.query(_place(name), query)
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    return found


@datamodel.command()
@click.argument("name")
@with_api
def remove(session: Session, *, name: str) -> None:
    """Remove the data model NAME; values are no longer checked against it.

    Example:
      acs datamodel remove Device:2.17
    """
    session.client.delete(_place(name))
    click.echo(f"{plain(name)} removed", err=True)
