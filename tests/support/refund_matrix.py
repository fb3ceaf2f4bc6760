"""The matrix of refunds: what comes back, of how many, in which currency, and what must then be left, in fractions.

A row is a way in which money goes back (``WAYS``), a number of beneficiaries, a currency. ``Row.told`` says what the
shop or the payment provider tells, step by step. ``expected`` is the reference: it is written from the words of the
design, shares nothing with ``fanshare.core``, and keeps fractions until the words say "rounded down".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import NamedTuple

#: Micros of the smallest unit.
CURRENCIES = {"JPY": 1_000_000, "EUR": 10_000, "KWD": 1_000, "CLF": 100}
#: What the buyer paid, in smallest units: two goods, then shipping and tax. None of them divides by anything.
GOODS, BESIDES = (700_001, 299_993), 99_991
PAID = sum(GOODS) + BESIDES
#: Basis points. So high a rate shows a micro of the goods, which a usual one would swallow.
RATE, FAN, BUYER = 8_777, 2_000, 500

CREATOR, HER_FAN, THE_BUYER = "creator", "fan", "buyer"


class Step(NamedTuple):
    """What is known from now on. ``back``: refunds by name and smallest units; ``line``: of the second goods alone.

    ``dispute``: ``open``, ``won`` or ``lost``, about ``asked`` units. ``pay``: first, everybody's ready money leaves.
    """

    back: tuple[tuple[str, int], ...] = ()
    line: bool = False
    dispute: str = ""
    asked: int = PAID
    pay: bool = False


SOLD = Step()
WAYS: dict[str, tuple[Step, ...]] = {
    "in full": (SOLD, Step((("1", PAID),))),
    "in part": (SOLD, Step((("1", 377_777),))),
    "in part, of one line": (SOLD, Step((("1", 123_457),), line=True)),
    "repeatedly": (
        SOLD,
        Step((("1", 100_003),)),
        Step((("1", 100_003),)),
        Step((("1", 100_003), ("2", 333_331))),
        Step((("1", 100_003), ("2", 333_331), ("3", 7))),
    ),
    "over": (SOLD, Step((("1", 600_000),)), Step((("1", 600_000), ("2", 600_000)))),
    "over at once": (SOLD, Step((("1", 3 * PAID),))),
    "after the payout": (SOLD, Step((("1", 377_777),), pay=True), Step((("1", 377_777), ("2", PAID)), pay=True)),
    "undone after the payout": (SOLD, Step((("1", PAID),), pay=True), Step((("1", 0),), pay=True)),
    "dispute won": (SOLD, Step(dispute="open"), Step(dispute="won")),
    "dispute won after the payout": (SOLD, Step(dispute="open", pay=True), Step(dispute="won", pay=True)),
    "dispute lost": (SOLD, Step(dispute="open"), Step(dispute="lost")),
    "dispute lost after the payout": (SOLD, Step(dispute="open", pay=True), Step(dispute="lost", pay=True)),
    "dispute lost in part": (SOLD, Step(dispute="open", asked=377_777), Step(dispute="lost", asked=377_777)),
}
#: One of each sort: what is taken through ten thousand beneficiaries and through the books.
AT_LARGE = (
    *("in full", "in part", "repeatedly", "over", "after the payout"),
    *("dispute won after the payout", "dispute lost after the payout"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the matrix."""

    way: str
    beneficiaries: int
    currency: str

    def __str__(self) -> str:
        return f"{self.way}, of {self.beneficiaries}, in {self.currency}"

    @property
    def unit(self) -> int:
        """Micros of the smallest unit."""
        return CURRENCIES[self.currency]

    @property
    def steps(self) -> tuple[Step, ...]:
        return WAYS[self.way]

    @property
    def has_buyer(self) -> bool:
        """The third beneficiary is the buyer; before her come a creator and her fan."""
        return self.beneficiaries >= 3

    @property
    def fans(self) -> int:
        """How many of the creators had the buyer from a fan."""
        return (self.beneficiaries - self.has_buyer) // 2

    @property
    def creators(self) -> int:
        """Among how many creators the sale is divided, in equal parts."""
        return self.beneficiaries - self.has_buyer - self.fans


class Exact(NamedTuple):
    """What everybody has of a part: rounded as the words say, and (``whole``) as if nothing were rounded; micros."""

    creator: int
    fan: int
    buyer: int
    whole: tuple[Fraction, Fraction, Fraction]


def kept(step: Step, unit: int) -> tuple[Fraction, ...]:
    """What is kept of the goods, in micros, unrounded."""
    if step.dispute == "lost" and step.asked >= PAID:
        return (Fraction(0),) * len(GOODS)
    taken = sum(units for _, units in step.back) + (step.asked if step.dispute == "lost" else 0)
    goods = [Fraction(one * unit) for one in GOODS]
    if taken >= PAID:
        return (Fraction(0),) * len(GOODS)
    if step.line:
        return goods[0], goods[1] - taken * unit
    return tuple(one * (1 - Fraction(taken, PAID)) for one in goods)


def part(row: Row, step: Step, *, by_fan: bool) -> Exact:
    """One creator's part: a rate of each line, her fraction of it, and her fan's and the buyer's parts of that."""
    exact = kept(step, row.unit)
    lost, lines = Fraction(0), []
    for sold, left in zip(GOODS, exact, strict=True):
        before = floor(lost)
        lost += sold * row.unit - left
        lines.append(sold * row.unit - (floor(lost) - before))
    commission = sum(floor(Fraction(line * RATE, 10_000)) for line in lines)
    pool = floor(Fraction(commission, row.creators))
    fan_rate, buyer_rate = (FAN if by_fan else 0), (BUYER if by_fan and row.has_buyer else 0)
    fan, buyer = floor(Fraction(pool * fan_rate, 10_000)), floor(Fraction(pool * buyer_rate, 10_000))
    whole = sum(exact, Fraction(0)) * RATE / 10_000 / row.creators
    to_fan, to_buyer = whole * fan_rate / 10_000, whole * buyer_rate / 10_000
    return Exact(pool - fan - buyer, fan, buyer, (whole - to_fan - to_buyer, to_fan, to_buyer))


class Purse(NamedTuple):
    """What one kind of beneficiary has: ready (below zero: owed by later earnings), held, and paid out; micros."""

    ready: int
    held: int
    paid: int


def expected(row: Row) -> Iterator[dict[str, Purse]]:
    """After each step, by kind of beneficiary, what one of that kind has. All of a kind have the same.

    The kinds: ``creator`` (without a fan), ``creator of a fan``, ``fan``, ``buyer``. Held shares are not ready; what
    was paid stays paid; whole smallest units are paid, and only of what is above zero.
    """
    paid: dict[str, int] = {}
    has: dict[str, int] = {}
    frozen = False
    for step in row.steps:
        if step.pay:
            for kind, amount in has.items():
                ready = (0 if frozen else amount) - paid.get(kind, 0)
                paid[kind] = paid.get(kind, 0) + max(0, ready // row.unit) * row.unit
        frozen = step.dispute == "open"
        has = _all(row, step)
        yield {
            kind: Purse((0 if frozen else amount) - paid.get(kind, 0), amount if frozen else 0, paid.get(kind, 0))
            for kind, amount in has.items()
        }


def _all(row: Row, step: Step) -> dict[str, int]:
    plain, shared = part(row, step, by_fan=False), part(row, step, by_fan=True)
    found = {"creator": plain.creator} if row.creators > row.fans else {}
    if row.fans:
        found |= {"creator of a fan": shared.creator, "fan": shared.fan}
    if row.has_buyer:
        found["buyer"] = shared.buyer * row.fans
    return found
