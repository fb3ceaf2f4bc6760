"""What the brand bears for a late claim follows the order: taken back by a refund, given again when that is undone."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core.claims import borne_now, late_amount
from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.ledger import AccountKind
from fanshare.core.orders import Refund, Status
from fanshare.core.statement_check import verify
from fanshare.flows import borne, claims, people, unclaimed
from fanshare.flows.accept import NOTICE
from fanshare.flows.claims import Said
from fanshare.flows.openings import NewOpening, post_openings
from fanshare.flows.rulings import NewRuling, find_order, rule
from fanshare.flows.statements import make_statement
from fanshare.store import signing
from fanshare.store.access import Access, Connection, connect
from fanshare.store.queries import claims as queries
from fanshare.store.queries import owed
from fanshare.store.queries.orders import OrderRows
from fanshare.store.server import Database
from fanshare.verifier import fanshare_verify
from tests.support import paying
from tests.support.effort import effort
from tests.support.stories import NOW, Story, open_story

READY = NOW + 31 * DAY
#: What a creator alone has of 59.00 at 12 %, and of the 39.00 that are left after 20.00 came back.
WHOLE, LEFT = 7_080_000, 4_680_000


@pytest.fixture
def story(conn: Connection) -> Story:
    return open_story(conn)


def granted(story: Story, number: str = "1", now: Instant = READY) -> int:
    """An order of 59.00 is ready for Cleo and Finn when Carla's claim of it is accepted; Carla."""
    story.sold(number, 59_000_000, story.click())
    story.settle(now)
    carla = people.add_creator(story.programme, people.Joiner(f"Carla {number}", f"carla-{number}@example.test"), NOW)
    claims.claim(story.programme, carla, carla, Said(number, receipt="Ann"), now)
    (row,) = queries.listed(story.access, party=carla)
    claims.accept(story.programme, row.id, "receipt", "It fits", now)
    return carla


def has(story: Story, party: int) -> int:
    return story.balance(party, AccountKind.AVAILABLE)


def back(now: Instant, money: int) -> dict[str, Any]:
    return {"refunds": (Refund("r", now, money),)}


def test_a_refund_takes_its_part_back_as_of_every_share_and_its_undoing_gives_it_again(story: Story) -> None:
    carla = granted(story)
    others = has(story, story.cleo), has(story, story.finn)
    assert (borne.follow(story.programme, READY), has(story, carla)) == (0, WHOLE), "nothing changed yet"
    story.changed("1", READY + HOUR, **back(READY + HOUR, 20_000_000))
    assert borne.follow(story.programme, READY + HOUR) == 1
    assert has(story, carla) == LEFT
    assert has(story, story.cleo) + has(story, story.finn) < sum(others), "theirs too"
    assert borne.follow(story.programme, READY + HOUR) == 0, "once"
    story.changed("1", READY + 2 * HOUR, status=Status.CANCELLED)
    borne.follow(story.programme, READY + 2 * HOUR)
    assert has(story, carla) == 0
    story.changed("1", READY + 3 * HOUR, status=Status.CAPTURED, refunds=())
    borne.follow(story.programme, READY + 3 * HOUR)
    assert (has(story, carla), has(story, story.cleo), has(story, story.finn)) == (WHOLE, *others)
    told = [(one.what, one.amount) for one in owed.adjusted(story.access, "EUR", limit=30) if one.what != "settle"]
    assert told == [("opening", WHOLE), ("opening_back", LEFT), ("opening_back", WHOLE - LEFT), ("opening", WHOLE)]
    assert story.wrong(READY + 3 * HOUR) == []


def test_what_was_paid_out_becomes_a_debt_that_later_sales_make_good(story: Story) -> None:
    carla = granted(story)
    paying.pay_what_is_ready(story.programme, READY)
    paid = story.balance(carla, AccountKind.PAID)
    assert paid == 7_080_000
    story.changed("1", READY + HOUR, **back(READY + HOUR, 20_000_000))
    borne.follow(story.programme, READY + HOUR)
    assert has(story, carla) == LEFT - WHOLE
    assert story.wrong(READY + HOUR) == []


def test_a_deletion_counts_after_its_notice_as_for_the_others(story: Story) -> None:
    carla = granted(story)
    story.tell(replace(story.told["1"], status=Status.DELETED, lines=(), total=0, modified_at=READY + HOUR),
               READY + HOUR)  # fmt: skip
    for after, left in ((0, WHOLE), (NOTICE - 1, WHOLE), (NOTICE, 0)):
        now = READY + HOUR + after
        story.settle(now)
        borne.follow(story.programme, now)
        assert (has(story, carla), has(story, story.finn) > 0) == (left, left > 0)


