"""What a receipt probably says: proposals that a person looks at, and nothing where nothing can be made out."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.workbench.receipts import Proposal, propose
from tests.support.effort import effort

TODAY, FRIDAY = date(2026, 11, 27), date(2026, 11, 20)


#: What stands on papers, and what is made out of it.
PAPERS: list[tuple[str, int, str, date | None, int]] = [
    (
        "LINEN SHOP\n20.11.2026 14:03\nShirt 59,00\nSumme EUR 59,00\nMwSt 19% 9,42",
        59_000_000, "EUR", FRIDAY, 9_420_000,
    ),
    ("Date 2026-11-20\nSubtotal 100.00\nVAT 20% 20.00\nTotal £120.00", 120_000_000, "GBP", FRIDAY, 20_000_000),
    ("20 November 2026\nAmount due $1,234.50", 1_234_500_000, "USD", FRIDAY, 0),
    ("Gesamt 12,50 €\nGegeben 20,00\nRückgeld 7,50", 12_500_000, "EUR", None, 0),
    ("3 x 4,00 EUR\n12,00", 12_000_000, "EUR", None, 0),
    (
        "Rechnungsbetrag 1.190,00 EUR, darin USt 190,00\n3. März 2026",
        1_190_000_000, "EUR", date(2026, 3, 3), 190_000_000,
    ),
    ("20.11.2027 Summe 5,00", 5_000_000, "", None, 0),
    ("31.02.2026 Summe 5,00", 5_000_000, "", None, 0),
    ("thank you for your visit, 19 % off", 0, "", None, 0),
    ("", 0, "", None, 0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "amount", "currency", "day", "tax"), PAPERS)
def test_amount_currency_day_and_tax_are_made_out(
    text: str, amount: int, currency: str, day: date | None, tax: int
) -> None:
    assert propose(text, TODAY) == Proposal(amount, currency, day, tax)


def livable(found: Proposal) -> bool:
    """Whether a form could hold it: no sum below zero or beyond what an entry may have, no day to come."""
    return (
        0 <= found.amount < 10**14
        and (found.tax == 0 or 0 < found.tax < found.amount)
        and (found.day is None or found.day <= TODAY)
        and found.currency in ("", "EUR", "GBP", "USD", "CHF")
    )


@given(st.text(max_size=300))
def test_no_receipt_breaks_it_and_tax_is_less_than_the_amount(text: str) -> None:
    assert livable(propose(text, TODAY))


@pytest.mark.soak_sized
def test_real_receipts_that_are_misread_are_proposed_as_what_can_be() -> None:
    """Letters turned, lost, doubled, lines exchanged: what a photo from a kitchen table makes of a paper."""
    said = 0
    for seed in range(effort(3_000)):
        chance = Random(seed)
        text = list("\n".join(one[0] for one in chance.sample(PAPERS, 2)))
        for _ in range(chance.randint(1, 12)):
            at = chance.randrange(len(text))
            text[at : at + chance.randint(0, 3)] = chance.choice(
                ["", "0", "9999999", ".", ",", " ", "-", "%", "\n", "€", "l", "٣"]
            )
        found = propose("".join(text), TODAY)
        assert livable(found), (seed, found)
        said += found.amount > 0
    assert said > effort(3_000) // 2, "most of it is still read"
