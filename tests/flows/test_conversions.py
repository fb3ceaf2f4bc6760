"""Conversions in the real books: two legs, one rate that the log keeps, statements that verify, nothing won or lost."""

from dataclasses import replace
from pathlib import Path

import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY
from fanshare.core.ledger import AccountKey, AccountKind, Balance
from fanshare.core.rates import ECB, Converted, DayRates, most, quote
from fanshare.flows import conversions, payouts, people, unclaimed
from fanshare.flows.check import one_finding
from fanshare.flows.payouts import Payout, Step
from fanshare.flows.statements import make_statement
from fanshare.store import books, signing
from fanshare.store.access import Access, Connection
from fanshare.store.queries import conversions as rows
from fanshare.store.queries import earnings
from tests.core.statement_verifiers import Verifier, each_verifier
from tests.flows.test_payout_runs import READY
from tests.support.stories import TERMS, Story, open_story

RATES = DayRates("2026-11-26", {"USD": "1.1583", "JPY": "180.93", "KWD": "0.35561"})
CLEOS = 5_664_000


@pytest.fixture
def story(conn: Connection) -> Story:
    """Finn has 1.416 EUR ready and Cleo 5.664."""
    made = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    made.sold("1", 59_000_000, made.click())
    made.settle(READY)
    return made


def into(target: str = "USD", ready: int = CLEOS) -> Converted:
    found = most(quote(ECB, RATES, "EUR", target), ready)
    assert found is not None
    return found


def send(story: Story, one: Converted) -> Payout:
    """A payment of what a conversion brings, on its way."""
    access = story.access
    with access.transaction():
        payout = payouts.begin(access, story.cleo, one.quote.target, one.got, READY)
        legs = conversions.begin(access, payout, one, READY)
        payouts.walk(story.programme, [*legs, Step(payout, "in_transit")], READY)
        return payouts.find(access, payout.id)


def come_back(story: Story, payout: Payout, now: int = READY + DAY) -> None:
    with story.access.transaction():
        steps = [
            Step(payout, "returned", "unknown account"),
            *conversions.back(story.access, {payout.id: "unknown"})[payout.id],
        ]
        payouts.walk(story.programme, steps, now)


def on(story: Story, kind: AccountKind, currency: str, party: int | None = None) -> int:
    return books.balances(story.access).get(Balance(AccountKey(kind, party), currency), 0)


@pytest.mark.parametrize("target", ["USD", "JPY", "KWD"])
def test_both_legs_go_through_an_account_of_each_currency(story: Story, target: str) -> None:
    one = into(target)
    payout = send(story, one)
    assert on(story, AccountKind.AVAILABLE, "EUR", story.cleo) == CLEOS - one.given
    assert on(story, AccountKind.AVAILABLE, target, story.cleo) == 0
    assert on(story, AccountKind.IN_TRANSIT, target, story.cleo) == one.got
    assert rows.liquidity(story.access) == {"EUR": one.given, target: -one.got}
    assert rows.of_payout(story.access, payout.id).converted == one  # type: ignore[union-attr]
    assert story.wrong(READY) == []


def test_what_comes_back_is_what_she_had_in_the_currency_she_had_it_in(story: Story) -> None:
    payout = send(story, into())
    come_back(story, payout)
    assert on(story, AccountKind.AVAILABLE, "EUR", story.cleo) == CLEOS
    assert on(story, AccountKind.AVAILABLE, "USD", story.cleo) == 0
    assert rows.liquidity(story.access) == {}
    assert conversions.back(story.access, {payout.id: "again"}) == {}, "once is enough"
    assert story.wrong(READY + DAY) == []


def test_what_arrives_after_all_arrives_at_the_rate_it_was_sent_at(story: Story) -> None:
    one = into()
    payout = send(story, one)
    come_back(story, payout)
    access = story.access
    with access.transaction():
        anew = payouts.begin(access, story.cleo, "USD", one.got, READY + 2 * DAY)
        legs = conversions.again(access, payout.id, anew, READY + 2 * DAY)
        payouts.walk(story.programme, [*legs, Step(anew, "in_transit")], READY + 2 * DAY)
    assert rows.of_payout(access, anew.id).converted == one  # type: ignore[union-attr]
    assert rows.liquidity(access) == {"EUR": one.given, "USD": -one.got}
    assert story.wrong(READY + 2 * DAY) == []


