"""Settling a few orders of creator 1, and asking who earned what."""

from collections.abc import Iterable
from dataclasses import replace

from fanshare.core.facts import OrderFacts
from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.settlement import Part, desired
from fanshare.core.terms import TermsBook
from tests.support.effort import effort
from tests.support.sales import EPOCH, UNIT, click, sale, terms_of
from tests.support.worlds import Books, World

NOW = EPOCH + 300 * DAY
FINN = 11
BOOK = TermsBook([terms_of(buyer_bps=500)])


def linked(net: int = 59 * UNIT, *, number: int = 1, owner: int = FINN, **changes: object) -> OrderFacts:
    """An order that a click brought."""
    order = sale(number, EPOCH + number * HOUR, net, [click(number, EPOCH, 1, owner)], buyer=f"buyer{number}")
    return replace(order, **changes)  # type: ignore[arg-type]


def settled(*orders: OrderFacts, book: TermsBook = BOOK, now: Instant = NOW) -> list[Part]:
    return desired(1, orders, book, now)


def earned(parts: Iterable[Part], parties: set[int]) -> int:
    """What some parties have as creator and fan; buyers are nobody we know here."""
    return sum(
        part.shares.creator * (part.creator in parties) + part.shares.fan * (part.fan in parties) for part in parts
    )


def worlds(count: int) -> Iterable[tuple[World, list[OrderFacts], list[Part]]]:
    """Random worlds after all their deliveries, with every part of every creator."""
    for seed in range(effort(count)):
        world = World.random(seed)
        books = Books(world, NOW)
        for order_id, state in world.deliveries:
            books.accept(order_id, state)
        yield world, books.facts(), list(books.posted.values())
