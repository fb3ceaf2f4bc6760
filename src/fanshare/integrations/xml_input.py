"""XML from strangers: a plain tree, or a refusal with a code. No document type, no entities of its own, no surprises.

Without a document type there are no entities to grow and none to fetch, so what is not allowed is refused at its first
letter instead of being disarmed. Size, depth and number of elements are bounded before anything is kept.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from xml.parsers import expat

from fanshare.core.errors import BadInputError

#: A statement of a hundred thousand entries has about 60 MB and two million elements, which take 300 MB of memory.
MAX_BYTES = 128 * 1024 * 1024
MAX_ELEMENTS = 3_000_000
MAX_DEPTH = 40
MAX_TEXT = 100_000
#: Most elements have neither attributes nor children, and then nothing is made for them.
_NONE: Mapping[str, str] = MappingProxyType({})
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']{1,40})["']""")


@dataclass(slots=True)
class Element:
    """One element: its name without the namespace, its attributes without one, its text without blanks around it."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""
    children: Sequence["Element"] = ()

    def all(self, path: str) -> Iterator["Element"]:
        """The elements at a path of names such as ``Amt/InstdAmt``, in their order."""
        first, _, rest = path.partition("/")
        for child in self.children:
            if child.name == first:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def first(self, path: str) -> "Element | None":
        """The first element at a path."""
        return next(self.all(path), None)

    def said(self, path: str) -> str:
        """The text of the first element at a path; empty if there is none."""
        found = self.first(path)
        return found.text if found else ""


@dataclass(frozen=True, slots=True)
class Document:
    """A root element and the namespace it is in."""

    namespace: str
    root: Element


def read_xml(raw: bytes, *, max_bytes: int = MAX_BYTES) -> Document:
    """The tree of a document in UTF-8.

    Raises ``BadInputError``: ``xml_too_large``, ``xml_encoding``, ``xml_document_type``, ``xml_too_deep``,
    ``xml_unreadable``. The sentences repeat nothing of the input.
    """
    if len(raw) > max_bytes:
        raise BadInputError(
            "xml_too_large", "This file has more than %(most)s bytes; ask for shorter periods.", most=max_bytes
        )
    _require_utf8(raw)
    builder = _Builder()
    try:
        builder.parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise BadInputError(
            "xml_unreadable",
            "This is no whole XML file: it breaks off or is wrong at line %(line)s.",
            line=error.lineno,
        ) from None
    assert builder.root is not None, "expat accepts no document without a root"
    return Document(builder.namespace, builder.root)


def _require_utf8(raw: bytes) -> None:
    declared = _DECLARED.match(raw[:200].removeprefix(b"\xef\xbb\xbf"))
    named = declared[1].decode("ascii", "replace").upper() if declared else "UTF-8"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        named = "not UTF-8"
    if named not in ("UTF-8", "UTF8", "US-ASCII", "ASCII") or b"\0" in raw[:200]:
        raise BadInputError("xml_encoding", "This file is not in UTF-8; ask for it in UTF-8 as ISO 20022 wants it.")


class _Builder:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate(encoding="UTF-8", namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.root: Element | None = None
        self.namespace = ""
        self._open: list[Element] = []
        self._words: list[list[str]] = []
        self._count = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= MAX_DEPTH:
            raise BadInputError(
                "xml_too_deep", "This file has elements in elements more than %(most)s deep.", most=MAX_DEPTH
            )
        if self._count > MAX_ELEMENTS:
            raise BadInputError("xml_too_large", "This file has more than %(most)s elements.", most=MAX_ELEMENTS)
        namespace, _, local = name.rpartition("}")
        own = {key: value for key, value in attributes.items() if "}" not in key} if attributes else _NONE
        element = Element(local, own)
        if self._open:
            self._put(element)
        else:
            self.root, self.namespace = element, namespace
        self._open.append(element)
        self._words.append([])

    def _put(self, element: Element) -> None:
        parent = self._open[-1]
        if isinstance(parent.children, list):
            parent.children.append(element)
        else:
            parent.children = [element]

    def _end(self, _: str) -> None:
        text = "".join(self._words.pop())
        if len(text) > MAX_TEXT:
            raise BadInputError(
                "xml_too_large", "A text of this file has more than %(most)s characters.", most=MAX_TEXT
            )
        self._open.pop().text = text.strip(" \t\r\n")

    def _text(self, text: str) -> None:
        self._words[-1].append(text)

    def _doctype(self, *_: object) -> None:
        raise BadInputError("xml_document_type", "This file declares a document type, as no bank does; it is refused.")
