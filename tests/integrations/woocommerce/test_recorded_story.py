"""The recorded deliveries of a real shop, in every order we can think of, end in the same figures."""

from random import Random

import pytest

from fanshare.core.order_join import join, tombstone
from fanshare.core.orders import OrderState, OrderView, Status
from fanshare.integrations.woocommerce.parse import parse, references
from fanshare.world.woo_webhooks import Delivery
from tests.integrations.woocommerce.story import DELIVERIES, SIGNED, fetched_along_the_way, pseudonym
from tests.support.effort import effort

KEPT = 44_625_822
#: Both refunds spread over everything: 86.82 x (109.15 - 44.91 - 5.83) / 109.15, removed goods rounded down.
ESTIMATE = 86_820_000 - 86_820_000 * (44_910_000 + 5_830_000) // 109_150_000


def reported(deliveries: list[Delivery]) -> dict[str, list[OrderState]]:
    """The states by order, in the order they were delivered, without any fetch."""
    states: dict[str, list[OrderState]] = {}
    for each in deliveries:
        for reference in references(each.body, each.headers):
            found = parse(each.body, each.headers, pseudonym)
            if reference.deleted:
                found = [tombstone(reference.order_id, each.received_at or 0, fetched=False)]
            states.setdefault(reference.order_id, []).extend(found)
    return states


def views(states: dict[str, list[OrderState]]) -> dict[str, OrderView]:
    return {order_id: join(known) for order_id, known in states.items()}


def test_fourteen_deliveries_are_signed_and_six_are_pings() -> None:
    assert (len(DELIVERIES), len(SIGNED)) == (20, 14)


def test_the_deliveries_speak_of_orders_14_and_16_only() -> None:
    named = {reference.order_id for each in DELIVERIES for reference in references(each.body, each.headers)}
    assert named == {"14", "16"}


def test_with_the_fetch_order_14_keeps_44_625822_to_the_micro() -> None:
    view = join(fetched_along_the_way()[-1:])
    assert (view.net, view.goods, view.estimated, view.status) == (KEPT, 86_820_000, False, Status.CAPTURED)
    assert view.kept == (37_740_000 - 3_425_034, 11_340_000 - 1_029_144)


@pytest.mark.soak_sized
def test_any_order_of_deliveries_and_looks_ends_in_the_same_figure() -> None:
    chance, all_told = Random(14), reported(DELIVERIES)["14"] + fetched_along_the_way()
    expected = join(all_told)
    assert expected.net == KEPT
    for _ in range(effort(500)):
        played = all_told + chance.choices(all_told, k=chance.randrange(12))
        chance.shuffle(played)
        assert join(played) == expected


@pytest.mark.soak_sized
def test_without_the_fetch_any_order_of_deliveries_gives_one_estimated_figure() -> None:
    chance, expected = Random(16), views(reported(DELIVERIES))
    assert (expected["14"].net, expected["14"].estimated) == (ESTIMATE, True)
    assert (expected["16"].net, expected["16"].status) == (0, Status.DELETED)
    states = reported(DELIVERIES)
    for _ in range(effort(500)):
        played = {key: known + chance.choices(known, k=chance.randrange(6)) for key, known in states.items()}
        for known in played.values():
            chance.shuffle(known)
        assert views(played) == expected


def test_order_16_is_nothing_with_and_without_the_look_for_it() -> None:
    told = reported(DELIVERIES)["16"]
    looked_for = tombstone("16", 1_795_313_970_000_000, fetched=True)
    for known in (told, [looked_for], [*told, looked_for], [looked_for, *told]):
        assert (join(known).net, join(known).vanished) == (0, "")


def test_buyer_and_evidence_are_those_of_the_checkout() -> None:
    view = views(reported(DELIVERIES))["14"]
    assert view.buyer.identity == "e:email:lena@example.test"
    assert (view.evidence.clicks, view.evidence.codes) == (("clk_01HXYZ",), ("mira10",))
    assert view.country == "DE"
