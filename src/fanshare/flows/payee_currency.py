"""The currency that a payee is paid in: the brand says which it pays, she chooses one, and the rate is its day's.

The choice is no target: money goes where it went. So it counts at once, and it is written down who changed it.
"""

from collections.abc import Iterable, Sequence

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.core.money import exponent
from fanshare.core.payout_runs import Ready, way_out
from fanshare.core.rates import BASES, ECB, DayRates, Quote, quote
from fanshare.flows import outbox, rates
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.store.access import Access
from fanshare.store.queries import funding, payees
from fanshare.store.queries import payee_currency as rows

#: Currencies that a brand pays besides those it sells in.
MOST = 20


def offer(access: Access, currencies: Sequence[str], now: Instant) -> None:
    """In which currencies the brand pays whoever wishes so. Raises ``BadInputError`` (``unknown_currency``,
    ``currency_replaced``, ``no_rate``, ``too_many``), ``ConflictError`` ``operator_pays``.
    """
    if len(set(currencies)) > MOST:
        raise BadInputError("too_many", "Choose at most %(most)s currencies.", most=MOST)
    for currency in currencies:
        exponent(currency)
    with access.transaction():
        if currencies and funding.rule(access) is not None:
            raise ConflictError(
                "operator_pays",
                "The operator pays from what you paid in, and that is held in the currency of each sale.",
            )
        known = rates.current(access.conn, now) if currencies else DayRates("", {})
        for currency in currencies:
            if currency != BASES[ECB]:
                quote(ECB, known, BASES[ECB], currency)
        rows.offer(access, currencies)
        noted(access, "payout.currencies", now, " ".join(sorted(set(currencies))) or "none")


def choose(programme: Programme, party: int, currency: str, now: Instant) -> None:
    """She is paid in this currency from now on; empty: in that of each sale. She is told by mail.

    Raises ``BadInputError`` (``currency_replaced``, ``unknown_currency``), ``ConflictError`` (``not_offered``,
    ``erased``).
    """
    access = programme.access
    with access.transaction():
        person = payees.locked_person(access, party)
        if person is None:
            raise ConflictError("erased", "This person is not here any more.")
        if currency:
            exponent(currency)
        if currency and currency not in choices(access):
            raise ConflictError("not_offered", "The brand does not pay in %(currency)s.", currency=currency)
        if currency == rows.chosen(access, party):
            return
        rows.choose(access, party, currency, now)
        _tell(programme, person, party, now)
        noted(access, "payee.currency", now, f"party {party}: {currency or 'that of the sale'}")


def _tell(programme: Programme, person: int, party: int, now: Instant) -> None:
    address = programme.vault.get(person, "email")
    if address is not None:
        content: dict[str, str | int] = {"what": "payee.currency", "address": address.decode()}
        key = f"{programme.access.programme_id}/{party}/currency/{now}"
        outbox.put(programme.access.conn, programme.keys, outbox.SAFETY, key, content, now)


def choices(access: Access) -> list[str]:
    """What a payee may choose from; nothing where the operator holds the brand's money."""
    return [] if funding.rule(access) is not None else rows.offered(access)


def quoted(access: Access, ready: Iterable[Ready], now: Instant) -> list[Ready]:
    """The same with the rate of now, where somebody is paid in another currency and one is current."""
    found = [*ready]
    known = _current(access, now) if any(one.into for one in found) else None
    return [way_out(one._replace(quote=_quote(known, one))) if one.into and known is not None else one for one in found]


def _current(access: Access, now: Instant) -> DayRates | None:
    try:
        return rates.current(access.conn, now)
    except BadInputError:
        return None


def _quote(known: DayRates, one: Ready) -> Quote | None:
    try:
        return quote(ECB, known, one.currency, one.into)
    except BadInputError:
        return None
