"""A small Shopify: tokens that end, GraphQL by the published types, costs, webhook subscriptions. Real HTTP."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Self

from fanshare.integrations.shopify.queries import VERSION
from tests.integrations.shopify.story import FIXTURES
from tests.support.flaky_http import Fault, FlakyServer, Reply, Request, reply
from tests.support.graphql import Executor, QueryError
from tests.support.shopify_codes import Discounts

SCHEMA: dict[str, Any] = json.loads((FIXTURES / "admin_2026-10.json").read_text("utf-8"))
DAY = 86_400


class ShopifyShop:
    """A shop that holds orders as its webhooks write them and shows them as GraphQL. A context that is running inside.

    ``now`` is the clock its tokens live by. ``bucket`` is what queries may still cost; ``None`` is no limit.
    """

    def __init__(self) -> None:
        self.client_id, self.client_secret = "client-1", "shpss_first"
        self.scopes = "read_orders,read_all_orders,read_discounts,write_discounts"
        self.orders: dict[str, dict[str, Any]] = {}
        self.subscriptions: list[dict[str, Any]] = []
        self.discounts = Discounts(SCHEMA)
        self.refused_topics: set[str] = set()
        self.withheld: set[str] = set()
        self.max_cost = 1_000
        self.restore = 50
        self.bucket: float | None = None
        self.version, self.deprecated = VERSION, ""
        self.now: Callable[[], float] = time.monotonic
        self.names: set[str] = set()
        self.tokens_given = 0
        self._tokens: dict[str, float] = {}
        self._server = FlakyServer(self._answer)
        self.url = self._server.url

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.__exit__(*error)

    @property
    def asked(self) -> list[Request]:
        return self._server.asked

    @property
    def operations(self) -> list[str]:
        """What was asked for, by the names of the queries."""
        posted = [one.json["query"] for one in self.asked if one.path.endswith("graphql.json")]
        return [text.split("(")[0].split()[1] for text in posted]

    def put(self, order: Mapping[str, Any]) -> None:
        """There is this order, in the shape of the webhooks."""
        self.orders[str(order["id"])] = dict(order)

    def misbehave(self, *faults: Fault | None) -> None:
        self._server.misbehave(*faults)

    def behave(self) -> tuple[Fault | None, ...]:
        return self._server.behave()

    def revoke(self) -> None:
        """Take back every token that was given out."""
        self._tokens.clear()

    def rotate(self) -> None:
        """Another client secret; tokens and the old one are worth nothing any more."""
        self.client_secret = f"{self.client_secret}x"
        self.revoke()

    def _answer(self, request: Request) -> Reply:
        if request.path == "/admin/oauth/access_token":
            return self._grant(request)
        if request.path != f"/admin/api/{VERSION}/graphql.json":
            return reply({"errors": "Not Found"}, 404)
        if self.now() >= self._tokens.get(request.headers.get("x-shopify-access-token", ""), 0.0):
            return reply(
                {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}, 401
            )
        told = {"x-shopify-api-version": self.version, "x-shopify-api-deprecated-reason": self.deprecated}
        answer = reply(self._execute(request.json))
        return replace(answer, headers={**answer.headers, **{name: text for name, text in told.items() if text}})

    def _grant(self, request: Request) -> Reply:
        form = request.form
        fits = (form.get("client_id"), form.get("client_secret")) == (self.client_id, self.client_secret)
        if form.get("grant_type") != "client_credentials" or not fits:
            return reply({"error": "invalid_client"}, 401)
        self.tokens_given += 1
        token = f"shpat_{self.tokens_given}"
        self._tokens[token] = self.now() + DAY - 1
        return reply({"access_token": token, "scope": self.scopes, "expires_in": DAY - 1})

    def _execute(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        variables = asked.get("variables") or {}
        cost = 1 + variables.get("orders", 1) * variables.get("lines", 1)
        if cost > self.max_cost:
            return _failed("MAX_COST_EXCEEDED", "Query cost is too high")
        if self.bucket is not None:
            if cost > self.bucket:
                status = {"maximumAvailable": 1_000, "currentlyAvailable": self.bucket, "restoreRate": self.restore}
                spent = {"requestedQueryCost": cost, "actualQueryCost": None, "throttleStatus": status}
                return {**_failed("THROTTLED", "Throttled"), "extensions": {"cost": spent}}
            self.bucket -= cost
        executor = Executor(SCHEMA["types"], self._root, self.names)
        try:
            data = executor.run(asked["query"], variables)
        except QueryError as error:
            return _failed("undefinedField", str(error))
        if self.withheld:
            _withhold(data, self.withheld)
            return {"data": data, **_failed("ACCESS_DENIED", "Access denied for some fields.")}
        return {"data": data}

    def _root(self, name: str, args: dict[str, Any]) -> Any:
        answers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "order": self._order,
            "orders": self._orders,
            "refund": self._refund,
            "webhookSubscriptions": lambda _: list(self.subscriptions),
            "webhookSubscriptionCreate": self._subscribe,
            "webhookSubscriptionUpdate": self._resubscribe,
            **self.discounts.answers(),
        }
        return answers[name](args)

    def _order(self, args: dict[str, Any]) -> Any:
        found = self.orders.get(args["id"].rpartition("/")[2])
        return found and shown(found)

    def _refund(self, args: dict[str, Any]) -> Any:
        number = args["id"].rpartition("/")[2]
        refunds = (one for order in self.orders.values() for one in order["refunds"])
        return next((shown_refund(one) for one in refunds if str(one["id"]) == number), None)

    def _orders(self, args: dict[str, Any]) -> Any:
        """By time of change and number, from the cursor on, as the real thing: a change moves an order to the end."""
        if args["query"].startswith("name:"):
            return self._named(args["query"].split('"')[1], args["first"])
        if args["sortKey"] != "UPDATED_AT":
            raise QueryError("not sorted by change")
        since = args["query"].split("'")[1]
        keyed = sorted((one["updated_at"], int(one["id"]), one) for one in self.orders.values())
        after = tuple(json.loads(args["after"])) if args.get("after") else ("", 0)
        rest = [one for one in keyed if one[0] >= since and one[:2] > after]
        page = rest[: args["first"]]
        more = len(rest) > len(page)
        cursor = json.dumps(page[-1][:2]) if more else None
        return {
            "nodes": [shown(one[2]) for one in page],
            "pageInfo": {"hasNextPage": more, "endCursor": cursor},
        }

    def _named(self, name: str, first: int) -> Any:
        """By the words of their names, as a search does: 1001 finds #1001, EN-1001 and 1001-B."""
        found = [one for one in self.orders.values() if name.lower() in str(one.get("name", "")).lower()]
        return {"nodes": [shown(one) for one in found[:first]], "pageInfo": {"hasNextPage": False, "endCursor": None}}

    def _subscribe(self, args: dict[str, Any]) -> Any:
        topic, wanted = args["topic"], args["webhookSubscription"]
        if topic not in SCHEMA["enums"]["WebhookSubscriptionTopic"]:
            raise QueryError(f"{topic} is no topic")
        if error := self._wrong(topic, wanted):
            return error
        made = {
            "id": f"gid://shopify/WebhookSubscription/{len(self.subscriptions) + 1}",
            "topic": topic,
            "includeFields": [],
            "filter": None,
            "apiVersion": {"handle": VERSION},
            **wanted,
        }
        self.subscriptions.append(made)
        return {"userErrors": [], "webhookSubscription": made}

    def _resubscribe(self, args: dict[str, Any]) -> Any:
        [known] = [one for one in self.subscriptions if one["id"] == args["id"]]
        if error := self._wrong(known["topic"], args["webhookSubscription"], known):
            return error
        known.update(args["webhookSubscription"])
        return {"userErrors": [], "webhookSubscription": known}

    def _wrong(self, topic: str, wanted: dict[str, Any], but: dict[str, Any] | None = None) -> dict[str, Any] | None:
        if unknown := set(wanted) - set(SCHEMA["inputs"]["WebhookSubscriptionInput"]):
            raise QueryError(f"{unknown} is no field of WebhookSubscriptionInput")
        said = ""
        if topic in self.refused_topics:
            said = "You are not approved for protected customer data"
        elif any((one["topic"], one["uri"]) == (topic, wanted["uri"]) for one in self.subscriptions if one is not but):
            said = "Address for this topic has already been taken"
        return {"userErrors": [{"field": ["uri"], "message": said}], "webhookSubscription": None} if said else None


