"""No secret, no token, no name of a buyer in logs, tables, files or answers, whichever shop it came through.

Words that stand nowhere else are planted as keys, signing secrets and personal data of every kind of connection; the
shops throw everything back that is sent to them, in errors; then everything that was written is searched.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

import pytest
import structlog

from fanshare.config.logs import configure_logs
from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND
from fanshare.flows.connections import Connection as ShopConnection
from fanshare.flows.connections import NewConnection, add_connection, connections
from fanshare.flows.doctor_programme import programme_remarks
from fanshare.flows.health import connection_health
from fanshare.integrations.generic.verify import sign
from fanshare.integrations.registry import connector
from fanshare.integrations.shopify.verify import signature_of as shopify_signature
from fanshare.integrations.stripe.verify import signature_of as stripe_signature
from fanshare.jobs.webhooks import look_after_webhooks
from fanshare.store.access import connect
from fanshare.store.queries import inbox
from fanshare.world.woo_webhooks import Delivery, delivery
from tests.integrations.shopify.story import line
from tests.integrations.shopify.story import order as shopify_order
from tests.integrations.stripe.story import event, session
from tests.jobs.house import House
from tests.jobs.test_reconciliation import order as woo_order
from tests.support.flaky_http import FlakyServer, Reply, Request

#: In every planted word; small letters and digits, so that it survives folding, escaping and quoting.
MARK = "zqcanary"
ADDRESS = f"{MARK}.quentin@example.test"
PERSON = {"first_name": f"{MARK}quentin", "last_name": f"{MARK}quince", "address_1": f"{MARK} Street 5"}
SIGNING = {
    "woocommerce": f"whsec_{MARK}woo",
    "shopify": f"shpss_{MARK}secret0",
    "stripe": f"whsec_{MARK}stripe",
    "generic": f"whsec_{MARK}1234567890123456",
    "postback": f"{MARK}-a-token-in-an-address",
}
KEYS = {
    "woocommerce": (f"ck_{MARK}key", f"cs_{MARK}secret"),
    "shopify": (f"{MARK}client", SIGNING["shopify"]),
    "stripe": ("stripe", f"rk_live_{MARK}12345678"),
}


class Echo:
    """A shop that answers everything with an error that repeats whatever it was sent."""

    def __init__(self) -> None:
        self.statuses = [401, 403, 404, 400, 500, 429, 200]
        self.server = FlakyServer(self.answer)

    def answer(self, request: Request) -> Reply:
        said = (
            f"{request.path} {dict(request.query)} {dict(request.headers)} {request.body.decode('latin-1')} {ADDRESS}"
        )
        status = self.statuses[len(self.server.asked) % len(self.statuses)]
        body = json.dumps({"error": {"message": said, "code": said}, "errors": said, "message": said, "code": said})
        return Reply(status, body.encode(), {"content-type": "application/json", "x-error": said[:200]})


@pytest.fixture
def echo() -> Iterator[Echo]:
    made = Echo()
    with made.server:
        yield made


@pytest.fixture
def logs(capfd: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """Everything that is logged, at the chattiest level, as it is written."""
    handlers, level = logging.root.handlers[:], logging.root.level
    configure_logs(json=True, level=logging.DEBUG)
    yield capfd
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


def connected(house: House, echo: Echo) -> dict[str, ShopConnection]:
    made = {}
    for kind, secret in SIGNING.items():
        keys = KEYS.get(kind)
        url = echo.server.url if keys else "https://shop.example"
        new = NewConnection(kind, url, (secret,), keys, ("shop.example",), f"{kind}-linen")
        known = connector(kind)
        made[kind] = add_connection(
            house.bea.programme, new, house.now - DAY, can_fetch=known.can_fetch, reports_fulfilment=False
        )
    return made


def bodies(house: House) -> dict[str, list[dict[str, Any]]]:
    """For each kind an order of somebody with a name, and one that can't be read because of what stands in it."""
    buyer = {"email": ADDRESS, "first_name": PERSON["first_name"], "phone": f"+49 {MARK}"}
    address = {**PERSON, "name": f"{MARK} Quentin", "country_code": "DE"}
    shopify = shopify_order(
        line(1, "59.00"), total="59.00", email=ADDRESS, customer={"id": 7, **buyer}, billing_address=address
    )
    woo = woo_order(14, house.now, billing={**PERSON, "email": ADDRESS}, customer_note=f"ring at {MARK}")
    details = {"email": ADDRESS, "name": f"{MARK} Quentin", "address": {"country": "DE", "line1": f"{MARK} 5"}}
    sold = session(at=house.now, customer_details=details)
    generic = house.bea.order("G-1", buyer={"email": ADDRESS, "customer_id": f"{MARK}7"})
    return {
        "shopify": [{**shopify, "landing_site": f"/?email={ADDRESS}"}, {**shopify, "id": 8, "currency": ADDRESS}],
        "woocommerce": [woo, {**woo, "id": 15, "date_created_gmt": ADDRESS}],
        "stripe": [event("x", sold, house.now), event("x", {**sold, "currency": ADDRESS}, house.now)],
        "generic": [generic, {**generic, "order_id": "G-2", "currency": ADDRESS}, {**generic, "buyer": ADDRESS}],
    }


