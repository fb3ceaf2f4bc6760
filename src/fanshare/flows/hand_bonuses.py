"""A bonus that a brand gives one creator by hand: owed at once, a record in the log, a line of her statement.

It goes the road of what else the brand bears beside the settlement (opening balances). Her sales stand behind it, so it
is for creators who brought one; terms, shares of fans and caps know nothing of it. What it is for is sealed under her
own key, and the record commits to it.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass

from fanshare.core import plain_words
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.core.money import MAX_MICROS, Micros, format_minor, from_minor_units, minor_units
from fanshare.core.moving import BONUS
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.openings import NewOpening, post_openings
from fanshare.flows.requests import answer_once
from fanshare.store.queries import creators, gifts, moving
from fanshare.store.queries.creators import CreatorRow
from fanshare.store.queries.moving import Opened

LONGEST = 300
#: Sealed in her vault, one for each: ``bonus 2 EUR``.
KIND = "bonus "


@dataclass(frozen=True, slots=True)
class Wish:
    """What a brand wants to give: micros of whole minor units, to a creator (her row), for what, in one line."""

    creator: int
    currency: str
    amount: Micros
    words: str


@dataclass(frozen=True, slots=True)
class Given:
    """A bonus as it stands in the log. ``on`` is a day such as ``2026-11-14``; ``words``: empty once she is erased."""

    currency: str
    amount: Micros
    on: str
    words: str


def look(programme: Programme, wish: Wish) -> CreatorRow:
    """To whom it would go. Nothing is changed.

    Raises ``BadInputError`` (``unknown_creator``, ``bad_amount``, ``no_sale`` and those of ``plain_words.one_line``).
    """
    found = creators.one(programme.access, wish.creator)
    if found is None:
        raise BadInputError("unknown_creator", "There is no such creator here.", 404)
    whole = from_minor_units(minor_units(wish.amount, wish.currency), wish.currency)
    if not 0 < wish.amount <= MAX_MICROS or whole != wish.amount:
        raise BadInputError("bad_amount", "A bonus is an amount such as 25 or 25.50, above zero.")
    if not found.orders:
        raise BadInputError("no_sale", "She has brought no kept sale yet: a bonus is for creators whose sales stand.")
    plain_words.one_line(wish.words, LONGEST)
    return found


def give(programme: Programme, wish: Wish, key: str, now: Instant) -> str:
    """Give it; returns its name in her vault. The same ``key`` gives once, however often it is sent.

    Raises as ``look``, and ``ConflictError`` (``erased``, ``key_reused``).
    """
    body = {"bonus": str(wish.creator), "of": wish.currency, "amount": str(wish.amount), "for": wish.words}
    return str(answer_once(programme, f"bonus {key}", body, now, lambda: _give(programme, wish, now)))


def given(programme: Programme, party: int) -> list[Given]:
    """Every bonus that somebody was given by hand, the newest first."""
    rows = [row for row in moving.openings(programme.access, party) if row.tool == BONUS]
    person = creators.person(programme.access, party) if rows else None
    kinds = {row.id: f"{KIND}{row.nth} {row.currency}" for row in rows}
    words = {} if person is None else programme.vault.get_many((person, kind) for kind in kinds.values())
    return [
        Given(row.currency, row.amount, row.moved_on, _words(words.get((person or 0, kinds[row.id]))))
        for row in reversed(rows)
    ]


def reasons(programme: Programme, opened: Iterable[Opened]) -> dict[tuple[str, int], str]:
    """What the bonuses among somebody's openings are for, by currency and number; those of the erased are left out."""
    kinds = {(one.person, f"{KIND}{one.nth} {one.currency}"): one for one in opened if one.tool == BONUS}
    found = programme.vault.get_many(kinds)
    return {(kinds[name].currency, kinds[name].nth): _words(sealed) for name, sealed in found.items()}


def _give(programme: Programme, wish: Wish, now: Instant) -> str:
    access = programme.access
    found = look(programme, wish)
    moving.lock(access)
    person = creators.person(access, wish.creator)
    if person is None or gifts.lock_parties(access, [wish.creator]) != {wish.creator}:
        raise ConflictError("erased", "This person is not here any more.")
    source = programme.pseudonym("bonus", str(wish.creator))
    nth = moving.last_nth(access, BONUS, [source]).get((source, wish.currency), 0) + 1
    said = plain_words.one_line(wish.words, LONGEST)
    sealed = json.dumps({"for": said, "salt": os.urandom(16).hex()}, ensure_ascii=False, sort_keys=True).encode()
    file = hashlib.sha256(sealed).hexdigest()
    post_openings(programme, BONUS, file, [NewOpening(wish.creator, source, wish.currency, wish.amount)], now)
    kind = f"{KIND}{nth} {wish.currency}"
    programme.vault.put(person, kind, sealed, now)
    noted(access, "bonus.give", now, f"{found.name}: {format_minor(wish.amount, wish.currency)} {wish.currency}")
    return kind


def _words(sealed: bytes | None) -> str:
    return "" if sealed is None else str(json.loads(sealed)["for"])
