"""The rules of moving in that know no tool: amounts, who is who, what is owed, what is left to be moved."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY
from fanshare.core.moving import (
    Balance,
    Moved,
    OldCode,
    OldLink,
    Person,
    Rate,
    Standing,
    amount_of,
    merged,
    owed,
    slug,
    still_to_move,
    total,
)
from fanshare.core.moving_plan import Known, Plan, link_code, plan

NOW = 20_600 * DAY


@pytest.mark.parametrize(
    ("text", "currency", "cents", "micros"),
    [
        ("45.20", "EUR", False, 45_200_000),
        ("€45.20", "EUR", False, 45_200_000),
        ("45.20 EUR", "EUR", False, 45_200_000),
        ("$1,234.50", "USD", False, 1_234_500_000),
        ("(5.00)", "EUR", False, -5_000_000),
        ("-$5.00", "USD", False, -5_000_000),
        ("\u22125.00", "EUR", False, -5_000_000),
        ("1200", "JPY", False, 1_200_000_000),
        ("1.234", "KWD", False, 1_234_000),
        ("4520", "EUR", True, 45_200_000),
        ("1200", "JPY", True, 1_200_000_000),
        ("1234", "KWD", True, 1_234_000),
        ("4520.0", "EUR", True, 45_200_000),
        ("-80", "USD", True, -800_000),
    ],
)
def test_an_amount_is_read_by_its_currencys_exponent(text: str, currency: str, cents: bool, micros: int) -> None:
    assert amount_of(text, currency, minor_units=cents) == micros


@pytest.mark.parametrize(
    ("text", "currency", "cents"),
    [
        ("45,20", "EUR", False),  # a comma could part thousands or decimals
        ("1,234", "EUR", False),
        ("1.234,50", "EUR", False),
        ("abc", "EUR", False),
        ("", "EUR", False),
        ("NaN", "EUR", False),
        ("1e5", "EUR", False),
        ("45.20", "EUR", True),
        ("5", "ISK", True),  # Stripe writes it with two decimals
        ("5", "XXX", False),
        ("9" * 19, "EUR", True),
    ],
)
def test_an_amount_that_could_mean_two_things_is_refused(text: str, currency: str, cents: bool) -> None:
    with pytest.raises(BadInputError):
        amount_of(text, currency, minor_units=cents)


def test_a_short_name_is_made_of_any_name_and_is_nobody_elses() -> None:
    assert slug("Zoë Blau", ()) == "zoe-blau"
    assert slug("Zoë Blau", {"zoe-blau", "zoe-blau-2"}) == "zoe-blau-3"
    assert slug("山田花子", ()) == "creator"
    assert slug("  --  ", {"creator"}) == "creator-2"
    assert len(slug("a" * 200, ())) <= 63


def test_rows_with_one_email_are_one_person_and_active_in_one_is_active() -> None:
    people = (
        Person("id:1", "Mira Blau", "Mira B.", "Mira@Example.test", Standing.GONE),
        Person("id:2", "M. Blau", "M.", "mira@example.test", Standing.ACTIVE),
        Person("id:3", "", "", "", Standing.UNSAID),
    )
    found = merged(
        Moved(
            "csv",
            "",
            people,
            links=(OldLink("id:2", "via", "m"),),
            balances=(Balance("email:mira@example.test", "EUR", 5), Balance("id:1", "EUR", 7)),
        )
    )
    assert [one.key for one in found.people] == ["id:1", "id:3"]
    assert found.people[0] == replace(people[0], standing=Standing.ACTIVE)
    assert {*(link.person for link in found.links), *(one.person for one in found.balances)} == {"id:1"}


amounts = st.integers(-(10**9), 10**9)
days = st.one_of(st.none(), st.integers(NOW - 5 * DAY, NOW + 5 * DAY))
balances = st.lists(st.builds(Balance, st.just("id:1"), st.just("EUR"), amounts, days), max_size=8)


@given(balances)
def test_what_is_owed_adds_up_and_nothing_of_it_is_below_zero(given_: list[Balance]) -> None:
    found = owed(given_, NOW)
    assert total(found) == max(0, total(given_))
    assert all(one.amount > 0 for one in found)
    assert all(one.ready_at is None or one.ready_at > NOW for one in found)
    assert len({one.ready_at for one in found}) == len(found)


@given(balances, st.integers(0, 10**10))
def test_what_is_left_to_be_moved_is_just_the_difference_and_the_last_of_it(given_: list[Balance], before: int) -> None:
    entries = owed(given_, NOW)
    left = still_to_move(entries, before)
    assert total(left) == max(0, total(entries) - before)
    if left:
        last = left[1:]
        assert last == entries[len(entries) - len(last) :] if last else left[0].amount <= entries[-1].amount


keys = st.sampled_from(["id:1", "id:2", "id:3"])
texts = st.sampled_from(["mira", "Zoë", "zoe.1", "a", "mira ", "x" * 101, "&"])
moved = st.builds(
    Moved,
    tool=st.just("rewardful"),
    file=st.just("00"),
    people=st.lists(
        st.builds(Person, keys, texts, texts, st.sampled_from(["", "a@b.example"]), st.sampled_from(Standing)),
        max_size=4,
    ).map(tuple),
    rates=st.lists(st.builds(Rate, keys, st.just("30 %"), st.just(3000)), max_size=2).map(tuple),
    links=st.lists(
        st.builds(
            OldLink,
            keys,
            st.sampled_from(["via", "other"]),
            texts,
            st.sampled_from(["", "https://shop.example/x?via=mira", "https://elsewhere.example/", "not an address"]),
        ),
        max_size=5,
    ).map(tuple),
    codes=st.lists(st.builds(OldCode, keys, texts), max_size=4).map(tuple),
    balances=st.lists(st.builds(Balance, keys, st.sampled_from(["EUR", "JPY"]), amounts, days), max_size=5).map(tuple),
)


def done(found: Plan, known: Known) -> Known:
    """The books after a plan was done, as far as the next plan looks at them."""
    people = dict(known.people)
    for number, new in enumerate(found.people, 100):
        people[new.person.key] = number
    openings = dict(known.openings)
    for one in found.openings:
        openings[one.person, one.currency] = openings.get((one.person, one.currency), 0) + one.amount
    return replace(
        known,
        people=people,
        slugs=known.slugs | {new.slug for new in found.people},
        links={**known.links, **{(one.param, one.value): people[one.person] for one in found.links}},
        taken=known.taken | {one.code for one in found.links},
        codes={**known.codes, **{text.casefold(): people[person] for person, text in found.codes}},
        openings=openings,
    )


@given(moved, st.sampled_from([frozenset(), frozenset({"mira"})]))
def test_the_plan_of_a_second_import_is_empty(given_: Moved, taken: frozenset[str]) -> None:
    known = Known(hosts=frozenset({"shop.example"}), taken=taken)
    first = plan(given_, known, NOW, destination="https://shop.example/")
    second = plan(given_, done(first, known), NOW, destination="https://shop.example/")
    assert second.empty, second
    assert len(second.known) == len(first.people) + len(first.known)
    assert plan(given_, known, NOW, destination="https://shop.example/") == first


@given(moved)
def test_every_micro_owed_is_moved_or_told(given_: Moved) -> None:
    found = plan(given_, Known(), NOW)
    of = merged(given_)
    for person, currency in {(one.person, one.currency) for one in of.balances}:
        mine = [one for one in of.balances if (one.person, one.currency) == (person, currency)]
        there = total(one for one in found.openings if (one.person, one.currency) == (person, currency))
        assert there == total(mine) or found.untaken or total(mine) == 0


def test_a_code_is_made_of_an_old_value_where_one_fits() -> None:
    assert link_code("501.AbCdEf") == "501-abcdef"
    assert link_code("Mira") == "mira"
    assert link_code("Zoë") == ""
    assert link_code("..") == ""


def test_two_people_with_one_old_link_keep_the_first_and_the_second_is_told() -> None:
    people = (Person("id:1", "Mira", "Mira"), Person("id:2", "Zoe", "Zoe"))
    links = (OldLink("id:1", "via", "same"), OldLink("id:2", "via", "SAME"))
    found = plan(Moved("dub", "", people, links=links), Known(), NOW, destination="https://shop.example/")
    assert [one.person for one in found.links] == ["id:1"]
    assert [one.why for one in found.untaken] == ["already leads to somebody else here"]


def test_whoever_is_owed_money_comes_along_even_if_she_was_switched_off() -> None:
    people = (
        Person("id:1", "Mira", "Mira", standing=Standing.GONE),
        Person("id:2", "Zoe", "Zoe", standing=Standing.GONE),
    )
    found = plan(Moved("dub", "", people, balances=(Balance("id:1", "EUR", 5),)), Known(), NOW)
    assert [one.person.key for one in found.people] == ["id:1"]
    assert [one.what for one in found.untaken] == ["Zoe"]


def test_somebody_who_was_erased_is_not_brought_back() -> None:
    people = (Person("id:1", "Mira", "Mira"),)
    balances_ = (Balance("id:1", "EUR", 5_000_000),)
    found = plan(Moved("dub", "", people, balances=balances_), Known(erased=frozenset({"id:1"})), NOW)
    assert found.empty
    assert "was erased here and is not brought back" in [one.why for one in found.untaken]
