"""Conversions beside what is held for a tax authority and credit notes: both are about what was earned."""

from dataclasses import replace

import pytest

from fanshare.core.instants import DAY
from fanshare.core.invoices.self_billing import Taxed
from fanshare.core.ledger import AccountKind
from fanshare.core.payout_item import Said
from fanshare.core.tax.forms import Asks
from fanshare.flows import payee_currency, payout_runs, self_billing, tax_forms
from fanshare.flows.earned import earned
from fanshare.store.access import Connection
from fanshare.store.queries import conversions
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries import tax_years as part_rows
from tests.flows.test_converted_runs import hers, publish, tell
from tests.flows.test_payout_runs import READY, approved
from tests.flows.test_self_billing import CLEOS as CLEOS_WORD
from tests.flows.test_self_billing import ISSUER, agree, written
from tests.flows.test_withholding import CLEOS, DOLLAR, programme
from tests.support.stories import TERMS, Story, open_story


@pytest.fixture
def story(conn: Connection) -> Story:
    """A brand in the United States that pays without a form; Cleo has 2,880 dollars ready, and wishes euros."""
    made = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    conn.execute("UPDATE programme SET country = 'US' WHERE id = %s", [made.access.programme_id])
    made.sold("1", 30_000 * DOLLAR, made.click(), currency="USD")
    made.settle(READY)
    publish(conn, READY)
    payee_currency.offer(made.access, ["EUR"], READY)
    payee_currency.choose(made.programme, made.cleo, "EUR", READY)
    return made


def test_a_part_is_held_in_the_currency_of_the_sale_and_the_rest_is_changed(story: Story) -> None:
    tax_forms.ask(story.access, Asks.US, READY, withhold=True)
    run = approved(story)
    payout_runs.send(story.programme, run, "Bea", READY)
    row, held = hers(story, run), CLEOS * 24 // 100
    assert programme(story, AccountKind.TAX_HELD) == held
    assert row.item.currency == "EUR"
    assert CLEOS - held - row.taken in range(20_000)
    assert story.wrong(READY) == []
    tell(story, row, Said.CAME_BACK, READY + DAY)
    assert story.balance(story.cleo, AccountKind.AVAILABLE) == CLEOS
    assert programme(story, AccountKind.TAX_HELD) == 0
    assert part_rows.parts(story.access)[0].state == "returned"
    assert story.wrong(READY + DAY) == []


def test_a_credit_note_is_over_what_was_earned_in_the_currency_of_the_sale(story: Story) -> None:
    self_billing.set_issuer(story.programme, ISSUER, "Bea", READY)
    agree(story, story.cleo, replace(CLEOS_WORD, taxed=Taxed.SMALL))
    run = approved(story)
    payout_runs.send(story.programme, run, "Bea", READY)
    row = hers(story, run)
    tell(story, row, Said.ARRIVED, READY + DAY)
    [found] = written(story)
    assert (found.bill.currency, found.bill.amount) == ("USD", CLEOS), "of what was taken, to the cent"
    assert 0 <= CLEOS - row.taken < 10_000
    assert earned(story.access, [story.cleo]) == {row.payout: CLEOS}
    assert len(conversions.every(story.access)) == 1
    assert story.wrong(READY + 2 * DAY) == []


def test_several_balances_are_changed_into_one_currency_each_by_itself(story: Story) -> None:
    story.sold("2", 3_000 * DOLLAR, story.click(), currency="JPY")
    story.sold("3", 3_000 * DOLLAR, story.click(), currency="EUR")
    story.settle(READY)
    run = approved(story)
    payout_runs.send(story.programme, run, "Bea", READY)
    mine = [row for row in rows.items_of(story.access, run) if row.party == story.cleo]
    assert {row.place[1] for row in mine} == {"EUR", "JPY", "USD"}
    assert {row.item.currency for row in mine} == {"EUR"}
    assert sorted(one.converted.quote.origin for one in conversions.every(story.access)) == ["JPY", "USD"]
    assert story.wrong(READY) == []
