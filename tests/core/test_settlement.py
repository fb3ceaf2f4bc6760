"""Settlement is a fold over states: no order of deliveries, no repetition and no second worker changes the ledger."""

import random
from itertools import permutations

import pytest

from fanshare.core.instants import DAY
from fanshare.core.settlement import desired
from tests.support.effort import effort
from tests.support.worlds import EPOCH, UNIT, Books, World

NOW = EPOCH + 200 * DAY


def settled(world: World, deliveries: list[tuple[int, object]]) -> Books:
    books = Books(world, NOW)
    for order_id, state in deliveries:
        books.accept(order_id, state)  # type: ignore[arg-type]
    return books


def shuffled(world: World, dice: random.Random) -> list[tuple[int, object]]:
    deliveries: list[tuple[int, object]] = list(world.deliveries)
    deliveries += dice.choices(deliveries, k=3)
    dice.shuffle(deliveries)
    return deliveries


@pytest.mark.soak_sized
def test_every_sampled_order_of_deliveries_ends_in_the_same_ledger() -> None:
    for seed in range(effort(2000)):
        world = World.random(seed)
        dice = random.Random(seed)
        expected = settled(world, list(world.deliveries)).snapshot()
        for _ in range(12):
            found = settled(world, shuffled(world, dice)).snapshot()
            assert found == expected, f"world {seed}"
