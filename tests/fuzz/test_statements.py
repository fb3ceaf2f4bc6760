"""Statements that somebody changed: both verifiers say the same of each, none stumbles, and none lets one pass."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from fanshare.core import statement_check
from fanshare.core.canonical import CanonicalError, canonical, parse_json
from fanshare.core.statement import document
from fanshare.store.signing import verify as by_openssl
from fanshare.verifier import fanshare_verify
from tests.core.statement_verifiers import worked
from tests.core.statement_worlds import BUYER, CLEO, FINN, World
from tests.fuzz import spoil
from tests.fuzz.campaign import campaign, shown, size


def small_world() -> World:
    """One sale with a past, and a payout: little to compute, and something of everything."""
    world = World(11)
    world.filler(2)
    world.settle(world.part(**worked(59_000_000, True)), CLEO, FINN, BUYER, **worked(39_000_000, True))
    world.pay(FINN, 500_000)
    return world


WORLD = small_world()
DATA = document(WORLD.data(FINN))
SEALED = WORLD.signer.seal(json.loads(json.dumps(DATA)))
RAW = canonical(SEALED)


def read(parse: Callable[[Any], Any], raw: Any, refusals: tuple[type[Exception], ...]) -> Any:
    """The document, or ``None`` where it is refused."""
    try:
        return parse(raw)
    except refusals:
        return None


def judged(statement: Any) -> tuple[bool, dict[str, str]]:
    """What both verifiers say, which has to be the same."""
    core = statement_check.verify(statement, by_openssl)
    alone = fanshare_verify.verify(statement)
    said: dict[str, str] = {check.name: check.status for check in core.checks}
    assert said == {check.name: check.status for check in alone.checks}
    assert core.ok == alone.ok
    return core.ok, said


def outcome(statement: Any) -> str:
    holds, said = judged(statement)
    return "holds" if holds else "refused: " + ", ".join(name for name, status in said.items() if status == "failed")


def as_bytes(chance: Random) -> str:
    """Somebody changed the file."""
    raw = spoil.json_body(chance, RAW)
    try:
        statement = read(parse_json, raw, (CanonicalError, RecursionError))
        assert statement == read(fanshare_verify.parse, raw, (ValueError, RecursionError))
        if statement is None:
            return "refused: not JSON"
        said = outcome(statement)
        assert said != "holds" or statement == SEALED
        return said
    except Exception as error:
        error.add_note(f"the statement was {shown(raw)}")
        raise


def sealed_again(chance: Random) -> str:
    """The programme itself changed it, and it holds the key."""
    raw = spoil.json_body(chance, canonical(DATA))
    statement = read(parse_json, raw, (CanonicalError, RecursionError))
    if not isinstance(statement, dict):
        return "refused: no table"
    try:
        sealed = read(WORLD.signer.seal, statement, (CanonicalError,))
        if sealed is None:
            return "refused: can't be sealed"
        said = outcome(sealed)
        # Nothing at all may be stated (a statement does not prove that it lists everything), but nothing else.
        assert said != "holds" or all(_told(each) in TOLD for each in statement["currencies"])
        return said
    except Exception as error:
        error.add_note(f"sealed was {shown(raw)}")
        raise


def _told(section: dict[str, Any]) -> dict[str, Any]:
    """A currency without what opens earlier leaves: whose share that was is not told by leaving it out."""
    kept = {
        name: [{**one, "history": [past["body"] for past in one["history"]]} for one in section[name]]
        for name in ("lines", "payouts")
    }
    return {**section, **kept}


TOLD = [_told(each) for each in DATA["currencies"]]


@pytest.mark.soak_sized
def test_a_spoiled_statement_is_never_taken_for_a_true_one() -> None:
    assert outcome(SEALED) == "holds"
    outcomes = campaign(as_bytes)
    assert outcomes["refused: not JSON"] > 50
    assert outcomes["refused: form"] > 500


@pytest.mark.soak_sized
def test_no_change_of_what_was_earned_holds_even_when_it_is_sealed_again() -> None:
    outcomes = campaign(sealed_again, size(2_500))
    assert outcomes["refused: form"] > 500
    assert len(outcomes) > 8, outcomes


@pytest.mark.parametrize("check", ["_totals", "_proofs", "_form"])
def test_a_verifier_that_leaves_out_a_check_is_found(check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: one of the two no longer looks."""
    if check == "_form":
        monkeypatch.setattr(fanshare_verify, "_is_statement", lambda value: True)
    else:
        monkeypatch.setattr(statement_check, check, lambda read: "fine")
    with pytest.raises(Exception, match=r".") as caught:
        campaign(sealed_again, 2_000)
    assert isinstance(caught.value, AssertionError | KeyError | TypeError | AttributeError | ValueError)
