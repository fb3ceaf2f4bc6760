"""Giving over real books: what is given is given once, adds up, is proved on both sides, and nothing else moves it."""

from collections import Counter
from dataclasses import replace
from typing import Any, LiteralString

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from fanshare.core.canonical import canonical, parse_json
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY
from fanshare.core.ledger import AccountKey, AccountKind, Balance, Given, Transfer, TransferKind, fold, open_with
from fanshare.core.money import MICROS
from fanshare.flows import gifts, own_data, unclaimed
from fanshare.flows.check import check, one_finding
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.gifts import Wish, give
from fanshare.flows.openings import NewOpening, post_openings
from fanshare.flows.people import Joiner, add_creator, erase
from fanshare.flows.statements import make_statement
from fanshare.jobs.worker import log_name
from fanshare.store import books
from fanshare.store.access import Access, connect
from fanshare.store.queries import gifts as rows
from fanshare.store.queries import payment_times, payout_runs
from fanshare.store.queries.earnings import purses
from fanshare.store.signing import load_or_create
from fanshare.verifier import fanshare_verify
from tests.edge.running import KEYS
from tests.jobs.house import House
from tests.jobs.tills import at_once
from tests.support import paying

FILE = "5d" * 32


def has_ready(house: House, amount: int, currency: str = "EUR", *, who: int = 0) -> None:
    """Something is ready of Finn's."""
    new = NewOpening(who or house.bea.finn, f"{amount:032x}", currency, amount)
    with house.bea.access.transaction():
        post_openings(house.bea.programme, "rewardful", FILE, [new], house.now)


def ready(house: House, party: int, kind: AccountKind = AccountKind.AVAILABLE, currency: str = "EUR") -> int:
    return books.balances(house.bea.access).get(Balance(AccountKey(kind, party), currency), 0)


def wish(house: House, amount: int, currency: str = "EUR") -> Wish:
    return Wish(house.bea.finn, "cleo", currency, amount)


def signed(house: House) -> Any:
    return load_or_create(house.home / "keys", log_name("shop.example", house.bea.tenant))


def faults(house: House, programme: Programme | None = None) -> list[str]:
    """What the checks find."""
    made = replace(programme or house.bea.programme, log_keys=signed(house).keys)
    return [one.name for one in check(made, house.now) if not one.ok]


def statement(house: House, party: int) -> Any:
    made = make_statement(house.bea.programme, house.bea.tenant, signed(house), party, house.now)
    return parse_json(canonical(made))


def test_what_is_given_leaves_one_and_is_the_others_and_both_can_prove_it(house: House) -> None:
    bea = house.bea
    has_ready(house, 10_004_999)
    number = give(bea.programme, wish(house, 4 * MICROS), "k", house.now)
    assert (ready(house, bea.finn), ready(house, bea.cleo)) == (6_004_999, 4 * MICROS)
    for party, role, sum_ in ((bea.finn, "giver", "6.004999"), (bea.cleo, "creator", "4.000000")):
        made = statement(house, party)
        assert fanshare_verify.verify(made).ok
        (section,) = made["currencies"]
        assert (section["closing"]["available"], list(section["gifts"][0]["shares"])) == (sum_, [role])
    assert [purse.earned for purse in purses(bea.access, bea.finn)] == [10_004_999]
    assert [(one.earned, one.got) for one in purses(bea.access, bea.cleo)] == [(0, 4 * MICROS)]
    assert house.rows("SELECT actor, what, about FROM audit WHERE what LIKE 'gift%%'") == [
        ("test", "gift.give", f"gift {number}")
    ]
    told = own_data.copy(bea.programme, bea.finn, house.now)["gifts"]
    assert [(one["to"], one["amount"], one["state"]) for one in told] == [("Cleo", "4.000000", "kept")]
    assert "Finn" not in str(own_data.copy(bea.programme, bea.cleo, house.now)["gifts"])
    assert (faults(house), bea.sound()) == ([], True)


