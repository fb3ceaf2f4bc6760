"""Forms for the tax beside runs in the real books: who waits, for what, and what is kept of whom."""

from datetime import date

import pytest
from psycopg import errors

from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import DAY, HOUR
from fanshare.core.payout_item import State
from fanshare.core.payout_runs import Why
from fanshare.core.tax.forms import Asks, Form, FormKind, form
from fanshare.flows import own_data, payout_runs, people, programmes, set_up, tax_forms
from fanshare.flows.payment_clock import balances
from fanshare.flows.tax_kept import contents
from fanshare.store import directory
from fanshare.store.access import Access, Connection
from fanshare.store.queries import payees
from fanshare.store.queries import payout_runs as run_rows
from fanshare.store.queries import tax_forms as rows
from tests.core.tax.test_tax_forms import RESIDENCE, W8BEN, W9
from tests.flows.test_payout_runs import READY, approved, sent, states
from tests.support.pg_books import KEYS
from tests.support.stories import TERMS, Story, open_story

TODAY = date(2026, 12, 22)
YEAR = 366 * DAY


@pytest.fixture
def story(conn: Connection) -> Story:
    """Finn has 1.416 ready and Cleo 5.664; nobody is asked for anything."""
    made = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    made.sold("1", 59_000_000, made.click())
    made.settle(READY)
    return made


def w8ben() -> Form:
    return form(FormKind.W8BEN, W8BEN, TODAY)


def left(story: Story, now: int = READY) -> dict[int, Why]:
    return {row.party: row.why for row in payout_runs.preview(story.access, now).plan.left}


def test_who_gave_no_form_waits_and_reads_why_and_nobody_else_waits_with_her(story: Story) -> None:
    tax_forms.ask(story.access, Asks.US, READY)
    assert left(story) == {story.finn: Why.NO_FORM, story.cleo: Why.NO_FORM}
    tax_forms.sign(story.programme, story.finn, w8ben(), READY)
    tax_forms.sign(story.programme, story.cleo, form(FormKind.W9, W9, TODAY), READY)
    assert left(story) == {}
    tax_forms.refuse(story.access, rows.of(story.access, [story.cleo])[story.cleo][0].id, "name and number", READY)
    assert left(story) == {story.cleo: Why.NO_FORM}
    tenant = directory.programmes(story.access.conn)[0]
    told = balances(story.access, tenant, [(story.cleo, "EUR"), (story.finn, "EUR")], READY)
    assert [one.why for one in told[story.cleo, "EUR"][0]] == ["no_form"]
    assert told[story.finn, "EUR"][0] == ()
    assert payees.kept_back(story.access, story.cleo, READY).no_form
    assert not payees.kept_back(story.access, story.finn, READY).no_form


def test_a_form_that_ends_waits_again_and_another_one_ends_the_wait(story: Story) -> None:
    tax_forms.ask(story.access, Asks.US, READY)
    tax_forms.sign(story.programme, story.finn, w8ben(), READY)
    later = READY + 4 * YEAR
    assert story.finn not in left(story)
    assert left(story, later)[story.finn] is Why.NO_FORM
    shown = tax_forms.newest(story.programme, story.finn, later)
    assert shown is not None
    assert (shown.state, shown.text) == ("ended", "DE … 809")
    tax_forms.sign(story.programme, story.finn, w8ben(), later)
    assert story.finn not in left(story, later)


def test_a_form_of_another_kind_is_no_answer(story: Story) -> None:
    tax_forms.ask(story.access, Asks.RESIDENCE, READY)
    with pytest.raises(ConflictError, match="does not ask"):
        tax_forms.sign(story.programme, story.finn, w8ben(), READY)
    tax_forms.sign(story.programme, story.finn, form(FormKind.RESIDENCE, RESIDENCE, TODAY), READY)
    assert left(story) == {story.cleo: Why.NO_FORM}
    tax_forms.ask(story.access, Asks.US, READY)
    assert left(story)[story.finn] is Why.NO_FORM
    tax_forms.ask(story.access, Asks.NOTHING, READY)
    assert left(story) == {}


def test_a_form_that_is_refused_between_planning_and_sending_keeps_that_payment_back(story: Story) -> None:
    tax_forms.ask(story.access, Asks.US, READY)
    for party in (story.finn, story.cleo):
        tax_forms.sign(story.programme, party, w8ben(), READY)
    run = approved(story)
    tax_forms.refuse(story.access, rows.of(story.access, [story.finn])[story.finn][0].id, "not so", READY)
    payout_runs.send(story.programme, run, "Bea", READY)
    assert states(story, run) == {story.finn: State.FAILED, story.cleo: State.SUBMITTED}
    assert {row.reason for row in run_rows.items_of(story.access, run)} == {"", "a form for the tax was missing"}
    assert story.wrong(READY) == []


