"""Discount codes of a WooCommerce shop, as coupons of its REST API (v3, ``coupons`` and ``coupons/batch``).

WooCommerce writes codes in small letters and compares them so. It does not promise that two creations at once leave
one coupon, so a code that was asked for before is looked up first. A coupon is ended by its date, not deleted: the
shop's own figures keep it.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from fanshare.core.discounts import Discount, differences
from fanshare.core.errors import BadInputError
from fanshare.core.instants import MINUTE, SECOND, Instant, to_datetime
from fanshare.core.marks import say
from fanshare.core.money import Micros, format_percent, format_trimmed
from fanshare.integrations.code_types import CodeAsked, CodeEnded, CodeSeen, CodeTold, Outcome, judged
from fanshare.integrations.errors import ShopUnreachableError
from fanshare.integrations.json_input import amount, instant
from fanshare.integrations.woocommerce.rest import Rest
from fanshare.integrations.woocommerce.webhooks import shop_access

#: WooCommerce refuses larger batches.
MOST_AT_ONCE = 100
MOST_PAGES = 1_000
MARK = "fanshare"

_TAKEN = "woocommerce_rest_coupon_code_already_exists"

type Document = dict[str, Any]


def make_code_maker(settings: Mapping[str, str]) -> "WooCodes":
    """The codes of a connection."""
    return WooCodes(Rest(shop_access(settings)), settings.get("currency", ""))


class WooCodes:
    """The ``CodeMaker`` of a WooCommerce connection. Coupons name no currency: ``currency`` is the shop's."""

    def __init__(self, rest: Rest, currency: str) -> None:
        self._rest = rest
        self._currency = currency

    def close(self) -> None:
        """Close the connections to the shop."""
        self._rest.close()

    def make(self, asked: Sequence[CodeAsked], now: Instant) -> Iterator[CodeTold]:
        """See ``CodeMaker``."""
        fresh: list[CodeAsked] = []
        for one in asked:
            seen = self.look(one.text, now) if one.again else None
            if seen is None:
                fresh.append(one)
            else:
                yield _judged(one, seen)
        for start in range(0, len(fresh), MOST_AT_ONCE):
            yield from self._create(fresh[start : start + MOST_AT_ONCE], now)

    def look(self, text: str, now: Instant) -> CodeSeen | None:
        """See ``CodeMaker``."""
        for coupon in self._list({"code": text}):
            if str(coupon.get("code", "")).casefold() == text.casefold():
                return self._seen(coupon, now)
        return None

    def end(self, text: str, mark: str, now: Instant) -> CodeEnded:
        """See ``CodeMaker``."""
        seen = self.look(text, now)
        if seen is None or seen.mark != mark:
            return CodeEnded(done=True)
        if seen.active:
            # A minute back, for the shop's clock may be behind ours.
            self._rest.write("PUT", f"coupons/{seen.refers}", {"date_expires_gmt": _time(now - MINUTE)})
            seen = self.look(text, now)
        return CodeEnded(seen is None or not seen.active, 0 if seen is None else seen.used)

    def ours(self, now: Instant) -> Sequence[CodeSeen]:
        """See ``CodeMaker``. The oldest first, so that one that is made meanwhile moves no page."""
        found: list[CodeSeen] = []
        for page in range(1, MOST_PAGES + 1):
            coupons = self._list({"orderby": "id", "order": "asc", "page": str(page)})
            found += [self._seen(item, now) for item in coupons if _mark(item)]
            if len(coupons) < MOST_AT_ONCE:
                return found
        raise ShopUnreachableError("The shop lists its codes for ever; nothing was concluded.")

    def spent(self, text: str, order_id: str) -> Micros | None:
        """See ``CodeMaker``. WooCommerce says the discount and its tax apart."""
        order = self._rest.get(f"orders/{order_id}") if order_id.isdecimal() else None
        lines = order.get("coupon_lines") if isinstance(order, dict) else None
        for line in lines if isinstance(lines, list) else ():
            if isinstance(line, dict) and str(line.get("code", "")).casefold() == text.casefold():
                return amount(line, "discount", default=0) + amount(line, "discount_tax", default=0)
        return None

    def _create(self, fresh: Sequence[CodeAsked], now: Instant) -> Iterator[CodeTold]:
        answer = self._rest.write("POST", "coupons/batch", {"create": [coupon(one) for one in fresh]})
        made = answer.get("create") if isinstance(answer, dict) else None
        if not isinstance(made, list) or len(made) != len(fresh):
            raise ShopUnreachableError("The shop did not say what became of the codes; it is asked again later.")
        ids = [str(item["id"]) for item in made if isinstance(item, dict) and "error" not in item and item.get("id")]
        read = {str(item.get("id")): item for item in self._by_id(ids)}
        for one, item in zip(fresh, made, strict=True):
            error = item.get("error") if isinstance(item, dict) else {}
            found = read.get(str(item.get("id"))) if isinstance(item, dict) else None
            if isinstance(error, dict) and error.get("code") == _TAKEN:
                seen = self.look(one.text, now)
                yield CodeTold(one.text, Outcome.PENDING) if seen is None else _judged(one, seen)
            elif isinstance(error, dict):
                yield CodeTold(one.text, Outcome.REFUSED, said=say("The shop refused: %(words)s.", words=_words(error)))
            elif found is None or str(found.get("code", "")).casefold() != one.text.casefold():
                yield CodeTold(one.text, Outcome.PENDING, said=say("The shop does not show it yet."))
            else:
                yield _judged(one, self._seen(found, now))

    def _by_id(self, ids: Sequence[str]) -> list[Document]:
        """What was made is read back by a question of its own: the answer to a creation is only a promise."""
        return self._list({"include": ",".join(ids)}) if ids else []

    def _list(self, query: Mapping[str, str]) -> list[Document]:
        answer = self._rest.get("coupons", {**query, "per_page": str(MOST_AT_ONCE)})
        if not isinstance(answer, list):
            raise ShopUnreachableError("The shop's list of codes is not a list; it is asked again later.")
        return [item for item in answer if isinstance(item, dict)]

    def _seen(self, item: Document, now: Instant) -> CodeSeen:
        discount = self._discount(item)
        ends_at = None if discount is None else discount.ends_at
        works = item.get("status", "publish") == "publish" and (ends_at is None or ends_at > now)
        return CodeSeen(
            text=str(item.get("code", "")),
            mark=_mark(item),
            refers=str(item.get("id", "")),
            active=works,
            used=_count(item.get("usage_count")),
            discount=discount,
        )

    def _discount(self, item: Document) -> Discount | None:
        """What a coupon gives; ``None`` where it has conditions that no plan can ask for."""
        kind = item.get("discount_type")
        others = ("excluded_product_ids", "product_categories", "excluded_product_categories", "email_restrictions")
        if kind not in {"percent", "fixed_cart"} or any(item.get(name) for name in others):
            return None
        if item.get("exclude_sale_items") or item.get("free_shipping") or item.get("limit_usage_to_x_items"):
            return None
        try:
            return self._read(item, percent=kind == "percent")
        except (BadInputError, TypeError, ValueError):
            return None

    def _read(self, item: Document, *, percent: bool) -> Discount | None:
        if amount(item, "maximum_amount", default=0):
            return None
        worth = amount(item, "amount")
        if percent and worth % 10_000:
            return None
        limit, per_user = item.get("usage_limit"), item.get("usage_limit_per_user")
        if per_user not in {None, 0, 1}:
            return None
        return Discount(
            currency=self._currency,
            percent_bps=worth // 10_000 if percent else 0,
            amount=0 if percent else worth,
            minimum=amount(item, "minimum_amount", default=0),
            uses=int(limit) if limit else None,
            once_per_buyer=per_user == 1,
            ends_at=instant(item, "date_expires_gmt", assume_utc=True) if item.get("date_expires_gmt") else None,
            products=tuple(str(int(each)) for each in item.get("product_ids") or ()),
        )


