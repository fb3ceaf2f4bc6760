"""What came from another tool, against the ledger and the log."""

import json
from collections import Counter
from collections.abc import Iterator

from fanshare.core.canonical import canonical
from fanshare.core.instants import Instant
from fanshare.core.money import format_micros
from fanshare.core.moving import ABSORBED, DEBT
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.context import Programme
from fanshare.flows.debts import file_of
from fanshare.flows.moving import old_link_leaf
from fanshare.flows.openings import opening_leaf
from fanshare.store.queries import debts, moving

_READY = "SELECT opening_id FROM opening_ready WHERE programme_id = %(programme_id)s"
_BOOKED = """
SELECT t.party_id, t.currency, d.kind || ' to ' || c.kind, sum(t.amount)::bigint FROM transfer t
  JOIN account d ON d.programme_id = t.programme_id AND d.id = t.debit_account_id
  JOIN account c ON c.programme_id = t.programme_id AND c.id = t.credit_account_id
 WHERE t.programme_id = %(programme_id)s AND t.kind IN ('opening', 'absorb', 'expense', 'allowance') GROUP BY 1, 2, 3
"""
#: Where the money of an opening came from that the brand does not owe anew.
_SOURCES = {ABSORBED: "absorbed"}
_OLD_LINKS = """
SELECT o.id, o.param, o.value, l.code, o.from_at, b.body FROM old_link o
  JOIN link l ON l.programme_id = o.programme_id AND l.id = o.link_id
  LEFT JOIN log_leaf b ON b.programme_id = o.programme_id AND b.index = o.leaf_index
 WHERE o.programme_id = %(programme_id)s ORDER BY o.id
"""


def openings(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Every opening balance is as the log recorded it, and the ledger has moved just that."""
    rows = moving.openings(programme.access)
    ready = {row[0] for row in programme.access.fetch(_READY)}
    salts = programme.vault.party_salts({row.party for row in rows})
    said: Counter[tuple[int, str, str]] = Counter()
    for row in rows:
        expected, told = opening_leaf(row, salts[row.party][1]), json.loads(row.body or "{}")
        if salts[row.party][1] is None:
            expected |= {name: told.get(name) for name in ("opening", "who")}
        yield from compare(f"opening {row.id} of party {row.party}", row.body, canonical(expected).decode())
        bucket = "available" if row.matures_at is None else "pending"
        way = f"{_SOURCES.get(row.tool, 'owed')} to {bucket}" if row.amount > 0 else f"{bucket} to owed"
        said[row.party, row.currency, way] += abs(row.amount)
        if row.id in ready:
            said[row.party, row.currency, "pending to available"] += row.amount
    booked = {(party, currency, way): amount for party, currency, way, amount in programme.access.fetch(_BOOKED)}
    for place in sorted(said.keys() | booked.keys()):
        where = f"opening balances of party {place[0]} in {place[1]}, {place[2]}"
        yield from compare(where, format_micros(booked.get(place, 0)), format_micros(said[place]))


def borne_debts(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Of which shares the brand bears old debts is what the log committed to."""
    parts = debts.of_openings(programme.access)
    for row in moving.openings(programme.access):
        if row.tool in (DEBT, ABSORBED):
            told = file_of(programme, row.party, parts.pop((row.id, row.party, row.currency), ()), row.moved_at)
            yield from compare(f"shares of opening {row.id}, a borne debt", row.file_hash.hex(), told)
    for opening, party, currency in sorted(parts):
        where = f"shares of opening {opening}, a borne debt"
        yield Offence(where, f"of party {party} in {currency}", "no such debt")


def old_links(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Every old link leads where the log says."""
    for id_, param, value, code, since, body in programme.access.fetch(_OLD_LINKS):
        expected = canonical(old_link_leaf(programme, param, value, code, since)).decode()
        yield from compare(f"old_link {id_}", body, expected)
