"""Amounts of Shopify's JSON in shop money: the currency the shop keeps its books in.

Since multi-currency every amount comes twice: ``price`` and ``price_set.{shop_money,presentment_money}``. The set
counts where there is one; older versions of the API have only the plain one, which is shop money too.
"""

from collections.abc import Mapping
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.money import Micros
from fanshare.integrations import json_input as read


def shop_money(holder: Mapping[str, Any], key: str, currency: str, *, default: Micros | None = None) -> Micros:
    """Micros of ``{key}_set.shop_money``, else of ``key``, of either sign.

    Raises ``BadInputError`` ``mixed_currencies`` when the shop's side is in another currency than the order, and as
    ``json_input.signed_amount``.
    """
    both = holder.get(f"{key}_set")
    side = both.get("shop_money") if isinstance(both, dict) else None
    if not isinstance(side, dict):
        return read.signed_amount(holder, key, default=default)
    code = read.text(side, "currency_code")
    if code and code != currency:
        raise BadInputError(
            "mixed_currencies",
            "%(key)s is in %(other)s, and the order is in %(currency)s.",
            key=key,
            other=code[:3],
            currency=currency,
        )
    return read.signed_amount(side, "amount", default=default)


def given_money(holder: Mapping[str, Any], key: str, currency: str, *, default: Micros | None = None) -> Micros:
    """As ``shop_money``, where a negative amount makes no sense: raises ``BadInputError`` ``negative_amount``."""
    micros = shop_money(holder, key, currency, default=default)
    if micros < 0:
        raise BadInputError("negative_amount", "%(key)s is negative; amounts here are written without a sign.", key=key)
    return micros


def sum_of(holder: Mapping[str, Any], items: str, key: str, currency: str) -> Micros:
    """The sum of an amount over a list of objects, such as the tax lines of a line."""
    return read.bounded(*(given_money(item, key, currency) for item in read.objects(holder, items)))
