"""The port through which discount codes are made in a shop, read back, and ended.

Everything may be repeated: a code is known by its text and by the mark (``token``) it carries in the shop, so a
question whose answer was lost is asked again and finds what it had done.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from fanshare.core.discounts import Discount
from fanshare.core.instants import Instant
from fanshare.core.marks import say, together
from fanshare.core.money import Micros


@dataclass(frozen=True, slots=True)
class CodeAsked:
    """A code to be made. Codes with the same ``sheet`` and discount belong together; ``again`` when it was asked for
    before, so that the shop may know it already."""

    text: str
    token: str
    discount: Discount
    sheet: str = ""
    again: bool = False

    @property
    def mark(self) -> str:
        """What it carries in the shop: the sheet's mark where it has one."""
        return self.sheet or self.token


@dataclass(frozen=True, slots=True)
class CodeSeen:
    """A code as a shop shows it. ``mark`` is empty where we did not make it, ``used`` how often it was taken.

    ``discount`` is ``None`` where the shop has made of it what no plan of ours can say.
    """

    text: str
    mark: str
    refers: str
    active: bool
    used: int
    discount: Discount | None


class Outcome(StrEnum):
    """What became of a code that was asked for."""

    CONFIRMED = "confirmed"  # read back, works, and is as asked
    PENDING = "pending"  # the shop is still making it
    TAKEN = "taken"  # the text is somebody else's in this shop
    DIFFERENT = "different"  # ours, and not as asked
    REFUSED = "refused"  # the shop will never make it


@dataclass(frozen=True, slots=True)
class CodeTold:
    """What a shop told about a code; ``said`` is a sentence where it is not confirmed."""

    text: str
    outcome: Outcome
    refers: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class CodeEnded:
    """``done``: no checkout takes the code any more; else the shop is still about it. ``used`` as of now."""

    done: bool
    used: int = 0


class CodeMaker(Protocol):
    """The codes of one shop. Not for several threads at once; whoever made it closes it.

    Every method raises ``FanshareError`` with code ``shop_unreachable`` when nothing can be known (ask again), or
    ``shop_refused`` when a person must help (keys, scopes, address).
    """

    def make(self, asked: Sequence[CodeAsked], now: Instant) -> Iterator[CodeTold]:
        """Make codes that are not there yet, read each back and compare; told one by one as they are known."""
        ...

    def look(self, text: str, now: Instant) -> CodeSeen | None:
        """The code of a text as it is now, whosever it is; ``None`` where the shop has none."""
        ...

    def end(self, text: str, mark: str, now: Instant) -> CodeEnded:
        """End a code of ours; one that is not there, or carries another mark, is not ours to end and is done."""
        ...

    def ours(self, now: Instant) -> Sequence[CodeSeen] | None:
        """Every code that carries a mark of ours, working or not; ``None`` where no list can be had by a program.

        A list that breaks off raises: nothing is concluded from a part of it.
        """
        ...

    def spent(self, text: str, order_id: str) -> Micros | None:
        """What a code took off an order, all included, in micros; ``None`` where the order does not show it."""
        ...

    def close(self) -> None:
        """Close the connections to the shop."""
        ...


#: (connection settings) -> maker. The settings are those named in the connector's README.
type MakeCodeMaker = Callable[[Mapping[str, str]], CodeMaker]


def judged(asked: CodeAsked, seen: CodeSeen, told: Sequence[str]) -> CodeTold:
    """What to say of a code that the shop shows; ``told`` are its differences from what was asked."""
    if seen.mark != asked.mark:
        return CodeTold(asked.text, Outcome.TAKEN, said=say("The shop already has a code of this text."))
    if told or not seen.active:
        said = together(told, "; ") or say("it does not work now")
        return CodeTold(
            asked.text, Outcome.DIFFERENT, seen.refers, say("The shop made it otherwise: %(said)s.", said=said)
        )
    return CodeTold(asked.text, Outcome.CONFIRMED, seen.refers)
