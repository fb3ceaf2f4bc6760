"""Groups, recurring months, bonuses, the margin budget and the operator's fee through the real flows."""

import json
from pathlib import Path
from typing import Any

import pytest

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, HOUR
from fanshare.core.ledger import AccountKind, FeeKey, fee_differences
from fanshare.core.orders import Buyer, Line, Refund, Status
from fanshare.core.statement_check import verify
from fanshare.flows import close, people
from fanshare.flows.groups import names, set_group
from fanshare.flows.publish_terms import publish_terms
from fanshare.flows.rulings import NewRuling, rule
from fanshare.flows.statements import make_statement
from fanshare.store import books, ledger, signing
from fanshare.store.access import Connection
from fanshare.store.queries import groups
from tests.support.pg_books import BEFORE
from tests.support.stories import NOW, TERMS, Story, open_story

RICH: dict[str, Any] = {
    **TERMS,
    "terms": {"groups": ["gold", "new-here"], "time_zone": "Europe/Berlin"},
    "commission": [
        {"id": "standard", "percent": "5"},
        {"id": "first-month", "percent": "12", "months": 1},
        {"id": "for-gold", "percent": "20", "groups": ["gold"]},
    ],
    "bonuses": [
        {"id": "welcome", "new_buyer": "3", "currency": "EUR"},
        {"id": "mugs", "percent": "2", "products": ["mug"]},
    ],
    "margin": {"max_percent": "40"},
    "operator": {"fee_percent": "2.5"},
}


@pytest.fixture
def story(conn: Connection) -> Story:
    return open_story(conn, RICH)


def pool(story: Story, order: int) -> int:
    return sum(amount for amount, _ in story.shares(order).values())


def fee(story: Story) -> int:
    return {key.account.kind: amount for key, amount in books.balances(story.access).items()}.get(AccountKind.FEE, 0)


ANNA = Buyer(email="a" * 32)


def test_months_bonuses_and_fee_are_booked_order_by_order(story: Story) -> None:
    first = story.sold("1", 100_000_000, story.click(), buyer=ANNA)
    assert pool(story, first) == 12_000_000 + 3_000_000
    second = story.sold("2", 100_000_000, story.click(NOW + DAY), now=NOW + 2 * DAY, buyer=ANNA)
    assert pool(story, second) == 12_000_000
    late = story.sold("3", 100_000_000, story.click(NOW + 31 * DAY), now=NOW + 32 * DAY, buyer=ANNA)
    assert pool(story, late) == 5_000_000
    assert fee(story) == 375_000 + 300_000 + 125_000
    assert story.wrong(NOW + 32 * DAY) == []


def test_a_first_order_that_is_sent_back_makes_the_next_one_the_first(story: Story) -> None:
    first = story.sold("1", 100_000_000, story.click(), buyer=ANNA)
    late = story.sold("2", 100_000_000, story.click(NOW + 31 * DAY), now=NOW + 32 * DAY, buyer=ANNA)
    story.changed("1", NOW + 33 * DAY, refunds=(Refund("r", NOW + 33 * DAY, 100_000_000),))
    assert pool(story, first) == 0
    assert pool(story, late) == 12_000_000 + 3_000_000
    assert fee(story) == 375_000
    story.changed("1", NOW + 34 * DAY, refunds=())
    assert (pool(story, first), pool(story, late)) == (15_000_000, 5_000_000)
    assert fee(story) == 375_000 + 125_000
    assert story.wrong(NOW + 34 * DAY) == []


def test_the_margin_budget_counts_the_discount_that_the_shop_tells(story: Story) -> None:
    lines = (Line("1", 60_000_000, product="mug", discount=40_000_000),)
    order = story.sold("1", 60_000_000, story.click(), buyer=ANNA, lines=lines)
    assert pool(story, order) == 0
    lines = (Line("1", 70_000_000, product="mug", discount=30_000_000),)
    order = story.sold(
        "2", 70_000_000, story.click(NOW + HOUR), now=NOW + DAY, buyer=Buyer(email="b" * 32), lines=lines
    )
    assert pool(story, order) == 10_000_000, "12 % and 2 % of 70.00 and 3.00 are 12.80; 40 % of 100.00 leave 10.00"
    assert story.wrong(NOW + DAY) == []


def test_the_group_at_the_click_decides_and_a_change_moves_no_old_cent(story: Story) -> None:
    before = story.click(NOW - DAY)
    assert set_group(story.programme, story.cleo, "gold", NOW - HOUR)
    gold = story.sold("1", 100_000_000, story.click(NOW), now=NOW + HOUR, buyer=ANNA)
    old = story.sold("2", 100_000_000, before, now=NOW + HOUR, buyer=Buyer(email="b" * 32))
    assert (pool(story, gold), pool(story, old)) == (20_000_000 + 3_000_000, 12_000_000 + 3_000_000)
    booked = story.shares(gold), story.shares(old)
    assert set_group(story.programme, story.cleo, "", NOW + 2 * HOUR)
    for number in ("1", "2"):
        story.changed(number, NOW + 3 * HOUR, country="AT")
    assert (story.shares(gold), story.shares(old)) == booked
    after = story.sold("3", 100_000_000, story.click(NOW + 3 * HOUR), now=NOW + 4 * HOUR, buyer=Buyer(email="c" * 32))
    assert pool(story, after) == 15_000_000
    assert story.wrong(NOW + 4 * HOUR) == []


