"""Single stories through the real flows: what a rule of the design means for one order, one payout, one person."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from fanshare.core import commitments
from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.instants import DAY, HOUR
from fanshare.core.ledger import AccountKind
from fanshare.core.orders import Buyer, Refund, Status
from fanshare.core.statement_check import verify
from fanshare.flows import assets, close, links, payout_runs, payouts, people, rulings
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.publish_terms import publish_terms
from fanshare.flows.statements import make_statement
from fanshare.store import books, log_store, signing
from fanshare.store.access import Access, Connection, connect
from fanshare.store.queries.orders import OrderRows
from fanshare.store.server import Database
from tests.support import paying
from tests.support.pg_books import BEFORE, KEYS, LABEL
from tests.support.stories import NOW, TERMS, Story, open_story


@pytest.fixture
def story(conn: Connection) -> Story:
    return open_story(conn)


def test_the_worked_case_to_the_micro(story: Story) -> None:
    order = story.sold("1", 59_000_000, story.click())
    assert {role: amount for role, (amount, _) in story.shares(order).items()} == {
        "creator": 5_310_000,
        "fan": 1_416_000,
        "buyer": 354_000,
    }
    story.changed("1", NOW + HOUR, refunds=(Refund("r", NOW + HOUR, 20_000_000),))
    assert {role: amount for role, (amount, _) in story.shares(order).items()} == {
        "creator": 3_510_000,
        "fan": 936_000,
        "buyer": 234_000,
    }
    assert story.wrong(NOW + HOUR) == []


@pytest.mark.parametrize("changes", [{"status": Status.DELETED}, {"test": True}, {"total": 0}])
def test_a_booked_order_vanishes_after_seventy_two_hours_of_notice(story: Story, changes: dict[str, Any]) -> None:
    order = story.sold("1", 59_000_000, story.click())
    story.changed("1", NOW + HOUR, **changes)
    assert story.shares(order)
    story.settle(NOW + 72 * HOUR)
    assert story.shares(order)
    story.settle(NOW + 73 * HOUR)
    assert story.shares(order) == {}
    assert story.wrong(NOW + 73 * HOUR) == []


def test_a_shared_click_is_held_and_released_by_itself(story: Story) -> None:
    click = story.click()
    story.sold("1", 10_000_000, click, buyer=Buyer(email="a" * 32))
    second = story.sold("2", 10_000_000, click, now=NOW + HOUR, buyer=Buyer(email="b" * 32))
    assert story.shares(second)["fan"][1] == "held"
    story.settle(NOW + 31 * DAY)
    assert story.shares(second)["fan"][1] == "held"
    story.settle(NOW + 45 * DAY)
    assert story.shares(second)["fan"][1] == "available"
    assert story.wrong(NOW + 45 * DAY) == []


def test_a_shared_click_is_let_go_when_its_first_buyer_vanishes(story: Story) -> None:
    click = story.click()
    story.sold("1", 10_000_000, click, buyer=Buyer(email="a" * 32))
    second = story.sold("2", 10_000_000, click, now=NOW + HOUR, buyer=Buyer(email="b" * 32))
    story.changed("1", NOW + 2 * HOUR, status=Status.DELETED)
    story.settle(NOW + 80 * HOUR)
    assert story.shares(second)["fan"][1] == "pending"
    assert story.wrong(NOW + 80 * HOUR) == []


def test_a_close_leaves_nothing_to_say_of_a_shared_order_that_is_worth_nothing(story: Story) -> None:
    """Its hold, which holds nothing, must not keep its explanation waiting for a later settlement."""
    click = story.click()
    story.sold("1", 10_000_000, click, buyer=Buyer(email="a" * 32))
    second = story.sold("2", 10_000_000, click, now=NOW + HOUR, buyer=Buyer(email="b" * 32))
    for days in (31, 40):
        story.settle(NOW + days * DAY)
    story.changed("2", NOW + 40 * DAY, refunds=(Refund("r", NOW + 40 * DAY, 10_000_000),))
    now = NOW + 41 * DAY
    assert close.close_all(story.programme, now) == 1
    story.settle(now)
    size = log_store.tree(story.access).frontier.size
    OrderRows(story.access).due([second], now, "again")
    story.settle(now)
    assert log_store.tree(story.access).frontier.size == size
    assert story.wrong(now) == []


def test_a_late_click_tells_more_about_itself_and_settles_its_order_again(story: Story) -> None:
    click = story.click(drained=False)
    order = story.sold("1", 10_000_000, click)
    assert story.shares(order)
    story.drain(click, NOW - DAY, "bot")
    story.settle(NOW + HOUR)
    assert story.shares(order) == {}
    assert story.wrong(NOW + HOUR) == []


def test_a_link_and_a_code_given_away_earn_for_their_new_owner_from_then_on(story: Story) -> None:
    """What was clicked, or bought with the code, before that stays whose it was, also when it is told again."""
    programme, days = story.programme, iter(range(1, 9))
    dana = people.add_creator(programme, people.Joiner("Dana"), BEFORE)
    links.add_code(programme, links.NewCode(story.cleo, story.finn, "FINN", LABEL, single_use=True), BEFORE)
    old, old_typed = story.sold("1", 50_000_000, story.click()), story.typed("2", "finn", NOW)
    first = (story.shares(old), story.shares(old_typed))
    assert set(first[0]) == set(first[1]) == {"creator", "fan", "buyer"}

    assets.give_link(programme, story.code, dana, NOW + HOUR)
    assets.give_code(programme, " Finn", story.cleo, NOW + HOUR)
    new = story.sold("3", 50_000_000, story.click(NOW + 2 * HOUR), now=NOW + 3 * HOUR)
    new_typed = story.typed("4", "FINN", NOW + 3 * HOUR)
    assert story.earners(new) == {dana}
    assert story.earners(new_typed) == {story.cleo}
    for number in ("1", "2"):
        story.changed(number, NOW + next(days) * DAY, country="AT")
    assert (story.shares(old), story.shares(old_typed)) == first

    assets.give_link(programme, story.code, story.finn, NOW + DAY, creator=dana)
    last = story.sold("5", 50_000_000, story.click(NOW + 2 * DAY), now=NOW + 3 * DAY)
    assert story.earners(last) >= {dana, story.finn}
    assert story.wrong(NOW + 3 * DAY) == []


@pytest.mark.parametrize(
    ("code", "to", "creator", "at", "refusal"),
    [
        ("nosuch", "finn", None, NOW, "unknown_link"),
        ("", "nobody", None, NOW, "unknown_party"),
        ("", "finn", "finn", NOW, "not_a_creator"),
        ("", "finn", None, BEFORE, "just_changed"),
    ],
)
def test_a_link_is_given_neither_to_nobody_nor_into_the_past(
    story: Story, code: str, to: str, creator: str | None, at: int, refusal: str
) -> None:
    party = {"finn": story.finn, "nobody": 10**9, None: None}
    new_owner = party[to]
    assert new_owner is not None
    with pytest.raises(FanshareError) as refused:
        assets.give_link(story.programme, code or story.code, new_owner, at, creator=party[creator])
    assert refused.value.code == refusal


@pytest.mark.parametrize("kind", ["customer", "email", "payment"])
def test_an_identity_learned_before_the_share_is_ready_takes_the_fans_part_back(story: Story, kind: str) -> None:
    """Also where the buyer is known to the shop by something else."""
    known = {"customer": "c" * 32, kind: story.programme.pseudonym(kind, "finn's own")}
    order = story.sold("1", 10_000_000, story.click(), buyer=Buyer(**known))
    assert "fan" in story.shares(order)
    people.know_identity(story.programme, story.finn, kind, "finn's own", NOW + DAY)
    story.settle(NOW + DAY)
    assert set(story.shares(order)) == {"creator"}
    assert story.wrong(NOW + DAY) == []


def test_an_earlier_state_with_another_buyer_settles_those_whom_the_order_leaves(story: Story) -> None:
    """The first order of a buyer turns out to be somebody else's: her second one is her first now."""
    anna, ben = Buyer(email="a" * 32), Buyer(email="b" * 32)
    story.sold("1", 10_000_000, now=NOW, buyer=anna)
    second = story.sold("2", 10_000_000, story.click(), now=NOW + HOUR, buyer=anna)
    earlier = replace(story.told["1"], modified_at=NOW - HOUR, buyer=ben)
    story.tell(earlier, NOW + 2 * HOUR)
    assert "fan" in story.shares(second)
    assert story.wrong(NOW + 2 * HOUR) == []


