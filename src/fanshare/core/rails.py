"""Rails that are called: what each carries, as facts with their source, and the port to who calls them.

Files for banks are rails too (``bank_files``); these here are providers that pay one payment at a time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

from fanshare.core.found_payments import Outside
from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.money import MICROS, Micros, digits
from fanshare.core.payee_account import Account, Kind
from fanshare.core.payout_item import MARGIN, Frozen, Item, Rail, State
from fanshare.core.provider_reports import Report


@dataclass(frozen=True, slots=True)
class Facts:
    """``window`` as in ``Rail``; ``currencies`` that it carries: ``whole`` without decimals, ``tenths`` with one less.

    ``least`` is the smallest payment, in micros of any of its currencies.
    """

    window: int
    currencies: frozenset[str]
    whole: frozenset[str] = frozenset()
    tenths: frozenset[str] = frozenset()
    least: Micros = 0


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


FACTS: Mapping[Kind, Facts] = {
    # docs.stripe.com/api/idempotent_requests, docs.stripe.com/currencies
    Kind.STRIPE: Facts(
        DAY,
        _set(
            "AED AUD BHD BRL CAD CHF CZK DKK EUR GBP HKD HUF IDR ILS INR ISK JOD JPY KES KRW KWD MAD MGA MXN"
            " MYR NOK NZD OMR PEN PHP PLN RON RWF SEK SGD THB TND TRY TWD UGX USD ZAR"
        ),
        # HUF and TWD have two decimals there, and none in what Stripe pays out of an account: a rest would stay in it.
        whole=_set("JPY KRW RWF ISK UGX MGA HUF TWD"),
        tenths=_set("BHD JOD KWD OMR TND"),
    ),
    # developer.paypal.com/docs/api/payments.payouts-batch/v1, developer.paypal.com/reference/currency-codes
    Kind.PAYPAL: Facts(
        30 * DAY,
        _set("AUD BRL CAD CHF CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD"),
        whole=_set("HUF JPY TWD"),
    ),
    # developers.tremendous.com/reference/create-order: a key is one order, and no end of that is named; a repeat is not
    # made after a day all the same. Smaller rewards find few products that they can be exchanged for: ours.
    Kind.TREMENDOUS: Facts(DAY, _set("CAD EUR GBP USD"), least=MICROS),
}
CALLED = frozenset(FACTS)


@lru_cache(maxsize=1024)  # asked for every payment of a run, of a few kinds and currencies
def step(kind: str, currency: str) -> Micros:
    """The smallest amount that a way of paying moves, in micros: ISO's unit or the provider's, whichever is larger.

    Raises ``BadInputError`` ``unknown_currency``.
    """
    unit: Micros = MICROS // 10 ** digits(currency)
    facts = FACTS.get(Kind(kind)) if kind in CALLED else None
    if facts is None:
        return unit
    coarse = MICROS if currency in facts.whole else MICROS // 100 if currency in facts.tenths else unit
    return max(unit, coarse)


def carries(kind: str, currency: str) -> bool:
    """Whether a called rail pays in a currency."""
    return kind in CALLED and currency in FACTS[Kind(kind)].currencies


@lru_cache(maxsize=64)
def least(kind: str) -> Micros:
    """The smallest payment by a way of paying, in micros of any currency; 0 where it has none of its own."""
    return FACTS[Kind(kind)].least if kind in CALLED else 0


def window_of(kind: str) -> int:
    """For how long a payment that was sent this way is certainly known by its key.

    A person who pays by hand knows a reference when she sees it again the next day.
    """
    return FACTS[Kind(kind)].window if kind in CALLED else DAY


def may_repeat(item: Item, kind: str, now: Instant) -> bool:
    """Whether a payment over a called rail may still be attempted, with the same key and bytes."""
    if item.state not in (State.SUBMITTED, State.UNKNOWN) or item.first is None:
        return False
    return item.first <= now <= item.first + window_of(kind) - MARGIN


def next_look(item: Item, tries: int, now: Instant) -> Instant | None:
    """When a payment is looked at again; ``None`` where only a person brings anything new.

    Ever more seldom while nothing is known, daily while it is on its way and for 45 days after it arrived, weekly for
    another year: a provider may take it back at any age.
    """
    age = now - (item.first or now)
    if item.state in (State.SUBMITTED, State.UNKNOWN):
        return now + min(HOUR * 6, (1 << min(tries, 12)) * HOUR // 60)
    if item.state is State.IN_TRANSIT:
        return now + max(HOUR // 60, min(DAY, age // 4))
    if item.state in (State.FINAL, State.FAILED) and item.frozen is not None and age < 400 * DAY:
        return now + (DAY if age < 45 * DAY else 7 * DAY)
    return None


class Order(NamedTuple):
    """A payment that is to go out over a called rail."""

    key: str
    amount: Micros
    currency: str
    account: Account


class Driver(Rail, Protocol):
    """A called rail with the brand's secret. ``finds``: a payment is found by our key alone, without ``remote``."""

    finds: bool

    def check(self) -> str:
        """A call that moves nothing: whose account there this is. Raises ``FanshareError`` ``rail_refused``."""

    def made_since(self, since: Instant) -> list[Outside] | None:
        """Every payment of this account since then, whoever made it; ``None`` where there is no list of them.

        Raises ``FanshareError`` ``rail_silent`` where not all can be known: then nothing may be concluded.
        """

    def close(self) -> None:
        """Close the connections."""


class Drivers(Protocol):
    """Who calls rails."""

    def read(self, kind: Kind, typed: Mapping[str, str]) -> Mapping[str, str]:
        """What was typed as the secret of a rail, checked in its form. Raises ``BadInputError``."""

    def open(self, kind: Kind, secret: Mapping[str, str], now: Callable[[], Instant]) -> Driver:
        """A driver; close it."""

    def freeze(self, kind: Kind, secret: Mapping[str, str], order: Order) -> Frozen:
        """What goes out. Raises ``BadInputError`` ``bad_amount``."""

    def report(self, raw: bytes) -> Report:
        """A provider's own report. Raises ``BadInputError`` ``bad_report``, ``bad_row``."""
