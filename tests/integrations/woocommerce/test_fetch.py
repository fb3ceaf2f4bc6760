"""Asking a real HTTP shop that pages, throttles, stalls, lies and cuts its answers."""

import datetime
import ipaddress
import json
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import parse_rfc3339
from fanshare.core.order_join import join
from fanshare.core.orders import OrderState
from fanshare.integrations.errors import ShopRefusedError, ShopUnreachableError
from fanshare.integrations.registry import CONNECTORS, connector
from fanshare.integrations.woocommerce.fetch import WooFetch
from fanshare.integrations.woocommerce.rest import Rest, ShopAccess, retry_after
from fanshare.world.woo_server import Fault
from fanshare.world.woo_shop import WooShop, put_recorded_orders
from tests.integrations.woocommerce.story import body, pseudonym


@pytest.fixture
def shop() -> Iterator[WooShop]:
    with WooShop() as running:
        put_recorded_orders(running)
        yield running


@pytest.fixture
def fetch(shop: WooShop) -> Iterator[WooFetch]:
    with Rest(ShopAccess(shop.url, shop.key, shop.secret)) as rest:
        yield WooFetch(rest, pseudonym, per_page=3)


@pytest.fixture
def hasty(shop: WooShop) -> Iterator[WooFetch]:
    """Gives up soon; only for answers that never end, since a busy machine may be slow to give good ones."""
    with Rest(ShopAccess(shop.url, shop.key, shop.secret), timeout=0.4, deadline=0.6) as rest:
        yield WooFetch(rest, pseudonym)


def numbered(number: int, second: int = 0, **changes: Any) -> dict[str, Any]:
    return {**body(1), "id": number, "date_modified_gmt": f"2026-11-22T03:00:{second:02d}", **changes}


def ids(states: Iterator[OrderState]) -> list[str]:
    return [state.order_id for state in states]


def test_order_14_is_fetched_with_its_refunds_lines_and_keeps_44_625822(fetch: WooFetch) -> None:
    state = fetch.order("14")
    assert state is not None
    assert state.fetched
    assert (join([state]).net, join([state]).estimated) == (44_625_822, False)


def test_order_16_is_gone(fetch: WooFetch) -> None:
    assert fetch.order("16") is None


def test_an_order_in_the_trash_is_gone(shop: WooShop, fetch: WooFetch) -> None:
    shop.put(numbered(20, status="trash"))
    assert fetch.order("20") is None


def test_refunds_are_read_page_by_page(shop: WooShop, fetch: WooFetch) -> None:
    given = [{"id": n, "date_created_gmt": "2026-11-22T03:00:00", "amount": "1.00"} for n in range(100, 107)]
    shop.put(numbered(20, refunds=[{"id": each["id"], "total": "-1.00"} for each in given]), given)
    state = fetch.order("20")
    assert state is not None
    assert [refund.id for refund in state.refunds] == [str(n) for n in range(100, 107)]
    assert all(refund.detailed for refund in state.refunds)


@pytest.mark.parametrize(
    ("fault", "code", "wait"),
    [
        (Fault.THROTTLE, "shop_unreachable", 7),
        (Fault.ERROR, "shop_unreachable", None),
        (Fault.MAINTENANCE, "shop_unreachable", None),
        (Fault.HTML, "shop_unreachable", None),
        (Fault.STALL, "shop_unreachable", None),
        (Fault.DRIP, "shop_unreachable", None),
        (Fault.CUT, "shop_unreachable", None),
        (Fault.HALF, "shop_unreachable", None),
        (Fault.REDIRECT, "shop_refused", None),
        (Fault.DENIED, "shop_refused", None),
        (Fault.MOVED, "shop_refused", None),
    ],
)
def test_a_shop_that_can_not_tell_is_never_read_as_an_order_that_is_gone(
    shop: WooShop, fetch: WooFetch, hasty: WooFetch, fault: Fault, code: str, wait: int | None
) -> None:
    shop.misbehave(fault)
    with pytest.raises(FanshareError) as caught:
        (hasty if fault in {Fault.STALL, Fault.DRIP} else fetch).order("14")
    assert caught.value.code == code
    assert getattr(caught.value, "retry_after", None) == wait
    assert fetch.order("14") is not None


@pytest.mark.parametrize("fault", [Fault.THROTTLE, Fault.CUT])
def test_half_an_order_is_no_order_when_its_refunds_can_not_be_read(
    shop: WooShop, fetch: WooFetch, fault: Fault
) -> None:
    state = fetch.order("14")
    shop.misbehave(None, fault)
    with pytest.raises(ShopUnreachableError):
        fetch.order("14")
    assert shop.asked[-1] == "orders/14"
    assert fetch.order("14") == state


def test_nobody_listening_is_unreachable() -> None:
    with WooShop() as shop:
        access = ShopAccess(shop.url, shop.key, shop.secret)
    with Rest(access, timeout=0.4) as rest, pytest.raises(ShopUnreachableError):
        WooFetch(rest, pseudonym).order("14")


def test_a_wrong_key_is_refused_by_the_shop(shop: WooShop) -> None:
    for key, secret in (("ck_other", shop.secret), (shop.key, "cs_other")):
        with Rest(ShopAccess(shop.url, key, secret)) as rest, pytest.raises(ShopRefusedError):
            WooFetch(rest, pseudonym).order("14")