def test_what_was_signed_is_not_changed_and_what_was_refused_does_not_come_back(story: Story) -> None:
    tax_forms.ask(story.access, Asks.US, READY)
    id_ = tax_forms.sign(story.programme, story.finn, w8ben(), READY)
    tax_forms.refuse(story.access, id_, "why", READY)
    with pytest.raises(ConflictError, match="no more already"):
        tax_forms.refuse(story.access, id_, "again", READY)
    for change in ("refused_at = NULL", "ends_at = ends_at + 1", "backup = true", "kind = 'w9'"):
        with pytest.raises(errors.RestrictViolation), story.access.conn.transaction():
            story.access.conn.execute(f"UPDATE tax_form SET {change}")
    for bad in ("", " ", "x" * 501, "\x00"):
        with pytest.raises(BadInputError):
            tax_forms.refuse(story.access, id_, bad, READY)
    with pytest.raises(BadInputError, match="no such form"):
        tax_forms.refuse(story.access, 999, "why", READY)


def test_a_sixth_form_of_a_day_waits_until_tomorrow(story: Story) -> None:
    tax_forms.ask(story.access, Asks.US, READY)
    for hour in range(5):
        tax_forms.sign(story.programme, story.finn, w8ben(), READY + hour * HOUR)
    with pytest.raises(FanshareError, match="tomorrow"):
        tax_forms.sign(story.programme, story.finn, w8ben(), READY + 6 * HOUR)
    tax_forms.sign(story.programme, story.finn, w8ben(), READY + 25 * HOUR)
    assert [row.left_at is None for row in rows.of(story.access, [story.finn])[story.finn]] == [False] * 5 + [True]


def test_her_own_copy_masks_her_number_until_she_has_shown_that_it_is_she(story: Story) -> None:
    tax_forms.ask(story.access, Asks.US, READY)
    tax_forms.sign(story.programme, story.finn, w8ben(), READY)
    masked = own_data.copy(story.programme, story.finn, READY, whole=False)
    assert "36574261809" not in str(masked)
    assert [one["kind"] for one in masked["tax_forms"]] == ["w8ben"]
    assert "36574261809" in str(own_data.copy(story.programme, story.finn, READY, whole=True))


def test_erasing_somebody_who_was_never_paid_leaves_nothing_and_who_was_paid_is_kept_for_its_years(
    story: Story,
) -> None:
    tax_forms.ask(story.access, Asks.US, READY)
    for party in (story.finn, story.cleo):
        tax_forms.sign(story.programme, party, w8ben(), READY)
    run_rows.stop(story.access, story.finn, "not yet", READY)
    sent(story)
    for party in (story.finn, story.cleo):
        people.erase(story.programme, party, READY)
    found = {party: some[0] for party, some in rows.of(story.access, [story.finn, story.cleo]).items()}
    said = contents(story.programme, [*found.values()])
    assert [found[story.cleo].id] == [*said]
    assert said[found[story.cleo].id].get("tin") == "36574261809"
    rows.forget_old(story.access, READY + 4 * YEAR)
    assert contents(story.programme, [found[story.cleo]])
    rows.forget_old(story.access, READY + 6 * YEAR)
    assert contents(story.programme, [*found.values()]) == {}


def test_a_replaced_form_goes_from_the_vault_after_its_years_and_the_one_that_counts_stays(story: Story) -> None:
    tax_forms.ask(story.access, Asks.US, READY)
    for _ in range(2):
        tax_forms.sign(story.programme, story.finn, w8ben(), READY)
    forms = rows.of(story.access, [story.finn])[story.finn]
    rows.forget_old(story.access, READY + 3 * YEAR)
    assert len(contents(story.programme, forms)) == 2
    rows.forget_old(story.access, READY + 9 * YEAR)
    assert [*contents(story.programme, forms)] == [forms[1].id]


@pytest.mark.parametrize(
    ("country", "several", "asks"),
    [
        ("US", False, "us"),
        ("US", True, "us"),
        ("DE", False, "nothing"),
        ("DE", True, "residence"),
        ("JP", True, "nothing"),
    ],
)
def test_a_new_programme_asks_what_the_law_of_its_country_asks(
    conn: Connection, country: str, several: bool, asks: str
) -> None:
    new = programmes.checked(f"Nine {country} {several}", "EUR", country, "Etc/UTC")
    made = programmes.found(conn, KEYS, new, READY, "Otto")
    access = Access(conn, made.id, "test")
    if several:
        set_up.decide_brands(access, several=True, now=READY)
    assert rows.asks(access) == asks


def test_becoming_a_platform_overrides_nothing_that_somebody_decided(conn: Connection) -> None:
    made = programmes.found(conn, KEYS, programmes.checked("Ten", "EUR", "DE", "Etc/UTC"), READY, "Otto")
    access = Access(conn, made.id, "test")
    tax_forms.ask(access, Asks.NOTHING, READY)
    set_up.decide_brands(access, several=True, now=READY)
    assert rows.asks(access) == "nothing"
