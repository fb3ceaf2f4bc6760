"""Accounts that people named for their money: the rows, without what the vault keeps."""

from collections.abc import Iterable, Sequence
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access
from fanshare.store.queries.tax_forms import MISSING

_ALIVE = """
SELECT id, party_id, kind, currency, set_at, usable_at, undone_at FROM payee_account
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND undone_at IS NULL AND left_at IS NULL ORDER BY id
"""
_ONE = """
SELECT id, party_id, kind, currency, set_at, usable_at, undone_at FROM payee_account
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
# Sending a run locks its payees for share: a change comes wholly before or wholly after it.
_LOCK = """
SELECT person_id FROM party
 WHERE programme_id = %(programme_id)s AND id = %(party)s AND erased_at IS NULL FOR NO KEY UPDATE
"""
_PERSON = "SELECT person_id FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s AND erased_at IS NULL"
_SINCE = """
SELECT count(*) FROM payee_account
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND set_at > %(since)s
"""
_ADD = """
INSERT INTO payee_account (programme_id, party_id, kind, currency, set_at, usable_at)
VALUES (%(programme_id)s, %(party)s, %(kind)s, %(currency)s, %(now)s, %(usable)s) RETURNING id
"""
_UNDO = "UPDATE payee_account SET undone_at = %(now)s WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s)"
_LEAVE = "UPDATE payee_account SET left_at = %(now)s WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s)"
_WAITS = """
WITH named AS (
    SELECT currency, max(usable_at) AS usable_at FROM payee_account
     WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND undone_at IS NULL AND left_at IS NULL
     GROUP BY currency
)
SELECT currency, usable_at FROM named WHERE usable_at > %(now)s
 UNION ALL
SELECT w.currency, 0 FROM (VALUES ('EUR', 'iban'), ('USD', 'us')) w (currency, kind)
  JOIN payout_debtor d ON d.programme_id = %(programme_id)s AND d.kind = w.kind
 WHERE w.currency NOT IN (SELECT currency FROM named)
   AND NOT EXISTS (SELECT FROM payee_currency c
                     JOIN payout_currency m ON m.programme_id = c.programme_id AND m.currency = c.currency
                    WHERE c.programme_id = %(programme_id)s AND c.party_id = %(party)s AND c.currency <> w.currency)
 ORDER BY 1
"""
_AND_STOPPED: LiteralString = """
SELECT currency, until, '' FROM ({}) w (currency, until)
 UNION ALL SELECT '', -1, '' WHERE {}
 UNION ALL SELECT '', 0, reason FROM payout_stop WHERE programme_id = %(programme_id)s AND party_id = %(party)s
 ORDER BY 1
"""
_KEPT_BACK = _AND_STOPPED.format(_WAITS, MISSING)
_FRESH = """
SELECT id FROM payee_account
 WHERE programme_id = %(programme_id)s AND usable_at > %(since)s AND undone_at IS NULL AND left_at IS NULL ORDER BY id
"""
_DROP_SEALED = "DELETE FROM vault_item WHERE programme_id = %(programme_id)s AND kind = ANY(%(kinds)s)"
_SENT_TO = """
SELECT DISTINCT account_id FROM payout_item WHERE programme_id = %(programme_id)s AND account_id = ANY(%(ids)s)
"""
_FORGET = """
UPDATE payee_account SET left_at = %(now)s
 WHERE programme_id = %(programme_id)s AND party_id = ANY(%(parties)s) AND left_at IS NULL AND undone_at IS NULL
"""


class Named(NamedTuple):
    """An account that was named: which it is stands in the vault under its id."""

    id: int
    party: int
    kind: str
    currency: str
    set_at: Instant
    usable_at: Instant
    undone_at: Instant | None


class KeptBack(NamedTuple):
    """``waits`` as ``waits`` gives it; why her payouts are stopped, empty where they are not; whether a form for the
    tax is asked of her and missing.
    """

    waits: list[tuple[str, Instant]]
    stopped: str
    no_form: bool


def alive(access: Access, party: int) -> list[Named]:
    """What was named and neither undone nor left, in its order."""
    return [Named(*row) for row in access.fetch(_ALIVE, {"party": party})]


def one(access: Access, id_: int) -> Named | None:
    """One of them, whatever became of it."""
    row = access.fetch_one(_ONE, {"id": id_})
    return None if row is None else Named(*row)


def locked_person(access: Access, party: int) -> int | None:
    """Who stands behind a party; nothing of hers is sent, and she isn't erased, until the transaction ends."""
    found: int | None = access.value(_LOCK, {"party": party})
    return found


def person(access: Access, party: int) -> int | None:
    """Who stands behind a party that was not erased."""
    found: int | None = access.value(_PERSON, {"party": party})
    return found


def count_since(access: Access, party: int, since: Instant) -> int:
    """How often she named one since then."""
    return int(access.value(_SINCE, {"party": party, "since": since}))


def add(access: Access, party: int, way: tuple[str, str], now: Instant, usable_at: Instant) -> int:
    """Another one, from now on: ``way`` is its kind and currency."""
    given = {"party": party, "kind": way[0], "currency": way[1], "now": now, "usable": usable_at}
    return int(access.value(_ADD, given))


def undo(access: Access, ids: Sequence[int], now: Instant) -> None:
    """These are given up."""
    access.execute(_UNDO, {"ids": [*ids], "now": now})


def leave(access: Access, ids: Sequence[int], now: Instant) -> None:
    """These were replaced."""
    access.execute(_LEAVE, {"ids": [*ids], "now": now})


def fresh(access: Access, since: Instant) -> list[int]:
    """Accounts that still waited at an instant and were not given up."""
    return [row[0] for row in access.fetch(_FRESH, {"since": since})]


def drop_sealed(access: Access, kinds: Sequence[str]) -> None:
    """Forget what these accounts are."""
    access.execute(_DROP_SEALED, {"kinds": [*kinds]})


def waits(access: Access, party: int, now: Instant) -> list[tuple[str, Instant]]:
    """What keeps her money from leaving: a currency, and until when her change waits; 0 where she named no account and
    the brand pays to named ones alone.
    """
    return [(currency, until) for currency, until in access.fetch(_WAITS, {"party": party, "now": now})]


def kept_back(access: Access, party: int, now: Instant) -> KeptBack:
    """The same, and what else keeps all of it back for the time being."""
    rows = access.fetch(_KEPT_BACK, {"party": party, "now": now})
    stopped = next((why for _currency, _until, why in rows if why), "")
    no_form = any(until < 0 for _currency, until, _why in rows)
    return KeptBack([(currency, until) for currency, until, _why in rows if currency], stopped, no_form)


def sent_to(access: Access, ids: Sequence[int]) -> set[int]:
    """Those of them that a payment went to: a bank's file may name them again."""
    return {row[0] for row in access.fetch(_SENT_TO, {"ids": [*ids]})} if ids else set()


def forget(access: Access, parties: Iterable[int], now: Instant) -> None:
    """Nothing goes to these people any more: they are erased."""
    access.execute(_FORGET, {"parties": [*parties], "now": now})
