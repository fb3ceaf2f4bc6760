"""Discount codes of a Shopify shop (GraphQL Admin API 2026-10; scopes ``read_discounts`` and ``write_discounts``).

A code is a discount of its own. The codes of a batch share one, to which they are added by
``discountRedeemCodeBulkAdd``; there ``usageLimit`` counts for each code. The discount's title carries our mark.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fanshare.core.discounts import Discount, differences
from fanshare.core.errors import BadInputError
from fanshare.core.instants import MINUTE, Instant, format_rfc3339, parse_rfc3339
from fanshare.core.marks import say
from fanshare.core.money import Micros, format_trimmed, parse_amount
from fanshare.integrations.code_types import CodeAsked, CodeEnded, CodeSeen, CodeTold, Outcome, judged
from fanshare.integrations.errors import ShopRefusedError, ShopUnreachableError
from fanshare.integrations.shopify import code_queries as queries
from fanshare.integrations.shopify.admin import Admin, open_admin
from fanshare.integrations.shopify.document import Node, connection, number

MOST_AT_ONCE = 250
SCOPES = ("read_discounts", "write_discounts")

_TITLE = "fanshare "
_MOST_PAGES = 50
_TAKEN = {"TAKEN", "DUPLICATE"}


@dataclass(frozen=True, slots=True)
class _Found:
    """A discount with the codes it has: their ids there and how often each was taken, by folded text."""

    id: str
    node: Node
    codes: Mapping[str, tuple[str, str, int]]

    @property
    def mark(self) -> str:
        title = str(self.node.get("title", ""))
        return title.removeprefix(_TITLE) if title.startswith(_TITLE) else ""


def make_code_maker(settings: Mapping[str, str]) -> "ShopifyCodes":
    """The codes of a connection."""
    return ShopifyCodes(open_admin(settings), settings.get("currency", ""))


class ShopifyCodes:
    """The ``CodeMaker`` of a Shopify connection. ``currency`` is taken where Shopify names none."""

    def __init__(self, admin: Admin, currency: str) -> None:
        self._admin = admin
        self._currency = currency

    def close(self) -> None:
        """Close the connections to the shop."""
        self._admin.close()

    def make(self, asked: Sequence[CodeAsked], now: Instant) -> Iterator[CodeTold]:
        """See ``CodeMaker``."""
        self._check_scopes()
        sheets: dict[str, list[CodeAsked]] = {}
        for one in asked:
            if one.sheet:
                sheets.setdefault(one.sheet, []).append(one)
            else:
                yield self._one(one, now)
        for sheet in sheets.values():
            yield from self._sheet(sheet, now)

    def look(self, text: str, now: Instant) -> CodeSeen | None:  # noqa: ARG002 - Shopify itself says what is active
        """See ``CodeMaker``."""
        found = self._find(text)
        return None if found is None else self._seen(found, text)

    def end(self, text: str, mark: str, now: Instant) -> CodeEnded:
        """See ``CodeMaker``."""
        self._check_scopes()
        found = self._find(text)
        if found is None or found.mark != mark:
            return CodeEnded(done=True)
        seen = self._seen(found, text)
        if seen.active:
            if len(found.codes) > 1:
                variables = {"discount": found.id, "codes": [seen.refers.rpartition(" ")[2]]}
                said = _complaint(self._admin.query(queries.REMOVE, variables), "discountCodeRedeemCodeBulkDelete")
            else:
                answer = self._admin.query(queries.DEACTIVATE, {"discount": found.id})
                said = _complaint(answer, "discountCodeDeactivate")
            if said:
                raise ShopRefusedError("The shop did not end the code: %(words)s.", words=said[1])
            after = self.look(text, now)
            return CodeEnded(after is None or not after.active, seen.used if after is None else after.used)
        return CodeEnded(done=True, used=seen.used)

    def ours(self, now: Instant) -> None:  # noqa: ARG002 - whatever the time is
        """See ``CodeMaker``. What is asked of Shopify is asked by name: a person looks at its list of discounts."""
        return

    def spent(self, text: str, order_id: str) -> Micros | None:
        """See ``CodeMaker``. A code of ours stands alone, so all that an order was spared is the code's doing."""
        if not order_id.isdecimal():
            return None
        order = self._admin.query(queries.SPENT, {"id": f"gid://shopify/Order/{order_id}"}).get("order")
        nodes, _ = connection(_node(order), "discountApplications")
        if all(str(one.get("code", "")).casefold() != text.casefold() for one in nodes):
            return None
        told = _node(_node(_node(order).get("totalDiscountsSet")).get("shopMoney"))
        if "amount" not in told:
            raise ShopUnreachableError("The shop did not say what the code took off; it is asked again later.")
        return _money(told)[0]

    def _check_scopes(self) -> None:
        if not self._admin.may("write_discounts"):
            raise ShopRefusedError(
                "Give the app the scopes %(scopes)s, then install its new version.", scopes=" and ".join(SCOPES)
            )

    def _one(self, asked: CodeAsked, now: Instant) -> CodeTold:
        found = self._find(asked.text) if asked.again else None
        if found is None:
            said = self._create(asked, now)
            if said and said[0] not in _TAKEN:
                return CodeTold(asked.text, Outcome.REFUSED, said=say("The shop refused: %(words)s.", words=said[1]))
            found = self._find(asked.text)
        return self._told(asked, found)

    def _sheet(self, sheet: Sequence[CodeAsked], now: Instant) -> Iterator[CodeTold]:
        """One discount for all: it is found by any of them, made with the first that is free, and added to."""
        found, foreign = self._sheet_of(sheet)
        for one in sheet:
            if found is not None or one.text in foreign:
                continue
            said = self._create(one, now)
            if said and said[0] not in _TAKEN:
                yield CodeTold(one.text, Outcome.REFUSED, said=say("The shop refused: %(words)s.", words=said[1]))
                return
            made = self._find(one.text)
            if made is not None and made.mark == one.mark:
                found = made
            elif made is not None:
                foreign.add(one.text)
        if found is not None:
            missing = [one for one in sheet if one.text.casefold() not in found.codes and one.text not in foreign]
            found = self._add(found, missing, sheet)
        for one in sheet:
            if one.text in foreign:
                yield CodeTold(one.text, Outcome.TAKEN, said=say("The shop already has a code of this text."))
            else:
                yield self._told(one, found if found and one.text.casefold() in found.codes else None)

    def _sheet_of(self, sheet: Sequence[CodeAsked]) -> tuple[_Found | None, set[str]]:
        """The discount that the sheet has already, and texts that are somebody else's. New sheets need no question."""
        foreign: set[str] = set()
        ours: _Found | None = None
        for one in sheet:
            if one.again and (ours is None or one.text.casefold() not in ours.codes):
                found = self._find(one.text)
                if found is not None and found.mark == one.mark:
                    ours = found
                elif found is not None:
                    foreign.add(one.text)
        return ours, foreign

    def _add(self, found: _Found, missing: Sequence[CodeAsked], sheet: Sequence[CodeAsked]) -> _Found:
        for start in range(0, len(missing), MOST_AT_ONCE):
            codes = [{"code": one.text} for one in missing[start : start + MOST_AT_ONCE]]
            answer = self._admin.query(queries.ADD, {"discount": found.id, "codes": codes})
            said = _complaint(answer, "discountRedeemCodeBulkAdd")
            if said:
                raise ShopRefusedError("The shop did not add the codes: %(words)s.", words=said[1])
        if not missing:
            return found
        anchor = next(one.text for one in sheet if one.text.casefold() in found.codes)
        return self._find(anchor) or found

    def _create(self, asked: CodeAsked, now: Instant) -> tuple[str, str] | None:
        """Make a discount with this code; the code and sentence of the shop's complaint, if it has one."""
        answer = self._admin.query(queries.CREATE, {"discount": discount_input(asked, now)})
        return _complaint(answer, "discountCodeBasicCreate")

    def _told(self, asked: CodeAsked, found: _Found | None) -> CodeTold:
        if found is None:
            return CodeTold(asked.text, Outcome.PENDING, said=say("The shop does not show it yet."))
        seen = self._seen(found, asked.text)
        if seen.discount is None:
            return judged(asked, seen, (say("it has conditions that were not asked for"),))
        return judged(asked, seen, differences(asked.discount, seen.discount))

    def _find(self, text: str) -> _Found | None:
        """The discount of a code with all its codes; ``None`` where the shop has none of this text."""
        codes: dict[str, tuple[str, str, int]] = {}
        after = ""
        for _ in range(_MOST_PAGES):
            node = self._admin.query(queries.CODE, {"code": text, "after": after or None}).get("codeDiscountNodeByCode")
            if node is None:
                return None
            discount = _node(node.get("codeDiscount"))
            if discount.get("__typename") != "DiscountCodeBasic":
                return _Found(str(node.get("id")), discount, {text.casefold(): ("", text, 0)})
            nodes, after = connection(discount, "codes")
            for each in nodes:
                shown = str(each.get("code", ""))
                codes[shown.casefold()] = (str(each.get("id", "")), shown, _count(each.get("asyncUsageCount")))
            if not after:
                return _Found(str(node.get("id")), discount, codes)
        raise ShopRefusedError("The shop lists the codes of one discount for ever.")

    def _seen(self, found: _Found, text: str) -> CodeSeen:
        id_, shown, used = found.codes.get(text.casefold(), ("", text, 0))
        return CodeSeen(
            text=shown,
            mark=found.mark,
            refers=f"{found.id} {id_}".strip(),
            active=found.node.get("status") == "ACTIVE",
            used=used,
            discount=_discount(found.node, self._currency),
        )


