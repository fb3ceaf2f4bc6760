"""Old links of other tools: what of an address is read, and that they displace nothing with a known moment."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY
from fanshare.core.old_links import MOST, in_address
from fanshare.core.touches import Purchase, Skip, Touch, TouchKind, judge

NOW = 20_600 * DAY
OLD = Touch("old:via=mira", TouchKind.OLD_LINK, NOW, 1, 1, 7, 1, 2000, 0)
CLICK = Touch("click", TouchKind.LINK, NOW - DAY, 2, 2, 8, 1, 2000, 0)
PURCHASE = Purchase(NOW, frozenset())


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://shop.example/?via=Mira", ("via=mira",)),
        ("/linen?colour=blue&ref=zoe&fs=abc", ("ref=zoe",)),
        ("https://shop.example/?sca_ref=501.AbCd&x=1", ("sca_ref=501.abcd",)),
        ("https://shop.example/?email=mira@example.test&ref=zoe", ("ref=zoe",)),
        ("https://shop.example/?via=a&via=b", ("via=a", "via=b")),
        ("https://shop.example/?via=", ()),
        ("https://shop.example/?via=a%20b", ()),
        ("https://shop.example/", ()),
        ("https://[broken?via=a", ()),
        (None, ()),
        (7, ()),
    ],
)
def test_of_an_address_only_old_links_are_read(address: object, found: tuple[str, ...]) -> None:
    assert in_address(address) == found


@given(st.text(max_size=200))
def test_no_address_is_an_error(text: str) -> None:
    assert len(in_address(f"https://shop.example/?via={text}&{text}")) <= MOST


def test_an_old_link_counts_where_nothing_else_does() -> None:
    assert judge([OLD], PURCHASE, window=30 * DAY, stand_down=0).valid == (OLD,)


@pytest.mark.parametrize("kind", [TouchKind.LINK, TouchKind.CODE])
def test_an_old_link_displaces_nothing_with_a_known_moment(kind: TouchKind) -> None:
    known = replace(CLICK, kind=kind)
    for order in ([OLD, known], [known, OLD]):
        judged = judge(order, PURCHASE, window=30 * DAY, stand_down=0)
        assert judged.valid == (known,)
        assert judged.skipped == ((OLD, Skip.MOMENT_UNKNOWN),)


def test_an_old_link_fills_in_where_the_known_evidence_does_not_count() -> None:
    late = replace(CLICK, at=NOW - 40 * DAY)
    judged = judge([late, OLD], PURCHASE, window=30 * DAY, stand_down=0)
    assert judged.valid == (OLD,)


def test_an_own_purchase_by_an_old_link_earns_nothing() -> None:
    judged = judge([OLD], Purchase(NOW, frozenset({1})), window=30 * DAY, stand_down=0)
    assert judged.skipped == ((OLD, Skip.OWN_PURCHASE),)
