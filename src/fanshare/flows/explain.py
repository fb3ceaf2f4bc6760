"""What is written down about a part: the leaf, and how to tell whether it says anything new."""

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from fanshare.core.brought import Brought
from fanshare.core.facts import OrderFacts
from fanshare.core.leaf_of_part import settlement_of
from fanshare.core.positions import essence
from fanshare.core.settlement import Part, periods
from fanshare.core.settlement_leaf import Settlement, own_settlement
from fanshare.core.terms import Level, TermsBook
from fanshare.flows.holders import HolderBook
from fanshare.store.queries.parts import NO_CREDIT, Inputs, PartRow, PartStory


@dataclass(frozen=True, slots=True)
class Explanation:
    """A settlement to log: its leaf body and what belongs beside it."""

    order_id: int
    creator: int
    entry: Settlement
    print: str

    @property
    def body(self) -> dict[str, Any]:
        """The leaf body."""
        return self.entry.body()

    def row(self, inputs: Inputs, what: Brought, *, sealed: bool) -> PartRow:
        """What is written beside the leaf; ``sealed`` says whether closes have sealed all of the part."""
        previous = None if self.entry.previous is None else bytes.fromhex(self.entry.previous)
        return PartRow(self.order_id, self.creator, self.entry.seq, self.print, previous, sealed, inputs, what)


def inputs_of(part: Part) -> Inputs:
    """What a later fold needs of this part."""
    steps = {step.level: step for step in part.caps}
    amounts = {level: sum(piece.amount for piece in step.pieces) for level, step in steps.items()}
    return Inputs(
        currency=part.currency,
        placed_at=part.key.placed_at,
        day=steps[Level.DAY].period,
        week=steps[Level.WEEK].period,
        month=steps[Level.MONTH].period,
        tier=part.credited,
        in_day=amounts[Level.DAY],
        in_week=amounts[Level.WEEK],
        in_month=amounts[Level.MONTH],
        in_all=amounts[Level.ALL],
    )


def no_inputs(currency: str, facts: OrderFacts, book: TermsBook) -> Inputs:
    """The inputs of a part that has lost its credit: its place in time, and nothing at any level."""
    placed_at = facts.key.placed_at
    names = periods(placed_at, book.at(placed_at))
    return Inputs(currency, placed_at, names[Level.DAY], names[Level.WEEK], names[Level.MONTH], 0, 0, 0, 0, 0)


def withdrawn(story: PartStory) -> bool:
    """Whether the newest settlement took the credit away."""
    return story.print == NO_CREDIT


def fingerprint(part: Part, facts: OrderFacts, buyer_party: int | None) -> str:
    """A short hash of what a part says; equal as long as there is nothing new to tell."""
    told = repr((part.key.placed_at, essence(part, buyer_party, estimated=facts.view.estimated)))
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def explain_part(
    part: Part,
    facts: OrderFacts,
    buyer_party: int | None,
    story: PartStory | None,
    holders: HolderBook,
    print_: str,
) -> Explanation:
    """The next settlement of a part, following ``story``."""
    seq = 1 if story is None else story.seq + 1
    entry = settlement_of(
        part,
        order=holders.order(part.key.connection_id, part.key.external_id, part.creator),
        seq=seq,
        previous=None if story is None else story.leaf_hash,
        holders=holders.holders(part, buyer_party, seq),
    )
    if facts.view.estimated:
        entry = replace(entry, reasons=(*entry.reasons, "estimated"))
    return Explanation(part.order_id, part.creator, entry, print_)


def explain_withdrawal(pair: tuple[int, int], story: PartStory) -> Explanation:
    """The settlement of a part that has lost its credit: everything is zero now."""
    before = own_settlement(json.loads(story.body))
    entry = replace(
        before,
        seq=before.seq + 1,
        previous=story.leaf_hash,
        lines=(),
        uncapped=0,
        caps=(),
        pool=0,
        reasons=(NO_CREDIT,),
        shares=(),
        bonuses=(),
        limits=(),
        recurring=None,
        group="",
        fee=None,
        further=(),
    )
    return Explanation(*pair, entry, NO_CREDIT)
