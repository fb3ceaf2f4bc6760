"""Any text becomes one that every bank of SEPA takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.bank_text import basic, is_basic, readable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë Ångström", "Zoe Angstroem"),
        ("Jürgen Groß", "Juergen Gross"),
        ("Ju\u0308rgen", "Juergen"),
        ("Łukasz Żółć", "Lukasz Zolc"),
        ("Γιώργος", "Giorgos"),
        ("Иван Щукин", "Ivan Shtukin"),
        ("İstanbul ışık", "Istanbul isik"),
        ("A & B_C", "A + B-C"),
        ("cleo@shop.example", "cleo(at)shop.example"),
        ("“so” – said", "'so' - said"),
        ("  a\t\nb  ", "a b"),
        ("\u202eevil", ".evil"),
        ("李", "."),
        ("½ ﬁne", "1/2 fine"),
        ("<b>", "(b)"),
    ],
)
def test_letters_become_those_that_sepa_has(text: str, shown: str) -> None:
    assert basic(text, 70) == shown


@given(st.text(max_size=200), st.integers(1, 140))
def test_the_result_is_in_the_set_and_no_longer_than_asked_and_stays_as_it_is(text: str, length: int) -> None:
    shown = basic(text, length)
    assert is_basic(shown)
    assert len(shown) <= length
    assert shown == shown.strip()
    assert basic(shown, length) == shown


def test_full_stops_alone_are_not_readable() -> None:
    assert not readable(basic("李小龍", 70))
    assert readable(basic("李 Li", 70))
