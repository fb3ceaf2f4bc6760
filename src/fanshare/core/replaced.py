"""Currencies that are no more: since when, what an amount in one is worth in the next one, and which change is right.

The rate is the law's and is never turned round: an amount in the old currency is divided by it, as an exact fraction,
and rounded once, to the nearest micro, half a micro away from zero (Council Regulation (EC) 1103/97, articles 4 and 5,
with a micro where it says a cent; what is paid is rounded down to cents as everywhere, and the rest stays).

What was changed in all is what the sum of it is worth, not the sum of what its parts were: so no order of changes wins
or loses anything against another one, and what is taken back of what was changed takes back exactly what came of it.
"""

from collections.abc import Iterable
from functools import cache

from fanshare.core.currencies import REPLACED
from fanshare.core.errors import BadInputError
from fanshare.core.instants import HOUR, Instant, parse_rfc3339
from fanshare.core.money import Micros, digits, not_booked
from fanshare.core.rates import Converted, Quote, scaled

#: The law that replaced the currency, where a rate says who published it.
LAW = "LAW"
#: On the first day of the new currency it becomes that day everywhere within so many hours of midnight in UTC.
_LATEST = 12 * HOUR


@cache
def since(currency: str) -> Instant | None:
    """When the first day of the next currency has begun everywhere; ``None`` for a currency that there is."""
    gone = REPLACED.get(currency)
    return None if gone is None else parse_rfc3339(f"{gone.on}T00:00:00Z") + _LATEST


def is_gone(currency: str, now: Instant) -> bool:
    """Whether a currency was replaced by then."""
    ended = since(currency)
    return ended is not None and now >= ended


def gone(now: Instant) -> list[str]:
    """The currencies that were replaced by then."""
    return [one for one in REPLACED if is_gone(one, now)]


def heir(currency: str, now: Instant) -> str:
    """The currency that an amount in ``currency`` is paid in from then on."""
    return REPLACED[currency].by if is_gone(currency, now) else currency


def check_sold(currency: str, placed_at: Instant) -> None:
    """Refuse what can't have been sold in this currency then: ``unknown_currency``, ``currency_replaced``."""
    digits(currency)
    if is_gone(currency, placed_at):
        raise not_booked(currency)


def worth(currency: str, amount: Micros) -> Micros:
    """What micros of a replaced currency are in the next one. Raises ``BadInputError`` ``not_replaced``."""
    if currency not in REPLACED:
        raise BadInputError("not_replaced", "%(currency)s was not replaced by another currency.", currency=currency)
    above, scale = scaled(REPLACED[currency].per)
    # floor(x + 1/2) of the size, so that what is taken is rounded as what is given
    size = (2 * abs(amount) * scale + above) // (2 * above)
    return size if amount >= 0 else -size


def change(currency: str, before: Micros, balance: Micros) -> Converted | None:
    """What changes a ready ``balance`` (below zero: what was taken beyond it), where ``before`` was changed in all.

    ``None`` while it would move less than a micro of the next currency: it stays, and goes with what comes next.
    """
    moved = worth(currency, before + balance) - worth(currency, before)
    if not moved:
        return None
    law = REPLACED[currency]
    if balance > 0:
        return Converted(Quote(LAW, law.on, currency, law.by, law.per, "1"), balance, moved)
    return Converted(Quote(LAW, law.on, law.by, currency, "1", law.per), -moved, -balance)


def signed(one: Converted) -> tuple[str, Micros, Micros]:
    """The replaced currency of a change, what of it was changed, and what came: both below zero if it was taken back.

    Raises ``BadInputError`` ``not_replaced``.
    """
    of = one.quote
    if of.origin in REPLACED:
        return of.origin, one.given, one.got
    if of.target in REPLACED:
        return of.target, -one.got, -one.given
    raise BadInputError("not_replaced", "%(currency)s was not replaced by another currency.", currency=of.origin)


def is_lawful(one: Converted) -> bool:
    """Whether a change is between a currency and the next one, at its rate and less than a micro from it."""
    of = one.quote
    old, new, old_per, new_per = (
        (of.origin, of.target, of.origin_per, of.target_per)
        if of.origin in REPLACED
        else (of.target, of.origin, of.target_per, of.origin_per)
    )
    law = REPLACED.get(old)
    if law is None or (of.source, of.day, new, old_per, new_per) != (LAW, law.on, law.by, law.per, "1"):
        return False
    given, got = (one.given, one.got) if old == of.origin else (one.got, one.given)
    above, scale = scaled(law.per)
    return one.given > 0 and one.got > 0 and abs(got * above - given * scale) < above


def unsummed(changes: Iterable[Converted]) -> list[tuple[str, Micros, Micros]]:
    """Where all changes of a payee are not together what their sum is worth: currency, what came, what should have."""
    given, got = dict[str, Micros](), dict[str, Micros]()
    for one in changes:
        currency, old, new = signed(one)
        given[currency] = given.get(currency, 0) + old
        got[currency] = got.get(currency, 0) + new
    return [
        (currency, got[currency], worth(currency, sum_))
        for currency, sum_ in sorted(given.items())
        if got[currency] != worth(currency, sum_)
    ]
