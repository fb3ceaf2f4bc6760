"""What a statement proves: every test runs against the core and against the stand-alone verifier."""

import contextlib
import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core import commitments
from fanshare.core.canonical import CanonicalError, canonical, parse_json
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY
from fanshare.core.settlement_leaf import LeafError, body_hash, parse_settlement
from fanshare.core.statement import Totals, closing, document
from fanshare.core.statement_form import read_statement
from tests.core.statement_verifiers import Verifier, each_verifier, failed, worked
from tests.core.statement_worlds import BUYER, CLEO, FINN, NOW, OTHERS, World, full_world


@each_verifier
@pytest.mark.parametrize("seed", range(8))
def test_an_honest_statement_holds_for_each_party(check: Verifier, seed: int) -> None:
    world = full_world(seed)
    for party, role in ((FINN, "fan"), (CLEO, "creator"), (BUYER, "buyer"), (OTHERS[0], "creator")):
        outcome = check(world.statement(party, role))
        assert outcome["ok"] == "True", outcome
        assert outcome["trust"] == "note"


@each_verifier
@pytest.mark.parametrize(
    ("net", "introduced", "amounts"),
    [
        (59_000_000, True, {"creator": "5.310000", "fan": "1.416000", "buyer": "0.354000"}),
        (39_000_000, True, {"creator": "3.510000", "fan": "0.936000", "buyer": "0.234000"}),
        (59_000_000, False, {"creator": "7.080000", "buyer": "0.000000"}),
    ],
)
def test_the_worked_case_is_proved_to_the_micro(
    check: Verifier, net: int, introduced: bool, amounts: dict[str, str]
) -> None:
    world = World()
    world.filler(3)
    chain = world.part(fan=FINN if introduced else None, **worked(net, introduced))
    assert {share["role"]: share["amount"] for share in chain.leaves[0][1]["shares"]} == amounts
    for party, role in ((CLEO, "creator"), (BUYER, "buyer")):
        assert check(world.statement(party, role))["ok"] == "True"


@each_verifier
def test_the_sentences_say_who_brought_the_buyer_and_what_it_is_part_of(check: Verifier) -> None:
    world = World()
    world.part(**worked(59_000_000, True))
    fan, creator, buyer = (world.statement(*who) for who in ((FINN, "fan"), (CLEO, "creator"), (BUYER, "buyer")))
    assert fan["currencies"][0]["lines"][0]["sentences"] == {
        "fan": "You brought this buyer on 14 Nov. Commission 7.08 is 12 % of 59.00 of goods; "
        "your share is 20 % of it: 1.416"
    }
    assert creator["currencies"][0]["lines"][0]["sentences"] == {
        "creator": "A fan of yours brought this sale on 14 Nov. Commission 7.08 is 12 % of 59.00 of goods; "
        "you keep 5.31 after 1.416 for the fan who brought the buyer and 0.354 for the buyer"
    }
    assert buyer["currencies"][0]["lines"][0]["sentences"]["buyer"].endswith("your share is 5 % of it: 0.354")
    assert all(check(statement)["ok"] == "True" for statement in (fan, creator, buyer))


# -- a dishonest programme, which holds the key and seals again


