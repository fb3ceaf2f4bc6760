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


def main() -> None:
    """Read, within bounds, and write."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    logging.disable(logging.CRITICAL)
    sys.stdout.buffer.write(words(sys.stdin.buffer.read()).encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
