"""Which statements of a bank follow each other, so that what stands on both is two bookings and not one told twice.

A bank without references of its own writes two equal bookings of a day alike. On two statements they may be one that
is told again: an export that begins earlier, or is made anew under another number. But a statement that bears the next
number and begins with the balance with which another one ended tells only what came after it. One that is made anew
begins with an earlier balance; where the balance did not change, the two can't be told apart, and nobody is accused.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from fanshare.integrations.sepa.read_statement import Statement

_NUMBER = re.compile("[0-9]{1,15}", re.ASCII)


class Ends(NamedTuple):
    """Where a statement begins and ends, as hashes of account, number and balance; empty where that can't be told."""

    opens: bytes = b""
    closes: bytes = b""


def ends(one: Statement) -> Ends:
    """Both ends of a statement that says its number and balances, and adds up."""
    if not one.iban or _NUMBER.fullmatch(one.sequence) is None:
        return Ends()
    if one.opening is None or one.closing is None or one.missing:
        return Ends()
    number = int(one.sequence)
    closes = b"" if one.opening == one.closing else _place(one.iban, number + 1, one.closing)
    return Ends(_place(one.iban, number, one.opening), closes)


def _place(iban: str, number: int, balance: int) -> bytes:
    return hashlib.sha256(f"{iban} {number} {balance}".encode()).digest()


class Chain:
    """Statements that are known, each joined to the one that follows it."""

    def __init__(self) -> None:
        self._by_opens: dict[bytes, Ends] = {}
        self._by_closes: dict[bytes, Ends] = {}

    def add(self, one: Ends) -> None:
        """Know a statement."""
        if one.opens:
            self._by_opens[one.opens] = one
        if one.closes:
            self._by_closes[one.closes] = one

    def joins(self, one: Ends, other: Ends) -> bool:
        """Whether one of them comes after the other, with all that is between them known."""
        return one in self._walk(other, back=True) or one in self._walk(other, back=False)

    def _walk(self, at: Ends, *, back: bool) -> Iterator[Ends]:
        seen = set[Ends]()
        while at not in seen:
            seen.add(at)
            place = at.opens if back else at.closes
            found = (self._by_closes if back else self._by_opens).get(place) if place else None
            if found is None:
                return
            yield found
            at = found
