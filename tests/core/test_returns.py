"""What comes back: counted once for each order, a range where it is open, and nothing below twenty orders."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.returns import FEWEST, CameBack, SoldPiece, count

names = st.sampled_from(["", "shirt", "sock"])
pieces = st.builds(
    SoldPiece,
    order=st.integers(1, 60),
    shop=st.sampled_from(["a", "b"]),
    product=names,
    sku=names,
    net=st.sampled_from([0, 10, 20]),
    kept=st.sampled_from([0, 5, 10, 20]),
    estimated=st.booleans(),
)
many = st.lists(pieces, max_size=150)


@given(many)
def test_counts_are_those_of_the_orders_themselves(found: list[SoldPiece]) -> None:
    counted = count(found)
    for shop in ("a", "b"):
        for name in ("shirt", "sock"):
            mine = [one for one in found if one.net > 0 and one.shop == shop and name in (one.product, one.sku)]
            assert counted.products.get((shop, name)) == by_hand(mine), (shop, name)
    assert counted.whole == by_hand([one for one in found if one.net > 0])


def by_hand(mine: list[SoldPiece]) -> CameBack | None:
    orders = {one.order for one in mine}
    if len(orders) < FEWEST:
        return None
    back = {one.order for one in mine if one.kept == 0 and not one.estimated}
    unclear = {one.order for one in mine if one.kept < one.net} - back
    return CameBack(len(orders), len(back), len(unclear))


@given(many)
def test_a_count_lies_within_its_orders_and_no_few_are_told_of(found: list[SoldPiece]) -> None:
    counted = count(found)
    for one in (*counted.products.values(), counted.whole):
        if one is not None:
            assert one.orders >= FEWEST
            assert 0 <= one.back <= one.most <= one.orders


@given(many, st.randoms())
def test_neither_their_order_nor_a_line_twice_changes_a_count(found: list[SoldPiece], chance: object) -> None:
    shuffled = [*found, *found[:5]]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert count(shuffled) == count(found)


def sold(number: int, shop: str = "a", product: str = "shirt", **more: object) -> list[SoldPiece]:
    piece = SoldPiece(0, shop, product, "", 10, 10, False)._replace(**more)  # type: ignore[arg-type]
    return [piece._replace(order=n + 1000 * (shop == "b")) for n in range(number)]


def test_nineteen_are_too_few_and_twenty_are_told() -> None:
    assert count(sold(19)).of("a", "shirt") is None
    assert count([*sold(17), *(one._replace(order=one.order + 100) for one in sold(3, kept=0))]).of(
        "a", "shirt"
    ) == CameBack(20, 3, 0)


def test_an_id_without_a_shop_is_told_only_where_one_shop_sells_it() -> None:
    assert count(sold(20)).of("", "shirt") == CameBack(20, 0, 0)
    assert count([*sold(20), *sold(20, "b")]).of("", "shirt") is None
    assert count(sold(20)).of("b", "shirt") is None
