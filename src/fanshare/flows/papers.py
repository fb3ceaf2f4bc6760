"""What she was sent as a file, as words: a text, an e-mail, or a PDF. Nothing of it is kept, nor written to a disk.

A file is what its bytes say and not what it is called. PDFs are read by a process of their own (``pdf_text``).
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from html.parser import HTMLParser

from fanshare.core.errors import BadInputError
from fanshare.flows import pdf_text
from fanshare.flows.own_process import OwnProcess

MOST_BYTES = 6_000_000
_MOST_ATTACHED = 3
_HEADER = re.compile(
    rb"(From|Subject|Received|MIME-Version|Message-ID|Date|To|Delivered-To|Return-Path):", re.IGNORECASE
)
_APART = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "table", "blockquote"}
#: So many are read at a time in one process.
_program = OwnProcess(pdf_text.__file__, seconds=2 * pdf_text.SECONDS, at_once=2)


def text_of(content: bytes) -> str:
    """The words of a file; pages are parted by form feeds.

    Raises ``BadInputError``: ``paper_missing``, ``paper_too_large``, ``not_a_paper``, ``paper_locked``, ``no_words``.
    """
    if not content:
        raise BadInputError("paper_missing", "Paste a text or choose a file first.")
    if len(content) > MOST_BYTES:
        raise BadInputError(
            "paper_too_large", "A file has at most %(most)s MB; paste the text instead.", most=MOST_BYTES // 1000000
        )
    found = _read(content)
    if not found.strip():
        raise BadInputError(
            "no_words", "There are no words in this file, perhaps only a picture of them: paste the text instead."
        )
    return found


def remade(content: bytes) -> tuple[bytes, str]:
    """A PDF put together anew from its pages, without scripts, forms and what is attached; and its words.

    Raises ``BadInputError``: ``not_a_paper``, ``paper_locked``.
    """
    found = _apart(content, "remade")
    length = int(found[:10])
    return found[10 + length :], found[10 : 10 + length].decode("utf-8", "replace")


def _read(content: bytes) -> str:
    if b"%PDF-" in content[:1024]:
        return _of_pdf(content)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\x00" in content or content.startswith(b"{\\rtf"):
        raise BadInputError(
            "not_a_paper", "This file is neither a PDF, an e-mail nor a text: save it as a PDF, or paste the text."
        )
    return _of_mail(content) if _HEADER.match(content.lstrip()) else _decoded(content)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _of_pdf(content: bytes) -> str:
    return _apart(content).decode("utf-8", "replace")


def _apart(content: bytes, *how: str) -> bytes:
    refused = BadInputError("not_a_paper", "This PDF can't be read: save it anew, or paste the text.")
    done = _program(content, *how)
    if done is not None and done.code == pdf_text.LOCKED:
        raise BadInputError("paper_locked", "This PDF opens only with a password: paste the text instead.")
    if done is None or done.code:
        raise refused
    return done.out


def _of_mail(content: bytes) -> str:
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return "\n\n".join(part for part in _parts(mail) if part.strip())


def _parts(mail: EmailMessage) -> Iterator[str]:
    """The words of a mail and of the files attached to it."""
    body = mail.get_body(preferencelist=("plain", "html"))
    if body is not None:
        text = _content(body)
        yield _plain(text) if body.get_content_subtype() == "html" else text
    attached = [
        part for part in mail.iter_attachments() if part.get_content_type() in ("application/pdf", "text/plain")
    ]
    for part in attached[:_MOST_ATTACHED]:
        raw = part.get_payload(decode=True)
        if isinstance(raw, bytes) and raw:
            yield _of_pdf(raw) if b"%PDF-" in raw[:1024] else _decoded(raw)


def _content(part: MIMEPart) -> str:
    raw = part.get_payload(decode=True)
    text = raw if isinstance(raw, bytes) else b""
    try:
        return text.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return text.decode("utf-8", "replace")


class _Words(HTMLParser):
    """The words of a page, each block on a line of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as the base class has it
        self._hidden += tag in ("style", "script")
        if tag in _APART:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script") and self._hidden > 0
        if tag in _APART:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)


def _plain(page: str) -> str:
    reader = _Words()
    reader.feed(page)
    reader.close()
    return "".join(reader.found)
