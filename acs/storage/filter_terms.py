"""What a fleet filter is made of: the fields that may be asked for, and tests joined by words.

How it is written is ``filter_language``, what it means in tables ``filters``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from diagnostics.model import shipped
from diagnostics.verdict import ACTIONS

Kind = Literal["text", "choice", "share", "age", "flag"]
Op = Literal["=", "!=", "<", "<=", ">", ">=", "~", "!~"]


class Field(NamedTuple):
    """What may be asked of a router.

    Attributes:
        kind: ``text``; ``choice`` of some words; ``share`` of one, 0.9 or 90%; ``age``, a
            duration; ``flag``, which needs no value.
        says: what it is.
        choices: the words of a choice.
    """

    kind: Kind
    says: str
    choices: tuple[str, ...] = ()


_CAUSES = tuple(cause.cause for cause in shipped().causes)
FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "id": Field("text", "the router's id"),
        "serial": Field("text", "its serial number"),
        "oui": Field("text", "of its manufacturer"),
        "manufacturer": Field("text", "as it says"),
        "model": Field("text", "its model's name, or its product class"),
        "firmware": Field("text", "its software version"),
        "hardware": Field("text", "its hardware version"),
        "address": Field("text", "that it last spoke from"),
        "account": Field("text", "of its subscriber"),
        "segment": Field("text", "switch, OLT port, DSLAM or node"),
        "port": Field("text", "of the switch that it hangs on"),
        "access": Field("choice", "technology", ("FTTB", "GPON", "xDSL", "DOCSIS", "LTE")),
        "verdict": Field("choice", "the newest one's action", ACTIONS),
        "cause": Field("choice", "the likeliest, by its class", _CAUSES),
        "confidence": Field("share", "of the newest verdict"),
        "uptime": Field("age", "since its last boot"),
        "silence": Field("age", "since its last Inform"),
        "age": Field("age", "since it was first seen"),
        "reading": Field("age", "since its vitals were last read"),
        "judged": Field("age", "since the verdict is what it is"),
        "online": Field("flag", "heard within two hours"),
        "ill": Field("flag", "its verdict asks for an action"),
        "quarantined": Field("flag", "waits to be let in"),
        "doubtful": Field("flag", "two devices share its id"),
    }
)


class Test(msgspec.Struct, frozen=True, tag=True):
    """One comparison; ``value`` is a text, a share or an age in seconds."""

    __test__ = False  # no test of pytest's

    field: str
    op: Op
    value: str | float


class Among(msgspec.Struct, frozen=True, tag=True):
    """A field that is one of some values."""

    field: str
    values: tuple[str | float, ...]


class Known(msgspec.Struct, frozen=True, tag=True):
    """A field that is known at all."""

    field: str


class Flag(msgspec.Struct, frozen=True, tag=True):
    """A field that is true."""

    field: str


class Not(msgspec.Struct, frozen=True, tag=True):
    """What the inner one is not."""

    inner: "Expression"


class All(msgspec.Struct, frozen=True, tag=True):
    """Each of them."""

    parts: "tuple[Expression, ...]"


class Either(msgspec.Struct, frozen=True, tag=True):
    """At least one of them."""

    parts: "tuple[Expression, ...]"


Expression: TypeAlias = Test | Among | Known | Flag | Not | All | Either
