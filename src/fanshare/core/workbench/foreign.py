"""What was paid or agreed in another currency than the books': converted once, its rate and whose it is kept beside it.

A rate is two decimals as they were published or typed, ``1.0876/1``: so much of the other currency is worth so much of
the currency of the books. What comes out is rounded down to a micro.
"""

from dataclasses import dataclass, replace

from fanshare.core.errors import BadInputError
from fanshare.core.money import Micros
from fanshare.core.rates import Quote, is_rate
from fanshare.core.typed_amount import plainly, typed_number
from fanshare.core.workbench.entries import Cost, Deal

#: Whose rate it is where she typed it.
TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Foreign:
    """Another currency, its rate, and whose that is: ``ECB 2026-11-27``, or ``TYPED``."""

    currency: str
    rate: str
    source: str


def by_hand(currency: str, text: str) -> Foreign:
    """A rate that was typed: one of the books' currency is so much of this one. Raises ``BadInputError``."""
    try:
        found = typed_number(text)
    except BadInputError as error:
        if error.code == "unclear_amount":
            raise
        found = ""
    if not is_rate(found):
        raise BadInputError("bad_rate", "Write a rate such as 1.0876, above zero.")
    return Foreign(currency, f"{found}/1", TYPED)


def by_quote(found: Quote) -> Foreign:
    """A published rate of a day."""
    return Foreign(found.origin, f"{found.origin_per}/{found.target_per}", f"{found.source} {found.day}")


def shown(rate: str) -> str:
    """A rate as it stands in a form: ``1.0876``, or both decimals where it went through a third currency."""
    return plainly(rate.removesuffix("/1"))


def converted(amount: Micros, rate: str) -> Micros:
    """An amount of the other currency in that of the books, in micros, rounded down."""
    other, own = (_scaled(part) for part in rate.split("/"))
    return amount * own[0] * other[1] // (other[0] * own[1])


def turned_cost(entry: Cost, found: Foreign) -> Cost:
    """A cost whose amounts were typed in the other currency. Raises ``BadInputError`` where nothing is left."""
    amount, tax = converted(entry.amount, found.rate), converted(entry.tax, found.rate)
    if not amount:
        raise BadInputError("no_amount", "Write an amount above zero.")
    return replace(
        entry, amount=amount, tax=tax, foreign=found.currency, original=entry.amount, original_part=entry.tax,
        rate=found.rate, rate_from=found.source,
    )  # fmt: skip


def turned_deal(entry: Deal, found: Foreign) -> Deal:
    """A deal whose fee and product were typed in the other currency."""
    fee, product = converted(entry.fee, found.rate), converted(entry.product, found.rate)
    return replace(
        entry, fee=fee, product=product, foreign=found.currency, original=entry.fee, original_part=entry.product,
        rate=found.rate, rate_from=found.source,
    )  # fmt: skip


def _scaled(text: str) -> tuple[int, int]:
    whole, _, parts = text.partition(".")
    return int(whole + parts), 10 ** len(parts)
