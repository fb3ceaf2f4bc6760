"""A claim for an order that nobody told of: the shop is asked, the order counts once, and only the brand learns."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from fanshare.core.claims import HOURLY, MOST_TRIES
from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND
from fanshare.flows import claims
from fanshare.flows.check import check
from fanshare.flows.claims import Said
from fanshare.flows.connections import Connection as ShopConnection
from fanshare.flows.context import Programme
from fanshare.integrations.woocommerce.fetch import WooFetch
from fanshare.integrations.woocommerce.rest import Rest, ShopAccess
from fanshare.jobs.claims import look_for_orders
from fanshare.jobs.fetches import Fetches
from fanshare.jobs.worker import log_name
from fanshare.store.access import Access, connect
from fanshare.store.queries import claim_fetches
from fanshare.store.queries import claims as queries
from fanshare.store.queries.claim_fetches import Asked
from fanshare.store.signing import load_or_create
from fanshare.world.woo_server import Fault
from fanshare.world.woo_shop import WooShop
from tests.jobs.house import House
from tests.jobs.test_reconciliation import COMMISSION, order, shop, told, woo
from tests.jobs.test_shopify import connected, post, sale
from tests.support.last_lock import behind_the_log, executed, only_what_must
from tests.support.shopify_shop import ShopifyShop

__all__ = ["shop", "woo"]


@pytest.fixture
def linen() -> Iterator[ShopifyShop]:
    with ShopifyShop() as running:
        yield running


def claimed(house: House, number: str, party: int = 0) -> int:
    """Cleo says that this order is missing."""
    bea = house.bea
    claims.claim(bea.programme, party or bea.cleo, bea.cleo, Said(number, receipt="shown"), house.now)
    return queries.listed(bea.access, limit=1)[0].id


def look(house: House) -> dict[str, int]:
    fetches = Fetches()
    try:
        return look_for_orders(house.bea.programme, fetches, house.now).by_state
    finally:
        fetches.close()


def asked(house: House, claim: int) -> Asked:
    found = claim_fetches.of(house.bea.access, claim)
    assert found is not None
    return found


def test_an_unknown_order_is_fetched_counted_once_and_found_by_whoever_answers(
    house: House, woo: ShopConnection, shop: WooShop
) -> None:
    shop.put(order(300, house.now - HOUR))
    claim = claimed(house, "#300")
    assert claims.look(house.bea.programme, claim, house.now).order is None, "nothing is asked while she waits"
    assert shop.asked == []
    house.work()
    assert (asked(house, claim).state, asked(house, claim).tries) == ("found", 1)
    assert shop.asked == ["orders/300"]
    case = claims.look(house.bea.programme, claim, house.now)
    assert case.order == asked(house, claim).order
    assert "own" in case.bases, "her code is in it"
    assert house.bea.earned(house.bea.cleo) == COMMISSION
    with house.open():
        for message in shop.deliveries_for(300) * 2:
            assert house.bea.send(woo.endpoint, message) == 200
        house.work()
    house.worker.housekeeping()
    assert house.bea.earned(house.bea.cleo) == COMMISSION
    assert house.value("SELECT count(*) FROM shop_order") == 1
    assert house.value("SELECT count(*) FROM order_state") == 1
    assert house.rows("SELECT external_id, heard_at IS NOT NULL FROM fetched_first") == [("300", True)]
    assert house.bea.sound()
    signer = load_or_create(house.home / "keys", log_name("shop.example", house.bea.tenant))
    found = check(replace(house.bea.programme, log_keys=signer.keys), house.now)
    assert [one.message for one in found if not one.ok] == []


def test_an_order_that_is_here_is_not_asked_for(house: House, woo: ShopConnection, shop: WooShop) -> None:
    with house.open():
        assert house.bea.post(house.bea.order("G1")).status_code == 200
        house.work()
    shop.asked.clear()
    claim = claimed(house, "G1")
    assert look(house) == {"known": 1}
    assert asked(house, claim).order is not None
    assert shop.asked == []


def test_what_the_shop_does_not_have_is_none_and_is_not_asked_again(
    house: House, woo: ShopConnection, shop: WooShop
) -> None:
    claim = claimed(house, "301")
    assert look(house) == {"none": 1}
    house.later(3 * DAY)
    assert look(house) == {}
    assert asked(house, claim)[:3] == ("none", "", 1)
    case = claims.look(house.bea.programme, claim, house.now)
    assert (case.order, "301" in case.problem) == (None, True)


@pytest.mark.parametrize("fault", [Fault.STALL, Fault.THROTTLE, Fault.ERROR, Fault.DENIED, Fault.MOVED, Fault.CUT])
def test_a_shop_that_can_not_tell_is_asked_again_a_few_times_and_every_failure_is_counted(
    house: House, woo: ShopConnection, shop: WooShop, fault: Fault
) -> None:
    shop.put(order(300, house.now))
    claim = claimed(house, "300")

    fetches = Fetches()

    def hasty(programme: Programme, one: ShopConnection) -> Any:
        """Gives up soon where the answer never ends: a busy machine may be slow to give good ones."""
        if one.id != woo.id or fault is not Fault.STALL or asked(house, claim).failures:
            return fetches(programme, one)
        access = ShopAccess(shop.url, shop.key, shop.secret)
        return WooFetch(Rest(access, timeout=0.2, deadline=0.3), programme.pseudonym)

    code = "shop_refused" if fault in {Fault.DENIED, Fault.MOVED} else "shop_unreachable"
    shop.misbehave(fault)
    assert look_for_orders(house.bea.programme, hasty, house.now).by_state == {"waiting": 1}
    first = asked(house, claim)
    assert (first.state, first.reason, first.failures, first.order) == ("waiting", code, {code: 1}, None)
    assert first.due_at == house.now + MINUTE
    assert look_for_orders(house.bea.programme, hasty, house.now).claims == 0, "not before a minute is over"
    house.later(MINUTE)
    assert look_for_orders(house.bea.programme, hasty, house.now).by_state == {"found": 1}
    assert asked(house, claim).failures == {code: 1}
    fetches.close()


def test_after_six_tries_it_is_given_up_with_the_reason(house: House, woo: ShopConnection, shop: WooShop) -> None:
    claim = claimed(house, "300")
    shop.misbehave(*[Fault.ERROR] * 20)
    states = []
    for _ in range(MOST_TRIES + 2):
        states += list(look(house))
        house.later(DAY)
    assert states == ["waiting"] * (MOST_TRIES - 1) + ["failed"]
    assert asked(house, claim)[:3] == ("failed", "shop_unreachable", MOST_TRIES)
    assert asked(house, claim).failures == {"shop_unreachable": MOST_TRIES}


def test_a_shop_that_asks_to_wait_is_left_alone_for_other_claims_too(
    house: House, woo: ShopConnection, shop: WooShop
) -> None:
    claimed(house, "300")
    claimed(house, "301")
    shop.misbehave(Fault.THROTTLE)
    assert look(house) == {"waiting": 2}
    assert len(shop.asked) == 0, "the throttled request was the only one"
    house.later(MINUTE)
    assert look(house) == {"none": 2}


def test_an_answer_about_another_order_is_refused_and_nothing_is_booked(
    house: House, woo: ShopConnection, shop: WooShop
) -> None:
    shop._orders[302] = order(303, house.now)
    claim = claimed(house, "302")
    assert look(house) == {"failed": 1}
    assert asked(house, claim)[:2] == ("failed", "not_an_order")
    assert house.value("SELECT count(*) FROM shop_order") == 0


def test_another_currency_is_booked_as_it_is_and_mixed_ones_not_at_all(
    house: House, woo: ShopConnection, shop: WooShop, linen: ShopifyShop
) -> None:
    shop.put(order(304, house.now, currency="USD"))
    claim = claimed(house, "304")
    assert look(house) == {"found": 1}
    assert claims.look(house.bea.programme, claim, house.now).currency == "USD"
    connected(house, linen)
    sold = sale(house, "", id=5_001, name="#1001")
    price = {"shop_money": {"amount": "59.00", "currency_code": "USD"}}
    linen.put({**sold, "line_items": [{**sold["line_items"][0], "price_set": price}]})
    claim = claimed(house, "1001")
    assert look(house) == {"failed": 1}
    assert asked(house, claim)[:2] == ("failed", "mixed_currencies")
    assert house.value("SELECT count(*) FROM shop_order") == 1


def test_a_known_order_whose_currency_changed_is_not_counted_in_both(
    house: House, woo: ShopConnection, shop: WooShop
) -> None:
    """By its printed number the order is not known, so that it is asked for; it is the one that is here."""
    placed = house.now - HOUR
    shop.put({**order(305, placed), "number": "W-9"})
    with house.open():
        for message in shop.deliveries_for(305):
            house.bea.send(woo.endpoint, message)
        house.work()
    assert house.bea.earned(house.bea.cleo) == COMMISSION
    changed = {"number": "W-9", "currency": "USD", "date_modified_gmt": told(house.now)}
    shop.put({**order(305, placed), **changed})
    claim = claimed(house, "w-9")
    house.later(5 * SECOND)
    house.work()
    assert asked(house, claim).state == "found"
    assert house.value("SELECT count(*) FROM shop_order") == 1
    assert {row[0] for row in house.rows("SELECT currency FROM account WHERE kind = 'pending' AND balance <> 0")} == {
        "USD"
    }
    assert house.bea.sound()


def test_a_shopify_order_is_found_by_the_number_on_its_parcel(house: House, linen: ShopifyShop) -> None:
    at = connected(house, linen)
    with house.open():
        sold = sale(house, house.bea.click(), id=5_678, name="#1001")
        linen.put(sold)
        claim = claimed(house, "1001")
        house.later(5 * SECOND)
        house.work()
        assert asked(house, claim).state == "found"
        earned = house.bea.earned(house.bea.cleo)
        assert earned > 0
        assert post(house, at, "orders/create", sold) == 200
        house.work()
    assert house.bea.earned(house.bea.cleo) == earned
    second = claimed(house, "#1001", house.bea.finn)
    assert look(house) == {"known": 1}, "its number is known here from now on"
    assert asked(house, second).order == asked(house, claim).order


def test_nothing_is_asked_where_nobody_can_be_or_where_the_number_is_none(
    house: House, shop: WooShop, linen: ShopifyShop
) -> None:
    lonely = claimed(house, "77")
    assert look(house) == {"unasked": 1}
    assert asked(house, lonely).reason == "no_shop"
    connected(house, linen)
    odd = claimed(house, '1" OR name:*')
    assert look(house) == {"unasked": 1}
    assert asked(house, odd).reason == "odd_number"
    assert linen.asked == []


def test_a_claim_that_names_its_shop_asks_that_shop_alone(
    house: House, woo: ShopConnection, shop: WooShop, linen: ShopifyShop
) -> None:
    connected(house, linen)
    shop.put(order(300, house.now))
    claim = claimed(house, "woo-linen/300")
    assert look(house) == {"found": 1}
    assert linen.asked == []
    assert claims.look(house.bea.programme, claim, house.now).order == asked(house, claim).order


def test_a_number_of_two_shops_is_left_to_the_person_who_looks(
    house: House, woo: ShopConnection, shop: WooShop, linen: ShopifyShop
) -> None:
    connected(house, linen)
    shop.put(order(1001, house.now))
    linen.put(sale(house, "", id=5_678, name="#1001"))
    claim = claimed(house, "1001")
    assert look(house) == {"found": 1}
    assert asked(house, claim)[:2] == ("found", "several_orders")
    case = claims.look(house.bea.programme, claim, house.now)
    assert (case.order, "Several orders have that number" in case.problem) == (None, True)


def test_orders_of_two_shops_are_taken_together_and_the_log_is_the_last_lock(
    house: House, woo: ShopConnection, shop: WooShop, linen: ShopifyShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected(house, linen)
    shop.put(order(1001, house.now))
    linen.put(sale(house, "", id=5_678, name="#1001"))
    claim = claimed(house, "1001")
    with executed(monkeypatch) as told:
        assert look(house) == {"found": 1}
    assert only_what_must(behind_the_log(told, "EXISTS (SELECT FROM claim_answer"))
    assert sum("FROM log_tree" in statement and "FOR NO KEY UPDATE" in statement for statement in told) == 1
    assert asked(house, claim).reason == "several_orders"
    assert all(one.ok for one in check(house.bea.programme, house.now) if one.name != "checkpoints")


def test_two_workers_take_one_claim_once(house: House, woo: ShopConnection, shop: WooShop) -> None:
    shop.put(order(300, house.now))
    claim = claimed(house, "300")

    def work(_: int) -> int:
        fetches = Fetches()
        with connect(house.database.dsn()) as conn:
            programme = replace(house.bea.programme, access=Access(conn, house.bea.access.programme_id, "test"))
            try:
                return look_for_orders(programme, fetches, house.now).claims
            finally:
                fetches.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 1
    assert shop.asked == ["orders/300"]
    assert asked(house, claim).tries == 1


def test_a_worker_that_died_over_an_answer_is_followed_by_others_and_then_by_nobody(
    house: House, woo: ShopConnection, shop: WooShop
) -> None:
    claim = claimed(house, "300")
    for _ in range(MOST_TRIES):
        assert claim_fetches.lease(house.bea.access, house.now, house.now + MINUTE) is not None
        assert look(house) == {}, "somebody is about it"
        house.later(MINUTE)
    assert look(house) == {"failed": 1}
    assert asked(house, claim).reason == "crashed"
    assert shop.asked == []


def test_an_hour_has_a_bounded_number_of_questions(house: House, woo: ShopConnection, shop: WooShop) -> None:
    claim = claimed(house, "300")
    house.conn.execute(
        "INSERT INTO claim (programme_id, party_id, creator_party_id, mark, at)"
        " SELECT programme_id, party_id, creator_party_id, md5(n::text), at"
        "  FROM claim, generate_series(1, %s) AS n",
        [HOURLY],
    )
    house.conn.execute(
        "INSERT INTO claim_fetch (programme_id, claim_id, state, asked_at)"
        " SELECT programme_id, id, 'none', %s FROM claim WHERE id <> %s",
        [house.now - MINUTE, claim],
    )
    assert look(house) == {}
    house.later(HOUR + SECOND)
    assert look(house) == {"none": 1}


def test_an_answered_claim_and_one_whose_person_left_are_not_asked_for(
    house: House, woo: ShopConnection, shop: WooShop
) -> None:
    first = claimed(house, "300")
    claims.refuse(house.bea.programme, first, "We know her", house.now)
    assert look(house) == {"gone": 1}
    second = claimed(house, "301")
    house.conn.execute("DELETE FROM vault_item WHERE kind = %s", [f"claim {second}"])
    assert look(house) == {"gone": 1}
    assert shop.asked == []


def test_making_a_claim_does_the_same_work_for_every_number(
    house: House, woo: ShopConnection, shop: WooShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same statements, in the same order, for an order that is here, one that the shop has, and none at all."""
    with house.open():
        house.bea.post(house.bea.order("G1"))
        house.work()
    shop.put(order(300, house.now))
    seen: list[list[str]] = []
    inner = Access.execute

    def listening(self: Access, statement: Any, params: Any = None) -> Any:
        seen[-1].append(str(statement))
        return inner(self, statement, params)

    monkeypatch.setattr(Access, "execute", listening)
    for number in ("G1", "300", "no such"):
        seen.append([])
        claims.claim(house.bea.programme, house.bea.finn, house.bea.cleo, Said(number), house.now)
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]) > 3
    assert not shop.asked
