"""Expenses paid up front as lines of a deal: a brand agrees to pay back what a creator spends for it, and confirms.

Agreeing moves nothing. Confirmed, the amount is owed to her beside the settlement, as a bonus by hand is, by a transfer
of a kind of its own: no commission, divided with nobody. Without a receipt it is pay for the tax, and so it stands
behind sales as every pay does. What it is for is sealed under her own key, and the record in the log commits to it.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass

from fanshare.core import plain_words
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.core.money import MAX_MICROS, Micros, format_minor, from_minor_units, minor_units
from fanshare.core.moving import ALLOWANCE, EXPENSE
from fanshare.flows import payment_clock
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.openings import NewOpening, post_openings
from fanshare.flows.payment_clock import Booked
from fanshare.flows.requests import answer_once
from fanshare.store.access import Access
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import creators, gifts, moving, results
from fanshare.store.queries import expenses as rows
from fanshare.store.queries.creators import CreatorRow

LONGEST = 300
#: Sealed in her vault, one for each line: ``expense:7``.
SEALED = "expense:"
#: The newest that a page shows; those that are open come first.
MOST = 50


@dataclass(frozen=True, slots=True)
class Wish:
    """A line to agree: micros of whole minor units, to a creator (her row), for what, and whether against a receipt."""

    creator: int
    currency: str
    amount: Micros
    words: str
    receipt: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands. ``words`` are empty once she is erased."""

    row: rows.Row
    words: str


def currencies(access: Access, own: str) -> list[str]:
    """In which currencies a line may be: the programme's ``own`` first, then those of its books."""
    return list(dict.fromkeys([own, *results.currencies(access)]))


def check_currency(access: Access, own: str, currency: str) -> str:
    """The same currency. Raises ``BadInputError`` (``unknown_currency``)."""
    if currency not in currencies(access, own):
        raise BadInputError("unknown_currency", "Choose one of the currencies in which you sell.")
    return currency


def look(programme: Programme, wish: Wish) -> CreatorRow:
    """With whom it would be agreed. Nothing is changed.

    Raises ``BadInputError`` (``unknown_creator``, ``bad_amount``, ``no_sale`` and those of ``plain_words.one_line``).
    """
    found = creators.one(programme.access, wish.creator)
    if found is None:
        raise BadInputError("unknown_creator", "There is no such creator here.", 404)
    whole = from_minor_units(minor_units(wish.amount, wish.currency), wish.currency)
    if not 0 < wish.amount <= MAX_MICROS or whole != wish.amount:
        raise BadInputError("bad_amount", "What is paid back is an amount such as 25 or 25.50, above zero.")
    if not (wish.receipt or found.orders):
        raise BadInputError(
            "no_sale",
            "She has brought no kept sale yet: ask for a receipt. Without one it is pay, which stands behind sales.",
        )
    plain_words.one_line(wish.words, LONGEST)
    return found


def agree(programme: Programme, wish: Wish, key: str | None, now: Instant) -> int:
    """Agree a line; its number. The same ``key`` agrees once, however often it is sent; without one each is another.

    Raises as ``look``, and ``ConflictError`` (``erased``, ``key_reused``).
    """
    body = {"expense": str(wish.creator), "of": wish.currency, "amount": str(wish.amount), "for": wish.words}
    body["receipt"] = str(wish.receipt)
    name = None if key is None else f"expense {key}"
    return int(str(answer_once(programme, name, body, now, lambda: _agree(programme, wish, now))))


def confirm(
    programme: Programme, expense: int, *, seen: bool, now: Instant, looked: tuple[Micros, str] | None = None
) -> None:
    """The brand owes it to her from now on, once. ``seen``: somebody has seen the receipt that was asked for.

    ``looked``: the amount and currency that whoever confirms has read, where it did not come from this line itself.
    Raises ``BadInputError`` (``unknown_expense``, ``no_receipt``), ``ConflictError`` (``erased``, ``expense_over``,
    ``other_amount``).
    """
    access = programme.access
    with access.transaction():
        moving.lock(access)
        line = open_line(programme, expense)
        if looked not in (None, (line.row.amount, line.row.currency)):
            raise ConflictError("other_amount", "This expense is over another amount: look at it again, then confirm.")
        if line.row.receipt and not seen:
            raise BadInputError("no_receipt", "A receipt was asked for: tick that you have seen it.")
        if gifts.lock_parties(access, [line.row.party]) != {line.row.party}:
            raise ConflictError("erased", "This person is not here any more.")
        sealed = programme.vault.get(line.row.person, f"{SEALED}{expense}") or b""
        tool, source = EXPENSE if line.row.receipt else ALLOWANCE, programme.pseudonym("expense", str(expense))
        opening = NewOpening(line.row.party, source, line.row.currency, line.row.amount)
        post_openings(programme, tool, hashlib.sha256(sealed).hexdigest(), [opening], now)
        rows.end(access, expense, access.actor, now, tool=tool, source=source)
        noted(access, "expense.confirm", now, _about(programme, line.row))


