"""Settle: bring the books to what the facts ask for, some hundred orders at a time.

One transaction: claim due orders, lock the scopes of their creators in id order, load the facts, fold, post every
difference, write down what changed, append the leaves last. Running it again posts nothing; two workers never fold
one scope at once; what a crash undoes is claimed again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from fanshare.core.brought import NOTHING, brought
from fanshare.core.closing import fully_sealed
from fanshare.core.facts import FROM_THE_BEGINNING, NOTHING_SEALED
from fanshare.core.instants import Instant
from fanshare.core.ledger import FeeKey, Placed, PositionKey, Transfer, differences, fee_differences
from fanshare.core.positions import Standing, positions
from fanshare.core.settlement import Part, desired
from fanshare.core.terms import TermsBook
from fanshare.flows.accept import MOVED, NOTICE
from fanshare.flows.explain import (
    Explanation,
    explain_part,
    explain_withdrawal,
    fingerprint,
    inputs_of,
    no_inputs,
    withdrawn,
)
from fanshare.flows.holders import HolderBook
from fanshare.store import books, ledger, log_store
from fanshare.store.access import Access
from fanshare.store.queries import exchanges, parts, prefixes, scopes
from fanshare.store.queries.orders import OrderRows
from fanshare.store.queries.parts import PartStory
from fanshare.store.queries.scopes import Scope

BATCH = 300


@dataclass(slots=True)
class Settled:
    """What one batch did."""

    orders: int = 0
    parts: int = 0
    transfers: int = 0
    leaves: int = 0


@dataclass(slots=True)
class Folded:
    """The outcome of folding a scope: what every part should be, beside the pairs that were looked at."""

    parts: dict[tuple[int, int], Part] = field(default_factory=dict)
    looked_at: set[tuple[int, int]] = field(default_factory=set)


def settle(access: Access, book: TermsBook, holders: HolderBook, now: Instant, *, batch: int = BATCH) -> Settled:
    """Settle up to ``batch`` due orders in one transaction. ``orders`` is 0 when nothing was due."""
    with access.transaction():
        claimed = parts.claim(access, now, batch)
        if not claimed:
            return Settled()
        # Off the list first: settling may put an order on it again, for a later moment and the same reason.
        parts.done(access, claimed)
        return settle_orders(access, book, holders, claimed, now)


def settle_orders(
    access: Access, book: TermsBook, holders: HolderBook, claimed: Collection[tuple[int, str]], now: Instant
) -> Settled:
    """Settle claimed orders, each with why, and whatever they influence, inside the caller's transaction."""
    wanted = exchanges.heirs(access, {order for order, _ in claimed})
    moved = {order for order, why in claimed if why == MOVED}
    wanted |= OrderRows(access).heeding(wanted, now - NOTICE, moved=moved)  # time, too, decides whom a click credits
    creators = scopes.creators_of(access, wanted)
    scopes.lock(access, creators)
    whole = book.needs_period
    if whole:
        prefixes.keep(access, creators)
    scope = scopes.load(
        access, creators, wanted, whole_period=whole, notice=NOTICE, now=now, begin=book.reach, kept=whole
    )
    folded = fold(scope, creators, book, now)
    posting = _post(access, scope, folded, now, fees=any(terms.fee_bps for terms in book))
    _look_again(access, folded)
    leaves = _explain(access, scope, folded, holders, book, posting, now)
    return Settled(len(wanted), len(folded.parts), posting.transfers, leaves)


def fold(scope: Scope, creators: Iterable[int], book: TermsBook, now: Instant) -> Folded:
    """Every part that the loaded facts ask for, from where each creator's scope begins."""
    folded = Folded()
    for creator in sorted(creators):
        sealed = scope.sealed.get(creator, NOTHING_SEALED)
        prefix = scope.prefixes.get(creator, FROM_THE_BEGINNING)
        orders = scope.orders_of(creator)
        folded.looked_at |= {(order.id, creator) for order in orders if order.key.placed_at >= prefix.start}
        found = desired(creator, orders, book, now, sealed=sealed, click_owner=scope.click_owner, prefix=prefix)
        folded.parts |= {(part.order_id, creator): part for part in found}
    return folded


