"""Stripe's amounts: whole numbers of a minor unit that is Stripe's own (docs.stripe.com/currencies).

Stripe's exponents are not those of ISO 4217: ISK and UGX have no decimals but are sent with two, for old programs'
sake; MGA has two in ISO and none at Stripe. HUF and TWD have two; what leaves an account there is whole
units, and so is what is paid into it.
"""

from collections.abc import Mapping
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.instants import SECOND, Instant
from fanshare.core.money import MAX_MICROS, MICROS, Micros
from fanshare.core.money import digits as iso_digits
from fanshare.core.payee_account import Kind
from fanshare.core.rails import step
from fanshare.integrations import json_input as read

_NONE = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
_THREE = "BHD JOD KWD OMR TND"


def exponent(currency: str) -> int:
    """Decimals of Stripe's minor unit. ``currency`` is in upper case; all that is not listed has two."""
    return 0 if currency in _NONE.split() else 3 if currency in _THREE.split() else 2


def currency_of(holder: Mapping[str, Any]) -> str:
    """The currency of an object, in upper case. Raises ``BadInputError`` ``unknown_currency``."""
    currency = read.text(holder, "currency").upper()
    iso_digits(currency)
    return currency


def amount(holder: Mapping[str, Any], key: str, currency: str, *, default: Micros | None = None) -> Micros:
    """Micros of the whole number under ``key``, not negative.

    Raises ``BadInputError`` ``missing_field`` (absent without a default), ``bad_amount``, ``negative_amount``,
    ``amount_too_large``.
    """
    value = holder.get(key)
    if value is None:
        if default is None:
            raise BadInputError("missing_field", "%(key)s is missing.", key=key)
        return default
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInputError("bad_amount", "%(key)s should be a whole number of the smallest unit.", key=key)
    if value < 0:
        raise BadInputError("negative_amount", "%(key)s is negative.", key=key)
    micros: Micros = value * (MICROS // 10 ** exponent(currency))
    if micros > MAX_MICROS:
        raise BadInputError("amount_too_large", "This amount is larger than the books can hold.")
    return micros


def units(amount: Micros, currency: str) -> int:
    """An amount in Stripe's smallest unit. Raises ``BadInputError`` ``bad_amount`` where it can't be moved exactly."""
    if amount <= 0 or amount % step(Kind.STRIPE, currency):
        raise BadInputError("bad_amount", "Stripe can't move this amount exactly.")
    found: int = amount // (MICROS // 10 ** exponent(currency))
    return found


def seconds(holder: Mapping[str, Any], key: str) -> Instant:
    """The time under ``key``, seconds since 1970. Raises ``BadInputError`` ``missing_field``, ``bad_time``."""
    value = holder.get(key)
    if value is None:
        raise BadInputError("missing_field", "%(key)s is missing.", key=key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 253_402_300_800:
        raise BadInputError("bad_time", "%(key)s should be a number of seconds since 1970.", key=key)
    return value * SECOND
