"""Gifts against the ledger and the log."""

import json
from collections.abc import Iterator
from typing import Any

from fanshare.core.canonical import canonical
from fanshare.core.goals import outcomes
from fanshare.core.instants import Instant
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.context import Programme
from fanshare.flows.gift_records import Salts, gift_leaf
from fanshare.store.queries import gifts as rows
from fanshare.store.queries import goals
from fanshare.store.queries.gifts import GiftRow

_EVENTS = """
SELECT e.gift_id, e.id, e.state, e.at, l.body, l.hash FROM gift_event e
  LEFT JOIN log_leaf l ON l.programme_id = e.programme_id AND l.index = e.leaf_index
 WHERE e.programme_id = %(programme_id)s ORDER BY e.gift_id, e.id
"""
_TRANSFERS = """
SELECT t.gift_id, array_agg(d.kind || ' of ' || coalesce(d.party_id, 0) || ' to ' || c.kind || ' of '
       || coalesce(c.party_id, 0) || ', ' || t.amount || ' ' || t.currency || ' at ' || t.at ORDER BY t.id)
  FROM transfer t
  JOIN account d ON d.programme_id = t.programme_id AND d.id = t.debit_account_id
  JOIN account c ON c.programme_id = t.programme_id AND c.id = t.credit_account_id
 WHERE t.programme_id = %(programme_id)s AND t.gift_id IS NOT NULL GROUP BY t.gift_id
"""
#: The states a gift can have gone through, and between which accounts (whose) each moved it.
_GIVER, _TRANSIT, _CREATOR = ("available", "giver"), ("in_transit", "giver"), ("available", "creator")
_WAYS = {
    ("kept",): [(_GIVER, _CREATOR)],
    ("given",): [(_GIVER, _TRANSIT)],
    ("given", "kept"): [(_GIVER, _TRANSIT), (_TRANSIT, _CREATOR)],
    ("given", "back"): [(_GIVER, _TRANSIT), (_TRANSIT, _GIVER)],
}


def gifts(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Every gift went a way there is, its money with it, as its goal stands, and each of its states is in the log."""
    events: dict[int, list[tuple[Any, ...]]] = {}
    for gift, *event in programme.access.fetch(_EVENTS):
        events.setdefault(gift, []).append(tuple(event))
    moved: dict[int, list[str]] = dict(programme.access.fetch(_TRANSFERS))
    found = rows.all_gifts(programme.access)
    yield from _goals(programme)
    salts = programme.vault.party_salts({party for row in found for party in (row.giver, row.creator)})
    for row in found:
        yield from _road(programme.salts, salts, row, events.pop(row.id, []), moved.pop(row.id, []))
    for gift in sorted(events.keys() | moved.keys()):
        yield Offence(f"gift {gift}", "missing", "the gift whose gift_event and transfer rows are here")


def _goals(programme: Programme) -> Iterator[Offence]:
    """What is over and booked has its gifts where goal, gifts and time say; the dated parts of a gift are all of it."""
    for goal in goals.listed(programme.access):
        given = goals.gifts_of(programme.access, goal.id)
        until = max(
            [goal.opened_at if goal.booked_at is None else goal.booked_at, *(row.changed_at for row, _ in given)]
        )
        fates = {one.gift: str(one.fate) for one in outcomes(goal.goal, [one for _, one in given], until)}
        for row, one in given:
            said = (row.creator, row.currency, "hers" if row.state == "kept" else row.state, one.amount)
            told = (goal.creator, goal.currency, fates[row.id], row.amount)
            yield from compare(f"gift {row.id} of goal {goal.id}", said, told)
        if goal.booked_at is not None and "given" in fates.values():
            yield Offence(f"goal {goal.id}", "booked", "open: nothing has ended it")


def _road(key: bytes, salts: Salts, row: GiftRow, events: list[tuple[Any, ...]], moved: list[str]) -> Iterator[Offence]:
    where = f"gift {row.id}"
    states = tuple(event[1] for event in events)
    if states not in _WAYS:
        yield Offence(f"{where}, its gift_event rows", ", ".join(states) or "none", "kept, or given and what followed")
        return
    yield from compare(where, (row.state, row.given_at, row.changed_at), (states[-1], events[0][2], events[-1][2]))
    yield from compare(f"{where}, whether it is for a goal", row.goal is not None, states[0] == "given")
    if row.taken_back_at not in {None, row.changed_at if row.state == "back" else None}:
        yield Offence(where, f"taken back at {row.taken_back_at}", f"{row.state} at {row.changed_at}")
    told = [_move(row, *way, event[2]) for way, event in zip(_WAYS[states], events, strict=True)]
    yield from compare(f"transfers of {where}", moved, told)
    previous = None
    for seq, (event, state, at, body, leaf_hash) in enumerate(events, start=1):
        expected = gift_leaf(key, salts, row._replace(state=state), seq, previous, at)
        said = json.loads(body or "{}")
        for role, party in (("giver", row.giver), ("creator", row.creator)):
            if salts[party][1] is None:
                expected[role] = said.get(role)
        if body != canonical(expected).decode():
            yield Offence(f"gift_event {event} of {where}", str(body), canonical(expected).decode())
            return
        previous = bytes(leaf_hash).hex()


def _move(row: GiftRow, source: tuple[str, str], to: tuple[str, str], at: Instant) -> str:
    parties = {"giver": row.giver, "creator": row.creator}
    (debit, of), (credit, into) = source, to
    return f"{debit} of {parties[of]} to {credit} of {parties[into]}, {row.amount} {row.currency} at {at}"
