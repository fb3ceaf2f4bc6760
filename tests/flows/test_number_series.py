"""Numbers of one issuer are unique in all books of the installation: who comes second is told what to change."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import psycopg
import pytest

from fanshare.core.errors import FanshareError
from fanshare.core.invoices import self_billing as core
from fanshare.core.invoices.funding import Biller
from fanshare.core.invoices.model import Party
from fanshare.core.invoices.self_billing import Issuer
from fanshare.flows import funding_bills, number_series, self_billing
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.number_series import Books
from fanshare.store.access import Access, Connection, connect
from fanshare.store.queries import self_bills as rows
from fanshare.store.server import Database
from tests.flows.test_payout_runs import READY
from tests.flows.test_self_billing import agree, paid, written
from tests.support.invoices import BEA, CLEO
from tests.support.pg_books import KEYS
from tests.support.stories import TERMS, Story, open_story

#: Here the issuers of several stories are one firm.
ONE_INSTALLATION = True


def firm() -> Party:
    """A firm that no other test has heard of."""
    return replace(BEA, name=f"Bea {os.urandom(6).hex()}", vat_id=f"DE{int.from_bytes(os.urandom(4)):010}"[:11])


def opened(conn: Connection) -> Story:
    made = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    made.sold("1", 59_000_000, made.click())
    made.settle(READY)
    return made


def says(programme: Programme, party: Party, prefix: str = "G-") -> str:
    """The code of why it is refused; empty where it is not."""
    try:
        self_billing.set_issuer(programme, Issuer(party, prefix, "de"), "Bea", READY)
    except FanshareError as error:
        return error.code if f"“{prefix}”" in error.message else f"{error.code}, and what is not said"
    return ""


def test_two_brands_of_one_issuer_begin_otherwise_and_the_second_is_told(conn: Connection) -> None:
    one, other, bea = opened(conn), opened(conn), firm()
    assert says(one.programme, bea) == says(one.programme, bea) == ""
    assert says(other.programme, bea) == says(other.programme, replace(bea, name="Another")) == "prefix_taken"
    assert says(other.programme, bea, "g-") == "prefix_taken", "nobody tells g- from G-"
    assert self_billing.issuer(other.programme) is None, "nothing was written"
    assert says(other.programme, bea, "G2-") == ""
    assert says(other.programme, firm()) == "", "another firm's numbers may begin so"
    assert says(one.programme, bea, "H-") == ""
    assert says(other.programme, bea) == "prefix_taken", "numbers that were written with it stay in the world"


def test_invoices_for_the_money_of_brands_are_the_operators_and_count_with_its_credit_notes(conn: Connection) -> None:
    one, other, operator = opened(conn), opened(conn), firm()
    biller = Biller(operator, CLEO, "F-", "de", "DE02120300000000202051")
    funding_bills.set_biller(one.programme, one.tenant, biller, READY)
    with pytest.raises(FanshareError) as told:
        funding_bills.set_biller(other.programme, other.tenant, biller, READY)
    assert (told.value.code, funding_bills.biller(other.programme)) == ("prefix_taken", None)
    funding_bills.set_biller(other.programme, other.tenant, replace(biller, prefix="F-LINEN-"), READY)
    assert says(one.programme, operator, "F-") == "prefix_taken", "both would be its F-2026-00001"


def test_who_had_said_it_before_there_was_this_rule_writes_nothing_and_is_told_why(conn: Connection) -> None:
    one, other, bea = opened(conn), opened(conn), firm()
    for story in (one, other):
        sealed = story.programme.keys.seal(
            self_billing.ISSUER,
            core.packed(Issuer(bea, "G-", "de")),
            self_billing._place(story.programme),
        )
        rows.set_issuer(story.access, sealed, "Bea", READY)
        agree(story, story.cleo)
        paid(story)
    assert [found.paper.number for found in written(one) if found.paper] == ["G-2026-00001"]
    assert written(other) == []
    payments = rows.lacking(other.access, 0, 10)
    [why] = {
        told.why_not.code for told in self_billing.standing(other.programme, other.tenant, payments, READY)
        if told.why_not is not None and told.payment.party == other.cleo
    }  # fmt: skip
    assert why == "prefix_taken"
    assert says(other.programme, bea, "G2-") == ""
    assert [found.paper.number[:3] for found in written(other) if found.paper] == ["G2-"]


def test_of_two_who_say_it_at_once_one_does(conn: Connection, shared_database: Database) -> None:
    stories, bea, together = [opened(conn) for _ in range(2)], firm(), Barrier(2)

    def say(story: Story) -> str:
        with connect(shared_database.dsn()) as own:
            access = Access(own, story.access.programme_id, "test")
            programme = open_programme(access, story.tenant.public_id, KEYS)
            together.wait(10)
            return says(programme, bea)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(say, stories)) == ["", "prefix_taken"]


def test_what_was_taken_is_neither_changed_nor_removed(conn: Connection) -> None:
    story, bea = opened(conn), firm()
    number_series.take(story.programme, Books.SELF_BILLS, bea, "G-", READY)
    for statement in ("DELETE FROM number_series", "UPDATE number_series SET prefix = 'H-'"):
        with pytest.raises(psycopg.Error), conn.transaction():
            conn.execute(statement)
