"""A newer statement against an older one: the older mailbox is the witness. Both verifiers, the same cases."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core.settlement_leaf import body_hash
from fanshare.core.statement import document
from tests.core.statement_verifiers import Verifier, each_verifier, failed, worked
from tests.core.statement_worlds import BUYER, CLEO, FINN, World, full_world


def grown(seed: int = 1) -> tuple[World, dict[str, Any], int]:
    """A world, a statement of it, and the size of the log then; afterwards the world has grown."""
    world = full_world(seed)
    older, size = world.statement(), world.frontier.size
    for chain in world.chains[:3]:
        if "part" in chain.opens:
            world.resettle(chain)
    world.filler(7)
    world.part()
    return world, older, size


@each_verifier
@pytest.mark.parametrize("seed", range(6))
def test_a_statement_of_the_grown_log_continues_the_older_one(check: Verifier, seed: int) -> None:
    world, older, size = grown(seed)
    outcome = check(world.statement(since=size), older)
    assert outcome["ok"] == "True", outcome
    assert outcome["consistency"] == outcome["kept"] == "ok"


@each_verifier
def test_the_same_statement_twice_is_consistent(check: Verifier) -> None:
    statement = full_world(2).statement()
    assert check(statement, statement)["ok"] == "True"


@each_verifier
def test_without_a_proof_from_the_older_size_the_report_says_what_to_ask_for(check: Verifier) -> None:
    world, older, size = grown()
    outcome = check(world.statement(), older)
    assert outcome["consistency"] == "open"
    assert outcome["ok"] == "False"
    assert check(world.statement(since=size - 1), older)["consistency"] == "open"


@each_verifier
def test_the_older_statement_given_as_the_newer_is_found(check: Verifier) -> None:
    world, older, size = grown()
    assert "consistency" in failed(check(older, world.statement(since=size)))


def rewritten(size: int, at: int) -> tuple[World, dict[str, Any]]:
    """A world that signed one history, then rewrote the record ``at`` and proves the rewritten one."""
    world = World(3)
    world.filler(2)
    world.part(**worked(59_000_000, True))
    world.filler(size - 3)
    older = world.statement()
    bodies = world.bodies
    bodies[at] = {**bodies[at], "rewritten": "yes"}
    world.frontier, world.bodies = World().frontier, []
    for body in bodies:
        world.append(body)
    world.filler(3)
    return world, older


@each_verifier
@settings(max_examples=40, deadline=None)
@given(size=st.integers(4, 40), data=st.data())
def test_a_rewritten_log_is_found_wherever_it_was_rewritten(check: Verifier, size: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, size - 1).filter(lambda index: index != 2))
    world, older = rewritten(size, at)
    newer = world.statement(since=size)
    assert check(newer)["ok"] == "True", "the newer statement alone cannot show it"
    assert failed(check(newer, older)) == {"consistency"}


@each_verifier
def test_a_line_that_went_missing_is_found(check: Verifier) -> None:
    world, older, size = grown()
    dropped = world.chains.pop(next(index for index, chain in enumerate(world.chains) if "part" in chain.opens))
    mine = any(who == FINN for salts in dropped.salts for who, _ in salts.values())
    outcome = check(world.statement(since=size), older)
    assert ("kept" in failed(outcome)) == mine


@each_verifier
def test_an_order_that_begins_anew_under_another_commitment_is_found(check: Verifier) -> None:
    world = World(8)
    chain = world.part(**worked(59_000_000, True))
    older = world.statement()
    world.chains.clear()
    again = world.part(**worked(39_000_000, True))
    again.opens["order"] = chain.opens["order"]
    assert "kept" in failed(check(world.statement(since=1), older))


@each_verifier
def test_an_earlier_settlement_swapped_for_another_is_found(check: Verifier) -> None:
    world = World(9)
    chain = world.part(**worked(59_000_000, True))
    older = world.statement()
    index, body = chain.leaves[0]
    chain.leaves[0] = (index, {**copy.deepcopy(body), "reasons": ["swapped"]})
    world.settle(chain, CLEO, FINN, BUYER, **worked(39_000_000, True))
    assert failed(check(world.statement(since=1), older)) == {"kept"}
    assert chain.leaves[1][1]["previous"] == body_hash(chain.leaves[0][1]).hex()


@each_verifier
def test_statements_of_two_parties_do_not_continue_each_other(check: Verifier) -> None:
    world, older, size = grown()
    assert "same party" in failed(check(world.statement(CLEO, "creator", size), older))


@each_verifier
def test_a_broken_older_statement_is_no_witness(check: Verifier) -> None:
    world, older, size = grown()
    older["programme"]["name"] = "Somebody else"
    assert failed(check(world.statement(since=size), older)) == {"older"}
    assert failed(check(world.statement(since=size), {"format": "x"})) == {"older"}


@each_verifier
def test_a_key_handed_over_is_followed_and_a_new_one_is_not(check: Verifier) -> None:
    world, older, size = grown()
    old_key = older["keys"][0]
    world.rotate()
    world.rotate()
    newer = world.statement(since=size)
    assert check(newer, older, [old_key])["ok"] == "True"
    world.signer = World(77).signer
    outcome = check(world.statement(since=size), older, [old_key])
    assert failed(outcome) == {"trust", "same key"}


@each_verifier
def test_a_hand_over_that_the_old_key_did_not_sign_is_found(check: Verifier) -> None:
    world, stranger = full_world(1), World(77)
    stranger.rotate()
    signer = stranger.signer
    data = document(world.data(checkpoint=signer.sign_checkpoint(world.frontier.size, world.frontier.root(), 1)))
    data["keys"] = [data["keys"][0], str(signer.key)]
    data["rotations"] = list(signer.rotations)
    assert failed(check(signer.seal(data))) == {"keys"}


@each_verifier
def test_an_honest_restore_is_told_and_not_read_as_tampering(check: Verifier) -> None:
    world, older, size = grown()
    world.restore(size - 2)
    world.part()
    outcome = check(world.statement(since=size - 2), older)
    assert outcome["ok"] == "True", outcome
    assert outcome["consistency"] == "note"
    assert outcome["epochs"] == "ok"


@each_verifier
def test_a_restore_to_a_later_backup_loses_nothing_of_the_older_statement(check: Verifier) -> None:
    world, older, size = grown()
    world.restore(size + 3)
    world.filler(4)
    outcome = check(world.statement(since=size), older)
    assert outcome["ok"] == "True"
    assert outcome["consistency"] == "ok"


@each_verifier
def test_a_restore_that_is_not_told_is_tampering(check: Verifier) -> None:
    world, older, size = grown()
    world.restore(size - 2)
    world.part()
    world.epoch, world.epochs = 1, []
    world.filler(5)
    assert "consistency" in failed(check(world.statement(since=size), older))


@each_verifier
def test_a_new_epoch_without_its_record_is_found(check: Verifier) -> None:
    world, _, _ = grown()
    world.epoch = 2
    assert failed(check(world.statement())) == {"epochs"}


@each_verifier
def test_two_restores_one_behind_the_other_are_followed(check: Verifier) -> None:
    world, older, size = grown()
    world.restore(size + 2)
    world.filler(3)
    world.restore(size + 4)
    world.filler(3)
    assert check(world.statement(since=size), older)["ok"] == "True"
    world.restore(size - 3)
    assert check(world.statement(), older)["consistency"] == "note"


@each_verifier
def test_a_statement_of_a_period_opens_with_what_the_last_one_closed_with(check: Verifier) -> None:
    world = full_world(6)
    older, size = world.data(), world.frontier.size
    chain = next(chain for chain in world.chains if "part" in chain.opens)
    world.settle(chain, chain.opens["part"], FINN, BUYER, **worked(59_000_000, True))
    fresh = world.part(**worked(59_000_000, True))
    witness = world.signer.seal(document(older))
    unchanged = [each for each in world.chains if each not in (chain, fresh) and FINN in str(each.salts)]
    newer = world.period(older, size, chain, fresh, *unchanged)
    outcome = check(newer, witness)
    assert outcome["ok"] == "True", outcome
    newer["currencies"][0]["opening"]["paid"] = "1.000000"
    newer["currencies"][0]["closing"]["paid"] = "1.000000"
    assert failed(check(world.signer.seal(newer), witness)) >= {"opening"}


@each_verifier
@pytest.mark.parametrize("key", ["proves", "does_not_prove"])
@pytest.mark.parametrize("item", [False, None, 7, [], "half of a character: \ud800"])
def test_a_promise_that_is_no_text_is_no_form(check: Verifier, key: str, item: Any) -> None:
    statement = full_world(3).statement()
    statement[key][0] = item
    assert check(statement) == {"form": "failed", "ok": "False"}
