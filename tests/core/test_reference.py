"""A naive second implementation, written from the design in fractions, agrees with the fold to the micro."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from fanshare.core.facts import OrderFacts
from fanshare.core.instants import DAY
from fanshare.core.settlement import Part, desired
from tests.support.effort import effort
from tests.support.reference import Answer, reference
from tests.support.sales import EPOCH
from tests.support.worlds import CREATORS, Books, World


def facts_of(world: World, dice: random.Random) -> tuple[list[OrderFacts], int]:
    """Some states of every order, in no order, at some moment."""
    books = Books(world, EPOCH + dice.randint(0, 80) * DAY, remember=False)
    for order in world.orders:
        books.states[order.id] = order.states[: dice.randint(1, len(order.states))]
    facts = books.facts()
    dice.shuffle(facts)
    return facts, books.now


def told(part: Part) -> Answer:
    return Answer(
        order_id=part.order_id,
        credit=part.credit.fraction,
        new_buyer=part.standing.new_buyer,
        fan=part.fan,
        uncapped=part.uncapped,
        pool=part.pool,
        creator_share=part.shares.creator,
        fan_share=part.shares.fan,
        buyer_share=part.shares.buyer,
        bucket=part.bucket(None).value,
        fee=part.fee,
    )


@pytest.mark.soak_sized
@pytest.mark.parametrize(("currency", "worlds"), [("EUR", 1000), ("JPY", 60), ("KWD", 60), ("CLF", 60)])
def test_the_reference_agrees_to_the_micro(currency: str, worlds: int) -> None:
    seen: Counter[str] = Counter()
    for seed in range(effort(worlds)):
        world = World.random(seed, currency=currency)
        facts, now = facts_of(world, random.Random(seed))
        for creator in CREATORS:
            parts = desired(creator, facts, world.book, now)
            expected = reference(creator, facts, list(world.book), now)
            assert [told(part) for part in parts] == expected, f"world {seed}, creator {creator}"
            for answer in expected:
                seen["parts"] += 1
                seen["with a fan"] += answer.fan_share > 0
                seen["with a buyer's part"] += answer.buyer_share > 0
                seen["lowered by a cap"] += answer.pool < answer.uncapped
                seen["split"] += answer.credit < 1
                seen[answer.bucket] += 1
                seen["with a fee"] += answer.fee > 0
            for part in parts:
                seen["with a bonus"] += bool(part.bonuses)
                seen["lowered by the margin budget"] += any(one.after < one.before for one in part.limits)
                seen["by a rule for a group"] += any(line.rule_id == "for-gold" for line in part.lines)
                seen["lifted by a later sale"] += any(line.further for line in part.lines)
                seen["ended by months"] += part.recurring is not None and bool(part.recurring.over)
    wanted = {"parts", "with a fan", "with a buyer's part", "lowered by a cap", "split", "held", "pending", "available"}
    assert all(seen[kind] >= worlds // 20 for kind in wanted), seen
    rare = {"with a fee", "with a bonus", "lowered by the margin budget", "by a rule for a group", "ended by months"}
    rare |= {"lifted by a later sale"}
    assert all(seen[kind] >= worlds // 50 for kind in rare), seen


def test_the_reference_would_notice_a_single_micro() -> None:
    noticed = 0
    for seed in range(20):
        world = World.random(seed)
        facts, now = facts_of(world, random.Random(seed))
        for order in facts:
            richer = replace(order, view=replace(order.view, kept=tuple(kept + 20 for kept in order.view.kept)))
            changed = [richer if one is order else one for one in facts]
            for creator in CREATORS:
                found = [told(part) for part in desired(creator, changed, world.book, now)]
                noticed += found != reference(creator, facts, list(world.book), now)
    assert noticed > 20
