"""Settlement: what everybody should have, as a pure function of the facts (DESIGN section 8).

``desired`` folds the orders of one creator in canonical order. Each stage reads only the ones before it:

1. touches and credits, from the order alone (``fanshare.core.crediting``);
2. how the buyer stood: new or returning, since when, introduced by whom (``fanshare.core.introducer``);
3. the period's running sum of credited net, by which tiers go: where each order lies in it, and what it comes to;
4. lines, bonuses and the creator's part, limits of the order itself applied (``fanshare.core.grants``);
5. caps per day, week, month and all, each on the result of the one before; then the shares.

What was posted is no input: the ledger posts the difference. A duplicate, a late delivery, a partial refund, a refund
after payout, a cancellation and its undoing are therefore one code path.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from fanshare.core import introducer
from fanshare.core.attribution import Credit
from fanshare.core.commission import LinePool, credited_net
from fanshare.core.crediting import Crediting, credit_order
from fanshare.core.cumulative import Piece, RunningSum, capped
from fanshare.core.facts import (
    FROM_THE_BEGINNING,
    NOTHING_SEALED,
    Frozen,
    OrderFacts,
    OrderKey,
    PeriodKey,
    Prefix,
    RulingKind,
    Sealed,
)
from fanshare.core.grants import NOTHING, Granted, Limit, Occasion, granted
from fanshare.core.instants import DAY, Instant, day_period, local_date, month_period, week_period
from fanshare.core.introducer import BuyerOrder, Standing
from fanshare.core.money import Micros, basis_points
from fanshare.core.orders import OrderView
from fanshare.core.recurrence import Recurring
from fanshare.core.sharing import Shares, share
from fanshare.core.terms import Level, Terms, TermsBook
from fanshare.core.touches import Skip, Touch, TouchKind
from fanshare.core.worth import alive_view, without_lines

#: A further buyer of one click is held this long after its share would be ready, then released.
SHARED_HOLD = 14 * DAY
SHARED = "shared"
TIER = "tier"


class Bucket(StrEnum):
    """Where a position's money is."""

    PENDING = "pending"
    AVAILABLE = "available"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class CapStep:
    """One cap applied: the pieces the amount occupies in its period, the cap, and what is left of it."""

    level: Level
    period: str
    cap: Micros | None
    pieces: tuple[Piece, ...]
    after: Micros


@dataclass(frozen=True, slots=True)
class Hold:
    """A part (or one party's share of it) is being checked until a date, for a reason. Expiry releases it."""

    until: Instant
    reason: str
    party: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One creator's part of one order: the amounts, where they are, and everything needed to explain them.

    ``uncapped`` is the commission before caps, ``shares`` sum to ``pool``, the commission after them; ``fee`` is the
    operator's, on top of it. ``ripe`` says that ``matures_at`` has passed; ``next_at`` is
    the next moment at which time alone changes something.
    """

    order_id: int
    key: OrderKey
    creator: int
    currency: str
    terms: Terms
    credit: Credit
    standing: Standing
    lines: tuple[LinePool, ...]
    credited: Micros
    tier_pieces: tuple[Piece, ...]
    uncapped: Micros
    caps: tuple[CapStep, ...]
    pool: Micros
    shares: Shares
    ripe: bool
    matures_at: Instant | None
    hold: Hold | None
    denied: str
    skipped: tuple[tuple[Touch, Skip], ...]
    next_at: Instant | None
    bonuses: tuple[LinePool, ...] = ()
    limits: tuple[Limit, ...] = ()
    recurring: Recurring | None = None
    fee: Micros = 0

    @property
    def fan(self) -> int | None:
        """The party id of the fan who brought the buyer."""
        return self.standing.introduced_by.owner if self.standing.introduced_by else None

    def bucket(self, party: int | None) -> Bucket:
        """Where a party's share is: held, else pending, else available."""
        if self.hold is not None and self.hold.party in (None, party):
            return Bucket.HELD
        return Bucket.AVAILABLE if self.ripe else Bucket.PENDING

    @property
    def by_fan(self) -> bool:
        """Whether a fan's link or code decided this part, so that the buyer's part applies."""
        return self.credit.touch.by_fan


def desired(
    creator: int,
    orders: Sequence[OrderFacts],
    book: TermsBook,
    now: Instant,
    *,
    sealed: Sealed = NOTHING_SEALED,
    click_owner: Mapping[str, str] | None = None,
    prefix: Prefix = FROM_THE_BEGINNING,
) -> list[Part]:
    """Every part of ``creator`` in ``orders`` from ``prefix.start`` on, in canonical order, as of ``now``.

    ``orders`` hold the whole scope: all orders of the buyers concerned and, where caps or tiers exist, all orders of
    the creator that are not sealed. ``click_owner`` maps a click id to the buyer whom it credits first; without it,
    it is worked out from ``orders``. Orders before ``prefix.start`` tell only how their buyers stood.
    """
    ordered = sorted(orders, key=lambda order: order.key)
    creditings = {order.id: credit_order(order, book) for order in ordered}
    owners = click_owners(ordered, now) if click_owner is None else click_owner
    fold = _Fold(creator, book, now, sealed, owners, prefix.sums)
    standings = fold.standings(ordered, creditings)
    mine = [
        order for order in ordered if creator in creditings[order.id].credits and order.key.placed_at >= prefix.start
    ]
    sold = [fold.sold(order, creditings[order.id]) for order in mine]
    return [
        fold.part(order, creditings[order.id], standings[order.id], here)
        for order, here in zip(mine, sold, strict=True)
    ]


