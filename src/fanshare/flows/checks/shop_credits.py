"""Credits against the payouts that are their money."""

from collections.abc import Iterator, Sequence

from fanshare.core import shop_credits as way
from fanshare.core.instants import Instant
from fanshare.core.money import format_micros
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.context import Programme
from fanshare.store.queries import shop_credits as rows
from fanshare.store.queries.shop_credits import Credit

_PAYOUTS = """
SELECT p.id, p.party_id, p.currency, p.amount, p.state FROM payout p
  JOIN shop_credit c ON c.programme_id = p.programme_id AND c.payout_id = p.id
 WHERE p.programme_id = %(programme_id)s
"""
_GIVEN = """
SELECT id, connection_id, currency, amount, ends_at FROM credit_stock
 WHERE programme_id = %(programme_id)s AND given_at IS NOT NULL ORDER BY id
"""


def credits_paid(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Each credit's money is where its state says; what was used and what is left are what its code was worth."""
    access = programme.access
    found = rows.listed(access)
    money = {row[0]: row[1:] for row in access.fetch(_PAYOUTS)}
    rests = {row.rest_of: row for row in found if row.rest_of is not None}
    for row in found:
        where = f"shop_credit {row.id}, payout {row.payout}"
        yield from compare(where, money.get(row.payout), (row.party, row.currency, *_expected(row)))
        yield from _whole(where, row, rests.get(row.id))
    yield from _given(programme, found)


def _given(programme: Programme, credits_: Sequence[Credit]) -> Iterator[Offence]:
    """Each code of a stock that was given away is one credit of its worth, and every such credit has one."""
    given = {row[0]: row[1:] for row in programme.access.fetch(_GIVEN)}
    held = {row.stock: row for row in credits_ if row.stock is not None}
    for id_ in sorted(given.keys() | held.keys()):
        row = held.get(id_)
        there = None if row is None else (row.connection, row.currency, row.amount, row.ends_at)
        yield from compare(f"credit_stock {id_}, shop_credit {row and row.id}", there, given.get(id_))


def _expected(row: Credit) -> tuple[int, str]:
    """The amount and state of the payout of a credit."""
    if row.state in way.ON_ITS_WAY and not row.used:
        return row.amount, "in_transit"
    if row.state in {way.USED, way.ENDING} and row.used:
        return row.used, "final"
    return row.used or row.amount, "returned"


def _whole(where: str, row: Credit, rest: Credit | None) -> Iterator[Offence]:
    if rest is None:
        return
    if rest.amount + row.used != row.amount:
        said = f"{format_micros(row.used)} used and {format_micros(rest.amount)} left"
        yield Offence(f"{where}, rest shop_credit {rest.id}", said, format_micros(row.amount))
    yield from compare(f"shop_credit {rest.id}", (rest.party, rest.currency), (row.party, row.currency))