def test_changes_are_walked_by_time_over_many_pages_and_one_crowded_second(shop: WooShop, fetch: WooFetch) -> None:
    for number in range(100, 120):
        # Ten of them share a second, three times the page.
        shop.put(numbered(number, 5 if 105 <= number < 115 else number % 50))
    found = ids(fetch.modified_after(parse_rfc3339("2026-11-22T03:00:00Z")))
    assert sorted(found) == [str(number) for number in range(100, 120)]
    assert len(found) == 20


def test_an_order_that_changes_while_we_read_pages_hides_no_other(shop: WooShop, fetch: WooFetch) -> None:
    for number in range(100, 110):
        shop.put(numbered(number, number - 100))
    reading = fetch.modified_after(parse_rfc3339("2026-11-22T03:00:00Z"))
    found = [next(reading).order_id for _ in range(3)]
    # By page number, the change moves every later order one place up, and one of them is never seen.
    shop.put(numbered(100, 55))
    found += ids(reading)
    assert set(found) == {str(number) for number in range(100, 110)}
    assert found.count("100") == 2


def test_an_unreadable_order_in_a_list_is_reported_and_the_rest_is_read(shop: WooShop) -> None:
    for number in range(100, 106):
        shop.put(numbered(number, number - 100, total="NaN" if number == 102 else "109.15"))
    reported: list[tuple[str, str]] = []
    with Rest(ShopAccess(shop.url, shop.key, shop.secret)) as rest:
        told = WooFetch(rest, pseudonym, unreadable=lambda order, error: reported.append((order, error.code)))
        assert ids(told.modified_after(parse_rfc3339("2026-11-22T03:00:00Z"))) == ["100", "101", "103", "104", "105"]
        assert reported == [("102", "bad_amount")]
        with pytest.raises(BadInputError):
            list(WooFetch(rest, pseudonym).modified_after(0))


def test_polling_sees_trash_never_and_refunds_always(shop: WooShop, fetch: WooFetch) -> None:
    shop.put(numbered(20, status="trash"))
    (state,) = list(fetch.modified_after(0))
    assert (state.order_id, [refund.detailed for refund in state.refunds]) == ("14", [True, True])


def test_an_answer_about_another_order_is_refused(shop: WooShop, fetch: WooFetch) -> None:
    shop.put(numbered(20))
    shop._orders[21] = numbered(20)
    with pytest.raises(BadInputError) as caught:
        fetch.order("21")
    assert caught.value.code == "not_an_order"


@pytest.mark.parametrize("order_id", ["../settings", "14/refunds", "", "-1", "1e3"])
def test_an_order_id_can_not_reach_other_parts_of_the_api(shop: WooShop, fetch: WooFetch, order_id: str) -> None:
    with pytest.raises(BadInputError):
        fetch.order(order_id)
    assert shop.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example",
        "http://192.0.2.1",
        "http://127.0.0.1.example",
        "ftp://shop.example",
        "shop.example",
        "https://user:word@shop.example",
        "https://shop.example/?x=1",
        "https://",
        "https://[",
    ],
)
def test_addresses_that_must_not_be_asked_are_refused(url: str) -> None:
    with pytest.raises(BadInputError) as caught:
        ShopAccess(url, "ck", "cs")
    assert caught.value.code == "bad_shop_url"


def test_plain_http_elsewhere_needs_an_explicit_word() -> None:
    ShopAccess("http://192.0.2.1", "ck", "cs", allow_plain_http=True)
    ShopAccess("http://[::1]:8080", "ck", "cs")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("999999999", 86_400),
        ("Sun, 22 Nov 2026 10:01:00 GMT", 60),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0),
        ("soon", None),
        ("", None),
        ("\u0661", None),
    ],
)
def test_how_long_a_shop_asks_us_to_wait(value: str, seconds: int | None) -> None:
    assert retry_after({"retry-after": value, "date": "Sun, 22 Nov 2026 10:00:00 GMT"}) == seconds


def test_over_https_the_keys_travel_as_basic_authentication(tmp_path: Path) -> None:
    server, client = _certificate(tmp_path)
    with WooShop(tls=server) as shop:
        put_recorded_orders(shop)
        access = ShopAccess(shop.url, shop.key, shop.secret)
        with Rest(access, trust=client) as rest:
            assert WooFetch(rest, pseudonym).order("14") is not None
        with Rest(access) as rest, pytest.raises(ShopUnreachableError):
            WooFetch(rest, pseudonym).order("14")


def test_the_registry_makes_a_fetch_from_a_connections_settings(shop: WooShop) -> None:
    make = connector("woocommerce").make_fetch
    assert make is not None
    made = make({"url": shop.url, "consumer_key": shop.key, "consumer_secret": shop.secret}, pseudonym)
    assert made.order("14") is not None
    made.close()
    with pytest.raises(BadInputError, match="consumer_key"):
        make({"url": shop.url}, pseudonym)
    assert (CONNECTORS["generic"].can_fetch, CONNECTORS["woocommerce"].can_fetch) == (False, True)
    with pytest.raises(BadInputError, match="no kind of shop"):
        connector("punchcards")


def test_the_shop_signs_what_it_delivers(shop: WooShop) -> None:
    shop.put(numbered(20))
    updated, gone = *shop.deliveries_for(20), *shop.deliveries_for(16)
    for each in (updated, gone):
        verdict = CONNECTORS["woocommerce"].verify(each.body, each.headers, [shop.webhook_secret], int(time.time()))
        assert verdict.verdict.value == "accepted"
    assert json.loads(gone.body) == {"id": 16}
    assert CONNECTORS["woocommerce"].references(gone.body, gone.headers)[0].deleted


def _certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop of a test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain = folder / "shop.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain)
    return server, ssl.create_default_context(cafile=str(chain))
