"""The part of the small Shopify where discount codes are made and ended, by the published types."""

from collections.abc import Mapping
from typing import Any

from fanshare.core.instants import Instant, parse_rfc3339
from tests.support.graphql import QueryError

_ERROR = {"field": ["basicCodeDiscount"], "code": "", "message": ""}
_MOST_AT_ONCE = 250


class Discounts:
    """The discounts of one shop. Codes are compared without their capitals.

    Codes that are added to a discount appear after ``slow`` further questions. ``bent`` is what the shop makes of
    everything; ``refused`` texts are turned down.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self.kept: dict[str, dict[str, Any]] = {}
        self.refused: set[str] = set()
        self.bent: dict[str, Any] = {}
        self.slow = 0
        self._queue: list[tuple[int, str, list[str]]] = []
        self._number = 0
        self.currency = "EUR"

    def put(self, code: str, **given: Any) -> dict[str, Any]:
        """A discount that somebody made in the shop itself."""
        value = {"value": {"percentage": 0.15}, "items": {"all": True}}
        return self._make({"title": "Summer", "code": code, "customerGets": value, **given})

    def of(self, code: str) -> dict[str, Any] | None:
        """The discount that a code leads to."""
        return next((one for one in self.kept.values() if _place(one, code) is not None), None)

    def works(self, code: str) -> bool:
        """Whether a checkout takes it."""
        found = self.of(code)
        if found is None or found["status"] != "ACTIVE":
            return False
        each = found["codes"][_place(found, code) or 0]
        return found["usageLimit"] is None or int(each["asyncUsageCount"]) < found["usageLimit"]

    def use(self, code: str) -> None:
        """A checkout has taken it."""
        found = self.of(code)
        assert found is not None, code
        found["codes"][_place(found, code) or 0]["asyncUsageCount"] += 1

    def answers(self) -> dict[str, Any]:
        """The fields of the root that it answers."""
        return {
            "codeDiscountNodeByCode": self._by_code,
            "discountCodeBasicCreate": self._create,
            "discountRedeemCodeBulkAdd": self._add,
            "discountCodeDeactivate": self._deactivate,
            "discountCodeRedeemCodeBulkDelete": self._remove,
        }

    def _by_code(self, args: dict[str, Any]) -> Any:
        self._work()
        found = self.of(args["code"])
        return found and {"id": found["id"], "codeDiscount": found}

    def _create(self, args: dict[str, Any]) -> Any:
        wanted = args["basicCodeDiscount"]
        self._check("DiscountCodeBasicInput", wanted)
        if missing := {"title", "code", "context", "startsAt", "customerGets"} - set(wanted):
            raise QueryError(f"{missing} must be given")
        self._check("DiscountCustomerGetsInput", wanted["customerGets"])
        self._check("DiscountCustomerGetsValueInput", wanted["customerGets"]["value"])
        self._check("DiscountItemsInput", wanted["customerGets"]["items"])
        if wanted["code"].casefold() in self.refused:
            return _refused("INVALID", "Code is not allowed in this shop")
        if self.of(wanted["code"]):
            return _refused("TAKEN", "Code must be unique. Please try a different code.")
        made = self._make(wanted)
        return {"userErrors": [], "codeDiscountNode": {"id": made["id"]}}

    def _add(self, args: dict[str, Any]) -> Any:
        if len(args["codes"]) > _MOST_AT_ONCE:
            return _refused("TOO_MANY_ARGUMENTS", "Too many codes")
        for one in args["codes"]:
            self._check("DiscountRedeemCodeInput", one)
        if args["discountId"] not in self.kept:
            return _refused("INVALID", "Code discount does not exist.")
        self._queue.append((self.slow, args["discountId"], [one["code"] for one in args["codes"]]))
        return {"userErrors": [], "bulkCreation": {"id": "gid://shopify/DiscountRedeemCodeBulkCreation/1"}}

    def _deactivate(self, args: dict[str, Any]) -> Any:
        if args["id"] not in self.kept:
            return _refused("INVALID", "Code discount does not exist.")
        self.kept[args["id"]]["status"] = "EXPIRED"
        return {"userErrors": [], "codeDiscountNode": {"id": args["id"]}}

    def _remove(self, args: dict[str, Any]) -> Any:
        found = self.kept[args["discountId"]]
        found["codes"] = [one for one in found["codes"] if one["id"] not in args["ids"]]
        return {"userErrors": [], "job": {"id": "gid://shopify/Job/1", "done": False}}

    def _check(self, name: str, given: Mapping[str, Any]) -> None:
        if unknown := set(given) - set(self._schema["inputs"][name]):
            raise QueryError(f"{unknown} is no field of {name}")

    def _work(self) -> None:
        """What was asked for before is done by and by."""
        waiting, self._queue = self._queue, []
        for rounds, discount, codes in waiting:
            if rounds > 0:
                self._queue.append((rounds - 1, discount, codes))
                continue
            for code in codes:
                if not self.of(code) and code.casefold() not in self.refused:
                    self.kept[discount]["codes"].append(self._code(code))

    def _code(self, code: str) -> dict[str, Any]:
        self._number += 1
        return {"id": f"gid://shopify/DiscountRedeemCode/{self._number}", "code": code, "asyncUsageCount": 0}

    def _make(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        given = {**wanted, **self.bent}
        gets, least = given["customerGets"], given.get("minimumRequirement")
        self._number += 1
        made = {
            "__typename": "DiscountCodeBasic",
            "id": f"gid://shopify/DiscountCodeNode/{self._number}",
            "title": given["title"],
            "status": "ACTIVE",
            "endsAt": given.get("endsAt"),
            "usageLimit": given.get("usageLimit"),
            "appliesOncePerCustomer": given.get("appliesOncePerCustomer") or False,
            "customerGets": {"value": self._value(gets["value"]), "items": _items(gets["items"])},
            "minimumRequirement": least and self._least(least),
            "codes": [self._code(given["code"])],
        }
        self.kept[made["id"]] = made
        return made

    def _value(self, value: Mapping[str, Any]) -> dict[str, Any]:
        if "percentage" in value:
            assert 0 <= value["percentage"] <= 1
            return {"__typename": "DiscountPercentage", "percentage": value["percentage"]}
        amount = value["discountAmount"]
        self._check("DiscountAmountInput", amount)
        return {
            "__typename": "DiscountAmount",
            "amount": self._money(amount["amount"]),
            "appliesOnEachItem": amount["appliesOnEachItem"],
        }

    def _least(self, least: Mapping[str, Any]) -> dict[str, Any]:
        money = self._money(least["subtotal"]["greaterThanOrEqualToSubtotal"])
        return {"__typename": "DiscountMinimumSubtotal", "greaterThanOrEqualToSubtotal": money}

    def _money(self, amount: str) -> dict[str, str]:
        """Shopify leaves out needless digits: ``5.00`` comes back as ``5.0``."""
        whole, _, rest = amount.partition(".")
        return {"amount": f"{whole}.{rest.rstrip('0') or '0'}", "currencyCode": self.currency}


def ends_at(discount: Mapping[str, Any]) -> Instant | None:
    """When a discount ends."""
    return None if discount["endsAt"] is None else parse_rfc3339(discount["endsAt"])


def _items(items: Mapping[str, Any]) -> dict[str, Any]:
    if items.get("all"):
        return {"__typename": "AllDiscountItems", "allItems": True}
    ids = [gid.rpartition("/")[2] for gid in items["products"]["productsToAdd"]]
    return {
        "__typename": "DiscountProducts",
        "products": [{"legacyResourceId": number} for number in ids],
        "productVariants": [],
    }


def _place(discount: Mapping[str, Any], code: str) -> int | None:
    folded = [one["code"].casefold() for one in discount["codes"]]
    return folded.index(code.casefold()) if code.casefold() in folded else None


def _refused(code: str, message: str) -> dict[str, Any]:
    return {"userErrors": [{**_ERROR, "code": code, "message": message}]}
