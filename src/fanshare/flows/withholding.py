"""Parts of payments that are held for a tax authority: computed when a run is sent, brought back with the payment.

Such a part is a payout of its own, so that it has its leaves in the log, and stands in the payee's statement.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fanshare.core import ledger
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.tax import withholding as way
from fanshare.core.tax.paid import Payment, next_kinds, payments
from fanshare.core.tax.rules import Country
from fanshare.core.tax.withholding import Part
from fanshare.flows import payouts
from fanshare.flows.audit import noted
from fanshare.flows.payouts import Step
from fanshare.flows.tax_rules import rules
from fanshare.store.access import Access
from fanshare.store.ledger import post_logged
from fanshare.store.queries import tax_years as rows


class Asked(NamedTuple):
    """A payment that is about to be sent, whole. ``way``: by which, empty where a person pays by hand."""

    party: int
    currency: str
    amount: Micros
    way: str


def home(access: Access) -> Country:
    """The rules where the brand is."""
    found = rows.home(access)
    return rules().of(found.country, found.time_zone, found.currency)


def parts(access: Access, country: Country, asked: Sequence[Asked], now: Instant) -> dict[tuple[int, str], Part]:
    """What of these payments such a country wants kept back, by party and currency; whole ones are left out."""
    subject = rows.subject(access, [one.party for one in asked], now)
    report = country.report(country.withholdings[0].report) if subject else None
    if not subject or report is None:
        return {}
    moves, ways = rows.movements(access, [*subject]), rows.ways(access, [*subject])
    of = rows.beside(access, [*subject])
    found = {}
    for one in asked:
        if one.party not in subject:
            continue
        mine = moves.get(one.party, [])
        base = way.reportable(report, next_kinds(one.party, mine, one.amount, one.currency, of), one.way)
        rate = _rate(country, payments(one.party, mine, of), ways, one, base, now, certain=subject[one.party])
        part = way.part(base, rate, one.currency)
        if part.amount:
            found[one.party, one.currency] = part
    return found


def _rate(
    country: Country,
    paid: Sequence[Payment],
    ways: Mapping[int, str],
    one: Asked,
    base: Micros,
    now: Instant,
    *,
    certain: bool,
) -> int:
    rule, year = country.withholdings[0], country.year(now)
    if not base:
        return 0
    return rule.rate(year) if certain else way.rate(rule, country, year, paid, ways, base, one.currency)


def begin(access: Access, sent: Mapping[int, tuple[Asked, Part]], now: Instant) -> list[Step]:
    """The parts that go beside these payouts; the caller posts the steps."""
    if not sent:
        return []
    asked = [payouts.Begun(one.party, one.currency, part.amount) for one, part in sent.values()]
    begun = payouts.begin_all(access, asked, now)
    pairs = zip(begun, sent.items(), strict=True)
    rows.add_parts(access, [(payout.id, of, part) for payout, (of, (_, part)) in pairs], home(access).code)
    return [Step(payout, "withheld") for payout in begun]


def back(access: Access, why: Mapping[int, str]) -> dict[int, list[Step]]:
    """Payments came back, each for its reason, and their parts with them. Steps by payment; those of which nothing is
    held, or whose part came back before, are left out.
    """
    held = {one.of: one.payout for one in rows.parts_of(access, why) if one.state == "withheld"} if why else {}
    parts = payouts.find_all(access, held.values())
    return {of: [Step(parts[payout], "returned", why[of])] for of, payout in held.items()}


def again(access: Access, old: int, new: int, now: Instant) -> list[Step]:
    """A payment that had come back arrived after all, by another payout: its part is held once more."""
    row = next(iter(rows.parts_of(access, [old])), None)
    if row is None:
        return []
    return begin(access, {new: (Asked(row.party, row.currency, 0, ""), Part(row.amount, row.rate, row.base))}, now)


def hand_on(access: Access, currency: str, amount: Micros, reference: str, by: str, now: Instant) -> None:
    """What was held was paid to the authority: somebody says so, with the reference it has there.

    Raises ``BadInputError`` (``bad_amount``, ``bad_reference``), ``ConflictError`` (``not_held``, ``twice``).
    """
    if not 0 < len(reference.strip()) <= 100 or "\x00" in reference:
        raise BadInputError("bad_reference", "Write the reference of the payment in at most 100 characters.")
    if amount <= 0:
        raise BadInputError("bad_amount", "Write an amount above zero.")
    with access.transaction():
        if amount > rows.lock_held(access, currency):
            raise ConflictError("not_held", "That is more than is held for the authority.")
        if not rows.deposit(access, home(access).code, currency, amount, reference.strip(), by, now):
            raise ConflictError("twice", "A payment with this reference was written down already.")
        post_logged(access, [ledger.hand_on_tax(amount, currency)], at=now)
        noted(access, "tax.hand_on", now, currency)
