"""A balance that was owed in another tool, in a statement: every test runs against both verifiers."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from fanshare.core import commitments, leaves
from fanshare.core.instants import DAY
from fanshare.core.statement import Entry, closing, moved_opening
from tests.core.statement_verifiers import Verifier, each_verifier, failed
from tests.core.statement_worlds import CLEO, FINN, NOW, Chain, World

FILE = "5d" * 32


def moved_world(**given: Any) -> tuple[World, Entry]:
    """A log in which Cleo's balance of 45.20 EUR was moved in from Rewardful, and hers as an entry."""
    world = World()
    world.filler(3)
    salt, who = world.salt(), world.salt()
    name = "rewardful 0123 EUR 1"
    body = leaves.opening(
        **{
            "opening": commitments.opening(salt, name),
            "tool": "Rewardful",
            "file": FILE,
            "moved_on": "2026-11-22",
            "currency": "EUR",
            "amount": 45_200_000,
            "matures_at": None,
            "who": commitments.who(who, CLEO),
            **given,
        }
    )
    chain = Chain(moved_opening(name, salt), commitments.opening(salt, name))
    world.add(chain, body, {"payee": (CLEO, who)})
    world.filler(2)
    return world, world.entry(chain, CLEO)


def statement(world: World, entry: Entry, **given: Any) -> Any:
    return world.statement(CLEO, "creator", moved=[entry], **given)


@each_verifier
def test_an_opening_balance_is_told_proved_and_counted(check: Verifier) -> None:
    world, entry = moved_world()
    made = statement(world, entry)
    (section,) = made["currencies"]
    assert section["closing"]["available"] == "45.200000"
    assert section["moved"][0]["sentences"] == {
        "payee": "Opening balance moved from Rewardful on 22 Nov 2026: 45.20 EUR"
    }
    assert check(made)["ok"] == "True"


@each_verifier
def test_one_that_waits_is_pending_until_its_day(check: Verifier) -> None:
    world, entry = moved_world(matures_at=NOW + DAY)
    for as_of, where in ((NOW, "pending"), (NOW + DAY, "available")):
        made = statement(world, entry, as_of=as_of)
        assert made["currencies"][0]["closing"][where] == "45.200000"
        assert check(made)["ok"] == "True"
    assert ", ready on " in statement(world, entry)["currencies"][0]["moved"][0]["sentences"]["payee"]


@each_verifier
def test_the_next_statement_begins_where_this_one_ended(check: Verifier) -> None:
    world, entry = moved_world(matures_at=NOW + DAY)
    older = world.data(CLEO, "creator", moved=[entry])
    size = world.frontier.size
    before = statement(world, entry)
    world.filler(4)
    chain = Chain(dict(entry.opens), str(entry.body["opening"]))
    chain.leaves, chain.salts = [(entry.index, dict(entry.body))], [{"payee": (CLEO, entry.salts["payee"])}]
    again = world.entry(chain, CLEO, counted=1)
    made = world.statement(
        CLEO,
        "creator",
        size,
        opened_at=older.as_of,
        as_of=older.as_of + 5 * DAY,
        opening={"EUR": closing(older, "EUR")},
        lines=[],
        payouts=[],
        moved=[again],
    )
    assert made["currencies"][0]["closing"] == before["currencies"][0]["closing"] | {
        "pending": "0.000000",
        "available": "45.200000",
    }
    assert check(made, before)["ok"] == "True"


@each_verifier
def test_somebody_elses_opening_balance_cannot_be_shown_as_ones_own(check: Verifier) -> None:
    world, entry = moved_world()
    made = world.statement(FINN, "fan", moved=[entry])
    assert "openings" in failed(check(made))


LIES: list[tuple[str, tuple[str, ...], Any]] = [
    ("proofs", ("body", "amount"), "46.200000"),
    ("proofs", ("body", "tool"), "Dub"),
    ("proofs", ("body", "file"), "00" * 32),
    ("proofs", ("body", "moved_on"), "2026-11-21"),
    ("sentences", ("sentences", "payee"), "Opening balance moved from Rewardful on 22 Nov 2026: 99.00 EUR"),
    ("openings", ("opens", "opening"), "rewardful 0123 EUR 2"),
    ("openings", ("shares", "payee"), "11" * 32),
]


