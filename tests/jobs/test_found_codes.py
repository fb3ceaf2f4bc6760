"""Codes of credit that a shop has and restored books lack: found in its list, somebody's again, and counted once."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fanshare.core import shop_credits as way
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import DAY, HOUR, MINUTE
from fanshare.core.ledger import AccountKind
from fanshare.core.money import MICROS
from fanshare.flows import found_payments, payout_holds, shop_credits
from fanshare.jobs.found_codes import find_codes
from fanshare.store.queries import found_payments as found_rows
from fanshare.store.queries import shop_credits as rows
from fanshare.world.woo_server import Fault
from tests.jobs.house import House
from tests.jobs.test_shop_credits import Purse, having, is_sound
from tests.jobs.test_shopify import connected
from tests.jobs.tills import Till, woo
from tests.support.shopify_shop import ShopifyShop

__all__ = ["woo"]
COMPARED = "the list of codes of our shop since the backup"


@contextmanager
def lost(purse: Purse) -> Iterator[None]:
    """What happens here stays in the shop and is in no book afterwards, and payouts wait as after a restore."""
    house = purse.house
    with house.bea.access.conn.transaction(force_rollback=True):
        yield
    payout_holds.hold(house.bea.access, house.now - DAY, house.now)


def text_of(woo: Till) -> str:
    """The one code of credit that the shop has, as it was made."""
    [code] = [one["code"] for one in woo.codes.kept.values() if one["code"].startswith("cr")]
    return str(code).upper()


def test_a_code_that_was_made_after_the_backup_is_hers_again_once_somebody_says_so(house: House, woo: Till) -> None:
    bea = house.bea
    with having(house, woo) as purse:
        with lost(purse):
            purse.wish()
            purse.worked()
        text = text_of(woo)
        assert (woo.works(text), purse.ready(), rows.listed(bea.access)) == (True, 10 * MICROS, [])
        woo.codes.put("CRBRANDSOWN234", usage_limit=1, amount="5.00")
        woo.codes.put("BEA15", meta_data=[{"key": "fanshare", "value": "a" * 20}], amount="5.00", usage_limit=1)
        looked = find_codes(bea.programme, "Bea", house.now)
        assert (looked.open, looked.known, looked.booked, looked.unlisted) == (1, 0, 0, ())
        assert find_codes(bea.programme, "Bea", house.now).open == 0, "seen twice it is one code"
        with pytest.raises(ConflictError, match="whose it was"):
            payout_holds.release(bea.access, "Bea", COMPARED, house.now)
        [found] = found_rows.listed(bea.access)
        assert (found.amount, found.reference) == (10 * MICROS, f"{woo.at.endpoint}/{text}")
        found_payments.assign(bea.programme, found.id, bea.finn, "Bea", house.now)
        with pytest.raises(ConflictError, match="decided already"):
            found_payments.assign(bea.programme, found.id, bea.cleo, "Bea", house.now)
        [row] = rows.listed(bea.access)
        assert (row.state, row.shown, row.party) == (way.SHOWN, text, bea.finn)
        assert (purse.ready(), purse.ready(AccountKind.IN_TRANSIT)) == (0, 10 * MICROS)
        again = find_codes(bea.programme, "Bea", house.now)
        assert (again.open, again.known) == (0, 1)
        payout_holds.release(bea.access, "Bea", COMPARED, house.now)
        shop_credits.cancel(bea.programme, bea.finn, row.id, house.now)
        assert purse.worked()[0].state == way.CANCELLED
        assert (purse.ready(), woo.works(text)) == (10 * MICROS, False), "it ends at the shop as any other"
        assert is_sound(house)


def test_what_an_order_took_of_it_meanwhile_is_paid_and_the_rest_is_a_code(house: House, woo: Till) -> None:
    bea = house.bea
    with having(house, woo) as purse:
        with lost(purse):
            purse.wish()
            purse.worked()
        text = text_of(woo)
        house.later(MINUTE)
        purse.buy(9001, text, "6.40")
        assert find_codes(bea.programme, "Bea", house.now).open == 1
        [found] = found_rows.listed(bea.access)
        found_payments.assign(bea.programme, found.id, bea.finn, "Bea", house.now)
        payout_holds.release(bea.access, "Bea", COMPARED, house.now)
        house.later(HOUR)
        purse.worked()
        house.later(HOUR)
        old, rest = purse.worked()
        assert (old.state, old.used, rest.state, rest.amount) == (way.USED, 6_400_000, way.SHOWN, 3_600_000)
        assert (purse.ready(), purse.ready(AccountKind.PAID)) == (0, 6_400_000)
        assert is_sound(house)


def test_from_a_list_that_breaks_off_nothing_is_concluded_and_without_a_hold_nobody_looks(
    house: House, woo: Till
) -> None:
    bea = house.bea
    with having(house, woo) as purse:
        with pytest.raises(ConflictError, match="not held"):
            find_codes(bea.programme, "Bea", house.now)
        with lost(purse):
            purse.wish()
            purse.worked()
        for number in range(230):
            woo.codes.put(f"OTHER{number}")
        woo.shop.misbehave(None, Fault.ERROR, Fault.ERROR, Fault.ERROR, Fault.ERROR)
        with pytest.raises(FanshareError, match="shop"):
            find_codes(bea.programme, "Bea", house.now)
        assert found_rows.listed(bea.access) == []
        woo.shop.behave()
        assert find_codes(bea.programme, "Bea", house.now).open == 1, "page by page to the end"


def test_a_shop_that_shows_no_list_is_named_so_that_a_person_looks(house: House) -> None:
    bea = house.bea
    with ShopifyShop() as shop:
        till = Till(house, connected(house, shop), shop)
        with having(house, till) as purse:
            with lost(purse):
                purse.wish()
                purse.worked()
            looked = find_codes(bea.programme, "Bea", house.now)
            assert (looked.open, looked.unlisted) == (0, (till.at.endpoint,))
            with pytest.raises(BadInputError, match="no such found payment"):
                found_payments.assign(bea.programme, 1, bea.finn, "Bea", house.now)
