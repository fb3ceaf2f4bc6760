"""A person gives a sale to whoever brought it: whom a word names, who gets what before and after, and the decision.

The look folds the facts that settlement folds, as they are and with the decision among them. It writes nothing down.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.facts import Ruling, RulingKind
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.positions import BUYER, CREATOR, FAN
from fanshare.core.settlement import Part
from fanshare.flows import rulings
from fanshare.flows.accept import NOTICE
from fanshare.flows.context import Programme
from fanshare.flows.people import slug_of
from fanshare.flows.settle import Folded, fold
from fanshare.store.queries import appeals, claims, exchanges, listing, reassigning, scopes
from fanshare.store.queries.reassigning import LastRuling
from fanshare.store.queries.scopes import Scope
from fanshare.store.queries.touches import fold as folded_code

#: The id of a decision that is not made yet: it is read after all that are.
_NOT_YET = 2**62
_LINK = "/r/"
_ROLES = (CREATOR, FAN, BUYER)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """Who is to get an order: a creator, and the fan of hers who brought the buyer, if one did.

    ``of`` is the creator whose part alone moves, ``None`` where the whole order does.
    """

    order: int
    reason: str
    creator: int
    fan: int | None = None
    of: int | None = None


class Row(NamedTuple):
    """What one party gets of the order through one creator. No party: a buyer who has not claimed it."""

    creator: int
    role: str
    party: int | None
    before: Micros
    after: Micros


@dataclass(frozen=True, slots=True)
class Look:
    """What a decision would do. ``others`` is how many further orders change, ``newest`` the order's last decision.

    ``seen`` is a short hash of everything that is shown: what is confirmed is what was looked at, or nothing.
    """

    currency: str
    rows: tuple[Row, ...]
    others: int
    newest: int
    seen: str


class _Looked(Exception):  # noqa: N818 - nothing is wrong: it takes back what a look needed for a moment
    """Takes back what a look needed for a moment."""


def named(programme: Programme, text: str, at: Instant) -> tuple[int, int | None]:
    """The creator and perhaps the fan whom a word names: her short name or id, a link or code of theirs at an instant.

    Raises ``BadInputError``: ``nobody_named``, ``unknown_party``, ``fan_by_code``, ``several_meant``, ``erased``.
    """
    word = text.strip().rpartition(_LINK)[2].strip()
    if not word or len(word) > _LONGEST or "\x00" in word:
        raise BadInputError("nobody_named", "Say who brought the sale: a creator’s short name, or a link or code.")
    access = programme.access
    found = {
        (creator, owner if owner != creator else None)
        for owner, creator in reassigning.owners(access, word, folded_code(word), at)
    }
    person = listing.find_party(access, word, slug_of(word))
    if person is not None and person.kind == "creator":
        found.add((person.id, None))
    if not found and person is not None:
        raise BadInputError("fan_by_code", "That is no creator. For a fan, say a link or code of hers.")
    if not found:
        raise BadInputError("unknown_party", "Nobody here has this short name, link or code.")
    if len(found) > 1:
        raise BadInputError("several_meant", "Several are called so; say a link, or the creator’s short name.")
    return _alive(programme, *found.pop())


def look(programme: Programme, wish: Wish, now: Instant) -> Look:
    """Who gets what, before and after. Raises ``BadInputError``: ``unknown_order``, ``nothing_changes``, a reason."""
    rulings.check(programme, _ruling(wish), now)
    before, after, scope = _both(programme, wish, now)
    if wish.order not in scope.facts:
        raise BadInputError("unknown_order", "There is no such order in this programme.", 404)
    buyer = scope.buyer_parties[wish.order]
    was, will = (_shares(one, wish.order, buyer) for one in (before, after))
    if was == will:
        raise BadInputError("nothing_changes", "Nothing would change: everybody keeps what she has of this order.")
    keys = sorted(was.keys() | will.keys(), key=lambda key: (key[0], _ROLES.index(key[1]), key[2] or 0))
    rows = tuple(Row(*key, before=was.get(key, 0), after=will.get(key, 0)) for key in keys)
    last = reassigning.last(programme.access, wish.order)
    newest = last.id if last else 0
    others = _others(before, after, wish.order)
    told = repr((wish, rows, others, newest))
    seen = hashlib.blake2b(told.encode(), digest_size=16).hexdigest()
    return Look(scope.facts[wish.order].view.currency, rows, others, newest, seen)


def reassign(programme: Programme, wish: Wish, newest: int, seen: str, now: Instant) -> int:
    """Decide what was looked at, and answer the objections that wait; returns the decision's id.

    Sent twice it is decided once. Raises ``ConflictError``: ``decided_meanwhile``, ``changed_meanwhile``.
    """
    access = programme.access
    with access.transaction():
        claims.lock_order(access, wish.order)
        last = reassigning.last(access, wish.order)
        if last is not None and last.id != newest:
            if _same(last, wish, access.actor):
                return last.id
            raise ConflictError("decided_meanwhile", "Somebody decided about this order meanwhile; look again.")
        if look(programme, wish, now).seen != seen:
            raise ConflictError("changed_meanwhile", "The order has changed meanwhile; look again.")
        waiting = appeals.listed(access, order=wish.order, waiting=True)
        return rulings.rule(programme, replace(_ruling(wish), answers=tuple(one.id for one in waiting)), now)


def _ruling(wish: Wish) -> rulings.NewRuling:
    return rulings.NewRuling(
        "reassigned",
        wish.reason.strip(),
        wish.order,
        creator=wish.of,
        to_creator=wish.creator,
        to_party=wish.fan,
    )


def _same(last: LastRuling, wish: Wish, actor: str) -> bool:
    new = _ruling(wish)
    asked = (new.kind, new.reason, actor, new.creator, new.to_creator, new.to_party)
    return asked == (last.kind, last.reason, last.decided_by, last.creator, last.to_creator, last.to_party)


def _alive(programme: Programme, creator: int, fan: int | None) -> tuple[int, int | None]:
    if any(one.erased_at is not None for one in listing.named(programme.access, (creator, fan)).values()):
        raise BadInputError("erased", "The person behind this account was erased.")
    return creator, fan


def _both(programme: Programme, wish: Wish, now: Instant) -> tuple[Folded, Folded, Scope]:
    """The fold without and with the decision. That the order plays a part for its new creator is taken back."""
    access, book = programme.access, programme.book
    try:
        with access.transaction():
            wanted = exchanges.heirs(access, [wish.order])
            reassigning.join_scope(access, wish.creator, wanted)
            creators = scopes.creators_of(access, wanted)
            scope = scopes.load(
                access, creators, wanted, whole_period=book.needs_period, notice=NOTICE, now=now, begin=book.reach
            )
            raise _Looked
    except _Looked:
        before = fold(scope, creators, book, now)
        return before, fold(_decided(scope, wish, now), creators, book, now), scope


def _decided(scope: Scope, wish: Wish, now: Instant) -> Scope:
    """The same facts with one more decision about the order, and about what exchanges it."""
    if wish.order not in scope.facts:
        return scope
    one = Ruling(_NOT_YET, RulingKind.REASSIGNED, wish.reason, now, wish.of, to_creator=wish.creator, to_owner=wish.fan)
    first = scope.facts[wish.order]
    decided = replace(first, rulings=(*first.rulings, one))
    facts = {
        id_: replace(fact, origin=decided) if fact.origin is first else fact
        for id_, fact in (scope.facts | {wish.order: decided}).items()
    }
    return replace(scope, facts=facts)


def _shares(folded: Folded, order: int, buyer: int | None) -> dict[tuple[int, str, int | None], Micros]:
    return {key: amount for part in _of(folded, order) for key, amount in _of_part(part, buyer).items() if amount}


def _of_part(part: Part, buyer: int | None) -> Mapping[tuple[int, str, int | None], Micros]:
    parties = {CREATOR: part.creator, FAN: part.fan, BUYER: buyer}
    return {(part.creator, role, parties[role]): amount for role, amount in part.shares._asdict().items()}


def _of(folded: Folded, order: int) -> list[Part]:
    return [part for (id_, _), part in folded.parts.items() if id_ == order]


def _others(before: Folded, after: Folded, order: int) -> int:
    """How many further orders give somebody else, or more or less."""
    orders = {id_ for id_, _ in before.parts.keys() | after.parts.keys()} - {order}
    return sum(_shares(before, id_, None) != _shares(after, id_, None) for id_ in orders)
