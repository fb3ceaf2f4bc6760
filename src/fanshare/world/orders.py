"""What shoppers buy and what becomes of it: orders with their later changes, as the documents a shop would send."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fanshare.core.instants import MINUTE, SECOND, Instant, format_rfc3339
from fanshare.world.market import CURRENCY, SHELF, SLOTS, evening, slot_start
from fanshare.world.people import Shopper

SHIPPING_CENTS = 490
_TAX_PERCENT = 19


class Event(StrEnum):
    """What can happen to an order after it was placed."""

    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    REVIVED = "revived"  # a cancellation was a mistake
    FULL_REFUND = "full refund"
    LINE_REFUND = "line refund"
    AMOUNT_REFUND = "amount refund"


REFUNDS = frozenset({Event.FULL_REFUND, Event.LINE_REFUND, Event.AMOUNT_REFUND})


@dataclass(frozen=True, slots=True)
class Change:
    """One later change. ``line`` and ``cents`` belong to refunds: which line gives a piece back, or how much money."""

    day: int
    event: Event
    line: int = 0
    cents: int = 0


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order, with the truth about it.

    ``path`` holds the keys of the visits that led there, oldest first. ``cause`` is the key of the creator whose
    visit made the buyer buy; ``None`` where she would have bought anyway. ``cheat`` names whose trick it was.
    """

    number: int
    slot: int
    minutes: int
    shopper: Shopper
    basket: tuple[tuple[int, int], ...]
    path: tuple[int, ...]
    codes: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    late_days: int = 0
    test: bool = False
    cause: int | None = None
    cheat: str = ""

    @property
    def day(self) -> int:
        """The day it was placed."""
        return self.slot // SLOTS

    @property
    def net_cents(self) -> int:
        """Goods without tax."""
        return sum(SHELF[item].cents * pieces for item, pieces in self.basket)

    def placed_at(self, days: int) -> Instant:
        """The moment of the order."""
        return slot_start(self.slot, days) + self.minutes * MINUTE


def document(purchase: Purchase, stage: int, clicks: Sequence[str], days: int) -> dict[str, Any]:
    """The order as the shop reports it after its first ``stage`` changes; ``clicks`` are the ids of its path."""
    placed = purchase.placed_at(days)
    done = purchase.changes[:stage]
    net, tax = purchase.net_cents, _tax(purchase.net_cents + SHIPPING_CENTS)
    written: dict[str, Any] = {
        "order_id": str(purchase.number),
        "birth": f"b{purchase.number}",
        "ordered_at": format_rfc3339(placed),
        "modified_at": format_rfc3339(changed_at(purchase, stage, days)),
        "currency": CURRENCY,
        "status": _status(done),
        "lines": [_line(place, item, pieces) for place, (item, pieces) in enumerate(purchase.basket, 1)],
        "shipping": _money(SHIPPING_CENTS),
        "tax": _money(tax),
        "total": _money(net + SHIPPING_CENTS + tax),
        "clicks": list(clicks),
        "codes": list(purchase.codes),
        "country": "DE",
        "test": purchase.test,
    }
    if not purchase.shopper.withheld:
        written["buyer"] = {"customer_id": str(purchase.shopper.key), "email": purchase.shopper.email}
    refunds = [_refund(purchase, place, one, days) for place, one in enumerate(done) if one.event in REFUNDS]
    shipped = [place for place, one in enumerate(done, 1) if one.event is Event.SHIPPED]
    if refunds:
        written["refunds"] = refunds
    if shipped:
        written["fulfilled_at"] = format_rfc3339(changed_at(purchase, shipped[-1], days))
    return written


def changed_at(purchase: Purchase, stage: int, days: int) -> Instant:
    """When the order came into a state: some time before the evening on which it is told."""
    if stage == 0:
        return purchase.placed_at(days)
    moment = evening(purchase.changes[stage - 1].day, days) - (purchase.number % 9) * MINUTE + stage * SECOND
    return max(moment, purchase.placed_at(days) + stage * SECOND)


def _status(done: Sequence[Change]) -> str:
    for change in reversed(done):
        if change.event is Event.CANCELLED:
            return "cancelled"
        if change.event is Event.REVIVED:
            break
    return "captured"


def _line(place: int, item: int, pieces: int) -> dict[str, Any]:
    product = SHELF[item]
    return {
        "id": str(place),
        "product": product.name,
        "sku": product.sku,
        "category": product.category,
        "quantity": pieces,
        "net": _money(product.cents * pieces),
    }


def _refund(purchase: Purchase, place: int, change: Change, days: int) -> Mapping[str, Any]:
    known = {"id": f"{purchase.number}-{place}", "created_at": format_rfc3339(changed_at(purchase, place + 1, days))}
    if change.event is Event.AMOUNT_REFUND:
        return known | {"amount": _money(change.cents)}
    if change.event is Event.LINE_REFUND:
        cents = SHELF[purchase.basket[change.line][0]].cents
        lines = [{"line_id": str(change.line + 1), "net": _money(cents)}]
        return known | {"amount": _money(cents + _tax(cents)), "lines": lines, "tax": _money(_tax(cents))}
    net, tax = purchase.net_cents, _tax(purchase.net_cents + SHIPPING_CENTS)
    lines = [
        {"line_id": str(line), "net": _money(SHELF[item].cents * pieces)}
        for line, (item, pieces) in enumerate(purchase.basket, 1)
    ]
    gross = {"amount": _money(net + SHIPPING_CENTS + tax), "shipping": _money(SHIPPING_CENTS), "tax": _money(tax)}
    return known | gross | {"lines": lines}


def _tax(cents: int) -> int:
    return cents * _TAX_PERCENT // 100


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
