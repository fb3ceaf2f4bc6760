"""The bodies of the log's leaves, one builder per kind. No names and no ids of parties in clear.

Each builder returns the dict whose canonical JSON is hashed (``settlement_leaf.leaf_bytes``). Every leaf that concerns
a person or an order carries a salted commitment, so that its hash, which others may see as the neighbour in a proof,
cannot be confirmed by guessing. Commitments and hashes are 64 hex digits; instants are int microseconds.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from fanshare.core.canonical import canonical
from fanshare.core.instants import Instant, format_rfc3339
from fanshare.core.money import Micros, format_micros
from fanshare.core.rates import Converted
from fanshare.core.settlement_leaf import Settlement

PAYOUT_STATES = ("in_transit", "paid", "returned", "withheld", "exchanged", "received")
#: The two legs of a conversion.
LEGS = ("exchanged", "received")
GIFT_STATES = ("given", "kept", "back")

type Body = dict[str, Any]


def settlement(entry: Settlement) -> Body:
    """The settlement of one creator's part of an order; raises ``LeafError`` where a value is out of its domain."""
    return entry.body()


def document_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a public document such as a version of the terms, in canonical form."""
    return hashlib.sha256(canonical(document)).hexdigest()


def rate(one: Converted, pair: str) -> Body:
    """What both legs of a conversion say alike: the rates as they were published, what went in, what came out.

    ``pair`` is 64 hex digits that these two legs have and no others.
    """
    told = {
        name: getattr(one.quote, name) for name in ("source", "day", "origin", "origin_per", "target", "target_per")
    }
    return {**told, "given": format_micros(one.given), "got": format_micros(one.got), "pair": pair}


def payout(
    *,
    payout: str,
    seq: int,
    previous: str | None,
    currency: str,
    amount: Micros,
    state: str,
    at: Instant,
    who: str,
    rate: Body | None = None,
) -> Body:
    """A payout to one party entering a state (``in_transit``, ``paid``, ``returned``; ``withheld``: a part of
    another one, held for a tax authority; ``exchanged`` and ``received``: the legs of a conversion, with its ``rate``).

    ``payout`` and ``who`` are commitments; ``seq`` counts the leaves of this payout from 1, ``previous`` is the leaf
    hash of the one before.
    """
    if state not in PAYOUT_STATES or amount <= 0 or seq < 1 or (seq == 1) != (previous is None):
        raise ValueError("a payout has a known state, a positive amount and names the leaf before it")
    if (rate is not None) != (state in LEGS):
        raise ValueError("the legs of a conversion, and they alone, have a rate")
    return {
        "kind": "payout",
        "payout": payout,
        "seq": seq,
        "previous": previous,
        "currency": currency,
        "amount": format_micros(amount),
        "state": state,
        "at": format_rfc3339(at),
        "who": who,
        **({} if rate is None else {"rate": rate}),
    }


def gift(
    *,
    gift: str,
    seq: int,
    previous: str | None,
    currency: str,
    amount: Micros,
    state: str,
    at: Instant,
    giver: str,
    creator: str,
) -> Body:
    """A gift entering a state: ``given`` to a goal that is open, ``kept`` by the creator, ``back`` with who gave it.

    ``gift``, ``giver`` and ``creator`` are commitments; ``seq`` and ``previous`` as with a payout.
    """
    if state not in GIFT_STATES or amount <= 0 or seq < 1 or (seq == 1) != (previous is None):
        raise ValueError("a gift has a known state, a positive amount and names the leaf before it")
    return {
        "kind": "gift",
        "gift": gift,
        "seq": seq,
        "previous": previous,
        "currency": currency,
        "amount": format_micros(amount),
        "state": state,
        "at": format_rfc3339(at),
        "giver": giver,
        "creator": creator,
    }


def opening(
    *,
    opening: str,
    tool: str,
    file: str,
    moved_on: str,
    currency: str,
    amount: Micros,
    matures_at: Instant | None,
    who: str,
) -> Body:
    """A balance that was owed in another tool and is owed here from now on.

    ``opening`` and ``who`` are commitments; ``file`` is the SHA-256 (hex) of what was read, ``moved_on`` a day in the
    programme's zone. It is never changed, so its chain has one record. Below zero is what a changed order takes back.
    """
    return {
        "kind": "opening",
        "opening": opening,
        "seq": 1,
        "previous": None,
        "tool": tool,
        "file": file,
        "moved_on": moved_on,
        "currency": currency,
        "amount": format_micros(amount),
        "matures_at": None if matures_at is None else format_rfc3339(matures_at),
        "who": who,
    }


def old_link(*, old: str, link: str, since: Instant) -> Body:
    """A link's address in another tool leads to a link here from an instant on; both are commitments."""
    return {"kind": "old_link", "old": old, "link": link, "since": format_rfc3339(since)}


def posting(*, number: int, count: int, root: str) -> Body:
    """A batch of ledger transfers: how many, and the root (hex) of ``log.tree_root`` over their digests."""
    return {"kind": "posting", "number": str(number), "count": count, "root": root}


