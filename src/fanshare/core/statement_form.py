"""Reading a statement strictly: every key is expected, every value has its one spelling, nothing else is there."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fanshare.core.canonical import canonical
from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, format_rfc3339, parse_rfc3339
from fanshare.core.leaves import LEGS, PAYOUT_STATES
from fanshare.core.money import MAX_MICROS, MICROS, Micros
from fanshare.core.moving import FOLLOWS, NAMES
from fanshare.core.notes import Checkpoint, VerifierKey, parse_checkpoint, parse_key
from fanshare.core.rates import BASES, is_rate
from fanshare.core.replaced import LAW
from fanshare.core.settlement_leaf import Settlement, body_hash, parse_exact, parse_signed, read_settlement
from fanshare.core.statement import FORMAT, ROLES, Totals, content_hash

_SIGNED = re.compile(r"-?(0|[1-9][0-9]{0,12})\.[0-9]{6}", re.ASCII)
_TOOL = re.compile(r"[^\x00-\x1f]{1,60}")
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_PAYOUT_KEYS = ("kind", "payout", "seq", "previous", "currency", "amount", "state", "at", "who")
_OPENING_KEYS = (
    "kind", "opening", "seq", "previous", "tool", "file", "moved_on", "currency", "amount", "matures_at", "who"
)  # fmt: skip
_GIFT_KEYS = ("kind", "gift", "seq", "previous", "currency", "amount", "state", "at", "giver", "creator")
_GIFT_ROLES = ("giver", "creator")
_EPOCH_KEYS = ("kind", "number", "restored_size", "restored_root", "cause", "at")


class FormError(BadInputError):
    """The document is not a statement of this format."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_statement", message)


@dataclass(frozen=True, slots=True)
class Link:
    """One leaf of a chain: its body and leaf hash, the settlement in it (None for anything else), the salts opened."""

    body: Mapping[str, Any]
    hash: bytes
    settlement: Settlement | None
    salts: Mapping[str, bytes]

    @property
    def seq(self) -> int:
        """Its number in the chain, from 1."""
        return int(self.body["seq"])


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """An order part, payout, opening balance or gift: ``chain`` begins with the newest leaf."""

    index: int
    proof: tuple[bytes, ...]
    opens: Mapping[str, str]
    chain: tuple[Link, ...]
    counted: int
    sentences: Mapping[str, str]

    @property
    def body(self) -> Mapping[str, Any]:
        """The newest leaf."""
        return self.chain[0].body


@dataclass(frozen=True, slots=True)
class Section:
    """One currency of a statement."""

    currency: str
    opening: Totals
    closing: Totals
    lines: tuple[ReadEntry, ...]
    payouts: tuple[ReadEntry, ...]
    moved: tuple[ReadEntry, ...] = ()
    gifts: tuple[ReadEntry, ...] = ()

    @property
    def entries(self) -> tuple[ReadEntry, ...]:
        """Everything in it."""
        return (*self.lines, *self.payouts, *self.moved, *self.gifts)


@dataclass(frozen=True, slots=True)
class ReadEpoch:
    """One epoch leaf with its proofs."""

    index: int
    body: Mapping[str, Any]
    proof: tuple[bytes, ...]
    consistency: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """A statement whose form is right; nothing of it is verified yet. ``content`` is what its seal is over."""

    document: Mapping[str, Any]
    content: str
    programme_id: str
    party_id: str
    role: str
    opened_at: Instant | None
    as_of: Instant
    checkpoint_note: str
    checkpoint: Checkpoint
    keys: tuple[VerifierKey, ...]
    rotations: tuple[str, ...]
    epochs: tuple[ReadEpoch, ...]
    consistency: tuple[int, tuple[bytes, ...]] | None
    sections: tuple[Section, ...]
    seal: str

    @property
    def epoch(self) -> int:
        """The epoch of the log that the checkpoint is of."""
        text = self.checkpoint.origin.rpartition("/")[2]
        if not text.isascii() or not text.isdigit() or text.startswith("0") or len(text) > 9:
            raise FormError("The origin of the checkpoint does not end with the number of its epoch.")
        return int(text)

    @property
    def entries(self) -> list[ReadEntry]:
        """All lines, payouts, opening balances and gifts of all currencies."""
        return [entry for section in self.sections for entry in section.entries]


