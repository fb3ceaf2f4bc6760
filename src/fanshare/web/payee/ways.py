"""Ways of getting one's money: what each is called, its least payment, and what it costs, said before it is chosen."""

from collections.abc import Mapping
from typing import NamedTuple

from fanshare.core.money import Micros
from fanshare.core.payee_account import CURRENCY, Kind
from fanshare.core.rails import FACTS, carries, least, step
from fanshare.store.queries import payout_rails
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later

NAMES: Mapping[Kind, str] = {Kind.STRIPE: "Stripe Connect", Kind.PAYPAL: "PayPal", Kind.TREMENDOUS: "Tremendous"}
#: What a way asks of whoever is paid, in words.
_COSTS: Mapping[Kind, str] = {
    Kind.IBAN: later("The transfer costs you nothing; your bank may have a fee of its own."),
    Kind.US: later("The transfer costs you nothing; your bank may have a fee of its own."),
    Kind.STRIPE: later("The brand pays what the transfer costs. Stripe tells you what it asks for itself."),
    Kind.PAYPAL: later(
        "The brand pays what sending costs. PayPal tells you what it asks for itself, such as for another currency."
        " What nobody claims there within 30 days comes back and is yours again."
    ),
    Kind.TREMENDOUS: later(
        "It costs you nothing: you get a mail and choose there how you want it, as money or as a voucher of a shop."
    ),
}


class Way(NamedTuple):
    """One way: its least payment in a currency, in micros, and its cost in words."""

    kind: Kind
    name: str
    currency: str
    least: Micros
    cost: str


def names() -> dict[Kind, str]:
    """What each way is called, in the reader's language."""
    return {Kind.IBAN: _("Euros, by IBAN"), Kind.US: _("Dollars, to an account in the United States"), **NAMES}


def ways(here: Here) -> list[Way]:
    """The ways that there are for her: to a bank, and over the providers that the brand pays by, in each of their
    currencies that she may have.
    """
    there_is = payout_rails.choices(here.access, here.me)
    found = [(kind, CURRENCY[kind]) for kind in (Kind.IBAN, Kind.US)]
    found += [
        (Kind(kind), currency)
        for kind in there_is.kinds
        for currency in sorted(there_is.currencies | {here.tenant.currency})
        if carries(kind, currency)
    ]
    called = names()
    return [
        Way(
            kind,
            called[kind],
            currency,
            max(there_is.minimum.get(currency, 0), _own_least(kind, currency)),
            _(_COSTS[kind]),
        )
        for kind, currency in found
    ]


def _own_least(kind: Kind, currency: str) -> Micros:
    return max(least(kind), step(kind, currency))


assert set(NAMES) == set(FACTS)  # every rail that is called has a name
