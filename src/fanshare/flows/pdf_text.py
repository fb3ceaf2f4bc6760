"""The words of a PDF that a stranger sent: read in a process of its own, with little memory and time.

It is started as a program that takes the file from its input and writes the words to its output, page by page with a
form feed between. So nothing of it touches a disk, and a file that never ends ends with the process. Answers 3 where
the file needs a password, 1 where it can't be read.
"""

import io
import logging
import resource
import sys

MOST_PAGES = 60
MOST_LETTERS = 200_000
SECONDS = 15
_MEMORY = 1 << 30
LOCKED = 3


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
    """The first pages put together anew: what acts, what is attached and who made it stay behind."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(content)).pages[:MOST_PAGES]:
        for name in ("/Annots", "/AA", "/Metadata", "/PieceInfo"):
            page.pop(name, None)
        writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


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
