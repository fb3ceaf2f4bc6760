"""What stands in a creator's books, read and written with their key; and what the ledger says she earned."""

import hmac
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid4

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import local_date, zone
from fanshare.core.money import Micros
from fanshare.core.workbench.documents import Entry, Shelf, Written, document, read, shelf
from fanshare.core.workbench.entries import (
    Aside,
    Commission,
    Feed,
    Invoice,
    Payout,
    Planned,
    Running,
    Settings,
    Trusted,
)
from fanshare.core.workbench.invoicing import Issued, Sender
from fanshare.core.workbench.receivables import Papers
from fanshare.flows.authorisation import Hat, Role
from fanshare.flows.workbench_keys import seal, unseal
from fanshare.store.access import Access, Connection
from fanshare.store.queries import earnings, workbench

#: Ten entries a day for five years.
MOST_ROWS = 20_000
_SETTINGS, _RUNNING, _SENDER, _PLAN, _FEED, _ASIDE = b"settings", b"running", b"sender", b"plan", b"feed", b"aside"
_TRUST = b"trust"
#: States of a payout that are not that it was paid.
_PAID = {"withheld": "withheld", "received": "received"}


@dataclass(frozen=True, slots=True)
class Open:
    """Books that are open: on a connection, with their key."""

    conn: Connection
    account: bytes
    key: bytes = field(repr=False)


class Earned(NamedTuple):
    """Commission by day in the currency of the books, and what there is in others, which is not counted."""

    counted: tuple[Commission, ...]
    others: dict[str, Micros]


def load(books: Open, usual: Settings) -> Shelf:
    """Everything that stands in the books. One entry that was changed by somebody else hides none of the others."""
    found: dict[str, Written] = {}
    broken = 0
    for row_id, sealed in workbench.rows(books.conn, books.account):
        try:
            found[str(row_id)] = read(str(row_id), unseal(books.key, row_id, sealed))
        except (FanshareError, KeyError, TypeError, ValueError):
            broken += 1
    return shelf(found, usual, broken)


@contextmanager
def alone(books: Open, usual: Settings) -> Iterator[Shelf]:
    """Everything as it stands while nobody else can write, in one transaction: for what rests on what was read."""
    with books.conn.transaction():
        workbench.stop_writing(books.conn, books.account)
        yield load(books, usual)


def new_id() -> str:
    """The id of an entry that is about to be written: random, so that it tells nothing."""
    return str(uuid4())


def put(books: Open, entry: Entry, *, fresh: bool = True) -> None:
    """Write an entry. Raises ``BadInputError`` (``too_long``, ``books_full``, ``no_workbench``)."""
    if fresh and workbench.count(books.conn, books.account) >= MOST_ROWS:
        raise BadInputError("books_full", "These books hold 20,000 entries, and no more fit in.")
    _write(books, UUID(entry.id), entry)


def drop(books: Open, entry_id: str) -> None:
    """Remove an entry."""
    workbench.drop(books.conn, books.account, UUID(entry_id))


def set_up(books: Open, settings: Settings) -> None:
    """Keep what holds for all of it."""
    _write(books, place(books, _SETTINGS), settings)


def sign(books: Open, sender: Sender) -> None:
    """Keep what stands on all her invoices."""
    _write(books, place(books, _SENDER), sender)


def start(books: Open, running: Running) -> None:
    """Start the timer; one that runs is begun anew."""
    _write(books, place(books, _RUNNING), running)


def stop(books: Open) -> None:
    """The timer runs no more."""
    workbench.drop(books.conn, books.account, place(books, _RUNNING))


def keep_plan(books: Open, planned: Planned) -> None:
    """What is known of the plan that stands; its places are in the works."""
    _write(books, place(books, _PLAN), planned)


def keep_feed(books: Open, feed: Feed) -> None:
    """The secret address of the plan as a calendar."""
    _write(books, place(books, _FEED), feed)


def drop_feed(books: Open) -> None:
    """No such address any more."""
    workbench.drop(books.conn, books.account, place(books, _FEED))


def keep_aside(books: Open, aside: Aside) -> None:
    """What she says of herself for what to put aside."""
    _write(books, place(books, _ASIDE), aside)


def keep_trusted(books: Open, trusted: Trusted) -> None:
    """What she chose for her page of trust."""
    _write(books, place(books, _TRUST), trusted)


def earned(conn: Connection, hats: Iterable[Hat], currency: str) -> Earned:
    """What the orders of each day brought her as a creator, in every programme she is in."""
    counted: list[Commission] = []
    others: dict[str, Micros] = {}
    for hat in hats:
        if hat.role is not Role.CREATOR:
            continue
        access = Access(conn, hat.seat.programme_id, f"creator:{hat.seat.id}")
        for row in earnings.days(access, hat.seat.id, 0):
            if row.currency == currency:
                counted.append(Commission(date.fromisoformat(row.day), row.amount, hat.programme))
            else:
                others[row.currency] = others.get(row.currency, 0) + row.amount
    return Earned(tuple(counted), others)


def papers(conn: Connection, hats: Iterable[Hat], shelf: Shelf) -> Papers:
    """Invoices, and what fanshare's runs paid her in the currency of the books: what the journal needs besides."""
    found, tz = [], zone(shelf.settings.zone)
    for hat in hats:
        if hat.role is Role.CREATOR:
            access = Access(conn, hat.seat.programme_id, f"creator:{hat.seat.id}")
            found += [
                Payout(local_date(row.at, tz), row.amount, hat.programme, _PAID.get(row.state, "paid"))
                for row in earnings.settled(access, hat.seat.id)
                if row.currency == shelf.settings.currency
            ]
    small = shelf.sender is not None and shelf.sender.small
    return Papers(shelf.of(Issued), shelf.of(Invoice), tuple(found), small)


def _write(books: Open, row_id: UUID, entry: Written) -> None:
    sealed = seal(books.key, row_id, document(entry))
    if not workbench.put(books.conn, books.account, row_id, sealed):
        raise BadInputError("no_workbench", "There are no books yet; make some first.", 404)


def place(books: Open, name: bytes) -> UUID:
    """Where there is one of a thing: an id that nobody without the key can tell from the others."""
    return UUID(bytes=hmac.digest(books.key, b"fanshare workbench place\0" + name, "sha256")[:16], version=4)
