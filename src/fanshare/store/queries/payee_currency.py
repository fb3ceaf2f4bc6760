"""In which currencies a brand pays whoever wishes so, and who wishes which."""

from collections.abc import Sequence

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_OFFERED = "SELECT currency FROM payout_currency WHERE programme_id = %(programme_id)s ORDER BY currency"
_OFFER_NONE = "DELETE FROM payout_currency WHERE programme_id = %(programme_id)s"
_OFFER = """
INSERT INTO payout_currency (programme_id, currency)
SELECT %(programme_id)s, currency FROM unnest(%(currencies)s::text[]) AS one (currency)
"""
_CHOSEN = "SELECT currency FROM payee_currency WHERE programme_id = %(programme_id)s AND party_id = %(party)s"
_CHOOSE = """
INSERT INTO payee_currency (programme_id, party_id, currency, at)
VALUES (%(programme_id)s, %(party)s, %(currency)s, %(now)s)
ON CONFLICT (programme_id, party_id) DO UPDATE SET currency = excluded.currency, at = excluded.at
"""
_FORGET = "DELETE FROM payee_currency WHERE programme_id = %(programme_id)s AND party_id = ANY(%(parties)s)"


def offered(access: Access) -> list[str]:
    """What the brand pays in where somebody wishes so, besides the currency of the sale."""
    return [row[0] for row in access.fetch(_OFFERED)]


def offer(access: Access, currencies: Sequence[str]) -> None:
    """These from now on, and no others."""
    access.execute(_OFFER_NONE)
    access.execute(_OFFER, {"currencies": sorted(set(currencies))})


def chosen(access: Access, party: int) -> str:
    """What she wishes to be paid in; empty where that is the currency of each sale."""
    return str(access.value(_CHOSEN, {"party": party}) or "")


def choose(access: Access, party: int, currency: str, now: Instant) -> None:
    """What she wishes from now on; empty: the currency of each sale."""
    if currency:
        access.execute(_CHOOSE, {"party": party, "currency": currency, "now": now})
    else:
        forget(access, [party])


def forget(access: Access, parties: Sequence[int]) -> None:
    """What people wished who are erased, or wish no more."""
    access.execute(_FORGET, {"parties": [*parties]})