def read_statement(value: Any) -> ReadStatement:
    """Read a parsed JSON document. Raises ``FormError`` (or another ``BadInputError``) at the first offence."""
    top = _object(value, "statement", "format programme party period checkpoint keys rotations epochs consistency "
                  "currencies proves does_not_prove seal")  # fmt: skip
    canonical(top["seal"])
    content = content_hash(top)
    if top["format"] != FORMAT:
        raise FormError(f"The format is not {FORMAT}.")
    for promises in (top["proves"], top["does_not_prove"]):
        _list(promises, _text)
    programme = _object(top["programme"], "programme", "id name")
    party = _object(top["party"], "party", "id role")
    period = _object(top["period"], "period", "from to zone")
    for text in (*programme.values(), *party.values(), period["zone"]):
        _text(text)
    note = _text(top["checkpoint"])
    statement = ReadStatement(
        document=top,
        content=content,
        programme_id=programme["id"],
        party_id=party["id"],
        role=_one_of(ROLES, party["role"]),
        opened_at=None if period["from"] is None else _instant(period["from"]),
        as_of=_instant(period["to"]),
        checkpoint_note=note,
        checkpoint=parse_checkpoint(note.rpartition("\n\n")[0] + "\n"),
        keys=_list(top["keys"], lambda key: parse_key(_text(key))),
        rotations=_list(top["rotations"], _text),
        epochs=_list(top["epochs"], _epoch),
        consistency=None if top["consistency"] is None else _consistency(top["consistency"]),
        sections=_list(top["currencies"], _section),
        seal=_text(top["seal"]),
    )
    if not statement.keys or statement.epoch < 1:
        raise FormError("A statement names the key of its log.")
    return statement


def _section(value: Any) -> Section:
    more = [name for name in ("moved", "gifts") if isinstance(value, dict) and value.get(name)]
    section = _object(value, "currency section", " ".join(["currency opening closing lines payouts", *more]))
    currency = _text(section["currency"])
    read = Section(
        currency=currency,
        opening=_totals(section["opening"]),
        closing=_totals(section["closing"]),
        lines=_list(section["lines"], _line),
        payouts=_list(section["payouts"], _payout),
        moved=_list(section.get("moved", []), _moved),
        gifts=_list(section.get("gifts", []), _gift),
    )
    if any(link.body["currency"] != currency for entry in read.entries for link in entry.chain):
        raise FormError(f"An entry under {currency} is in another currency.")
    return read


def _line(value: Any) -> ReadEntry:
    line = _object(value, "line", "index body proof opens shares history counted sentences")
    sentences = line["sentences"]
    if not isinstance(sentences, dict) or set(sentences) != set(_salts(line["shares"], ROLES)):
        raise FormError("A line has one sentence for each of its opened shares.")
    opens = _object(line["opens"], "opening", "connection order part salt")
    return _entry(line, opens, _settlement_link, {role: _text(text) for role, text in sentences.items()})


def _payout(value: Any) -> ReadEntry:
    payout = _object(value, "payout", "index body proof opens shares history counted")
    return _entry(payout, _object(payout["opens"], "opening", "payout salt"), _payout_link, {})


def _moved(value: Any) -> ReadEntry:
    moved = _object(value, "opening balance", "index body proof opens shares history counted sentences")
    sentences = moved["sentences"]
    told = isinstance(sentences, dict) and set(sentences) == set(_salts(moved["shares"], ("payee",)))
    if not told or moved["history"]:
        raise FormError("An opening balance has one record, and a sentence where it is opened.")
    opens = _object(moved["opens"], "opening", "opening salt")
    return _entry(moved, opens, _opening_link, {role: _text(text) for role, text in sentences.items()})


def _gift(value: Any) -> ReadEntry:
    gift = _object(value, "gift", "index body proof opens shares history counted sentences")
    sentences = gift["sentences"]
    if not isinstance(sentences, dict) or set(sentences) != set(_salts(gift["shares"], _GIFT_ROLES)):
        raise FormError("A gift has a sentence where it is opened.")
    opens = _object(gift["opens"], "opening", "gift salt")
    return _entry(gift, opens, _gift_link, {role: _text(text) for role, text in sentences.items()})


def _entry(
    entry: dict[str, Any], opens: dict[str, Any], link: Callable[[Any], Link], sentences: Mapping[str, str]
) -> ReadEntry:
    history = _list(entry["history"], lambda past: link(_object(past, "earlier leaf", "body shares")))
    for text in opens.values():
        _text(text)
    _hash(opens["salt"])
    return ReadEntry(
        index=_count(entry["index"]),
        proof=_list(entry["proof"], _hash),
        opens=opens,
        chain=(link({"body": entry["body"], "shares": entry["shares"]}), *history),
        counted=_count(entry["counted"]),
        sentences=sentences,
    )


def _settlement_link(value: Any) -> Link:
    settlement, hash_ = read_settlement(value["body"])
    return Link(value["body"], hash_, settlement, _salts(value["shares"], ROLES))


def _payout_link(value: Any) -> Link:
    keys = (*_PAYOUT_KEYS, "rate") if isinstance(value["body"], dict) and "rate" in value["body"] else _PAYOUT_KEYS
    body = _object(value["body"], "payout leaf", " ".join(keys))
    _moving("payout", body, PAYOUT_STATES, ("payout", "who"))
    if ("rate" in body) != (body["state"] in LEGS):
        raise FormError("The legs of a conversion, and they alone, have a rate.")
    if "rate" in body:
        _rate(body["rate"])
    return Link(body, body_hash(body), None, _salts(value["shares"], ("payee",)))


def _rate(value: Any) -> None:
    rate = _object(value, "rate", "source day origin origin_per target target_per given got pair")
    _one_of((*BASES, LAW), rate["source"])
    _day(rate["day"])
    for name in ("origin", "target"):
        if _CODE.fullmatch(_text(rate[name])) is None or not is_rate(_text(rate[f"{name}_per"])):
            raise FormError("A rate names two currencies, and how much of each was one of its source.")
    for name in ("given", "got"):
        parse_exact(rate[name])
    _hash(rate["pair"])