@each_verifier
@pytest.mark.parametrize(("name", "path", "value"), LIES, ids=lambda each: str(each)[:30])
def test_a_lie_about_it_is_found_although_the_right_key_sealed_it(
    check: Verifier, name: str, path: tuple[str, ...], value: Any
) -> None:
    world, entry = moved_world()
    made = copy.deepcopy(statement(world, entry))
    made.pop("seal")
    place = made["currencies"][0]["moved"][0]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert name in failed(check(world.signer.seal(made)))


@each_verifier
def test_it_cannot_be_left_out_of_the_sum(check: Verifier) -> None:
    world, entry = moved_world()
    made = copy.deepcopy(statement(world, entry))
    made.pop("seal")
    del made["currencies"][0]["moved"]
    assert "totals" in failed(check(world.signer.seal(made)))


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in an entry."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield (*here, key)
        yield from paths(each, (*here, key))


@each_verifier
@pytest.mark.parametrize("wrong", [None, True, 7, -1, 2**50, "", "x", [], {}, {"a": 1}, "0.000000", "\x00"], ids=repr)
def test_no_changed_value_goes_unseen_and_none_ends_in_a_crash(check: Verifier, wrong: Any) -> None:
    world, entry = moved_world(matures_at=NOW + DAY)
    honest = statement(world, entry)
    honest.pop("seal")
    for path in paths(honest["currencies"][0]["moved"]):
        made = copy.deepcopy(honest)
        place = made["currencies"][0]["moved"]
        for key in path[:-1]:
            place = place[key]
        if place[path[-1]] == wrong:
            continue
        place[path[-1]] = wrong
        assert check(world.signer.seal(made))["ok"] == "False", path


CLAIM, ITS_ORDER = "an accepted claim", "the order of an accepted claim"
OF_DEBT = "the order of a debt that the brand bore"
ON = "on 22 Nov 2026 of what the brand bears for a claim, as its order was changed"
CLAIMS = [
    (CLAIM, 2_400_000, "Borne by the brand for a claim accepted on 22 Nov 2026: 2.40 EUR"),
    (
        "a debt that stood for 180 days",
        2_400_000,
        "Borne by the brand on 22 Nov 2026 of a debt that stood for 180 days: 2.40 EUR",
    ),
    (
        "an expense paid back against a receipt",
        2_400_000,
        "An expense that the brand paid back against a receipt on 22 Nov 2026: 2.40 EUR",
    ),
    (
        "an expense paid back without a receipt",
        2_400_000,
        "An expense that the brand paid back without a receipt on 22 Nov 2026: 2.40 EUR",
    ),
    ("a bonus by hand", 2_400_000, "A bonus of the brand, given by hand on 22 Nov 2026: 2.40 EUR"),
    (ITS_ORDER, -800_000, f"Taken back {ON}: 0.80 EUR"),
    (ITS_ORDER, 800_000, f"Given again {ON}: 0.80 EUR"),
    (
        "a debt that the brand took upon itself",
        2_400_000,
        "A debt that the brand took upon itself on 22 Nov 2026: 2.40 EUR",
    ),
    (OF_DEBT, -800_000, f"Taken back {ON.replace('bears for a claim', 'bore of an old debt')}: 0.80 EUR"),
    (OF_DEBT, 800_000, f"Given again {ON.replace('bears for a claim', 'bore of an old debt')}: 0.80 EUR"),
]


@each_verifier
@pytest.mark.parametrize(
    ("tool", "amount", "said"),
    CLAIMS,
    ids=[
        "borne",
        "debt",
        "expense",
        "allowance",
        "bonus",
        "taken back",
        "given again",
        "absorbed",
        "debt taken back",
        "debt given again",
    ],
)
def test_what_the_brand_bears_for_a_claim_is_told_as_that(check: Verifier, tool: str, amount: int, said: str) -> None:
    world, entry = moved_world(tool=tool, amount=amount)
    made = statement(world, entry)
    assert made["currencies"][0]["moved"][0]["sentences"] == {"payee": said}
    assert check(made)["ok"] == "True"


@each_verifier
@pytest.mark.parametrize("tool", ["Rewardful", CLAIM, "a bonus by hand"])
def test_nothing_else_may_be_below_zero(check: Verifier, tool: str) -> None:
    assert failed(check(statement(*moved_world(tool=tool, amount=-800_000)))) == {"form"}
