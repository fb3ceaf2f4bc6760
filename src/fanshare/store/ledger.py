"""The ledger in PostgreSQL: batches of transfers, and balances that can't disagree with them.

One batch is a handful of statements over arrays, whatever its size: missing accounts are inserted, the others
are locked in id order (so two batches never wait for each other in a circle), balances move by the net amount, and the
transfers are appended, all in one transaction. CHECK constraints refuse what must not be.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from psycopg import errors

from fanshare.core import leaves, log
from fanshare.core.canonical import canonical
from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.instants import Instant
from fanshare.core.ledger import AccountKey, AccountKind, Balance, Transfer
from fanshare.core.money import MAX_MICROS, Micros
from fanshare.store import log_store
from fanshare.store.access import Access, Row


class Known(NamedTuple):
    """Accounts of some kinds of some parties that were asked for, and the rows of those that there are."""

    kinds: frozenset[AccountKind]
    parties: frozenset[int]
    found: Callable[[], dict[Balance, int]]

    def covers(self, key: Balance) -> bool:
        """Whether it was asked for; then it is not there if it was not found."""
        return key.account.kind in self.kinds and key.account.party in self.parties


class Posting(NamedTuple):
    """What a batch wrote: how many transfers, the number of the batch, and its root (hex) for the log.

    The root is the RFC 6962 root over the transfers' digests in the order of their ids; 0 and "" for an empty batch.
    """

    transfers: int
    number: int
    root: str

    def leaf(self) -> dict[str, object]:
        """The log leaf that fixes the batch; the caller appends it in the same transaction, after all other locks."""
        return leaves.posting(number=self.number, count=self.transfers, root=self.root)


_REFUSALS = {
    "pending_not_negative": "More would be taken from a waiting share than is in it.",
    "held_not_negative": "More would be taken from a held share than is in it.",
    "in_transit_not_negative": "More would be settled or returned than is in transit.",
    "paid_not_negative": "More would be returned than was paid.",
    "unclaimed_not_negative": "More would be claimed than is unclaimed.",
    "tax_paid_not_negative": "More would be taken back from a tax authority than it was given.",
    "fee_not_negative": "More fee would be given back than was taken.",
}

#: An enumeration looks a value up six times as slowly.
_KINDS = {str(kind): kind for kind in AccountKind}
_NUMBER = "SELECT nextval('posting_number') WHERE %(programme_id)s > 0"
# The two branches keep the index usable: NULL equals nothing in a join.
_FIND = """
SELECT a.kind, a.party_id, a.currency, a.id FROM account a
  JOIN unnest(%(currencies)s::text[], %(kinds)s::text[], %(parties)s::bigint[]) AS k (currency, kind, party_id)
    ON a.currency = k.currency AND a.kind = k.kind AND a.party_id = k.party_id
 WHERE a.programme_id = %(programme_id)s
 UNION ALL
SELECT a.kind, NULL, a.currency, a.id FROM account a
  JOIN unnest(%(currencies)s::text[], %(kinds)s::text[], %(parties)s::bigint[]) AS k (currency, kind, party_id)
    ON a.currency = k.currency AND a.kind = k.kind AND a.party_id IS NULL AND k.party_id IS NULL
 WHERE a.programme_id = %(programme_id)s
"""
_OF_PARTIES = """
SELECT a.kind, a.party_id, a.currency, a.id FROM account a
 WHERE a.programme_id = %(programme_id)s AND a.party_id = ANY(%(parties)s::bigint[]) AND a.kind = ANY(%(kinds)s::text[])
"""
_MAKE = """
INSERT INTO account (programme_id, currency, kind, party_id, balance)
SELECT %(programme_id)s, * FROM unnest(%(currencies)s::text[], %(kinds)s::text[], %(parties)s::bigint[],
                                       %(deltas)s::bigint[])
ON CONFLICT (programme_id, currency, kind, party_id) DO NOTHING RETURNING kind, party_id, currency, id
"""
_LOCK = """
SELECT count(*) FROM (
       SELECT FROM account WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE) l
"""
_MOVE = """
UPDATE account a SET balance = a.balance + d.delta FROM unnest(%(ids)s::bigint[], %(deltas)s::bigint[]) AS d (id, delta)
 WHERE a.programme_id = %(programme_id)s AND a.id = d.id
"""
_TRANSFERS = """
INSERT INTO transfer (programme_id, posting, digest, kind, debit_account_id, credit_account_id, amount, currency,
                      order_id, creator_party_id, party_id, role, payout_id, gift_id, at)
SELECT %(programme_id)s, %(posting)s, digest, kind, debit, credit, amount, currency,
       order_id, creator, party, role, payout, gift, %(at)s
  FROM unnest(%(kind)s::text[], %(debit)s::bigint[], %(credit)s::bigint[], %(amount)s::bigint[], %(currency)s::text[],
              %(order)s::bigint[], %(creator)s::bigint[], %(party)s::bigint[], %(role)s::text[], %(payout)s::bigint[],
              %(gift)s::bigint[], %(digest)s::bytea[]) WITH ORDINALITY
       AS t (kind, debit, credit, amount, currency, order_id, creator, party, role, payout, gift, digest, n)
 ORDER BY n
