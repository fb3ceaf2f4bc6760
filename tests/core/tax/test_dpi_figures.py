"""What a seller got by quarter: nothing is lost between payments and quarters, in whatever order people are joined."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import from_datetime, parse_rfc3339
from fanshare.core.tax.dpi.contents import with_banks_of
from fanshare.core.tax.dpi.figures import NOTHING, Figures, Quarter, Sale, added, figures, whole
from fanshare.core.tax.dpi.sellers import Excluded, Lack, Part, identity_of, joined, known_as, merged, places
from fanshare.core.tax.forms import FormKind, form
from fanshare.core.tax.kinds import TaxKind
from fanshare.core.tax.paid import Payment
from fanshare.flows.tax_rules import rules
from tests.core.tax.reports import (
    ABROAD,
    COMPANY,
    EURO,
    TODAY,
    UNION,
    WITHOUT_TIN,
    content,
    identity,
    part,
    quarter,
    seller,
)  # fmt: skip
from tests.core.tax.test_tax_forms import RESIDENCE, W8BEN, W9

GERMANY = rules().countries["DE"]
DAC7 = GERMANY.report("DAC7")
assert DAC7 is not None


def at(month: int, day: int = 15, year: int = 2026) -> int:
    return from_datetime(datetime(year, month, day, 12, tzinfo=UTC))


def payment(
    amount: int, when: int | None, *orders: int, kind: TaxKind = TaxKind.COMMISSION, payout: int = 1, **other: object
) -> Payment:
    """Money of these orders in equal parts, the rest of the last one."""
    each = amount // max(1, len(orders))
    sales = {(kind, one): each for one in orders or (0,)}
    sales[kind, (orders or (0,))[-1]] += amount - each * max(1, len(orders))
    made = Payment("EUR", ((kind, amount),), payout, paid_at=when, sales=sales)
    for name, value in other.items():
        setattr(made, name, value)
    return made


def counted(*payments: Payment, year: int = 2026) -> Sequence[Quarter]:
    assert DAC7 is not None
    return figures(1, payments, DAC7, GERMANY, year, {}).get("EUR", NOTHING)


def test_a_quarter_is_that_of_the_day_in_the_country_of_whoever_reports() -> None:
    last = parse_rfc3339("2026-03-31T22:30:00Z")  # the first of April in Berlin
    got = counted(payment(5, at(2), 1), payment(7, last, 2), payment(11, at(12), 3))
    assert [(one.consideration, one.activities) for one in got] == [(5, 1), (7, 1), (0, 0), (11, 1)]
    assert counted(payment(5, parse_rfc3339("2025-12-31T23:30:00Z"), 1))[0].consideration == 5
    assert counted(payment(5, at(2), 1), year=2027) == NOTHING


def test_a_sale_counts_once_with_its_first_money_and_a_later_rest_is_money_alone() -> None:
    got = counted(payment(10, at(1), 1, 2), payment(3, at(5), 2, 3, payout=2), payment(1, at(11), 2, payout=3))
    assert [one.activities for one in got] == [2, 1, 0, 1], "a quarter with money has at least the sale it is of"
    assert sum(one.consideration for one in got) == 14
    before = payment(10, at(11, year=2025), 1)
    assert counted(before, payment(1, at(2), 1, 4, payout=2))[0].activities == 1


def test_what_belongs_to_no_sale_is_one_activity_a_payment() -> None:
    got = counted(payment(5, at(1), kind=TaxKind.EARLIER), payment(5, at(2), kind=TaxKind.CLAIMED, payout=2))
    assert (got[0].consideration, got[0].activities) == (10, 2)


def test_rebates_and_gifts_of_others_are_no_consideration_and_what_came_back_was_none() -> None:
    got = counted(
        payment(5, at(1), 1, kind=TaxKind.REBATE),
        payment(6, at(1), 2, kind=TaxKind.GIFT, payout=2),
        payment(7, at(1), 3, payout=3, back_at=at(9)),
        payment(8, None, 4, payout=4),
        payment(9, at(2), 5, kind=TaxKind.SHARE, payout=5),
    )
    assert [one.paid for one in got] == [9, 0, 0, 0]
    assert got[0].first == {Sale(1, 5)}


def test_what_was_kept_back_is_a_tax_of_the_same_quarter_and_consideration_is_net_of_it() -> None:
    part = payment(24, at(4), 1, kind=TaxKind.REBATE, payout=2, withheld=True)
    got = counted(payment(76, at(4), 1, 2), part)
    assert (got[1].consideration, got[1].taxes, got[1].fees, got[1].paid) == (76 - 24, 24, 0, 76)
    assert (counted(payment(76, at(4), 1), payment(24, at(4), 1, payout=2, withheld=True))[1].consideration) == 76


instants = st.integers(at(1, 1), at(12, 28))
lives = st.lists(
    st.builds(
        payment,
        st.integers(1, 10**9),
        st.one_of(st.none(), instants),
        st.integers(1, 5),
        st.integers(1, 5),
        kind=st.sampled_from(TaxKind),
        payout=st.integers(1, 9),
        withheld=st.booleans(),
        back_at=st.one_of(st.none(), instants),
    ),
    max_size=8,
)


@given(lives)
def test_all_quarters_are_all_that_arrived_of_what_is_reported_and_no_money_is_without_a_sale(
    payments: list[Payment],
) -> None:
    assert DAC7 is not None
    got = counted(*payments)
    arrived = [one for one in payments if one.counts]
    reported = sum(sum(part for kind, part in one.kinds.items() if kind in DAC7.kinds) for one in arrived)
    kept = sum(one.amount for one in arrived if one.withheld)
    assert sum(one.consideration + one.taxes for one in got) == reported
    assert sum(one.taxes for one in got) == kept
    assert all(one.activities or not one.consideration + one.taxes for one in got)
    assert sum(len(one.first) for one in got) == len({sale for one in got for sale in one.first | one.later})


sales = st.builds(Sale, st.integers(1, 3), st.integers(1, 9), st.just("")) | st.builds(
    Sale, st.integers(1, 3), st.just(0), st.sampled_from(["prog-1", "prog-2"])
)
quarters = st.builds(
    Quarter, st.integers(0, 10**12), st.integers(0, 9), st.integers(0, 9), st.frozensets(sales, max_size=3),
)  # fmt: skip
years = st.dictionaries(st.sampled_from(["EUR", "USD", "SEK"]), st.tuples(quarters, quarters, quarters, quarters))
typed = st.sampled_from([RESIDENCE, COMPANY, WITHOUT_TIN, None])


@st.composite
def some_parts(draw: st.DrawFn) -> list[Part]:
    places = draw(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), unique=True, max_size=6))
    return [
        part(
            draw(typed),
            figures=draw(years),
            programme=programme,
            party=party,
            account=draw(st.sampled_from(["a", "b", ""])),
            signed_at=draw(st.integers(0, 3)),
        )
        for programme, party in places
    ]


@given(some_parts(), st.integers(0, 6), st.randoms(use_true_random=False))
def test_putting_people_together_depends_on_no_order_and_loses_nothing(
    found: list[Part], cut: int, random: Random
) -> None:
    shuffled = [*found]
    random.shuffle(shuffled)
    once = merged(found)
    assert merged(shuffled) == once
    assert joined(merged(found[:cut]), merged(found[cut:])) == once
    assert joined(merged(found[cut:]), merged(found[:cut])) == once
    assert added(*(one.figures for one in once.values())) == added(*(one.figures for one in found))
    assert sum(len(one.parts) for one in once.values()) == len(found)


def test_adding_is_associative_for_every_order_of_three() -> None:
    three: list[Figures] = [{"EUR": (quarter(n, n), NOTHING[1], quarter(7), NOTHING[3])} for n in (1, 2, 3)]
    left = {str(added(added(a, b), c)) for a, b, c in permutations(three)}
    right = {str(added(a, added(b, c))) for a, b, c in permutations(three)}
    assert len(left) == 1
    assert left == right


def test_one_number_is_one_seller_across_programmes_and_an_account_only_where_there_is_no_number() -> None:
    mine, other = part(), part(programme=2, party=9, account="b", signed_at=9)
    assert [one.key for one in merged([mine, other]).values()] == ["tin DE 36574261809"]
    assert len(merged([part(None), part(None, programme=2)])) == 1, "the same address signs in"
    assert len(merged([part(), part(None, programme=2)])) == 2, "what she has not signed is not hers by an address"
    assert len(merged([part(None, account=""), part(None, account="", party=3)])) == 2
    moved = part(RESIDENCE | {"street": "Elsewhere 2"}, programme=2, signed_at=9)
    who = seller(*merged([part(), moved]).popitem()[1].parts).identity
    assert who is not None
    assert who.street == "Elsewhere 2", "what she signed last"


@pytest.mark.parametrize(
    ("micros", "units"),
    [(0, 0), (499_999, 0), (500_000, 1), (1_499_999, 1), (1_500_000, 2), (10**12, 10**6)],
)
def test_a_file_has_whole_units_a_half_up(micros: int, units: int) -> None:
    assert whole(micros) == units


def test_who_is_reported_who_is_not_and_what_is_missing() -> None:
    assert seller(part()).excluded(UNION) is None
    assert seller(part(ABROAD)).excluded(UNION) is Excluded.OUTSIDE
    assert seller(part(ABROAD | {"tin": "36574261809", "tin_country": "DE"})).excluded(UNION) is None
    assert seller(part(amount=0)).excluded(UNION) is Excluded.NOTHING
    assert seller(part()).lacks == seller(part(COMPANY)).lacks == seller(part(WITHOUT_TIN)).lacks == ()
    assert seller(part(None)).lacks == (Lack.FORM,)
    assert seller(part(RESIDENCE | {"name": "Cher", "signed": "Cher"})).lacks == (Lack.FAMILY,)
    assert seller(part(WITHOUT_TIN | {"birth_place": "Lyon"})).lacks == (Lack.BIRTH_PLACE,)
    nameless = {key: text for key, text in COMPANY.items() if key != "tin"} | {"no_tin": "yes"}
    assert seller(part(nameless)).lacks == (Lack.TIN,)
    assert seller(part(amount=-1 * EURO)).lacks == (Lack.MONEY,)
    american = identity_of(form(FormKind.W9, W9, TODAY))
    assert seller(part(identity=american)).excluded(UNION) is Excluded.OUTSIDE
    assert identity_of(form(FormKind.W8BEN, W8BEN, TODAY)).lacks == ()


def test_nobody_reads_who_a_seller_is_in_its_representation() -> None:
    whole_text = repr(seller(part())) + repr(merged([part()])["tin DE 36574261809"])
    for secret in ("Finn", "36574261809", "Ulmenweg", "DE89370400440532013000"):
        assert secret not in whole_text


def test_what_a_file_says_of_somebody() -> None:
    said = content()
    assert (said["first"], said["last"], said["postcode"], said["city"]) == ("Finn", "Fox", "10115", "Berlin")
    assert said["quarters"] == [[0, 0, 0, 0], [100, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert said["banks"] == [["DE89370400440532013000", "IBAN", "F. Fox"]]
    assert with_banks_of(said, {**said, "banks": []}) == said, "she was paid to it, and that does not change"
    assert with_banks_of({}, said) == said
    company = content(COMPANY)
    assert (company["register"], company["establishments"]) == ("RCS Lyon 1", ["DE", "IT"])
    both = identity(RESIDENCE, country="FR", city="69001 Lyon", tin_country="DE")
    assert both.residences(UNION) == ("FR", "DE")


def test_a_corrected_number_is_the_same_seller_and_two_strangers_are_not() -> None:
    mine = places(seller(part()))
    assert known_as({"tin DE 1": mine}, {"tin DE 2": mine}) == {"tin DE 2": "tin DE 1"}
    assert known_as({"tin DE 1": mine}, {"tin DE 2": frozenset({(5, 5)})}) == {"tin DE 2": "tin DE 2"}
    assert known_as({"tin DE 1": mine}, {"tin DE 1": mine, "tin DE 2": mine}) == {
        "tin DE 1": "tin DE 1", "tin DE 2": "tin DE 2",
    }  # fmt: skip
    twice = known_as({"tin DE 1": mine}, {"tin DE 2": mine, "tin DE 3": mine})
    assert sorted(twice.values()) == ["tin DE 1", "tin DE 3"], "one of two is told anew"
