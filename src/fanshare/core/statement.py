"""A statement: what one party earned and why, with proofs that it is what the programme's log recorded.

The document (format ``fanshare-statement/1``, ``docs/reference/statement.md``) carries, for each part of an order and
each payout, the leaf of the log, its inclusion proof and the salts that open this party's commitments and no others.
A signed checkpoint states the log, a seal signs the document as a whole. ``statement_check`` verifies it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from fanshare.core.canonical import canonical
from fanshare.core.instants import Instant, format_rfc3339, parse_rfc3339
from fanshare.core.leaf_parts import read_share
from fanshare.core.money import Micros, format_micros
from fanshare.core.sentences import gift_sentence, opening_sentence, sentence
from fanshare.core.settlement_leaf import Settlement, Share, own_settlement, parse_exact, parse_signed

FORMAT = "fanshare-statement/1"
ROLES = ("creator", "fan", "buyer")

PROVES = (
    "Every amount follows from the recorded sale and the recorded rates; anybody can recompute it.",
    "Every line and payout is in the programme's log, whose state the programme signed.",
    "Compared with an older statement: nothing that was recorded then has been changed or dropped since.",
)
DOES_NOT_PROVE = (
    "That the shop reported every order, and that all of yours are listed here: ask about an order by its number.",
    "That a fan or a buyer is a real person.",
    "That you have seen the newest state of the log: keep each statement and compare the next one with it.",
)


class Totals(NamedTuple):
    """What a party has, in micros of one currency. Only ``available`` may be negative (a refund after a payout)."""

    pending: Micros = 0
    available: Micros = 0
    held: Micros = 0
    in_transit: Micros = 0
    paid: Micros = 0

    def plus(self, other: "Totals", sign: int = 1) -> "Totals":
        """The sum of both, or with ``sign`` -1 the difference."""
        return Totals(*(mine + sign * yours for mine, yours in zip(self, other, strict=True)))

    def document(self) -> dict[str, str]:
        """As exact amounts."""
        return {name: format_micros(micros) for name, micros in self._asdict().items()}


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier leaf of a chain, with the salts of this party's shares in it (role to salt)."""

    body: Mapping[str, Any]
    salts: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Entry:
    """The newest leaf of an order part, payout, opening balance or gift, and how this party opens it.

    ``opens`` comes from ``order_opening``, ``payout_opening``, ``moved_opening`` or ``gift_opening``; ``salts`` map her
    roles (``payee`` of a payout or opening balance, ``giver`` or ``creator`` of a gift) to the salts of her shares;
    ``history`` holds all earlier leaves of the chain, newest first. ``counted`` is the seq that the opening totals
    already contain (0: none).
    """

    index: int
    body: Mapping[str, Any]
    proof: Sequence[bytes]
    opens: Mapping[str, str]
    salts: Mapping[str, bytes]
    history: Sequence[Past] = ()
    counted: int = 0


@dataclass(frozen=True, slots=True)
class EpochProof:
    """The epoch leaf in the log: its place, and that the restored tree is the beginning of the present one."""

    index: int
    body: Mapping[str, Any]
    proof: Sequence[bytes]
    consistency: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class StatementData:
    """Everything a statement says. ``keys`` are verifier keys, oldest first; ``rotations`` their cross-signed notes.

    ``opened_at`` None means: from the beginning. ``consistency`` proves growth from an older size (size, proof).
    """

    programme_id: str
    programme_name: str
    party_id: str
    role: str
    opened_at: Instant | None
    as_of: Instant
    zone: str
    checkpoint: str
    keys: Sequence[str]
    lines: Sequence[Entry]
    payouts: Sequence[Entry] = ()
    #: Opening balances that came from another tool.
    moved: Sequence[Entry] = ()
    #: What she gave, or was given.
    gifts: Sequence[Entry] = ()
    rotations: Sequence[str] = ()
    epochs: Sequence[EpochProof] = ()
    consistency: tuple[int, Sequence[bytes]] | None = None
    opening: Mapping[str, Totals] | None = None


