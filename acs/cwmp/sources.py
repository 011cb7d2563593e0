"""Where each vital is read in a router's data model, and how instances become one value.

The table is ``sources.tsv`` beside this file, one row per way to read a vital, the best way first.
What a vital is belongs to the catalogue of ``diagnostics``; nothing here knows a router.
"""

import csv
import hashlib
from collections.abc import Mapping
from importlib.resources import files
from itertools import groupby
from types import MappingProxyType

import msgspec

from acs.cwmp.combining import COMBINERS, COMPANIONS
from acs.cwmp.values import KINDS
from diagnostics.catalogue import CATALOGUE

ROOTS = ("Device.", "InternetGatewayDevice.")
# What a scope selects is decided in ``topology``, router by router.
SCOPES = ("", "wan_ethernet", "lan_ethernet", "wan_rmon", "wan_ip", "wan_ppp", "wan_device")
UNREAD = "-"


class SourceError(ValueError):
    """The table of sources is not as it should be."""


class Condition(msgspec.Struct, frozen=True, array_like=True):
    """An instance counts while the value at ``path`` is one of ``words``.

    ``strict``: a router without that path cannot be read this way. Otherwise all instances count.
    """

    path: str
    words: tuple[str, ...]
    strict: bool


class Source(msgspec.Struct, frozen=True, array_like=True):
    """One way to read a vital.

    Attributes:
        metric: name in the catalogue.
        paths: patterns whose instances are taken together; ``{i}`` stands for an instance that
            discovery finds, ``{*}`` for a row of a table that is asked anew each time.
        kind: how the text is read, see ``values``; ``-`` when the path is known and not read.
        combine: how instances become one value, see ``combining``.
        scope: which instances count, see ``topology``.
        companion: pattern of the second value that some combinations need.
        when: a condition on each instance.
        low, high: the readings that the catalogue takes as such, in its unit.
        reason: why so.
    """

    metric: str
    paths: tuple[str, ...]
    kind: str
    combine: str
    scope: str
    companion: str
    when: Condition | None
    low: float | None
    high: float | None
    reason: str

    @property
    def root(self) -> str:
        """Root object of the data model that it belongs to."""
        return self.paths[0].partition(".")[0] + "."

    @property
    def patterns(self) -> tuple[str, ...]:
        """All patterns that it needs."""
        extra = (self.companion, self.when.path if self.when else "")
        return (*self.paths, *(pattern for pattern in extra if pattern))


def _condition(cell: str) -> Condition | None:
    if not cell:
        return None
    path, _, words = cell.partition("=")
    return Condition(path.removesuffix("?"), tuple(words.split("|")), not path.endswith("?"))


def _source(row: Mapping[str, str]) -> Source:
    metric = row["metric"]
    if metric not in CATALOGUE:
        raise SourceError(f"{metric} is not in the catalogue of vitals")
    if row["kind"] not in KINDS and row["kind"] != UNREAD:
        raise SourceError(f"{metric}: unknown kind {row['kind']!r}")
    if row["combine"] not in COMBINERS or row["scope"] not in SCOPES:
        raise SourceError(f"{metric}: unknown combine or scope, {row['combine']} {row['scope']}")
    if (row["combine"].partition(":")[0] in COMPANIONS) != bool(row["with"]):
        raise SourceError(f"{metric}: {row['combine']} and a companion do not fit")
    valid = CATALOGUE[metric].valid
    source = Source(
        metric,
        tuple(row["path"].split(";")),
        row["kind"],
        row["combine"],
        row["scope"],
        row["with"],
        _condition(row["when"]),
        valid[0] if valid else None,
        valid[1] if valid else None,
        row["reason"],
    )
    _check(source)
    return source


def _check(source: Source) -> None:
    if source.root not in ROOTS or not all(p.startswith(source.root) for p in source.patterns):
        raise SourceError(f"{source.metric}: paths of unknown or several roots")
    if source.combine == "counters" and (source.when or any("{*}" in p for p in source.paths)):
        # a member that comes and goes would look like a reset, or like a burst of errors
        raise SourceError(f"{source.metric}: counters cannot be added under a condition")
    rows = [pattern.partition("{*}")[2] for pattern in source.patterns if "{*}" in pattern]
    if rows and (len(rows) < len(source.patterns) or any(r.count(".") != 1 for r in rows)):
        raise SourceError(f"{source.metric}: a row's values must be leaves of one table")


def parse(text: str) -> tuple[Source, ...]:
    """The sources of a table of tab-separated values.

    Raises:
        SourceError: a row contradicts itself or names what does not exist.
    """
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(_source(row) for row in rows)


_TEXT = (files(__package__) / "sources.tsv").read_text(encoding="utf-8")
_ALL = parse(_TEXT)
_READ = sorted((s for s in _ALL if s.kind != UNREAD), key=lambda s: (s.root, s.metric))

# The sources of each root, by metric, the best first.
SOURCES: Mapping[str, Mapping[str, tuple[Source, ...]]] = MappingProxyType(
    {
        root: MappingProxyType(
            {
                metric: tuple(ways)
                for metric, ways in groupby(
                    (s for s in _READ if s.root == root), key=lambda s: s.metric
                )
            }
        )
        for root in ROOTS
    }
)
# Changes with the table: a plan that was compiled with another one is out of date.
DIGEST = hashlib.sha256(_TEXT.encode()).hexdigest()[:12]
