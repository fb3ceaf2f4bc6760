"""A plan of codes as it is typed into a form, both ways."""

import re
from collections.abc import Mapping

from fanshare.core.code_plans import SHOP, CodePlan, check_plan
from fanshare.core.discounts import MOST_BPS, Discount
from fanshare.core.errors import BadInputError
from fanshare.core.money import Micros, exponent, format_percent
from fanshare.core.typed_amount import in_field, typed_amount

PERCENT, AMOUNT = "percent", "amount"
#: Every field of the form, each a text.
FIELDS = (
    "name", "gives", "value", "currency", "minimum", "uses", "per_buyer", "prefix", "source", "per_owner", "batch",
    "days", "products",
)  # fmt: skip
_PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))? ?%?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)


def read(typed: Mapping[str, str]) -> CodePlan:
    """The plan that was typed; what is empty is as usual.

    Raises ``BadInputError``: ``bad_plan``, ``bad_discount``, ``bad_percent``, ``bad_amount``, ``unclear_amount``,
    ``unknown_currency``.
    """
    currency = typed["currency"].strip().upper()
    exponent(currency)
    by_percent = typed["gives"] != AMOUNT
    discount = Discount(
        currency=currency,
        percent_bps=_percent(typed["value"]) if by_percent else 0,
        amount=0 if by_percent else _amount(typed["value"], currency),
        minimum=_amount(typed["minimum"], currency),
        uses=_whole(typed["uses"], 0) or None,
        once_per_buyer=typed["per_buyer"] == "yes",
        products=tuple(dict.fromkeys(typed["products"].replace(",", " ").split())),
    )
    plan = CodePlan(
        name=typed["name"].strip(),
        discount=discount,
        prefix=typed["prefix"].strip().upper(),
        source=typed["source"] or SHOP,
        per_owner=_whole(typed["per_owner"], 1),
        batch=_whole(typed["batch"], 50),
        days=_whole(typed["days"], 0),
    )
    check_plan(plan)
    return plan


def typed(plan: CodePlan) -> dict[str, str]:
    """A plan as the form shows it, so that ``read`` gives it back (but for an end on a certain day)."""
    discount = plan.discount
    return {
        "name": plan.name,
        "gives": PERCENT if discount.percent_bps else AMOUNT,
        "value": format_percent(discount.percent_bps) if discount.percent_bps else in_field(discount.amount),
        "currency": discount.currency,
        "minimum": in_field(discount.minimum) if discount.minimum else "",
        "uses": str(discount.uses or ""),
        "per_buyer": "yes" if discount.once_per_buyer else "",
        "prefix": plan.prefix,
        "source": plan.source,
        "per_owner": str(plan.per_owner),
        "batch": str(plan.batch),
        "days": str(plan.days or ""),
        "products": " ".join(discount.products),
    }


def saved(discount: Discount, basket: Micros) -> Micros:
    """What a buyer saves on a basket of goods that it works for, in micros; the shop rounds it in its own way."""
    if basket < discount.minimum:
        return 0
    return min(basket, discount.amount or basket * discount.percent_bps // MOST_BPS)


def _percent(text: str) -> int:
    found = _PERCENT.fullmatch(text.strip())
    if found is None:
        raise BadInputError("bad_percent", "Say the percentage with at most two decimals, such as 15 or 12.5.")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _amount(text: str, currency: str) -> Micros:
    return typed_amount(text, currency) if text.strip() else 0


def _whole(text: str, usual: int) -> int:
    plain = text.strip()
    if plain and _WHOLE.fullmatch(plain) is None:
        raise BadInputError("bad_plan", "Limits are whole numbers; leave a field empty for none.")
    return int(plain) if plain else usual