def test_a_moment_that_has_passed_never_moves(story: Story) -> None:
    order = story.sold("1", 10_000_000, story.click())
    story.settle(NOW + 31 * DAY)
    story.changed("1", NOW + 32 * DAY, fulfilled_at=NOW + 32 * DAY)
    assert story.shares(order)["creator"][1] == "available"
    story.changed("1", NOW + 33 * DAY, status=Status.CANCELLED)
    story.changed("1", NOW + 34 * DAY, status=Status.CAPTURED)
    assert story.shares(order)["creator"][1] == "available"
    assert story.wrong(NOW + 34 * DAY) == []


def test_a_reassigned_sale_and_its_return(story: Story) -> None:
    mia = people.add_creator(story.programme, people.Joiner("Mia"), BEFORE)
    order = story.sold("1", 10_000_000, story.click())
    new = rulings.NewRuling("reassigned", "it was Mia", order=order, creator=story.cleo, to_creator=mia)
    rulings.rule(story.programme, new, NOW + HOUR)
    story.settle(NOW + HOUR)
    assert {key.creator for key, one in books.positions(story.access, [order]).items() if one.placed.amount} == {mia}
    assert story.balance(story.cleo, AccountKind.PENDING) == 0
    assert story.wrong(NOW + HOUR) == []


