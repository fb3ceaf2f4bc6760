"""Payouts against the ledger and the log."""

import json
from collections.abc import Iterator
from typing import Any

from fanshare.core.canonical import canonical
from fanshare.core.instants import Instant
from fanshare.core.leaves import LEGS
from fanshare.core.ledger import AccountKind
from fanshare.core.money import format_micros
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.context import Programme
from fanshare.flows.payouts import Payout, payout_leaf
from fanshare.store import books
from fanshare.store.queries import conversions
from fanshare.store.queries.conversions import Conversion

_SUMS = """
SELECT party_id, currency,
       coalesce(sum(amount) FILTER (WHERE state IN ('in_transit', 'given')), 0)::bigint,
       coalesce(sum(amount) FILTER (WHERE state = 'final'), 0)::bigint
  FROM (SELECT party_id, currency, amount, state FROM payout WHERE programme_id = %(programme_id)s
        UNION ALL
        SELECT giver_party_id, currency, amount, state FROM gift WHERE programme_id = %(programme_id)s) p
 GROUP BY party_id, currency
"""
_PAYOUTS = """
SELECT p.id, p.party_id, p.currency, p.amount, p.state, p.created_at, p.changed_at, y.public_id FROM payout p
  LEFT JOIN party y ON y.programme_id = p.programme_id AND y.id = p.party_id
 WHERE p.programme_id = %(programme_id)s ORDER BY p.id
"""
_EVENTS = """
SELECT e.payout_id, e.id, e.state, e.at, e.leaf_index, l.body, l.hash FROM payout_event e
  LEFT JOIN log_leaf l ON l.programme_id = e.programme_id AND l.index = e.leaf_index
 WHERE e.programme_id = %(programme_id)s ORDER BY e.payout_id, e.id
"""
_TRANSFERS = """
SELECT payout_id, array_agg(kind || ' of party ' || coalesce(party_id, 0) ORDER BY id) FROM transfer
 WHERE programme_id = %(programme_id)s AND payout_id IS NOT NULL GROUP BY payout_id
"""
_PATHS = {
    ("planned",): [],
    ("planned", "in_transit"): ["payout"],
    ("planned", "in_transit", "final"): ["payout", "payout_final"],
    ("planned", "in_transit", "returned"): ["payout", "payout_return"],
    ("planned", "in_transit", "final", "returned"): ["payout", "payout_final", "payout_return"],
    ("planned", "withheld"): ["withhold"],
    ("planned", "withheld", "returned"): ["withhold", "withhold_back"],
    ("planned", "exchanged"): ["exchange"],
    ("planned", "exchanged", "returned"): ["exchange", "exchange_back"],
    ("planned", "received"): ["exchange"],
    ("planned", "received", "returned"): ["exchange", "exchange_back"],
}


def payouts(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Money in transit and paid is the sum of the payouts, and gifts, in those states; each payout's road is logged."""
    yield from _sums(programme)
    events: dict[int, list[tuple[Any, ...]]] = {}
    for payout, *event in programme.access.fetch(_EVENTS):
        events.setdefault(payout, []).append(tuple(event))
    moved: dict[int, list[str]] = dict(programme.access.fetch(_TRANSFERS))
    rows = programme.access.fetch(_PAYOUTS)
    salts = programme.vault.party_salts({row[1] for row in rows})
    legs = {leg: one for one in conversions.every(programme.access) for leg in (one.given_payout, one.got_payout)}
    for row in rows:
        salt = salts.get(row[1], ("", None))[1]
        yield from _road(row, events.pop(row[0], []), moved.pop(row[0], []), salt, legs.get(row[0]))
    for payout in sorted(events.keys() | moved.keys()):
        yield Offence(f"payout {payout}", "missing", "the payout whose payout_event and transfer rows are here")


def _sums(programme: Programme) -> Iterator[Offence]:
    access = programme.access
    said: dict[tuple[AccountKind, int, str], int] = {}
    for party, currency, transit, final in access.fetch(_SUMS):
        said[AccountKind.IN_TRANSIT, party, currency] = transit
        said[AccountKind.PAID, party, currency] = final
    booked: dict[tuple[AccountKind, int, str], int] = {
        (key.account.kind, key.account.party or 0, key.currency): amount
        for key, amount in books.balances(access).items()
        if key.account.kind in (AccountKind.IN_TRANSIT, AccountKind.PAID)
    }
    for place in sorted(said.keys() | booked.keys()):
        if booked.get(place, 0) != said.get(place, 0):
            where = f"payouts {place[0]} of party {place[1]} in {place[2]}"
            yield Offence(where, format_micros(booked.get(place, 0)), format_micros(said.get(place, 0)))


def _road(
    row: tuple[Any, ...], events: list[tuple[Any, ...]], moved: list[str], salt: bytes | None, leg: Conversion | None
) -> Iterator[Offence]:
    """One payout from plan to end: legal steps, one transfer and one leaf each, the row as the last step left it."""
    id_, party, currency, amount, state, created_at, changed_at, public_id = row
    where = f"payout {id_}"
    states = tuple(event[1] for event in events)
    if states not in _PATHS:
        yield Offence(f"{where}, its payout_event rows", ", ".join(states) or "none", "planned, in transit, ...")
        return
    yield from compare(f"transfers of {where}", moved, [f"{kind} of party {party}" for kind in _PATHS[states]])
    yield from compare(where, (state, created_at, changed_at), (states[-1], events[0][2], events[-1][2]))
    yield from compare(f"payout_event {events[0][0]}", events[0][3], None)
    previous = None
    for seq, (event, entered, at, _leaf, body, leaf_hash) in enumerate(events[1:], start=1):
        payout = Payout(id_, party, currency, amount, entered, public_id or "")
        of = leg if entered in LEGS else None
        if entered in LEGS and of is None:
            yield Offence(f"payout_exchange of {where}", "missing", "the conversion that it is a leg of")
            return
        expected = payout_leaf(payout, salt or bytes(32), seq, previous, at, of)
        said = json.loads(body or "{}")
        if salt is None:
            expected |= {name: said.get(name) for name in ("payout", "who")}
            if of is not None:
                expected["rate"]["pair"] = said.get("rate", {}).get("pair")
        if body != canonical(expected).decode():
            yield Offence(f"payout_event {event} of {where}", str(body), canonical(expected).decode())
            return
        previous = bytes(leaf_hash).hex()
