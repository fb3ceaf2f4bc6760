"""Opening balances: what was owed in another tool is owed here, as transfers of their own kind and records of the log.

What the brand bears for a late claim is one of them too, and so is what a change of that claim's order takes back: the
only one below zero. What waits becomes ready on its day by a transfer of the same kind.
"""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fanshare.core import commitments, leaves, ledger
from fanshare.core.instants import Instant, local_date
from fanshare.core.money import Micros
from fanshare.core.moving import ABSORBED, ALLOWANCE, EXPENSE, NAMES, opening_name
from fanshare.core.statement import Entry, moved_opening
from fanshare.flows.context import Programme
from fanshare.store import log_store
from fanshare.store.ledger import post, post_logged
from fanshare.store.queries import moving
from fanshare.store.queries.moving import OpeningRow


@dataclass(frozen=True, slots=True)
class NewOpening:
    """Micros owed to a party. ``source`` is the keyed hash of her id in the tool. Below zero: owed no more."""

    party: int
    source: str
    currency: str
    amount: Micros
    ready_at: Instant | None = None


def post_openings(programme: Programme, tool: str, file: str, news: Sequence[NewOpening], now: Instant) -> int:
    """Book opening balances, all or none; returns how many. The caller has a transaction and sees to it that nothing
    is booked twice."""
    if not news:
        return 0
    access = programme.access
    with access.transaction():
        posting = post(access, [_movement(tool, one) for one in news], at=now)
        _write(programme, tool, file, news, now, [posting.leaf()])
    return len(news)


def tell_opening(programme: Programme, tool: str, file: str, new: NewOpening, at: Instant) -> None:
    """Write down an opening balance that was booked at ``at`` already. The caller has a transaction."""
    _write(programme, tool, file, [new], at, [])


def ripen(programme: Programme, now: Instant) -> int:
    """Make ready what was waiting until now; returns how many balances."""
    with programme.access.transaction():
        due = moving.claim_ready(programme.access, now)
        post_logged(
            programme.access, [ledger.opening_ready(row.party, row.amount, row.currency) for row in due], at=now
        )
    return len(due)


def opening_leaf(row: OpeningRow, key: bytes | None) -> dict[str, Any]:
    """The log's record of an opening balance; ``key`` is the party's salt key. Without one it is open to nobody."""
    key = key or os.urandom(commitments.SALT_BYTES)
    name = _name(row)
    return leaves.opening(
        opening=commitments.opening(commitments.derive_salt(key, "opening", name), name),
        tool=NAMES[row.tool],
        file=row.file_hash.hex(),
        moved_on=row.moved_on,
        currency=row.currency,
        amount=row.amount,
        matures_at=row.matures_at,
        who=commitments.who(commitments.derive_salt(key, "opening who", name), row.public_id),
    )


def entries(programme: Programme, party: int, size: int) -> list[Entry]:
    """A party's opening balances for her statement over a log of ``size`` records."""
    access = programme.access
    key = programme.vault.party_salts([party])[party][1]
    rows = [row for row in moving.openings(access, party) if row.leaf_index < size]
    if key is None or not rows:
        return []
    proofs = log_store.inclusions(access, [row.leaf_index for row in rows], size)
    return [
        Entry(
            index=row.leaf_index,
            body=opening_leaf(row, key),
            proof=proofs[row.leaf_index],
            opens=moved_opening(_name(row), commitments.derive_salt(key, "opening", _name(row))),
            salts={"payee": commitments.derive_salt(key, "opening who", _name(row))},
        )
        for row in rows
    ]


def _write(
    programme: Programme, tool: str, file: str, news: Sequence[NewOpening], now: Instant, before: list[dict[str, Any]]
) -> None:
    """The rows of opening balances and their records of the log, which come after ``before``."""
    salts = programme.vault.party_salts({one.party for one in news})
    rows = _rows(programme, tool, file, news, now)
    rows = [row._replace(public_id=salts[row.party][0]) for row in rows]
    bodies = [opening_leaf(row, salts[row.party][1]) for row in rows]
    first = log_store.append(programme.access, [*before, *bodies]) + len(before)
    moving.insert_openings(programme.access, [row._replace(leaf_index=first + n) for n, row in enumerate(rows)])


def _movement(tool: str, one: NewOpening) -> ledger.Transfer:
    if tool == ABSORBED:
        return ledger.absorb(one.party, one.amount, one.currency)
    if tool in (EXPENSE, ALLOWANCE):
        return ledger.pay_back(one.party, one.amount, one.currency, receipt=tool == EXPENSE)
    if one.amount < 0:
        return ledger.take_back_opening(one.party, -one.amount, one.currency)
    return ledger.open_with(one.party, one.amount, one.currency, waiting=one.ready_at is not None)


def _name(row: OpeningRow) -> str:
    return opening_name(row.tool, row.source, row.currency, row.nth)


def _rows(programme: Programme, tool: str, file: str, news: Sequence[NewOpening], now: Instant) -> list[OpeningRow]:
    numbers = Counter(moving.last_nth(programme.access, tool, {one.source for one in news}))
    day = local_date(now, programme.book.at(now).zone).isoformat()
    rows = []
    for one in news:
        numbers[one.source, one.currency] += 1
        nth, what = numbers[one.source, one.currency], (one.currency, one.amount, day, now, one.ready_at)
        rows.append(OpeningRow(0, one.party, tool, one.source, nth, bytes.fromhex(file), *what, 0, "", None))
    return rows
