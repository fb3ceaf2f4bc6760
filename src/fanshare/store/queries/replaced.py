"""What is ready in currencies that were replaced, and where nothing is offered in them any more."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.money import Micros
from fanshare.store.access import Access

_ANY = """
SELECT EXISTS (SELECT FROM account WHERE programme_id = %(programme_id)s AND kind = 'available'
                  AND currency = ANY(%(codes)s) AND balance <> 0)
    OR EXISTS (SELECT FROM payout_currency WHERE programme_id = %(programme_id)s AND currency = ANY(%(codes)s))
"""
_ONE = "SELECT pg_advisory_xact_lock(hashtextextended('replaced currencies', %(programme_id)s))"
_PAGE = """
SELECT id, party_id FROM account
 WHERE programme_id = %(programme_id)s AND kind = 'available' AND currency = ANY(%(codes)s) AND balance <> 0
   AND id > %(after)s ORDER BY id LIMIT %(most)s
"""
# All that is posted to, in the order in which everybody locks accounts.
_LOCK = """
SELECT id FROM account
 WHERE programme_id = %(programme_id)s
   AND ((kind = 'available' AND party_id = ANY(%(parties)s) AND currency = ANY(%(both)s))
        OR (kind = 'liquidity' AND currency = ANY(%(both)s)))
 ORDER BY id FOR NO KEY UPDATE
"""
_READY = """
SELECT a.party_id, a.currency, a.balance, p.erased_at IS NOT NULL
  FROM account a JOIN party p ON p.programme_id = a.programme_id AND p.id = a.party_id
 WHERE a.programme_id = %(programme_id)s AND a.id = ANY(%(ids)s) AND a.balance <> 0 ORDER BY a.id
"""
_STOP_OFFERING = "DELETE FROM payout_currency WHERE programme_id = %(programme_id)s AND currency = ANY(%(codes)s)"


class Standing(NamedTuple):
    """A ready balance in a replaced currency, above or below zero."""

    party: int
    currency: str
    balance: Micros
    erased: bool


class Page(NamedTuple):
    """Accounts to look at together: their numbers, and whose they are."""

    ids: list[int]
    parties: list[int]


def is_any(access: Access, codes: Sequence[str]) -> bool:
    """Whether there is anything to do."""
    return bool(access.value(_ANY, {"codes": [*codes]}))


def one_at_a_time(access: Access) -> None:
    """Until the transaction ends nobody else changes what is ready in replaced currencies. Taken before other locks."""
    access.execute(_ONE)


def page(access: Access, codes: Sequence[str], after: int, most: int) -> Page:
    """The next accounts on which something is ready."""
    rows = access.fetch(_PAGE, {"codes": [*codes], "after": after, "most": most})
    return Page([row[0] for row in rows], [row[1] for row in rows])


def ready(access: Access, found: Page, both: Sequence[str]) -> list[Standing]:
    """What is ready on them by now, locked; ``both``: the replaced currencies and those that replaced them."""
    access.execute(_LOCK, {"parties": found.parties, "both": [*both]})
    return [Standing(*row) for row in access.fetch(_READY, {"ids": found.ids})]


def stop_offering(access: Access, codes: Sequence[str]) -> None:
    """Nobody is paid in these any more who wished so: she is paid in the currency of the sale."""
    access.execute(_STOP_OFFERING, {"codes": [*codes]})