def coupon(asked: CodeAsked) -> Document:
    """The coupon that is asked for. It stands alone: no second code of the shop is added to it."""
    discount = asked.discount
    worth = format_percent(discount.percent_bps) if discount.percent_bps else format_trimmed(discount.amount)
    wanted: Document = {
        "code": asked.text,
        "discount_type": "percent" if discount.percent_bps else "fixed_cart",
        "amount": worth,
        "description": "Made by fanshare.",
        "individual_use": True,
        "usage_limit": discount.uses,
        "usage_limit_per_user": 1 if discount.once_per_buyer else None,
        "product_ids": [int(each) for each in discount.products],
        "meta_data": [{"key": MARK, "value": asked.mark}],
    }
    if discount.minimum:
        wanted["minimum_amount"] = format_trimmed(discount.minimum)
    if discount.ends_at is not None:
        wanted["date_expires_gmt"] = _time(discount.ends_at)
    return {name: value for name, value in wanted.items() if value is not None}


def _judged(asked: CodeAsked, seen: CodeSeen) -> CodeTold:
    if seen.discount is None:
        return judged(asked, seen, (say("it has conditions that were not asked for"),))
    return judged(asked, seen, differences(asked.discount, seen.discount))


def _mark(item: Document) -> str:
    listed = item.get("meta_data")
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and each.get("key") == MARK:
            return str(each.get("value"))
    return ""


def _count(value: object) -> int:
    return int(value) if isinstance(value, int | Decimal) and value >= 0 else 0


def _time(at: Instant) -> str:
    return f"{to_datetime(at // SECOND * SECOND):%Y-%m-%dT%H:%M:%S}"


def _words(error: Mapping[str, Any]) -> str:
    return str(error.get("message") or error.get("code") or "without a reason").strip().rstrip(".")[:200]
