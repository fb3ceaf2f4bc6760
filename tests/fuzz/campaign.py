"""One campaign: thousands of spoiled inputs for one target, in batches whose seeds hypothesis chooses.

Drawing every byte through hypothesis would cost more than reading it; so hypothesis draws a seed, and a batch of inputs
is made from it. A failure names the seed and the input, and the same seed makes the same input.
"""

from collections import Counter
from collections.abc import Callable
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.effort import effort, factor

#: Inputs for each target: in an ordinary run, and at least in a soak.
SMALL, SOAK = 5_000, 200_000
BATCH = 50

#: Makes one input from the chance, gives it to the target, checks what has to hold, and says what became of it.
type Case = Callable[[Random], str]

#: What the running test has tried so far, for the last lines of a run.
TALLY: Counter[str] = Counter()


def size(small: int = SMALL) -> int:
    """How many inputs a target gets; ``small`` where one costs much more than a millisecond."""
    return small if factor() == 1 else max(SOAK * small // SMALL, effort(small))


def campaign(case: Case, count: int | None = None, *, batch: int = BATCH) -> Counter[str]:
    """Run a case ``count`` times; how often each outcome came. A failure carries its seed as a note."""
    return batches(lambda chance, length: [case(chance) for _ in range(length)], count, batch=batch)


def batches(case: Callable[[Random, int], list[str]], count: int | None = None, *, batch: int = BATCH) -> Counter[str]:
    """The same for targets that take many inputs at once."""
    rounds = -(-(size() if count is None else count) // batch)
    outcomes: Counter[str] = Counter()

    # A smaller seed makes no smaller input, so nothing is gained by looking for one.
    @settings(max_examples=rounds, phases=[Phase.generate], report_multiple_bugs=False)
    @given(st.integers(0, 2**64))
    def run(seed: int) -> None:
        try:
            outcomes.update(case(Random(seed), batch))
        except Exception as error:
            error.add_note(f"the fuzz seed was {seed}")
            raise

    run()
    assert outcomes.total() >= rounds * batch
    TALLY["spoiled inputs"] += outcomes.total()
    TALLY["spoiled inputs refused"] += sum(count for what, count in outcomes.items() if what.startswith("refused"))
    return outcomes


def shown(raw: bytes) -> str:
    """An input as a failure prints it."""
    return repr(raw if len(raw) <= 4_000 else raw[:4_000] + b"...")
