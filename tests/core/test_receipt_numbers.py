"""Which number a receipt names as its order's."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.claims import may_be_asked
from fanshare.core.receipt_numbers import number_in


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Thank you!\nOrder #1001\nTotal 59.00 EUR", "1001"),
        ("Order no.: #1001", "1001"),
        ("Order number\n  1001", "1001"),
        ("ORDER ID:   113-7654321-9876543", "113-7654321-9876543"),
        ("Bestellung vom 12.11.2026\nBestellnummer: EN-1001", "EN-1001"),
        ("Ihre Bestellung Nr. 4711 vom 12.11.2026", "4711"),
        ("Auftragsnummer 4711.", "4711"),
        ("Commande n° 1234", "1234"),
        ("Your order of 2026-11-14", ""),
        ("Thank you for your order\n2026-11-14", ""),
        ("reorder 5, border 6", ""),
        ("Your order: ABC", ""),
        ("Total 59.00", ""),
        ("", ""),
    ],
)
def test_the_number_that_is_named_as_the_orders_is_proposed_and_no_other(text: str, number: str) -> None:
    assert number_in(text) == number


@given(st.text())
def test_whatever_is_proposed_may_be_asked_for(text: str) -> None:
    found = number_in(f"Order {text}")
    assert not found or may_be_asked(found)


@given(
    st.from_regex(r"[A-Z]{0,3}-?[0-9]{3,8}", fullmatch=True), st.sampled_from(["Order #", "Order no. ", "Bestellnr. "])
)
def test_a_plain_number_is_found_behind_its_name(number: str, name: str) -> None:
    number = number.lstrip("-")
    assert number_in(f"Shop\n{name}{number}\nThanks") == number


@pytest.mark.parametrize("piece", ["order ", "order:#", "order no. no. ", " ", "bestell", "order\n", "a" * 41])
def test_a_receipt_of_one_piece_again_and_again_is_read_at_once(piece: str) -> None:
    before = time.process_time()
    number_in(piece * (2_000_000 // len(piece)))
    assert time.process_time() - before < 2
