"""Scopes folded anew: the shares that are booked are the shares that the facts ask for."""

from collections.abc import Iterator

from fanshare.core.brought import NOTHING, brought
from fanshare.core.closing import fully_sealed
from fanshare.core.facts import NOTHING_SEALED
from fanshare.core.instants import Instant
from fanshare.core.ledger import PositionKey
from fanshare.core.money import format_micros
from fanshare.core.positions import Standing, positions
from fanshare.core.settlement import Part, desired
from fanshare.flows.accept import NOTICE
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.context import Programme
from fanshare.flows.explain import fingerprint, inputs_of, no_inputs
from fanshare.store import books
from fanshare.store.queries import closes as closes_query
from fanshare.store.queries import scopes
from fanshare.store.queries.parts import NO_CREDIT
from fanshare.store.queries.scopes import Scope

_CREATORS = """
SELECT creator_party_id FROM scope WHERE programme_id = %(programme_id)s ORDER BY creator_party_id
"""
_KEPT = """
SELECT order_id, document, sealed, by_kind, by_asset, commission, earned, currency, placed_at, day, week, month,
       in_tier, in_day, in_week, in_month, in_all
  FROM part WHERE programme_id = %(programme_id)s AND creator_party_id = %(creator)s ORDER BY order_id
"""
# What is kept beside what the parts come to, where they differ.
_SUMS = """
WITH due AS (
    SELECT p.creator_party_id, l.level, l.period, p.currency::text, sum(l.amount)::bigint AS amount FROM part p
      JOIN scope c ON c.programme_id = p.programme_id AND c.creator_party_id = p.creator_party_id AND c.summed
     CROSS JOIN LATERAL (VALUES ('tier', p.month, p.in_tier), ('day', p.day, p.in_day), ('week', p.week, p.in_week),
                                ('month', p.month, p.in_month), ('all', '', p.in_all)) AS l(level, period, amount)
     WHERE p.programme_id = %(programme_id)s AND NOT p.sealed GROUP BY 1, 2, 3, 4
), kept AS (
    SELECT creator_party_id, level, period, currency::text, amount FROM scope_sum
     WHERE programme_id = %(programme_id)s
)
SELECT creator_party_id, level, period, currency, coalesce(kept.amount, 0), coalesce(due.amount, 0)
  FROM kept FULL JOIN due USING (creator_party_id, level, period, currency)
 WHERE coalesce(kept.amount, 0) <> coalesce(due.amount, 0) ORDER BY 1, 2, 3, 4
"""
_BROUGHT = """
WITH due AS (
    SELECT creator_party_id, by_kind AS kind, by_asset AS asset_id, currency::text,
           count(*) FILTER (WHERE in_tier > 0) AS n, sum(in_tier)::bigint AS goods,
           sum(commission)::bigint AS commission, sum(earned)::bigint AS earned
      FROM part WHERE programme_id = %(programme_id)s AND by_kind <> '' GROUP BY 1, 2, 3, 4
), kept AS (
    SELECT creator_party_id, kind, asset_id, currency::text, orders AS n, goods, commission, earned
      FROM brought_sum WHERE programme_id = %(programme_id)s
)
SELECT creator_party_id, kind, asset_id, currency,
       array[coalesce(kept.n, 0), coalesce(kept.goods, 0), coalesce(kept.commission, 0), coalesce(kept.earned, 0)],
       array[coalesce(due.n, 0), coalesce(due.goods, 0), coalesce(due.commission, 0), coalesce(due.earned, 0)]
  FROM kept FULL JOIN due USING (creator_party_id, kind, asset_id, currency)
 WHERE (coalesce(kept.n, 0), coalesce(kept.goods, 0), coalesce(kept.commission, 0), coalesce(kept.earned, 0))
    <> (coalesce(due.n, 0), coalesce(due.goods, 0), coalesce(due.commission, 0), coalesce(due.earned, 0))
 ORDER BY 1, 2, 3, 4
"""
_CLICKS = """
WITH due AS (
    SELECT l.id AS link_id, coalesce(sum(d.n), 0)::bigint AS n FROM link l
      LEFT JOIN click_day d ON d.programme_id = l.programme_id AND d.link_id = l.id AND d.verdict = 'counted'
     WHERE l.programme_id = %(programme_id)s GROUP BY l.id
), kept AS (
    SELECT link_id, counted FROM click_sum WHERE programme_id = %(programme_id)s
)
SELECT link_id, kept.counted, due.n FROM kept FULL JOIN due USING (link_id)
 WHERE kept.counted IS DISTINCT FROM due.n ORDER BY 1
"""
_DUE = """
SELECT DISTINCT c.creator_party_id FROM settle_due d
  JOIN order_creator c ON c.programme_id = d.programme_id AND c.order_id = d.order_id
 WHERE d.programme_id = %(programme_id)s AND d.due_at <= %(now)s
"""


