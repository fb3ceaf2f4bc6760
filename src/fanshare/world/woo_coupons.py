"""The part of the small WooCommerce where coupons are made, listed and changed, as REST API v3 does it."""

import json
from typing import Any

from fanshare.world.woo_server import Answer, Asked, json_answer

_NO_COUPON = {"code": "woocommerce_rest_shop_coupon_invalid_id", "message": "Invalid ID.", "data": {"status": 404}}
_EXISTS = {
    "code": "woocommerce_rest_coupon_code_already_exists",
    "message": "The coupon code already exists",
    "data": {"status": 400},
}
_NO_CODE = {"code": "woocommerce_rest_empty_coupon_code", "message": "The coupon code cannot be empty."}
_TOO_MANY = {"code": "woocommerce_rest_request_entity_too_large", "message": "Unable to accept more than 100 items."}
_MOST_AT_ONCE = 100
_FRESH: dict[str, Any] = {
    "amount": "0.00",
    "status": "publish",
    "discount_type": "fixed_cart",
    "description": "",
    "date_expires_gmt": None,
    "usage_count": 0,
    "individual_use": False,
    "product_ids": [],
    "excluded_product_ids": [],
    "usage_limit": None,
    "usage_limit_per_user": None,
    "limit_usage_to_x_items": None,
    "free_shipping": False,
    "product_categories": [],
    "excluded_product_categories": [],
    "exclude_sale_items": False,
    "minimum_amount": "0.00",
    "maximum_amount": "0.00",
    "email_restrictions": [],
    "used_by": [],
    "meta_data": [],
}


class Coupons:
    """The coupons of one shop. As in the real thing codes are written small, and amounts with two digits.

    ``refused`` codes are turned down for a reason of the shop's own; ``bent`` is what the shop makes of everything.
    """

    def __init__(self) -> None:
        self.kept: dict[int, dict[str, Any]] = {}
        self.refused: set[str] = set()
        self.bent: dict[str, Any] = {}
        self.made = 0

    def put(self, code: str, **given: Any) -> dict[str, Any]:
        """A coupon that somebody made in the shop itself."""
        return self._make({"code": code, **given})

    def of(self, code: str) -> dict[str, Any] | None:
        """The coupon of a code."""
        return next((one for one in self.kept.values() if one["code"] == code.lower()), None)

    def works(self, code: str, at: str) -> bool:
        """Whether a checkout takes it at a time such as ``2026-11-22T02:20:00``."""
        found = self.of(code)
        if found is None or found["status"] != "publish":
            return False
        limit, ends = found["usage_limit"], found["date_expires_gmt"]
        return (ends is None or at <= ends) and (limit is None or found["usage_count"] < limit)

    def use(self, code: str) -> None:
        """A checkout has taken it."""
        found = self.of(code)
        assert found is not None, code
        found["usage_count"] += 1

    def answer(self, asked: Asked) -> Answer:
        """Answer under ``coupons``, ``coupons/batch`` and ``coupons/{id}``."""
        number = asked.path.partition("/")[2]
        given = json.loads(asked.body or b"{}")
        if not number:
            return self._list(asked) if asked.method == "GET" else self._one(given)
        if number == "batch":
            return self._batch(given)
        if not number.isdecimal() or int(number) not in self.kept:
            return json_answer(404, _NO_COUPON)
        if asked.method != "GET":
            self.kept[int(number)].update(_formatted(given))
        return json_answer(200, self.kept[int(number)])

    def _one(self, given: dict[str, Any]) -> Answer:
        refused = self._refusal(given)
        return json_answer(400, refused) if refused else json_answer(201, self._make(given))

    def _batch(self, given: dict[str, Any]) -> Answer:
        wanted = given.get("create", [])
        if len(wanted) > _MOST_AT_ONCE:
            return json_answer(413, _TOO_MANY)
        done = []
        for one in wanted:
            refused = self._refusal(one)
            done.append({"id": 0, "error": refused} if refused else self._make(one))
        return json_answer(200, {"create": done})

    def _refusal(self, given: dict[str, Any]) -> dict[str, Any] | None:
        code = str(given.get("code", "")).lower()
        if code in self.refused:
            return {"code": "woocommerce_rest_coupon_refused", "message": "This shop allows no such coupon."}
        return _NO_CODE if not code else _EXISTS if self.of(code) else None

    def _make(self, given: dict[str, Any]) -> dict[str, Any]:
        self.made += 1
        number = 700 + self.made
        self.kept[number] = {"id": number, **_FRESH, **_formatted({**given, **self.bent})}
        return self.kept[number]

    def _list(self, asked: Asked) -> Answer:
        query = asked.query
        found = list(self.kept.values())
        if "code" in query:
            found = [one for one in found if one["code"] == query["code"].lower()][:1]
        if "include" in query:
            found = [one for one in found if str(one["id"]) in query["include"].split(",")]
        size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
        return json_answer(200, found[(page - 1) * size : page * size])


def _formatted(given: dict[str, Any]) -> dict[str, Any]:
    """As WooCommerce shows it: codes in small letters, amounts with two digits, keys of metadata numbered."""
    shown = dict(given)
    if "code" in shown:
        shown["code"] = str(shown["code"]).lower()
    for name in ("amount", "minimum_amount", "maximum_amount"):
        if name in shown:
            whole, _, rest = str(shown[name]).partition(".")
            shown[name] = f"{whole}.{rest[:2]:0<2}"
    if "meta_data" in shown:
        shown["meta_data"] = [{"id": at, **one} for at, one in enumerate(shown["meta_data"], 1)]
    return shown
