"""A step that a month reaches lifts earlier orders in the books, and one that is lost again takes just that back."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from fanshare.core.instants import DAY, HOUR
from fanshare.core.orders import Buyer, Refund
from fanshare.core.statement_check import verify
from fanshare.flows import close
from fanshare.flows.statements import make_statement
from fanshare.store import signing
from fanshare.store.access import Connection
from fanshare.verifier import fanshare_verify
from tests.support.stories import NOW, TERMS, Story, open_story

#: 10 %, and 20 % of everything once a month reaches 100.00.
STEPS: dict[str, Any] = {
    **TERMS,
    "commission": [
        {
            "id": "climb",
            "currency": "EUR",
            "tiers": [{"upto": "100", "percent": "10"}, {"percent": "20", "retroactive": True}],
        }
    ],
    "settlement": {"hold_days": 5},
}


@pytest.fixture
def story(conn: Connection) -> Story:
    return open_story(conn, STEPS)


def pools(story: Story, *orders: int) -> list[int]:
    return [sum(amount for amount, _ in story.shares(order).values()) // 10_000 for order in orders]


def sold(story: Story, number: int, net: int, day: int = 0) -> int:
    at = NOW + number * HOUR + day * DAY
    buyer = Buyer(email=f"{number}" * 32)
    return story.sold(str(number), net * 1_000_000, story.click(at - HOUR), now=at, buyer=buyer)


def given_back(story: Story, number: int, euros: int, *, at: int) -> None:
    refund = Refund("r1", at, euros * 1_000_000, (("1", euros * 1_000_000),))
    story.changed(str(number), at, refunds=(refund,))


def test_a_later_order_lifts_earlier_ones_and_its_refund_takes_that_back(story: Story) -> None:
    first, second = sold(story, 1, 60), sold(story, 2, 30)
    assert pools(story, first, second) == [600, 300]
    third = sold(story, 3, 20)
    assert pools(story, first, second, third) == [1200, 600, 400]
    assert story.shares(first) == {
        "creator": (9_000_000, "pending"),
        "fan": (2_400_000, "pending"),
        "buyer": (600_000, "unclaimed"),
    }
    given_back(story, 3, 15, at=NOW + 4 * HOUR)
    assert pools(story, first, second, third) == [600, 300, 50]
    story.changed("3", NOW + 5 * HOUR, refunds=())
    assert pools(story, first, second, third) == [1200, 600, 400]
    assert story.wrong(NOW + 5 * HOUR) == []


@pytest.mark.parametrize("arrival", list(permutations((1, 2, 3))))
def test_whatever_comes_first_the_books_end_alike(story: Story, arrival: tuple[int, ...]) -> None:
    orders = {number: sold(story, number, {1: 60, 2: 30, 3: 20}[number]) for number in arrival}
    given_back(story, 2, 5, at=NOW + 5 * HOUR)
    assert pools(story, *(orders[number] for number in (1, 2, 3))) == [1200, 500, 400]
    assert story.wrong(NOW + 5 * HOUR) == []


def test_after_a_close_the_month_keeps_its_step_and_a_late_order_lifts_nobody(story: Story) -> None:
    first, second = sold(story, 1, 60), sold(story, 2, 50)
    later = NOW + 60 * DAY
    story.settle(later)
    assert close.close_all(story.programme, later) == 1
    given_back(story, 2, 50, at=later)
    late = sold(story, 3, 20)
    story.settle(later + HOUR)
    assert pools(story, first, second, late) == [1200, 0, 400]
    assert close.close_all(story.programme, later + HOUR) == 1
    assert pools(story, first, second, late) == [1200, 0, 400]
    assert story.wrong(later + HOUR) == []


def test_a_month_that_closed_below_the_step_is_lifted_by_no_late_order(story: Story) -> None:
    first = sold(story, 1, 60)
    later = NOW + 60 * DAY
    story.settle(later)
    assert close.close_all(story.programme, later) == 1
    late = sold(story, 2, 50)
    story.settle(later)
    assert pools(story, first, late) == [600, 1000]
    assert story.wrong(later) == []


def test_a_statement_shows_the_further_line_of_an_order_that_was_sold_before_the_step(
    story: Story, tmp_path: Path
) -> None:
    sold(story, 1, 60)
    sold(story, 2, 50)
    signer = signing.load_or_create(tmp_path, f"shop.example/log/{story.tenant.public_id}")
    statement = make_statement(story.programme, story.tenant, signer, story.finn, NOW + DAY)
    assert verify(statement, signing.verify, trusted_keys=signer.keys).ok
    assert fanshare_verify.verify(statement, trusted_keys=[str(key) for key in signer.keys]).ok
    line = next(one for one in statement["currencies"][0]["lines"] if one["opens"]["order"] == "1")
    assert line["body"]["further"] == [{"line": "1", "reached": "100.000000", "amount": "6.000000"}]
    assert "further" not in line["history"][0]["body"]
    assert line["sentences"]["fan"].endswith(
        "Commission 12.00 is 6.00 by steps on 60.00 of goods and a further 6.00 as the month's sales reached 100.00; "
        "your share is 20 % of it: 2.40"
    )