def test_new_terms_and_choices_do_not_move_old_orders(story: Story) -> None:
    order = story.sold("1", 59_000_000, story.click())
    before = story.shares(order)
    higher = {**TERMS, "commission": [{"id": "standard", "percent": "20"}]}
    first = publish_terms(story.access, higher, NOW + HOUR)
    assert publish_terms(story.access, higher, NOW + 2 * HOUR).terms.version == first.terms.version
    links.choose_fan_part(story.programme, story.cleo, 0, NOW + 3 * HOUR)
    story.changed("1", NOW + 4 * HOUR, country="DE")
    assert story.shares(order) == before
    lower = publish_terms(story.access, TERMS, NOW + 5 * HOUR)
    assert lower.lowered
    assert lower.terms.effective_at >= NOW + 30 * DAY
    with pytest.raises(FanshareError, match="before"):
        publish_terms(
            story.access, {**TERMS, "settlement": {"hold_days": 60}}, NOW + 6 * HOUR, effective_at=NOW + 7 * HOUR
        )
    assert story.wrong(NOW + 8 * HOUR) == []


def paid_out(story: Story) -> int:
    """Cleo's money is ready, and one payout of it is planned."""
    story.sold("1", 59_000_000, story.click())
    story.settle(NOW + 31 * DAY)
    paying.plan(story.programme, NOW + 31 * DAY)
    return int(
        story.access.value(
            "SELECT id FROM payout WHERE programme_id = %(programme_id)s AND party_id = %(party)s",
            {"party": story.cleo},
        )
    )


def test_a_refund_after_the_payout_is_netted_with_the_next_sale(story: Story) -> None:
    paying.send(story.programme, paid_out(story), NOW + 31 * DAY)
    story.changed("1", NOW + 32 * DAY, status=Status.CANCELLED)
    assert story.balance(story.cleo, AccountKind.AVAILABLE) == -5_310_000
    assert paying.plan(story.programme, NOW + 32 * DAY) == []
    story.sold("2", 100_000_000, story.click(NOW + 31 * DAY), now=NOW + 32 * DAY)
    story.settle(NOW + 63 * DAY)
    assert story.balance(story.cleo, AccountKind.AVAILABLE) == 9_000_000 - 5_310_000
    assert story.wrong(NOW + 63 * DAY) == []


def test_a_payout_comes_back_once_and_is_never_sent_again(story: Story) -> None:
    """Peers paid a cancelled payout, and booked one return twice."""
    payout = paid_out(story)
    paying.send(story.programme, payout, NOW + 31 * DAY)
    payouts.came_back(story.programme, payout, "account closed", NOW + 32 * DAY)
    with pytest.raises(ConflictError):
        payouts.came_back(story.programme, payout, "account closed", NOW + 33 * DAY)
    for again in (paying.send, payouts.arrived):
        with pytest.raises(ConflictError):
            again(story.programme, payout, NOW + 33 * DAY)
    assert story.balance(story.cleo, AccountKind.AVAILABLE) == 5_310_000
    assert story.wrong(NOW + 33 * DAY) == []


def together(database: Database, story: Story, work: Callable[[Programme], object], count: int = 8) -> list[object]:
    """The same work on several connections at the same moment; results and refusals."""
    start, found = threading.Barrier(count), list[object]()

    def run() -> None:
        with connect(database.dsn()) as conn:
            programme = open_programme(Access(conn, story.access.programme_id, "test"), story.tenant.public_id, KEYS)
            start.wait()
            try:
                found.append(work(programme))
            except FanshareError as refusal:
                found.append(refusal.code)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_eight_clients_plan_and_send_what_is_ready_once(story: Story, shared_database: Database) -> None:
    story.sold("1", 59_000_000, story.click())
    ready = NOW + 31 * DAY
    story.settle(ready)
    planned = together(shared_database, story, lambda programme: payout_runs.plan(programme, "Bea", ready)[0])
    assert planned.count("empty_run") == 7
    [run] = [one for one in planned if isinstance(one, int)]
    payout_runs.approve(story.programme, run, "Bea", ready)
    sent = together(shared_database, story, lambda programme: payout_runs.send(programme, run, "Bea", ready))
    lines = [tuple(row.item.frozen for row in items) for items in sent if isinstance(items, list)]
    assert len(lines) == 8
    assert len(set(lines)) == 1
    assert story.balance(story.cleo, AccountKind.IN_TRANSIT) == 5_310_000


