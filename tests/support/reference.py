"""The fair share a second time: written from the words of the design, naively, in fractions, with loops and lists.

It shares nothing with ``fanshare.core`` but the types of its data. It knows open months only: what a close froze is
tested by what must not happen afterwards. Nothing here is quick, and nothing is clever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from fanshare.core.facts import OrderFacts
from fanshare.core.orders import Line
from fanshare.core.terms import Rule, Terms
from fanshare.core.touches import Touch
from tests.support.reference_evidence import DAY, EvidenceReader


@dataclass(frozen=True)
class Answer:
    """What the words of the design give one creator's part of one order. Micros."""

    order_id: int
    credit: Fraction
    new_buyer: bool
    fan: int | None
    uncapped: int
    pool: int
    creator_share: int
    fan_share: int
    buyer_share: int
    bucket: str
    fee: int = 0


def floor(number: Fraction) -> int:
    return number.numerator // number.denominator


def reference(creator: int, orders: Sequence[OrderFacts], versions: Sequence[Terms], now: int) -> list[Answer]:
    """Every part of a creator, in canonical order."""
    return _Reader(creator, orders, versions, now).answers()


class _Reader(EvidenceReader):
    # -- stage 3: the period's credited sales

    def month(self, order: OrderFacts) -> str:
        return self.local(order).strftime("%Y-%m")

    def local(self, order: OrderFacts) -> datetime:
        zone = ZoneInfo(self.in_force(order.key.placed_at).time_zone)
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=order.key.placed_at)).astimezone(zone)

    def sold(self, order: OrderFacts) -> int:
        """This creator's part of the kept goods."""
        credit = self.credits(order)[self.creator][0]
        return floor(credit * sum(self.kept_lines(order)))

    def sold_before(self, order: OrderFacts) -> int:
        total = 0
        for other in self.orders[: self.orders.index(order)]:
            same = self.month(other) == self.month(order) and other.view.currency == order.view.currency
            if same and self.creator in self.credits(other):
                total += self.sold(other)
        return total

    def sold_in_all(self, order: OrderFacts) -> int:
        """What the creator's sales of the order's month come to."""
        total = 0
        for other in self.orders:
            same = self.month(other) == self.month(order) and other.view.currency == order.view.currency
            if same and self.creator in self.credits(other):
                total += self.sold(other)
        return total

    # -- stage 4: lines and the part

    def uncapped(self, order: OrderFacts) -> int:
        credit, touch, _ = self.credits(order)[self.creator]
        terms = self.numbered(touch.terms_version)
        lines = self.kept_lines(order)
        whole, own = 0, 0
        in_all = self.sold_in_all(order)
        for index, line in enumerate(order.view.lines):
            start = self.sold_before(order) + floor(credit * sum(lines[:index]))
            end = self.sold_before(order) + floor(credit * sum(lines[: index + 1]))
            best: tuple[Fraction, int, int] | None = None
            for rule in terms.rules:
                if line.gift_card or not self.speaks_of(rule, line, order):
                    continue
                pool, tiered = granted(rule, line, lines[index], start, end, in_all)
                worth = credit * pool + tiered
                if best is None or worth > best[0]:
                    best = (worth, pool, tiered)
            if best is None:
                continue
            _, pool, tiered = best
            if touch.kind.value == "code" and terms.code_max_bps is not None:
                pool = min(pool, floor(Fraction(lines[index] * terms.code_max_bps, 10_000)))
                tiered = min(tiered, floor(Fraction((end - start) * terms.code_max_bps, 10_000)))
            whole += pool
            own += tiered
        bonus = self.bonus(order, lines)
        amount = floor(credit * (whole + bonus)) + own
        net = sum(lines)
        if bonus and touch.kind.value == "code" and terms.code_max_bps is not None:
            amount = min(amount, floor(Fraction(floor(credit * net) * terms.code_max_bps, 10_000)))
        percent = self.in_force(order.key.placed_at).margin_bps
        if percent is not None and net:
            spared = 0
            for line, kept in zip(order.view.lines, lines, strict=True):
                spared += floor(Fraction((line.discount or 0) * kept, line.net))
            room = floor(Fraction((net + spared) * percent, 10_000)) - spared
            amount = min(amount, floor(credit * room)) if room > 0 else 0
        return amount

    def bonus(self, order: OrderFacts, lines: list[int]) -> int:
        total = 0
        for rule in self.numbered(self.credits(order)[self.creator][1].terms_version).bonuses:
            goods = 0
            for line, kept in zip(order.view.lines, lines, strict=True):
                if self.speaks_of(rule, line, order):
                    goods += kept
                    if rule.per_buyer is None:
                        total += granted(rule, line, kept, 0, 0, 0)[0]
            if rule.per_buyer is not None:
                total += min(goods, rule.per_buyer)
        return total

    def speaks_of(self, rule: Rule, line: Line, order: OrderFacts) -> bool:
        kind = "new" if self.new_buyer(order) else "returning"
        if rule.buyers.value not in ("any", kind):
            return False
        if rule.countries and order.view.country not in rule.countries:
            return False
        if rule.bps is None and rule.currency != order.view.currency:
            return False
        touch = self.credits(order)[self.creator][1]
        if (rule.groups and touch.group not in rule.groups) or touch.group in rule.not_groups:
            return False
        if rule.months is not None and self.too_late(order, rule.months, touch):
            return False
        return not rule.products or line.product in rule.products

    def too_late(self, order: OrderFacts, months: int, touch: Touch) -> bool:
        """Whether so many months have gone by since this buyer's first kept order with the creator."""
        before = [other for other in self.history(order)[:-1] if self.counts(other)]
        if not before:
            return False
        zone = ZoneInfo(self.numbered(touch.terms_version).time_zone)
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        began = (epoch + timedelta(microseconds=before[0].key.placed_at)).astimezone(zone)
        year, month, day = began.year, began.month, began.day
        for _ in range(months):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        while True:
            try:
                ends = began.replace(year=year, month=month, day=day)
                break
            except ValueError:
                day -= 1
        return epoch + timedelta(microseconds=order.key.placed_at) >= ends

    # -- stage 5: caps, shares, buckets

    def periods(self, order: OrderFacts) -> list[tuple[str, str]]:
        day = self.local(order).date()
        monday = day - timedelta(days=day.weekday())
        return [("day", str(day)), ("week", str(monday)), ("month", self.month(order)), ("all", "")]

    def capped(self, levels: int) -> list[int]:
        """What every order has left after the first ``levels`` caps, each on the result of the one before."""
        credited = [order for order in self.orders if self.creator in self.credits(order)]
        if levels == 0:
            return [self.uncapped(order) for order in credited]
        before = self.capped(levels - 1)
        after = []
        for index, order in enumerate(credited):
            level, period = self.periods(order)[levels - 1]
            caps = [
                cap.amount
                for cap in self.in_force(order.key.placed_at).caps
                if cap.level.value == level and cap.currency == order.view.currency
            ]
            used = 0
            for other, amount in zip(credited[:index], before[:index], strict=True):
                same = self.periods(other)[levels - 1] == (level, period)
                if same and other.view.currency == order.view.currency:
                    used += amount
            if caps:
                after.append(min(used + before[index], caps[0]) - min(used, caps[0]))
            else:
                after.append(before[index])
        return after

    def answers(self) -> list[Answer]:
        credited = [order for order in self.orders if self.creator in self.credits(order)]
        pools = self.capped(4)
        return [self.answer(order, pool) for order, pool in zip(credited, pools, strict=True)]

    def answer(self, order: OrderFacts, pool: int) -> Answer:
        credit, touch, by_fan = self.credits(order)[self.creator]
        introducer = self.introducer(order)
        fan_share = floor(Fraction(pool * introducer.fan_bps, 10_000)) if introducer else 0
        buyer_share = floor(Fraction(pool * touch.buyer_bps, 10_000)) if by_fan else 0
        return Answer(
            order_id=order.id,
            credit=credit,
            new_buyer=self.new_buyer(order),
            fan=introducer.owner if introducer else None,
            uncapped=self.uncapped(order),
            pool=pool,
            creator_share=pool - fan_share - buyer_share,
            fan_share=fan_share,
            buyer_share=buyer_share,
            bucket=self.bucket(order, touch, introducer, pool),
            fee=floor(Fraction(pool * self.numbered(touch.terms_version).fee_bps, 10_000)),
        )

    def bucket(self, order: OrderFacts, touch: Touch, introducer: Touch | None, pool: int) -> str:
        began = order.view.fulfilled_at
        if began is None and not order.reports_fulfilment:
            began = order.key.placed_at
        matures_at = None if began is None else began + self.numbered(touch.terms_version).hold
        released = False
        until = 0
        ready = order.key.placed_at if matures_at is None else matures_at
        if self.shared(order, touch) or (introducer is not None and self.shared(order, introducer)):
            until = ready + 14 * DAY
        for ruling in sorted(order.rulings, key=lambda ruling: ruling.id):
            if ruling.creator in (None, self.creator):
                if ruling.kind.value == "held" and ruling.until is not None:
                    until, released = ruling.until, False
                released = released or ruling.kind.value == "released"
        if pool and not released and until > self.now:
            return "held"
        return "available" if matures_at is not None and matures_at <= self.now else "pending"

    def shared(self, order: OrderFacts, touch: Touch) -> bool:
        """Whether the click was credited to another buyer before."""
        for other in self.orders:
            if self.kept(other) and any(t.id == touch.id and t.kind.value == "link" for t in other.touches):
                mine = other is order or (self.buyer(order) != "" and self.buyer(other) == self.buyer(order))
                return not mine
        return False


def granted(rule: Rule, line: Line, kept: int, start: int, end: int, in_all: int) -> tuple[int, int]:
    """What a rule gives on one line: of the whole order, and of the creator's own sales of the month."""
    if rule.bps is not None:
        return floor(Fraction(kept * rule.bps, 10_000)), 0
    if rule.each is not None:
        return min(kept, floor(Fraction(rule.each * line.quantity * kept, line.net))) if line.net else 0, 0
    total = Fraction(0)
    low = 0
    for index, bracket in enumerate(rule.brackets):
        high = end if bracket.upto is None else bracket.upto
        portion = min(end, high) - max(start, low)
        rate = bracket.bps
        for before, later in zip(rule.brackets[index:], rule.brackets[index + 1 :], strict=False):
            if later.retroactive and before.upto is not None and in_all >= before.upto:
                rate = max(rate, later.bps)
        if portion > 0:
            total += Fraction(portion * rate, 10_000)
        low = high
    return 0, floor(total)
