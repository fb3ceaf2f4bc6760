"""What is held for tax authorities against the payouts it was held of, and what was handed on."""

from collections.abc import Iterator, Mapping, Sequence

from fanshare.core.instants import Instant
from fanshare.core.ledger import AccountKind
from fanshare.core.money import MICROS, Micros, format_micros, from_minor_units, minor_units
from fanshare.core.tax.withholding import part
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.context import Programme
from fanshare.flows.earned import whole
from fanshare.flows.withholding import home
from fanshare.store import books
from fanshare.store.access import Access
from fanshare.store.queries import tax_years as rows
from fanshare.store.queries.tax_years import PartRow

_LOST = """
SELECT DISTINCT e.payout_id FROM payout_event e
  LEFT JOIN tax_withheld w ON w.programme_id = e.programme_id AND w.payout_id = e.payout_id
 WHERE e.programme_id = %(programme_id)s AND e.state = 'withheld' AND w.payout_id IS NULL ORDER BY 1
"""
_REST = """
SELECT o.id, o.party_id, coalesce(g.currency, o.currency), coalesce(g.amount, o.amount), o.state FROM payout o
  LEFT JOIN payout_exchange x ON x.programme_id = o.programme_id AND x.of_payout_id = o.id
  LEFT JOIN payout g ON g.programme_id = x.programme_id AND g.id = x.payout_id
 WHERE o.programme_id = %(programme_id)s AND o.id = ANY(%(ids)s)
"""
_SUMS = """
SELECT currency, sum(held)::bigint, sum(deposited)::bigint FROM (
    SELECT currency, amount AS held, 0 AS deposited FROM payout
     WHERE programme_id = %(programme_id)s AND state = 'withheld'
    UNION ALL
    SELECT currency, 0, amount FROM tax_deposit WHERE programme_id = %(programme_id)s) s
 GROUP BY currency
"""


def withheld(programme: Programme, _: Instant) -> Iterator[Offence]:
    """The accounts are the sums of the parts and of what was handed on. Each part is its rate of at least what had to
    be reported of its payment, and came back exactly where that did.
    """
    access = programme.access
    yield from _sums(programme)
    for (payout,) in access.fetch(_LOST):
        yield Offence(f"tax_withheld {payout}", "missing", "of which payout it is a part")
    found = rows.parts(access)
    rest = {row[0]: row[1:] for row in access.fetch(_REST, {"ids": [one.of for one in found]})}
    country, again = access.value("SELECT country FROM programme WHERE id = %(programme_id)s"), _again(found)
    reportable = _reportable(access, found)
    for one in found:
        where = f"tax_withheld {one.payout}"
        party, currency, amount, state = rest[one.of]
        yield from compare(f"{where}, whose", (one.party, one.currency), (party, currency))
        yield from compare(f"{where}, its amount", one.amount, part(one.base, one.rate, one.currency).amount)
        least = 0 if one.payout in again else reportable.get(one.of, 0)
        if not least <= one.base < one.amount + amount + MICROS:  # what no way can move is below 1.00
            said = f"{format_micros(least)} to {format_micros(one.amount + amount)}"
            yield Offence(f"{where}, its base", format_micros(one.base), said)
        yield from compare(f"{where}, its state", one.state == "returned", state == "returned")
        yield from compare(f"{where}, its authority", one.authority, country)


def _reportable(access: Access, found: Sequence[PartRow]) -> Mapping[int, Micros]:
    """By payout of which a part was held: whole minor units that had to be reported of it and its part."""
    country = home(access)
    report = country.report(country.withholdings[0].report) if country.withholdings else None
    of = {one.of for one in found}
    return {
        payout: _coins(sum(amount for kind, amount in kinds.items() if report and kind in report.kinds), currency)
        for payout, (currency, kinds) in whole(access, {one.party for one in found}).items()
        if payout in of
    }


def _coins(amount: Micros, currency: str) -> Micros:
    return from_minor_units(minor_units(amount, currency), currency)


def _again(found: Sequence[PartRow]) -> set[int]:
    """Those that were held anew, as they had been, of what had come back and arrived after all. What was ready had
    moved on: its kinds may be others by then.
    """
    seen: set[tuple[int, str, Micros, Micros]] = set()
    again = set()
    for one in found:
        like = (one.party, one.currency, one.base, one.amount)
        if like in seen:
            again.add(one.payout)
        if one.state == "returned":
            seen.add(like)
    return again


def _sums(programme: Programme) -> Iterator[Offence]:
    said = {row[0]: (row[1], row[2]) for row in programme.access.fetch(_SUMS)}
    booked: dict[str, list[int]] = {}
    for key, amount in books.balances(programme.access).items():
        if key.account.kind in (AccountKind.TAX_HELD, AccountKind.TAX_PAID):
            both = booked.setdefault(key.currency, [0, 0])
            both[key.account.kind is AccountKind.TAX_PAID] += amount
    for currency in sorted(said.keys() | booked.keys()):
        parts, deposits = said.get(currency, (0, 0))
        expected = f"{format_micros(parts - deposits)} and {format_micros(deposits)}"
        held, paid = booked.get(currency, [0, 0])
        there = f"{format_micros(held)} and {format_micros(paid)}"
        if there != expected:
            yield Offence(f"held and handed on in {currency} (tax_deposit)", there, expected)