def test_eight_clients_absorb_a_debt_once(story: Story, shared_database: Database) -> None:
    paying.send(story.programme, paid_out(story), NOW + 31 * DAY)
    story.changed("1", NOW + 32 * DAY, status=Status.CANCELLED)
    found = together(
        shared_database,
        story,
        lambda programme: rulings.absorb_debt(programme, story.cleo, "EUR", "ours", NOW + 33 * DAY),
    )
    assert sorted(map(str, found)) == ["0"] * 7 + ["5310000"]
    assert story.balance(story.cleo, AccountKind.AVAILABLE) == 0


def test_a_refund_told_twice_is_taken_once_and_undone_to_the_micro(story: Story) -> None:
    """Peers subtracted one refund twice, and paid again under the key of what they had taken back."""
    order = story.sold("1", 59_000_000, story.click())
    whole = story.shares(order)
    for hours in (1, 2, 3):
        story.changed("1", NOW + hours * HOUR, refunds=(Refund("r", NOW + HOUR, 20_000_000),))
    assert story.shares(order)["fan"][0] == 936_000
    story.changed("1", NOW + 4 * HOUR, refunds=())
    assert story.shares(order) == whole
    assert story.wrong(NOW + 4 * HOUR) == []


def test_an_erased_person_is_nowhere_and_the_books_still_stand(story: Story, tmp_path: Path) -> None:
    payout = paid_out(story)
    paying.send(story.programme, payout, NOW + 31 * DAY)
    signer = signing.load_or_create(tmp_path, f"shop.example/log/{story.tenant.public_id}")
    mine = make_statement(story.programme, story.tenant, signer, story.finn, NOW + 31 * DAY)
    assert mine["currencies"]
    people.erase(story.programme, story.finn, NOW + 32 * DAY)
    assert canaries(story) == []
    assert make_statement(story.programme, story.tenant, signer, story.finn, NOW + 32 * DAY)["currencies"] == []
    others = make_statement(story.programme, story.tenant, signer, story.cleo, NOW + 32 * DAY)
    assert verify(others, signing.verify, trusted_keys=signer.keys).ok
    assets.set_link_state(story.programme, story.code, "paused", NOW + 33 * DAY)
    payouts.arrived(story.programme, payout, NOW + 33 * DAY)
    assert story.wrong(NOW + 33 * DAY) == []


def test_before_the_erasure_the_canary_is_found(story: Story) -> None:
    """The negative control of the search."""
    assert canaries(story) == ["party"]


def canaries(story: Story) -> list[str]:
    """The tables in which Finn's canary stands anywhere."""
    conn = story.access.conn
    tables = conn.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relispartition AND has_table_privilege(oid, 'SELECT') ORDER BY 1"
    ).fetchall()
    found = []
    for (table,) in tables:
        search = sql.SQL("SELECT EXISTS (SELECT FROM {} AS t WHERE t::text ILIKE %s)").format(sql.Identifier(table))
        row = conn.execute(search, [f"%{story.canary}%"]).fetchone()
        if row is not None and row[0]:
            found.append(str(table))
    return found


def test_from_one_statement_nobody_can_confirm_a_guess_about_another(story: Story, tmp_path: Path) -> None:
    story.sold("1", 59_000_000, story.click())
    signer = signing.load_or_create(tmp_path, f"shop.example/log/{story.tenant.public_id}")
    statement = make_statement(story.programme, story.tenant, signer, story.finn, NOW + HOUR)
    (line,) = statement["currencies"][0]["lines"]
    cleo = story.access.value(
        "SELECT public_id FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s", {"party": story.cleo}
    )
    finn = statement["party"]["id"]
    whos = {share["role"]: share["who"] for share in line["body"]["shares"]}
    salts = [bytes.fromhex(text) for text in hex_strings(statement) if len(text) == 64]
    assert any(commitments.who(salt, finn) == whos["fan"] for salt in salts)
    assert not any(commitments.who(salt, cleo) == whos["creator"] for salt in salts)


def hex_strings(value: Any) -> list[str]:
    """Everything in a document that could be a salt."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in hex_strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in hex_strings(inner)]
    return [value] if isinstance(value, str) and all(char in "0123456789abcdef" for char in value) else []
