"""Gifts in the books that are edited behind their back."""

from fanshare.core.instants import HOUR, Instant
from fanshare.flows import gift_records, payouts
from fanshare.store.queries import gifts as rows
from fanshare.store.queries.gifts import GiftRow
from tests.support.pg_books import PgBooks

_CREATORS = """
SELECT id FROM party WHERE programme_id = %(programme_id)s AND kind = 'creator' AND id <> %(giver)s ORDER BY id LIMIT 2
"""


def gifts_are_given(books: PgBooks, payout: int, now: Instant) -> None:
    """Whoever a payout was only planned for gives two creators some of it."""
    programme, access = books.programme, books.access
    with access.transaction():
        giver = payouts.find(access, payout)
    for nth, (creator,) in enumerate(access.fetch(_CREATORS, {"giver": giver.party}), 1):
        at, amount = now + nth * HOUR, nth * 10_000
        with access.transaction():
            named = {"giver": giver.party, "creator": creator, "currency": giver.currency, "amount": amount}
            made = rows.add(access, {**named, "state": "kept", "now": at})
            given = GiftRow(made, giver.party, creator, giver.currency, amount, "kept", at, at)
            gift_records.enter(programme, [given], at)
