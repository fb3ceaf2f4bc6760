"""Goods and commission by product come to exactly what the parts come to."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.results import ProductSum, SoldLine, SoldPart, by_product, each, returned

amounts = st.integers(0, 10**12)
lines = st.builds(SoldLine, st.sampled_from(["", "shirt", "sock"]), amounts, amounts)
parts = st.builds(SoldPart, st.integers(1, 9), amounts, amounts, st.lists(lines, max_size=4).map(tuple))


@given(st.lists(parts, max_size=6))
def test_the_sums_by_product_are_those_of_the_parts(found: list[SoldPart]) -> None:
    sums = by_product(found)
    assert sum(one.goods for one in sums) == sum(one.goods for one in found)
    assert sum(one.commission for one in sums) == sum(one.commission for one in found)
    assert all(one.goods >= 0 and one.commission >= 0 for one in sums)
    assert len({one.product for one in sums}) == len(sums)


def test_each_line_gets_what_was_kept_and_granted_on_it() -> None:
    part = SoldPart(1, 60_000_000, 9_000_000, (SoldLine("shirt", 40, 6), SoldLine("sock", 20, 3)))
    again = SoldPart(2, 10_000_000, 1_000_000, (SoldLine("sock", 10, 0),))
    assert by_product([part, again]) == [
        ProductSum("shirt", 1, 40_000_000, 6_000_000),
        ProductSum("sock", 2, 30_000_000, 4_000_000),
    ]


def test_one_of_nothing_is_not_a_number() -> None:
    assert each(10, 3) == 3
    assert each(10, 0) is None
    assert returned(59_000_000, 7_080_000) == 8_333_333
    assert returned(59_000_000, 0) is None
