"""Orders that hang together: one sale told by two shops, and goods exchanged for others. In any order of arrival."""

from dataclasses import replace
from itertools import permutations

import pytest

from fanshare.core.instants import DAY, HOUR
from fanshare.core.ledger import AccountKind
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, Status
from fanshare.flows import links, people, rulings
from fanshare.flows.accept import Shop, accept
from fanshare.store import books
from fanshare.store.access import Connection
from tests.support.pg_books import BEFORE, LABEL, add_shop
from tests.support.stories import NOW, Story, open_story

WHOLE = {"creator": (5_310_000, "pending"), "fan": (1_416_000, "pending"), "buyer": (354_000, "unclaimed")}
LATER = NOW + 3 * DAY


@pytest.fixture
def story(conn: Connection) -> Story:
    return open_story(conn)


def state(number: str, *clicks: str, net: int = 59_000_000, at: int = NOW) -> OrderState:
    return OrderState(
        order_id=number,
        birth="b",
        modified_at=at,
        status=Status.CAPTURED,
        currency="EUR",
        total=net,
        fetched=True,
        placed_at=at,
        lines=(Line("1", net),),
        buyer=Buyer(email="a" * 32),
        evidence=Evidence(clicks, whole_path=True),
    )


def told(story: Story, shop: Shop, one: OrderState, now: int = LATER) -> str:
    """A shop tells an order, and it is settled; returns the code of its refusal, or nothing."""
    programme = story.programme
    with story.access.transaction():
        found = accept(story.access, shop, [one], programme.book, programme.secrets, now)
    story.settle(now)
    return "".join(refusal.code for refusal in found.refused.values())


def order_of(story: Story, shop: Shop, number: str) -> int:
    query = (
        "SELECT id FROM shop_order WHERE programme_id = %(programme_id)s AND connection_id = %(shop)s"
        " AND external_id = %(number)s"
    )
    return int(story.access.value(query, {"shop": shop.connection_id, "number": number}))


def earned(story: Story) -> int:
    return story.balance(story.cleo, AccountKind.PENDING)


# -- twins


@pytest.mark.parametrize("older_first", [True, False])
def test_one_sale_told_by_two_shops_counts_once_at_the_older_connection(story: Story, older_first: bool) -> None:
    younger, click = add_shop(story.access), story.click()
    payment = frozenset({"payment:pi_1"})
    tales = [
        (story.shop, replace(state("14", click), aliases=tuple(payment))),
        (younger, replace(state("S-14", click), aliases=tuple(payment))),
    ]
    refusals = {shop.connection_id: told(story, shop, one) for shop, one in tales[:: 1 if older_first else -1]}
    assert refusals == {story.shop.connection_id: "", younger.connection_id: "twin" if older_first else ""}
    assert story.shares(order_of(story, story.shop, "14")) == WHOLE
    assert story.shares(order_of(story, younger, "S-14")) == {}
    assert earned(story) == 5_310_000
    assert story.wrong(LATER) == []


def test_without_a_common_name_alike_orders_of_two_shops_are_two_sales(story: Story) -> None:
    """The negative control: neither amount nor buyer nor moment makes two orders one."""
    younger, click = add_shop(story.access), story.click()
    assert [told(story, shop, state("14", click)) for shop in (story.shop, younger)] == ["", ""]
    assert earned(story) == 2 * 5_310_000


def test_a_twin_counts_no_longer_as_one_when_its_name_turns_out_to_be_anothers(story: Story) -> None:
    younger, click = add_shop(story.access), story.click()
    told(story, story.shop, replace(state("14", click), aliases=("payment:pi_1",)))
    assert told(story, younger, replace(state("S-14", click), aliases=("payment:pi_1",))) == "twin"
    test = replace(state("14", click), aliases=("payment:pi_1",), test=True, modified_at=NOW + HOUR)
    assert told(story, story.shop, test) == ""
    # A test and a real sale are never the same; the test, once booked, vanishes after its notice.
    story.settle(LATER + 3 * DAY)
    assert story.shares(order_of(story, story.shop, "14")) == {}
    assert story.shares(order_of(story, younger, "S-14")) == WHOLE
    assert story.wrong(LATER + 3 * DAY) == []


# -- exchanges


