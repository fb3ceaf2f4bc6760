"""The ledger against itself: balances, positions, postings, payouts."""

import json
from collections.abc import Iterator

from fanshare.core.instants import Instant
from fanshare.core.ledger import AccountKey, AccountKind, Transfer, TransferKind, first_overdrawn
from fanshare.core.log import tree_root
from fanshare.core.money import format_micros
from fanshare.flows.checks.finding import Offence
from fanshare.flows.context import Programme
from fanshare.store import books
from fanshare.store.ledger import transfer_digest

_TRANSFERS = """
SELECT t.posting, t.id, t.digest, t.at, t.kind, d.kind, d.party_id, c.kind, c.party_id, t.amount, t.currency,
       t.order_id, t.creator_party_id, t.party_id, t.role, t.payout_id
  FROM transfer t
  JOIN account d ON d.programme_id = t.programme_id AND d.id = t.debit_account_id
  JOIN account c ON c.programme_id = t.programme_id AND c.id = t.credit_account_id
 WHERE t.programme_id = %(programme_id)s ORDER BY t.posting, t.id
"""
_POSTINGS = """
SELECT index, body FROM log_leaf WHERE programme_id = %(programme_id)s AND kind = 'posting' ORDER BY index
"""
_COUNT = "SELECT count(*) FROM transfer WHERE programme_id = %(programme_id)s"
_PAYOUTS = """
SELECT p.party_id, p.currency,
       coalesce(sum(p.amount) FILTER (WHERE p.state = 'in_transit'), 0)::bigint,
       coalesce(sum(p.amount) FILTER (WHERE p.state = 'final'), 0)::bigint
  FROM payout p WHERE p.programme_id = %(programme_id)s GROUP BY p.party_id, p.currency
"""
_EVENTS = """
SELECT p.id, p.state, e.state FROM payout p
  LEFT JOIN LATERAL (SELECT state FROM payout_event
                      WHERE programme_id = p.programme_id AND payout_id = p.id ORDER BY id DESC LIMIT 1) e ON true
 WHERE p.programme_id = %(programme_id)s AND p.state IS DISTINCT FROM e.state ORDER BY p.id LIMIT 1
"""


def balances(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Balances are the fold of the transfers."""
    for wrong in books.wrong_balances(programme.access, limit=1):
        yield Offence(f"account {wrong.account_id}", format_micros(wrong.recorded), format_micros(wrong.folded))


def zero_sum(programme: Programme, _: Instant) -> Iterator[Offence]:
    """What one has another owes."""
    sums: dict[str, int] = {}
    for key, amount in books.balances(programme.access).items():
        sums[key.currency] = sums.get(key.currency, 0) + amount
    for currency, total in sorted(sums.items()):
        if total:
            yield Offence(f"all {currency} accounts", format_micros(total), format_micros(0))


def floors(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Only ready money and the brand's own accounts may be negative."""
    found = books.balances(programme.access)
    wrong = first_overdrawn(found)
    if wrong is not None:
        where = f"{wrong.account.kind} of party {wrong.account.party} in {wrong.currency}"
        yield Offence(where, format_micros(found[wrong]), "0 or more")


def positions(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Positions are the fold of the settle transfers."""
    for key, place, recorded, folded in books.wrong_positions(programme.access, limit=1):
        where = f"{key.role}'s share of order {key.order}, part of creator {key.creator}, party {key.party}, {place}"
        yield Offence(where, format_micros(recorded), format_micros(folded))


def postings(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Transfers hash to their digests, digests to their batch's root, and that root is in the log."""
    access = programme.access
    logged = {}
    for index, body in access.fetch(_POSTINGS):
        leaf = json.loads(body)
        logged[int(leaf["number"])] = (index, leaf["count"], leaf["root"])
    batches: dict[int, list[bytes]] = {}
    for posting, id_, digest, at, kind, debit, debit_party, credit, credit_party, *rest in access.execute(_TRANSFERS):
        transfer = Transfer(
            TransferKind(kind),
            AccountKey(AccountKind(debit), debit_party),
            AccountKey(AccountKind(credit), credit_party),
            *rest,
        )
        computed = transfer_digest(transfer, at)
        if computed != bytes(digest):
            yield Offence(f"transfer {id_}", bytes(digest).hex(), computed.hex())
        batches.setdefault(posting, []).append(bytes(digest))
    joined = sum(len(every) for every in batches.values())
    if joined != access.value(_COUNT):
        yield Offence("transfers with accounts", str(joined), str(access.value(_COUNT)))
    for number in sorted(batches.keys() | logged.keys()):
        digests, leaf = batches.get(number, []), logged.get(number)
        if leaf is None:
            yield Offence(f"posting {number}", f"{len(digests)} transfers", "none: the log has no such posting")
        elif (len(digests), tree_root(digests).hex()) != leaf[1:]:
            expected = f"{leaf[1]} transfers, root {leaf[2]} (record {leaf[0]} of the log)"
            yield Offence(f"posting {number}", f"{len(digests)} transfers, root {tree_root(digests).hex()}", expected)


def payouts(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Money in transit and paid is the sum of the payouts in those states."""
    access = programme.access
    found = books.balances(access)
    said: dict[tuple[AccountKind, int, str], int] = {}
    for party, currency, transit, final in access.fetch(_PAYOUTS):
        said[AccountKind.IN_TRANSIT, party, currency] = transit
        said[AccountKind.PAID, party, currency] = final
    booked: dict[tuple[AccountKind, int, str], int] = {
        (key.account.kind, key.account.party or 0, key.currency): amount
        for key, amount in found.items()
        if key.account.kind in (AccountKind.IN_TRANSIT, AccountKind.PAID)
    }
    for place in sorted(said.keys() | booked.keys()):
        if booked.get(place, 0) != said.get(place, 0):
            where = f"{place[0]} of party {place[1]} in {place[2]}"
            yield Offence(where, format_micros(booked.get(place, 0)), format_micros(said.get(place, 0)))
    for payout, state, newest in access.fetch(_EVENTS):
        yield Offence(f"payout {payout}", str(state), str(newest))
