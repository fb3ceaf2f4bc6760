"""Files that she was sent, as words: PDFs read apart and within bounds, e-mails with attachments, plain texts."""

import io
import subprocess
import sys
from collections import Counter
from email.message import EmailMessage
from random import Random

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from fanshare.core.errors import BadInputError
from fanshare.flows import papers, pdf_text
from tests.support.effort import effort

CLAUSE = "The licence runs for 24 months."


def pdf(*pages: str, password: str = "") -> bytes:
    """A PDF with a line on each page."""
    writer = PdfWriter()
    for words in pages:
        page = writer.add_blank_page(300, 300)
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
        fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        content = DecodedStreamObject()
        content.set_data(f"BT /F1 12 Tf 20 200 Td ({words}) Tj ET".encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(content)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def mail(*, html: bool = False, attached: bytes = b"") -> bytes:
    """An e-mail as a program saves it."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Bea <bea@example.test>", "cleo@example.test", "Our offer"
    made.set_content("Net 60, für dich.")
    if html:
        made.clear_content()
        made.set_content("<style>p{}</style><p>Net&nbsp;60</p><p>two Reels</p>", subtype="html")
    if attached:
        made.add_attachment(attached, maintype="application", subtype="pdf", filename="contract.pdf")
    return made.as_bytes()


def test_the_words_of_a_pdf_come_page_by_page() -> None:
    assert papers.text_of(pdf(CLAUSE, "Net 90.")).split("\f") == [CLAUSE, "Net 90."]


def test_an_e_mail_is_read_with_the_contract_that_hangs_on_it() -> None:
    assert papers.text_of(mail()).strip() == "Net 60, für dich."
    assert papers.text_of(mail(attached=pdf(CLAUSE))).endswith(CLAUSE)
    assert [line.strip() for line in papers.text_of(mail(html=True)).split("\n") if line.strip()] == [
        "Net\xa060", "two Reels",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_plain_text_is_read_in_whatever_it_was_written(encoding: str) -> None:
    assert papers.text_of("für 6 Monate".encode(encoding)).lstrip("\ufeff") == "für 6 Monate"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "paper_missing"),
        (b"x" * (papers.MOST_BYTES + 1), "paper_too_large"),
        (b"PK\x03\x04\x00\x00word", "not_a_paper"),
        (b"{\\rtf1 hello}", "not_a_paper"),
        (b"%PDF-1.7\nnothing of the kind", "not_a_paper"),
        (b"  \n ", "no_words"),
        (pdf(""), "no_words"),
        (pdf(CLAUSE, password="secret"), "paper_locked"),
    ],
)
def test_what_cannot_be_read_is_refused_by_a_sentence(content: bytes, code: str) -> None:
    with pytest.raises(BadInputError) as caught:
        papers.text_of(content)
    assert caught.value.code == code


def test_a_pdf_that_never_ends_ends_with_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers._program, "seconds", 0)
    with pytest.raises(BadInputError) as caught:
        papers.text_of(pdf(CLAUSE))
    assert caught.value.code == "not_a_paper"


def spoiled(content: bytes, chance: Random) -> bytes:
    """A file with some bytes turned, cut out or doubled."""
    made = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(made))
        match chance.randrange(3):
            case 0:
                made[at] = chance.randrange(256)
            case 1:
                del made[at : at + chance.randint(1, 40)]
            case _:
                made[at:at] = made[max(0, at - 30) : at]
    return bytes(made) or b"%PDF-"


@pytest.mark.soak_sized
def test_spoiled_files_are_read_or_refused_and_nothing_else() -> None:
    sound = [pdf(CLAUSE, "Net 90."), mail(attached=pdf(CLAUSE)), mail(html=True)]
    outcomes: Counter[str] = Counter()
    for seed in range(effort(150)):
        try:
            outcomes["words"] += bool(pdf_text.words(spoiled(sound[0], Random(seed))))
            pdf_text.remade(spoiled(sound[0], Random(seed)))
        except Exception as error:  # what the process around it answers by 1
            outcomes[type(error).__name__] += 1
    assert outcomes["words"] > 0
    for seed in range(9):
        try:
            papers.text_of(spoiled(sound[seed % 3], Random(seed)))
        except BadInputError as error:
            outcomes[error.code] += 1
    assert {one for one in outcomes if "_" in one} <= {"not_a_paper", "no_words", "paper_locked"}


def test_the_process_writes_no_file_and_takes_no_more_memory_than_it_may() -> None:
    program = (
        "import resource, runpy, sys, io\n"
        "names = runpy.run_path(sys.argv[1])\n"
        "sys.stdin = io.TextIOWrapper(io.BytesIO(sys.stdin.buffer.read()))\n"
        "names['main']('')\n"
        "print(resource.getrlimit(resource.RLIMIT_FSIZE), resource.getrlimit(resource.RLIMIT_AS)[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, pdf_text.__file__], input=pdf(CLAUSE), capture_output=True, check=True
    )
    assert done.stdout.decode() == f"{CLAUSE}(0, 0) {1 << 30}\n"


def test_only_so_many_pages_and_letters_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_text, "MOST_PAGES", 2)
    assert pdf_text.words(pdf("a", "b", "c")) == "a\fb"
    monkeypatch.setattr(pdf_text, "MOST_LETTERS", 3)
    assert pdf_text.words(pdf("four", "five")) == "fou"
    assert len(PdfReader(io.BytesIO(pdf("a", "b"))).pages) == 2
