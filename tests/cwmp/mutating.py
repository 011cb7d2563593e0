"""Messages of routers, mutated as trees and as bytes. Deterministic by the generator given."""

import copy
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from lxml import etree

Tree = etree._Element

TEXTS = (
    "",
    "x" * 5000,
    "-1",
    "4294967296",
    "1e999",
    "NaN",
    "true",
    "null",
    "2026-13-45T99:99:99Z",
    "0001-01-01T00:00:00Z",
    "'; DROP TABLE routers;--",
    "../../etc/passwd",
    "\u202e\ufeff",
    "\U0001d54f" * 50,
    "%s%n",
    "<x/>",
    "\r\nSet-Cookie: a=b",
    "\u0663",
    " 12 ",
    "0x10",
    "cwmp:X[99999999]",
    "xsd:string[-1]",
    "nope:string",
)
ATTRIBUTES = (
    "{http://www.w3.org/2001/XMLSchema-instance}type",
    "{http://schemas.xmlsoap.org/soap/encoding/}arrayType",
    "{http://schemas.xmlsoap.org/soap/envelope/}mustUnderstand",
    "href",
    "id",
)
METHODS = (
    "Inform",
    "Fault",
    "Reboot",
    "TransferComplete",
    "Kicked",
    "RequestDownload",
    "DUStateChangeComplete",
    "GetParameterValuesResponse",
)
SPLICES = (b"&#0;", b"&#xD800;", b"&lt;", b"<![CDATA[", b"]]>", b"<!--", b"&x;", b"\xff\xfe", b"\0")
ENCODINGS = ("utf-8", "utf-8", "utf-8", "iso-8859-1", "utf-16")


def trees(folders: Sequence[Path]) -> list[Tree]:
    """The messages in these folders that are XML."""
    found: list[Tree] = []
    for folder in folders:
        for path in sorted(folder.rglob("*.xml")):
            try:
                found.append(etree.fromstring(path.read_bytes()))
            except etree.XMLSyntaxError:
                continue
    return found


def _remove(_chance: random.Random, element: Tree, _all: list[Tree]) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _repeat(_chance: random.Random, element: Tree, _all: list[Tree]) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.append(copy.deepcopy(element))


def _say(chance: random.Random, element: Tree, _all: list[Tree]) -> None:
    element.text = chance.choice(TEXTS)


def _rename(chance: random.Random, element: Tree, every: list[Tree]) -> None:
    method = f"{{urn:dslforum-org:cwmp-1-0}}{chance.choice(METHODS)}"
    element.tag = chance.choice((chance.choice(every).tag, method, "x"))


def _attribute(chance: random.Random, element: Tree, _all: list[Tree]) -> None:
    element.set(chance.choice(ATTRIBUTES), chance.choice(TEXTS))


def _bare(_chance: random.Random, element: Tree, _all: list[Tree]) -> None:
    element.attrib.clear()


def _empty(_chance: random.Random, element: Tree, _all: list[Tree]) -> None:
    for child in list(element):
        element.remove(child)


def _shuffle(chance: random.Random, element: Tree, _all: list[Tree]) -> None:
    children = list(element)
    chance.shuffle(children)
    for child in children:
        element.append(child)


def _graft(chance: random.Random, element: Tree, every: list[Tree]) -> None:
    chance.choice(every).append(copy.deepcopy(element))


MUTATIONS: tuple[Callable[[random.Random, Tree, list[Tree]], None], ...] = (
    _remove,
    _repeat,
    _say,
    _rename,
    _attribute,
    _bare,
    _empty,
    _shuffle,
    _graft,
)


def mutated(chance: random.Random, tree: Tree) -> bytes:
    """A message like this one with a few things wrong; a fifth also have damaged bytes."""
    tree = copy.deepcopy(tree)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5, 10))):
        every = [element for element in tree.iter() if isinstance(element.tag, str)]
        chance.choice(MUTATIONS)(chance, chance.choice(every), every)
    data = bytearray(etree.tostring(tree, encoding=chance.choice(ENCODINGS)))
    if chance.random() < 0.2:
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(data) + 1)
            damage = chance.choice((b"", chance.choice(SPLICES), chance.randbytes(1)))
            data[place : place + chance.choice((0, 1, 40))] = damage
    return bytes(data)
