"""What a gift leaves behind: its transfers, a record in the log for each state, and its entry in a statement."""

import os
from collections.abc import Mapping, Sequence

from fanshare.core import commitments, leaves
from fanshare.core.instants import Instant
from fanshare.core.leaves import Body
from fanshare.core.ledger import Given, Transfer
from fanshare.core.statement import Entry, Past, gift_opening
from fanshare.flows.context import Programme
from fanshare.store import log_store
from fanshare.store.ledger import post
from fanshare.store.queries import gifts as rows
from fanshare.store.queries.gifts import Chain, GiftRow, Newest

type Salts = Mapping[int, tuple[str, bytes | None]]


def enter(programme: Programme, gifts: Sequence[GiftRow], now: Instant) -> None:
    """Post what gifts move on their way into the state they have, a record each. The caller holds the transaction."""
    access = programme.access
    before = rows.newest(access, [one.id for one in gifts])
    posting = post(access, [_moving(one, before.get(one.id)) for one in gifts], at=now)
    salts = programme.vault.party_salts({party for one in gifts for party in (one.giver, one.creator)})
    bodies = [_next_leaf(programme, salts, one, before.get(one.id), now) for one in gifts]
    first = log_store.append(access, [posting.leaf(), *bodies])
    rows.add_events(access, [(one.id, one.state, first + n) for n, one in enumerate(gifts, 1)], now)


def _moving(gift: GiftRow, before: Newest | None) -> Transfer:
    """What a gift moves on its way into its state. Raises ``KeyError`` where no way leads there."""
    given = Given(gift.id, gift.giver, gift.creator, gift.amount, gift.currency)
    make = {
        (None, "kept"): given.handed_over,
        (None, "given"): given.promised,
        ("given", "kept"): given.kept,
        ("given", "back"): given.back,
    }
    return make[None if before is None else before.state, gift.state]()


def _next_leaf(programme: Programme, salts: Salts, gift: GiftRow, before: Newest | None, now: Instant) -> Body:
    seq, previous = (1, None) if before is None else (before.seq + 1, before.hash)
    return gift_leaf(programme.salts, salts, gift, seq, previous, now)


def gift_leaf(key: bytes, salts: Salts, gift: GiftRow, seq: int, previous: str | None, at: Instant) -> Body:
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
