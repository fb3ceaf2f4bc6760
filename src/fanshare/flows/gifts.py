"""Give what is ready: it leaves the giver's balance and is the creator's, in one transfer with one record in the log.

A wish locks both people and what is ready of them, so of two at once the second sees what the first left.
"""

from typing import NamedTuple

from fanshare.core import goals
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.core.money import Micros, from_minor_units, minor_units
from fanshare.flows import gift_records
from fanshare.flows.address_change import refuse_if_changed
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.named import check_parties
from fanshare.flows.requests import answer_once
from fanshare.store.queries import fans, payout_runs
from fanshare.store.queries import gifts as rows
from fanshare.store.queries.gifts import GiftRow

#: Creators of one fan that are looked at.
_MOST_CREATORS = 10_000


class Wish(NamedTuple):
    """What a fan wants to give: ``amount`` in micros of whole minor units, to the creator with this page."""

    giver: int
    creator: str
    currency: str
    amount: Micros


def whole(ready: Micros, currency: str) -> Micros:
    """What may be given of a ready balance: whole minor units, never more than is there."""
    return from_minor_units(max(0, minor_units(ready, currency)), currency)


def give(programme: Programme, wish: Wish, key: str, now: Instant) -> int:
    """Give a creator something; returns the number of the gift. The same ``key`` gives once, however often it is sent.

    Raises ``BadInputError`` (``bad_amount``, ``unknown_creator``, ``bad_key``) and ``ConflictError``
    (``not_givable``, ``erased``, ``stopped``, ``key_reused``, ``address_changed``).
    """
    body = {"gift": str(wish.giver), "to": wish.creator, "of": wish.currency, "amount": str(wish.amount)}
    made = answer_once(programme, f"gift {wish.giver} {key}", body, now, lambda: _give(programme, wish, now))
    return int(made)


def _give(programme: Programme, wish: Wish, now: Instant) -> int:
    access = programme.access
    creator = creator_of(programme, wish.giver, wish.creator)
    hold(programme, wish.giver, creator, now)
    ready = rows.lock_ready(access, [wish.giver, creator], wish.currency).get(wish.giver, 0)
    goals.check_gift(wish.amount, whole(ready, wish.currency), wish.currency)
    values = {"giver": wish.giver, "creator": creator, "currency": wish.currency, "amount": wish.amount}
    id_ = rows.add(access, {**values, "state": "kept", "now": now})
    gift = GiftRow(id_, wish.giver, creator, wish.currency, wish.amount, "kept", now, now)
    gift_records.enter(programme, [gift], now)
    noted(access, "gift.give", now, about=f"gift {id_}")
    return id_


def creator_of(programme: Programme, giver: int, slug: str) -> int:
    """The creator with this page for whom somebody shares. Raises ``BadInputError`` ``unknown_creator``."""
    found = fans.creators(programme.access, giver, 0, slug=slug, limit=1)
    if not found:
        raise BadInputError("unknown_creator", "You share for no creator of that name.", 404)
    return found[0].id


def shares_for(programme: Programme, giver: int, creator: int) -> bool:
    """Whether somebody shares for a creator."""
    return any(one.id == creator for one in fans.creators(programme.access, giver, 0, limit=_MOST_CREATORS))


def hold(programme: Programme, giver: int, creator: int, now: Instant) -> None:
    """Hold both people, so that nobody else can make the giver give at the same time.

    Raises ``BadInputError`` (``under_age``) and ``ConflictError``: ``address_changed``, ``erased``, ``stopped``
    (payouts to her are stopped, and what may not go to her may go to nobody in her name).
    """
    access = programme.access
    check_parties(access, {giver})
    refuse_if_changed(access, programme.keys, giver, now)
    if rows.lock_parties(access, [giver, creator]) != {giver, creator}:
        raise ConflictError("erased", "This person is not here any more.")
    if payout_runs.stopped(access, giver) is not None:
        raise ConflictError(
            "stopped", "Payouts to you are stopped for the time being; until then nothing can be given."
        )
