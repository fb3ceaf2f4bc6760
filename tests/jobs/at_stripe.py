"""Stripe in the house of the tests: connected, and told of by signed events through the real edge."""

from typing import Any

from fanshare.core.instants import DAY, MINUTE, SECOND, Instant
from fanshare.flows import connection_changes
from fanshare.flows.connections import Connection as ShopConnection
from fanshare.flows.connections import NewConnection, add_connection
from fanshare.integrations.registry import connector
from fanshare.integrations.stripe.verify import signature_of
from tests.integrations.stripe.story import SALE, SECRET, charge, dispute, event, raw, session
from tests.jobs.house import House
from tests.support.stripe_api import StripeApi

#: 12 % of 59.00.
COMMISSION = 7_080_000
#: What is kept of the goods after 20.00 of the 64.00 went back.
LEFT = 59_000_000 - 59_000_000 * 20_000_000 // 64_000_000


def connected(house: House, api: StripeApi | None = None, *, alone: bool = True) -> ShopConnection:
    """Stripe as a connection, with a key where there is an API; ``alone``: no shop is connected beside it."""
    if alone:
        connection_changes.pause(house.bea.programme, house.bea.shop, house.now - 2 * DAY)
    keys = None if api is None else ("stripe", api.key)
    new = NewConnection(
        "stripe", "" if api is None else api.url, (SECRET.decode(),), keys, ("shop.example",), "stripe-linen"
    )
    kind = connector("stripe")
    made = add_connection(
        house.bea.programme, new, house.now - DAY, can_fetch=kind.can_fetch, reports_fulfilment=kind.reports_fulfilment
    )
    house.conn.execute(
        "UPDATE connection SET poll_cursor_at = %s, deep_began_at = %s WHERE id = %s", [house.now, house.now, made.id]
    )
    return made


def post(house: House, document: dict[str, Any]) -> int:
    """Post a signed event; the status of the answer."""
    body = raw(document)
    headers = {"stripe-signature": signature_of(SECRET, house.now // SECOND, body)}
    return house.edge.client.post("/hooks/stripe-linen", content=body, headers=headers).status_code


def tell(house: House, *documents: dict[str, Any]) -> None:
    for document in documents:
        assert post(house, document) == 200
    house.work()


def bought(house: House, payment: str = SALE, *, click: str | None = None, **more: Any) -> dict[str, Any]:
    """The event of a Checkout that was just paid by somebody who came by a link."""
    reference = house.bea.click() if click is None else click
    thing = session(payment, at=house.now, client_reference_id=reference or None, **more)
    return event("checkout.session.completed", thing, house.now)


def given_back(house: House, refunded: int, after: int, payment: str = SALE) -> dict[str, Any]:
    return event("charge.refunded", charge(payment, refunded=refunded, at=house.now), house.now + after)


def disputed(house: House, status: str, after: int, payment: str = SALE, **more: Any) -> dict[str, Any]:
    word = "created" if status == "needs_response" else "closed"
    thing = dispute(payment, status=status, at=house.now + MINUTE, **more)
    return event(f"charge.dispute.{word}", thing, house.now + after)


def held(house: House) -> list[tuple[str, Instant | None, str]]:
    """The rulings, oldest first: kind, until, reason."""
    return house.rows("SELECT kind, until_at, reason FROM ruling ORDER BY id")


def bucket(house: House) -> str:
    found: str = house.value(
        "SELECT kind FROM account WHERE party_id = %s AND balance > 0 ORDER BY kind LIMIT 1", house.bea.cleo
    )
    return found
