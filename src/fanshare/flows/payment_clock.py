"""The clocks of shares: when each is ready, which run takes it, what it waits for. Pages and the API ask here."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from fanshare.core.funding import short
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payment_clock import Clock, Share, Waiting, clock, payee_clock
from fanshare.core.payout_runs import Ready
from fanshare.core.rails import least
from fanshare.flows import funding
from fanshare.flows.payee_currency import quoted
from fanshare.store.access import Access
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import payment_clock as rows
from fanshare.store.queries import payout_standing


class Earned(NamedTuple):
    """A share by its position; ``party`` is ``None`` while nobody we know has claimed it."""

    position: int
    party: int | None
    currency: str
    amount: Micros
    bucket: str
    matures_at: Instant | None
    held_until: Instant | None


class Told(NamedTuple):
    """The clock of each share that was asked about, in order; and the smallest payment to each payee in a currency."""

    clocks: list[Clock]
    least: dict[tuple[int, str], Micros]


def clocks(access: Access, tenant: Tenant, asked: Sequence[Earned], now: Instant) -> Told:
    """In two statements, however many shares there are."""
    if not asked:
        return Told([], {})
    payees = {(one.party, one.currency) for one in asked if one.party is not None}
    standing = _standing(access, payees, now)
    ready = [one.position for one in asked if one.bucket == "available"]
    since, takers = rows.read(access, ready, {party for party, _ in payees})
    rules = {currency: rule for (_party, currency), (_ready, rule) in standing.items()}
    days = partial(tenant.pays, now=now)
    found = []
    for one in asked:
        place = (one.party or 0, one.currency)
        share = Share(one.amount, one.bucket, one.matures_at, one.held_until, since.get(one.position))
        payee, _least = standing.get(place) or (Ready(*place, 0), 0)
        found.append(clock(share, payee, rules, takers.get(place, ()), days))
    return Told(found, {place: max(rule, least(one.kind)) for place, (one, rule) in standing.items()})


def balances(
    access: Access, tenant: Tenant, asked: Sequence[tuple[int, str]], now: Instant
) -> dict[tuple[int, str], tuple[tuple[Waiting, ...], date | None]]:
    """What keeps balances that are ready back, and which day of paying takes them, by party and currency."""
    found = _standing(access, asked, now)
    days = partial(tenant.pays, now=now)
    return {place: payee_clock(one, {place[1]: rule}, now, days) for place, (one, rule) in found.items()}


def _standing(
    access: Access, asked: Iterable[tuple[int, str]], now: Instant
) -> dict[tuple[int, str], tuple[Ready, Micros]]:
    """What is known of payees. Only where the brand pays in first it is asked whether that is enough for everybody."""
    found = payout_standing.standing(access, asked, now)
    rated = quoted(access, (one for one, _ in found.values()), now)
    found = {place: (one, rule) for (place, (_, rule)), one in zip(found.items(), rated, strict=True)}
    if not any(one.funding for one, _ in found.values()):
        return found
    there = funding.free(access, now) or {}
    lacking = short((one for one in payout_standing.ready(access, now) if one.balance > 0), there)
    return {place: (one._replace(unfunded=one.currency in lacking), rule) for place, (one, rule) in found.items()}