def discount_input(asked: CodeAsked, now: Instant) -> dict[str, Any]:
    """The discount that is asked for. It stands alone: no other discount of the shop is added to it."""
    discount = asked.discount
    value: dict[str, Any] = {"percentage": discount.percent_bps / 10_000}
    if discount.amount:
        value = {"discountAmount": {"amount": format_trimmed(discount.amount), "appliesOnEachItem": False}}
    items: dict[str, Any] = {"all": True}
    if discount.products:
        items = {"products": {"productsToAdd": [f"gid://shopify/Product/{each}" for each in discount.products]}}
    wanted: dict[str, Any] = {
        "title": f"{_TITLE}{asked.mark}",
        "code": asked.text,
        # A minute back, for the shop's clock may be behind ours.
        "startsAt": format_rfc3339(max(0, now - MINUTE)),
        "endsAt": None if discount.ends_at is None else format_rfc3339(discount.ends_at),
        "usageLimit": discount.uses,
        "appliesOncePerCustomer": discount.once_per_buyer,
        "context": {"all": "ALL"},
        "customerGets": {"value": value, "items": items},
    }
    if discount.minimum:
        least = format_trimmed(discount.minimum)
        wanted["minimumRequirement"] = {"subtotal": {"greaterThanOrEqualToSubtotal": least}}
    return wanted


