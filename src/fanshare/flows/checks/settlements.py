"""The chains of settlements in the log, and that the newest of each chain is what is booked."""

from collections.abc import Iterator
from dataclasses import dataclass

from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.core.ledger import FeeKey
from fanshare.core.money import Micros, format_micros
from fanshare.core.recompute import check_shares
from fanshare.core.settlement_leaf import Settlement, Share, read_leaf
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.context import Programme
from fanshare.flows.holders import HolderBook
from fanshare.store import books

type Pair = tuple[int, int]

_CHAINS = """
SELECT h.order_id, h.creator_party_id, h.seq, h.leaf_index, l.body, o.connection_id, o.external_id FROM part_history h
  LEFT JOIN log_leaf l ON l.programme_id = h.programme_id AND l.index = h.leaf_index
  LEFT JOIN shop_order o ON o.programme_id = h.programme_id AND o.id = h.order_id
 WHERE h.programme_id = %(programme_id)s ORDER BY h.order_id, h.creator_party_id, h.seq
"""
_CREATORS = "SELECT DISTINCT creator_party_id FROM part_history WHERE programme_id = %(programme_id)s"
_PARTS = """
SELECT order_id, creator_party_id, seq, leaf_index, previous_leaf_hash FROM part
 WHERE programme_id = %(programme_id)s ORDER BY order_id, creator_party_id
"""
_POSITIONS = """
SELECT order_id, creator_party_id, party_id, role, amount, matures_at, held_until FROM position
 WHERE programme_id = %(programme_id)s ORDER BY order_id, creator_party_id, role, party_id
"""


@dataclass(slots=True)
class _Chain:
    """A chain as far as it was read: its newest settlement, and the newest shares that it ever stated."""

    seq: int = 0
    hash: str | None = None
    leaf: int = -1
    newest: Settlement | None = None
    shares: tuple[Share, ...] = ()


def settlements(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Chains are unbroken, every figure recomputes, and the newest figures are those that are booked."""
    chains: dict[Pair, _Chain] = {}
    access, holders = programme.access, programme.holders
    holders.load(access, {row[0] for row in access.fetch(_CREATORS)})
    for order, creator, seq, index, body, connection, external in access.execute(_CHAINS):
        chain = chains.setdefault((order, creator), _Chain())
        where = f"part_history {seq} of order {order}, part of creator {creator}"
        try:
            entry, hash_ = read_leaf(body or "{}")
            check_shares(entry)
        except (FanshareError, ValueError) as error:
            yield Offence(where, str(body), str(error))
            return
        yield from compare(where, (seq, entry.seq, entry.previous), (chain.seq + 1, chain.seq + 1, chain.hash))
        yield from _subject(where, entry, holders, connection, external, creator)
        chain.seq, chain.hash, chain.leaf = entry.seq, hash_.hex(), index
        chain.newest, chain.shares = entry, entry.shares or chain.shares
    yield from _parts(programme, chains)
    yield from _booked(programme, chains)
    yield from _fees(programme, chains)


def _subject(
    where: str, entry: Settlement, holders: HolderBook, connection: int | None, external: str, creator: int
) -> Iterator[Offence]:
    """The leaf commits to the very part whose settlement it is said to be."""
    try:
        expected = holders.order(connection or 0, external, creator)
    except LookupError:
        expected = "an order and a creator that are here"
    yield from compare(where, entry.order, expected)


def _parts(programme: Programme, chains: dict[Pair, _Chain]) -> Iterator[Offence]:
    """The row of each part names the end of its chain."""
    ends = dict(chains)
    for order, creator, seq, leaf, previous in programme.access.fetch(_PARTS):
        where = f"part of order {order}, creator {creator}"
        chain = ends.pop((order, creator), None)
        if chain is None or chain.newest is None:
            yield Offence(where, f"settlement {seq}", "none")
            continue
        recorded = (seq, leaf, None if previous is None else bytes(previous).hex())
        yield from compare(where, recorded, (chain.seq, chain.leaf, chain.newest.previous))
    for order, creator in sorted(ends):
        yield Offence(f"part of order {order}, creator {creator}", "missing", "a row")


def _booked(programme: Programme, chains: dict[Pair, _Chain]) -> Iterator[Offence]:
    """The newest settlement of each part states the amounts and moments that the positions hold."""
    booked: dict[tuple[int, int, str], Micros] = {}
    for order, creator, party, role, amount, matures_at, held_until in programme.access.fetch(_POSITIONS):
        where = f"position of order {order}, part of creator {creator}, {role} {party}"
        chain = chains.get((order, creator), _Chain())
        ready = next((share.matures_at for share in chain.shares), None)
        # What nobody has claimed yet is not held: it waits for its owner anyway.
        mine = (share for share in chain.shares if share.role == role and amount and party is not None)
        held = next((share.held_until for share in mine), None)
        yield from compare(where, (matures_at, held_until), (ready, held))
        booked[order, creator, role] = booked.get((order, creator, role), 0) + amount
    stated = {
        (*pair, share.role): share.amount
        for pair, chain in chains.items()
        for share in (chain.newest.shares if chain.newest else ())
    }
    for key in sorted(booked.keys() | stated.keys()):
        where = f"position of order {key[0]}, part of creator {key[1]}, {key[2]}"
        yield from compare(where, format_micros(booked.get(key, 0)), format_micros(stated.get(key, 0)))


def _fees(programme: Programme, chains: dict[Pair, _Chain]) -> Iterator[Offence]:
    """The fee that was posted for each part is the one that its newest settlement states."""
    stated = {
        FeeKey(*pair, chain.newest.currency): chain.newest.fee.amount
        for pair, chain in chains.items()
        if chain.newest is not None and chain.newest.fee is not None and chain.newest.fee.amount
    }
    posted = books.fees(programme.access)
    for key in sorted(stated.keys() | posted.keys()):
        where = f"fee on order {key.order}, part of creator {key.creator}, in {key.currency}"
        yield from compare(where, format_micros(posted.get(key, 0)), format_micros(stated.get(key, 0)))
