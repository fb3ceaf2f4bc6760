"""Pausing, leaving, changing secrets and keys: the edge obeys at once, nothing is lost, and the log says how long."""

from collections.abc import Iterator

import pytest

from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND, Instant
from fanshare.flows import connection_changes as changes
from fanshare.flows.connections import Connection as ShopConnection
from fanshare.jobs.quarantine import Retaken, retake
from fanshare.world.woo_shop import WooShop
from fanshare.world.woo_webhooks import delivery
from tests.jobs.house import House, eventually
from tests.jobs.test_reconciliation import COMMISSION, missed, order

NEW_SECRET = "a-better-kept-secret"


@pytest.fixture
def shop() -> Iterator[WooShop]:
    with WooShop() as running:
        yield running


@pytest.fixture
def woo(house: House, shop: WooShop) -> ShopConnection:
    """A shop that is on and has just been asked; Cleo has a code there."""
    house.bea.typed_code("mira10")
    made = house.bea.connect_woo(shop, "woo-linen")
    house.conn.execute(
        "UPDATE connection SET poll_cursor_at = %s, deep_began_at = %s WHERE id = %s", [house.now, house.now, made.id]
    )
    return made


def now_known(house: House, endpoint: str, *, paused: bool | None = None, secrets: int | None = None) -> bool:
    """Wait until the edge has read the newest snapshot."""
    house.later(SECOND)
    house.worker.housekeeping()

    def fits() -> bool:
        current = house.edge.app._watch.current
        row = None if current is None else current.endpoint(endpoint)
        return row is not None and paused in (None, row.paused) and secrets in (None, len(row.secrets))

    return eventually(fits)


def fresh(house: House, woo: ShopConnection) -> ShopConnection:
    return changes.find(house.bea.programme, woo.endpoint)


def send(house: House, shop: WooShop, number: int, *, secret: bytes | None = None) -> int:
    signed = delivery(shop._orders[number], "order.updated", secret or shop.webhook_secret, shop.url)
    return house.bea.send("woo-linen", signed)


def test_a_paused_connection_sends_deliveries_back_and_catches_up_afterwards(
    house: House, shop: WooShop, woo: ShopConnection
) -> None:
    programme = house.bea.programme
    with house.open():
        shop.put(order(1, house.now))
        assert send(house, shop, 1) == 200
        assert changes.pause(programme, woo, house.now)
        assert not changes.pause(programme, fresh(house, woo), house.now), "it was paused already"
        assert now_known(house, "woo-linen", paused=True)
        shop.put(order(2, house.now))
        back = house.edge.client.post("/hooks/woo-linen", content=b"{}")
        assert (back.status_code, back.json()["code"], back.headers["retry-after"]) == (503, "paused", "3600")
        assert send(house, shop, 2) == 503
        house.later(2 * HOUR)
        house.work()
        assert house.bea.earned(house.bea.cleo) == COMMISSION, "what came before the pause is booked, nothing else"
        assert changes.resume(programme, fresh(house, woo), house.now)
        assert now_known(house, "woo-linen", paused=False)
        house.work()
        assert (missed(house), house.bea.earned(house.bea.cleo)) == ({"2"}, 2 * COMMISSION)
        assert send(house, shop, 2) == 200


