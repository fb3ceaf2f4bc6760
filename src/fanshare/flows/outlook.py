"""What somebody who thinks of joining wants to know first: how much, when, how surely, and for how long it holds."""

from dataclasses import dataclass, replace

from fanshare.core.funding import Standing
from fanshare.core.instants import DAY, Instant
from fanshare.core.money import MICROS, Micros
from fanshare.core.punctuality import Punctuality, punctuality
from fanshare.core.terms import MAX_FAN_BPS
from fanshare.core.terms_example import WorkedShares, worked_order
from fanshare.flows import funding
from fanshare.flows.context import Programme
from fanshare.store.access import Access
from fanshare.store.queries import payment_times, selling

#: The order on which everybody's part is shown.
EXAMPLE: Micros = 59 * MICROS


@dataclass(frozen=True, slots=True)
class Outlook:
    """Under the terms of now. ``shares`` divide one order of ``EXAMPLE``; ``hold_days`` run from shipping."""

    currency: str
    shares: WorkedShares
    hold_days: int
    notice_days: int
    open_admission: bool
    punctuality: Punctuality | None
    #: How surely there is money for it; ``None`` where the brand pays its people itself.
    funding: Standing | None


def outlook(programme: Programme, currency: str, now: Instant, *, creator: int | None = None) -> Outlook:
    """For a creator who joins, or (with ``creator``) for a fan of hers, under the part that she chose."""
    terms = programme.book.at(now)
    chosen = None if creator is None else selling.usual_part(programme.access, creator)
    if chosen is not None:
        terms = replace(terms, fan_bps=min(chosen, MAX_FAN_BPS, terms.fan_max_bps))
    return Outlook(
        currency=currency,
        shares=worked_order(terms, currency, EXAMPLE).before,
        hold_days=terms.hold // DAY,
        notice_days=terms.notice_days,
        open_admission=terms.open_admission,
        punctuality=punctual(programme.access, terms.hold, now),
        funding=funding.standing(programme.access, currency, now),
    )


def punctual(access: Access, hold: int, now: Instant) -> Punctuality | None:
    """How promptly a programme pays, by its ledger; ``None`` while too little was ready. ``hold`` is the usual wait."""
    return punctuality(payment_times.ripened(access, now, hold), now)
