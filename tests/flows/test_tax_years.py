"""Years of payments in the real books: whose, of which kinds, counted where the brand is, page after page."""

import pytest

from fanshare.core.instants import parse_rfc3339
from fanshare.core.payout_item import Said
from fanshare.core.tax.forms import Asks
from fanshare.core.tax.kinds import TaxKind
from fanshare.core.tax.rules import Level
from fanshare.flows import gifts, tax_forms, tax_years
from fanshare.flows.tax_years import Year
from fanshare.store.queries import listing
from tests.flows.test_payout_runs import READY
from tests.flows.test_withholding import CLEOS, DOLLAR, FINNS, sent, story, tell
from tests.support.stories import Story

__all__ = ["story"]

#: The same moment is 2026 in New York and 2027 in Berlin.
NEW_YEAR = parse_rfc3339("2027-01-01T03:00:00Z")


def paid(story: Story, at: int = NEW_YEAR) -> tuple[int, dict[int, str]]:
    run, keys = sent(story)
    for key in keys.values():
        tell(story, run, key, Said.ARRIVED, at)
    return run, keys


def years(story: Story, year: int) -> dict[int, Year]:
    return {one.party: one for one in tax_years.page(story.access, year, limit=10)}


def test_a_year_holds_what_arrived_with_its_kinds_and_what_was_held(story: Story) -> None:
    paid(story)
    found = years(story, 2026)
    assert found.keys() == {story.cleo, story.finn}
    hers = found[story.cleo]
    assert hers.sums == {"USD": {TaxKind.COMMISSION: CLEOS}}
    assert (hers.paid("USD"), hers.withheld) == (CLEOS, {"USD": CLEOS * 24 // 100})
    assert [(one.report.name, one.amount, one.level) for one in hers.standings] == [("1099-NEC", CLEOS, Level.REACHED)]
    his = found[story.finn]
    assert (his.sums, his.withheld) == ({"USD": {TaxKind.SHARE: FINNS}}, {})
    assert [one.level for one in his.standings] == [Level.BELOW]


def test_years_are_those_of_the_country_of_who_pays(story: Story) -> None:
    paid(story)
    assert years(story, 2027) == {}
    story.access.conn.execute("UPDATE programme SET country = 'DE' WHERE id = %s", [story.access.programme_id])
    assert years(story, 2026) == {}
    assert years(story, 2027).keys() == {story.cleo, story.finn}


def test_what_came_back_is_in_no_year_and_a_gift_in_its_givers(story: Story) -> None:
    tax_forms.ask(story.access, Asks.NOTHING, READY)
    gifts.give(story.programme, gifts.Wish(story.finn, "cleo-canary", "USD", 20 * DOLLAR), "k", READY)
    run, keys = paid(story)
    assert years(story, 2026)[story.finn].sums == {"USD": {TaxKind.SHARE: FINNS}}, "with what he gave away"
    assert years(story, 2026)[story.cleo].sums == {"USD": {TaxKind.COMMISSION: CLEOS, TaxKind.GIFT: 20 * DOLLAR}}
    assert years(story, 2026)[story.cleo].standings[0].amount == CLEOS, "nobody reports a gift"
    tell(story, run, keys[story.cleo], Said.CAME_BACK, NEW_YEAR + 1)
    assert story.cleo not in years(story, 2026)


def test_pages_follow_each_other_and_a_search_finds_names_of_creators_alone(story: Story) -> None:
    paid(story)
    first = tax_years.page(story.access, 2026, limit=1)
    second = tax_years.page(story.access, 2026, after=first[0].party, limit=1)
    assert {one.party for one in (*first, *second)} == {story.cleo, story.finn}
    assert tax_years.page(story.access, 2026, after=second[0].party, limit=1) == []
    people = listing.named(story.access, [story.cleo, story.finn])
    for text, who in (
        (people[story.cleo].name[1:5].upper(), [story.cleo]),
        (people[story.finn].public_id[:8], [story.finn]),
        (people[story.finn].name or "finn", []),
        ("%", []),
        ("_", []),
    ):
        assert [one.party for one in tax_years.page(story.access, 2026, text=text, limit=9)] == who, text


@pytest.mark.parametrize("year", [2020, 2026, 2040])
def test_who_got_nothing_has_an_empty_year(story: Story, year: int) -> None:
    [mine] = tax_years.of_parties(story.access, year, [story.cleo])
    assert (mine.payments, mine.sums, mine.withheld, mine.standings) == ((), {}, {}, ())
