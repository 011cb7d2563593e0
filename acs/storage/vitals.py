"""Vitals as bytes: msgpack maps from catalogue id to value. No tables.

Ids are shorter than names and never change; a metric that the catalogue does not know keeps its
name, so that nothing is lost.
"""

from collections.abc import Mapping
from typing import cast

import msgspec

from diagnostics.catalogue import BY_ID, CATALOGUE
from diagnostics.sample import Value

Coded = dict[int | str, Value]

EMPTY = b"\x80"  # an empty map
_IDS: dict[str, int] = {metric: vital.id for metric, vital in CATALOGUE.items()}
_NAMES: dict[int, str] = {number: vital.metric for number, vital in BY_ID.items()}
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode
_LARGEST = 2**64 - 1
_SMALLEST = -(2**63)


def code(vitals: Mapping[str, Value]) -> Coded:
    """Names to ids."""
    ids = _IDS
    return {ids.get(name, name): value for name, value in vitals.items()}


def name(coded: Mapping[int | str, Value]) -> dict[str, Value]:
    """Ids to names; ids that a newer release wrote are left out."""
    names = _NAMES
    return {
        key if isinstance(key, str) else names[key]: value
        for key, value in coded.items()
        if isinstance(key, str) or key in names
    }


def pack(coded: Coded) -> bytes:
    """Encode; whole numbers beyond 64 bits, which msgpack cannot hold, become floats."""
    try:
        return _encode(coded)
    except OverflowError:
        return _encode({key: _fitting(value) for key, value in coded.items()})


def unpack(body: bytes) -> Coded:
    """Decode."""
    return cast("Coded", _decode(body))


def code_of(metric: str) -> int | str:
    """The id of a catalogue metric."""
    return _IDS.get(metric, metric)


def _fitting(value: Value) -> Value:
    if isinstance(value, int) and not _SMALLEST <= value <= _LARGEST:
        try:
            return float(value)
        except OverflowError:
            return float("inf") if value > 0 else float("-inf")
    return value
