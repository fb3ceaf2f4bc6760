"""A refund may take back more than is ready. Nobody is asked for it: later earnings make it good, and what is left of
it after a stated time the brand bears. What the brand bore for a share goes back to it when that share comes again.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator
from typing import NamedTuple

from fanshare.core.instants import DAY, Instant
from fanshare.core.money import Micros

#: For how long later earnings make a debt good.
BORNE_AFTER = 180 * DAY


class Move[S: Hashable](NamedTuple):
    """What was ready of one share became more or less; ``source`` says of which. Moves are told in their order."""

    source: S
    at: Instant
    change: Micros


class Borne[S: Hashable](NamedTuple):
    """What the brand bears of one share: ``amount`` micros, taken when what was ready of it fell to ``base``."""

    source: S
    base: Micros
    amount: Micros


class _Layer[S: Hashable](NamedTuple):
    """A share was taken from ``top`` down to ``bottom`` and has not come again."""

    nth: int
    at: Instant
    source: S
    bottom: Micros
    top: Micros


def borne(balance: Micros, taken: Micros) -> Micros:
    """What of a balance below zero is older than ``BORNE_AFTER``; ``taken`` is what was taken from it since then.

    What comes makes the oldest good first, so what is left of a debt is the newest of what was taken.
    """
    return max(0, -balance - taken)


def bears[S: Hashable](one: Borne[S], level: Micros) -> Micros:
    """What the brand bears of it by now, where ``level`` is ready of the share: what came again above the base is
    borne no more, what is taken once more is borne again. Never more than was borne at first."""
    return max(0, min(one.amount, one.amount - (level - one.base)))


def of_what[S: Hashable](
    amount: Micros, moves: Iterable[Move[S]], until: Instant, known: Collection[Borne[S]] = ()
) -> list[Borne[S]]:
    """Of which shares the brand bears an ``amount``: of the newest that were taken by ``until`` and did not come again.

    ``known`` is what it bears already. Less than the amount in all, where no share was taken for the rest.
    """
    found, left = [], amount
    for layer in sorted(_open(moves), key=lambda one: one.nth, reverse=True):
        if layer.at > until:
            continue
        for bottom, top in _uncovered(layer, known):
            part = min(left, top - bottom)
            if part:
                found.append(Borne(layer.source, bottom, part))
                left -= part
    return found


def _open[S: Hashable](moves: Iterable[Move[S]]) -> Iterator[_Layer[S]]:
    """What was taken and did not come again: of each share, the newest taking comes again first."""
    levels: dict[S, Micros] = {}
    stacks: dict[S, list[_Layer[S]]] = {}
    for nth, (source, at, change) in enumerate(moves):
        stack, before = stacks.setdefault(source, []), levels.get(source, 0)
        levels[source] = level = before + change
        if change < 0:
            stack.append(_Layer(nth, at, source, level, before))
        while stack and stack[-1].bottom < level:
            last = stack.pop()
            if last.top > level:
                stack.append(last._replace(bottom=level))
    for stack in stacks.values():
        yield from stack


def _uncovered[S: Hashable](layer: _Layer[S], known: Iterable[Borne[S]]) -> list[tuple[Micros, Micros]]:
    """The parts of a layer, from below, that the brand does not bear already."""
    bottom, free = layer.bottom, []
    for _, base, amount in sorted((one for one in known if one.source == layer.source), key=lambda one: one.base):
        if base + amount > bottom and base < layer.top:
            free.append((bottom, max(bottom, base)))
            bottom = base + amount
    return [*free, (min(bottom, layer.top), layer.top)]
