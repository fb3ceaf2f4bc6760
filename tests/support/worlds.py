"""Books that settle a world's deliveries as the product does, in memory, with a ledger of posted differences.

Joining states and folding orders are pure functions of what they are given, so a world remembers their results:
permutations of one world's deliveries ask for the same ones over and over. ``Books(..., remember=False)`` works all of
it out anew; a test holds both to the same ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fanshare.core.closing import close_next, sealed_with
from fanshare.core.crediting import creators_of, credit_order
from fanshare.core.facts import NOTHING_SEALED, Frozen, OrderFacts, OrderKey, Sealed
from fanshare.core.instants import Instant
from fanshare.core.ledger import (
    OWED,
    AccountKind,
    Placed,
    Transfer,
    differences,
    first_overdrawn,
    fold,
    pay_out,
)
from fanshare.core.ledger import posted as posted_by_settlement
from fanshare.core.order_join import join
from fanshare.core.orders import OrderState, OrderView
from fanshare.core.positions import positions
from fanshare.core.settlement import Part, desired
from tests.support.random_world import CREATORS, Folded, Snapshot, World, WorldOrder
from tests.support.sales import EPOCH


@dataclass
class Books:
    """What the product does with deliveries, without a database: join, fold the scopes, post the differences."""

    world: World
    now: Instant
    remember: bool = True
    states: dict[int, tuple[OrderState, ...]] = field(default_factory=dict)
    sealed: dict[int, Sealed] = field(default_factory=dict)
    frozen: dict[int, dict[int, Frozen]] = field(default_factory=dict)
    matured: dict[int, dict[int, Instant]] = field(default_factory=dict)
    parts: dict[int, list[Part]] = field(default_factory=dict)
    posted_to: dict[int, Snapshot] = field(default_factory=dict)
    transfers: list[Transfer] = field(default_factory=list)
    known: dict[int, OrderFacts] = field(default_factory=dict)

    def accept(self, order_id: int, state: OrderState) -> None:
        """One delivery: accept the state and settle everything it can influence."""
        states = self.states.get(order_id, ())
        if not any(state is one for one in states):
            self.states[order_id] = (*states, state)
            self.known.pop(order_id, None)
        facts = self.facts()
        order = next(order for order in facts if order.id == order_id)
        for creator in sorted(self.creators_of(order)):
            self.settle(creator, facts)

    def settle(self, creator: int, facts: Sequence[OrderFacts]) -> None:
        """Bring one creator's scope to what the facts ask for."""
        folded = self._folded(creator, facts)
        if folded.parts is self.parts.get(creator):
            return
        for order_id, matures_at in folded.matures_at.items():
            matured = self.matured.setdefault(order_id, {})
            if matured.get(creator) != matures_at:
                matured[creator] = matures_at
                self.known.pop(order_id, None)
        self.transfers += differences(self.posted_to.get(creator, {}), folded.places)
        self.posted_to[creator] = folded.places
        self.parts[creator] = folded.parts

    def desired(self, creator: int, facts: Sequence[OrderFacts]) -> list[Part]:
        return self._folded(creator, facts).parts

    def _folded(self, creator: int, facts: Sequence[OrderFacts]) -> Folded:
        mine = [order for order in facts if creator in self.creators_of(order)]
        sealed = self.sealed.get(creator, NOTHING_SEALED)
        key = (creator, self.now, id(sealed), *map(id, mine))
        found = self.world.memory.folds.get(key) if self.remember else None
        if found is None:
            parts = desired(creator, mine, self.world.book, self.now, sealed=sealed)
            found = Folded((sealed, mine), parts, self._places(parts), _ripening(parts))
            if self.remember:
                self.world.memory.folds[key] = found
        return found

    def _places(self, parts: Sequence[Part]) -> Snapshot:
        places: Snapshot = {}
        for part in parts:
            buyer = self.world.orders[part.order_id - 1].buyer_party
            places |= {key: standing.placed for key, standing in positions(part, buyer).items()}
        return places

    def creators_of(self, order: OrderFacts) -> frozenset[int]:
        """In whose scopes an order plays a part."""
        found = self.world.memory.creators.get(id(order)) if self.remember else None
        if found is None:
            found = frozenset(creators_of(order, credit_order(order, self.world.book)))
            if self.remember:
                self.world.memory.creators[id(order)] = found
        return found

    def settle_all(self) -> None:
        """What waking up does: time has passed, so everything is looked at again."""
        facts = self.facts()
        for creator in CREATORS:
            self.settle(creator, facts)

    def close_all(self) -> int:
        """Close every month that can close; how many did."""
        closed = 0
        for creator in CREATORS:
            for currency in sorted({order.view.currency for order in self.facts()}):
                while self._close(creator, currency):
                    closed += 1
        return closed

    def _close(self, creator: int, currency: str) -> bool:
        facts = [order for order in self.facts() if creator in self.creators_of(order)]
        sealed = self.sealed.get(creator, NOTHING_SEALED)
        parts = self.desired(creator, facts)
        closing = close_next(creator, currency, facts, parts, self.world.book, self.now, sealed)
        if closing is None:
            return False
        self.sealed[creator] = sealed_with(sealed, closing)
        for order_id, frozen in closing.frozen.items():
            self.frozen.setdefault(order_id, {})[creator] = frozen
            self.known.pop(order_id, None)
        return True

    def facts(self) -> list[OrderFacts]:
        return [self._facts(order) for order in self.world.orders if order.id in self.states]

    def _facts(self, order: WorldOrder) -> OrderFacts:
        found = self.known.get(order.id) if self.remember else None
        if found is None:
            found = self.known[order.id] = self._look_up(order)
        return found

    def _look_up(self, order: WorldOrder) -> OrderFacts:
        frozen, matured = self.frozen.get(order.id, {}), self.matured.get(order.id, {})
        view = self._view(order.id)
        key = (id(view), tuple(sorted(frozen)), tuple(map(id, frozen.values())), tuple(sorted(matured.items())))
        found = self.world.memory.facts.get(key) if self.remember else None
        if found is None:
            found = self._made(order, view, frozen, matured)
            if self.remember:
                self.world.memory.facts[key] = found
        return found

    def _view(self, order_id: int) -> OrderView:
        states = self.states[order_id]
        if not self.remember:
            return join(states)
        key = (order_id, frozenset(map(id, states)))
        if key not in self.world.memory.views:
            # The states are kept beside their join, so that no id is ever used twice.
            self.world.memory.views[key] = (states, join(states))
        return self.world.memory.views[key][1]

    def _made(
        self, order: WorldOrder, view: OrderView, frozen: dict[int, Frozen], matured: dict[int, Instant]
    ) -> OrderFacts:
        return OrderFacts(
            id=order.id,
            key=OrderKey(view.placed_at, 1, view.order_id),
            view=view,
            touches=order.touches,
            payers=order.payers,
            rulings=order.rulings,
            reports_fulfilment=order.ships,
            frozen=dict(frozen),
            matured_at=dict(matured),
        )

    def snapshot(self) -> Snapshot:
        """The ledger as far as money is concerned: every position that is not zero."""
        return {key: placed for places in self.posted_to.values() for key, placed in places.items()}

    def posted_of(self, order_id: int, creator: int) -> Snapshot:
        """The positions of one part."""
        return {key: placed for key, placed in self.posted_to.get(creator, {}).items() if key.order == order_id}

    @property
    def posted(self) -> dict[tuple[int, int], Part]:
        """Every part by (order, creator), as it was settled last."""
        return {(part.order_id, creator): part for creator, parts in self.parts.items() for part in parts}

    def capped_sums(self) -> dict[tuple[int, str, str, str], int]:
        """Per creator and capped period what was granted after the cap."""
        sums: dict[tuple[int, str, str, str], int] = {}
        for creator, parts in self.parts.items():
            for part in parts:
                for step in part.caps:
                    if step.cap is not None:
                        key = (creator, step.level.value, step.period, part.currency)
                        sums[key] = sums.get(key, 0) + step.after
        return sums

    def beyond_caps(self) -> list[tuple[int, str, str, str]]:
        """The capped periods in which more was granted than the highest cap in force during them."""
        caps = {
            (cap.level.value, cap.currency): max(terms.cap(cap.level, cap.currency) or 0 for terms in self.world.book)
            for terms in self.world.book
            for cap in terms.caps
        }
        return [key for key, granted in self.capped_sums().items() if granted > caps[key[1], key[3]]]

    def pay_all(self, payout: int) -> None:
        """Send everybody all that is available."""
        for balance, amount in sorted(fold(self.transfers).items()):
            if balance.account.kind is AccountKind.AVAILABLE and amount > 0 and balance.account.party is not None:
                self.transfers.append(pay_out(balance.account.party, amount, balance.currency, payout))

    def unsound(self) -> list[str]:
        """What is wrong with the ledger: nothing, if it is sound."""
        balances = fold(self.transfers)
        sums: dict[str, int] = {}
        for balance, amount in balances.items():
            sums[balance.currency] = sums.get(balance.currency, 0) + amount
        wrong = [f"{currency} does not balance" for currency, amount in sums.items() if amount]
        overdrawn = first_overdrawn(balances)
        if overdrawn is not None:
            wrong.append(f"{overdrawn} is overdrawn")
        found = {
            key: [Placed(kind, amount, currency) for (kind, currency), amount in here.items()]
            for key, here in posted_by_settlement(self.transfers).items()
            if here
        }
        if found != {key: [placed] for key, placed in self.snapshot().items()}:
            wrong.append("positions are not the sum of their transfers")
        owed = {b.currency: -amount for b, amount in balances.items() if b.account == OWED}
        for creator, parts in self.parts.items():
            wrong += [f"{part.order_id} of {creator}" for part in parts if sum(part.shares) != part.pool]
        if sum(owed.values()) != sum(part.pool for parts in self.parts.values() for part in parts):
            wrong.append("what the brand owes is not the sum of the pools")
        return wrong


def _ripening(parts: Sequence[Part]) -> dict[int, Instant]:
    """When each part with money in it is ready: what its positions remember."""
    return {part.order_id: part.matures_at for part in parts if part.pool and part.matures_at is not None}


__all__ = ["CREATORS", "EPOCH", "Books", "Snapshot", "World", "WorldOrder"]
