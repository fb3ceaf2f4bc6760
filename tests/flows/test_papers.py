"""Files that she was sent, as words: PDFs read apart and within bounds, e-mails with attachments, plain texts."""

import io
import subprocess
import sys
import zlib
from collections import Counter
from email.message import EmailMessage
from random import Random

import pytest
from PIL import Image, ImageChops, ImageCms
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject

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


def photographed(*names: str, filters: tuple[str, ...] = ("/DCTDecode",)) -> bytes:
    """A PDF that is a photo with all that a camera writes, as ``img2pdf`` makes it; more under ``names``."""
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "SecretPlace"
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG", exif=exif, comment=b"SecretWord", progressive=True)
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    image = DecodedStreamObject()
    image.set_data(
        zlib.compress(out.getvalue() + b"SecretTail") if len(filters) > 1 else out.getvalue() + b"SecretTail"
    )
    kind = ArrayObject(map(NameObject, filters)) if len(filters) > 1 else NameObject(filters[0])
    said = {"/Type": "/XObject", "/Subtype": "/Image", "/ColorSpace": "/DeviceRGB"}
    image.update({NameObject(name): NameObject(text) for name, text in said.items()})
    image.update({NameObject(name): NumberObject(n) for name, n in zip(_SIZES, (40, 30, 8), strict=True)})
    image[NameObject("/Filter")] = kind
    beside = DecodedStreamObject()
    beside.set_data(b"SecretBeside")
    for name in names:
        (page if name in _OF_A_PAGE else image)[NameObject(name)] = writer._add_object(beside)
    images = DictionaryObject({NameObject("/Metadata"): writer._add_object(image)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): images})
    content = DecodedStreamObject()
    content.set_data(b"q 300 0 0 300 0 0 cm /Metadata Do Q")
    page[NameObject("/Contents")] = writer._add_object(content)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def photo_in(content: bytes) -> tuple[bytes, PageObject]:
    """The JPEG of such a PDF, and its page."""
    page = PdfReader(io.BytesIO(content)).pages[0]
    return page["/Resources"]["/XObject"]["/Metadata"].get_data(), page  # type: ignore[index]


_SIZES = ("/Width", "/Height", "/BitsPerComponent")
_OF_A_PAGE = ("/AA", "/VP", "/Thumb", "/PieceInfo", "/Whatever")


@pytest.mark.parametrize("filters", [("/DCTDecode",), ("/FlateDecode", "/DCTDecode")])
def test_a_photo_in_a_pdf_keeps_its_pixels_and_nothing_else(filters: tuple[str, ...]) -> None:
    sent = photographed("/Metadata", "/OPI", "/F", *_OF_A_PAGE, filters=filters)
    assert b"SecretBeside" in sent
    made, _ = papers.remade(sent)
    (before, _), (kept, page) = (photo_in(one) for one in (sent, made))
    for told in (b"SecretCamera", b"SecretPlace", b"SecretWord", b"SecretTail"):
        assert told in before, "what has to go was there"
    assert b"Secret" not in made + kept
    with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(kept)) as new:
        assert ImageChops.difference(old, new).getbbox() is None
        assert new.getexif() == {}
    assert page.keys() <= pdf_text._PAGE


def test_colours_of_a_photo_in_a_pdf_stay_what_they_are() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    out = io.BytesIO()
    Image.new("CMYK", (9, 9)).save(out, "JPEG", icc_profile=profile, exif=b"Exif\0\0" + b"x" * 40)
    made = pdf_text.jpeg(out.getvalue())
    assert b"Exif" not in made
    with Image.open(io.BytesIO(made)) as kept:
        assert (kept.mode, kept.info["icc_profile"]) == ("CMYK", profile)
    assert b"Adobe" in made


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe1\0\1", b"GIF89a"])
def test_what_calls_itself_a_photo_in_a_pdf_and_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="no "):
        pdf_text.jpeg(content)


def test_boxes_of_jpeg_2000_in_which_cameras_write_go() -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG2000")
    sound = out.getvalue()
    place = sound.index(b"jp2c") - 4
    box = (8 + 16 + 6).to_bytes(4) + b"uuid" + b"JpgTiffExif->JP2" + b"Secret"
    whole = sound[:place] + box + (14).to_bytes(4) + b"xml Secret" + sound[place:]
    assert pdf_text.jpeg2000(whole) == sound
    assert pdf_text.jpeg2000(b"\xff\x4f\xff\x51") == b"\xff\x4f\xff\x51", "a bare codestream"
    with pytest.raises(ValueError, match="no box"):
        pdf_text.jpeg2000(sound[:12] + b"\0\0\0\3" + sound[16:])


def test_only_so_many_pages_and_letters_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_text, "MOST_PAGES", 2)
    assert pdf_text.words(pdf("a", "b", "c")) == "a\fb"
    monkeypatch.setattr(pdf_text, "MOST_LETTERS", 3)
    assert pdf_text.words(pdf("four", "five")) == "fou"
    assert len(PdfReader(io.BytesIO(pdf("a", "b"))).pages) == 2