def order_opening(connection: str, order: str, part: str, salt: bytes) -> dict[str, str]:
    """What opens the order's commitment: shop connection, order number, and whose (creator's public id) part it is."""
    return {"connection": connection, "order": order, "part": part, "salt": salt.hex()}


def payout_opening(payout_id: str, salt: bytes) -> dict[str, str]:
    """What opens a payout's commitment."""
    return {"payout": payout_id, "salt": salt.hex()}


def moved_opening(name: str, salt: bytes) -> dict[str, str]:
    """What opens the commitment of an opening balance."""
    return {"opening": name, "salt": salt.hex()}


def gift_opening(gift_id: str, salt: bytes) -> dict[str, str]:
    """What opens a gift's commitment."""
    return {"gift": gift_id, "salt": salt.hex()}


def document(data: StatementData) -> dict[str, Any]:
    """The statement without its seal. Raises ``LeafError`` for a body that is no settlement."""
    currencies = sorted({str(entry.body["currency"]) for entry in _all(data)} | set(data.opening or ()))
    return {
        "format": FORMAT,
        "programme": {"id": data.programme_id, "name": data.programme_name},
        "party": {"id": data.party_id, "role": data.role},
        "period": {
            "from": None if data.opened_at is None else format_rfc3339(data.opened_at),
            "to": format_rfc3339(data.as_of),
            "zone": data.zone,
        },
        "checkpoint": data.checkpoint,
        "keys": list(data.keys),
        "rotations": list(data.rotations),
        "epochs": [_epoch(each) for each in data.epochs],
        "consistency": data.consistency and {"size": data.consistency[0], "proof": _hexes(data.consistency[1])},
        "currencies": [_section(data, currency) for currency in currencies],
        "proves": list(PROVES),
        "does_not_prove": list(DOES_NOT_PROVE),
    }


def content_hash(document: Mapping[str, Any]) -> str:
    """The SHA-256, in hexadecimal digits, of the document without ``seal``. Raises ``CanonicalError``."""
    content = {key: value for key, value in document.items() if key != "seal"}
    return hashlib.sha256(canonical(content)).hexdigest()


def seal_text(content: str, name: str) -> str:
    """The text to sign as a note by the log's key ``name``; ``content`` is the document's ``content_hash``."""
    return f"{FORMAT}\n{name}\n{content}\n"


def sealed(document: Mapping[str, Any], seal: str) -> dict[str, Any]:
    """The complete statement; ``seal`` is the signed note of ``seal_text``."""
    return {**document, "seal": seal}


def settlement_position(settlement: Settlement, roles: Iterable[str], at: Instant) -> Totals:
    """What the shares of these roles are worth at an instant: pending becomes available when it matures."""
    return shares_position(settlement.shares, roles, at)


def shares_position(shares: Iterable[Share], roles: Iterable[str], at: Instant) -> Totals:
    """The same of shares alone."""
    amounts = {"pending": 0, "available": 0, "held": 0}
    for share in shares:
        if share.role in roles:
            ripe = share.bucket == "pending" and share.matures_at is not None and share.matures_at <= at
            amounts["available" if ripe else share.bucket] += share.amount
    return Totals(**amounts)


def payout_position(body: Mapping[str, Any]) -> Totals:
    """What a payout in this state moved: out of available, into transit, to the payee, or to a tax authority;
    or into another currency and out of it.
    """
    amount = parse_exact(body["amount"])
    if body["state"] == "in_transit":
        return Totals(available=-amount, in_transit=amount)
    if body["state"] in ("withheld", "exchanged"):
        return Totals(available=-amount)
    if body["state"] == "received":
        return Totals(available=amount)
    return Totals(available=-amount, paid=amount) if body["state"] == "paid" else Totals()


def opening_position(body: Mapping[str, Any], at: Instant) -> Totals:
    """What an opening balance is worth at an instant: it waits until it matures."""
    amount, matures_at = parse_signed(body["amount"]), body["matures_at"]
    if matures_at is not None and parse_rfc3339(matures_at) > at:
        return Totals(pending=amount)
    return Totals(available=amount)


