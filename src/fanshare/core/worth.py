"""What is left of an order: nothing of one that was cancelled, withdrawn, denied, or counts elsewhere."""

from collections.abc import Mapping
from dataclasses import replace

from fanshare.core.facts import OrderFacts
from fanshare.core.instants import Instant
from fanshare.core.orders import OrderView, Status


def alive_view(order: OrderFacts, now: Instant) -> OrderView | None:
    """The order as far as it is worth anything now; ``None`` when it never was or no longer is."""
    view = order.view
    if view.net <= 0 or order.twin:
        return None
    if view.vanished:
        over = order.vanish_at is not None and now >= order.vanish_at
        return None if over else replace(view, status=Status.CAPTURED, test=False)
    if view.status is not Status.CAPTURED or view.test:
        return None
    return view


def without_lines(view: OrderView | None, denied: Mapping[str, str]) -> OrderView | None:
    """The order without the lines that a ruling denies; ``None`` when nothing is left."""
    if view is None or not denied:
        return view
    kept = tuple(0 if line.id in denied else amount for line, amount in zip(view.lines, view.kept, strict=True))
    return replace(view, kept=kept) if any(kept) else None
