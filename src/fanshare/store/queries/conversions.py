"""Conversions: their two legs, which are payouts, the rates they follow, and the payment they are for, if any."""

from collections.abc import Sequence
from typing import Any, LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.rates import Converted, Quote
from fanshare.store.access import Access

_ADD = """
INSERT INTO payout_exchange
       (programme_id, payout_id, got_payout_id, of_payout_id, source, day, origin_per, target_per, frozen_at)
SELECT %(programme_id)s, given, got, of, source, day::date, origin_per, target_per, %(now)s
  FROM unnest(%(given)s::bigint[], %(got)s::bigint[], %(of)s::bigint[], %(sources)s::text[], %(days)s::text[],
              %(origin_pers)s::text[], %(target_pers)s::text[])
       AS n (given, got, of, source, day, origin_per, target_per)
"""
_ALL: LiteralString = """
SELECT x.payout_id, x.got_payout_id, x.of_payout_id, g.party_id, x.source, x.day, g.currency, r.currency,
       x.origin_per, x.target_per, g.amount, r.amount, g.state, r.state, x.frozen_at
  FROM payout_exchange x
  JOIN payout g ON g.programme_id = x.programme_id AND g.id = x.payout_id
  JOIN payout r ON r.programme_id = x.programme_id AND r.id = x.got_payout_id
 WHERE x.programme_id = %(programme_id)s
"""
_OF_LEGS = _ALL + " AND (x.payout_id = ANY(%(payouts)s) OR x.got_payout_id = ANY(%(payouts)s))"
_OF_PAYOUT = _ALL + " AND x.of_payout_id = %(payout)s"
_OF_PAYOUTS = _ALL + " AND x.of_payout_id = ANY(%(payouts)s) ORDER BY x.payout_id"
_EVERY = _ALL + " ORDER BY x.payout_id"
_LAWFUL = (
    _ALL
    + """ AND x.source = 'LAW' AND (%(parties)s::bigint[] IS NULL OR g.party_id = ANY(%(parties)s))
 ORDER BY x.payout_id"""
)
_SUMS = """
SELECT currency, balance FROM account
 WHERE programme_id = %(programme_id)s AND kind = 'liquidity' AND balance <> 0 ORDER BY currency
"""


class Conversion(NamedTuple):
    """A conversion: its legs as payouts, the payment it was made for (``None`` where a currency was replaced), and the
    states its legs are in.
    """

    given_payout: int
    got_payout: int
    of: int | None
    party: int
    converted: Converted
    given_state: str
    got_state: str
    frozen_at: Instant

    @property
    def stands(self) -> bool:
        """Whether it did not come back."""
        return self.given_state != "returned"


class Legs(NamedTuple):
    """Which payouts are the legs of a conversion, for which payment or for none (``of``), by which rates."""

    given: int
    got: int
    of: int | None
    quote: Quote


def add(access: Access, legs: Sequence[Legs], now: Instant) -> None:
    """Write down conversions, in one statement."""
    columns = {
        "given": [one.given for one in legs],
        "got": [one.got for one in legs],
        "of": [one.of for one in legs],
        "sources": [one.quote.source for one in legs],
        "days": [one.quote.day for one in legs],
        "origin_pers": [one.quote.origin_per for one in legs],
        "target_pers": [one.quote.target_per for one in legs],
    }
    access.later(_ADD, {**columns, "now": now})


def of_legs(access: Access, payouts: Sequence[int]) -> dict[int, Conversion]:
    """The conversions that payouts are legs of, by the numbers of both legs."""
    if not payouts:
        return {}
    found = [_read(row) for row in access.fetch(_OF_LEGS, {"payouts": [*payouts]})]
    return {leg: one for one in found for leg in (one.given_payout, one.got_payout)}


def of_payout(access: Access, payout: int) -> Conversion | None:
    """The conversion that was made for a payment."""
    return _one(access.fetch(_OF_PAYOUT, {"payout": payout}))


def of_payouts(access: Access, payouts: Sequence[int]) -> dict[int, Conversion]:
    """The conversions that were made for payments, by payment."""
    found = map(_read, access.fetch(_OF_PAYOUTS, {"payouts": [*payouts]}))
    return {one.of: one for one in found if one.of is not None}


def lawful(access: Access, parties: Sequence[int] | None = None) -> list[Conversion]:
    """What was changed because a currency was replaced, of some parties or all."""
    return [_read(row) for row in access.fetch(_LAWFUL, {"parties": parties and [*parties]})]


def every(access: Access) -> list[Conversion]:
    """All of a programme."""
    return [_read(row) for row in access.fetch(_EVERY)]


def liquidity(access: Access) -> dict[str, Micros]:
    """By currency what was given for others (above zero), or was taken for others (below)."""
    return dict(access.fetch(_SUMS))


def _one(found: Sequence[Any]) -> Conversion | None:
    return _read(found[0]) if found else None


def _read(row: Sequence[Any]) -> Conversion:
    given, got, of, party, *rate, given_amount, got_amount, given_state, got_state, at = row
    return Conversion(
        given, got, of, party, Converted(Quote(*rate), given_amount, got_amount), given_state, got_state, at
    )
