"""IBAN and BIC: examples of the registry are right, and one wrong sign is found."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fanshare.core.iban import EEA, LENGTHS, SEPA, compact_iban, iban_fault, is_bic, with_check_digits

EXAMPLES = [
    "AD1200012030200359100100",
    "AT611904300234573201",
    "BE68539007547034",
    "BG80BNBG96611020345678",
    "CH9300762011623852957",
    "CY17002001280000001200527600",
    "CZ6508000000192000145399",
    "DE89370400440532013000",
    "DK5000400440116243",
    "EE382200221020145685",
    "ES9121000418450200051332",
    "FI2112345600000785",
    "FR1420041010050500013M02606",
    "GB29NWBK60161331926819",
    "GI75NWBK000000007099453",
    "GR1601101250000000012300695",
    "HR1210010051863000160",
    "HU42117730161111101800000000",
    "IE29AIBK93115212345678",
    "IS140159260076545510730339",
    "IT60X0542811101000000123456",
    "LI21088100002324013AA",
    "LT121000011101001000",
    "LU280019400644750000",
    "LV80BANK0000435195001",
    "MC5811222000010123456789030",
    "MT84MALT011000012345MTLCAST001S",
    "NL91ABNA0417164300",
    "NO9386011117947",
    "PL61109010140000071219812874",
    "PT50000201231234567890154",
    "RO49AAAA1B31007593840000",
    "SE4550000000058398257466",
    "SI56263300012039086",
    "SK3112000000198742637541",
    "SM86U0322509800000000270100",
    "VA59001123000012345678",
    "AL47212110090000000235698741",
    "MD24AG000225100013104168",
    "ME25505000012345678951",
    "MK07250120000058984",
    "RS35260005601001611379",
    "TR330006100519786457841326",
]
FIGURES, LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize("iban", EXAMPLES)
def test_an_example_of_the_registry_is_right(iban: str) -> None:
    assert iban_fault(iban) is None
    assert with_check_digits(iban[:2], iban[4:]) == iban


@given(st.sampled_from(EXAMPLES), st.integers(2, 33), st.sampled_from(FIGURES), st.sampled_from(LETTERS))
def test_one_wrong_figure_or_letter_is_found(iban: str, place: int, figure: str, letter: str) -> None:
    """A letter for a figure is not: it counts as two figures, and may leave the same remainder."""
    at = place % (len(iban) - 2) + 2
    wrong = iban[:at] + (figure if iban[at].isdigit() else letter) + iban[at + 1 :]
    assert (iban_fault(wrong) is None) == (wrong == iban)


@given(st.sampled_from(EXAMPLES), st.integers(0, 28))
def test_two_neighbouring_figures_or_letters_exchanged_are_found(iban: str, place: int) -> None:
    """``B1`` and ``1B`` are the same figures to the remainder."""
    at = place % (len(iban) - 5) + 4
    assume(iban[at].isdigit() == iban[at + 1].isdigit())
    wrong = iban[:at] + iban[at + 1] + iban[at] + iban[at + 2 :]
    assert (iban_fault(wrong) is None) == (wrong == iban)


def test_form_country_and_length_are_told_apart() -> None:
    assert (
        iban_fault("") == iban_fault("DE") == iban_fault("DE89 3704") == iban_fault("DE٨٩370400440532013000") == "form"
    )
    assert iban_fault("US64SVBKUS6S3300958879") == "country"
    assert iban_fault("DE8937040044053201300") == "length"
    assert iban_fault("DE01370400440532013000") == "checksum"


def test_check_digits_that_only_look_right_are_refused() -> None:
    # 02 and 99 leave the same remainder; only 02 is ever given out.
    number = next(n for n in range(1000) if with_check_digits("DE", f"{n:018d}").startswith("DE02"))
    assert iban_fault(f"DE02{number:018d}") is None
    assert iban_fault(f"DE99{number:018d}") == "checksum"


def test_the_highest_check_digits_are_right_and_the_shortest_number_has_fifteen_signs() -> None:
    number = next(n for n in range(1000) if with_check_digits("DE", f"{n:018d}").startswith("DE98"))
    assert iban_fault(f"DE98{number:018d}") is None
    assert iban_fault(with_check_digits("NO", "86011117947")) is None


def test_what_people_type_becomes_compact() -> None:
    assert compact_iban(" nl91 abna\u00a00417-1643 00") == "NL91ABNA0417164300"


def test_every_country_of_sepa_has_a_length() -> None:
    assert set(LENGTHS) >= SEPA
    assert EEA < SEPA


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("COBADEFF", True),
        ("COBADEFFXXX", True),
        ("cobadeff", False),
        ("COBADEFFX", False),
        ("COBA12FF", False),
        ("", False),
    ],
)
def test_a_bic_has_eight_or_eleven_signs_with_a_country(text: str, right: bool) -> None:
    assert is_bic(text) is right
