"""Documents of the Broadband Forum's data-model schema (TR-106 Amendment 8, annex A) as XML.

They come from an engineer's disk, not from routers; yet a DOCTYPE is refused, and nothing that
they name is fetched from the network. What their elements mean is elsewhere.
"""

from collections.abc import Callable, Iterator

from lxml import etree

NAMESPACE = "urn:broadband-forum-org:cwmp:datamodel-"
Element = etree._Element  # noqa: SLF001 - lxml's public name for it is a function
Find = Callable[[str], bytes | None]


class DocumentError(ValueError):
    """A file is no document of the data-model schema."""


def _parser() -> etree.XMLParser[Element]:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return etree.QName(element).localname


def children(element: Element, *names: str) -> Iterator[Element]:
    """Children of these names, in order."""
    return (child for child in element if local(child) in names)


class Document:
    """One file.

    Args:
        data: its bytes.
        file: its name, for messages.

    Raises:
        DocumentError: it is no XML, has a DOCTYPE, or is of another kind.
    """

    def __init__(self, data: bytes, file: str) -> None:
        self.file = file
        try:
            root = etree.fromstring(data, _parser())
        except etree.XMLSyntaxError as error:
            raise DocumentError(f"{file}: this is no XML: {error}") from error
        if root.getroottree().docinfo.doctype:
            raise DocumentError(f"{file}: a DOCTYPE is not allowed")
        namespace = etree.QName(root).namespace or ""
        if local(root) != "document" or not namespace.startswith(NAMESPACE):
            raise DocumentError(
                f"{file}: found <{local(root)}> of {namespace or 'no namespace'}; allowed is "
                f"<document> of {NAMESPACE}1-N"
            )
        self._root = root
        self._defined = {
            (local(child), name): child
            for child in children(root, "dataType", "component", "model")
            if (name := child.get("name"))
        }

    @property
    def models(self) -> list[str]:
        """Names of the models that are defined here, in order."""
        return [name for kind, name in self._defined if kind == "model"]

    def defined(self, kind: str, name: str) -> Element | None:
        """What is defined here: kind ``dataType``, ``component`` or ``model``."""
        return self._defined.get((kind, name))

    def imported(self, kind: str, name: str) -> tuple[str, str] | None:
        """From which file something is imported, and its name there."""
        for given in children(self._root, "import"):
            for child in children(given, kind):
                if child.get("name") == name:
                    return given.get("file", ""), child.get("ref") or name
        return None


class Library:
    """Documents by the names of their files, each read once.

    Args:
        find: gives a file's bytes, None if it is not there.
    """

    def __init__(self, find: Find) -> None:
        self._find = find
        self._documents: dict[str, Document | None] = {}
        self.missing: dict[str, None] = {}

    def document(self, file: str) -> Document | None:
        """A file; None if it is not there.

        Raises:
            DocumentError: it is there and is no document.
        """
        if file not in self._documents:
            data = self._find(file)
            self._documents[file] = None if data is None else Document(data, file)
            if data is None:
                self.missing[f"file {file}: it is not there"] = None
        return self._documents[file]

    def resolve(self, document: Document, kind: str, name: str) -> tuple[Document, Element] | None:
        """Where something is defined, following imports; None, and a note, if it is nowhere."""
        seen: set[tuple[str, str]] = set()
        here: Document | None = document
        while here is not None and (here.file, name) not in seen:
            seen.add((here.file, name))
            found = here.defined(kind, name)
            if found is not None:
                return here, found
            source = here.imported(kind, name)
            if source is None:
                break
            file, name = source
            here = self.document(file)
        where = here.file if here is not None else document.file
        self.missing[f"{kind} {name}, named in {where}"] = None
        return None