def _failed(code: str, message: str) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def _withhold(value: Any, names: set[str]) -> None:
    """Null where the app may not look."""
    if isinstance(value, list):
        for item in value:
            _withhold(item, names)
    elif isinstance(value, dict):
        for key in value:
            if key in names:
                value[key] = None
            else:
                _withhold(value[key], names)


def bag(holder: Mapping[str, Any], key: str) -> Any:
    """A ``MoneyBag`` of an amount of the webhooks."""
    both = holder.get(f"{key}_set")
    amount = str(holder.get(key) or "0.00")
    side = both["shop_money"] if both else {"amount": amount, "currency_code": holder.get("currency", "EUR")}
    return {"shopMoney": {"amount": side["amount"], "currencyCode": side["currency_code"]}}


def shown(order: Mapping[str, Any]) -> dict[str, Any]:
    """An order of the webhooks as GraphQL shows it."""
    customer, landing = order.get("customer"), order.get("landing_site")
    visit = {"landingPage": landing, "referrerUrl": order.get("referring_site")}
    return {
        "legacyResourceId": str(order["id"]),
        "name": order.get("name"),
        "createdAt": order["created_at"],
        "processedAt": order["processed_at"],
        "updatedAt": order["updated_at"],
        "closedAt": order.get("closed_at"),
        "cancelledAt": order.get("cancelled_at"),
        "test": order["test"],
        "email": order.get("email"),
        "currencyCode": order["currency"],
        "presentmentCurrencyCode": order.get("presentment_currency"),
        "taxesIncluded": order["taxes_included"],
        "dutiesIncluded": order.get("duties_included", False),
        "displayFinancialStatus": (order["financial_status"] or "").upper() or None,
        "displayFulfillmentStatus": (order["fulfillment_status"] or "unfulfilled").upper(),
        "totalPriceSet": bag(order, "total_price"),
        "totalTaxSet": bag(order, "total_tax"),
        "totalDiscountsSet": bag(order, "total_discounts") if "total_discounts_set" in order else None,
        "totalTipReceivedSet": bag(order, "total_tip_received"),
        "currentTotalPriceSet": bag(order, "current_total_price" if "current_total_price" in order else "total_price"),
        "totalOutstandingSet": bag(order, "total_outstanding"),
        "customAttributes": [{"key": one["name"], "value": one["value"]} for one in order["note_attributes"]],
        "discountApplications": [_application(one) for one in order["discount_applications"]],
        "customer": customer
        and {
            "legacyResourceId": str(customer["id"]),
            "defaultEmailAddress": customer.get("email") and {"emailAddress": customer["email"]},
        },
        "billingAddress": {"countryCodeV2": (order.get("billing_address") or {}).get("country_code")},
        "shippingAddress": None,
        "fulfillments": [{"createdAt": one["created_at"], "status": "SUCCESS"} for one in order["fulfillments"]],
        "customerJourneySummary": {"firstVisit": visit, "lastVisit": visit} if landing else None,
        "lineItems": [_line(one) for one in order["line_items"]],
        "refunds": [shown_refund(one) for one in order["refunds"]],
    }


