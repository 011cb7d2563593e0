"""Played turns as text for people and as data for programs. Nothing is played here."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec
from rich.text import Text

from acs.cli.player import Step, name_of
from acs.cli.words import fault, number, plain, rfc3339
from acs.cwmp.messages import (
    Envelope,
    Fault,
    Inform,
    InformResponse,
    Message,
    ParameterInfo,
    ParameterValue,
)
from acs.facts import Fact

if TYPE_CHECKING:
    from rich.console import Console

_FEW = 12  # parameters printed unless all are asked for
_LONG = 100  # characters of a value


def as_data(step: Step, *, xml: bool) -> dict[str, object]:
    """A turn as plain data, everything in it."""
    data: dict[str, object] = {"at": rfc3339(step.at), "made_up": step.made_up}
    if step.malformed:
        return {**data, "malformed": step.malformed}
    data["router"] = _envelope(step.said)
    data["facts"] = [_fact(fact) for fact in step.facts]
    data["reply"] = _envelope(step.reply)
    if xml:
        data["xml"] = step.xml
    if step.recorded:
        data["recorded_reply"] = step.recorded
    if step.note:
        data["note"] = step.note
    return data


def _envelope(envelope: Envelope | None) -> dict[str, object] | None:
    if envelope is None:
        return None
    body = {field: _plain_data(value) for field, value in _fields(envelope.message)}
    return {
        "message": name_of(envelope),
        "id": envelope.id,
        "namespace": envelope.namespace,
        "quirks": envelope.quirks,
        **body,
    }


def _fact(fact: Fact) -> dict[str, object]:
    return {
        "fact": type(fact).__name__,
        **{
            field: rfc3339(value) if field == "at" else _plain_data(value)
            for field, value in _fields(fact)
        },
    }


def _plain_data(value: object) -> object:
    """Structs as objects with named fields, whatever their form on the wire; bytes by length."""
    if isinstance(value, msgspec.Struct):
        return {field: _plain_data(each) for field, each in _fields(value)}
    if isinstance(value, (tuple, list)):
        return [_plain_data(each) for each in value]
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value


def _fields(struct: msgspec.Struct) -> Iterator[tuple[str, Any]]:
    for field in struct.__struct_fields__:
        yield field, getattr(struct, field)


def draw(out: "Console", number: int, step: Step, *, full: bool, xml: bool) -> None:
    """Print one turn."""
    few = None if full else _FEW
    made_up = " (made up)" if step.made_up else ""
    head = Text(f"turn {number}{made_up}  {rfc3339(step.at)}", style="dim")
    if step.said is None:
        out.print(head, Text(f"  router: unreadable: {plain(step.malformed)}", "red"), sep="\n")
        return
    out.print(head, Text.assemble(("  router ", "cyan"), _title(step.said)), sep="\n")
    if not step.made_up:
        _lines(out, _told(step.said.message, few))
    for fact in step.facts:
        out.print(Text.assemble(("  fact   ", "magenta"), _told_fact(fact)), soft_wrap=True)
    answer = "nothing (HTTP 204)" if step.reply is None else _title(step.reply)
    answered = step.reply is not None or "not played" not in step.note
    if answered:
        out.print(Text.assemble(("  acs    ", "green"), answer))
    if step.reply is not None and not isinstance(step.reply.message, InformResponse):
        _lines(out, _told(step.reply.message, few))
    if step.note:
        out.print(Text(f"  note   {plain(step.note)}", style="yellow"))
    if xml and step.xml:
        _lines(out, step.xml.splitlines())


def _lines(out: "Console", lines: Iterator[str] | list[str]) -> None:
    for line in lines:
        out.print(Text(f"           {plain(line)}"), soft_wrap=True)


def _title(envelope: Envelope) -> str:
    version = envelope.namespace.rpartition(":")[2]
    ident = "" if envelope.id is None else f"  id {envelope.id.strip()}"
    quirks = f"  quirks: {', '.join(envelope.quirks)}" if envelope.quirks else ""
    message = envelope.message
    events = ""
    if isinstance(message, Inform):
        events = "  " + ", ".join(filter(None, (each.code for each in message.events)))
    return plain(f"{name_of(envelope)}{events}  {version}{ident}{quirks}")


def _told(message: Message, few: int | None) -> Iterator[str]:
    if isinstance(message, Fault):
        yield fault(message.code, message.string)
        for each in message.parameters:
            yield f"{each.name}: {fault(each.code, each.string)}"
        return
    for field, value in _fields(message):
        if isinstance(value, tuple):
            yield from _told_list(field, value, few)
        elif isinstance(value, msgspec.Struct):
            yield f"{field}: " + ", ".join(f"{name} {text!r}" for name, text in _fields(value))
        else:
            yield f"{field}: {_short(value)}"


def _told_list(field: str, items: tuple[object, ...], few: int | None) -> Iterator[str]:
    yield f"{field}: {len(items)}"
    shown = items if few is None else items[:few]
    for each in shown:
        if isinstance(each, ParameterValue):
            kind = f" ({each.type})" if each.type else ""
            yield f"  {each.name} = {_short(each.value)}{kind}"
        elif isinstance(each, ParameterInfo):
            yield f"  {each.name}{' (writable)' if each.writable else ''}"
        elif isinstance(each, msgspec.Struct):
            yield "  " + ", ".join(str(value) for _, value in _fields(each) if value != "")
        else:
            yield f"  {each}"
    if len(shown) < len(items):
        yield f"  … {len(items) - len(shown)} more: --full shows them"


def _told_fact(fact: Fact) -> str:
    parts = [type(fact).__name__]
    for field, value in _fields(fact):
        if field == "at" or value in ("", (), {}, None):
            continue
        if isinstance(value, dict):
            inner = ", ".join(f"{key}={number(each)}" for key, each in list(value.items())[:_FEW])
            more = f", … {len(value) - _FEW} more" if len(value) > _FEW else ""
            parts.append(f"{field}: {inner}{more}")
        elif isinstance(value, tuple):
            parts.append(f"{field}: {_told_tuple(value)}")
        elif isinstance(value, bytes):
            parts.append(f"{field}: {len(value)} bytes")
        else:
            parts.append(f"{field}: {_short(value)}")
    return plain("; ".join(parts))


def _told_tuple(value: tuple[object, ...]) -> str:
    if len(value) > _FEW:
        return str(len(value))
    return ", ".join(
        " ".join(str(part) for _, part in _fields(each) if part)
        if isinstance(each, msgspec.Struct)
        else str(each)
        for each in value
    )


def _short(value: object) -> str:
    if isinstance(value, msgspec.Struct):
        return ", ".join(f"{field}={each}" for field, each in _fields(value) if each != "")
    text = str(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}… ({len(text)} characters)"