def test_what_she_gets_of_the_order_by_a_later_decision_is_not_borne_twice(story: Story) -> None:
    carla = granted(story)
    order = find_order(story.access, "1")
    rule(story.programme, NewRuling("reassigned", "It was hers", order, to_creator=carla), READY + HOUR)
    story.settle(READY + HOUR)
    borne.follow(story.programme, READY + HOUR)
    assert sum(story.balance(carla, kind) for kind in (AccountKind.AVAILABLE, AccountKind.PENDING)) == WHOLE
    assert story.wrong(READY + HOUR) == []


def test_what_somebody_erased_had_of_it_is_taken_from_what_she_left(story: Story) -> None:
    carla = granted(story)
    people.erase(story.programme, carla, READY)
    unclaimed.sweep(story.programme, READY)
    story.changed("1", READY + HOUR, **back(READY + HOUR, 20_000_000))
    borne.follow(story.programme, READY + HOUR)
    unclaimed.sweep(story.programme, READY + HOUR)
    assert has(story, carla) == 0
    assert story.wrong(READY + HOUR) == []


#: What becomes of an order: so much is given back of it in all, or it is cancelled.
STEPS = st.lists(st.integers(0, 59_000_000) | st.none(), min_size=1, max_size=4)


@pytest.mark.soak_sized
def test_whatever_way_an_order_goes_the_brand_bears_what_it_is_worth_now(story: Story) -> None:
    @settings(max_examples=effort(6), deadline=None)
    @given(STEPS)
    def walk(steps: list[int | None]) -> None:
        number, now = f"way-{len(story.told)}", READY
        carla = granted(story, number)
        for left in steps:
            now += HOUR
            undone = {"status": Status.CAPTURED, "refunds": ()}
            change = {"status": Status.CANCELLED} if left is None else undone | (back(now, left) if left else {})
            order = story.changed(number, now, **change)
            borne.follow(story.programme, now)
            view = OrderRows(story.access).views([order])[order][1]
            worth = late_amount(view, story.programme.book.at(view.placed_at), as_fan=False)
            assert has(story, carla) == worth <= WHOLE
            assert has(story, carla) == (0 if left is None else (59_000_000 - left) * 12 // 100)

    walk()
    assert story.wrong(READY + DAY) == []


@given(st.integers(0, 10**12), st.lists(st.integers(-(10**6), 10**12), min_size=1))
def test_what_is_borne_never_exceeds_what_was_granted_and_forgets_the_way(first: int, worths: list[int]) -> None:
    booked = first
    for worth in worths:
        booked += borne_now(first, worth) - booked
        assert 0 <= booked <= first
    assert booked == borne_now(first, worths[-1])


def test_both_verifiers_take_the_statement_that_tells_it(story: Story, tmp_path: Path) -> None:
    carla = granted(story)
    for after, change in ((1, back(READY + HOUR, 20_000_000)), (2, {"refunds": ()})):
        story.changed("1", READY + after * HOUR, **change)
        borne.follow(story.programme, READY + after * HOUR)
    signer = signing.load_or_create(tmp_path, f"shop.example/log/{story.tenant.public_id}")
    made = make_statement(story.programme, story.tenant, signer, carla, READY + DAY)
    told = [text for one in made["currencies"][0]["moved"] for text in one["sentences"].values()]
    assert [text.partition(" on ")[0] for text in told] == [
        "Borne by the brand for a claim accepted", "Taken back", "Given again",
    ]  # fmt: skip
    assert told[1].endswith("of what the brand bears for a claim, as its order was changed: 2.40 EUR")
    assert made["currencies"][0]["closing"]["available"] == "7.080000"
    assert verify(made, signing.verify).ok
    assert fanshare_verify.verify(made, None, None).ok


def test_an_order_in_another_currency_leaves_it_as_it_was(story: Story) -> None:
    carla = granted(story)
    story.changed("1", READY + HOUR, currency="USD")
    assert borne.follow(story.programme, READY + HOUR) == 0
    assert has(story, carla) == WHOLE


def test_two_workers_take_it_back_once(story: Story, shared_database: Database) -> None:
    carla = granted(story)
    story.changed("1", READY + HOUR, **back(READY + HOUR, 20_000_000))
    with ThreadPoolExecutor(4) as pool:
        moved = list(pool.map(lambda _: _elsewhere(story, shared_database), range(4)))
    assert (sum(moved), has(story, carla)) == (1, LEFT)


def _elsewhere(story: Story, database: Database) -> int:
    with connect(database.dsn()) as conn:
        programme = replace(story.programme, access=Access(conn, story.access.programme_id, "test"))
        return borne.follow(programme, READY + HOUR)


def test_nothing_but_what_follows_a_claim_can_be_booked_below_zero(story: Story) -> None:
    carla = granted(story)
    less = [NewOpening(carla, "0" * 32, "EUR", -1_000_000)]
    with pytest.raises(psycopg.errors.CheckViolation):
        post_openings(story.programme, "csv", "00" * 32, less, READY)