def test_every_change_of_a_group_is_in_the_log_and_names_nobody(story: Story) -> None:
    assert set_group(story.programme, story.cleo, "gold", NOW)
    assert not set_group(story.programme, story.cleo, "gold", NOW + HOUR), "she is in it already"
    assert set_group(story.programme, story.cleo, "new-here", NOW + 2 * HOUR)
    rows = story.access.fetch(
        "SELECT body FROM log_leaf WHERE programme_id = %(programme_id)s AND kind = 'membership' ORDER BY index"
    )
    told = [json.loads(body) for (body,) in rows]
    assert [one["group"] for one in told] == ["gold", "new-here"]
    assert len({one["creator"] for one in told}) == 2, "two commitments to one person can't be linked"
    assert [one.name for one in groups.history(story.access, [story.cleo])] == ["gold", "new-here"]
    assert groups.present(story.access)[story.cleo].name == "new-here"
    assert story.wrong(NOW + 2 * HOUR) == []


def test_a_group_that_no_terms_name_and_a_change_before_a_later_one_are_refused(story: Story) -> None:
    with pytest.raises(BadInputError) as refused:
        set_group(story.programme, story.cleo, "platinum", NOW)
    assert (refused.value.code, "gold, new-here" in str(refused.value)) == ("unknown_group", True)
    set_group(story.programme, story.cleo, "gold", NOW + DAY)
    with pytest.raises(ConflictError) as late:
        set_group(story.programme, story.cleo, "new-here", NOW)
    assert late.value.code == "group_later"
    assert [one.name for one in groups.history(story.access, [story.cleo])] == ["gold"]


def test_a_group_of_terms_that_are_to_come_may_be_joined_and_counts_from_then_on(story: Story) -> None:
    coming = {**RICH, "terms": {**RICH["terms"], "groups": ["gold", "new-here", "silver"]}}
    coming["commission"] = [*RICH["commission"], {"id": "for-silver", "percent": "30", "groups": ["silver"]}]
    publish_terms(story.access, coming, NOW, effective_at=NOW + 2 * DAY)
    assert "silver" in names(story.programme, NOW)
    set_group(story.programme, story.cleo, "silver", NOW)
    early = story.sold("1", 100_000_000, story.click(NOW + DAY), now=NOW + 3 * DAY, buyer=ANNA)
    there = story.click(NOW + 2 * DAY + HOUR)
    later = story.sold("2", 100_000_000, there, now=NOW + 3 * DAY, buyer=Buyer(email="b" * 32))
    assert (pool(story, early), pool(story, later)) == (15_000_000, 33_000_000)
    assert story.wrong(NOW + 3 * DAY) == []


def test_a_credit_that_moves_away_takes_its_fee_and_bonuses_along(story: Story) -> None:
    mia = people.add_creator(story.programme, people.Joiner("Mia"), BEFORE)
    order = story.sold("1", 100_000_000, story.click(), buyer=ANNA)
    given = NewRuling("reassigned", "it was Mia", order=order, creator=story.cleo, to_creator=mia)
    rule(story.programme, given, NOW + HOUR)
    story.settle(NOW + HOUR)
    posted = {key.creator: amount for key, amount in books.fees(story.access).items()}
    assert posted == {mia: pool(story, order) * 250 // 10_000}
    assert story.wrong(NOW + HOUR) == []


def test_a_fee_is_given_back_with_the_sale_and_follows_the_currency(story: Story) -> None:
    order = story.sold("1", 100_000_000, story.click(), buyer=ANNA)
    story.changed("1", NOW + HOUR, status=Status.CANCELLED)
    assert (pool(story, order), fee(story)) == (0, 0)
    story.changed("1", NOW + 2 * HOUR, status=Status.CAPTURED, currency="USD")
    (key,) = books.fees(story.access)
    assert key.currency == "USD"
    assert story.wrong(NOW + 2 * HOUR) == []


def test_a_fee_that_was_posted_beside_its_part_is_found(story: Story) -> None:
    """The negative control of the check: a fee that no settlement states."""
    order = story.sold("1", 100_000_000, story.click(), buyer=ANNA)
    more = fee_differences({}, {FeeKey(order, story.cleo, "EUR"): 1})
    ledger.post_logged(story.access, more, at=NOW + HOUR)
    assert any("fee on order" in message for message in story.wrong(NOW + HOUR))


def test_a_statement_tells_and_proves_what_the_richer_terms_gave(story: Story, tmp_path: Path) -> None:
    set_group(story.programme, story.cleo, "gold", NOW - HOUR)
    line = Line("1", 100_000_000, product="mug", discount=10_000_000)
    story.sold("1", 100_000_000, story.click(NOW), now=NOW + HOUR, buyer=ANNA, lines=(line,))
    story.sold("2", 100_000_000, story.click(NOW + 40 * DAY), now=NOW + 41 * DAY, buyer=ANNA)
    close.close_all(story.programme, NOW + 90 * DAY)
    signer = signing.load_or_create(tmp_path, f"shop.example/log/{story.tenant.public_id}")
    for party in (story.cleo, story.finn):
        statement = make_statement(story.programme, story.tenant, signer, party, NOW + 90 * DAY)
        assert verify(statement, signing.verify, trusted_keys=signer.keys).ok
        first, *later = (one["body"] for one in statement["currencies"][0]["lines"])
        assert (first["group"], [one["bonus"] for one in first["bonuses"]]) == ("gold", ["welcome", "mugs"])
        assert [one["kind"] for one in first["limits"]] == ["margin"]
        assert first["fee"]["bps"] == 250
        # Forty days later the fan's time is over, and the months of the rule as well.
        assert [one["recurring"]["over"] for one in later] == ([[1]] if party == story.cleo else [])
