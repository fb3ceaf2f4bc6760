"""The colours keep their promise: WCAG 2.2 contrast, computed from the stylesheet that is served."""

import re

import pytest

from fanshare.web.assets import ROOT

TOKENS = re.findall(r"--([a-z-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\)", (ROOT / "css/tokens.css").read_text())
LIGHT = {name: light for name, light, _dark in TOKENS}
DARK = {name: dark for name, _light, dark in TOKENS}

TEXT = ("ink", "soft", "accent", "fan", "buyer", "ready", "waiting", "checked")
FILLS = ("accent", "soft", "ready", "waiting", "checked")
SHAPES = ("soft", "accent", "fan", "buyer", "border")


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2: 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself_is_right() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast("#B8400E", "#E4E0D8") < 4.5, "accent on line is what the look forbids"


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "raised"])
def test_every_text_colour_reads_on_every_ground(scheme: dict[str, str], ground: str) -> None:
    weak = {name: contrast(scheme[name], scheme[ground]) for name in TEXT}
    assert {name: ratio for name, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_on_buttons_and_chips_read(scheme: dict[str, str]) -> None:
    weak = {name: contrast(scheme["on-fill"], scheme[name]) for name in FILLS}
    assert {name: ratio for name, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "raised"])
def test_pieces_and_borders_stand_out_from_the_paper(scheme: dict[str, str], ground: str) -> None:
    weak = {name: contrast(scheme[name], scheme[ground]) for name in SHAPES}
    assert {name: ratio for name, ratio in weak.items() if ratio < 3} == {}


def test_stylesheets_use_no_colour_outside_the_tokens() -> None:
    for sheet in (ROOT / "css").glob("*.css"):
        if sheet.name != "tokens.css":
            assert re.findall(r"#[0-9A-Fa-f]{3,8}\b|rgb|hsl|oklch", sheet.read_text()) == [], sheet.name


def test_every_custom_property_used_is_defined() -> None:
    sheets = "\n".join(sheet.read_text() for sheet in (ROOT / "css").glob("*.css"))
    assert set(re.findall(r"var\(--([a-z-]+)\)", sheets)) <= set(re.findall(r"--([a-z-]+):", sheets))