def headers_of(kind: str, raw: bytes, house: House, secret: str) -> dict[str, str]:
    key, now = secret.encode(), house.now // SECOND
    if kind == "shopify":
        return {"x-shopify-topic": "orders/create", "x-shopify-hmac-sha256": shopify_signature(key, raw)}
    if kind == "stripe":
        return {"stripe-signature": stripe_signature(key, now, raw)}
    signed = {"webhook-id": "1", "webhook-timestamp": str(now), "webhook-signature": sign(key, "1", now, raw)}
    return {"content-type": "application/json", **signed}


def tell(house: House, made: dict[str, ShopConnection]) -> list[str]:
    """Send everything well signed, wrongly signed and broken; what was answered."""
    answers, post = [], house.edge.client.post
    for kind, documents in bodies(house).items():
        for secret in (SIGNING[kind], f"whsec_{'A' * 32}"):
            for document in documents:
                raw = json.dumps(document).encode()
                if kind == "woocommerce":
                    sent: Delivery = delivery(document, "order.updated", secret.encode(), f"https://{MARK}.example")
                    raw, headers = sent.body, dict(sent.headers) | {"host": "127.0.0.1"}
                    headers.pop("content-length", None)
                else:
                    headers = headers_of(kind, raw, house, secret)
                answers.append(post(f"/hooks/{made[kind].endpoint}", content=raw, headers=headers))
                answers.append(post(f"/hooks/{made[kind].endpoint}", content=raw[:-9], headers=headers))
    sale = {"xid": "N-1", "order_sum": "59.00", "currency": "EUR", "status": "1", "ip": f"{MARK}", "email": ADDRESS}
    for token in (SIGNING["postback"], f"{MARK}-guessed-wrongly"):
        query = urlencode({**sale, "currency": "EUR"})
        answers.append(house.edge.client.get(f"/hooks/{made['postback'].endpoint}/{token}?{query}"))
        answers.append(house.edge.client.get(f"/hooks/{made['postback'].endpoint}?{query}&token={token}"))
    return [f"{one.status_code} {one.text} {dict(one.headers)}" for one in answers]


def look_around(house: House) -> list[str]:
    """What people are shown about all of this."""
    access, now = house.bea.access, house.now
    seen = [str(connection_health(access, now)), str(programme_remarks(access, "Bea", now))]
    return [*seen, str(inbox.parked(access, limit=100)), repr(connections(house.bea.programme)[0].endpoint)]


def tables(house: House) -> dict[str, str]:
    """Every table as text, read as whoever makes a dump reads them."""
    with closing(connect(house.database.dsn(owner=True))) as conn:
        found = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        names = [name for (name,) in found.fetchall()]
        rows = {name: conn.execute(f'SELECT to_jsonb(t)::text FROM "{name}" t'.encode()).fetchall() for name in names}
    return {name: str(texts) for name, texts in rows.items()}


def files(house: House) -> dict[str, str]:
    found = [path for path in house.home.rglob("*") if path.is_file()]
    return {path.name: path.read_bytes().decode("latin-1") for path in found}


def spoken(written: dict[str, str]) -> list[str]:
    """Where a planted word stands, in plain letters or as bytes in hexadecimal."""
    return [name for name, text in written.items() if MARK in text.lower() or MARK.encode().hex() in text.lower()]


def test_no_secret_and_no_name_is_written_or_said_anywhere(
    house: House, echo: Echo, logs: pytest.CaptureFixture[str]
) -> None:
    made = connected(house, echo)
    said = []
    with house.open():
        said += tell(house, made)
        assert {one[:3] for one in said} >= {"200", "401"}
        for _ in range(8):
            house.work()
            house.later(11 * MINUTE)
            house.worker.housekeeping()
            look_after_webhooks(house.bea.programme, "https://share.example", house.now)
            said += look_around(house)
            house.later(HOUR)
        house.later(DAY)
        house.work()
    assert len(echo.server.asked) > 20
    assert house.value("SELECT count(*) FROM delivery WHERE state = 'parked'") > 0
    assert house.value("SELECT count(*) FROM refused_delivery") > 0
    printed = logs.readouterr()
    assert "shop_not_polled" in printed.err
    written = {"logs": printed.err + printed.out, "answers": str(said), **tables(house), **files(house)}
    assert len(written) > 50
    assert spoken(written) == []


def test_a_planted_word_would_be_found(house: House, logs: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("shop").warning("asked with %s", KEYS["stripe"][1])
    house.conn.execute("UPDATE connection SET problem = %s", [f"key {MARK} refused"])
    (house.home / "leak").write_text(ADDRESS)
    printed = logs.readouterr()
    found = spoken({"logs": printed.err, "hex": MARK.encode().hex(), **tables(house), **files(house)})
    assert found == ["logs", "hex", "connection", "leak"]


def test_an_error_of_a_shop_never_repeats_what_was_sent_to_it(house: House, echo: Echo) -> None:
    for kind in KEYS:
        fetch = connector(kind).make_fetch
        assert fetch is not None
        key, secret = KEYS[kind]
        settings = {"url": echo.server.url, "consumer_key": key, "consumer_secret": secret}
        open_ = fetch({**settings, "client_id": key, "client_secret": secret}, house.bea.programme.pseudonym)
        number = "pi_1" if kind == "stripe" else "14"
        for _ in echo.statuses:
            with pytest.raises(FanshareError) as caught:
                open_.order(number)
            assert MARK not in f"{caught.value.message} {caught.value!r} {caught.value.__cause__!r}".lower(), kind
        open_.close()