def order_state(*, order: str, state: str, accepted_at: Instant) -> Body:
    """An accepted order state; ``order`` and ``state`` are commitments (connection and order id; the whole state)."""
    return {"kind": "order_state", "order": order, "state": state, "accepted_at": format_rfc3339(accepted_at)}


def terms(*, version: int, hash_: str, effective_at: Instant, published_at: Instant) -> Body:
    """A version of the terms, written before it takes effect; ``hash_`` is ``document_hash`` of the version."""
    return {
        "kind": "terms",
        "version": version,
        "hash": hash_,
        "effective_at": format_rfc3339(effective_at),
        "published_at": format_rfc3339(published_at),
    }


def clicks_of_day(*, link: str, day: str, count: int, root: str, supplement: int = 0) -> Body:
    """The clicks of a link on a UTC day: their number and the root (hex) of ``log.tree_root`` over their sorted ids.

    Late clicks of a day that is already sealed come as ``supplement`` 1, 2, ... holding only the late ones.
    """
    return {"kind": "clicks_of_day", "link": link, "day": day, "count": count, "root": root, "supplement": supplement}


def link(*, link: str, owner: str, creator: str, state: str, since: Instant) -> Body:
    """A link's owner, creator (commitments) and state from an instant on."""
    return _owned("link", link, owner, creator, state, since)


def code(*, code: str, owner: str, creator: str, state: str, since: Instant) -> Body:
    """A discount code's owner, creator (commitments) and state from an instant on; ``code`` is a commitment."""
    return _owned("code", code, owner, creator, state, since)


def ruling(*, ruling: str, verb: str, reason: str, until: Instant | None, at: Instant) -> Body:
    """A decision (``denied``, ``reassigned``, ``held``, ``released``, ``upheld``, ``merged``, ``absorbed``).

    ``ruling`` commits to the decision as a whole: subject, evidence, who decided. ``until`` is when a hold ends.
    """
    return {
        "kind": "ruling",
        "ruling": ruling,
        "verb": verb,
        "reason": reason,
        "until": None if until is None else format_rfc3339(until),
        "at": format_rfc3339(at),
    }


def appeal(*, appeal: str, at: Instant) -> Body:
    """Somebody concerned objects to what became of an order; ``appeal`` commits to who, which order and her words."""
    return {"kind": "appeal", "appeal": appeal, "at": format_rfc3339(at)}


def close(*, period: str, at: Instant, orders: int, sealed: str) -> Body:
    """The close of a period (``2026-11``): how many orders it held when its last one had matured.

    ``sealed`` commits to everything that the close froze.
    """
    return {"kind": "close", "period": period, "at": format_rfc3339(at), "orders": orders, "sealed": sealed}


def choice(*, creator: str, link: str | None, fan_bps: int, since: Instant) -> Body:
    """A creator's choice of her fans' part from an instant on, for a link or (None) for all; both are commitments."""
    return {"kind": "choice", "creator": creator, "link": link, "fan_bps": fan_bps, "since": format_rfc3339(since)}


def membership(*, creator: str, group: str, since: Instant) -> Body:
    """A creator (a commitment) joins a group, or (empty) leaves hers, from an instant on."""
    return {"kind": "membership", "creator": creator, "group": group, "since": format_rfc3339(since)}


def code_plan(*, plan: str, since: Instant) -> Body:
    """What a brand allows for the codes of a shop from an instant on; ``plan`` is a commitment to all of it."""
    return {"kind": "code_plan", "plan": plan, "since": format_rfc3339(since)}


def budget_turn(*, currency: str, month: str, stopped: bool, since: Instant) -> Body:
    """What links and codes earn stopped from an instant on, as a month's budget was reached, or goes on."""
    told = {"currency": currency, "month": month, "stopped": stopped, "since": format_rfc3339(since)}
    return {"kind": "budget_turn", **told}


def connection_day(
    *, connection: str, day: str, accepted: int, refused: int, parked: int, off_seconds: int, blind: str
) -> Body:
    """What a connection took in on a UTC day, and how long its hook was switched off.

    ``connection`` is its public id; ``blind`` is 32 fresh random bytes as hex, because so few numbers could be guessed.
    """
    return {
        "kind": "connection_day",
        "connection": connection,
        "day": day,
        "accepted": accepted,
        "refused": refused,
        "parked": parked,
        "off_seconds": off_seconds,
        "blind": blind,
    }


def epoch(*, number: int, restored_size: int, restored_root: bytes, cause: str, at: Instant) -> Body:
    """The first leaf after a restore from backup, written at index ``restored_size`` of the restored tree."""
    return {
        "kind": "epoch",
        "number": number,
        "restored_size": restored_size,
        "restored_root": restored_root.hex(),
        "cause": cause,
        "at": format_rfc3339(at),
    }


def key(*, key: str, replaces: str | None, at: Instant) -> Body:
    """A signing key coming into use, and the one it replaces, as C2SP verifier keys."""
    return {"kind": "key", "key": key, "replaces": replaces, "at": format_rfc3339(at)}


def _owned(kind: str, subject: str, owner: str, creator: str, state: str, since: Instant) -> Body:
    return {
        "kind": kind,
        kind: subject,
        "owner": owner,
        "creator": creator,
        "state": state,
        "since": format_rfc3339(since),
    }