def _gift_link(value: Any) -> Link:
    body = _object(value["body"], "gift leaf", " ".join(_GIFT_KEYS))
    _moving("gift", body, ("given", "kept", "back"), ("gift", *_GIFT_ROLES))
    return Link(body, body_hash(body), None, _salts(value["shares"], _GIFT_ROLES))


def _moving(kind: str, body: dict[str, Any], states: tuple[str, ...], hashes: tuple[str, ...]) -> None:
    """What the leaf of a payout or gift holds, which goes through states."""
    _one_of((kind,), body["kind"])
    _one_of(states, body["state"])
    _instant(body["at"])
    for key in hashes:
        _hash(body[key])
    if parse_exact(body["amount"]) == 0 or _count(body["seq"]) < 1:
        raise FormError(f"A {kind} has an amount and a number.")
    if (body["previous"] is None) != (body["seq"] == 1):
        raise FormError(f"The first leaf of a {kind}, and no other, has no previous one.")
    if body["previous"] is not None:
        _hash(body["previous"])


def _opening_link(value: Any) -> Link:
    body = _object(value["body"], "opening leaf", " ".join(_OPENING_KEYS))
    _one_of(("opening",), body["kind"])
    if body["seq"] != 1 or isinstance(body["seq"], bool) or body["previous"] is not None:
        raise FormError("An opening balance is one record.")
    for key in ("opening", "file", "who"):
        _hash(body[key])
    amount = parse_signed(body["amount"])
    if _TOOL.fullmatch(_text(body["tool"])) is None or amount == 0:
        raise FormError("An opening balance has an amount and says where it comes from.")
    if amount < 0 and body["tool"] not in {NAMES[one] for one in FOLLOWS}:
        raise FormError("Only what follows the order of a claim or of a debt is taken back.")
    _day(body["moved_on"])
    if body["matures_at"] is not None:
        _instant(body["matures_at"])
    return Link(body, body_hash(body), None, _salts(value["shares"], ("payee",)))


def _epoch(value: Any) -> ReadEpoch:
    epoch = _object(value, "epoch", "index body proof consistency")
    body = _object(epoch["body"], "epoch leaf", " ".join(_EPOCH_KEYS))
    _one_of(("epoch",), body["kind"])
    for key in ("number", "restored_size"):
        _count(body[key])
    _hash(body["restored_root"])
    _text(body["cause"])
    _instant(body["at"])
    return ReadEpoch(_count(epoch["index"]), body, _list(epoch["proof"], _hash), _list(epoch["consistency"], _hash))


def _consistency(value: Any) -> tuple[int, tuple[bytes, ...]]:
    consistency = _object(value, "consistency", "size proof")
    return _count(consistency["size"]), _list(consistency["proof"], _hash)


def _totals(value: Any) -> Totals:
    return Totals(**{name: _signed(text) for name, text in _object(value, "totals", " ".join(Totals._fields)).items()})


def _salts(value: Any, roles: tuple[str, ...]) -> dict[str, bytes]:
    if not isinstance(value, dict):
        raise FormError("Opened shares are named by their role.")
    return {_one_of(roles, role): _hash(salt) for role, salt in value.items()}


def _object(value: Any, what: str, keys: str) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != set(keys.split()):
        raise FormError(f"The {what} has not exactly the keys {keys}.")
    return value


def _list[T](value: Any, read: Callable[[Any], T]) -> tuple[T, ...]:
    if not isinstance(value, list):
        raise FormError("A list is missing.")
    return tuple(read(each) for each in value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise FormError("A text is missing.")
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FormError("A whole number is missing.")
    return value


def _one_of(values: tuple[str, ...], value: Any) -> str:
    if value not in values:
        raise FormError(f"{str(value)[:40]!r} is none of {', '.join(values)}.")
    return str(value)


def _hash(value: Any) -> bytes:
    if not isinstance(value, str) or _HEX.fullmatch(value) is None:
        raise FormError("A hash or salt is not 64 hexadecimal digits.")
    return bytes.fromhex(value)


def _day(value: Any) -> str:
    try:
        if date.fromisoformat(_text(value)).isoformat() == value:
            return str(value)
    except ValueError:
        pass
    raise FormError(f"{str(value)[:40]!r} is not a day.")


def _instant(value: Any) -> Instant:
    instant = parse_rfc3339(_text(value))
    if format_rfc3339(instant) != value:
        raise FormError(f"{str(value)[:40]!r} is not written as times are written here.")
    return instant


def _signed(value: Any) -> Micros:
    if not isinstance(value, str) or _SIGNED.fullmatch(value) is None or value == "-0.000000":
        raise FormError(f"{str(value)[:40]!r} is not an exact amount.")
    whole, rest = value.lstrip("-").split(".")
    micros = int(whole) * MICROS + int(rest)
    if micros > MAX_MICROS:
        raise FormError("An amount is larger than the books can hold.")
    return -micros if value.startswith("-") else micros
