"""The words of a PDF that a stranger sent: read in a process of its own, with little memory and time.

It is started as a program that takes the file from its input and writes the words to its output, page by page with a
form feed between. So nothing of it touches a disk, and a file that never ends ends with the process. Answers 3 where
the file needs a password, 1 where it can't be read.
"""

import io
import logging
import re
import resource
import sys
from collections.abc import Iterator
from typing import Any

MOST_PAGES = 60
MOST_LETTERS = 200_000
SECONDS = 15
_MEMORY = 1 << 30
LOCKED = 3
#: What a page needs to be seen (ISO 32000-2, table 31); all else of it stays behind: what acts, measures, is linked.
_PAGE = frozenset(
    {"/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/Contents", "/UserUnit", "/Group"}
)
#: What programs write beside what is seen, in whatever it stands.
_BESIDE = ("/Metadata", "/PieceInfo", "/LastModified", "/OPI", "/Ref", "/AF", "/EF", "/Measure", "/PtData", "/AA")
#: Where everything stands under a name that the file chose, which may be one of those.
_MAPS = frozenset(
    {"/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/Properties", "/CharProcs"}
)
#: What makes a stream of a file that lies elsewhere.
_ELSEWHERE = ("/F", "/FFilter", "/FDecodeParms")
#: A marker of JPEG that is neither a stuffed byte nor a restart.
_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
#: Boxes of JPEG 2000 in which cameras and programs write.
_BOXES = frozenset({b"uuid", b"xml ", b"uinf", b"jp2i"})


def words(content: bytes) -> str:
    """The words of the first pages. Raises whatever the library raises for what is no PDF."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        sys.exit(LOCKED)
    found: list[str] = []
    letters = 0
    for page in reader.pages[:MOST_PAGES]:
        text = page.extract_text().replace("\f", "\n")
        found.append(text[: MOST_LETTERS - letters])
        letters += len(text)
        if letters >= MOST_LETTERS:
            break
    return "\f".join(found)


def remade(content: bytes) -> bytes:
    """The first pages put together anew: what acts, what is attached and who made it stay behind.

    So does what a camera wrote into photos on them.
    """
    from pypdf import PdfReader, PdfWriter

    writer, seen = PdfWriter(), set[int]()
    for page in PdfReader(io.BytesIO(content)).pages[:MOST_PAGES]:
        for name in page.keys() - _PAGE:
            del page[name]
        for part in _parts(page, seen):
            _scrub(part)
        writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _parts(page: Any, seen: set[int]) -> Iterator[Any]:
    """Every dictionary and stream that a page leads to, once, and before what it leads to itself; no maps of names."""
    from pypdf.generic import ArrayObject, DictionaryObject

    waiting: list[tuple[str, Any]] = [("", page)]
    while waiting:
        name, reference = waiting.pop()
        one = reference.get_object()
        if id(one) in seen or not isinstance(one, (DictionaryObject, ArrayObject)):
            continue
        seen.add(id(one))
        if isinstance(one, DictionaryObject):
            if name not in _MAPS:
                yield one
            waiting += [(each, one.raw_get(each)) for each in one if each != "/Parent"]
        else:
            waiting += [("", each) for each in one]


def _scrub(part: Any) -> None:
    """Take out what stands beside what is seen, also in the photos."""
    from pypdf.filters import decode_stream_data
    from pypdf.generic import NameObject, StreamObject

    stream = isinstance(part, StreamObject)
    for name in (*_BESIDE, *(_ELSEWHERE if stream else ())):
        part.pop(name, None)
    filters = part.get("/Filter", []) if stream else []
    last = (filters if isinstance(filters, list) else [filters])[-1:]
    clean = {"/DCTDecode": jpeg, "/DCT": jpeg, "/JPXDecode": jpeg2000}.get(last[0] if last else "")
    if clean is not None:
        part._data = clean(decode_stream_data(part))
        part[NameObject("/Filter")] = NameObject(last[0])
        told = part.get("/DecodeParms")
        if isinstance(told, list):
            part[NameObject("/DecodeParms")] = told[-1]


def jpeg(content: bytes) -> bytes:
    """A JPEG (ISO 10918-1, annex B) without what is not needed to draw it. Raises ``ValueError``."""
    if content[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    kept, place = [content[:2]], 2
    while (found := _MARKER.match(content, place)) is not None:
        kind, begin = found[0][-1], found.end()
        if kind == 0xD9:
            kept.append(b"\xff\xd9")
            break
        end = begin + int.from_bytes(content[begin : begin + 2])
        if end < begin + 2:
            raise ValueError("no segment")
        place = end
        if kind == 0xDA:  # what is drawn lies behind this one, as far as the next marker
            following = _MARKER.search(content, end)
            place = len(content) if following is None else following.start()
        if _draws(kind, content[begin + 2 : end]):
            kept.append(b"\xff" + bytes([kind]) + content[begin:place])
    return b"".join(kept)


def _draws(kind: int, said: bytes) -> bool:
    """Of what programs may write into a JPEG colours alone are kept: JFIF, ICC profiles, and Adobe's transform."""
    if kind in {0xE0, 0xE2, 0xEE}:
        return said.startswith((b"JFIF\0", b"ICC_PROFILE\0", b"Adobe"))
    return not 0xE0 <= kind <= 0xEF and kind != 0xFE


def jpeg2000(content: bytes) -> bytes:
    """A JPEG 2000 file (ISO 15444-1, annex I) without the boxes in which cameras write."""
    if content[4:8] != b"jP  ":
        return content  # a bare codestream, which has no boxes
    kept, place = [], 0
    while place + 8 <= len(content):
        size = int.from_bytes(content[place : place + 4])
        if size == 1:
            size = int.from_bytes(content[place + 8 : place + 16])
        end = len(content) if size == 0 else place + size
        if end < place + 8:
            raise ValueError("no box")
        if content[place + 4 : place + 8] not in _BOXES:
            kept.append(content[place:end])
        place = end
    return b"".join(kept)


def main(how: str) -> None:
    """Read, within bounds, and write: the words, or their length in ten digits, the words and the PDF made anew."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    logging.disable(logging.CRITICAL)
    content = sys.stdin.buffer.read()
    text = words(content).encode("utf-8", "replace")
    if how == "remade":
        text = b"%010d" % len(text) + text + remade(content)
    sys.stdout.buffer.write(text)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
