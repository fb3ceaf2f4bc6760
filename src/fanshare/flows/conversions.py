"""Conversions of payments into the currency that a payee chose: made when a payment is sent, undone when it comes back.
What changes with the currency itself is in ``flows/replaced``.

A conversion is two payouts of its own, so that each leg has its leaf in the log and its line in the payee's statement.
"""

from collections.abc import Mapping, Sequence

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.core.rates import Converted, is_sound
from fanshare.flows import payouts
from fanshare.flows.payouts import Begun, Payout, Step
from fanshare.store.access import Access
from fanshare.store.queries import conversions as rows
from fanshare.store.queries.conversions import Legs


def begin(access: Access, of: Payout, one: Converted, now: Instant) -> list[Step]:
    """Both legs of a conversion for a payment that is about to leave; the caller posts them, before the payment.

    Raises ``BadInputError`` ``unsound_rate`` where it does not follow from its rates, or is not what the payment is of.
    """
    return begin_all(access, [(of, one)], now)[of.id]


def begin_all(access: Access, going: Sequence[tuple[Payout, Converted]], now: Instant) -> dict[int, list[Step]]:
    """The same for several payments, by the number of each, in as many statements as for one."""
    for of, one in going:
        if not is_sound(one) or (one.got, one.quote.target) != (of.amount, of.currency):
            raise BadInputError("unsound_rate", "This conversion does not follow from its rates.")
    if not going:
        return {}
    news = [
        Begun(of.party, currency, amount, of.public_id)
        for of, one in going
        for currency, amount in ((one.quote.origin, one.given), (one.quote.target, one.got))
    ]
    begun = payouts.begin_all(access, news, now)
    legs = [*zip(begun[::2], begun[1::2], going, strict=True)]
    rows.add(access, [Legs(given.id, got.id, of.id, one.quote) for given, got, (of, one) in legs], now)
    return {of.id: [Step(given, "exchanged"), Step(got, "received")] for given, got, (of, _) in legs}


def back(access: Access, why: Mapping[int, str]) -> dict[int, list[Step]]:
    """Payments came back, each for its reason: both legs go back, so that everybody has again what she had, in the
    currency she had it in. Steps by payment; those without a conversion that stands are left out.
    """
    found = {of: one for of, one in rows.of_payouts(access, [*why]).items() if one.stands} if why else {}
    legs = payouts.find_all(access, [leg for one in found.values() for leg in (one.got_payout, one.given_payout)])
    return {
        of: [Step(legs[leg], "returned", why[of]) for leg in (one.got_payout, one.given_payout)]
        for of, one in found.items()
    }


def again(access: Access, old: int, new: Payout, now: Instant) -> list[Step]:
    """A payment that had come back arrived after all, by another payout: at the rate at which it was sent."""
    found = rows.of_payout(access, old)
    return [] if found is None else begin(access, new, found.converted, now)