def line(statement: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = statement["currencies"][0]["lines"][0]
    return found


def less_for_the_fan(statement: dict[str, Any]) -> None:
    share = line(statement)["body"]["shares"][0]
    share["amount"] = "0.000001" if share["amount"] != "0.000001" else "0.000002"


def another_rate(statement: dict[str, Any]) -> None:
    line(statement)["body"]["buyer_bps"] += 1


def another_sum(statement: dict[str, Any]) -> None:
    statement["currencies"][0]["closing"]["held"] = "999.000000"


def money_from_before(statement: dict[str, Any]) -> None:
    statement["currencies"][0]["opening"]["available"] = "-5.000000"


def a_nicer_story(statement: dict[str, Any]) -> None:
    sentences = line(statement)["sentences"]
    sentences[next(iter(sentences))] += "!"


def an_order_left_out(statement: dict[str, Any]) -> None:
    del statement["currencies"][0]["lines"][0]


def an_order_twice(statement: dict[str, Any]) -> None:
    statement["currencies"][0]["lines"].append(copy.deepcopy(line(statement)))


def a_forgotten_past(statement: dict[str, Any]) -> None:
    for each in statement["currencies"][0]["lines"]:
        each["history"] = each["history"][1:]


def an_invented_past(statement: dict[str, Any]) -> None:
    for each in statement["currencies"][0]["lines"]:
        for past in each["history"]:
            past["body"]["reasons"] = ["invented"]


def a_share_not_hers(statement: dict[str, Any]) -> None:
    each = line(statement)
    taken = next(share["role"] for share in each["body"]["shares"] if share["role"] not in each["shares"])
    each["shares"][taken] = next(iter(each["shares"].values()))
    each["sentences"][taken] = "Yours."


def another_order(statement: dict[str, Any]) -> None:
    line(statement)["opens"]["order"] = "4711"


def another_place(statement: dict[str, Any]) -> None:
    line(statement)["index"] += 1


def counted_before(statement: dict[str, Any]) -> None:
    line(statement)["counted"] = 1


def a_greater_promise(statement: dict[str, Any]) -> None:
    statement["does_not_prove"] = statement["does_not_prove"][1:]


def another_programme(statement: dict[str, Any]) -> None:
    statement["programme"]["id"] = "prog8"


def a_hidden_key(statement: dict[str, Any]) -> None:
    statement["keys"] = statement["keys"] * 2


def a_claimed_restore(statement: dict[str, Any]) -> None:
    body = {"kind": "epoch", "number": 2, "restored_size": 1, "restored_root": "0" * 64, "cause": "x"}
    body["at"] = "2026-01-01T00:00:00Z"
    statement["epochs"] = [{"index": 1, "body": body, "proof": [], "consistency": []}]


FORGERIES = [
    (less_for_the_fan, "proofs"),
    (less_for_the_fan, "arithmetic"),
    (another_rate, "proofs"),
    (another_sum, "totals"),
    (money_from_before, "totals"),
    (a_nicer_story, "sentences"),
    (an_order_left_out, "totals"),
    (an_order_twice, "proofs"),
    (an_order_twice, "openings"),
    (a_forgotten_past, "chains"),
    (an_invented_past, "chains"),
    (a_share_not_hers, "openings"),
    (another_order, "openings"),
    (another_place, "proofs"),
    (counted_before, "totals"),
    (a_greater_promise, "limits"),
    (another_programme, "checkpoint"),
    (a_hidden_key, "keys"),
    (a_claimed_restore, "epochs"),
]


def rich_world() -> World:
    """Every line has shares of several parties, money in it, and a history."""
    world = World(11)
    world.filler(2)
    for _ in range(3):
        chain = world.part(**worked(59_000_000, True))
        world.filler(1)
        world.settle(chain, CLEO, FINN, BUYER, **worked(39_000_000, True))
    world.pay(FINN, 500_000)
    return world


@each_verifier
@pytest.mark.parametrize(("forge", "found_by"), FORGERIES)
def test_a_lie_sealed_with_the_right_key_is_found(
    check: Verifier, forge: Callable[[dict[str, Any]], None], found_by: str
) -> None:
    world = rich_world()
    data = document(world.data())
    assert check(world.signer.seal(copy.deepcopy(data)))["ok"] == "True"
    forge(data)
    outcome = check(world.signer.seal(data))
    assert outcome["seal"] == "ok"
    assert found_by in failed(outcome), outcome


@each_verifier
def test_a_lie_that_is_in_the_log_too_is_found_by_arithmetic(check: Verifier) -> None:
    world = World()
    facts = worked(59_000_000, True)
    chain = world.part(**facts)
    body = copy.deepcopy(chain.leaves[0][1])
    body["shares"][0]["amount"], body["seq"] = "5.310001", 2
    body["previous"] = body_hash(chain.leaves[0][1]).hex()
    world.add(chain, body, chain.salts[0])
    assert failed(check(world.statement(CLEO, "creator"))) == {"arithmetic"}


# -- somebody without the key


@each_verifier
@settings(max_examples=150, deadline=None)
@given(position=st.integers(0, 10**6), flip=st.integers(1, 255))
def test_no_flipped_byte_goes_unseen(check: Verifier, position: int, flip: int) -> None:
    changed = bytearray(BYTES)
    changed[position % len(changed)] ^= flip
    try:
        statement = parse_json(bytes(changed))
    except CanonicalError:
        return
    assert check(statement)["ok"] == "False"


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, each in inner for found in places(each, (*path, key)))]


