"""Receipts by photo or PDF: made anew, sealed under the key of her books, and what they probably say.

A photo is drawn anew and a PDF put together anew from its pages, so that no place, no camera and no script lies in
what is kept. Words of photos are read by tesseract where the operator installed it; typing always works.
"""

import io
import shutil
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid4

from fanshare.core.errors import BadInputError
from fanshare.core.workbench.receipts import Proposal, propose
from fanshare.flows import papers, pictures, reading_pictures
from fanshare.flows.own_process import OwnProcess
from fanshare.flows.workbench_books import Open
from fanshare.flows.workbench_keys import seal_paper, unseal_paper
from fanshare.store.queries import workbench_papers

MOST = 2_000
#: So large may a PDF be once it was put together anew.
MOST_KEPT = 400_000
#: So many receipts that no entry names may lie about before they are swept.
_LYING_ABOUT = 5
_SIDE = 1_600
_PICTURE, _PDF = b"w", b"p"
_reader = OwnProcess(reading_pictures.__file__, seconds=2 * reading_pictures.SECONDS, environ={"OMP_THREAD_LIMIT": "1"})


class Paper(NamedTuple):
    """A receipt: its bytes, and what they are."""

    content: bytes
    kind: str

    @property
    def name(self) -> str:
        """How a file of it ends."""
        return "pdf" if self.kind == "application/pdf" else "webp"


class Kept(NamedTuple):
    """A receipt that was kept: its id, and what it probably says."""

    paper: UUID
    proposal: Proposal


def keep(books: Open, content: bytes, named: Iterable[str], today: date) -> Kept:
    """Keep a receipt that no entry names yet. ``named`` are those that entries name; a few others are swept.

    Raises ``BadInputError`` as ``pictures.redrawn`` and ``papers`` do, and ``books_full``.
    """
    known = {str(one) for one in workbench_papers.ids(books.conn, books.account)}
    if len(known) >= MOST:
        raise BadInputError("books_full", "These books hold 2,000 receipts, and no more fit in.")
    sealed, words = made_anew(content)
    loose = known - set(named)
    if len(loose) > _LYING_ABOUT:
        workbench_papers.drop(books.conn, books.account, [UUID(one) for one in loose])
    paper = uuid4()
    if not workbench_papers.put(books.conn, books.account, paper, seal_paper(books.key, paper, sealed)):
        raise BadInputError("no_workbench", "There are no books yet; make some first.", 404)
    return Kept(paper, propose(words, today))


def find(books: Open, paper: UUID) -> Paper | None:
    """A receipt. Raises ``FanshareError`` (``cannot_unseal``) for one that was changed."""
    sealed = workbench_papers.find(books.conn, books.account, paper)
    if sealed is None:
        return None
    return paper_of(unseal_paper(books.key, paper, sealed))


def drop(books: Open, paper: str) -> None:
    """Remove a receipt."""
    workbench_papers.drop(books.conn, books.account, [UUID(paper)])


def made_anew(content: bytes) -> tuple[bytes, str]:
    """What is kept of a file, to be sealed and read by ``paper_of``; and the words on it, where they can be read.

    Raises ``BadInputError`` as ``pictures.redrawn`` and ``papers`` do.
    """
    return _of_pdf(content) if b"%PDF-" in content[:1024] else _of_picture(content)


def paper_of(kept: bytes) -> Paper:
    """The receipt in what was kept of it."""
    return Paper(kept[1:], "application/pdf" if kept[:1] == _PDF else "image/webp")


def _of_pdf(content: bytes) -> tuple[bytes, str]:
    if len(content) > papers.MOST_BYTES:
        raise BadInputError("paper_too_large", "A file has at most 6 MB; take a photo of it instead.")
    clean, words = papers.remade(content)
    if len(clean) > MOST_KEPT:
        raise BadInputError("paper_too_large", "This PDF is too large to keep; take a photo of it instead.")
    return _PDF + clean, words


def _of_picture(content: bytes) -> tuple[bytes, str]:
    drawn = pictures.redrawn(content, side=_SIDE).content
    return _PICTURE + drawn, _read(drawn)


def _read(drawn: bytes) -> str:
    """The words on a picture; none where tesseract is not installed or can't make any out."""
    program = shutil.which("tesseract")
    if program is None:
        return ""
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(drawn)) as picture:
        picture.save(out, "PNG")
    done = _reader(out.getvalue(), program)
    return "" if done is None or done.code else done.out.decode("utf-8", "replace")