def gift_position(body: Mapping[str, Any], roles: Iterable[str]) -> Totals:
    """What a gift in this state moved, for who gave it or for the creator."""
    amount, state, totals = parse_exact(body["amount"]), body["state"], Totals()
    if "giver" in roles and state != "back":
        totals = totals.plus(Totals(available=-amount, in_transit=amount if state == "given" else 0))
    if "creator" in roles and state == "kept":
        totals = totals.plus(Totals(available=amount))
    return totals


def entry_change(entry: Entry, opened_at: Instant | None, as_of: Instant) -> Totals:
    """What an entry adds to the totals of the period: its position now less the one counted in the opening."""
    now = _position(entry.body, entry.salts, as_of)
    if entry.counted == 0 or opened_at is None:
        return now
    chain = [Past(entry.body, entry.salts), *entry.history]
    before = chain[int(entry.body["seq"]) - entry.counted]
    return now.plus(_position(before.body, before.salts, opened_at), -1)


def closing(data: StatementData, currency: str) -> Totals:
    """Opening plus every change of the period in one currency."""
    totals = (data.opening or {}).get(currency, Totals())
    for entry in _all(data):
        if entry.body["currency"] == currency:
            totals = totals.plus(entry_change(entry, data.opened_at, data.as_of))
    return totals


def _all(data: StatementData) -> tuple[Entry, ...]:
    return (*data.lines, *data.payouts, *data.moved, *data.gifts)


def _position(body: Mapping[str, Any], roles: Iterable[str], at: Instant) -> Totals:
    if body["kind"] == "settlement":
        return shares_position(map(read_share, body["shares"]), roles, at)
    if body["kind"] == "opening":
        return opening_position(body, at) if "payee" in roles else Totals()
    if body["kind"] == "gift":
        return gift_position(body, roles)
    return payout_position(body) if "payee" in roles else Totals()


def _section(data: StatementData, currency: str) -> dict[str, Any]:
    moved = [_moved(entry) for entry in data.moved if entry.body["currency"] == currency]
    gifts = [_gift(entry) for entry in data.gifts if entry.body["currency"] == currency]
    lines = [_line(entry) for entry in data.lines if entry.body["currency"] == currency]
    return {
        "currency": currency,
        "opening": (data.opening or {}).get(currency, Totals()).document(),
        "closing": closing(data, currency).document(),
        "lines": lines,
        "payouts": [_entry(entry) for entry in data.payouts if entry.body["currency"] == currency],
        # Only where there is one: statements without stay as they were before there were any.
        **({"moved": moved} if moved else {}),
        **({"gifts": gifts} if gifts else {}),
    }


def _line(entry: Entry) -> dict[str, Any]:
    settlement = own_settlement(entry.body)
    return {**_entry(entry), "sentences": {role: str(sentence(settlement, role)) for role in entry.salts}}


def _moved(entry: Entry) -> dict[str, Any]:
    return {**_entry(entry), "sentences": {role: opening_sentence(entry.body) for role in entry.salts}}


def _gift(entry: Entry) -> dict[str, Any]:
    return {**_entry(entry), "sentences": {role: gift_sentence(entry.body, role) for role in entry.salts}}


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "index": entry.index,
        "body": dict(entry.body),
        "proof": _hexes(entry.proof),
        "opens": dict(entry.opens),
        "shares": _salts(entry.salts),
        "history": [{"body": dict(past.body), "shares": _salts(past.salts)} for past in entry.history],
        "counted": entry.counted,
    }


def _epoch(epoch: EpochProof) -> dict[str, Any]:
    return {
        "index": epoch.index,
        "body": dict(epoch.body),
        "proof": _hexes(epoch.proof),
        "consistency": _hexes(epoch.consistency),
    }


def _salts(salts: Mapping[str, bytes]) -> dict[str, str]:
    return {role: salt.hex() for role, salt in salts.items()}


def _hexes(hashes: Iterable[bytes]) -> list[str]:
    return [hash_.hex() for hash_ in hashes]
