"""What becomes of the money of somebody erased, and how the orders of a payer are found."""

import pytest

from fanshare.core.instants import DAY, HOUR
from fanshare.core.ledger import AccountKey, AccountKind, Balance
from fanshare.core.orders import Buyer, Refund, Status
from fanshare.flows import people, rulings, unclaimed
from fanshare.store import books
from fanshare.store.access import Connection
from tests.support import paying
from tests.support.stories import NOW, TERMS, Story, open_story

READY = NOW + 31 * DAY
FINNS = 1_416_000


@pytest.fixture
def story(conn: Connection) -> Story:
    return open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})


def left(story: Story) -> int:
    """What nobody claims, in the books of the programme."""
    return books.balances(story.access).get(Balance(AccountKey(AccountKind.UNCLAIMED), "EUR"), 0)


def erased(story: Story) -> None:
    """Finn is erased while his share of an order of 59.00 is ready."""
    story.sold("1", 59_000_000, story.click())
    story.settle(READY)
    people.erase(story.programme, story.finn, READY)
    assert unclaimed.sweep(story.programme, READY) == 1
    assert (left(story), story.balance(story.finn, AccountKind.AVAILABLE)) == (FINNS, 0)


def test_what_an_erased_person_had_is_left_once(story: Story) -> None:
    erased(story)
    assert unclaimed.sweep(story.programme, READY + HOUR) == 0
    assert story.wrong(READY + HOUR) == []


def test_a_refund_after_the_erasure_takes_back_what_was_left_and_its_undoing_leaves_it_again(story: Story) -> None:
    erased(story)
    refunded = READY + HOUR
    story.changed("1", refunded, refunds=(Refund("r", refunded, 20_000_000),))
    assert story.balance(story.finn, AccountKind.AVAILABLE) == 936_000 - FINNS
    assert unclaimed.sweep(story.programme, refunded) == 1
    assert (left(story), story.balance(story.finn, AccountKind.AVAILABLE)) == (936_000, 0)
    story.changed("1", refunded + HOUR, status=Status.CANCELLED)
    unclaimed.sweep(story.programme, refunded + HOUR)
    assert (left(story), story.balance(story.finn, AccountKind.AVAILABLE)) == (0, 0)
    story.changed("1", refunded + 2 * HOUR, status=Status.CAPTURED, refunds=())
    unclaimed.sweep(story.programme, refunded + 2 * HOUR)
    assert (left(story), story.balance(story.finn, AccountKind.AVAILABLE)) == (FINNS, 0)
    assert story.wrong(refunded + 2 * HOUR) == []


def test_what_others_left_pays_no_debt_of_somebody_erased(story: Story) -> None:
    """She was paid before she was erased: the debt stays hers until the brand takes it upon itself."""
    story.sold("1", 59_000_000, story.click())
    story.settle(READY)
    finns = [one for one in paying.plan(story.programme, READY) if _payee(story, one) == story.finn]
    paying.send(story.programme, finns[0], READY)
    people.erase(story.programme, story.finn, READY)
    people.erase(story.programme, story.cleo, READY)
    unclaimed.sweep(story.programme, READY)
    before = left(story)
    story.changed("1", READY + HOUR, refunds=(Refund("r", READY + HOUR, 20_000_000),))
    unclaimed.sweep(story.programme, READY + HOUR)
    # Finn was sent 1.41, six thousandths were left; Cleo's 1.92 of the refund come from what she left.
    assert left(story) == before - 1_920_000 - 6_000
    assert story.balance(story.finn, AccountKind.AVAILABLE) == 936_000 - 1_410_000
    assert rulings.absorb_debt(story.programme, story.finn, "EUR", "ours", READY + 2 * HOUR) == 474_000
    assert story.wrong(READY + 2 * HOUR) == []


def test_the_brand_absorbs_nothing_that_lies_unclaimed(story: Story) -> None:
    """Also where the debt is absorbed before the next sweep."""
    erased(story)
    story.changed("1", READY + HOUR, status=Status.CANCELLED)
    assert rulings.absorb_debt(story.programme, story.finn, "EUR", "ours", READY + HOUR) == 0
    assert (left(story), story.balance(story.finn, AccountKind.AVAILABLE)) == (0, 0)


def _payee(story: Story, payout: int) -> int:
    query = "SELECT party_id FROM payout WHERE programme_id = %(programme_id)s AND id = %(payout)s"
    return int(story.access.value(query, {"payout": payout}))


@pytest.mark.parametrize("kind", ["customer", "email", "payment"])
def test_an_erased_person_is_forgotten_but_for_her_own_purchase(story: Story, kind: str) -> None:
    """The hash by which her own purchase is known stays, whatever it is a hash of; the others go."""
    for value in ("hers", "never seen"):
        people.know_identity(story.programme, story.finn, kind, value, NOW)
    story.sold("1", 10_000_000, story.click(), buyer=Buyer(**{kind: story.programme.pseudonym(kind, "hers")}))
    people.erase(story.programme, story.finn, NOW + HOUR)
    query = "SELECT hash FROM party_identity WHERE programme_id = %(programme_id)s AND party_id = %(party)s"
    kept = [row[0] for row in story.access.fetch(query, {"party": story.finn})]
    assert kept == [story.programme.pseudonym(kind, "hers")]
    assert story.wrong(NOW + HOUR) == []


_MANY_ORDERS = """
INSERT INTO shop_order (programme_id, connection_id, external_id, birth, view, placed_at, buyer_key, modified_at,
                        currency, status, net, accepted_at)
SELECT %(programme_id)s, %(connection)s, 'x' || n, 'b', jsonb_build_object('buyer', jsonb_build_object(
       'customer', '', 'email', md5('e' || n), 'payment', md5('p' || n))), 0, 'e:' || md5('e' || n), 0, 'EUR', 'open',
       0, 0 FROM generate_series(1, 3000) AS n
"""


def plan(story: Story, query: str, values: dict[str, object]) -> str:
    return "\n".join(str(row[0]) for row in story.access.fetch(f"EXPLAIN {query}", values))


def test_the_orders_of_a_payer_are_found_without_a_look_at_all_orders(story: Story) -> None:
    story.access.execute(_MANY_ORDERS, {"connection": story.shop.connection_id})
    story.access.conn.execute("ANALYZE shop_order")
    due = {"now": 0, "keys": ["c:1"], "hashes": ["1"]}
    joining = plan(story, people._DUE_OF_PAYER, due)
    leaving = plan(story, people._FORGET_IDENTITIES, {"person": 1})
    for found in (joining, leaving):
        assert "shop_order_email" in found
        assert "shop_order_payment" in found
        assert "Seq Scan on shop_order" not in found
