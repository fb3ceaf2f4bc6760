"""Past orders under other terms: what the worked order of those terms says, added up, without a rest."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.money import MICROS
from fanshare.core.orders import Buyer, Evidence, Line, OrderView, Status
from fanshare.core.terms_document import read
from fanshare.core.terms_example import worked_order
from fanshare.core.what_if import PastPart, Sum, what_if

TERMS = read({"commission": [{"id": "standard", "percent": "12"}], "fans": {"buyer_percent": "5"}},
             version=1, effective_at=0)  # fmt: skip


def past(net: int, *, credit: Fraction = Fraction(1), introduced: bool = True) -> PastPart:
    view = OrderView(
        order_id="1",
        birth="",
        placed_at=0,
        modified_at=0,
        status=Status.CAPTURED,
        currency="EUR",
        lines=(Line("1", net),),
        kept=(net,),
        test=False,
        fulfilled_at=None,
        country="",
        buyer=Buyer(),
        evidence=Evidence(),
    )
    return PastPart(view, credit, "", by_code=False, introduced=introduced, by_fan=introduced)


def test_one_order_comes_to_what_the_worked_order_says() -> None:
    worked = worked_order(TERMS).before
    found = what_if(TERMS, [past(59 * MICROS)])
    assert found == Sum(7_080_000, worked.creator, worked.fan, worked.buyer)
    assert what_if(TERMS, [past(59 * MICROS, introduced=False)]) == Sum(7_080_000, 7_080_000, 0, 0)
    assert what_if(TERMS, [past(59 * MICROS, credit=Fraction(1, 2))]).commission == 3_540_000
    assert what_if(TERMS, [past(0)]) == what_if(TERMS, []) == Sum()


@given(st.lists(st.integers(0, 10**12), max_size=8), st.integers(0, 3000))
def test_the_sum_is_that_of_each_and_divides_without_a_rest(nets: list[int], fan_bps: int) -> None:
    terms = replace(TERMS, fan_bps=fan_bps)
    found = what_if(terms, map(past, nets))
    assert found.commission == sum(what_if(terms, [past(net)]).commission for net in nets)
    assert found.creators + found.fans + found.buyers == found.commission