def drop(programme: Programme, expense: int, now: Instant) -> None:
    """Take a line back that was not confirmed. Raises as ``open_line``."""
    access = programme.access
    with access.transaction():
        moving.lock(access)
        line = open_line(programme, expense)
        rows.end(access, expense, access.actor, now)
        noted(access, "expense.drop", now, _about(programme, line.row))


def open_line(programme: Programme, expense: int) -> Line:
    """A line that waits. Raises ``BadInputError`` ``unknown_expense``, ``ConflictError`` ``expense_over``."""
    found = one(programme, expense)
    if found.row.ended_at is not None:
        raise ConflictError("expense_over", "This expense was confirmed or taken back before; nothing was done now.")
    return found


def of_party(programme: Programme, party: int) -> list[Line]:
    """Somebody's lines: the open ones first, then the newest; at most ``MOST``."""
    return _told(programme, rows.of_party(programme.access, party, MOST))


def listed(
    programme: Programme, *, party: int | None = None, state: str | None = None, after: int = 0, limit: int = MOST
) -> list[Line]:
    """Lines of everybody or one party, oldest first, in any state or one (``open``, ``confirmed``, ``dropped``)."""
    return _told(programme, rows.listed(programme.access, party=party, state=state, after=after, limit=limit))


def one(programme: Programme, expense: int) -> Line:
    """A line, whatever became of it. Raises ``BadInputError`` ``unknown_expense``."""
    found = rows.one(programme.access, expense)
    if found is None:
        raise BadInputError("unknown_expense", "There is no such expense in this programme.", 404)
    return _told(programme, [found])[0]


def clocks(programme: Programme, tenant: Tenant, lines: Sequence[Line], now: Instant) -> payment_clock.Told:
    """Where the money of each confirmed line is, in their order (``Line.row.paid``); the others have no clock."""
    booked = [
        Booked(line.row.opening, line.row.party, line.row.currency, line.row.amount, line.row.ended_at)
        for line in lines
        if line.row.opening is not None and line.row.ended_at is not None
    ]
    return payment_clock.booked(programme.access, tenant, booked, now)


def _agree(programme: Programme, wish: Wish, now: Instant) -> str:
    access = programme.access
    look(programme, wish)
    person = creators.person(access, wish.creator)
    if person is None or gifts.lock_parties(access, [wish.creator]) != {wish.creator}:
        raise ConflictError("erased", "This person is not here any more.")
    new = rows.New(wish.creator, wish.currency, wish.amount, wish.receipt)
    made = rows.add(access, new, access.actor, now)
    said = plain_words.one_line(wish.words, LONGEST)
    sealed = json.dumps({"for": said, "salt": os.urandom(16).hex()}, ensure_ascii=False, sort_keys=True).encode()
    programme.vault.put(person, f"{SEALED}{made}", sealed, now)
    noted(access, "expense.agree", now, _about(programme, new))
    return str(made)


def _told(programme: Programme, found: Sequence[rows.Row]) -> list[Line]:
    names = [(row.person, f"{SEALED}{row.id}") for row in found]
    words = programme.vault.get_many([name for name in names if name[0]]) if found else {}
    return [
        Line(row, str(json.loads(words[name])["for"]) if name in words else "")
        for row, name in zip(found, names, strict=True)
    ]


def _about(programme: Programme, one: rows.Row | rows.New) -> str:
    found = creators.one(programme.access, one.party)
    return f"{'' if found is None else found.name}: {format_minor(one.amount, one.currency)} {one.currency}"
