"""Give what is ready: it leaves the giver's balance and is the creator's, in one transfer with one record in the log.

A wish locks both people and what is ready of them, so of two at once the second sees what the first left.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fanshare.core import commitments, goals, leaves
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.core.ledger import Given
from fanshare.core.money import Micros, from_minor_units, minor_units
from fanshare.core.statement import Entry, Past, gift_opening
from fanshare.flows.address_change import refuse_if_changed
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.store import log_store
from fanshare.store.idempotency import once
from fanshare.store.ledger import post
from fanshare.store.queries import fans, payout_runs
from fanshare.store.queries import gifts as rows
from fanshare.store.queries.gifts import Chain, GiftRow

type Salts = Mapping[int, tuple[str, bytes | None]]


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
    made = once(programme.access, f"gift {wish.giver} {key}", body, now, lambda: _give(programme, wish, now))
    return int(made)


def _give(programme: Programme, wish: Wish, now: Instant) -> int:
    access = programme.access
    creator = creator_of(programme, wish.giver, wish.creator)
    goals.check_gift(wish.amount, whole(held(programme, wish, creator, now), wish.currency), wish.currency)
    values = {"giver": wish.giver, "creator": creator, "currency": wish.currency, "amount": wish.amount}
    id_ = rows.add(access, {**values, "state": "kept", "now": now})
    gift = GiftRow(id_, wish.giver, creator, wish.currency, wish.amount, "kept", now, now)
    enter(programme, [gift], now)
    noted(access, "gift.give", now, about=f"gift {id_}")
    return id_


def creator_of(programme: Programme, giver: int, slug: str) -> int:
    """The creator with this page for whom somebody shares. Raises ``BadInputError`` ``unknown_creator``."""
    found = fans.creators(programme.access, giver, 0, slug=slug, limit=1)
    if not found:
        raise BadInputError("unknown_creator", "You share for no creator of that name.", 404)
    return found[0].id


def held(programme: Programme, wish: Wish, creator: int, now: Instant) -> Micros:
    """What is ready of the giver, whom nobody else can make give at the same time.

    Raises ``ConflictError``: ``address_changed``, ``erased``, ``stopped`` (payouts to her are stopped, and what may
    not go to her may go to nobody in her name).
    """
    access = programme.access
    refuse_if_changed(access, programme.keys, wish.giver, now)
    if rows.lock_parties(access, [wish.giver, creator]) != {wish.giver, creator}:
        raise ConflictError("erased", "This person is not here any more.")
    if payout_runs.stopped(access, wish.giver) is not None:
        raise ConflictError(
            "stopped", "Payouts to you are stopped for the time being; until then nothing can be given."
        )
    return rows.lock_ready(access, [wish.giver, creator], wish.currency).get(wish.giver, 0)


def enter(programme: Programme, gifts: Sequence[GiftRow], now: Instant) -> None:
    """Post what gifts move on their way into the state they have, a record each. The caller holds the transaction."""
    access = programme.access
    moved = [Given(one.id, one.giver, one.creator, one.amount, one.currency).handed_over() for one in gifts]
    posting = post(access, moved, at=now)
    salts = programme.vault.party_salts({party for one in gifts for party in (one.giver, one.creator)})
    bodies = [gift_leaf(programme.salts, salts, one, 1, None, now) for one in gifts]
    first = log_store.append(access, [posting.leaf(), *bodies])
    rows.add_events(access, [(one.id, one.state, first + n) for n, one in enumerate(gifts, 1)], now)


def gift_leaf(key: bytes, salts: Salts, gift: GiftRow, seq: int, previous: str | None, at: Instant) -> dict[str, Any]:
    """The record with which a gift entered its state. ``key`` is the programme's salt key, ``salts`` those of people.

    Somebody who was erased has no key: her side is as random as if it were forgotten.
    """
    number = str(gift.id)
    return leaves.gift(
        gift=commitments.gift(subject_salt(key, gift.id), number),
        seq=seq,
        previous=previous,
        currency=gift.currency,
        amount=gift.amount,
        state=gift.state,
        at=at,
        giver=_who(salts[gift.giver], "giver", number, seq),
        creator=_who(salts[gift.creator], "creator", number, seq),
    )


def subject_salt(key: bytes, gift: int) -> bytes:
    """The salt of the commitment to a gift, which both of its people can open whoever of them is erased."""
    return commitments.derive_salt(key, "gift", str(gift))


def entries(programme: Programme, party: int, size: int) -> list[Entry]:
    """What somebody gave and was given, for her statement over a log of ``size`` records."""
    chains = rows.chains(programme.access, party, size)
    key = programme.vault.party_salts([party])[party][1]
    if key is None or not chains:
        return []
    proofs = log_store.inclusions(programme.access, [chain.leaves[0][0] for chain in chains.values()], size)
    return [
        _entry(programme.salts, key, gift, "giver" if chain.giver == party else "creator", chain, proofs)
        for gift, chain in chains.items()
    ]


def _entry(key: bytes, mine: bytes, gift: int, role: str, chain: Chain, proofs: Mapping[int, Sequence[bytes]]) -> Entry:
    opened = [{role: _who_salt(mine, role, str(gift), body["seq"])} for _, body in chain.leaves]
    place, body = chain.leaves[0]
    return Entry(
        index=place,
        body=body,
        proof=proofs[place],
        opens=gift_opening(str(gift), subject_salt(key, gift)),
        salts=opened[0],
        history=[Past(past, salts) for (_, past), salts in zip(chain.leaves[1:], opened[1:], strict=True)],
    )


def _who(person: tuple[str, bytes | None], role: str, number: str, seq: int) -> str:
    public_id, key = person
    return commitments.who(_who_salt(key or os.urandom(commitments.SALT_BYTES), role, number, seq), public_id)


def _who_salt(key: bytes, role: str, number: str, seq: int) -> bytes:
    return commitments.derive_salt(key, f"gift {role}", number, str(seq))
