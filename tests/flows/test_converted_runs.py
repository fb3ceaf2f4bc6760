"""Payments in a currency that the payee chose: the rate of the day of sending, frozen once, and books that add up."""

import threading
from dataclasses import replace

import pytest
from psycopg import errors

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, HOUR, to_datetime
from fanshare.core.ledger import AccountKey, AccountKind, Balance
from fanshare.core.money import MICROS
from fanshare.core.payment_clock import Wait
from fanshare.core.payout_item import Answer, Said, State
from fanshare.core.payout_runs import Why
from fanshare.core.rates import ECB, DayRates, most, quote
from fanshare.flows import links, payee_currency, payment_clock, payout_runs, people, rates
from fanshare.flows.check import one_finding
from fanshare.flows.payout_runs import Told
from fanshare.store import books
from fanshare.store.access import Access, Connection, connect
from fanshare.store.queries import conversions, earnings
from fanshare.store.queries import payee_currency as choice_rows
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries.payout_runs import Row
from fanshare.store.server import Database
from tests.flows.test_payout_runs import READY, approved
from tests.support.counting import Counting
from tests.support.pg_books import LABEL
from tests.support.stories import NOW, TERMS, Story, open_story

CLEOS, FINNS = 5_664_000, 1_416_000
USD, USD_LATER = "1.1583", "1.2001"


def day(now: int) -> str:
    return to_datetime(now).date().isoformat()


def publish(conn: Connection, now: int, **per: str) -> DayRates:
    conn.execute("DELETE FROM exchange_rate WHERE day >= %s", [day(now)])
    found = DayRates(day(now), {"USD": USD, "JPY": "180.93", "HUF": "381.63"} | per)
    rates.take(conn, [found], now)
    return found


@pytest.fixture
def story(conn: Connection) -> Story:
    """Finn has 1.416 EUR ready, Cleo 5.664; she wishes dollars, which Bea pays."""
    made = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    made.sold("1", 59_000_000, made.click())
    made.settle(READY)
    publish(conn, READY)
    payee_currency.offer(made.access, ["USD", "JPY"], READY)
    payee_currency.choose(made.programme, made.cleo, "USD", READY)
    return made


def hers(story: Story, run: int) -> Row:
    [found] = [row for row in rows.items_of(story.access, run) if row.party == story.cleo]
    return found


def send(story: Story, run: int, now: int = READY) -> Row:
    payout_runs.send(story.programme, run, "Bea", now)
    return hers(story, run)


def tell(story: Story, row: Row, said: Said, now: int) -> None:
    assert row.item.frozen is not None
    answer = Answer(said, now, row.item.amount, row.item.currency)
    payout_runs.tell(story.programme, row.run, [Told(row.item.frozen.key, answer, "so")], "Bea", now)


def on(story: Story, kind: AccountKind, currency: str) -> int:
    return books.balances(story.access).get(Balance(AccountKey(kind, story.cleo), currency), 0)


def expected(rate: str, ready: int = CLEOS) -> tuple[int, int]:
    one = most(quote(ECB, DayRates(day(READY), {"USD": rate}), "EUR", "USD"), ready)
    assert one is not None
    return one.given, one.got


def test_a_dry_run_shows_what_is_given_the_rate_its_source_and_day_and_what_comes_of_it(story: Story) -> None:
    planned = {one.party: one for one in payout_runs.preview(story.access, READY).plan.items}
    mine = planned[story.cleo]
    assert mine.of is not None
    assert (mine.currency, mine.amount, mine.of.got) == ("EUR", *expected(USD)) == ("EUR", mine.of.given, 6_560_000)
    assert (mine.of.quote.source, mine.of.quote.day, mine.of.quote.target_per) == (ECB, day(READY), USD)
    assert mine.rest == CLEOS - mine.amount > 0, "what is not worth a cent stays in euros"
    assert planned[story.finn].of is None
    assert rows.listed(story.access) == []


def test_it_is_paid_in_dollars_and_taken_in_euros(story: Story) -> None:
    row = send(story, approved(story))
    given, got = expected(USD)
    assert (row.item.amount, row.item.currency, row.taken, row.place) == (got, "USD", given, (story.cleo, "EUR"))
    assert row.item.frozen is not None
    assert b"USD" in row.item.frozen.body
    assert (on(story, AccountKind.AVAILABLE, "EUR"), on(story, AccountKind.IN_TRANSIT, "USD")) == (CLEOS - given, got)
    assert story.wrong(READY) == []
    tell(story, row, Said.ARRIVED, READY + DAY)
    assert on(story, AccountKind.PAID, "USD") == got
    purses = {purse.currency: purse for purse in earnings.purses(story.access, story.cleo)}
    assert (purses["EUR"].earned, purses["USD"].earned, purses["USD"].paid) == (CLEOS, 0, got)
    assert story.wrong(READY + DAY) == []


