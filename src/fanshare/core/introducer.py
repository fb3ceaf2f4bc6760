"""The introducer: the fan who first brought this buyer to this creator. DESIGN section 6.

Read over one buyer's orders with evidence of one creator, in canonical order, looking only back: at each order the
visible touches are those that this order and the ones before it carry.

* A fan's code typed at checkout introduces its own order, if the code is single-use or the buyer also clicked that
  fan's link.
* Else the first valid fan click of a buyer who, at that click, was new to the creator: no kept order with her before
  it, and within the window before it no visible valid touch of her own links and codes. She keeps the buyer for
  ``introducer_days`` after the click (0: the first order only). Nothing that comes later displaces her, and when her
  time is over nobody follows: the buyer is known by then.
* A buyer whose identity the shop withholds is nobody's known buyer: each such order stands alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from fanshare.core.instants import DAY, Instant
from fanshare.core.terms import Terms
from fanshare.core.touches import Touch, TouchKind, in_window

type TermsOf = Callable[[int], Terms]


@dataclass(frozen=True, slots=True)
class BuyerOrder:
    """What the introducer rule reads of one order: its time, its valid touches for this creator, whether it is kept.

    ``kept`` means alive, worth something, not a test, and credited to this creator at least in part. ``window`` is in
    microseconds, from the terms in force at ``placed_at``.
    """

    placed_at: Instant
    touches: tuple[Touch, ...]
    kept: bool
    window: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How the buyer stood at one order: new to the creator, and introduced by which touch (if any).

    ``first_at`` is when her first kept order with the creator was placed; ``None`` where none came before this one.
    It is no part of the printed form, by which settlements of old are recognised.
    """

    new_buyer: bool
    introduced_by: Touch | None
    first_at: Instant | None = field(default=None, repr=False)


@dataclass(slots=True)
class _History:
    """What is visible so far of one buyer and one creator."""

    terms_of: TermsOf
    visible: dict[str, Touch] = field(default_factory=dict)
    kept_at: list[Instant] = field(default_factory=list)
    established: Touch | None = None

    def see(self, touches: Iterable[Touch]) -> None:
        for touch in touches:
            self.visible.setdefault(touch.id if touch.kind is TouchKind.LINK else f"{touch.id}@{touch.at}", touch)

    def fan_clicks(self, order: BuyerOrder) -> list[Touch]:
        """Visible valid fan clicks that lie in this order's window, first one first."""
        clicks = (
            touch
            for touch in self.visible.values()
            if touch.by_fan and touch.kind is TouchKind.LINK and in_window(touch.at, order.placed_at, order.window)
        )
        return sorted(clicks, key=lambda touch: touch.order_key)

    def new_at(self, click: Touch, window: int) -> bool:
        """Whether the buyer was new to the creator when she made this fan click."""
        if any(kept_at < click.at for kept_at in self.kept_at):
            return False
        return not any(
            not touch.by_fan and touch.order_key < click.order_key and click.at - touch.at <= window
            for touch in self.visible.values()
        )

    def reaches(self, click: Touch, placed_at: Instant) -> bool:
        """Whether an order lies within the click's ``introducer_days`` (0: only the first order is asked at all)."""
        days = self.terms_of(click.terms_version).introducer_days
        return days == 0 or placed_at - click.at <= days * DAY


def standings(orders: Sequence[BuyerOrder], terms_of: TermsOf) -> list[Standing]:
    """The standing at each of one identified buyer's orders, which come in canonical order."""
    history = _History(terms_of)
    return [_standing(order, history) for order in orders]


def standing_alone(order: BuyerOrder, terms_of: TermsOf) -> Standing:
    """The standing at an order whose buyer the shop withholds: never new, introduced only by its own evidence."""
    found = _standing(order, _History(terms_of))
    return Standing(new_buyer=False, introduced_by=found.introduced_by)


def _standing(order: BuyerOrder, history: _History) -> Standing:
    """How the buyer stood at an order. One that is not kept is asked too, and leaves no trace for those after it.

    A close freezes the answer, and a cancellation or a full refund may be undone after that.
    """
    history.see(order.touches)
    first_at = history.kept_at[0] if history.kept_at else None
    by = _typed_fan_code(order, history)
    if by is None:
        by = _by_click(order, history, first=first_at is None)
        if order.kept and history.established is None:
            history.established = by
    if order.kept:
        history.kept_at.append(order.placed_at)
    return Standing(first_at is None, by, first_at)


def _typed_fan_code(order: BuyerOrder, history: _History) -> Touch | None:
    clicked = {touch.owner for touch in history.fan_clicks(order)}
    for touch in order.touches:
        if touch.kind is TouchKind.CODE and touch.by_fan and (touch.single_use or touch.owner in clicked):
            return touch
    return None


def _by_click(order: BuyerOrder, history: _History, *, first: bool) -> Touch | None:
    known = history.established
    if known is not None:
        days = history.terms_of(known.terms_version).introducer_days
        return known if days > 0 and order.placed_at - known.at <= days * DAY else None
    for click in history.fan_clicks(order):
        days = history.terms_of(click.terms_version).introducer_days
        if (first or days > 0) and history.reaches(click, order.placed_at) and history.new_at(click, order.window):
            return click
    return None