def shares(programme: Programme, now: Instant) -> Iterator[Offence]:
    """Every position is what a fold of its whole scope gives. Scopes with work waiting are left to it."""
    waiting = {row[0] for row in programme.access.fetch(_DUE, {"now": now})}
    for creator, scope, parts in _folds(programme, now):
        if creator in waiting:
            continue
        wanted: dict[PositionKey, Standing] = {}
        for part in parts:
            wanted |= positions(part, scope.buyer_parties[part.order_id])
        booked = {key: one for key, one in scope.positions.items() if one.placed.amount}
        for key in sorted(booked.keys() | wanted.keys(), key=str):
            recorded, expected = _booked(booked.get(key)), _standing(wanted.get(key))
            if recorded != expected:
                where = f"position of order {key.order}, part of creator {key.creator}, {key.role} {key.party}"
                yield Offence(where, recorded, expected)
        yield from _kept(programme, creator, scope, parts)


def caps(programme: Programme, now: Instant) -> Iterator[Offence]:
    """What all orders of a period got under a cap is at most the cap (the highest one that was in force)."""
    if not any(terms.caps for terms in programme.book):
        return
    for creator, _, parts in _folds(programme, now):
        sums: dict[tuple[str, str, str], int] = {}
        limits: dict[tuple[str, str, str], int] = {}
        for part in parts:
            for step in part.caps:
                if step.cap is not None:
                    place = (step.level.value, step.period, part.currency)
                    sums[place] = sums.get(place, 0) + step.after
                    limits[place] = max(step.cap, limits.get(place, 0))
        for place, amount in sorted(sums.items()):
            if amount > limits[place]:
                where = f"cap per {place[0]} {place[1]} of creator {creator} in {place[2]}"
                yield Offence(where, format_micros(amount), f"at most {format_micros(limits[place])}")


def sums(programme: Programme, _now: Instant) -> Iterator[Offence]:
    """What is kept of a creator's open parts, so that a fold may begin in the middle, is what they come to; and so is
    what is kept of each link and code, and of each link's clicks."""
    for creator, level, period, currency, kept, due in programme.access.fetch(_SUMS):
        where = f"sum of open parts of creator {creator}, {level} {period} in {currency}"
        yield Offence(where, format_micros(kept), format_micros(due))
    for creator, kind, asset, currency, *figures in programme.access.fetch(_BROUGHT):
        where = f"what {kind} {asset} brought creator {creator} in {currency}: orders, goods, commission, her share"
        yield from compare(where, *figures)
    for link, clicks, come in programme.access.fetch(_CLICKS):
        yield Offence(f"clicks of link {link}, over all days", str(clicks), str(come))


def _kept(programme: Programme, creator: int, scope: Scope, found: list[Part]) -> Iterator[Offence]:
    """What settlement keeps of every part for later: fingerprint, sealing mark, and the inputs of the running sums."""
    by_order = {part.order_id: part for part in found}
    for order, document, sealed, kind, asset, commission, earned, *inputs in programme.access.fetch(
        _KEPT, {"creator": creator}
    ):
        part, facts = by_order.get(order), scope.facts.get(order)
        where = f"part of order {order}, creator {creator}"
        if facts is None:
            yield Offence(where, "a row", "no order in this creator's scope")
            continue
        if part is None:
            entry = no_inputs(inputs[0], facts, programme.book)
            print_, whole, what = NO_CREDIT, False, NOTHING
        else:
            entry = inputs_of(part)
            print_, what = fingerprint(part, facts, scope.buyer_parties[order]), brought(part)
            whole = fully_sealed(part, facts, scope.sealed.get(creator, NOTHING_SEALED))
        yield from compare(where, (document, sealed, *inputs), ({"print": print_}, whole, *entry))
        if kind:  # of parts of before it is noted bit by bit
            yield from compare(where, (kind, asset, commission, earned), what)


def _folds(programme: Programme, now: Instant) -> Iterator[tuple[int, Scope, list[Part]]]:
    access = programme.access
    for (creator,) in access.fetch(_CREATORS):
        members = closes_query.members(access, creator)
        if not members:
            continue
        scope = scopes.load(access, {creator}, members, whole_period=True, notice=NOTICE, now=now)
        sealed = scope.sealed.get(creator, NOTHING_SEALED)
        orders = scope.orders_of(creator)
        yield (
            creator,
            scope,
            desired(creator, orders, programme.book, now, sealed=sealed, click_owner=scope.click_owner),
        )


def _booked(position: books.Position | None) -> str:
    if position is None:
        return "nothing"
    placed = position.placed
    moments = f"ready {position.matures_at}, held until {position.held_until}"
    return f"{format_micros(placed.amount)} {placed.currency} {placed.bucket}, {moments}"


def _standing(standing: Standing | None) -> str:
    if standing is None:
        return "nothing"
    placed = standing.placed
    moments = f"ready {standing.matures_at}, held until {standing.held_until}"
    return f"{format_micros(placed.amount)} {placed.currency} {placed.bucket}, {moments}"
