"""The shops of a story: orders that change, and what is posted and told about them."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fanshare.core.instants import SECOND, Instant, format_rfc3339, parse_rfc3339
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, Refund, Status
from fanshare.flows.connections import Connection as ShopConnection
from fanshare.flows.context import Programme
from fanshare.integrations.errors import ShopUnreachableError
from fanshare.integrations.generic.verify import sign
from fanshare.integrations.types import Fetch
from fanshare.integrations.woocommerce.fetch import WooFetch
from fanshare.integrations.woocommerce.verify import signature_of
from fanshare.world.woo_documents import order_document, refund_documents

CENT = 10_000


@dataclass
class ShopOrder:
    """One order as the shop has it now."""

    state: OrderState
    woo: bool

    @property
    def kept(self) -> int:
        """What the buyer keeps, in micros."""
        if self.state.status is not Status.CAPTURED:
            return 0
        return self.state.lines[0].net - sum(refund.money for refund in self.state.refunds)

    @property
    def email(self) -> str:
        return f"buyer-{self.state.order_id}@example.test"


def placed(number: int, net: int, click: str, at: Instant, *, woo: bool) -> ShopOrder:
    """An order placed just now by a buyer of its own, on whole seconds as shops have it."""
    at -= at % SECOND
    line = Line(str(number * 10), net, product="7")
    evidence = Evidence((click,) if click else ())
    state = OrderState(
        str(number), f"key{number}", at, at, Status.CAPTURED, "EUR", (line,),
        total=net, fulfilled_at=at, buyer=Buyer(), evidence=evidence, fetched=woo,
    )  # fmt: skip
    return ShopOrder(state, woo)


def change(order: ShopOrder, dice: random.Random, at: Instant) -> None:
    """Give something back, or cancel, a second after the last change at the earliest."""
    state = order.state
    at = max(at - at % SECOND, state.modified_at + SECOND)
    if order.kept <= CENT or dice.random() < 0.3:
        order.state = replace(state, status=Status.CANCELLED, modified_at=at)
        return
    money = dice.randint(1, order.kept // CENT) * CENT
    refund = Refund(str(int(state.order_id) * 10 + len(state.refunds)), at, money, ((state.lines[0].id, money),))
    order.state = replace(state, modified_at=at, refunds=(*state.refunds, refund))


def message(order: ShopOrder, shop: ShopConnection) -> tuple[bytes, Callable[[Instant], Mapping[str, str]]]:
    """The body of a delivery about the order as it is now, and how its headers are made when it is sent."""
    if order.woo:
        body = json.dumps(order_document(order.state, email=order.email)).encode()
        signature = signature_of(shop.secrets[0], body)
        fixed = {"x-wc-webhook-topic": "order.updated", "x-wc-webhook-signature": signature}
        return body, lambda at: fixed
    body = json.dumps(_generic(order)).encode()

    def signed(at: Instant) -> Mapping[str, str]:
        identity, sent = f"msg_{order.state.order_id}_{order.state.modified_at}", at // SECOND
        return {
            "webhook-id": identity,
            "webhook-timestamp": str(sent),
            "webhook-signature": sign(shop.secrets[0], identity, sent, body),
        }

    return body, signed


def _generic(order: ShopOrder) -> dict[str, Any]:
    state = order.state
    return {
        "order_id": state.order_id,
        "birth": state.birth,
        "status": str(state.status),
        "currency": "EUR",
        "ordered_at": format_rfc3339(state.placed_at),
        "modified_at": format_rfc3339(state.modified_at),
        "lines": [{"id": line.id, "net": _decimal(line.net)} for line in state.lines],
        "refunds": [
            {
                "id": one.id,
                "created_at": format_rfc3339(one.created_at),
                "lines": [{"line_id": line, "net": _decimal(net)} for line, net in one.lines],
            }
            for one in state.refunds
        ],
        "clicks": list(state.evidence.clicks),
        "buyer": {"email": order.email},
    }


def _decimal(micros: int) -> str:
    return f"{micros // 1_000_000}.{micros // CENT % 100:02}"


@dataclass
class SimRest:
    """The REST API of the simulated WooCommerce shop, which answers the real connector; or it is away."""

    orders: dict[str, ShopOrder]
    is_away: Callable[[], bool]

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        if self.is_away():
            raise ShopUnreachableError("injected: the shop is away")
        asked = path.split("/")
        if len(asked) == 1:
            return self._listed(query or {})
        order = self.orders.get(asked[1])
        if order is None or not order.woo:
            return None
        found: Any = refund_documents(order.state) if asked[2:] else order_document(order.state, email=order.email)
        return found

    def _listed(self, query: Mapping[str, str]) -> list[Any]:
        if query.get("page", "1") != "1":
            return []
        since = parse_rfc3339(query["modified_after"] + "Z")
        changed = [order for order in self.orders.values() if order.woo and order.state.modified_at >= since]
        changed.sort(key=lambda one: one.state.modified_at)
        return [order_document(one.state, email=one.email) for one in changed]

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class SimFetches:
    """Opens the fetch of the simulated shop."""

    rest: SimRest
    opened: dict[int, Fetch] = field(default_factory=dict)

    def __call__(self, programme: Programme, shop: ShopConnection) -> Fetch | None:
        if shop.kind != "woocommerce":
            return None
        rest: Any = self.rest
        return WooFetch(rest, programme.pseudonym)

    def close(self) -> None:
        """Nothing is open."""
