"""What the fetch of every shop keeps, against a real HTTP server that pages, throttles, stalls and lies.

A connector's tests make a ``Shop`` of their kind and run each rule against it::

    @pytest.mark.parametrize("rule", contract_fetch.RULES, ids=lambda rule: rule.__name__)
    def test_the_fetch_keeps_the_contract(rule: contract_fetch.Rule, shop: MyShop) -> None:
        rule(shop)
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest

from fanshare.core.errors import FanshareError
from fanshare.core.instants import SECOND, Instant, parse_rfc3339
from fanshare.integrations.registry import OpenFetch
from fanshare.world.woo_server import Fault

#: The orders of a rule were changed from here on, one a second.
START: Instant = parse_rfc3339("2026-11-22T03:00:00Z")
#: More than two pages, whatever a connector takes for a page: ``Shop.fetch`` is told to keep its pages small.
MANY = 25
PAGE = 10


class Shop(Protocol):
    """A running shop of one kind. Order ``number`` is shown by the connector as ``OrderState.order_id``."""

    def order_id(self, number: int) -> str:
        """How the connector names the order of a number."""
        ...

    def put(self, number: int, at: Instant) -> None:
        """There is a paid order of this number, last changed then."""
        ...

    def misbehave(self, *faults: Fault | None) -> None:
        """How the next requests fail, one each."""
        ...

    def fetch(self, *, hasty: bool = False) -> OpenFetch:
        """A fetch with the keys that are valid now and pages of ``PAGE``; a hasty one gives up after half a second."""
        ...

    def behave(self) -> None:
        """Forget the faults that have not been played."""
        ...

    def rotate(self) -> None:
        """The shop no longer takes the keys it took until now, but new ones."""
        ...


type Rule = Callable[[Shop], None]

_ENDLESS = {Fault.STALL, Fault.DRIP}
_AWAY = (Fault.THROTTLE, Fault.ERROR, Fault.MAINTENANCE, Fault.HTML, Fault.STALL, Fault.CUT, Fault.HALF)
_SHUT = (Fault.REDIRECT, Fault.MOVED, Fault.DENIED)


@contextlib.contextmanager
def opened(shop: Shop, *, hasty: bool = False) -> Iterator[OpenFetch]:
    """A fetch that is closed with the block."""
    fetch = shop.fetch(hasty=hasty)
    try:
        yield fetch
    finally:
        fetch.close()


def an_order_is_the_state_of_record(shop: Shop) -> None:
    shop.put(1, START)
    with opened(shop) as fetch:
        state = fetch.order(shop.order_id(1))
    assert state is not None
    assert (state.order_id, state.fetched) == (shop.order_id(1), True)
    assert state.modified_at >= START


def an_order_that_is_not_there_is_none(shop: Shop) -> None:
    shop.put(1, START)
    with opened(shop) as fetch:
        assert fetch.order(shop.order_id(2)) is None


def changes_come_over_many_pages_oldest_first_and_none_is_missing(shop: Shop) -> None:
    for number in range(1, MANY + 1):
        shop.put(number, START + number * SECOND)
    with opened(shop) as fetch:
        states = list(fetch.modified_after(START))
        late = list(fetch.modified_after(START + (MANY - 2) * SECOND))
    assert [state.modified_at for state in states] == sorted(state.modified_at for state in states)
    assert {state.order_id for state in states} == {shop.order_id(number) for number in range(1, MANY + 1)}
    assert {shop.order_id(MANY), shop.order_id(MANY - 1)} <= {state.order_id for state in late}
    assert len(late) < MANY


def a_shop_that_is_away_is_never_read_as_an_order_that_is_gone(shop: Shop) -> None:
    shop.put(1, START)
    for fault in _AWAY:
        with opened(shop, hasty=fault in _ENDLESS) as fetch:
            shop.misbehave(*[fault] * 10)
            with pytest.raises(FanshareError) as caught:
                fetch.order(shop.order_id(1))
            assert caught.value.code == "shop_unreachable", fault
        shop.behave()
        with opened(shop) as fetch:
            assert fetch.order(shop.order_id(1)) is not None, fault


def a_shop_that_lets_nobody_in_says_so(shop: Shop) -> None:
    shop.put(1, START)
    for fault in _SHUT:
        with opened(shop) as fetch:
            shop.misbehave(*[fault] * 10)
            with pytest.raises(FanshareError) as caught:
                fetch.order(shop.order_id(1))
            assert caught.value.code in {"shop_refused", "shop_unreachable"}, fault
        shop.behave()


def a_listing_that_breaks_off_can_be_taken_up_where_it_ended(shop: Shop) -> None:
    """After how many good answers it has told of something is the connector's affair; then it goes on from there."""
    for number in range(1, MANY + 1):
        shop.put(number, START + number * SECOND)
    for fault in (Fault.THROTTLE, Fault.CUT):
        seen: dict[str, Instant] = {}
        for good in (1, 2, 4, 8, 16):
            with opened(shop) as fetch:
                shop.misbehave(*[None] * good, *[fault] * 10)
                with pytest.raises(FanshareError) as caught:
                    seen.update((state.order_id, state.modified_at) for state in fetch.modified_after(START))
                assert caught.value.code == "shop_unreachable"
            shop.behave()
            if seen:
                break
        assert 0 < len(seen) < MANY
        with opened(shop) as fetch:
            seen |= {state.order_id: state.modified_at for state in fetch.modified_after(max(seen.values()))}
        assert len(seen) == MANY


def after_the_keys_were_changed_old_ones_are_refused_and_new_ones_work(shop: Shop) -> None:
    shop.put(1, START)
    with opened(shop) as fetch:
        shop.rotate()
        with contextlib.suppress(FanshareError):
            # A connector that can renew its keys by itself may do so; then it must answer, and rightly.
            assert fetch.order(shop.order_id(1)) is not None
    with opened(shop) as fetch:
        assert fetch.order(shop.order_id(1)) is not None


RULES: tuple[Rule, ...] = (
    an_order_is_the_state_of_record,
    an_order_that_is_not_there_is_none,
    changes_come_over_many_pages_oldest_first_and_none_is_missing,
    a_shop_that_is_away_is_never_read_as_an_order_that_is_gone,
    a_shop_that_lets_nobody_in_says_so,
    a_listing_that_breaks_off_can_be_taken_up_where_it_ended,
    after_the_keys_were_changed_old_ones_are_refused_and_new_ones_work,
)
