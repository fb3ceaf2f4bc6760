"""The split bar: to scale where it can be, honest where it cannot, harmless whatever the names hold."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fanshare.core.money import parse_amount
from fanshare.web.charts import NARROWEST, WHOLE, Piece, split_bar, widths

AMOUNTS = st.lists(st.integers(1, 10**15), min_size=1, max_size=5)
SVG = "{http://www.w3.org/2000/svg}"
KEYS = ("goods", "creator", "fan", "buyer", "others")


def worked() -> list[Piece]:
    return [
        Piece("goods", "the shop keeps", parse_amount("51.92")),
        Piece("creator", "Cleo", parse_amount("5.31")),
        Piece("fan", "the fan", parse_amount("1.416")),
        Piece("buyer", "the buyer", parse_amount("0.354")),
    ]


def drawn(pieces: list[Piece]) -> ElementTree.Element:
    return ElementTree.fromstring(split_bar(pieces, currency="EUR", ident="b", title="Where it went"))


@given(AMOUNTS)
def test_widths_fill_the_bar_exactly_and_none_is_invisible(amounts: list[int]) -> None:
    laid = widths(amounts)
    assert sum(laid.widths) == WHOLE
    assert min(laid.widths) >= min(NARROWEST, WHOLE)


@given(AMOUNTS)
def test_a_larger_amount_is_never_drawn_narrower(amounts: list[int]) -> None:
    laid = widths(amounts).widths
    for amount, width in zip(amounts, laid, strict=True):
        # One unit of a hundredth of a percent may move when widths are made whole.
        assert all(width <= other + 1 for bigger, other in zip(amounts, laid, strict=True) if bigger >= amount)


@given(AMOUNTS)
@example([1, 1, 215, 8324])
def test_pieces_not_widened_stay_in_proportion_to_each_other(amounts: list[int]) -> None:
    laid = widths(amounts)
    true = [index for index, wide in enumerate(laid.widened) if not wide]
    room, whole = sum(laid.widths[i] for i in true), sum(amounts[i] for i in true)
    for index in true:
        assert abs(laid.widths[index] * whole - room * amounts[index]) <= whole
    # Widening others leaves less room, so that a piece just above the limit may fall below it.
    wide = [index for index, widened in enumerate(laid.widened) if widened]
    left = WHOLE - NARROWEST * (len(wide) - 1)
    assert all(amounts[i] * left < (NARROWEST + 1) * (whole + amounts[i]) for i in wide)


@pytest.mark.parametrize("amounts", [[], [0, 1], [-1, 5], [1] * 41])
def test_a_bar_of_nothing_or_of_too_much_is_refused(amounts: list[int]) -> None:
    with pytest.raises(ValueError, match="a few positive amounts"):
        widths(amounts)


def test_the_worked_order_is_drawn_in_order_with_gaps_between() -> None:
    svg = drawn(worked())
    rects = svg.findall(f"{SVG}rect")
    assert [rect.get("class") for rect in rects] == [
        "piece-goods", "piece-creator", "piece-fan", "piece-buyer", "piece-gap", "piece-gap", "piece-gap",
    ]  # fmt: skip
    assert [rect.get("x") for rect in rects[1:4]] == [rect.get("x") for rect in rects[4:]]
    assert {rect.get("width") for rect in rects[4:]} == {"2"}


def test_title_and_description_name_every_part_and_own_up_to_widening() -> None:
    svg = drawn(worked())
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "b-title b-desc"
    desc = svg.findtext(f"{SVG}desc") or ""
    plain = desc.replace("\N{NO-BREAK SPACE}", " ")
    assert "the shop keeps 51.92 €, Cleo 5.31 €, the fan 1.41 €, the buyer 0.35 €" in plain
    assert plain.endswith("so that it can be seen: the fan, the buyer.")


def test_a_bar_that_is_all_to_scale_says_nothing_of_widening() -> None:
    assert "wider" not in split_bar(worked()[:2], currency="EUR", ident="b", title="t")


def test_parts_of_zero_or_less_are_not_drawn() -> None:
    pieces = [Piece("goods", "the shop keeps", -5), Piece("creator", "Cleo", 0)]
    assert split_bar(pieces, currency="EUR", ident="b", title="t") == ""
    rects = drawn([*pieces, Piece("fan", "Finn", 7)]).findall(f"{SVG}rect")
    assert [(rect.get("class"), rect.get("width")) for rect in rects] == [("piece-fan", "100.00%")]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=30))
def test_no_name_or_title_can_leave_its_place(text: str) -> None:
    markup = split_bar([Piece("creator", text + "<b x='1'>&\"", 5)], currency="EUR", ident="b", title=text + "</title>")
    svg = ElementTree.fromstring(markup)
    assert svg.findtext(f"{SVG}title") == text + "</title>"
    assert {element.tag for element in svg.iter()} <= {SVG + tag for tag in ("svg", "title", "desc", "rect")}


def test_the_picture_needs_no_inline_style_and_no_script() -> None:
    assert (
        re.search(r"style=|<style|<script|\son\w+=", split_bar(worked(), currency="EUR", ident="b", title="t")) is None
    )
