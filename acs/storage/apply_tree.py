"""Facts about a router's parameter tree: names heard, subtrees read, values of commands.

Values of secrets are blanked before they come here, and once more here.
"""

from collections.abc import Iterable, Mapping

from acs.commands import Command
from acs.facts import CommandAnswered, Discovered, TreeRead
from acs.secret_names import REDACTED, is_secret
from acs.storage.apply_command import apply_answered
from acs.storage.tree_pages import VALUE_MAX, Entry, is_below
from acs.storage.tree_writing import TreeDraft
from acs.storage.work import Work


def remember_names(work: Work, fact: Discovered) -> None:
    """Keep the names that a walk heard.

    A walk does not go everywhere, so other names stay; after a change of firmware they do not.
    """
    writable = frozenset(fact.writable or ())
    told = fact.writable is not None
    names = dict.fromkeys((*_objects_of(fact.names), *fact.objects, *fact.names))
    entries = [Entry(name, writable=name in writable if told else None) for name in names]

    def change() -> None:
        draft = TreeDraft(work.connection, fact.router_id)
        if draft.software_version != fact.software_version:
            draft.forget_marks()
            draft.replace("", entries)
        else:
            draft.learn(entries)
        draft.save(fact.at, fact.root, fact.software_version)

    work.trees.append(change)


def apply_tree_read(work: Work, fact: TreeRead) -> None:
    """Keep a subtree as it was read; what was there and is not among it is gone."""
    state = work.router(fact.router_id)
    leaves = [
        _entry(each.name, each.value, fact.at, each.type, each.writable)
        for each in fact.parameters
        if is_below(each.name, fact.path)
    ]
    objects = dict.fromkeys(_objects_of(leaf.path for leaf in leaves))
    known = {name: fact.objects.get(name) for name in (*objects, *fact.objects)}
    entries = [Entry(name, writable=can) for name, can in known.items()]
    inside = [entry for entry in entries if is_below(entry.path, fact.path)]
    above = [entry for entry in entries if not is_below(entry.path, fact.path)]

    def change() -> None:
        draft = TreeDraft(work.connection, fact.router_id)
        draft.learn(above)
        draft.replace(fact.path, [*inside, *leaves])
        draft.mark(fact.path, fact.at)
        draft.save(fact.at)

    work.trees.append(change)
    work.event(state, fact.at, "tree_read", {"path": fact.path, "parameters": len(leaves)})


def apply_answered_and_learn(work: Work, fact: CommandAnswered) -> Command | None:
    """The router answered a command's call; what it told of its tree is kept."""
    command = apply_answered(work, fact)
    if command is not None and command.state == "done":
        _learn(work, command, fact)
    return command


def _learn(work: Work, command: Command, fact: CommandAnswered) -> None:
    values = fact.result.get("values")
    types = fact.result.get("types")
    kinds = types if isinstance(types, Mapping) else {}
    entries = []
    if command.kind in ("get", "set", "add") and isinstance(values, Mapping):
        entries = [
            _entry(name, str(value), fact.at, kinds.get(name))
            for name, value in values.items()
            if isinstance(name, str) and value is not None
        ]
    names = fact.result.get("names")
    if command.kind == "names" and isinstance(names, Mapping):
        entries = [
            Entry(name, writable=can) for name, can in names.items() if isinstance(can, bool)
        ]
    gone = command.arguments.get("object") if command.kind == "delete" else None
    added = fact.result.get("object") if command.kind == "add" else None
    if isinstance(added, str) and added.endswith("."):
        entries.append(Entry(added, writable=True))
    if not entries and not isinstance(gone, str):
        return

    def change() -> None:
        draft = TreeDraft(work.connection, fact.router_id)
        if isinstance(gone, str):
            draft.replace(gone, ())
        if entries:
            draft.learn([*map(Entry, _objects_of(entry.path for entry in entries)), *entries])
        draft.save(fact.at)

    work.trees.append(change)


def _entry(
    name: str,
    value: str | None,
    at: float,
    kind: object = None,
    can: bool | None = None,  # noqa: FBT001 - a column of the row
) -> Entry:
    if value and is_secret(name):
        value = REDACTED
    text = value if value is None else value[:VALUE_MAX]
    known = kind if isinstance(kind, str) and kind else None
    return Entry(name, text, known, can, None if value is None else at)


def _objects_of(names: Iterable[str]) -> Iterable[str]:
    """Paths of the objects that the names are in, outermost first."""
    seen: set[str] = set()
    for name in names:
        end = name.rstrip(".").rfind(".")
        found = []
        while end > 0 and (above := name[: end + 1]) not in seen:
            seen.add(above)
            found.append(above)
            end = name.rfind(".", 0, end)
        yield from reversed(found)