def click_owners(orders: Iterable[OrderFacts], now: Instant) -> dict[str, str]:
    """For every click id the buyer of the first kept order (canonically) that names it."""
    owners: dict[str, str] = {}
    for order in sorted(orders, key=lambda order: order.key):
        if alive_view(order, now) is not None:
            for touch in order.touches:
                if touch.kind is TouchKind.LINK:
                    owners.setdefault(touch.id, order.buyer)
    return owners


def periods(placed_at: Instant, terms: Terms) -> dict[Level, str]:
    """The names of the periods an order falls into, in the terms' time zone."""
    day = local_date(placed_at, terms.zone)
    return {
        Level.DAY: day_period(day),
        Level.WEEK: week_period(day),
        Level.MONTH: month_period(day),
        Level.ALL: "",
    }


class _Sold(NamedTuple):
    """What is left of an order (``None``: nothing), and where the creator's part of its goods lies in her month."""

    view: OrderView | None
    credited: Micros
    pieces: tuple[Piece, ...]
    month: PeriodKey


class _Fold:
    """The running state of one creator's fold: a running sum per period, and what does not change meanwhile."""

    def __init__(
        self,
        creator: int,
        book: TermsBook,
        now: Instant,
        sealed: Sealed,
        owners: Mapping[str, str],
        before: Mapping[PeriodKey, Micros],
    ) -> None:
        self.creator = creator
        self.book = book
        self.now = now
        self.owners = owners
        self.sealed = sealed
        self.before = before
        self.sums: dict[PeriodKey, RunningSum] = {}

    def running(self, level: str, period: str, currency: str) -> RunningSum:
        key = PeriodKey(level, period, currency)
        found = self.sums.get(key)
        if found is None:
            top = self.sealed.sums.get(key, 0) + self.before.get(key, 0)
            found = RunningSum(top, self.sealed.pieces.get(key, {}))
            self.sums[key] = found
        return found

    def standings(self, ordered: Sequence[OrderFacts], creditings: Mapping[int, Crediting]) -> dict[int, Standing]:
        """Stage 2, buyer by buyer; a closed month's orders keep what it froze.

        An exchange stands as the order it exchanges: it is asked right behind it, and gets the same answer.
        """
        by_buyer: dict[str, list[OrderFacts]] = defaultdict(list)
        for order in ordered:
            by_buyer[order.buyer].append(order)
        found: dict[int, Standing] = {}
        for listed in by_buyer.values():
            orders = sorted(listed, key=lambda order: (order.judged.key, order.key))
            asked = [self._buyer_order(order, creditings[order.id]) for order in orders]
            if orders[0].view.buyer.identity:
                answers = introducer.standings(asked, self.book.version)
            else:
                answers = [introducer.standing_alone(asked[0], self.book.version)]
            by_id = dict(zip((order.id for order in orders), answers, strict=True))
            for order in orders:
                answer = by_id.get(order.judged.id, by_id[order.id])
                found[order.id] = self._thawed(order, answer, creditings[order.id])
        return found

    def _buyer_order(self, order: OrderFacts, crediting: Crediting) -> BuyerOrder:
        placed_at = order.judged.key.placed_at
        return BuyerOrder(
            placed_at=placed_at,
            touches=tuple(touch for touch in crediting.judged.valid if touch.creator == self.creator),
            kept=self.creator in crediting.credits and alive_view(order, self.now) is not None,
            window=self.book.at(placed_at).window,
        )

    def _thawed(self, order: OrderFacts, answer: Standing, crediting: Crediting) -> Standing:
        """What a close froze stands, unless a ruling (a fact of the order itself) says who brought the buyer."""
        frozen: Frozen | None = order.frozen.get(self.creator) or order.judged.frozen.get(self.creator)
        new_buyer = answer.new_buyer if frozen is None else frozen.new_buyer
        first_at = answer.first_at if frozen is None else frozen.first_at
        credit = crediting.credits.get(self.creator)
        if credit is not None and credit.touch.id.startswith("ruling:"):
            return Standing(new_buyer, credit.touch if credit.touch.by_fan else None, first_at)
        return Standing(new_buyer, answer.introduced_by if frozen is None else frozen.introduced_by, first_at)

    def sold(self, order: OrderFacts, crediting: Crediting) -> _Sold:
        """Stage 3, order by order."""
        denied = crediting.denial(self.creator)
        view = None if denied else without_lines(alive_view(order, self.now), crediting.denied_lines)
        credited = credited_net(view.net, crediting.credits[self.creator].fraction) if view else 0
        placed_at = order.key.placed_at
        month = month_period(local_date(placed_at, self.book.at(placed_at).zone))
        pieces = self.running(TIER, month, order.view.currency).place(order.id, credited)
        return _Sold(view, credited, pieces, PeriodKey(TIER, month, order.view.currency))

    def part(self, order: OrderFacts, crediting: Crediting, standing: Standing, sold: _Sold) -> Part:
        """Stages 4 and 5 and the shares of one order."""
        credit = crediting.credits[self.creator]
        terms = self.book.version(credit.touch.terms_version)
        found = self._granted(order, sold, credit, standing, terms)
        caps = self._caps(order, found.amount)
        pool = caps[-1].after
        introduced = standing.introduced_by
        shares = share(
            pool,
            introduced.fan_bps if introduced else 0,
            credit.touch.buyer_bps,
            introduced=introduced is not None,
            by_fan=credit.touch.by_fan,
        )
        matures_at = self._matures_at(order, terms)
        # What is worth nothing holds nothing; a close, which ends a shared hold, then changes nothing about it.
        hold = self._hold(order, credit, standing, matures_at) if pool else None
        return Part(
            order_id=order.id,
            key=order.key,
            creator=self.creator,
            currency=order.view.currency,
            terms=terms,
            credit=credit,
            standing=standing,
            lines=found.lines,
            credited=sold.credited,
            tier_pieces=sold.pieces,
            uncapped=found.amount,
            caps=caps,
            pool=pool,
            shares=shares,
            ripe=matures_at is not None and matures_at <= self.now,
            matures_at=matures_at,
            hold=hold,
            denied=crediting.denial(self.creator),
            skipped=crediting.judged.skipped,
            next_at=self._next_at(order, matures_at, hold.until if hold else None),
            bonuses=found.bonuses,
            limits=found.limits,
            recurring=found.recurring,
            fee=basis_points(pool, terms.fee_bps),
        )

    def _granted(self, order: OrderFacts, sold: _Sold, credit: Credit, standing: Standing, terms: Terms) -> Granted:
        if sold.view is None:
            return NOTHING
        touch = credit.touch
        asked = Occasion(
            standing.new_buyer,
            standing.first_at,
            credit.fraction,
            touch.kind is TouchKind.CODE,
            touch.group,
            self._month_total(sold.month),
        )
        return granted(terms, sold.view, asked, sold.pieces, self.book.at(order.key.placed_at).margin_bps)

    def _month_total(self, month: PeriodKey) -> Micros:
        """What the creator's sales of a month come to; of a closed month, what they came to at its first close."""
        at_close = self.sealed.months.get(month)
        return self.sums[month].top if at_close is None else at_close

    def _caps(self, order: OrderFacts, uncapped: Micros) -> tuple[CapStep, ...]:
        terms = self.book.at(order.key.placed_at)
        amount, steps = uncapped, []
        for level, period in periods(order.key.placed_at, terms).items():
            pieces = self.running(level, period, order.view.currency).place(order.id, amount)
            cap = terms.cap(level, order.view.currency)
            if cap is not None:
                amount = capped(pieces, cap)
            steps.append(CapStep(level, period, cap, pieces, amount))
        return tuple(steps)

    def _matures_at(self, order: OrderFacts, terms: Terms) -> Instant | None:
        """When the share is ready; a moment that has passed never moves; ``None`` while the shop has not shipped."""
        posted = order.matured_at.get(self.creator)
        if posted is not None and posted <= self.now:
            return posted
        began = order.view.fulfilled_at
        if began is None and order.reports_fulfilment:
            return None
        return (order.key.placed_at if began is None else began) + terms.hold

    def _hold(self, order: OrderFacts, credit: Credit, standing: Standing, matures_at: Instant | None) -> Hold | None:
        """What holds the part now; expiry releases it, and so does a ruling."""
        hold = self._shared(order, credit, standing, matures_at)
        for ruling in sorted(order.rulings, key=lambda ruling: ruling.id):
            if ruling.creator not in (None, self.creator) or ruling.line:
                continue
            if ruling.kind is RulingKind.HELD and ruling.until is not None:
                hold = Hold(ruling.until, ruling.reason, ruling.party)
            elif ruling.kind is RulingKind.RELEASED:
                hold = None
        return hold if hold is not None and hold.until > self.now else None

    def _shared(self, order: OrderFacts, credit: Credit, standing: Standing, matures_at: Instant | None) -> Hold | None:
        """A click id credits one buyer: what further buyers bring by it is looked at before it is ready.

        A closed month is past that: an order of another buyer that comes to light later does not hold its shares.
        """
        if self.creator in order.frozen:
            return None
        evidence = (credit.touch, standing.introduced_by)
        buyers = {order.buyer, order.judged.buyer}
        if all(touch is None or self.owners.get(touch.id, order.buyer) in buyers for touch in evidence):
            return None
        return Hold((order.key.placed_at if matures_at is None else matures_at) + SHARED_HOLD, SHARED)

    def _next_at(self, order: OrderFacts, *moments: Instant | None) -> Instant | None:
        vanish_at = order.vanish_at if order.view.vanished else None
        return min((at for at in (vanish_at, *moments) if at is not None and at > self.now), default=None)
