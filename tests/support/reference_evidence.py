"""The first half of the naive reference: who earns which fraction of an order, and who brought its buyer."""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

from fanshare.core.facts import OrderFacts, Ruling
from fanshare.core.terms import Terms
from fanshare.core.touches import Touch

MINUTE = 60 * 1_000_000
DAY = 24 * 60 * MINUTE


class EvidenceReader:
    """Reads touches, rulings and histories; remembers nothing, works everything out again for every question."""

    def __init__(self, creator: int, orders: Sequence[OrderFacts], versions: Sequence[Terms], now: int) -> None:
        self.creator = creator
        self.versions = sorted(versions, key=lambda terms: (terms.effective_at, terms.version))
        self.now = now
        self.orders = list(orders)
        # Canonical order: placed_at, connection, order id. Selection sort, because it is short and obvious.
        for i in range(len(self.orders)):
            for j in range(i + 1, len(self.orders)):
                a, b = self.orders[i].key, self.orders[j].key
                if (b[0], b[1], b[2]) < (a[0], a[1], a[2]):
                    self.orders[i], self.orders[j] = self.orders[j], self.orders[i]

    # -- terms

    def in_force(self, at: int) -> Terms:
        found = self.versions[0]
        for terms in self.versions:
            if terms.effective_at <= at:
                found = terms
        return found

    def numbered(self, number: int) -> Terms:
        return next(terms for terms in self.versions if terms.version == number)

    # -- stage 1: touches and credits

    def owns(self, order: OrderFacts, party: int) -> bool:
        """Whether a party is known to have paid, early enough."""
        began = order.key.placed_at if order.view.fulfilled_at is None else order.view.fulfilled_at
        ready = began + self.in_force(order.key.placed_at).hold
        return any(who == party and known_at <= ready for who, known_at in order.payers)

    def why_not(self, order: OrderFacts, touch: Touch) -> str:
        terms, placed_at = self.in_force(order.key.placed_at), order.key.placed_at
        if not touch.live:
            return "not live"
        if not touch.human:
            return "not human"
        if touch.at > placed_at + 5 * MINUTE or placed_at - touch.at > terms.window:
            return "window"
        late = touch.at >= placed_at - terms.stand_down
        if order.view.evidence.checkout_started_at is not None:
            late = touch.at >= order.view.evidence.checkout_started_at
        jumps_in = touch.link_class.value in ("coupon", "extension") and touch.kind.value == "link"
        if jumps_in and not touch.pinned_live and (touch.user_activation is False or touch.checkout_referrer or late):
            return "stands down"
        if self.owns(order, touch.owner) or self.owns(order, touch.creator):
            return "own"
        return ""

    def in_time(self, touches: Sequence[Touch]) -> list[Touch]:
        return sorted(touches, key=lambda touch: (touch.at, touch.id))

    def valid(self, order: OrderFacts) -> list[Touch]:
        return self.in_time([touch for touch in order.touches if not self.why_not(order, touch)])

    def credits(self, order: OrderFacts) -> dict[int, tuple[Fraction, Touch, bool]]:
        """Per creator: fraction, touch, whether a fan's link or code decided."""
        touches = [(touch, touch.owner != touch.creator) for touch in self.valid(order)]
        if not touches:
            # Own evidence earns no fan and no buyer anything; the sale is the creator's all the same.
            for touch in self.in_time(order.touches):
                fan_bought = touch.owner != touch.creator and not self.owns(order, touch.creator)
                if self.why_not(order, touch) == "own" and fan_bought:
                    touches.append((touch, False))
        found = self.by_policy(order, touches) if touches else {}
        for ruling in sorted(order.rulings, key=lambda ruling: ruling.id):
            if ruling.kind.value == "reassigned":
                found = self.reassigned(order, found, ruling)
        return found

    def by_policy(
        self, order: OrderFacts, touches: list[tuple[Touch, bool]]
    ) -> dict[int, tuple[Fraction, Touch, bool]]:
        terms = self.in_force(order.key.placed_at)
        policy = terms.policy.value
        evidence = order.view.evidence
        if policy in ("linear", "position", "decay") and not evidence.whole_path and len(evidence.clicks) < 2:
            policy = "last"
        codes = [(touch, by_fan) for touch, by_fan in touches if touch.kind.value == "code"]
        if policy == "code_first":
            one = codes[0] if codes else touches[-1]
            return {one[0].creator: (Fraction(1), *one)}
        if policy in ("first", "last"):
            one = touches[0] if policy == "first" else touches[-1]
            return {one[0].creator: (Fraction(1), *one)}
        creators: list[int] = []
        for touch, _ in touches:
            if touch.creator not in creators:
                creators.append(touch.creator)
        mine = {who: [one for one in touches if one[0].creator == who] for who in creators}
        if policy == "decay":
            newest = max(touch.at for touch, _ in touches)
            weights = {who: decayed(newest - mine[who][-1][0].at, terms.half_life) for who in creators}
            whole = sum(weights.values())
            return {who: (Fraction(weights[who], whole), *mine[who][-1]) for who in creators if weights[who]}
        parts = {who: Fraction(1, len(creators)) for who in creators}
        if policy == "position" and len(creators) > 2:
            parts = {who: Fraction(20, 100) / (len(creators) - 2) for who in creators}
            parts[creators[0]] = parts[creators[-1]] = Fraction(40, 100)
        return {who: (parts[who], *mine[who][0]) for who in creators}

    def reassigned(
        self, order: OrderFacts, before: dict[int, tuple[Fraction, Touch, bool]], ruling: Ruling
    ) -> dict[int, tuple[Fraction, Touch, bool]]:
        assert ruling.creator is None
        assert ruling.to_creator is not None
        terms = self.in_force(order.key.placed_at)
        owner = ruling.to_owner or ruling.to_creator
        touch = Touch(
            id="ruling:" + str(ruling.id),
            kind=type(order.touches[0].kind)("code"),
            at=order.key.placed_at,
            creator=ruling.to_creator,
            owner=owner,
            asset=0,
            terms_version=terms.version,
            fan_bps=terms.fan_bps,
            buyer_bps=terms.buyer_bps,
        )
        return {ruling.to_creator: (Fraction(1), touch, owner != ruling.to_creator)}

    # -- what an order is worth

    def kept(self, order: OrderFacts) -> bool:
        """Alive, worth something, not a test."""
        view = order.view
        if sum(view.kept) <= 0:
            return False
        if view.vanished:
            return order.vanish_at is None or self.now < order.vanish_at
        return view.status.value == "captured" and not view.test

    def kept_lines(self, order: OrderFacts) -> list[int]:
        """Micros kept of every line that counts for this creator."""
        if not self.kept(order):
            return [0] * len(order.view.lines)
        kept = list(order.view.kept)
        for ruling in order.rulings:
            if ruling.kind.value != "denied":
                continue
            for index, line in enumerate(order.view.lines):
                if ruling.line == line.id or (not ruling.line and ruling.creator in (None, self.creator)):
                    kept[index] = 0
        return kept

    # -- stage 2: newness and the introducer

    def buyer(self, order: OrderFacts) -> str:
        who = order.view.buyer
        return "customer " + who.customer if who.customer else "mail " + who.email if who.email else ""

    def history(self, order: OrderFacts) -> list[OrderFacts]:
        """This buyer's orders up to and with this one; a withheld buyer has no other."""
        if not self.buyer(order):
            return [order]
        upto = self.orders.index(order) + 1
        return [other for other in self.orders[:upto] if self.buyer(other) == self.buyer(order)]

    def counts(self, order: OrderFacts) -> bool:
        """Whether it is a kept order with this creator."""
        return self.kept(order) and self.creator in self.credits(order)

    def new_buyer(self, order: OrderFacts) -> bool:
        return self.buyer(order) != "" and not any(self.counts(other) for other in self.history(order)[:-1])

    def introducer(self, order: OrderFacts) -> Touch | None:
        """Replays the buyer's whole history for every question; an order without worth is asked as if it had some."""
        ruled = self.credits(order)[self.creator][1]
        if ruled.id.startswith("ruling:"):
            return ruled if ruled.owner != ruled.creator else None
        first_click: Touch | None = None
        answer: Touch | None = None
        story = self.history(order)
        for index, one in enumerate(story):
            answer = None
            if one is not order and not self.counts(one):
                continue
            kept_before = [other for other in story[:index] if self.counts(other)]
            seen = [t for other in story[: index + 1] for t in self.valid(other) if t.creator == self.creator]
            answer = self.typed(one, seen)
            if answer is not None:
                continue
            if first_click is not None:
                answer = first_click if self.still_hers(first_click, one, first=False) else None
                continue
            for touch in self.in_time(seen):
                hers = touch.owner != touch.creator and touch.kind.value == "link"
                visible = self.in_window(touch, one) and self.still_hers(touch, one, first=not kept_before)
                if hers and visible and self.was_new(touch, one, kept_before, seen):
                    first_click = answer = touch
                    break
        return answer

    def in_window(self, touch: Touch, order: OrderFacts) -> bool:
        window = self.in_force(order.key.placed_at).window
        return touch.at <= order.key.placed_at + 5 * MINUTE and order.key.placed_at - touch.at <= window

    def typed(self, order: OrderFacts, seen: Sequence[Touch]) -> Touch | None:
        for touch in self.valid(order):
            if touch.creator != self.creator or touch.owner == touch.creator or touch.kind.value != "code":
                continue
            clicked = any(
                other.kind.value == "link" and other.owner == touch.owner and self.in_window(other, order)
                for other in seen
            )
            if touch.single_use or clicked:
                return touch
        return None

    def still_hers(self, touch: Touch, order: OrderFacts, *, first: bool) -> bool:
        days = self.numbered(touch.terms_version).introducer_days
        if days == 0:
            return first
        return order.key.placed_at <= touch.at + days * DAY

    def was_new(
        self, touch: Touch, order: OrderFacts, kept_before: Sequence[OrderFacts], seen: Sequence[Touch]
    ) -> bool:
        if any(other.key.placed_at < touch.at for other in kept_before):
            return False
        window = self.in_force(order.key.placed_at).window
        for other in seen:
            earlier = (other.at, other.id) < (touch.at, touch.id)
            if other.owner == other.creator and earlier and touch.at - other.at <= window:
                return False
        return True


def decayed(age: int, half_life: int) -> int:
    """round(2^32 x 2^(-age/half_life)), by the exponential function in eighty digits."""
    with localcontext() as context:
        context.prec = 80
        exact = (Decimal(2).ln() * (Decimal(32) - Decimal(age) / Decimal(half_life))).exp()
        return int((exact + Decimal("0.5")).to_integral_value("ROUND_FLOOR"))
