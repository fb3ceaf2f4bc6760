"""What the stateful model would find: stories that it could tell, with a rule of the house left out."""

import pytest

from fanshare.core.instants import HOUR
from fanshare.flows import debts
from fanshare.store.access import Connection
from tests.flows.test_model import Life
from tests.support.sales import UNIT


def a_dispute_is_won_late(life: Life) -> None:
    """What was paid is taken back, borne by the brand after 180 days, and then comes again."""
    life._found()
    life.somebody_clicks(1, human=True, late=False)
    life.now += HOUR
    life.an_order_is_placed([0], 5, 90 * UNIT, code=False, paid=True)
    life.time_passes(40)
    life.the_books_are_sound()
    life.payouts_are_sent()
    life.a_refund(0, 90 * UNIT)
    life.the_books_are_sound()
    life.the_brand_bears_what_is_old(later=True)
    life.refunds_undone(0)
    life.the_books_are_sound()


def test_the_model_finds_a_brand_that_pays_a_late_won_share_twice(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = type("LifeHere", (Life,), {"conn": conn})
    a_dispute_is_won_late(machine())
    monkeypatch.setattr(debts, "follow", lambda *_: 0)
    with pytest.raises(AssertionError, match="is paid twice"):
        a_dispute_is_won_late(machine())