def put(document: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value


STATEMENT = rich_world().statement()
BYTES = canonical(STATEMENT)
BODY = STATEMENT["currencies"][0]["lines"][0]["body"]
#: One path for each place of the format: which item of a list it is makes no difference.
PLACES = list(
    {tuple(0 if isinstance(key, int) else key for key in path): path for path in places(STATEMENT) if path}.values()
)
OTHER_VALUES = [
    None,
    True,
    0,
    1,
    -1,
    2**53 - 1,
    "",
    "x",
    "0.000000",
    "1.000000",
    [],
    {},
    ["x"],
    {"x": 1},
    "\u00e9",
    "a" * 64,
]


@each_verifier
@settings(max_examples=200, deadline=None)
@given(path=st.sampled_from(PLACES), value=st.sampled_from(OTHER_VALUES))
def test_no_changed_value_goes_unseen_and_none_ends_in_a_crash(check: Verifier, path: Any, value: Any) -> None:
    changed = copy.deepcopy(STATEMENT)
    put(changed, path, value)
    if changed != STATEMENT or canonical(changed) != BYTES:
        assert check(changed)["ok"] == "False"


@pytest.mark.parametrize("value", [None, 1, "x", {}], ids=repr)
def test_no_value_of_another_type_crashes_the_reading(value: Any) -> None:
    for path in PLACES:
        changed = copy.deepcopy(STATEMENT)
        put(changed, path, value)
        with contextlib.suppress(BadInputError):
            assert read_statement(changed).document == changed


@each_verifier
@settings(max_examples=60, deadline=None)
@given(path=st.sampled_from([()] + [path for path in PLACES if path[-1] in ("body", "period", "shares", "opens")]))
def test_an_added_key_is_refused_everywhere(check: Verifier, path: Any) -> None:
    changed = copy.deepcopy(STATEMENT)
    target = changed
    for key in path:
        target = target[key]
    if isinstance(target, dict):
        target["note"] = "x"
        assert failed(check(changed)) == {"form"}


@each_verifier
@pytest.mark.parametrize("value", [None, 1, "statement", [], {}, {"format": "fanshare-statement/1"}])
def test_what_is_no_statement_is_said_to_be_none(check: Verifier, value: Any) -> None:
    assert failed(check(value)) == {"form"}


@each_verifier
def test_spaces_and_the_order_of_keys_do_not_matter(check: Verifier) -> None:
    pretty = json.dumps(dict(reversed(STATEMENT.items())), indent=3)
    assert check(parse_json(pretty))["ok"] == "True"


@each_verifier
def test_a_key_known_from_elsewhere_is_trusted_and_another_is_not(check: Verifier) -> None:
    other = World(99).signer.key
    key = STATEMENT["keys"][0]
    assert check(STATEMENT, keys=[str(other), key])["trust"] == "ok"
    assert failed(check(STATEMENT, keys=[str(other)])) == {"trust"}


# -- what a statement keeps secret


def guessed(statement: dict[str, Any], candidates: list[str]) -> set[str]:
    """Every party id that can be confirmed as the holder of some share, with every salt and text of the statement."""
    texts = set(filter(is_hash, all_texts(statement)))
    salts = {bytes.fromhex(text) for text in texts} | {bytes(32)}
    sealed = texts
    return {each for each in candidates for salt in salts if commitments.who(salt, each) in sealed}


def all_texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in all_texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in all_texts(each)]
    return [value] if isinstance(value, str) else []


def is_hash(text: str) -> bool:
    return len(text) == 64 and all(char in "0123456789abcdef" for char in text)


@pytest.mark.parametrize("seed", range(10))
def test_from_one_partys_statement_nobody_can_confirm_a_guess_about_another_person(seed: int) -> None:
    world = full_world(seed)
    everybody = [FINN, CLEO, BUYER, *OTHERS]
    for party, role in ((FINN, "fan"), (CLEO, "creator"), (BUYER, "buyer")):
        statement = world.statement(party, role)
        assert guessed(statement, everybody) == {party}
        text = canonical(statement).decode()
        creators = {line["opens"]["part"] for section in statement["currencies"] for line in section["lines"]}
        assert not [other for other in everybody if other not in {party, *creators} and other in text]


def test_with_one_salt_for_all_shares_the_guess_would_succeed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "salt", lambda self: b"s" * 32)
    assert guessed(full_world(1).statement(), [FINN, CLEO, BUYER]) == {FINN, CLEO, BUYER}


# -- the leaf


@settings(max_examples=60)
@given(st.integers(0, 10**9))
def test_a_settlement_leaf_is_read_as_it_was_written(seed: int) -> None:
    body = World(seed).part().leaves[0][1]
    assert parse_settlement(parse_json(canonical(body))).body() == body


@settings(max_examples=200, deadline=None)
@given(
    path=st.sampled_from(places(STATEMENT["currencies"][0]["lines"][0]["body"])), value=st.sampled_from(OTHER_VALUES)
)
def test_a_settlement_leaf_with_another_value_is_refused_or_is_another_leaf(path: Any, value: Any) -> None:
    body = copy.deepcopy(BODY)
    if path:
        put(body, path, value)
    try:
        assert parse_settlement(body).body() == body
    except LeafError:
        assert path


def test_closing_totals_count_ripe_shares_as_available() -> None:
    world = World(4)
    world.part(**worked(59_000_000, True))
    now = closing(world.data(), "EUR")
    later = closing(world.data(as_of=NOW + 30 * DAY), "EUR")
    assert sum(now) == sum(later) == 1_416_000
    assert later.pending in (0, now.pending)
    assert Totals(available=-1).document()["available"] == "-0.000001"