def _post(access: Access, scope: Scope, folded: Folded, now: Instant, *, fees: bool) -> ledger.Posting:
    before = {key: one for key, one in scope.positions.items() if (key.order, key.creator) in folded.looked_at}
    after: dict[PositionKey, Standing] = {}
    for part in folded.parts.values():
        after |= positions(part, scope.buyer_parties[part.order_id])
    matures_at = {pair: part.matures_at for pair, part in folded.parts.items()}
    transfers = differences(
        {key: one.placed for key, one in before.items() if one.placed.amount},
        {key: one.placed for key, one in after.items()},
    )
    if fees:
        transfers += _fees(access, folded)
    posting = ledger.post(access, transfers, at=now)
    books.write_positions(access, _changed(before, after, matures_at))
    return posting


def _fees(access: Access, folded: Folded) -> list[Transfer]:
    """The missing movements of the operator's fee: of the parts that were looked at, and of no other."""
    posted = books.fees(access, sorted({order for order, _ in folded.looked_at}))
    mine = {key: amount for key, amount in posted.items() if (key.order, key.creator) in folded.looked_at}
    wanted = {FeeKey(*pair, part.currency): part.fee for pair, part in folded.parts.items() if part.fee}
    return fee_differences(mine, wanted)


def _changed(
    before: Mapping[PositionKey, books.Position],
    after: Mapping[PositionKey, Standing],
    matures_at: Mapping[tuple[int, int], Instant | None],
) -> Iterable[books.Position]:
    """The rows of positions that are new, differ, or are empty now. A position keeps its public handle.

    An emptied position goes on carrying the moment at which its part is ready: it is read from any row of the part.
    """
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if new is None:
            assert old is not None
            ready = matures_at.get((key.order, key.creator), old.matures_at)
            new = Standing(Placed(old.placed.bucket, 0, old.placed.currency), ready, None)
        if old is None or (old.placed, old.matures_at, old.held_until) != (new.placed, new.matures_at, new.held_until):
            token = parts.new_token() if old is None else old.why_token
            yield books.Position(key, new.placed, new.matures_at, new.held_until, token)


def _explain(
    access: Access,
    scope: Scope,
    folded: Folded,
    holders: HolderBook,
    book: TermsBook,
    posting: ledger.Posting,
    now: Instant,
) -> int:
    """Log the batch of transfers, and keep the explanation of every part that says something new."""
    stories = parts.stories(access, folded.looked_at)
    holders.load(access, _parties(folded, scope))
    told: list[Explanation] = []
    rows: list[parts.PartRow] = []
    marks: dict[tuple[int, int], bool] = {}
    for pair in sorted(folded.looked_at):
        part, story = folded.parts.get(pair), stories.get(pair)
        sealed = part is not None and _sealed(scope, part)
        explanation = _tell(scope, part, story, holders, pair)
        if explanation is not None:
            told.append(explanation)
            inputs = inputs_of(part) if part else no_inputs(explanation.entry.currency, scope.facts[pair[0]], book)
            rows.append(explanation.row(inputs, brought(part) if part else NOTHING, sealed=sealed))
        elif story is not None and story.sealed != sealed:
            marks[pair] = sealed
    parts.mark_sealed(access, marks)
    bodies = [one.body for one in told] + ([posting.leaf()] if posting.transfers else [])
    first = log_store.append(access, bodies)
    if told:
        parts.write(access, rows, first, now)
    return len(bodies)


def _sealed(scope: Scope, part: Part) -> bool:
    return fully_sealed(part, scope.facts[part.order_id], scope.sealed.get(part.creator, NOTHING_SEALED))


def _tell(
    scope: Scope, part: Part | None, story: PartStory | None, holders: HolderBook, pair: tuple[int, int]
) -> Explanation | None:
    """The next settlement of a part, or ``None`` when it would only repeat the last one."""
    if part is None:
        return None if story is None or withdrawn(story) else explain_withdrawal(pair, story)
    if story is None and not part.credited and not part.denied:
        return None
    facts, buyer = scope.facts[pair[0]], scope.buyer_parties[pair[0]]
    print_ = fingerprint(part, facts, buyer)
    if story is not None and story.print == print_:
        return None
    return explain_part(part, facts, buyer, story, holders, print_)


def _parties(folded: Folded, scope: Scope) -> set[int]:
    found: set[int] = set()
    for part in folded.parts.values():
        found |= {part.creator, *(party for party in (part.fan, scope.buyer_parties[part.order_id]) if party)}
    return found


def _look_again(access: Access, folded: Folded) -> None:
    """Ask to be woken when time alone changes a part."""
    wake: dict[int, Instant] = {}
    for (order_id, _), part in folded.parts.items():
        if part.next_at is not None:
            wake[order_id] = min(part.next_at, wake.get(order_id, part.next_at))
    OrderRows(access).wake(wake, "time")
