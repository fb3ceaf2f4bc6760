"""What somebody who thinks of joining wants to know first: how much, when, how surely, and for how long it holds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fanshare.core.funding import Standing
from fanshare.core.instants import DAY, Instant
from fanshare.core.money import MICROS, Micros
from fanshare.core.payee_account import Kind
from fanshare.core.punctuality import Punctuality, punctuality
from fanshare.core.rails import carries, least
from fanshare.core.terms import MAX_FAN_BPS
from fanshare.core.terms_example import WorkedShares, worked_order
from fanshare.flows import funding
from fanshare.flows.context import Programme
from fanshare.store.access import Access
from fanshare.store.queries import payment_times, payout_rails, selling

#: The order on which everybody's part is shown.
EXAMPLE: Micros = 59 * MICROS


@dataclass(frozen=True, slots=True)
class Outlook:
    """Under the terms of now. ``shares`` divide one order of ``EXAMPLE``; ``hold_days`` run from shipping."""

    currency: str
    #: The fan's part of the commission, in basis points.
    fan_bps: int
    shares: WorkedShares
    hold_days: int
    notice_days: int
    open_admission: bool
    punctuality: Punctuality | None
    #: How surely there is money for it; ``None`` where the brand pays its people itself.
    funding: Standing | None
    #: What has to be ready together before it is paid, in micros of the currency; 0 where nothing has to.
    minimum: Micros
    #: The providers by which is paid beside transfers to a bank, each with its own least payment.
    ways: tuple[tuple[Kind, Micros], ...]


def outlook(
    programme: Programme, currency: str, now: Instant, *, creator: int | None = None, links: Sequence[int] = ()
) -> Outlook:
    """For a creator who joins, or (with ``creator``) for a fan of hers, under the part that she chose.

    ``links`` are those whose choice comes before the one for all, as ``selling.chosen_part`` has them.
    """
    terms = programme.book.at(now)
    if creator is not None:
        terms = replace(terms, fan_bps=part_in_force(programme, creator, now, links))
    minimum, ways = paying(programme.access, currency)
    return Outlook(
        currency=currency,
        fan_bps=terms.fan_bps,
        shares=worked_order(terms, currency, EXAMPLE).before,
        hold_days=terms.hold // DAY,
        notice_days=terms.notice_days,
        open_admission=terms.open_admission,
        punctuality=punctual(programme.access, terms.hold, now),
        funding=funding.standing(programme.access, currency, now),
        minimum=minimum,
        ways=ways,
    )


def paying(access: Access, currency: str) -> tuple[Micros, tuple[tuple[Kind, Micros], ...]]:
    """From which sum on is paid, and by which providers beside transfers to a bank, as ``Outlook`` has them."""
    there_is = payout_rails.choices(access)
    ways = tuple((Kind(kind), least(kind)) for kind in there_is.kinds if carries(Kind(kind), currency))
    return there_is.minimum.get(currency, 0), ways


def described(access: Access, currency: str) -> dict[str, object]:
    """The same for programs that read: amounts in micros as text. No way takes a fee of whoever is paid."""
    minimum, ways = paying(access, currency)
    known: list[tuple[str, Micros]] = [("bank", 0), *((str(kind), own) for kind, own in ways)]
    return {
        "minimum": {"micros": str(minimum), "currency": currency},
        "ways": [{"way": way, "minimum": {"micros": str(own), "currency": currency}} for way, own in known],
    }


def part_in_force(programme: Programme, creator: int, now: Instant, links: Sequence[int] = ()) -> int:
    """What a fan who brings a buyer gets now of a creator's commission, in basis points: chosen, else usual here."""
    return part_chosen(programme, selling.chosen_part(programme.access, creator, links), now)


def part_chosen(programme: Programme, chosen: int | None, now: Instant) -> int:
    """The same of what she ``chose`` (basis points), within the terms; of ``None`` what is usual here."""
    terms = programme.book.at(now)
    return terms.fan_bps if chosen is None else min(chosen, MAX_FAN_BPS, terms.fan_max_bps)


def under_part(programme: Programme, found: Outlook, fan_bps: int, now: Instant) -> Outlook:
    """The same outlook with another part for the fan."""
    terms = replace(programme.book.at(now), fan_bps=fan_bps)
    return replace(found, fan_bps=fan_bps, shares=worked_order(terms, found.currency, EXAMPLE).before)


def punctual(access: Access, hold: int, now: Instant) -> Punctuality | None:
    """How promptly a programme pays, by its ledger; ``None`` while too little was ready. ``hold`` is the usual wait."""
    return punctuality(payment_times.ripened(access, now, hold), now)
