"""Money is an integer: micros (10^-6 of the currency's major unit) beside an ISO 4217 code. No float ever.

``2.50 EUR`` is ``2_500_000`` micros, ``7 JPY`` is ``7_000_000``. Whole minor units (cents) appear only in payouts,
invoices and what a shop is told; everywhere else the exact amount is kept.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from fanshare.core.currencies import EVER, EXPONENTS, REPLACED
from fanshare.core.errors import BadInputError, quoted

type Micros = int

MICROS = 1_000_000
BASIS = 10_000
#: What int64 holds, with room for sums: DESIGN parks anything above 9.0e12 major units.
MAX_MICROS: Micros = 9_000_000_000_000 * MICROS

#: Micros of one minor unit, by the currency's exponent.
_MINOR = (1_000_000, 100_000, 10_000, 1_000, 100)

_AMOUNT = re.compile(r"(-?)([0-9]{1,19})(?:\.([0-9]{1,30}))?", re.ASCII)


def exponent(currency: str) -> int:
    """Digits of the minor unit by ISO 4217 (EUR 2, JPY 0, KWD 3, CLF 4). Raises ``BadInputError`` as ``not_booked``."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise not_booked(currency) from None


def digits(currency: str) -> int:
    """The same, also of a currency that is no more: what books of its time hold. Raises ``unknown_currency``."""
    try:
        return EVER[currency]
    except KeyError:
        raise not_booked(currency) from None


def not_booked(currency: str) -> BadInputError:
    """Why a currency can't be booked: ``currency_replaced`` says by which and at what rate, or ``unknown_currency``."""
    gone = REPLACED.get(currency)
    if gone is None:
        return BadInputError(
            "unknown_currency", "%(text)s is not a currency of ISO 4217 that we can book.", text=quoted(currency)
        )
    return BadInputError(
        "currency_replaced",
        "%(currency)s was replaced by %(by)s on %(day)s, %(per)s to one: let the shop sell in %(by)s, and write"
        " what is still owed in %(by)s at that rate.",
        currency=currency,
        by=gone.by,
        day=gone.on,
        per=gone.per,
    )


def parse_amount(text: str | int | Decimal) -> Micros:
    """Micros of an amount as a shop writes it: ``"109.15"``, ``37.739496`` read as Decimal, ``5``.

    Digits beyond micros are cut toward zero. Raises ``BadInputError`` for NaN, infinities, exponents in text, unicode
    digits, booleans and whatever is above ``MAX_MICROS`` in size.
    """
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        raise BadInputError("bad_amount", "An amount must be a decimal number written in digits.")
    if isinstance(text, Decimal) and (not text.is_finite() or text.adjusted() > 18):
        raise BadInputError("bad_amount", "An amount must be a finite number.")
    micros = _micros(text)
    if abs(micros) > MAX_MICROS:
        raise BadInputError("amount_too_large", "This amount is larger than the books can hold.")
    return micros


def _micros(value: str | int | Decimal) -> Micros:
    if isinstance(value, str):
        return _written(value)
    return _cut(value) if isinstance(value, Decimal) else value * MICROS


def _written(text: str) -> Micros:
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise BadInputError("bad_amount", "%(text)s is not an amount such as 109.15.", text=quoted(text))
    sign, whole, rest = match.groups("")
    micros = int(whole) * MICROS + int(rest[:6].ljust(6, "0"))
    return -micros if sign else micros


def _cut(amount: Decimal) -> Micros:
    """Micros of a finite Decimal, cut toward zero, digit by digit: a Decimal operation would round at 28 of them."""
    sign, digits, _ = amount.as_tuple()
    kept = max(0, amount.adjusted() + 7)  # how many digits there are down to the sixth after the point
    micros = int("".join(map(str, digits[:kept])).ljust(kept, "0") or 0)
    return -micros if sign else micros


def format_micros(micros: Micros) -> str:
    """The exact amount with six digits: ``1.416000``."""
    sign = "-" if micros < 0 else ""
    whole, rest = divmod(abs(micros), MICROS)
    return f"{sign}{whole}.{rest:06d}"


def format_trimmed(micros: Micros) -> str:
    """The exact amount, at least two digits, without further trailing zeros: ``7.08``, ``1.416``."""
    whole, rest = format_micros(micros).split(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"


def format_percent(bps: int) -> str:
    """Basis points as a percentage without needless zeros: 1250 is ``12.5``, 2000 is ``20``."""
    whole, rest = divmod(bps, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")


def minor_units(micros: Micros, currency: str) -> int:
    """Whole minor units (cents) contained in an amount, rounded down: never more than is there."""
    return micros // _MINOR[digits(currency)]


def from_minor_units(units: int, currency: str) -> Micros:
    """Micros of whole minor units."""
    return units * _MINOR[digits(currency)]


def format_minor(micros: Micros, currency: str) -> str:
    """What a screen shows: the amount floored to the minor unit, ``1.41`` for 1.416000 EUR, ``7`` for 7.9 JPY."""
    places = digits(currency)
    units = minor_units(micros, currency)
    if places == 0:
        return str(units)
    sign = "-" if units < 0 else ""
    whole, rest = divmod(abs(units), 10**places)
    return f"{sign}{whole}.{rest:0{places}d}"


def grouped(number: str) -> str:
    """A number with a comma between thousands, ``12,345.60`` for ``12345.60``; one that has them stays as it is."""
    sign = "-" if number.startswith("-") else ""
    whole, point, rest = number[len(sign) :].partition(".")
    return f"{sign}{int(whole):,}{point}{rest}" if whole.isdecimal() else number


def basis_points(amount: Micros, rate: int) -> Micros:
    """``floor(amount * rate / 10000)``: a share in basis points, rounded down."""
    return amount * rate // BASIS


def spread(total: Micros, weights: Sequence[int]) -> list[Micros]:
    """Split ``total`` in proportion to ``weights`` by cumulative floors: parts sum to exactly ``total``.

    The part of ``weights[0..i]`` taken together is ``floor(total * sum(weights[0..i]) / sum(weights))``, so the
    result depends on the order of the weights only within one micro. ``weights`` are not negative and not all zero.
    """
    whole = sum(weights)
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative and not all zero")
    parts, running, given = [], 0, 0
    for weight in weights:
        running += weight
        upto = total * running // whole
        parts.append(upto - given)
        given = upto
    return parts