def _application(one: Mapping[str, Any]) -> dict[str, Any]:
    kind = {"discount_code": "DiscountCodeApplication", "automatic": "AutomaticDiscountApplication"}[one["type"]]
    return {"__typename": kind, "code": one.get("code")}


def _line(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/LineItem/{one['id']}",
        "quantity": one["quantity"],
        "sku": one["sku"],
        "isGiftCard": one["gift_card"],
        "requiresShipping": one["requires_shipping"],
        "product": one["product_id"] and {"legacyResourceId": str(one["product_id"])},
        "originalUnitPriceSet": bag(one, "price"),
        "discountAllocations": [{"allocatedAmountSet": bag(each, "amount")} for each in one["discount_allocations"]],
        "taxLines": [{"priceSet": bag(each, "price")} for each in one["tax_lines"]],
        "duties": [{"price": bag(each, "price")} for each in one["duties"]],
    }


def shown_refund(one: Mapping[str, Any]) -> dict[str, Any]:
    """A refund of the webhooks as GraphQL shows it."""
    return {
        "id": f"gid://shopify/Refund/{one['id']}",
        "legacyResourceId": str(one["id"]),
        "createdAt": one["created_at"],
        "processedAt": one["created_at"],
        "refundLineItems": [
            {
                "lineItem": {"id": f"gid://shopify/LineItem/{item['line_item_id']}"},
                "quantity": item["quantity"],
                "subtotalSet": bag(item, "subtotal"),
                "totalTaxSet": bag(item, "total_tax"),
            }
            for item in one["refund_line_items"]
        ],
        "transactions": [
            {"kind": each["kind"].upper(), "status": each["status"].upper(), "amountSet": bag(each, "amount")}
            for each in one["transactions"]
        ],
        "refundShippingLines": [
            {"subtotalAmountSet": bag(each, "subtotal_amount"), "taxAmountSet": bag(each, "tax_amount")}
            for each in one["refund_shipping_lines"]
        ],
        "duties": [],
        "orderAdjustments": [
            {"reason": "REFUND_DISCREPANCY", "amountSet": bag(each, "amount")} for each in one["order_adjustments"]
        ],
    }