def test_a_rate_that_says_otherwise_converts_nothing(story: Story) -> None:
    access, one = story.access, into()
    payout = payouts.begin(access, story.cleo, "USD", one.got, READY)
    for wrong in (replace(one, given=one.given - 1), replace(one, got=one.got + 10_000), into("JPY")):
        with pytest.raises(BadInputError, match="follow from its rates"):
            conversions.begin(access, payout, wrong, READY)


def test_what_she_earned_is_still_in_the_currency_of_the_sale(story: Story) -> None:
    one = into()
    send(story, one)
    purses = {purse.currency: purse for purse in earnings.purses(story.access, story.cleo)}
    assert (purses["EUR"].earned, purses["EUR"].exchanged) == (CLEOS, one.given)
    assert (purses["USD"].earned, purses["USD"].received, purses["USD"].leaving) == (0, one.got, one.got)


@each_verifier
@pytest.mark.parametrize("back", [False, True])
def test_her_statement_holds_both_legs_and_verifies(story: Story, tmp_path: Path, check: Verifier, back: bool) -> None:
    payout = send(story, into())
    if back:
        come_back(story, payout)
    signer = signing.load_or_create(tmp_path, f"shop.example/log/{story.tenant.public_id}")
    made = make_statement(story.programme, story.tenant, signer, story.cleo, READY + DAY)
    said = check(made)
    assert said["ok"] == "True", said
    states = {
        (section["currency"], one["body"]["state"]) for section in made["currencies"] for one in section["payouts"]
    }
    expected = {("EUR", "exchanged"), ("USD", "received"), ("USD", "in_transit")}
    assert states == ({("EUR", "returned"), ("USD", "returned")} if back else expected)


def test_what_comes_back_to_somebody_erased_is_unclaimed_in_the_currency_of_the_sale(story: Story) -> None:
    payout = send(story, into())
    people.erase(story.programme, story.cleo, READY)
    come_back(story, payout)
    unclaimed.sweep(story.programme, READY + DAY)
    assert on(story, AccountKind.UNCLAIMED, "USD") == 0
    assert rows.liquidity(story.access) == {}
    assert on(story, AccountKind.AVAILABLE, "EUR", story.cleo) == 0
    assert story.wrong(READY + DAY) == []


@pytest.mark.parametrize(
    ("name", "lie"),
    [
        ("conversions", "UPDATE payout_exchange SET target_per = '1.1584'"),
        ("payouts", "UPDATE payout_exchange SET target_per = '1.1584'"),
        ("payouts", "UPDATE payout_exchange SET day = '2026-11-25'"),
        ("conversions", "UPDATE payout_exchange SET frozen_at = frozen_at + 1"),
        ("conversions", "UPDATE payout SET amount = amount + 1 WHERE state = 'exchanged'"),
        ("conversions", "UPDATE payout SET amount = amount - 10000 WHERE state = 'received'"),
        ("conversions", "UPDATE payout SET state = 'returned' WHERE state = 'received'"),
        ("conversions", "UPDATE account SET balance = balance + 1 WHERE kind = 'liquidity' AND currency = 'EUR'"),
        ("payouts", "UPDATE payout SET currency = 'GBP' WHERE state = 'received'"),
        ("payouts", "DELETE FROM transfer WHERE kind = 'exchange' AND currency = 'USD'"),
        ("conversions", "DELETE FROM payout_exchange"),
        ("payouts", "DELETE FROM payout_exchange"),
    ],
)
def test_the_check_finds_a_rate_or_a_leg_that_was_changed(story: Story, owner: Connection, name: str, lie: str) -> None:
    send(story, into())
    assert one_finding(name, story.programme, READY).ok
    with owner.transaction(force_rollback=True):
        for table in ("payout_exchange", "payout", "account", "transfer"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        tied = f"{lie}{' AND' if 'WHERE' in lie else ' WHERE'} programme_id = %s"
        assert owner.execute(tied.encode(), [story.access.programme_id]).rowcount == 1
        seen = replace(story.programme, access=Access(owner, story.access.programme_id, "test"))
        assert not one_finding(name, seen, READY).ok
