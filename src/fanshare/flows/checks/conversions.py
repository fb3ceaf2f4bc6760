"""Conversions against their rates, the payments they are for, and the accounts that stand between two currencies."""

from collections.abc import Iterator

from fanshare.core.instants import Instant
from fanshare.core.ledger import AccountKind
from fanshare.core.money import Micros, format_micros
from fanshare.core.rates import Converted, is_sound
from fanshare.core.replaced import is_gone, is_lawful, signed, unsummed
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.context import Programme
from fanshare.store import books
from fanshare.store.queries import conversions as rows
from fanshare.store.queries.conversions import Conversion

_LOST = """
SELECT DISTINCT e.payout_id FROM payout_event e
  LEFT JOIN payout_exchange x ON x.programme_id = e.programme_id AND e.payout_id IN (x.payout_id, x.got_payout_id)
 WHERE e.programme_id = %(programme_id)s AND e.state IN ('exchanged', 'received') AND x.payout_id IS NULL ORDER BY 1
"""
_OF = """
SELECT o.id, o.party_id, o.currency, o.amount, o.state, o.created_at FROM payout o
  JOIN payout_exchange x ON x.programme_id = o.programme_id AND x.of_payout_id = o.id
 WHERE o.programme_id = %(programme_id)s
"""
_PARTIES = "SELECT id, party_id FROM payout WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s)"


def conversions(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Each conversion follows from its rates, is what its payment is of, and came back exactly where that did; and the
    accounts between currencies are the sums of the legs.
    """
    access = programme.access
    for (payout,) in access.fetch(_LOST):
        yield Offence(f"payout_exchange of payout {payout}", "missing", "the conversion that it is a leg of")
    found = rows.every(access)
    payments = {row[0]: row[1:] for row in access.fetch(_OF)}
    whose: dict[int, int] = dict(access.fetch(_PARTIES, {"ids": [one.got_payout for one in found]}))
    for one in found:
        if one.of is None:
            yield from _lawful(one, whose[one.got_payout])
        else:
            yield from _one(one, payments[one.of], whose[one.got_payout])
    yield from _wholes(found)
    yield from _sums(programme, found)


def _one(one: Conversion, payment: tuple[object, ...], gets: int) -> Iterator[Offence]:
    where, rate = f"payout_exchange {one.given_payout}", one.converted
    party, currency, amount, state, sent_at = payment
    if not is_sound(rate):
        told = f"{format_micros(rate.given)} {rate.quote.origin} for {format_micros(rate.got)} {rate.quote.target}"
        yield Offence(where, told, f"what follows from {rate.quote.origin_per} and {rate.quote.target_per}")
    yield from compare(f"{where}, whose", (one.party, gets), (party, party))
    yield from compare(f"{where}, what it is for", (rate.got, rate.quote.target), (amount, currency))
    yield from compare(f"{where}, frozen at", one.frozen_at, sent_at)
    back = state == "returned"
    expected = ("returned", "returned") if back else ("exchanged", "received")
    yield from compare(f"{where}, its legs", (one.given_state, one.got_state), expected)


def _lawful(one: Conversion, gets: int) -> Iterator[Offence]:
    """A change because a currency was replaced: of one payee, at the rate of the law, after its day, for good."""
    where, rate = f"payout_exchange {one.given_payout}", one.converted
    if not is_lawful(rate):
        told = f"{format_micros(rate.given)} {rate.quote.origin} for {format_micros(rate.got)} {rate.quote.target}"
        yield Offence(where, told, "what the law's rate says, and less than a micro from it")
    elif not is_gone(signed(rate)[0], one.frozen_at):
        yield Offence(f"{where}, frozen at", str(one.frozen_at), f"after {rate.quote.day}")
    yield from compare(f"{where}, whose", gets, one.party)
    yield from compare(f"{where}, its legs", (one.given_state, one.got_state), ("exchanged", "received"))


def _wholes(found: list[Conversion]) -> Iterator[Offence]:
    """All of a payee's changes of a replaced currency together are what their sum is worth."""
    mine: dict[int, list[Converted]] = {}
    for one in found:
        if one.of is None and is_lawful(one.converted):
            mine.setdefault(one.party, []).append(one.converted)
    for party, changes in sorted(mine.items()):
        for currency, got, right in unsummed(changes):
            where = f"what was changed of {currency} of party {party}"
            yield Offence(where, format_micros(got), format_micros(right))


def _sums(programme: Programme, found: list[Conversion]) -> Iterator[Offence]:
    said: dict[str, Micros] = {}
    for one in found:
        for currency, amount in (
            (one.converted.quote.origin, one.converted.given),
            (one.converted.quote.target, -one.converted.got),
        ):
            said[currency] = said.get(currency, 0) + amount * one.stands
    booked = {
        key.currency: amount
        for key, amount in books.balances(programme.access).items()
        if key.account.kind is AccountKind.LIQUIDITY
    }
    for currency in sorted(said.keys() | booked.keys()):
        there, expected = booked.get(currency, 0), said.get(currency, 0)
        yield from compare(f"between currencies in {currency}", format_micros(there), format_micros(expected))
