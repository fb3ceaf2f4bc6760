"""Code plans: what a brand allows for the codes of one shop, and what such a code looks like.

A plan is versioned like terms: a code keeps the version it was made under. Drawn codes use letters and digits that
can't be taken for each other (no 0 O, 1 I L, nor U), so that they survive being read aloud and typed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fanshare.core.discounts import Discount, check_discount
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, SECOND, Instant, format_rfc3339, parse_rfc3339
from fanshare.core.money import format_micros, parse_amount

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Characters drawn behind the prefix: 30^8 codes cannot be guessed at a checkout, 30^5 are enough where uses are few.
DRAWN = 8
LEAST_TEXT, MOST_TEXT = 4, 40
MOST_PREFIX = 16
MOST_BATCH = 500

#: A code is made by asking the shop, or taken from a stock that the brand brought.
SHOP, STOCK = "shop", "stock"

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_TEXT = re.compile(r"[A-Z0-9][A-Z0-9_-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class CodePlan:
    """One version of a plan. ``source`` says where codes come from; a stock's discount is what the brand says it is.

    ``per_owner`` is how many codes of the plan one creator or fan may have at a time, ``batch`` how many single-use
    codes may be made for her at once, ``days`` how long a code lasts from when it is asked for (0: no end).
    """

    name: str
    discount: Discount
    prefix: str = ""
    source: str = SHOP
    per_owner: int = 1
    batch: int = 50
    days: int = 0

    def document(self) -> dict[str, Any]:
        """The plan as a JSON object, in which amounts are exact texts."""
        discount = self.discount
        return {
            "name": self.name,
            "source": self.source,
            "prefix": self.prefix,
            "percent_bps": discount.percent_bps,
            "amount": format_micros(discount.amount),
            "currency": discount.currency,
            "minimum": format_micros(discount.minimum),
            "uses": discount.uses,
            "once_per_buyer": discount.once_per_buyer,
            "ends_at": None if discount.ends_at is None else format_rfc3339(discount.ends_at),
            "products": list(discount.products),
            "per_owner": self.per_owner,
            "batch": self.batch,
            "days": self.days,
        }

    def ends_at(self, now: Instant) -> Instant | None:
        """When a code that is asked for now ends, on a whole second; the earlier one of the plan's two ends."""
        ends = [] if self.discount.ends_at is None else [self.discount.ends_at]
        ends += [now + self.days * DAY] if self.days else []
        return min(ends) // SECOND * SECOND if ends else None


def plan_of(document: Mapping[str, Any]) -> CodePlan:
    """The plan that a document of ``CodePlan.document`` says."""
    ends_at = document["ends_at"]
    discount = Discount(
        currency=document["currency"],
        percent_bps=document["percent_bps"],
        amount=parse_amount(document["amount"]),
        minimum=parse_amount(document["minimum"]),
        uses=document["uses"],
        once_per_buyer=document["once_per_buyer"],
        ends_at=None if ends_at is None else parse_rfc3339(ends_at),
        products=tuple(document["products"]),
    )
    same = {name: document[name] for name in ("name", "prefix", "source", "per_owner", "batch", "days")}
    return CodePlan(discount=discount, **same)


def check_plan(plan: CodePlan) -> None:
    """Raises ``BadInputError`` (``bad_plan``, ``bad_discount``) with the first thing that can't be."""
    check_discount(plan.discount)
    if _NAME.fullmatch(plan.name) is None:
        raise BadInputError(
            "bad_plan", "A plan's name has 1 to 40 small letters, digits and hyphens, such as spring-fans."
        )
    if plan.prefix and (_TEXT.fullmatch(plan.prefix) is None or len(plan.prefix) > MOST_PREFIX):
        raise BadInputError(
            "bad_plan",
            "A prefix has at most %(most)s letters A to Z, digits, hyphens or underscores.",
            most=MOST_PREFIX,
        )
    if plan.source not in (SHOP, STOCK):
        raise BadInputError("bad_plan", "Codes come from the shop or from a stock.")
    if not 1 <= plan.per_owner <= 1_000 or not 1 <= plan.batch <= MOST_BATCH:
        raise BadInputError(
            "bad_plan", "One owner may have 1 to 1000 codes, and a batch 1 to %(most)s.", most=MOST_BATCH
        )
    if not 0 <= plan.days <= 3_650:
        raise BadInputError("bad_plan", "A code lasts 0 (no end) to 3650 days.")


def draw(plan: CodePlan, below: Callable[[int], int]) -> str:
    """A code of a plan; ``below(n)`` gives a random number from 0 to n - 1."""
    return plan.prefix + "".join(ALPHABET[below(len(ALPHABET))] for _ in range(DRAWN))


def wished(plan: CodePlan, text: str) -> str:
    """A wished code as it is made: in capitals, and with the plan's prefix. Raises ``BadInputError`` ``bad_code``."""
    made = text.strip().upper()
    if not made.startswith(plan.prefix):
        raise BadInputError(
            "bad_code", "Codes of the plan %(name)s begin with %(prefix)s.", name=plan.name, prefix=plan.prefix
        )
    if _TEXT.fullmatch(made) is None or not LEAST_TEXT <= len(made) <= MOST_TEXT:
        raise BadInputError(
            "bad_code",
            "A code has %(least)s to %(most)s letters A to Z, digits, hyphens or underscores.",
            least=LEAST_TEXT,
            most=MOST_TEXT,
        )
    return made


def check_wish(plan: CodePlan) -> None:
    """A code that works once is drawn: a wished one could be guessed before its owner has used it."""
    if plan.discount.single_use:
        raise BadInputError("drawn_only", "Codes that work once are drawn; leave the text out.")
