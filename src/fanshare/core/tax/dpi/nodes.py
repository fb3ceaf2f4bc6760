"""Elements of a report: written as XML, and read back from it, without anything that a parser could fetch or grow."""

from collections.abc import Iterator
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from fanshare.core.errors import BadInputError

DPI, STF = "urn:oecd:ties:dpi:v1", "urn:oecd:ties:dpistf:v1"
_PREFIXES = {DPI: "dpi", STF: "stf"}


class Node(NamedTuple):
    """An element: text or children."""

    name: str
    text: str = ""
    children: tuple["Node", ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    space: str = DPI

    def first(self, path: str) -> "Node | None":
        """The first element at a path of names such as ``Identity/EntitySeller``."""
        return next(self.all(path), None)

    def all(self, path: str) -> "Iterator[Node]":
        """The elements at a path, in their order."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                yield from child.all(rest) if rest else (child,)

    def said(self, path: str) -> str:
        """The text at a path, empty where there is none."""
        found = self.first(path)
        return "" if found is None else found.text

    def attribute(self, name: str) -> str:
        """An attribute, empty where there is none."""
        return dict(self.attributes).get(name, "")

    def walk(self) -> "Iterator[Node]":
        """It and everything within, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


def written(root: Node) -> bytes:
    """The document in UTF-8. The same elements give the same bytes."""
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + "".join(_pieces(root, 0))).encode()


def _pieces(one: Node, depth: int) -> Iterator[str]:
    name = f"{_PREFIXES[one.space]}:{one.name}"
    spaces = "" if depth else f' xmlns:dpi="{DPI}" xmlns:stf="{STF}"'
    inside = "".join(f" {key}={quoteattr(value)}" for key, value in one.attributes)
    pad = "  " * depth
    if not one.children:
        yield f"{pad}<{name}{spaces}{inside}>{escape(one.text)}</{name}>\n"
        return
    yield f"{pad}<{name}{spaces}{inside}>\n"
    for child in one.children:
        yield from _pieces(child, depth + 1)
    yield f"{pad}</{name}>\n"


class _Open(NamedTuple):
    name: str
    space: str
    attributes: tuple[tuple[str, str], ...]
    children: list[Node]
    words: list[str]


def read(raw: bytes) -> Node:
    """The elements of a document. Raises ``BadInputError`` ``bad_report``, which repeats nothing of it."""
    parser = expat.ParserCreate(encoding="UTF-8", namespace_separator="}")
    parser.buffer_text = True
    opened = [_Open("", "", (), [], [])]

    def start(name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition("}")
        opened.append(_Open(local, space, tuple(attributes.items()), [], []))

    def end(_: str) -> None:
        one = opened.pop()
        text = "".join(one.words).strip() if one.children else "".join(one.words)
        opened[-1].children.append(Node(one.name, text, tuple(one.children), one.attributes, one.space))

    def refuse(*_: object) -> None:
        raise BadInputError("bad_report", "This is no report: it is no whole XML file, or declares a document type.")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: opened[-1].words.append(text)
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(raw, True)
    except expat.ExpatError:
        refuse()
    return opened[0].children[0]