def test_of_fifty_clicks_at_once_one_gives_and_of_one_key_only_one(house: House) -> None:
    bea = house.bea
    has_ready(house, 10 * MICROS)
    done = at_once(house, 50, lambda one, n: str(give(one, wish(house, 10 * MICROS), f"key {n}", house.now)) and "gave")
    assert Counter(done) == {"not_givable": 49, "gave": 1}
    has_ready(house, 20 * MICROS)
    same = at_once(house, 50, lambda one, _: give(one, wish(house, 10 * MICROS), "one key", house.now))
    assert len(set(same)) == 1
    assert (ready(house, bea.finn), ready(house, bea.cleo)) == (10 * MICROS, 20 * MICROS)
    with pytest.raises(ConflictError, match="another body"):
        give(bea.programme, wish(house, 5 * MICROS), "one key", house.now)
    assert faults(house) == []


def test_a_gift_and_a_payout_of_the_same_money_do_not_both_happen(house: House) -> None:
    bea = house.bea
    has_ready(house, 10 * MICROS)

    def either(programme: Programme, number: int) -> str:
        if number % 2:
            give(programme, wish(house, 10 * MICROS), f"key {number}", house.now)
            return "gave"
        for payout in paying.plan(programme, house.now):
            # What was given is ready of Cleo's at once, and may be paid to her.
            return "paid" if paying.send(programme, payout, house.now).party == bea.finn else "paid to her"
        return "nothing ready"

    done = Counter(at_once(house, 12, either))
    assert done["gave"] + done["paid"] == 1
    hers = ready(house, bea.cleo) + ready(house, bea.cleo, AccountKind.IN_TRANSIT)
    moved = (ready(house, bea.finn), hers, ready(house, bea.finn, AccountKind.IN_TRANSIT))
    assert sorted(moved) == [0, 0, 10 * MICROS]
    assert faults(house) == []


def test_what_cannot_be_is_refused_and_moves_nothing(house: House) -> None:
    bea, now = house.bea, house.now
    has_ready(house, 10 * MICROS)
    other = add_creator(bea.programme, Joiner("Dana", "dana@example.test"), now)
    for amount, currency, slug, code in (
        (0, "EUR", "cleo", "bad_amount"),
        (-MICROS, "EUR", "cleo", "bad_amount"),
        (1, "EUR", "cleo", "bad_amount"),
        (10 * MICROS + 10_000, "EUR", "cleo", "not_givable"),
        (MICROS, "USD", "cleo", "not_givable"),
        (MICROS, "EUR", "dana", "unknown_creator"),
        (MICROS, "EUR", "nobody", "unknown_creator"),
    ):
        with pytest.raises((BadInputError, ConflictError)) as refused:
            give(bea.programme, Wish(bea.finn, slug, currency, amount), f"{amount} {currency} {slug}", now)
        assert refused.value.code == code
    with pytest.raises(BadInputError):
        give(bea.programme, Wish(other, "cleo", "EUR", MICROS), "a creator is nobody's fan", now)
    payout_runs.stop(bea.access, bea.finn, "looked at", now)
    with pytest.raises(ConflictError) as stopped:
        give(bea.programme, wish(house, MICROS), "stopped", now)
    assert stopped.value.code == "stopped"
    assert (rows.all_gifts(bea.access), ready(house, bea.finn)) == ([], 10 * MICROS)


def test_a_gift_outlives_whoever_of_the_two_is_erased(house: House) -> None:
    bea = house.bea
    has_ready(house, 10 * MICROS)
    give(bea.programme, wish(house, 4 * MICROS), "k", house.now)
    erase(bea.programme, bea.finn, house.now)
    assert unclaimed.sweep(bea.programme, house.now) == 1
    assert (ready(house, bea.cleo), ready(house, bea.finn)) == (4 * MICROS, 0)
    assert fanshare_verify.verify(statement(house, bea.cleo)).ok
    assert faults(house) == []
    with pytest.raises((BadInputError, ConflictError)):
        give(bea.programme, wish(house, MICROS), "too late", house.now)


