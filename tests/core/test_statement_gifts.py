"""Gifts in the statements of who gave and who was given: every test runs against both verifiers."""

import copy
from typing import Any

import pytest

from fanshare.core import leaves
from fanshare.core.sentences import gift_sentence
from fanshare.verifier import fanshare_verify
from tests.core.statement_verifiers import Verifier, each_verifier, failed
from tests.core.statement_worlds import CLEO, FINN, OTHERS, Chain, World
from tests.core.test_statement_openings import paths

STATES = [("kept",), ("given",), ("given", "kept"), ("given", "back")]
#: What each state makes of the balances: of the giver ready and on its way, of the creator ready.
SUMS = {
    "kept": ("-5.000000", "0.000000", "5.000000"),
    "given": ("-5.000000", "5.000000", "0.000000"),
    "back": ("0.000000", "0.000000", "0.000000"),
}


def given_world(*states: str) -> tuple[World, Chain]:
    """A log in which Finn gave Cleo 5.00 EUR."""
    world = World()
    world.filler(3)
    chain = world.give(FINN, CLEO, 5_000_000, *states)
    world.filler(2)
    return world, chain


def statement(world: World, party: str = FINN, **given: Any) -> Any:
    return world.statement(party, "creator" if party == CLEO else "fan", **given)


@each_verifier
@pytest.mark.parametrize("states", STATES, ids="-".join)
def test_a_gift_is_told_proved_and_counted_on_both_sides(check: Verifier, states: tuple[str, ...]) -> None:
    world, chain = given_world(*states)
    ready, leaving, hers = SUMS[states[-1]]
    for party, role, expected in ((FINN, "giver", (ready, leaving)), (CLEO, "creator", (hers, "0.000000"))):
        made = statement(world, party)
        (section,) = made["currencies"]
        assert (section["closing"]["available"], section["closing"]["in_transit"]) == expected
        (told,) = section["gifts"]
        assert told["sentences"] == {role: gift_sentence(chain.leaves[-1][1], role)}
        assert len(told["history"]) == len(states) - 1
        assert check(made)["ok"] == "True"


@pytest.mark.parametrize("state", leaves.GIFT_STATES)
@pytest.mark.parametrize("role", ["giver", "creator"])
def test_both_verifiers_say_it_in_the_same_words(state: str, role: str) -> None:
    _, chain = given_world(state)
    body = chain.leaves[0][1]
    assert fanshare_verify.sentence(body, role) == gift_sentence(body, role)
    assert "5.00 EUR" in gift_sentence(body, role)


@each_verifier
def test_the_next_statement_begins_where_this_one_ended(check: Verifier) -> None:
    world, chain = given_world("given")
    older, size, before = world.data(), world.frontier.size, statement(world)
    world.come_to(chain, FINN, CLEO, 5_000_000, "back")
    made = world.period(older, size, chain)
    assert {*made["currencies"][0]["closing"].values()} == {"0.000000"}
    assert check(made, before)["ok"] == "True"
    assert check(statement(world), before)["kept"] == "ok"
    world.chains.clear()
    assert "kept" in failed(check(statement(world), before))


@each_verifier
def test_nobody_else_can_show_it_as_hers(check: Verifier) -> None:
    world, chain = given_world("kept")
    assert "openings" in failed(check(world.statement(OTHERS[0], "fan", gifts=[world.entry(chain, FINN)])))


@each_verifier
@pytest.mark.parametrize("states", [("kept", "back"), ("back", "kept"), ("given", "given")], ids="-".join)
def test_what_is_over_stays_over(check: Verifier, states: tuple[str, ...]) -> None:
    world, _ = given_world(*states)
    assert failed(check(statement(world))) == {"chains"}


LIES: list[tuple[str, tuple[str, ...], Any]] = [
    ("proofs", ("body", "amount"), "4.000000"),
    ("proofs", ("body", "state"), "back"),
    ("proofs", ("body", "creator"), "00" * 32),
    ("sentences", ("sentences", "giver"), "Your gift of 9.00 EUR to a creator, hers since 22 Nov 2026 (UTC)"),
    ("openings", ("opens", "gift"), "gift-1"),
    ("openings", ("shares", "giver"), "11" * 32),
]


@each_verifier
@pytest.mark.parametrize(("name", "path", "value"), LIES, ids=lambda each: str(each)[:30])
def test_a_lie_about_it_is_found_although_the_right_key_sealed_it(
    check: Verifier, name: str, path: tuple[str, ...], value: Any
) -> None:
    world, _ = given_world("kept")
    made = copy.deepcopy(statement(world))
    made.pop("seal")
    place = made["currencies"][0]["gifts"][0]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert name in failed(check(world.signer.seal(made)))


@each_verifier
def test_it_cannot_be_left_out_of_the_sum_nor_an_empty_list_be_written(check: Verifier) -> None:
    world, _ = given_world("kept")
    made = copy.deepcopy(statement(world))
    made.pop("seal")
    made["currencies"][0]["gifts"] = []
    assert "form" in failed(check(world.signer.seal(made)))
    del made["currencies"][0]["gifts"]
    assert "totals" in failed(check(world.signer.seal(made)))


@each_verifier
@pytest.mark.parametrize("wrong", [None, True, 7, -1, 2**50, "", "x", [], {}, {"a": 1}, "0.000000", "\x00"], ids=repr)
def test_no_changed_value_goes_unseen_and_none_ends_in_a_crash(check: Verifier, wrong: Any) -> None:
    world, _ = given_world("given", "kept")
    honest = statement(world)
    honest.pop("seal")
    for path in paths(honest["currencies"][0]["gifts"]):
        made = copy.deepcopy(honest)
        place = made["currencies"][0]["gifts"]
        for key in path[:-1]:
            place = place[key]
        if place[path[-1]] == wrong or (path[-3:-2] == ("history",) and path[-1] == "shares" and wrong == {}):
            continue  # who opens nothing of an older record still proves the newest
        place[path[-1]] = wrong
        assert check(world.signer.seal(made))["ok"] == "False", path