"""


def post(access: Access, batch: Sequence[Transfer], *, at: Instant) -> Posting:
    """Post a batch: all of it or nothing, durable on return (or with the surrounding transaction).

    Raises ``ConflictError`` (``overdrawn``) and ``FanshareError`` (``balance_out_of_range``), inside ``access.ahead``
    perhaps by a later statement or at its end; a database error that ``access.retry`` cures passes through.
    """
    with access.transaction():
        return posting(access, batch, at=at)()


def posting(
    access: Access, batch: Sequence[Transfer], *, at: Instant, known: Known | None = None
) -> Callable[[], Posting]:
    """The same in the caller's transaction, which does something else until it calls what this returns: accounts that
    are missing are made meanwhile (``access.ahead``). ``known`` is what ``known_accounts`` was asked for before.
    """
    if not batch:
        return lambda: Posting(0, 0, "")
    deltas = _deltas(batch)
    drawn = access.later(_NUMBER)
    there = _there(access, deltas, known)
    news = sorted(deltas.keys() - there.keys(), key=_sortable)
    made = _making(access, news, deltas)
    moved = _moved(access, {id_: deltas[key] for key, id_ in there.items()})
    digests = [transfer_digest(transfer, at) for transfer in batch]
    root = log.tree_root(digests).hex()
    columns = {name: access.written(values) for name, values in _of_transfers(batch, digests).items()}

    def posted() -> Posting:
        rows = made()
        theirs = _theirs(access, news, rows)
        ids = there | theirs
        _move(access, _moved(access, {id_: deltas[key] for key, id_ in ids.items()}) if theirs else moved)
        number = int(drawn.result()[0][0])
        whose = _whose(batch, ids | _by_balance(rows))
        access.later(_TRANSFERS, {**columns, **whose, "posting": number, "at": at}, within=_explained)
        return Posting(len(batch), number, root)

    return posted


def post_logged(access: Access, batch: Sequence[Transfer], *, at: Instant) -> Posting:
    """Post a batch and append its leaf to the log: for callers that have nothing else to log."""
    with access.transaction():
        posted = post(access, batch, at=at)
        if posted.transfers:
            log_store.append(access, [posted.leaf()])
        return posted


def _deltas(batch: Sequence[Transfer]) -> dict[Balance, Micros]:
    by_currency: dict[str, dict[AccountKey, Micros]] = defaultdict(lambda: defaultdict(int))
    for transfer in batch:
        accounts = by_currency[transfer.currency]
        accounts[transfer.debit] -= transfer.amount
        accounts[transfer.credit] += transfer.amount
    deltas = {
        Balance(account, currency): delta
        for currency, accounts in by_currency.items()
        for account, delta in accounts.items()
    }
    if any(abs(delta) > MAX_MICROS for delta in deltas.values()):
        raise FanshareError("balance_out_of_range", "A batch moves more than an account can hold.")
    return deltas


def known_accounts(access: Access, kinds: Collection[AccountKind], parties: Collection[int]) -> Known:
    """Ask for the rows of accounts that will be posted to: ``posting`` waits for less then (``access.ahead``)."""
    rows = access.later(_OF_PARTIES, {"kinds": [str(kind) for kind in kinds], "parties": [*parties]})
    return Known(frozenset(kinds), frozenset(parties), lambda: _by_balance(rows.result()))


def _there(access: Access, deltas: Mapping[Balance, Micros], known: Known | None) -> dict[Balance, int]:
    """The rows of accounts that there are."""
    asked = {} if known is None else known.found()
    others = _find_accounts(access, [key for key in deltas if known is None or not known.covers(key)])()
    return {key: id_ for key, id_ in asked.items() if key in deltas} | others


def _making(access: Access, news: Sequence[Balance], deltas: Mapping[Balance, Micros]) -> Callable[[], list[Row]]:
    """Accounts that are missing are made, with what moves on them: until the transaction ends nobody else sees or moves
    such a row, so that it needs no lock and no update. Returns the rows of those that were not made by somebody else.
    """
    if not news:
        return list
    return access.later(_MAKE, {**_columns(news), "deltas": [deltas[key] for key in news]}, within=_explained).result


def _theirs(access: Access, news: Sequence[Balance], made: Sequence[Row]) -> dict[Balance, int]:
    """The rows of accounts that somebody else has made since they were looked for."""
    if len(made) == len(news):
        return {}
    mine = _by_balance(made)
    return _find_accounts(access, [key for key in news if key not in mine])()


def _find_accounts(access: Access, keys: Sequence[Balance]) -> Callable[[], dict[Balance, int]]:
    if not keys:
        return dict
    rows = access.later(_FIND, _columns(keys))
    return lambda: _by_balance(rows.result())


def _by_balance(rows: Iterable[tuple[Any, ...]]) -> dict[Balance, int]:
    return {Balance(AccountKey(_KINDS[kind], party), currency): id_ for kind, party, currency, id_ in rows}


def _columns(keys: Sequence[Balance]) -> dict[str, list[str] | list[int | None]]:
    return {
        "currencies": [key.currency for key in keys],
        "kinds": [str(key.account.kind) for key in keys],
        "parties": [key.account.party for key in keys],
    }


def _sortable(key: Balance) -> tuple[str, str, int]:
    return (key.currency, key.account.kind, key.account.party or 0)


def _moved(access: Access, deltas: Mapping[int, Micros]) -> dict[str, Any]:
    """By how much which rows move, as it will be sent; all of them are locked, also where nothing comes of it."""
    moved = {id_: delta for id_, delta in deltas.items() if delta}
    columns = {"ids": list(moved), "deltas": list(moved.values()), "locked": sorted(deltas)}
    return {name: access.written(values) for name, values in columns.items()}


def _move(access: Access, moved: Mapping[str, Any]) -> None:
    access.later(_LOCK, {"ids": moved["locked"]})
    access.later(_MOVE, {"ids": moved["ids"], "deltas": moved["deltas"]}, within=_explained)


def _whose(batch: Sequence[Transfer], ids: Mapping[Balance, int]) -> dict[str, list[int]]:
    return {
        "debit": [ids[Balance(transfer.debit, transfer.currency)] for transfer in batch],
        "credit": [ids[Balance(transfer.credit, transfer.currency)] for transfer in batch],
    }


def _of_transfers(batch: Sequence[Transfer], digests: list[bytes]) -> dict[str, list[Any]]:
    """What of the transfers is known before the rows of their accounts are."""
    return {
        "digest": digests,
        "kind": [str(transfer.kind) for transfer in batch],
        "amount": [transfer.amount for transfer in batch],
        "currency": [transfer.currency for transfer in batch],
        "order": [transfer.order for transfer in batch],
        "creator": [transfer.creator for transfer in batch],
        "party": [transfer.party for transfer in batch],
        "role": [transfer.role for transfer in batch],
        "payout": [transfer.payout for transfer in batch],
        "gift": [transfer.gift for transfer in batch],
    }


def transfer_digest(transfer: Transfer, at: Instant) -> bytes:
    """SHA-256 over a transfer as it was posted, accounts by kind and party: any later edit of it shows."""
    return hashlib.sha256(_text(transfer, at)).digest()


def _text(transfer: Transfer, at: Instant) -> bytes:
    """``canonical([_document(transfer), str(at)])``, put together at once: there are three transfers to an order."""
    role = transfer.role
    if transfer.gift is not None or (role is not None and not (role.isascii() and role.isalpha())):
        return canonical([_document(transfer), str(at)])
    return (
        f'[{{"amount":"{transfer.amount}","creator":{_number(transfer.creator)},"credit":{_leg(transfer.credit)},'
        f'"currency":"{transfer.currency}","debit":{_leg(transfer.debit)},"kind":"{transfer.kind}",'
        f'"order":{_number(transfer.order)},"party":{_number(transfer.party)},"payout":{_number(transfer.payout)},'
        f'"role":{"null" if role is None else f'"{role}"'}}},"{at}"]'
    ).encode()


def _leg(account: AccountKey) -> str:
    return f'["{account.kind}",{_number(account.party)}]'


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)


@contextmanager
def _explained() -> Iterator[None]:
    """Say in plain words why the database refused a batch."""
    try:
        yield
    except errors.CheckViolation as error:
        constraint = error.diag.constraint_name or ""
        if constraint in _REFUSALS:
            raise ConflictError("overdrawn", _REFUSALS[constraint]) from error
        if error.diag.datatype_name == "micros":
            raise FanshareError("balance_out_of_range", "A balance would outgrow what an account can hold.") from error
        raise
    except errors.NumericValueOutOfRange as error:
        raise FanshareError("balance_out_of_range", "A balance would outgrow what an account can hold.") from error


def _document(transfer: Transfer) -> dict[str, object]:
    """What makes two batches the same; amounts as text, because they may exceed 53 bits."""
    return {
        "kind": str(transfer.kind),
        "debit": [str(transfer.debit.kind), transfer.debit.party],
        "credit": [str(transfer.credit.kind), transfer.credit.party],
        "amount": str(transfer.amount),
        "currency": transfer.currency,
        "order": transfer.order,
        "creator": transfer.creator,
        "party": transfer.party,
        "role": transfer.role,
        "payout": transfer.payout,
        # Only where there is one: what was posted before there were gifts keeps its digest.
        **({} if transfer.gift is None else {"gift": transfer.gift}),
    }