def test_the_rate_may_move_until_it_is_sent_and_never_after(story: Story, conn: Connection) -> None:
    run = approved(story)
    assert hers(story, run).item.amount == expected(USD)[1]
    publish(conn, READY + DAY, USD=USD_LATER)
    row = send(story, run, READY + DAY)
    planned, _ = expected(USD)
    assert (row.taken, row.item.amount) == expected(USD_LATER, planned), "never more than was planned of her balance"
    assert row.of is not None
    assert row.of.quote.day == day(READY + DAY)
    publish(conn, READY + 2 * DAY, USD="1.5")
    payout_runs.send(story.programme, run, "Bea", READY + 2 * DAY)
    assert hers(story, run) == row
    with pytest.raises(errors.RestrictViolation):
        story.access.execute("UPDATE payout_item SET rate_day = '2020-01-01' WHERE programme_id = %(programme_id)s"
                             " AND from_currency IS NOT NULL")  # fmt: skip
    assert story.wrong(READY + DAY) == []


def test_rates_that_are_too_old_convert_nothing_and_the_balance_waits(story: Story) -> None:
    late = READY + 6 * DAY
    found = payout_runs.preview(story.access, late).plan
    assert [one.party for one in found.items] == [story.finn]
    assert [(one.party, one.balance, one.why) for one in found.left] == [(story.cleo, CLEOS, Why.NO_RATE)]
    waits, _ = payment_clock.balances(story.access, story.tenant, [(story.cleo, "EUR")], late)[story.cleo, "EUR"]
    assert Wait.NO_RATE in [one.why for one in waits]
    row = send(story, approved(story), late)
    assert (row.item.state, row.reason) == (State.FAILED, "no rate of exchange of the last days was known")
    assert on(story, AccountKind.AVAILABLE, "EUR") == CLEOS
    assert conversions.every(story.access) == []
    assert story.wrong(late) == []


def test_who_chooses_another_currency_meanwhile_is_paid_by_the_next_run(story: Story) -> None:
    run = approved(story)
    payee_currency.choose(story.programme, story.cleo, "", READY)
    row = send(story, run)
    assert (row.item.state, row.reason) == (
        State.FAILED, "another currency was chosen for this payment meanwhile")  # fmt: skip
    assert send(story, approved(story)).item.currency == "EUR"
    assert story.wrong(READY) == []


def test_what_the_brand_pays_no_more_is_paid_in_the_currency_of_the_sale(story: Story) -> None:
    payee_currency.offer(story.access, ["JPY"], READY)
    assert send(story, approved(story)).item.currency == "EUR"


@pytest.mark.parametrize("arrived", [False, True])
def test_what_comes_back_is_euros_again_and_the_next_run_takes_the_rate_of_its_day(
    story: Story, conn: Connection, arrived: bool
) -> None:
    row = send(story, approved(story))
    if arrived:
        tell(story, row, Said.ARRIVED, READY + DAY)
    publish(conn, READY + 2 * DAY, USD=USD_LATER)
    tell(story, row, Said.CAME_BACK, READY + 2 * DAY)
    assert (on(story, AccountKind.AVAILABLE, "EUR"), on(story, AccountKind.AVAILABLE, "USD")) == (CLEOS, 0)
    run, _ = payout_runs.plan(story.programme, "Bea", READY + 2 * DAY)
    payout_runs.approve(story.programme, run, "Bea", READY + 2 * DAY)
    assert send(story, run, READY + 2 * DAY).item.amount == expected(USD_LATER)[1]
    assert story.wrong(READY + 2 * DAY) == []


def test_what_was_refused_and_arrived_after_all_keeps_its_rate(story: Story) -> None:
    row = send(story, approved(story))
    tell(story, row, Said.REFUSED, READY + DAY)
    tell(story, row, Said.ARRIVED, READY + 2 * DAY)
    assert row.item.frozen is not None
    payout_runs.decide(story.programme, row.run, row.item.frozen.key, True, "it is there", "Bea", READY + 3 * DAY)
    assert on(story, AccountKind.PAID, "USD") == row.item.amount
    assert [one.stands for one in conversions.every(story.access)] == [False, True]
    assert story.wrong(READY + 3 * DAY) == []