def _discount(node: Node, currency: str) -> Discount | None:
    """What a discount gives; ``None`` where it has conditions that no plan can ask for."""
    try:
        return _read(node, currency)
    except (BadInputError, TypeError, ValueError):
        return None


def _read(node: Node, currency: str) -> Discount | None:
    gets, least = _node(node.get("customerGets")), _node(node.get("minimumRequirement"))
    value, items = _node(gets.get("value")), _node(gets.get("items"))
    percent, amount, minimum = 0, 0, 0
    if value.get("__typename") == "DiscountPercentage":
        percent = (parse_amount(value["percentage"]) + 50) // 100
    elif value.get("__typename") == "DiscountAmount" and value.get("appliesOnEachItem") is False:
        amount, currency = _money(value.get("amount"))
    else:
        return None
    if least.get("__typename") == "DiscountMinimumSubtotal":
        minimum, currency = _money(least.get("greaterThanOrEqualToSubtotal"))
    elif least:
        return None
    products = _products(items)
    if products is None:
        return None
    ends_at, uses = node.get("endsAt"), node.get("usageLimit")
    return Discount(
        currency=currency,
        percent_bps=percent,
        amount=amount,
        minimum=minimum,
        uses=None if uses is None else int(uses),
        once_per_buyer=node.get("appliesOncePerCustomer") is True,
        ends_at=None if ends_at is None else parse_rfc3339(str(ends_at)),
        products=products,
    )


def _products(items: Node) -> tuple[str, ...] | None:
    if items.get("__typename") == "AllDiscountItems":
        return ()
    if items.get("__typename") != "DiscountProducts" or _node(items.get("productVariants")).get("nodes"):
        return None
    nodes, more = connection(items, "products")
    return None if more else tuple(str(number(one.get("legacyResourceId"))) for one in nodes)


def _money(money: object) -> tuple[int, str]:
    found = _node(money)
    return parse_amount(found["amount"]), str(found["currencyCode"])


def _complaint(data: Mapping[str, Any], mutation: str) -> tuple[str, str] | None:
    """Code and sentence of the first reason why a mutation was not done."""
    answer = _node(data.get(mutation))
    errors = answer.get("userErrors")
    if not isinstance(errors, list):
        raise ShopUnreachableError("The shop did not say what became of the code; it is asked again later.")
    for error in errors:
        if isinstance(error, dict):
            return str(error.get("code") or ""), str(error.get("message") or "no reason given").rstrip(".")[:200]
    return None


def _node(value: object) -> Node:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 else 0
