"""Payments that a bank or a provider knows and restored books don't: which of them are ours, and whose money it was.

A payment is ours by the reference that it carries there. Whose it was, its reference says where a run that was not sent
yet still plans it; else the account that it went to, where that is one person's alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fanshare.core.money import Micros


class Outside(NamedTuple):
    """A payment as a bank or provider tells it. ``key`` is the reference that we gave it, ``to`` where it went.

    ``reference`` tells it from every other payment there; ``amount`` (micros) is what did not come back.
    """

    reference: str
    key: str
    to: str
    amount: Micros
    currency: str


@dataclass(frozen=True, slots=True)
class Books:
    """What the books know: references begin with ``prefix``; ``sent`` are known to have gone.

    ``planned`` are references of payments that were not sent, with their payees; ``accounts`` whose each account is.
    """

    prefix: str
    sent: frozenset[str]
    planned: Mapping[str, int]
    accounts: Mapping[str, frozenset[int]]


class Missing(NamedTuple):
    """A payment that the books lack; ``party`` is ``None`` where a person has to say whose it was."""

    outside: Outside
    party: int | None


class Sorted(NamedTuple):
    """``missing`` in the order told; how many are ``known``, and how many carry no reference of ours."""

    missing: tuple[Missing, ...]
    known: int
    foreign: int


def sort(told: Iterable[Outside], books: Books) -> Sorted:
    """Which payments the books lack. What came back whole is no payment."""
    missing, known, foreign = [], 0, 0
    for one in told:
        if not one.key.startswith(books.prefix):
            foreign += 1
        elif one.key in books.sent:
            known += 1
        elif one.amount > 0:
            missing.append(Missing(one, _whose(one, books)))
    return Sorted(tuple(missing), known, foreign)


def _whose(one: Outside, books: Books) -> int | None:
    if one.key in books.planned:
        return books.planned[one.key]
    parties = books.accounts.get(one.to, frozenset())
    return next(iter(parties)) if len(parties) == 1 else None
