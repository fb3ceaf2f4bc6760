"""Currencies that a law replaced: what is ready in them becomes the next one, by two legs each, once.

Found in the state: what was changed in all and what is ready by now say what moves next. So a share that becomes ready
later, a payment that comes back and a refund of what was changed long ago are one code path, and again it does nothing.
"""

from collections.abc import Sequence

from fanshare.core.currencies import REPLACED
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.replaced import change, gone, signed
from fanshare.flows import payouts
from fanshare.flows.context import Programme
from fanshare.flows.payouts import Begun, Step
from fanshare.store.access import Access
from fanshare.store.queries import conversions
from fanshare.store.queries import replaced as rows
from fanshare.store.queries.conversions import Legs
from fanshare.store.queries.replaced import Standing

#: Accounts that are changed in one transaction.
AT_ONCE = 500


def convert(programme: Programme, now: Instant) -> int:
    """Change what is ready in currencies that were replaced by now; how many balances moved. Again it does nothing.

    Each transaction changes some whole balances, so that who stops in between has lost nothing and may go on.
    """
    access, codes = programme.access, gone(now)
    if not rows.is_any(access, codes):
        return 0
    moved, after = 0, 0
    while True:
        with access.transaction():
            rows.one_at_a_time(access)
            rows.stop_offering(access, codes)
            found = rows.page(access, codes, after, AT_ONCE)
            if not found.ids:
                return moved
            standing = rows.ready(access, found, [*codes, *{REPLACED[one].by for one in codes}])
            moved += _change(programme, standing, now)
        after = found.ids[-1]


def _change(programme: Programme, standing: Sequence[Standing], now: Instant) -> int:
    access = programme.access
    before = _changed(access, [one.party for one in standing])
    changes = [
        (one.party, made)
        for one in standing
        if (made := change(one.currency, had := before.get(one[:2], 0), _due(one, had))) is not None
    ]
    news = [
        Begun(party, currency, amount)
        for party, one in changes
        for currency, amount in ((one.quote.origin, one.given), (one.quote.target, one.got))
    ]
    begun = payouts.begin_all(access, news, now)
    given, got = begun[::2], begun[1::2]
    pairs = zip(given, got, changes, strict=True)
    conversions.add(access, [Legs(out.id, into.id, None, one.quote) for out, into, (_, one) in pairs], now)
    legs = zip(given, got, strict=True)
    payouts.walk(
        programme, [step for out, into in legs for step in (Step(out, "exchanged"), Step(into, "received"))], now
    )
    return len(changes)


def _due(one: Standing, had: Micros) -> Micros:
    """What of a balance is changed: all of it; of somebody erased what takes back what was changed, and no more.

    What else she had is unclaimed in the currency that she had it in, and a refund of that takes it from there.
    """
    return one.balance if not one.erased else min(0, max(one.balance, -had))


def _changed(access: Access, parties: Sequence[int]) -> dict[tuple[int, str], Micros]:
    """By party and replaced currency, what was changed of it in all."""
    found = dict[tuple[int, str], Micros]()
    for one in conversions.lawful(access, parties) if parties else []:
        currency, amount, _ = signed(one.converted)
        found[one.party, currency] = found.get((one.party, currency), 0) + amount
    return found
