"""What a statement says about what a creator sold, against an exact reference."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.intervals import FEWEST, rate
from fanshare.core.media_kit import buys, source
from fanshare.core.money import format_micros
from fanshare.core.notes import VerifierKey

LINES = st.lists(
    st.tuples(
        st.integers(0, 10**12),
        st.fractions(Fraction(1, 97), 1, max_denominator=97),
        st.sampled_from(["2026-11-01", "2026-11-14", "2027-01-02"]),
        st.sampled_from(["EUR", "JPY"]),
        st.sampled_from([("creator",), ("fan",), ("creator", "fan")]),
    ),
    max_size=12,
)


def statement(lines: list[tuple[Any, ...]], role: str = "creator") -> dict[str, Any]:
    key = VerifierKey("shop.example/log/p1", b"k" * 32)
    sections = [
        {
            "currency": currency,
            "lines": [
                {
                    "body": {
                        "net": format_micros(net),
                        "credit": f"{part.numerator}/{part.denominator}",
                        "placed_on": day,
                    },
                    "shares": dict.fromkeys(roles, "salt"),
                }
                for net, part, day, paid, roles in lines
                if paid == currency
            ],
        }
        for currency in ("EUR", "JPY")
    ]
    return {
        "party": {"id": "c1", "role": role},
        "programme": {"id": "p1", "name": "Linen"},
        "checkpoint": f"shop.example/log/p1/1\n12\n{'A' * 43}=\n\n— signature\n",
        "keys": ["older", str(key)],
        "period": {"to": "2026-11-27T10:00:00Z"},
        "currencies": sections,
    }


@given(LINES)
def test_orders_and_goods_are_those_of_her_own_lines(lines: list[tuple[Any, ...]]) -> None:
    found = source(statement(lines))
    told = {one.currency: one for one in found.sold}
    for currency in ("EUR", "JPY"):
        mine = [one for one in lines if one[3] == currency and "creator" in one[4]]
        kept = [one for one in mine if one[0] > 0]
        if not mine:
            assert currency not in told
            continue
        said = told[currency]
        assert (said.orders, said.returned) == (len(kept), len(mine) - len(kept))
        exact = sum((net * part for net, part, *_ in kept), Fraction(0))
        assert 0 <= exact - said.goods < max(1, len(kept))
        days = [day for _, _, day, *_ in kept]
        assert (said.first, said.last) == ((min(days), max(days)) if days else ("", ""))


def test_a_source_says_whose_log_it_is_and_how_far_it_goes() -> None:
    found = source(statement([]))
    assert (found.host, found.log, found.size, found.programme) == ("shop.example", "shop.example/log/p1", 12, "Linen")
    assert (found.root, found.party, found.sold) == ("A" * 43 + "=", "c1", ())


def test_a_fans_statement_is_no_media_kit() -> None:
    with pytest.raises(BadInputError, match="statement of a fan"):
        source(statement([], role="fan"))


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_rate_is_told_from_twenty_orders_up_and_holds_what_was_seen(clicks: int, clicked: int) -> None:
    between = buys(clicks, clicked)
    assert (between is None) == (clicked < FEWEST or clicked > clicks)
    if between is not None:
        assert between == rate(clicked, clicks)
        assert between.low <= Fraction(clicked * 1_000_000, clicks) <= between.high
