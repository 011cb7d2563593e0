"""From documents to a compiled model: bases, components, objects and parameters put together.

Nothing is guessed: what a document refers to and nobody holds is listed in ``unresolved``.
"""

from dataclasses import dataclass, field

from acs.datamodel.documents import Document, DocumentError, Element, Library, children, local
from acs.datamodel.syntaxes import SyntaxReader
from acs.datamodel.table import DataModel, ModelError, ModelObject, ModelParameter, Syntax, name_of

_WRITABLE = ("readWrite", "writeOnceReadOnly")  # TR-106 Amendment 12, 3.3: as readWrite in CWMP
_DEEP = 64  # models or components that rest on each other


@dataclass
class _Draft:
    """An object while the model is put together."""

    writable: bool = False
    parameters: dict[str, tuple[bool, Syntax]] = field(default_factory=dict)


def compile_models(library: Library, file: str) -> list[DataModel]:
    """All models that a file defines.

    Raises:
        DocumentError: the file is not there, defines no model, or it or another is no document.
        ModelError: a model's name is wrong.
    """
    document = library.document(file)
    if document is None:
        raise DocumentError(f"{file}: it is not there")
    if not document.models:
        raise DocumentError(f"{file}: it defines no model")
    return [_compile(library, document, name) for name in document.models]


def _compile(library: Library, document: Document, name: str) -> DataModel:
    name_of(name)
    library.missing.clear()
    building = _Building(library)
    building.model(document, name)
    element = document.defined("model", name)
    assert element is not None
    syntaxes: dict[Syntax, int] = {}
    objects = {
        path: ModelObject(
            draft.writable,
            {
                each: ModelParameter(writable, syntaxes.setdefault(syntax, len(syntaxes)))
                for each, (writable, syntax) in draft.parameters.items()
            },
        )
        for path, draft in building.objects.items()
    }
    return DataModel(
        name=name,
        is_service=element.get("isService") in ("true", "1"),
        syntaxes=tuple(syntaxes),
        objects=objects,
        unresolved=tuple(library.missing),
    )


class _Building:
    """Objects of one model, as its base and then itself say."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._syntaxes = SyntaxReader(library)
        self.objects: dict[str, _Draft] = {}

    def model(self, document: Document, name: str, depth: int = 0) -> None:
        """Add a model on top of its base."""
        resolved = self._library.resolve(document, "model", name)
        if resolved is None:
            return
        if depth > _DEEP:
            raise ModelError(f"{name}: its bases go round in a circle")
        home, element = resolved
        base = element.get("base")
        if base:
            self.model(home, base, depth + 1)
        self._contents(home, element, "", depth)

    def _contents(self, document: Document, element: Element, prefix: str, depth: int) -> None:
        for child in element:
            kind = local(child)
            if kind == "parameter":
                self._parameter(document, child, prefix)
            elif kind == "object":
                self._object(document, child, prefix)
            elif kind == "component" and child.get("ref"):
                self._component(document, child, prefix, depth)

    def _component(self, document: Document, element: Element, prefix: str, depth: int) -> None:
        name = element.get("ref", "")
        resolved = self._library.resolve(document, "component", name)
        if resolved is None:
            return
        if depth > _DEEP:
            raise ModelError(f"component {name}: it holds itself")
        home, found = resolved
        self._contents(home, found, prefix + (element.get("path") or ""), depth + 1)

    def _object(self, document: Document, element: Element, prefix: str) -> None:
        path = prefix + (element.get("name") or element.get("base") or "")
        if element.get("status") == "deleted":
            self.objects.pop(path, None)
            return
        draft = self.objects.setdefault(path, _Draft())
        if element.get("access"):
            draft.writable = element.get("access") in _WRITABLE
        for child in children(element, "parameter"):
            self._parameter(document, child, path)

    def _parameter(self, document: Document, element: Element, path: str) -> None:
        name = element.get("name") or element.get("base") or ""
        known = self.objects.setdefault(path, _Draft()).parameters
        if not name or element.get("status") == "deleted":
            known.pop(name, None)
            return
        writable, syntax = known.get(name, (False, None))
        if element.get("access"):
            writable = element.get("access") in _WRITABLE
        for child in children(element, "syntax"):
            syntax = self._syntaxes.read(document, child, syntax)
        known[name] = (writable, syntax or Syntax("any"))