def test_who_gave_everything_away_is_not_waiting_to_be_paid(house: House) -> None:
    with house.open():
        house.bea.post(house.bea.order("1", clicks=(house.bea.click(house.bea.fan_code),)))
        house.work()
        house.later(60 * DAY)
        house.work()
        amount = gifts.whole(ready(house, house.bea.finn), "EUR")
        house.later(60 * DAY)
        before = payment_times.ripened(house.bea.access, house.now, 30 * DAY)
        assert amount > 0
        assert {one.paid_at for one in before} == {None}
        give(house.bea.programme, wish(house, amount), "k", house.now)
        assert ready(house, house.bea.finn) < 10_000
        after = payment_times.ripened(house.bea.access, house.now, 30 * DAY)
        paid = sorted(one.paid_at is not None for one in after)
        assert paid == [False, True], "less than a cent can be given by nobody"


EDITS: list[tuple[LiteralString, str]] = [
    ("UPDATE gift SET amount = amount + 10000", "gifts"),
    ("UPDATE gift SET state = 'given'", "gifts"),
    ("UPDATE gift SET changed_at = changed_at + 1", "gifts"),
    ("UPDATE gift SET creator_party_id = (SELECT max(id) FROM party)", "gifts"),
    ("DELETE FROM gift_event", "gifts"),
    ("DELETE FROM gift_event", "records"),
    ("UPDATE gift_event SET state = 'back'", "gifts"),
    ("UPDATE gift_event SET at = at + 1", "gifts"),
    ("UPDATE transfer SET gift_id = NULL WHERE kind = 'gift'", "postings"),
]


def test_a_gift_that_was_edited_behind_the_books_is_found(house: House) -> None:
    bea = house.bea
    add_creator(bea.programme, Joiner("Dana", "dana@example.test"), house.now)
    has_ready(house, 10 * MICROS)
    give(bea.programme, wish(house, 4 * MICROS), "k", house.now)
    assert faults(house) == []
    with connect(house.database.dsn(owner=True)) as owner:
        programme = open_programme(Access(owner, bea.tenant.id, "auditor"), bea.tenant.public_id, KEYS)
        for edit, name in EDITS:
            with owner.transaction(force_rollback=True):
                owner.execute("ALTER TABLE gift DROP CONSTRAINT only_goals_wait")
                owner.execute("ALTER TABLE transfer DROP CONSTRAINT gift_names_itself")
                for table in ("transfer", "gift_event"):
                    owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
                assert one_finding(name, programme, house.now).ok
                owner.execute(edit)
                assert not one_finding(name, programme, house.now).ok, edit


parties = st.integers(1, 4)
movements = st.one_of(
    st.builds(lambda who, much: open_with(who, much, "EUR", waiting=False), parties, st.integers(1, 9)),
    st.builds(
        lambda who, to, much, n: Given(n, who, to if to != who else to % 4 + 1, much, "EUR").handed_over(),
        parties,
        parties,
        st.integers(1, 9),
        st.integers(1, 99),
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(movements, max_size=20))
def test_no_gift_makes_or_loses_money(moved: list[Transfer]) -> None:
    owed = sum(one.amount for one in moved if one.kind is TransferKind.OPENING)
    balances = fold(moved)
    assert sum(amount for key, amount in balances.items() if key.account.party is not None) == owed
    assert sum(balances.values()) == 0


@pytest.mark.parametrize("broken", [{"gift": None}, {"party": None}, {"creator": None}, {"kind": TransferKind.ABSORB}])
def test_a_gift_names_itself_and_its_two_people(broken: dict[str, Any]) -> None:
    whole = Given(7, 1, 2, 5, "EUR").handed_over()
    with pytest.raises(BadInputError):
        replace(whole, **broken)
