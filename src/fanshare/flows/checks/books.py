"""The ledger against itself: balances, positions, postings."""

import json
from collections.abc import Iterator
from typing import Any

from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.core.ledger import AccountKey, AccountKind, Transfer, TransferKind, first_overdrawn
from fanshare.core.log import tree_root
from fanshare.core.money import format_micros
from fanshare.flows.checks.finding import Offence
from fanshare.flows.context import Programme
from fanshare.store import books
from fanshare.store.ledger import transfer_digest

_TRANSFERS = """
SELECT t.posting, t.id, t.digest, t.at, d.currency, c.currency, t.kind, d.kind, d.party_id, c.kind, c.party_id,
       t.amount, t.currency, t.order_id, t.creator_party_id, t.party_id, t.role, t.payout_id,
       t.gift_id
  FROM transfer t
  JOIN account d ON d.programme_id = t.programme_id AND d.id = t.debit_account_id
  JOIN account c ON c.programme_id = t.programme_id AND c.id = t.credit_account_id
 WHERE t.programme_id = %(programme_id)s ORDER BY t.posting, t.id
"""
_POSTINGS = """
SELECT index, body FROM log_leaf WHERE programme_id = %(programme_id)s AND kind = 'posting' ORDER BY index
"""
_COUNT = "SELECT count(*) FROM transfer WHERE programme_id = %(programme_id)s"
_LOST_POSITIONS = """
WITH settled AS (
    SELECT DISTINCT order_id, creator_party_id, coalesce(party_id, 0) AS party, role FROM transfer
     WHERE programme_id = %(programme_id)s AND kind = 'settle'
), kept AS (
    SELECT order_id, creator_party_id, coalesce(party_id, 0) AS party, role FROM position
     WHERE programme_id = %(programme_id)s
)
SELECT coalesce(s.order_id, k.order_id), coalesce(s.creator_party_id, k.creator_party_id), coalesce(s.party, k.party),
       coalesce(s.role, k.role), k.role IS NOT NULL
  FROM settled s FULL JOIN kept k USING (order_id, creator_party_id, party, role)
 WHERE s.role IS NULL OR k.role IS NULL ORDER BY 1, 2, 4, 3
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
    for order, creator, party, role, is_row in programme.access.fetch(_LOST_POSITIONS):
        where = f"position of order {order}, part of creator {creator}, {role} {party}"
        yield Offence(where, *(("a row", "settle transfers behind it") if is_row else ("missing", "a row")))


def postings(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Transfers hash to their digests, digests to their batch's root, and that root is in the log."""
    access = programme.access
    logged = {}
    for index, body in access.fetch(_POSTINGS):
        leaf = json.loads(body)
        logged[int(leaf["number"])] = (index, leaf["count"], leaf["root"])
    batches: dict[int, list[bytes]] = {}
    for posting, id_, digest, at, *row in access.execute(_TRANSFERS):
        computed = _digest(row, at)
        if computed != bytes(digest).hex():
            yield Offence(f"transfer {id_}", bytes(digest).hex(), computed)
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


def _digest(row: list[Any], at: Instant) -> str:
    """The digest (hex) of a transfer as its row and its accounts tell it, or why there is none."""
    debit_currency, credit_currency, kind, debit, debit_party, credit, credit_party, amount, currency, *rest = row
    if not debit_currency == credit_currency == currency:
        return f"one currency on both accounts, not {debit_currency} and {credit_currency}"
    try:
        transfer = Transfer(
            TransferKind(kind),
            AccountKey(AccountKind(debit), debit_party),
            AccountKey(AccountKind(credit), credit_party),
            amount,
            currency,
            *rest,
        )
    except (FanshareError, ValueError) as error:
        return str(error)
    return transfer_digest(transfer, at).hex()