def mias_link(story: Story) -> str:
    """A click of another creator's link."""
    mia = people.add_creator(story.programme, people.Joiner("Mia"), BEFORE)
    own, story.link = story.link, links.add_link(
        story.programme, links.NewLink(mia, mia, "https://shop.example/", LABEL), BEFORE
    )[0]  # fmt: skip
    click = story.click(LATER - HOUR)
    story.link = own
    return click


def chain(story: Story) -> list[OrderState]:
    """Goods are sent back for others, and those for others again, which are cheaper. Mia was clicked in between."""
    click, mias = story.click(), mias_link(story)
    gone = replace(state("1", click), lines=(Line("1", 59_000_000),), status=Status.CANCELLED, modified_at=LATER)
    second = replace(state("2", mias, at=LATER), exchange_of="1", status=Status.CANCELLED, modified_at=LATER + HOUR)
    third = replace(state("3", net=10_000_000, at=LATER + HOUR), exchange_of="2")
    return [gone, second, third]


@pytest.mark.parametrize("arrival", list(permutations(range(3))))
def test_what_was_exchanged_earns_for_whom_the_first_order_did(story: Story, arrival: tuple[int, ...]) -> None:
    tales = chain(story)
    for which in arrival:
        told(story, story.shop, tales[which], LATER + 2 * HOUR)
    third = order_of(story, story.shop, "3")
    assert {role: amount for role, (amount, _) in story.shares(third).items()} == {
        "creator": 900_000,
        "fan": 240_000,
        "buyer": 60_000,
    }
    assert story.earners(third) == {story.cleo, story.finn, None}
    assert [story.shares(order_of(story, story.shop, number)) for number in "12"] == [{}, {}]
    assert story.wrong(LATER + 2 * HOUR) == []


def test_an_order_that_exchanges_nothing_has_its_own_evidence(story: Story) -> None:
    """The negative control: the same order without the word of the shop is Mia's."""
    first, second, _ = chain(story)
    told(story, story.shop, first)
    told(story, story.shop, replace(second, exchange_of="", status=Status.CAPTURED), LATER + 2 * HOUR)
    assert story.cleo not in story.earners(order_of(story, story.shop, "2"))


def test_an_exchange_of_an_order_that_never_came_has_its_own_evidence_until_it_comes(story: Story) -> None:
    first, second, _ = chain(story)
    told(story, story.shop, replace(second, status=Status.CAPTURED), LATER + 2 * HOUR)
    assert story.cleo not in story.earners(order_of(story, story.shop, "2"))
    told(story, story.shop, first, LATER + 3 * HOUR)
    assert story.earners(order_of(story, story.shop, "2")) == {story.cleo, story.finn, None}
    assert story.wrong(LATER + 3 * HOUR) == []


@pytest.mark.parametrize("circle", [("2", "1"), ("1", "2")], ids=["each other", "themselves"])
def test_orders_that_exchange_each_other_or_themselves_end_alike(story: Story, circle: tuple[str, str]) -> None:
    click = story.click()
    for number, other in zip("12", circle, strict=True):
        told(story, story.shop, replace(state(number, click), exchange_of=other), LATER)
    assert earned(story) == 2 * 5_310_000
    assert story.wrong(LATER) == []


@pytest.mark.parametrize("told_before", [True, False])
def test_a_decision_about_the_first_order_holds_for_its_exchange(story: Story, told_before: bool) -> None:
    mia = people.add_creator(story.programme, people.Joiner("Mia"), BEFORE)
    exchange = replace(state("2", at=LATER), exchange_of="1")
    told(story, story.shop, state("1", story.click()), NOW)
    if told_before:
        told(story, story.shop, exchange)
    moved = order_of(story, story.shop, "1")
    new = rulings.NewRuling("reassigned", "it was Mia", order=moved, creator=story.cleo, to_creator=mia)
    rulings.rule(story.programme, new, LATER + HOUR)
    story.settle(LATER + HOUR)
    if not told_before:
        told(story, story.shop, exchange, LATER + 2 * HOUR)
    for number in "12":
        found = books.positions(story.access, [order_of(story, story.shop, number)])
        assert {key.creator for key, one in found.items() if one.placed.amount} == {mia}
    assert story.wrong(LATER + 2 * HOUR) == []
