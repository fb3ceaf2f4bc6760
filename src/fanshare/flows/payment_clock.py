"""The clocks of shares and expenses: when each is ready, which run takes it, what it waits for. All ask here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from fanshare.core.funding import short
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payment_clock import Clock, Share, Taker, Wait, Waiting, clock, payee_clock
from fanshare.core.payout_runs import Ready
from fanshare.core.rails import least
from fanshare.core.replaced import heir
from fanshare.core.replaced import since as gone_since
from fanshare.core.set_aside import Found, divide
from fanshare.flows import funding
from fanshare.flows.payee_currency import quoted
from fanshare.store.access import Access
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import payment_clock as rows
from fanshare.store.queries import payout_standing, shop_credits
from fanshare.store.queries.turns import place_of


class Earned(NamedTuple):
    """A share by its position; ``party`` is ``None`` while nobody we know has claimed it."""

    position: int
    party: int | None
    currency: str
    amount: Micros
    bucket: str
    matures_at: Instant | None
    held_until: Instant | None


class Booked(NamedTuple):
    """A balance beside sales, by its opening: ready to a payee since an instant, in micros."""

    opening: int
    party: int
    currency: str
    amount: Micros
    since: Instant


class Told(NamedTuple):
    """The clock of each share that was asked about, in order; and the smallest payment to each payee in a currency."""

    clocks: list[Clock]
    least: dict[tuple[int, str], Micros]


def clocks(access: Access, tenant: Tenant, asked: Sequence[Earned], now: Instant) -> Told:
    """In three statements, however many shares there are; two more for each payee who kept or gave some of it."""
    if not asked:
        return Told([], {})
    payees = {(one.party, one.currency) for one in asked if one.party is not None}
    known = standing_next(access, payees, now)
    ready = [one.position for one in asked if one.bucket == "available"]
    since, takers = rows.read(access, ready, {party for party, _ in payees})
    away = _set_aside(
        access,
        [((one.party, one.currency), since[one.position]) for one in asked if one.party and one.position in since],
        takers,
    )
    rules = {one.currency: rule for one, rule in known.values()}
    days = partial(tenant.pays, now=now)
    found = []
    for one in asked:
        place = (one.party or 0, one.currency)
        at = away.get(one.position) or Found(since[one.position]) if one.position in since else None
        dates = (one.matures_at, one.held_until)
        share = Share(one.amount, one.bucket, *dates, *((at.since, at.parts) if at is not None else ()))
        payee, _least = known.get(place) or (Ready(*place, 0), 0)
        found.append(clock(share, payee, rules, _takers(takers, place, now), days))
    found = _by_credit_alone(access, [one.currency for one in asked], found)
    return Told(found, {place: max(rule, least(one.kind)) for place, (one, rule) in known.items()})


def booked(access: Access, tenant: Tenant, asked: Sequence[Booked], now: Instant) -> Told:
    """The clocks of what was booked to payees besides sales, such as expenses; in as few statements."""
    if not asked:
        return Told([], {})
    pairs = [((one.party, one.currency), one.since) for one in asked]
    known = standing_next(access, {pair for pair, _ in pairs}, now)
    _, takers = rows.read(access, [], {one.party for one in asked})
    away = _set_aside(access, pairs, takers)
    rules = {one.currency: rule for one, rule in known.values()}
    days = partial(tenant.pays, now=now)
    found = []
    for one, (place, since) in zip(asked, pairs, strict=True):
        payee, _least = known.get(place) or (Ready(*place, 0), 0)
        at = away.get(place_of(one.opening)) or Found(since)
        share = Share(one.amount, "available", None, None, at.since, at.parts)
        found.append(clock(share, payee, rules, _takers(takers, place, now), days))
    found = _by_credit_alone(access, [one.currency for one in asked], found)
    return Told(found, {place: max(rule, least(one.kind)) for place, (one, rule) in known.items()})


def standing_next(
    access: Access, asked: Iterable[tuple[int, str]], now: Instant
) -> dict[tuple[int, str], tuple[Ready, Micros]]:
    """The same as ``standing``; of a currency that was replaced, what stands in the one that it is paid in."""
    pairs = {(party, currency): (party, heir(currency, now)) for party, currency in asked}
    found = standing(access, pairs.values(), now)
    return {place: found[paid] for place, paid in pairs.items() if paid in found}


def _takers(found: rows.Takers, place: tuple[int, str], now: Instant) -> Sequence[Taker]:
    """The payments that may have taken it; of a currency that was replaced, those of the next one since its day too."""
    party, currency = place
    paid, begins = heir(currency, now), gone_since(currency)
    mine = found.get(place, ())
    if paid == currency or begins is None:
        return mine
    return [*mine, *(one for one in found.get((party, paid), ()) if one.planned_at >= begins)]


def _set_aside(
    access: Access, asked: Iterable[tuple[tuple[int, str], Instant]], takers: rows.Takers
) -> dict[int, Found]:
    """What of money that is ready left without a run, by its place: all of the payees and currencies that are asked
    about, of which something is ready since an instant. Only what a run had not taken before is looked at.
    """
    pairs: dict[tuple[int, str], list[Instant]] = defaultdict(list)
    for pair, since in asked:
        pairs[pair].append(since)
    if not pairs:
        return {}
    found: dict[int, Found] = {}
    for pair, went in rows.asides(access, {party for party, _ in pairs}).items():
        if pair not in pairs:
            continue
        first, last, runs = min(pairs[pair]), max(pairs[pair]), takers.get(pair, [])
        before = [one for one in runs if one.sent_at is not None and one.planned_at < first]
        base = max(before, key=lambda one: one.planned_at, default=None)
        later = [one for one in went if base is None or one.at >= (base.sent_at or 0)]
        if later:
            found |= divide(rows.lots(access, pair, -1 if base is None else base.planned_at, last), runs, later)
    return found


def _by_credit_alone(access: Access, currencies: Sequence[str], found: list[Clock]) -> list[Clock]:
    """Where the brand never paid otherwise, what is ready waits for its owner and not for a run that nobody plans."""
    run = (Waiting(Wait.RUN),)
    if not any(one.waits == run for one in found) or not rows.never_paid(access):
        return found
    given = {shop.currency for shop in shop_credits.shops(access)}
    own = (Waiting(Wait.CREDIT),)
    return [
        told._replace(waits=own) if told.waits == run and currency in given else told
        for currency, told in zip(currencies, found, strict=True)
    ]


def balances(
    access: Access, tenant: Tenant, asked: Sequence[tuple[int, str]], now: Instant
) -> dict[tuple[int, str], tuple[tuple[Waiting, ...], date | None]]:
    """What keeps balances that are ready back, and which day of paying takes them, by party and currency."""
    found = standing(access, asked, now)
    days = partial(tenant.pays, now=now)
    return {place: payee_clock(one, {place[1]: rule}, now, days) for place, (one, rule) in found.items()}


def standing(
    access: Access, asked: Iterable[tuple[int, str]], now: Instant
) -> dict[tuple[int, str], tuple[Ready, Micros]]:
    """What is known of payees, and the smallest payment that the brand set.

    Only where the brand pays in first it is asked whether that is enough for everybody.
    """
    found = payout_standing.standing(access, asked, now)
    rated = quoted(access, (one for one, _ in found.values()), now)
    found = {place: (one, rule) for (place, (_, rule)), one in zip(found.items(), rated, strict=True)}
    if not any(one.funding for one, _ in found.values()):
        return found
    there = funding.free(access, now) or {}
    lacking = short((one for one in payout_standing.ready(access, now) if one.balance > 0), there)
    return {place: (one._replace(unfunded=one.currency in lacking), rule) for place, (one, rule) in found.items()}
