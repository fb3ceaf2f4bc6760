"""An invoice as a PDF/A-3 with its XML inside (Factur-X 1.0, EN 16931). The same invoice gives the same bytes."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from drafthorse.xmp_schema import XMP_SCHEMA
from fontTools.ttLib import TTFont
from fpdf import FPDF, FontFace, XPos, YPos
from fpdf.enums import TableBordersLayout

from fanshare.core.invoices.model import THOUSAND, Invoice, Party, decimal
from fanshare.core.invoices.totals import MOST_DIGITS, totals
from fanshare.core.invoices.words import words_of
from fanshare.core.money import Micros, exponent, format_percent, grouped
from fanshare.flows.invoice_paper.cii import xml_of

_FONTS = Path(__file__).with_name("fonts")
_NAME = "inter"
_MARGIN, _LINE, _SMALL, _USUAL, _LARGE = 20, 5, 8, 10, 20
_XML = "factur-x.xml"
_GERMAN = str.maketrans(",.", ".,")
_LEFT = {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT}


class UnknownLettersError(Exception):
    """The font has no picture of some letters: a paper with holes is none."""


def pdf_of(invoice: Invoice) -> bytes:
    """The file. Raises ``UnknownLettersError``."""
    sheet = _Sheet(invoice)
    sheet.draw()
    xml = xml_of(invoice)
    at = datetime.combine(invoice.issued, time(12), UTC)
    sheet.embed_file(
        bytes=xml, basename=_XML, mime_type="text/xml", associated_file_relationship="Alternative",
        creation_date=at, modification_date=at, compress=True, desc="Factur-X, EN 16931",
    )  # fmt: skip
    return bytes(sheet.output())


class _Sheet(FPDF):  # type: ignore[misc]  # the library has no types
    """The pages of one invoice."""

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(format="A4", enforce_compliance="PDF/A-3B")
        self.invoice, self.words = invoice, words_of(invoice.language)
        self.alias_nb_pages()
        self.set_margin(_MARGIN)
        self.set_auto_page_break(True, _MARGIN + 2 * _LINE)
        for style, weight in (("", 400), ("B", 600)):
            self.add_font(_NAME, style, _FONTS / f"inter-{weight}.ttf")
        title = f"{self.words[invoice.kind]} {invoice.number}"
        self.set_title(title)
        self.set_author(invoice.seller.name)
        self.set_creator("fanshare")
        self.set_producer("fpdf2")
        self.set_lang(invoice.language)
        at = datetime.combine(invoice.issued, time(12), UTC)
        self.set_creation_date(at)
        self.set_xmp_metadata(_metadata(title, invoice.seller.name, at))

    def footer(self) -> None:
        """On each page: which invoice, which page, and that there is more in the file than paper."""
        self.set_y(-_MARGIN)
        self.set_font(_NAME, "", _SMALL)
        page = f"{self.words['page']} {self.page_no()}/{{nb}}"
        self.cell(0, _LINE, f"{self.invoice.number} · {page}", align="R", **_LEFT)
        self.cell(0, _LINE, self.words["inside"], **_LEFT)

    def draw(self) -> None:
        """Everything on paper."""
        _every_letter(self.invoice)
        self.add_page()
        self._heading()
        self._parties()
        self._lines()
        self._sums()
        self._below()

    def _text(self, text: str, size: int = _USUAL, style: str = "", align: str = "L") -> None:
        self.set_font(_NAME, style, size)
        self.multi_cell(0, size * 0.5, text, align=align, **_LEFT)

    def _heading(self) -> None:
        invoice, words = self.invoice, self.words
        self._text(words[invoice.kind], _LARGE, "B")
        self.ln(_LINE)
        supplied = _day(invoice.supplied, invoice.language)
        if invoice.supplied_until > invoice.supplied:
            supplied = f"{supplied} {words['until']} {_day(invoice.supplied_until, invoice.language)}"
        self._pair(words["number"], invoice.number)
        self._pair(words["issued"], _day(invoice.issued, invoice.language))
        self._pair(words["supplied"], supplied)
        if invoice.cancels is not None:
            number, day = invoice.cancels
            self._pair(words["cancels"], f"{number} {words['of_day']} {_day(day, invoice.language)}")
        if invoice.reference:
            self._pair(words["reference"], invoice.reference)
        self.ln(_LINE)

    def _pair(self, name: str, text: str) -> None:
        self.set_font(_NAME, "B", _USUAL)
        self.cell(45, _LINE, name)
        self.set_font(_NAME, "", _USUAL)
        self.multi_cell(0, _LINE, text, align="L", **_LEFT)

    def _parties(self) -> None:
        for name, party in (("seller", self.invoice.seller), ("buyer", self.invoice.buyer)):
            self._text(self.words[name], _USUAL, "B")
            self._text("\n".join(_address(party, self.words)))
            self.ln(_LINE)

    def _lines(self) -> None:
        invoice, words, found = self.invoice, self.words, totals(self.invoice)
        self.set_font(_NAME, "", _USUAL)
        with self.table(
            col_widths=(70, 20, 40, 40), text_align=("LEFT", "RIGHT", "RIGHT", "RIGHT"), line_height=1.5 * _LINE,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES, headings_style=FontFace(emphasis="BOLD"),
        ) as table:  # fmt: skip
            head = table.row()
            for name in ("words", "quantity", "price", "amount"):
                head.cell(words[name])
            for line, amount in zip(invoice.lines, found.lines, strict=True):
                row = table.row()
                row.cell(line.words)
                row.cell(self._number(decimal(line.quantity * 1_000_000 // THOUSAND, 0)))
                row.cell(self._money(line.price))
                row.cell(self._money(amount))
        self.ln(_LINE)

    def _sums(self) -> None:
        invoice, words, found = self.invoice, self.words, totals(self.invoice)
        self._sum(words["net"], found.net)
        for tax in found.taxes:
            percent = self._number(format_percent(tax.treatment.rate))
            self._sum(f"{words['vat']} {percent} % {words['of']} {self._money(tax.basis)}", tax.amount)
        self._sum(words["gross"], found.gross)
        if invoice.rounding:
            self._sum(words["rounding"], invoice.rounding)
        self._sum(words["given_back" if invoice.kind.cancels else "payable"], found.due, "B")
        self.ln(_LINE)

    def _sum(self, name: str, amount: Micros, style: str = "") -> None:
        self.set_font(_NAME, style, _USUAL)
        self.cell(125, 1.2 * _LINE, name, align="R")
        self.cell(0, 1.2 * _LINE, self._money(amount), align="R", **_LEFT)

    def _below(self) -> None:
        invoice, words = self.invoice, self.words
        for reason in dict.fromkeys(line.treatment.reason for line in invoice.lines if line.treatment.reason):
            self._text(reason)
        if invoice.due is not None:
            self._pair(words["due"], _day(invoice.due, invoice.language))
        if invoice.iban:
            self._pair(words["iban"], " ".join(invoice.iban[at : at + 4] for at in range(0, len(invoice.iban), 4)))
        for text in (invoice.terms, invoice.note):
            if text:
                self._text(text)

    def _money(self, amount: Micros) -> str:
        digits = min(exponent(self.invoice.currency), MOST_DIGITS)
        return f"{self._number(decimal(amount, digits))} {self.invoice.currency}"

    def _number(self, text: str) -> str:
        said = grouped(text)
        return said.translate(_GERMAN) if self.invoice.language == "de" else said


def _every_letter(invoice: Invoice) -> None:
    with TTFont(_FONTS / "inter-400.ttf", lazy=True) as font:
        known = font.getBestCmap()
    texts = [invoice.number, invoice.terms, invoice.note, invoice.reference, *(line.words for line in invoice.lines)]
    texts += [line.treatment.reason for line in invoice.lines]
    for party in (invoice.seller, invoice.buyer):
        texts += [party.name, party.street, party.postcode, party.city]
        texts += [party.vat_id, party.tax_number, party.register, party.mail]
    if any(ord(letter) not in known for letter in "".join(texts) if letter != "\n"):
        raise UnknownLettersError


def _address(party: Party, words: Any) -> list[str]:
    found = [party.name, party.street, f"{party.postcode} {party.city}".strip(), party.country]
    found += [
        f"{words[name]} {text}"
        for name, text in (("vat_id", party.vat_id), ("tax_number", party.tax_number), ("register", party.register))
        if text
    ]
    return [*found, party.mail] if party.mail else found


def _day(day: date, language: str) -> str:
    return f"{day:%d.%m.%Y}" if language == "de" else day.isoformat()


def _metadata(title: str, author: str, at: datetime) -> str:
    """What PDF/A and Factur-X want to read about the file; the packet around it is the library's."""
    clean = {"title": _plain(title), "author": _plain(author), "subject": _plain(title)}
    whole: str = XMP_SCHEMA.format(
        **clean, producer="fpdf2", creator_tool="fanshare", timestamp=at.isoformat(timespec="seconds"),
        urn="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#", documenttype="INVOICE", xml_filename=_XML,
        version="1.0", xmp_level="EN 16931",
    )  # fmt: skip
    return whole[whole.index("<x:xmpmeta") : whole.rindex("<?xpacket")].strip()


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