def test_two_sends_at_once_freeze_one_rate(story: Story, shared_database: Database) -> None:
    run = approved(story)
    found: list[Row] = []

    def once() -> None:
        with connect(shared_database.dsn()) as conn:
            mine = replace(story.programme, access=Access(conn, story.access.programme_id, "test"))
            payout_runs.send(mine, run, "Bea", READY)
            found.extend(row for row in rows.items_of(mine.access, run) if row.party == story.cleo)

    threads = [threading.Thread(target=once) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [found[0]] * 4
    assert len(conversions.every(story.access)) == 1
    assert story.wrong(READY) == []


def also_earned(story: Story, names: list[str]) -> list[int]:
    """Creators who have something ready too, and wish yen."""
    found = []
    for name in names:
        party = people.add_creator(story.programme, people.Joiner(name, slug=name), NOW)
        link, _ = links.add_link(story.programme, links.NewLink(party, party, "https://shop.example/", LABEL), NOW)
        click = replace(story, link=link).click(NOW)
        story.sold(name, 59_000_000, click, now=NOW + HOUR)
        payee_currency.choose(story.programme, party, "JPY", READY)
        found.append(party)
    story.settle(READY)
    return found


def test_many_converted_payments_take_as_many_statements_as_one_and_leave_in_the_same_order(story: Story) -> None:
    access = Counting(story.access.conn, story.access.programme_id, "test")
    programme = replace(story.programme, access=access)

    def send_counted(payees: int) -> int:
        run = approved(story)
        before = access.asked
        sent = payout_runs.send(programme, run, "Bea", READY)
        assert len([row for row in sent if row.of is not None]) == payees
        return access.asked - before

    one = send_counted(1)
    also_earned(story, ["ada", "bo", "cy", "di", "eve"])
    assert send_counted(5) == one
    walked = story.access.fetch(
        "SELECT p.state, p.id, p.party_id FROM payout_event e JOIN payout p USING (programme_id)"
        " WHERE e.payout_id = p.id AND e.programme_id = %(programme_id)s AND e.leaf_index IS NOT NULL"
        " ORDER BY e.leaf_index"
    )
    # Finn's payment has no legs; each of the others is led by both of its own, given first.
    legs = ["exchanged", "received", "in_transit"]
    assert [state for state, _, _ in walked] == [*legs, "in_transit", *legs * 5]
    later = walked[4:]
    assert [party for _, _, party in later[::3]] == [party for _, _, party in later[2::3]]
    ids = [id_ for state, id_, _ in later if state != "in_transit"]
    assert ids == sorted(ids), "numbers follow the order of the payments"
    assert story.wrong(READY) == []


def test_sums_that_need_two_people_count_what_is_taken(story: Story) -> None:
    rows.set_rule(story.access, "EUR", 0, 6 * MICROS)
    run, _ = payout_runs.plan(story.programme, "Bea", READY)
    with pytest.raises(ConflictError) as caught:
        payout_runs.approve(story.programme, run, "Bea", READY)
    assert caught.value.code == "second_person"


def test_only_what_has_a_rate_is_offered_and_only_what_is_offered_is_chosen(story: Story) -> None:
    for wrong, code in ((["BGN"], "currency_replaced"), (["XXX"], "unknown_currency"), (["KWD"], "no_rate")):
        with pytest.raises(BadInputError) as caught:
            payee_currency.offer(story.access, wrong, READY)
        assert caught.value.code == code
    with pytest.raises(BadInputError, match="was replaced by EUR"):
        payee_currency.choose(story.programme, story.cleo, "HRK", READY)
    with pytest.raises(ConflictError, match="does not pay in HUF"):
        payee_currency.choose(story.programme, story.cleo, "HUF", READY)
    with pytest.raises(BadInputError) as caught:
        payee_currency.offer(story.access, ["USD"], READY + 9 * DAY)
    assert caught.value.code == "rates_too_old"
    assert choice_rows.chosen(story.access, story.cleo) == "USD"


def test_who_is_erased_wished_nothing(story: Story) -> None:
    people.erase(story.programme, story.cleo, READY)
    assert choice_rows.chosen(story.access, story.cleo) == ""


@pytest.mark.parametrize(
    "lie",
    [
        "UPDATE payout_item SET from_amount = from_amount - 1 WHERE from_currency IS NOT NULL",
        "UPDATE payout_item SET target_per = '1.1584' WHERE from_currency IS NOT NULL",
        "DELETE FROM payout_exchange",
    ],
)
def test_the_check_holds_each_payment_against_what_was_changed_for_it(
    story: Story, owner: Connection, lie: str
) -> None:
    send(story, approved(story))
    assert one_finding("payout runs", story.programme, READY).ok
    with owner.transaction(force_rollback=True):
        for table in ("payout_exchange", "payout_item"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        tied = f"{lie}{' AND' if 'WHERE' in lie else ' WHERE'} programme_id = %s"
        assert owner.execute(tied.encode(), [story.access.programme_id]).rowcount == 1
        seen = replace(story.programme, access=Access(owner, story.access.programme_id, "test"))
        assert not one_finding("payout runs", seen, READY).ok
