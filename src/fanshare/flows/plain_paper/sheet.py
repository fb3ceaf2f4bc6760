"""The paper itself: A4, one column, the letters of the pages. The same words give the same bytes."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from fpdf import FPDF, XPos, YPos

from fanshare.flows import invoice_paper

_FONTS = Path(invoice_paper.__file__).with_name("fonts")
_NAME = "inter"
_MARGIN = 20
#: Size of the letters in points and their weight, by kind.
_KINDS = {"title": (20, "B"), "heading": (13, "B"), "text": (10, ""), "small": (8, "")}
_BELOW: dict[str, Any] = {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT}


class UnknownLettersError(Exception):
    """The font has no picture of some letters: a paper with holes is none."""


def pdf_of(title: str, language: str, day: str, blocks: list[list[str]]) -> bytes:
    """The file. Raises ``UnknownLettersError``."""
    with TTFont(_FONTS / "inter-400.ttf", lazy=True) as font:
        known = font.getBestCmap()
    if any(ord(letter) not in known for _, words in blocks for letter in words):
        raise UnknownLettersError
    sheet = FPDF(format="A4")
    sheet.set_margin(_MARGIN)
    sheet.set_auto_page_break(True, _MARGIN)
    for style, weight in (("", 400), ("B", 600)):
        sheet.add_font(_NAME, style, _FONTS / f"inter-{weight}.ttf")
    sheet.set_title(title)
    sheet.set_creator("fanshare")
    sheet.set_producer("fpdf2")
    sheet.set_lang(language)
    sheet.set_creation_date(datetime.combine(date.fromisoformat(day), time(12), UTC))
    sheet.add_page()
    for kind, words in blocks:
        size, style = _KINDS[kind]
        sheet.set_font(_NAME, style, size)
        if kind == "heading":
            sheet.ln(size * 0.5)
        sheet.multi_cell(0, size * 0.5, words, align="L", **_BELOW)
        sheet.ln(size * 0.15)
    return bytes(sheet.output())
