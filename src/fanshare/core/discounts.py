"""What a discount code gives, in the words of no shop: asked for, read back from the shop, and compared."""

from dataclasses import dataclass, fields

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, format_rfc3339
from fanshare.core.marks import later, say
from fanshare.core.money import (
    Micros,
    exponent,
    format_micros,
    format_minor,
    format_percent,
    from_minor_units,
    minor_units,
)

MOST_BPS = 10_000
MOST_USES = 1_000_000
MOST_PRODUCTS = 100

_OTHERWISE = {
    "percent_bps": later("percentage %(seen)s instead of %(asked)s"),
    "amount": later("amount %(seen)s instead of %(asked)s"),
    "currency": later("currency %(seen)s instead of %(asked)s"),
    "minimum": later("least basket %(seen)s instead of %(asked)s"),
    "uses": later("limit of uses %(seen)s instead of %(asked)s"),
    "once_per_buyer": later("once per customer %(seen)s instead of %(asked)s"),
    "ends_at": later("end %(seen)s instead of %(asked)s"),
    "products": later("products %(seen)s instead of %(asked)s"),
}


@dataclass(frozen=True, slots=True)
class Discount:
    """One kind of money off: ``percent_bps`` (basis points) or ``amount`` (micros), never both.

    ``minimum`` is the least worth of the basket (0: none), ``uses`` how often the code works in all (``None``: no
    limit), ``products`` the shop's own ids of those it works for (empty: all). ``currency`` is that of the amounts.
    """

    currency: str
    percent_bps: int = 0
    amount: Micros = 0
    minimum: Micros = 0
    uses: int | None = None
    once_per_buyer: bool = False
    ends_at: Instant | None = None
    products: tuple[str, ...] = ()

    @property
    def single_use(self) -> bool:
        """Whether the shop takes it once and never again."""
        return self.uses == 1


def check_discount(discount: Discount) -> None:
    """Raises ``BadInputError`` ``bad_discount`` with the first thing that can't be."""
    exponent(discount.currency)
    if (discount.percent_bps > 0) == (discount.amount > 0) or discount.percent_bps < 0 or discount.amount < 0:
        raise BadInputError("bad_discount", "A code gives a percentage or an amount: say one of them.")
    if discount.percent_bps > MOST_BPS:
        raise BadInputError("bad_discount", "A code gives at most 100 percent.")
    for amount in (discount.amount, discount.minimum):
        if amount < 0 or from_minor_units(minor_units(amount, discount.currency), discount.currency) != amount:
            raise BadInputError(
                "bad_discount",
                "An amount or least basket is a whole number of the smallest coin of %(currency)s.",
                currency=discount.currency,
            )
    if discount.uses is not None and not 1 <= discount.uses <= MOST_USES:
        raise BadInputError("bad_discount", "A limit of uses lies between 1 and %(most)s.", most=MOST_USES)
    if len(discount.products) > MOST_PRODUCTS or not all(_is_id(each) for each in discount.products):
        raise BadInputError(
            "bad_discount", "Products are at most %(most)s numbers, as the shop counts them.", most=MOST_PRODUCTS
        )


def differences(asked: Discount, found: Discount) -> tuple[str, ...]:
    """What a shop made otherwise than it was asked, by the names people use; empty when all is as asked."""
    told = []
    for field in fields(Discount):
        wanted, seen = getattr(asked, field.name), getattr(found, field.name)
        if field.name == "currency" and not (asked.amount or asked.minimum):
            continue
        if field.name == "products":
            wanted, seen = tuple(sorted(wanted)), tuple(sorted(seen))
        if wanted != seen:
            values = {"seen": _shown(field.name, seen), "asked": _shown(field.name, wanted)}
            told.append(say(_OTHERWISE[field.name], **values))
    return tuple(told)


def sentence(discount: Discount) -> str:
    """What buyers get and when, in one line: ``15 % off, from 30.00 EUR, once per customer``."""
    currency = discount.currency
    told = [f"{format_percent(discount.percent_bps)} % off" if discount.percent_bps else ""]
    told[0] = told[0] or f"{format_minor(discount.amount, currency)} {currency} off"
    if discount.minimum:
        told.append(f"from {format_minor(discount.minimum, currency)} {currency}")
    if discount.uses is not None:
        told.append("works once" if discount.single_use else f"works {discount.uses} times in all")
    if discount.once_per_buyer and not discount.single_use:
        told.append("once per customer")
    if discount.products:
        told.append(f"for {len(discount.products)} products" if len(discount.products) > 1 else "for one product")
    if discount.ends_at is not None:
        told.append(f"until {format_rfc3339(discount.ends_at)}")
    return ", ".join(told)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 20


def _shown(name: str, value: object) -> str:
    if value is None or value == () or (name == "minimum" and value == 0):
        return "none"
    if name == "percent_bps" and isinstance(value, int):
        return f"{format_percent(value)} %"
    if name in {"amount", "minimum"} and isinstance(value, int):
        return format_micros(value)
    if name == "ends_at" and isinstance(value, int):
        return format_rfc3339(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