def test_the_log_says_how_long_a_hook_was_off(house: House, woo: ShopConnection) -> None:
    programme, began = house.bea.programme, house.now
    changes.pause(programme, woo, began)
    until_midnight = DAY - began % DAY
    house.later(until_midnight + HOUR)
    house.worker.housekeeping()
    days = "SELECT day, off_seconds, leaf_index IS NULL FROM connection_day WHERE connection_id = %s ORDER BY day"
    assert house.rows(days, woo.id) == [("2026-11-22", until_midnight // SECOND, False)]
    changes.resume(programme, fresh(house, woo), house.now)
    house.later(DAY)
    house.worker.housekeeping()
    house.worker.housekeeping()
    assert [row[1] for row in house.rows(days, woo.id)] == [until_midnight // SECOND, 3_600]
    assert house.value("SELECT count(*) FROM log_leaf WHERE kind = 'connection_day'") == 2


def test_a_shop_that_removed_us_is_off_but_what_it_still_says_is_taken(
    house: House, shop: WooShop, woo: ShopConnection
) -> None:
    assert changes.uninstalled(house.bea.programme, woo, house.now)
    found = fresh(house, woo)
    assert (found.on, found.paused, found.uninstalled) == (False, False, True)
    with house.open():
        shop.put(order(1, house.now))
        assert send(house, shop, 1) == 200
        house.later(HOUR)
        house.worker.housekeeping()
        assert "orders" not in shop.asked, "it is not asked for changes any more"


def test_a_request_about_personal_data_comes_through_a_pause(house: House) -> None:
    programme, shop = house.bea.programme, house.bea.shop
    changes.pause(programme, shop, house.now)
    with house.open():
        assert now_known(house, shop.endpoint, paused=True)
        order_, redact = ({"x-shopify-topic": topic} for topic in ("orders/create", "customers/redact"))
        assert house.bea.post(b"{}", **order_).status_code == 503
        assert house.bea.post(b"{}", **redact).status_code == 200


def test_two_secrets_are_valid_while_one_takes_the_place_of_the_other(
    house: House, shop: WooShop, woo: ShopConnection
) -> None:
    programme = house.bea.programme
    shop.put(order(1, house.now))
    with house.open():
        assert send(house, shop, 1, secret=NEW_SECRET.encode()) == 401
        changes.add_secret(programme, woo, NEW_SECRET)
        assert now_known(house, "woo-linen", secrets=2)
        assert send(house, shop, 1, secret=NEW_SECRET.encode()) == 200
        assert send(house, shop, 1) == 200
        newest, old = changes.secret_marks(programme, fresh(house, woo))
        assert (newest.newest, old.newest) == (True, False)
        changes.retire_secret(programme, fresh(house, woo), old.mark)
        assert now_known(house, "woo-linen", secrets=1)
        assert send(house, shop, 1) == 401
    with pytest.raises(FanshareError, match="the only secret"):
        changes.retire_secret(programme, fresh(house, woo), newest.mark)
    with pytest.raises(FanshareError, match="No secret has this mark"):
        changes.retire_secret(programme, fresh(house, woo), old.mark)
    for number in range(changes.MOST_SECRETS - 1):
        assert len(changes.add_secret(programme, fresh(house, woo), "" if number else "12345678")) >= 8
    with pytest.raises(FanshareError, match="retire one first"):
        changes.add_secret(programme, fresh(house, woo))


def refused_then_corrected(house: House, shop: WooShop, woo: ShopConnection) -> Instant:
    """Three deliveries signed with a secret that we did not have, one with nobody's; then we have it."""
    for number in (1, 2, 3):
        shop.put(order(number, house.now))
        assert send(house, shop, number, secret=NEW_SECRET.encode()) == 401
    assert send(house, shop, 1, secret=b"somebody else's") == 401
    came = house.now
    house.work()
    assert (house.bea.inbox(), house.bea.earned(house.bea.cleo)) == ({}, 0)
    house.later(MINUTE)
    assert retake(house.bea.programme, house.now) == Retaken(4, 0), "as long as the secret is wrong nothing is taken"
    changes.add_secret(house.bea.programme, woo, NEW_SECRET)
    return came


def test_what_was_refused_is_taken_once_after_the_secret_was_put_right(
    house: House, shop: WooShop, woo: ShopConnection
) -> None:
    with house.open():
        came = refused_then_corrected(house, shop, woo)
        assert retake(house.bea.programme, house.now, endpoint="woo-linen") == Retaken(4, 3)
        assert retake(house.bea.programme, house.now) == Retaken(1, 0)
        house.work()
    assert (house.bea.inbox(), house.bea.earned(house.bea.cleo)) == ({"done": 3}, 3 * COMMISSION)
    assert house.rows("SELECT DISTINCT received_at FROM delivery") == [(came,)]
    assert house.rows("SELECT accepted, refused, retaken FROM connection_day WHERE connection_id = %s", woo.id) == [
        (3, 4, 3)
    ]
    assert missed(house) == set()


def test_what_was_refused_is_forgotten_after_seven_days(house: House, shop: WooShop, woo: ShopConnection) -> None:
    with house.open():
        refused_then_corrected(house, shop, woo)
    house.later(7 * DAY + HOUR)
    assert retake(house.bea.programme, house.now) == Retaken(0, 0)


def test_a_time_that_is_part_of_the_signature_is_judged_as_of_the_receipt(house: House) -> None:
    bea = house.bea
    with house.open():
        wrong = {"webhook-signature": "v1,AAAA"}
        assert bea.post(bea.order("1"), **wrong).status_code == 401
        secrets = bea.shop.secrets
        changes.add_secret(bea.programme, bea.shop, NEW_SECRET)
        (old,) = changes.secret_marks(bea.programme, bea.shop)
        changes.retire_secret(bea.programme, bea.shop, old.mark)
        house.worker.housekeeping()
        assert eventually(lambda: bea.post(bea.order("1")).status_code == 401)
        assert bea.post(bea.order("2")).status_code == 401, "signed with the secret that was retired by mistake"
        house.work()
        house.later(DAY)
        changes.add_secret(bea.programme, changes.find(bea.programme, "bea-shop"), secrets[0].decode())
        assert retake(bea.programme, house.now).taken == 2, "a day later the signature is too old, its receipt was not"
        house.work()
    assert bea.net("2") == 59_000_000


def test_new_keys_are_used_at_the_next_question(house: House, shop: WooShop, woo: ShopConnection) -> None:
    shop.change_keys("ck_new", "cs_new")
    house.later(11 * MINUTE)
    house.worker.housekeeping()
    problem = "SELECT problem_code FROM connection WHERE id = %s"
    assert house.value(problem, woo.id) == "shop_refused"
    changes.change_keys(house.bea.programme, woo, ("ck_new", "cs_new"), can_fetch=True)
    assert house.value(problem, woo.id) == ""
    house.worker.housekeeping()
    assert (house.value(problem, woo.id), fresh(house, woo).can_fetch) == ("", True)
    changes.change_keys(house.bea.programme, woo, None, can_fetch=True)
    assert (fresh(house, woo).api, fresh(house, woo).can_fetch) == (None, False)
