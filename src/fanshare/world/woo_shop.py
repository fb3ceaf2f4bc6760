"""A small WooCommerce for the demo and the tests: the REST endpoints a connector asks, from documents in memory.

It answers on loopback, checks keys as WooCommerce does (OAuth 1.0a over plain http, Basic over https), signs webhook
deliveries, and can be told to misbehave. The recorded orders stand in it exactly as they were.
"""

import json
import ssl
import threading
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Self

from fanshare.world.woo_coupons import Coupons
from fanshare.world.woo_server import Answer, Asked, Fault, Keys, Query, ShopServer, json_answer
from fanshare.world.woo_subscriptions import Webhooks
from fanshare.world.woo_webhooks import Delivery, delivery

type Document = dict[str, Any]

WEBHOOK_SECRET = b"whsec_woo_demo"

_NO_ORDER = {"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID.", "data": {"status": 404}}
_NO_ROUTE = {"code": "rest_no_route", "message": "No route was found.", "data": {"status": 404}}


class WooShop:
    """One shop. ``put`` orders, ``start`` it, point a connection at ``url``. Safe to use from several threads."""

    def __init__(
        self,
        *,
        key: str = "ck_demo",
        secret: str = "cs_demo",  # noqa: S107 - the key of a shop that exists only in this process
        webhook_secret: bytes = WEBHOOK_SECRET,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.key, self.secret, self.webhook_secret = key, secret, webhook_secret
        self.asked: list[str] = []
        self.webhooks = Webhooks()
        self.coupons = Coupons()
        self._orders: dict[int, Document] = {}
        self._by_change: list[Document] | None = None
        self._refunds: dict[int, list[Document]] = {}
        self._faults: deque[Fault | None] = deque()
        self._lock = threading.Lock()
        self._server = ShopServer(Keys(key, secret), self._answer, self._next_fault, tls)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The shop's address, known from the beginning."""
        return self._server.url

    def start(self) -> None:
        """Answer requests in a thread of its own until ``stop``."""
        self._server.start()

    def stop(self) -> None:
        """End the thread and close the port."""
        self._server.stop()

    def put(self, order: Document, refunds: Iterable[Document] = ()) -> None:
        """Set what the shop says about an order from now on."""
        with self._lock:
            self._orders[order["id"]], self._by_change = order, None
            self._refunds[order["id"]] = list(refunds)

    def remove(self, order_id: int) -> None:
        """Forget an order: 404 from now on."""
        with self._lock:
            self._orders.pop(order_id, None)
            self._by_change = None
            self._refunds.pop(order_id, None)

    def misbehave(self, *faults: Fault | None) -> None:
        """The next requests fail so, one each; ``None`` is a request that goes well."""
        with self._lock:
            self._faults.extend(faults)

    def behave(self) -> None:
        """Forget the faults that have not been played."""
        with self._lock:
            self._faults.clear()

    def change_keys(self, key: str, secret: str, *, may_write: bool = True) -> None:
        """Take other REST keys from now on."""
        self.key, self.secret = key, secret
        self._server.keys = Keys(key, secret, may_write)

    def deliveries_for(self, order_id: int, *, topics: Iterable[str] = ("order.updated",)) -> list[Delivery]:
        """What the shop's webhooks send about an order as it is now; an order that is gone is reported deleted."""
        with self._lock:
            order = self._orders.get(order_id)
            if order is None:
                return [delivery({"id": order_id}, "order.deleted", self.webhook_secret, self.url)]
            return [delivery(order, topic, self.webhook_secret, self.url) for topic in topics]

    def _next_fault(self) -> Fault | None:
        with self._lock:
            return self._faults.popleft() if self._faults else None

    def _answer(self, asked: Asked) -> Answer:
        query, parts = asked.query, asked.path.split("/")
        with self._lock:
            self.asked.append(asked.path)
            if parts[0] == "webhooks":
                return self.webhooks.answer(asked)
            if parts[0] == "coupons":
                return self.coupons.answer(asked)
            if parts == ["orders"]:
                return json_answer(200, self._list(query))
            if parts[0] != "orders" or len(parts) > 3 or not parts[1].isdecimal():
                return json_answer(404, _NO_ROUTE)
            order = self._orders.get(int(parts[1]))
            if order is None:
                return json_answer(404, _NO_ORDER)
            if len(parts) == 2:
                return json_answer(200, order)
            if parts[2] != "refunds":
                return json_answer(404, _NO_ROUTE)
            return json_answer(200, _page(self._refunds[int(parts[1])], query))

    def _list(self, query: Query) -> list[Document]:
        if "search" in query:
            wanted, known = query["search"].casefold(), self._orders.values()
            return _page([one for one in known if wanted in str(one.get("number", one["id"])).casefold()], query)
        if self._by_change is None:
            listed = [order for order in self._orders.values() if order["status"] != "trash"]
            self._by_change = sorted(listed, key=lambda order: (order["date_modified_gmt"], order["id"]))
        after = query.get("modified_after", "")
        first = bisect_right(self._by_change, after, key=lambda order: str(order["date_modified_gmt"]))
        return _page(self._by_change[first:], query)


def _page(documents: list[Document], query: Query) -> list[Document]:
    size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
    return documents[(page - 1) * size : page * size]


def recorded_folder() -> Traversable:
    """Where the recorded deliveries lie, in the source tree and in an installed package alike."""
    return files("fanshare") / "integrations" / "woocommerce" / "fixtures"


def recorded_deliveries() -> list[Delivery]:
    """The twenty recorded deliveries in the order they arrived; header names in lower case."""
    found = []
    for body in sorted((item for item in recorded_folder().iterdir() if item.name.endswith(".body")), key=str):
        headers = json.loads((recorded_folder() / body.name.replace(".body", ".headers.json")).read_text("utf-8"))
        kept = {name.lower(): value for name, value in headers["headers"].items()}
        found.append(Delivery(body.read_bytes(), kept, received_at=int(headers["at"] * 1_000_000)))
    return found


def put_recorded_orders(shop: WooShop) -> None:
    """Order 14 at its end with both refunds; order 16 is gone."""
    refunds = json.loads((recorded_folder() / "fetch" / "orders_14_refunds.json").read_text("utf-8"))
    shop.put(json.loads((recorded_folder() / "017_woo.body").read_text("utf-8")), refunds)
    shop.remove(16)
