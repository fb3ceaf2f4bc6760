"""Refunds of a Shopify order: goods taken back and money paid back are two things, and both are kept.

``refund_line_items`` name goods; ``transactions`` are money. The core takes from goods the lower of the two. So goods
that came back without money change nothing yet: the shop still has the money, and the commission on it stands until it
is paid back. One kind of goods without money is different: lines *removed from the order* before anybody paid for
them. Shopify writes these as refunds too, and lowers the order's total. How much fell out of the total without being
paid back or owed to the buyer is what such refunds count for, as if it had been paid back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.money import Micros
from fanshare.core.orders import Refund
from fanshare.integrations import json_input as read
from fanshare.integrations.shopify.money import given_money, shop_money, sum_of


@dataclass(frozen=True, slots=True)
class Books:
    """In which money an order is read."""

    currency: str
    presentment: str
    taxes_included: bool


def refunds_of(document: Mapping[str, Any], books: Books, besides: frozenset[str]) -> tuple[Refund, ...]:
    """All refunds of an order's document, by id. ``besides`` are lines that are not goods (tips).

    Raises ``BadInputError``.
    """
    rate = _rate(document, books)
    found = [_refund(one, books, rate, besides) for one in read.objects(document, "refunds")]
    return _with_removals(document, books, sorted(found, key=lambda each: (len(each.id), each.id)))


def _with_removals(document: Mapping[str, Any], books: Books, refunds: list[Refund]) -> tuple[Refund, ...]:
    """Refunds that name goods and returned no money count for what fell out of the total without being paid."""
    unpaid = _never_paid(document, books, sum(refund.money for refund in refunds))
    counted = []
    for refund in refunds:
        named = sum(net for _, net in refund.lines) + refund.other
        if refund.lines and not refund.money and unpaid > 0:
            refund = replace(refund, money=min(named, unpaid))
            unpaid -= refund.money
        counted.append(refund)
    return tuple(counted)


def _never_paid(document: Mapping[str, Any], books: Books, returned: Micros) -> Micros:
    """What left the order's total although nobody gave it back, owes it or kept it.

    ``total_outstanding`` is negative where the shop owes the buyer; a ``refund_discrepancy`` above zero is money that
    the shop kept of goods it took back.
    """
    total = shop_money(document, "total_price", books.currency)
    now = shop_money(document, "current_total_price", books.currency, default=total)
    owed = max(0, -shop_money(document, "total_outstanding", books.currency, default=0))
    kept = sum(
        max(0, shop_money(one, "amount", books.currency, default=0))
        for refund in read.objects(document, "refunds")
        for one in read.objects(refund, "order_adjustments")
        if one.get("kind") == "refund_discrepancy"
    )
    return max(0, total - returned - now - owed - kept)


def _refund(document: Mapping[str, Any], books: Books, rate: Fraction | None, besides: frozenset[str]) -> Refund:
    lines: list[tuple[str, Micros]] = []
    other: Micros = 0
    for item in read.objects(document, "refund_line_items"):
        line, net, tax = _refunded_line(item, books)
        other += tax if line not in besides else net + tax
        if net and line not in besides:
            lines.append((line, net))
    other += _shipping(document, books) + sum_of(document, "duties", "amount", books.currency)
    read.bounded(other, *(net for _, net in lines))
    return Refund(
        id=read.identifier(document, "id"),
        created_at=read.maybe_instant(document, "created_at") or read.instant(document, "processed_at"),
        money=_money(document, books, rate),
        lines=tuple(lines),
        other=other,
    )


def _refunded_line(item: Mapping[str, Any], books: Books) -> tuple[str, Micros, Micros]:
    """(order line, goods without tax, tax). ``subtotal`` is a JSON number and holds the tax where prices do."""
    nested = item.get("line_item")
    price = shop_money(nested, "price", books.currency, default=0) if isinstance(nested, dict) else 0
    fallback = max(0, price) * read.quantity(item, "quantity")
    subtotal = given_money(item, "subtotal", books.currency, default=fallback)
    tax = given_money(item, "total_tax", books.currency, default=0)
    net = max(0, subtotal - tax) if books.taxes_included else subtotal
    return read.identifier(item, "line_item_id"), net, tax


def _shipping(document: Mapping[str, Any], books: Books) -> Micros:
    """Shipping given back. Until 2024-10 it was a (negative) order adjustment, since then a list of its own."""
    lines = sum(
        given_money(line, "subtotal_amount", books.currency, default=0)
        + (0 if books.taxes_included else given_money(line, "tax_amount", books.currency, default=0))
        for line in read.objects(document, "refund_shipping_lines")
    )
    adjusted = sum(
        abs(shop_money(one, "amount", books.currency, default=0))
        + abs(shop_money(one, "tax_amount", books.currency, default=0))
        for one in read.objects(document, "order_adjustments")
        if one.get("kind") == "shipping_refund"
    )
    return max(lines, adjusted)


def _money(document: Mapping[str, Any], books: Books, rate: Fraction | None) -> Micros:
    """What really went back to the buyer: refund transactions that succeeded."""
    paid = [
        _paid(one, books, rate)
        for one in read.objects(document, "transactions")
        if read.text(one, "kind").lower() == "refund" and read.text(one, "status").lower() == "success"
    ]
    return read.bounded(*paid)


def _paid(transaction: Mapping[str, Any], books: Books, rate: Fraction | None) -> Micros:
    if isinstance(transaction.get("amount_set"), dict):
        return given_money(transaction, "amount", books.currency)
    amount, currency = read.amount(transaction, "amount"), read.text(transaction, "currency")
    if currency in {"", books.currency}:
        return amount
    if currency == books.presentment and rate is not None:
        return int(amount * rate)
    raise BadInputError(
        "mixed_currencies",
        "A refund is in %(currency)s, and the order is in %(books)s.",
        currency=currency[:3],
        books=books.currency,
    )


def _rate(document: Mapping[str, Any], books: Books) -> Fraction | None:
    """Shop money per presentment money, as the order's own total says it; ``None`` where it does not."""
    both = document.get("total_price_set")
    side = both.get("presentment_money") if isinstance(both, dict) else None
    shown = read.signed_amount(side, "amount", default=0) if isinstance(side, dict) else 0
    paid = shop_money(document, "total_price", books.currency, default=0)
    return Fraction(paid, shown) if shown > 0 and paid >= 0 else None
