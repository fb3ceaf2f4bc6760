"""What people typically earned: a median with the zeros in it, and nothing at all about a few people."""

from dataclasses import dataclass

from fanshare.core.money import Micros

#: Below this many people nothing is said: a few amounts say who has them.
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Typical:
    """Of ``people``, ``earning`` have earned something; half have at most ``median`` (micros, the lower median)."""

    people: int
    earning: int
    median: Micros


def typical(people: int, earning: int, median: Micros) -> Typical | None:
    """What may be told of these people; ``None`` below ``FEWEST`` of them."""
    return Typical(people, earning, max(0, median)) if people >= FEWEST else None
