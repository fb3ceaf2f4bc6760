#!/usr/bin/env python3
"""Check a fanshare statement without fanshare: python3 fanshare_verify.py FILE [OLDER] [--key KEY] [--lines]

One file, standard library only, Python 3.9 or newer, no network. FILE is a statement (fanshare-statement/1); OLDER an
earlier statement of the same party, which FILE must continue. KEY is the programme's public key as you know it from
elsewhere. Exit code 0: everything holds; 1: something does not, or cannot be decided; 2: a file cannot be read.
Sources: RFC 8032 (Ed25519), RFC 9162 (Merkle log), RFC 8785 (canonical JSON), c2sp.org (signed notes, checkpoints).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from calendar import monthrange
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, gcd
from pathlib import Path
from typing import Any, Callable, Iterator, NamedTuple  # noqa: UP035 - Python 3.9

FORMAT = "fanshare-statement/1"
PROVES = [
    "Every amount follows from the recorded sale and the recorded rates; anybody can recompute it.",
    "Every line and payout is in the programme's log, whose state the programme signed.",
    "Compared with an older statement: nothing that was recorded then has been changed or dropped since.",
]
DOES_NOT_PROVE = [
    "That the shop reported every order, and that all of yours are listed here: ask about an order by its number.",
    "That a fan or a buyer is a real person.",
    "That you have seen the newest state of the log: keep each statement and compare the next one with it.",
]
_TOTALS = ("pending", "available", "held", "in_transit", "paid")
_ROLES = ("creator", "fan", "buyer")
_BY_FAN = ("fan_link", "fan_code", "fan_ruling")
#: Whose amounts may be below zero: what a change of that order takes back.
_FOLLOWS = {
    "the order of an accepted claim": "bears for a claim",
    "the order of a debt that the brand bore": "bore of an old debt",
}
_PERIODS = {"day": "daily", "week": "weekly", "month": "monthly", "all": "overall"}


class Check(NamedTuple):
    """One check: status is ok, failed, open (these files cannot decide it) or note."""

    name: str
    status: str
    detail: str
    stated: str = ""
    computed: str = ""


class _Finding(Exception):  # noqa: N818 - an outcome, not an error
    pass


def _need(holds: object, detail: str, stated: Any = "", computed: Any = "", status: str = "failed") -> None:
    if not holds:
        raise _Finding(status, detail, str(stated), str(computed))


# -- JSON: strict reading, canonical writing


def parse(data: bytes) -> Any:
    """Read JSON without fractions, repeated keys or integers of more than 53 bits. Raises ValueError."""

    def refuse(text: str) -> Any:
        raise ValueError(f"{text[:40]} has no place in a statement")

    def integer(text: str) -> int:
        return int(text) if len(text) < 18 and abs(int(text)) < 2**53 else refuse(text)

    def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        return found if len(found) == len(pairs) else refuse("a repeated key")

    return json.loads(data, parse_float=refuse, parse_constant=refuse, parse_int=integer, object_pairs_hook=distinct)


def _canonical(value: Any) -> bytes:
    # RFC 8785; every key of this format is ASCII, so the order of characters is the order that it wants
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


# -- the form: every key is expected, every value has its one spelling


_Test = Callable[[Any], bool]


def _form(form: Any) -> _Test:
    """The test for a form: itself a test, ``[form]`` for a list, or a dict of exactly these keys."""
    if isinstance(form, list):
        inner = _form(form[0])
        return lambda value: isinstance(value, list) and all(map(inner, value))
    if not isinstance(form, dict):
        test: _Test = form
        return test
    keys, tests = form.keys(), [(key, _form(each)) for key, each in form.items()]

    def fits(value: Any) -> bool:
        if not isinstance(value, dict) or value.keys() != keys:
            return False
        for key, test in tests:  # noqa: SIM110 - the hottest loop of all
            if not test(value[key]):
                return False
        return True

    return fits


def _text(pattern: str) -> _Test:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _maybe(form: Any) -> _Test:
    test = _form(form)
    return lambda value: value is None or test(value)


@lru_cache(maxsize=9999)
def _moment(text: str) -> datetime:
    _need(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(?!000000)\d{6})?Z", text, re.ASCII), f"Not a time: {text}")
    found = datetime.fromisoformat(text[:-1] + "+00:00")  # noqa: FURB162 - Python 3.9 does not read a Z
    _need(found.year >= 1970, f"Before 1970: {text}")
    return found


@lru_cache(maxsize=9999)
def _is_day(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) and datetime.fromisoformat(text))


def _is_credit(text: str) -> bool:
    over, _, under = text.partition("/")
    return f"{int(over)}/{int(under)}" == text and 0 <= int(over) <= int(under) > 0 and gcd(int(over), int(under)) == 1


def _opened(*roles: str) -> _Test:
    """A test for the salts that a party opens, by role."""
    return lambda value: isinstance(value, dict) and all(key in roles and _hex(value[key]) for key in value)


_any, _some, _hex = _text(r"(?s:.+)"), _text(r"[^\x00-\x1f]{1,200}"), _text("[0-9a-f]{64}")
# nothing above 9.0e12 major units can be booked
_SIZE = r"(0|[1-8]\d{0,12}|9\d{0,11}|9000000000000(?=\.000000))\.\d{6}"
_money, _signed = _text(_SIZE), _text(r"(?!-0\.000000)-?" + _SIZE)
_code, _time = _text("[a-z0-9_.:-]{1,80}"), lambda value: isinstance(value, str) and bool(_moment(value))


def _hexes(value: Any) -> bool:
    # one match for a whole proof instead of one for each of its hashes; join refuses what is no text
    return isinstance(value, list) and _proof("".join(each + "," for each in value))


_proof = _text("([0-9a-f]{64},)*")


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _rising(value: Any) -> bool:
    return isinstance(value, list) and all(map(_count, value)) and value == sorted(set(value))


_STRETCH = {"before": _money, "amount": _money}
_RULES: dict[str, dict[str, Any]] = {
    "percent": {"bps": _count},
    "flat": {"each": _money, "quantity": _count},
    "tiers": {"brackets": [lambda value: _bracket(value)], "stretches": [_STRETCH]},
    "none": {},
    "buyer": {"each": _money},
}
_marginal = _form({"upto": _maybe(_money), "bps": _count})
_retroactive = _form({"upto": _maybe(_money), "bps": _count, "retroactive": lambda value: value is True})


def _bracket(value: dict[str, Any]) -> bool:
    return _retroactive(value) if "retroactive" in value else _marginal(value)


_PLAIN = {kind: _form({"kind": _text(kind), **form}) for kind, form in _RULES.items()}
_LIMITED = {kind: _form({"kind": _text(kind), "limit_bps": _count, **form}) for kind, form in _RULES.items()}


def _rule(value: dict[str, Any]) -> bool:
    return (_LIMITED if "limit_bps" in value else _PLAIN)[value["kind"]](value)


_SHARE = {"role": _text("creator|fan|buyer"), "amount": _money, "bucket": _text("pending|available|held"),
          "matures_at": _maybe(_time), "held_until": _maybe(_time), "who": _hex}  # fmt: skip
_SETTLEMENT = {
    "kind": _text("settlement"), "order": _hex, "seq": _count, "previous": _maybe(_hex), "currency": _text("[A-Z]{3}"),
    "terms": _hex, "placed_on": _is_day, "decided_by": _text("creator_(link|code|ruling)|" + "|".join(_BY_FAN)),
    "decided_on": _is_day, "introduced_by": _maybe(_text("|".join(_BY_FAN))), "introduced_on": _maybe(_is_day),
    "credit": _is_credit, "net": _money, "uncapped": _money, "pool": _money, "fan_bps": _count, "buyer_bps": _count,
    "lines": [{"id": _some, "net": _money, "goods": _money, "rule": _rule, "pool": _money}], "reasons": [_code],
    "caps": [{"level": _text("|".join(_PERIODS)), "cap": _money, "stretches": [_STRETCH], "after": _money}],
    "shares": [_SHARE],
}  # fmt: skip
# what only some terms use: a key that stands in a leaf only where it says something
_NAME = _text("[a-z0-9][a-z0-9_-]{0,39}")
_LIMIT: dict[str, _Test] = {
    "code": _form({"kind": _text("code"), "bps": _count, "before": _money, "after": _money}),
    "margin": _form({"kind": _text("margin"), "bps": _count, "discount": _money, "before": _money, "after": _money,
                     "told": lambda value: isinstance(value, bool)}),
}  # fmt: skip
_EXTRAS: dict[str, _Test] = {
    "bonuses": _form([{"bonus": _NAME, "id": _some, "net": _money, "goods": _money, "rule": _rule, "pool": _money}]),
    "limits": _form([lambda value: _LIMIT[value["kind"]](value)]),
    "recurring": _form({"first_on": _is_day, "paid": _rising, "over": _rising}),
    "group": _NAME,
    "fee": _form({"bps": lambda value: _count(value) and value > 0, "amount": _money}),
    "further": _form([{"line": _some, "reached": _money, "amount": _money}]),
}
_is_plain_settlement = _form(_SETTLEMENT)


def _is_settlement(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    more = [key for key in _EXTRAS if key in value]
    if not all(
        (value[key] or key not in ("bonuses", "limits", "group", "further")) and _EXTRAS[key](value[key])
        for key in more
    ):
        return False
    return _is_plain_settlement({key: each for key, each in value.items() if key not in more} if more else value)


_PAYOUT = {"kind": _text("payout"), "payout": _hex, "seq": _count, "previous": _maybe(_hex), "currency": _any,
           "amount": _money, "state": _text("in_transit|paid|returned|withheld"), "at": _time, "who": _hex}  # fmt: skip
# the legs of a conversion into another currency say by which published rates
_PER = _text(r"(?=[0-9.]*[1-9])[0-9]{1,12}(\.[0-9]{1,12})?")
_RATE = {"source": _text("ECB|LAW"), "day": _is_day, "origin": _text("[A-Z]{3}"), "origin_per": _PER,
         "target": _text("[A-Z]{3}"), "target_per": _PER, "given": _money, "got": _money, "pair": _hex}  # fmt: skip
_plain_payout = _form(_PAYOUT)
_leg = _form({**_PAYOUT, "state": _text("exchanged|received"), "rate": _RATE})


def _is_payout(value: Any) -> bool:
    return _leg(value) if isinstance(value, dict) and "rate" in value else _plain_payout(value)


_EPOCH = {"kind": _text("epoch"), "number": _count, "restored_size": _count, "restored_root": _hex,
          "cause": _any, "at": _time}  # fmt: skip
_ENTRY = {"index": _count, "proof": _hexes, "counted": _count}
_LINE = {**_ENTRY, "body": _is_settlement, "shares": _opened(*_ROLES),
         "sentences": lambda value: isinstance(value, dict),
         "opens": {"connection": _any, "order": _any, "part": _any, "salt": _hex},
         "history": [{"body": _is_settlement, "shares": _opened(*_ROLES)}]}  # fmt: skip
_PAID = {**_ENTRY, "body": _is_payout, "shares": _opened("payee"), "opens": {"payout": _any, "salt": _hex},
         "history": [{"body": _is_payout, "shares": _opened("payee")}]}  # fmt: skip
_OPENING = {"kind": _text("opening"), "opening": _hex, "seq": _count, "previous": _maybe(_hex), "file": _hex,
            "tool": _text(r"[^\x00-\x1f]{1,60}"), "moved_on": _is_day, "currency": _any, "amount": _signed,
            "matures_at": _maybe(_time), "who": _hex}  # fmt: skip
_MOVED = {**_ENTRY, "body": _OPENING, "shares": _opened("payee"), "opens": {"opening": _any, "salt": _hex},
          "history": lambda value: value == [], "sentences": lambda value: isinstance(value, dict)}  # fmt: skip
_GIFT = {"kind": _text("gift"), "gift": _hex, "seq": _count, "previous": _maybe(_hex), "currency": _any,
         "amount": _money, "state": _text("given|kept|back"), "at": _time, "giver": _hex, "creator": _hex}  # fmt: skip
_GIVEN = {**_ENTRY, "body": _GIFT, "shares": _opened("giver", "creator"), "opens": {"gift": _any, "salt": _hex},
          "sentences": lambda value: isinstance(value, dict),
          "history": [{"body": _GIFT, "shares": _opened("giver", "creator")}]}  # fmt: skip
_SUMS = dict.fromkeys(_TOTALS, _signed)
_section = _form({"currency": _any, "opening": _SUMS, "closing": _SUMS, "lines": [_LINE], "payouts": [_PAID]})
# what only some parties have: a key that stands in a section only where it says something
_MORE = {"moved": _form([_MOVED]), "gifts": _form([_GIVEN])}


def _is_section(value: Any) -> bool:
    more = [key for key in _MORE if key in value] if isinstance(value, dict) else []
    if not all(value[key] and _MORE[key](value[key]) for key in more):
        return False
    return _section({key: each for key, each in value.items() if key not in more} if more else value)


_is_statement = _form({
    "format": _text(FORMAT), "programme": {"id": _any, "name": _any},
    "party": {"id": _any, "role": _text("|".join(_ROLES))},
    "period": {"from": _maybe(_time), "to": _time, "zone": _any}, "checkpoint": _any, "keys": [_any],
    "rotations": [_any], "proves": [_any], "does_not_prove": [_any], "seal": _any,
    "epochs": [{"index": _count, "body": _EPOCH, "proof": _hexes, "consistency": _hexes}],
    "consistency": _maybe({"size": _count, "proof": _hexes}),
    "currencies": [_is_section],
})  # fmt: skip


def _sound(body: dict[str, Any]) -> bool:
    """What the form of a leaf asks beyond the form of its values."""
    if body["seq"] < 1 or (body["seq"] == 1) != (body["previous"] is None):
        return False
    if body["kind"] != "settlement":
        amount, back = _micros(body["amount"]), body["kind"] == "opening" and body["tool"] in _FOLLOWS
        return (amount > 0 or (back and amount < 0)) and (body["kind"] != "opening" or body["seq"] == 1)
    lines, shares = body["lines"], body["shares"]
    return (
        (body["introduced_by"] is None) == (body["introduced_on"] is None)
        and len({line["id"] for line in lines}) == len(lines)
        and len({share["role"] for share in shares}) == len(shares)
        and len({one["line"] for one in body.get("further", ())}) == len(body.get("further", ()))
        and sum(_micros(line["net"]) for line in lines) == _micros(body["net"])
        and all((share["bucket"] == "held") == (share["held_until"] is not None) for share in shares)
    )


# -- Ed25519 (RFC 8032), checking only

_P, _L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_Point = tuple[int, int, int, int]
_ZERO: _Point = (0, 1, 1, 0)


def _add(p: _Point, q: _Point) -> _Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _point(data: bytes) -> _Point | None:
    y, sign = int.from_bytes(data, "little") & (2**255 - 1), data[31] >> 7
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * v**3 * pow(u * v**7, (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if y >= _P or (v * x * x - u) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little")) or _ZERO


def verify_signature(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature is valid."""
    s, key = int.from_bytes(signature[32:], "little"), _point(public_key)
    if len(signature) != 64 or s >= _L or key is None:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % _L
    minus = (_P - key[0], key[1], 1, _P - key[3])
    steps = (_ZERO, _BASE, minus, _add(_BASE, minus))
    found = _ZERO
    for bit in range(252, -1, -1):
        found = _add(found, found)
        step = (s >> bit & 1) | (k >> bit & 1) << 1
        found = _add(found, steps[step]) if step else found
    inverse = pow(found[2], -1, _P)
    x, y = found[0] * inverse % _P, found[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# -- signed notes and the log


def _unbase64(text: str) -> bytes:
    data = base64.b64decode(text.encode("ascii"), validate=True)
    _need(base64.b64encode(data).decode() == text, "A base64 text is not in its one form.")
    return data


class Key(NamedTuple):
    """A public key of a log and the name that it signs under."""

    name: str
    public: bytes
    text: str

    @classmethod
    def read(cls, text: str) -> Key:
        """A key as the programme publishes it, name+id+base64."""
        name, _, rest = text.partition("+")
        data = _unbase64(rest[9:])
        id_ = hashlib.sha256(name.encode() + b"\n" + data).hexdigest()[:8]
        _need(name and not re.search(r"\s", name) and rest[:9] == id_ + "+" and data[:1] == b"\1", f"Bad key: {text}")
        _need(len(data) == 33, f"Bad key: {text}")
        return cls(name, data[1:], text)


def _open(note: str, key: Key, what: str) -> str:
    """The text of a signed note, if ``key`` signed it."""
    text, _, tail = note.rpartition("\n\n")
    _need(
        text and tail.endswith("\n") and not re.search(r"[\x00-\x09\x0b-\x1f]", text), f"The {what} is no signed note."
    )
    mine = f"— {key.name} "
    id_, signed = bytes.fromhex(key.text.split("+")[1]), False
    for line in tail[:-1].split("\n"):
        _need(re.fullmatch(r"— [^ +]+ \S+", line), f"The {what} is no signed note.")
        data = _unbase64(line.rpartition(" ")[2])
        if line.startswith(mine) and data[:4] == id_:
            _need(verify_signature(key.public, data[4:], (text + "\n").encode()), f"The {what} has a wrong signature.")
            signed = True
    _need(signed, f"The {what} is not signed by {key.text}.")
    return text + "\n"


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _leaf(body: Any) -> bytes:
    return hashlib.sha256(b"\0" + _canonical(body)).digest()


def _included(leaf: bytes, at: int, size: int, proof: list[str]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); empty if it has the wrong length."""
    last, found = size - 1, leaf
    for hash_ in map(bytes.fromhex, proof):
        if last <= 0:
            return b""
        if at & 1 or at == last:
            found = _node(hash_, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = _node(found, hash_)
        at, last = at >> 1, last >> 1
    return found if last == 0 else b""


def _grew(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[str]) -> bool:
    """Whether the log of ``old`` records is the beginning of that of ``new`` (RFC 9162, 2.1.4.2)."""
    if old == 0 or old >= new:
        return not proof and (
            old_root == hashlib.sha256().digest() if old == 0 else old == new and old_root == new_root
        )
    path = [old_root] * (old & (old - 1) == 0) + [bytes.fromhex(hash_) for hash_ in proof]
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    older = newer = path[0] if path else b""
    for hash_ in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            older, newer = _node(hash_, older), _node(hash_, newer)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            newer = _node(newer, hash_)
        at, last = at >> 1, last >> 1
    return last == 0 and (older, newer) == (old_root, new_root)


# -- the fair share, recomputed


@lru_cache(maxsize=99999)
def _micros(text: str) -> int:
    whole, rest = text.lstrip("-").split(".")
    return (int(whole) * 1000000 + int(rest)) * (-1 if text[0] == "-" else 1)


def _exact(micros: int) -> str:
    return f"{'-' * (micros < 0)}{abs(micros) // 1000000}.{abs(micros) % 1000000:06d}"


def _stretches(value: list[dict[str, str]]) -> list[tuple[int, int]]:
    return [(_micros(each["before"]), _micros(each["amount"])) for each in value]


def _line_pool(line: dict[str, Any]) -> int:
    rule, net, goods = line["rule"], _micros(line["net"]), _micros(line["goods"])
    base, kind, pool = net, rule["kind"], 0
    if kind == "percent":
        pool = net * rule["bps"] // 10000
    elif kind == "flat":
        pool = min(net, _micros(rule["each"]) * rule["quantity"] * net // goods) if goods else 0
    elif kind == "buyer":
        pool = min(net, _micros(rule["each"]))
    elif kind == "tiers":
        pieces = _stretches(rule["stretches"])
        base = sum(amount for _, amount in pieces)
        pool = sum(_marginal_product(rule["brackets"], *piece) for piece in pieces) // 10000
    return min(pool, base * rule["limit_bps"] // 10000) if "limit_bps" in rule else pool


def _marginal_product(brackets: list[dict[str, Any]], before: int, amount: int) -> int:
    total, start, end = 0, before, before + amount
    for bracket in brackets:
        upto = end if bracket["upto"] is None else min(end, _micros(bracket["upto"]))
        total, start = total + max(0, upto - start) * bracket["bps"], max(start, upto)
    return total


def _same(stated: int, computed: int, what: str, name: str = "") -> None:
    if stated != computed:
        raise _Finding("failed", what + name, _exact(stated), _exact(computed))


def recompute(body: dict[str, Any]) -> dict[str, int]:
    """Micros for each role from the inputs of a settlement leaf; a finding where a figure on the way is wrong."""
    _months(body)
    left = _uncapped(body)
    _same(_micros(body["uncapped"]), left, "commission before caps")
    for cap in body["caps"]:
        level, most, stretches = cap["level"], _micros(cap["cap"]), _stretches(cap["stretches"])
        _same(sum(amount for _, amount in stretches), left, "commission under the cap per ", level)
        left = sum(min(before + amount, most) - min(before, most) for before, amount in stretches)
        _same(_micros(cap["after"]), left, "commission after the cap per ", level)
    _same(_micros(body["pool"]), left, "commission")
    if "fee" in body:
        _same(_micros(body["fee"]["amount"]), left * body["fee"]["bps"] // 10000, "the operator's fee")
    b, g = body["fan_bps"], body["buyer_bps"]
    _need(b <= 3000 and g <= 2000, "rates of fan and buyer", (b, g), "at most 3000 and 2000")
    fan = left * b // 10000 if body["introduced_by"] else 0
    buyer = left * g // 10000 if body["decided_by"] in _BY_FAN else 0
    return {"creator": left - fan - buyer, "fan": fan, "buyer": buyer}


def _uncapped(body: dict[str, Any]) -> int:
    over, under = map(int, body["credit"].split("/"))
    whole = tiered = running = given = 0
    for line in body["lines"]:
        net, goods, pool = _micros(line["net"]), _micros(line["goods"]), _line_pool(line)
        _same(_micros(line["pool"]), pool, "commission of line ", line["id"])
        _same(min(net, goods), net, "goods kept of line ", line["id"])
        running += net
        upto = running * over // under
        if line["rule"]["kind"] == "tiers":
            credited = sum(amount for _, amount in _stretches(line["rule"]["stretches"]))
            _same(credited, upto - given, "credited goods of line ", line["id"])
            tiered += pool
        else:
            whole += pool
        given = upto
    left = (whole + _bonuses(body)) * over // under + tiered + _further(body)
    for limit in body.get("limits", ()):
        _same(_micros(limit["before"]), left, "commission before the limit ", limit["kind"])
        base, spared = _micros(body["net"]), _micros(limit.get("discount", "0.000000"))
        if limit["kind"] == "code":
            room = base * over // under * limit["bps"] // 10000
        else:
            room = max(0, (base + spared) * limit["bps"] // 10000 - spared) * over // under
        left = min(left, room)
        _same(_micros(limit["after"]), left, "commission after the limit ", limit["kind"])
    return left


def _further(body: dict[str, Any]) -> int:
    """What retroactive tiers give more; each is one of its line, at least the highest that the line itself reaches."""
    total, told = 0, {one["line"]: one for one in body.get("further", ())}
    for line in body["lines"]:
        one, rule, begin, steps = told.pop(line["id"], None), line["rule"], 0, {}
        for bracket in rule.get("brackets", ()):
            if "retroactive" in bracket:
                steps[begin] = bracket["bps"]
            begin = begin if bracket["upto"] is None else _micros(bracket["upto"])
        pieces = _stretches(rule.get("stretches", ()))
        own = max([step for step in steps if any(step <= sum(piece) for piece in pieces)] or [0])
        reached, amount = (_micros(one["reached"]), _micros(one["amount"])) if one else (own, 0)
        sound = one is None or (reached in steps and reached >= own and amount)
        _need(sound, f"step reached for line {line['id']}", _exact(reached), "another or none")
        if reached:
            _same(
                amount, _lifted(rule, pieces, reached, steps[reached]) - _line_pool(line), "further, line ", line["id"]
            )
        total += amount
    _need(not told, "A further commission names no line of the order.")
    return total


def _lifted(rule: dict[str, Any], pieces: list[tuple[int, int]], reached: int, bps: int) -> int:
    product, sold = 0, sum(amount for _, amount in pieces)
    for before, amount in pieces:
        below = min(amount, max(0, reached - before))
        product += below * bps + _marginal_product(rule["brackets"], before + below, amount - below)
    room = sold * rule["limit_bps"] // 10000 if "limit_bps" in rule else product
    return min(product // 10000, room)


def _bonuses(body: dict[str, Any]) -> int:
    total, lines = 0, {line["id"]: line for line in body["lines"]}
    for one in body.get("bonuses", ()):
        kind, net, pool = one["rule"]["kind"], _micros(one["net"]), _line_pool(one)
        _same(_micros(one["pool"]), pool, "bonus ", one["bonus"])
        if kind == "buyer":
            _need(net <= _micros(body["net"]), f"goods of the bonus {one['bonus']}", one["net"], body["net"])
        else:
            line = lines.get(one["id"])
            same = line and kind in ("percent", "flat") and (line["net"], line["goods"]) == (one["net"], one["goods"])
            _need(same, f"goods of the bonus {one['bonus']}", one["net"], line and line["net"])
        total += pool
    return total


def _months(body: dict[str, Any]) -> None:
    told, placed = body.get("recurring", {"first_on": "", "paid": [], "over": []}), body["placed_on"]
    for months in (*told["paid"], *told["over"]):
        first = told["first_on"]
        year, month = divmod(int(first[:4]) * 12 + int(first[5:7]) - 1 + months, 12)
        ends = f"{year:04d}-{month + 1:02d}-{min(int(first[8:]), monthrange(year, month + 1)[1]):02d}"
        where = f"the {months} months from {first}"
        _need(months not in told["paid"] or placed <= ends, where, "still running", f"over on {ends}")
        _need(months not in told["over"] or placed >= ends, where, "over", f"running until {ends}")


# -- the sentences, written again


def _short(micros: int) -> str:
    whole, rest = _exact(micros).split(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"


def _percent(bps: int) -> str:
    return f"{bps // 100}.{bps % 100:02d}".rstrip("0").rstrip(".") + " %"


def _day(text: str) -> str:
    month = 3 * int(text[5:7])
    return f"{int(text[8:])} {'JanFebMarAprMayJunJulAugSepOctNovDec'[month - 3 : month]}"


def _listed(items: list[str]) -> str:
    *rest, last = [item for item in items if item] or [""]
    return f"{', '.join(rest)} and {last}" if rest else last


def _made_of(body: dict[str, Any]) -> str:
    rates: dict[tuple[int, bool], int] = {}
    fixed = steps = stepped = 0
    for line in body["lines"]:
        rule, pool, limited = line["rule"], _micros(line["pool"]), "limit_bps" in line["rule"]
        if rule["kind"] == "tiers":
            steps, stepped = steps + pool, stepped + sum(amount for _, amount in _stretches(rule["stretches"]))
        elif rule["kind"] == "flat" and not limited:
            fixed += pool
        elif rule["kind"] != "none":
            key = (rule["limit_bps"] if limited else rule["bps"], limited)
            rates[key] = rates.get(key, 0) + _micros(line["net"])
    whole = [
        f"{_percent(bps)} {'(the most with a code) ' * limited}of {_short(net)} of goods"
        for (bps, limited), net in rates.items()
    ] + [f"a fixed {_short(fixed)}"] * bool(fixed)
    bonuses: dict[str, int] = {}
    for one in body.get("bonuses", ()):
        bonuses[one["bonus"]] = bonuses.get(one["bonus"], 0) + _micros(one["pool"])
    whole += [f"the bonus {name} of {_short(amount)}" for name, amount in bonuses.items()]
    text = _listed(whole)
    if text and body["credit"] != "1/1":
        text = f"{body['credit']} of {text}" if len(whole) == 1 else f"{body['credit']} of ({text})"
    more, further = body.get("further", ()), ""
    if more:
        amount, reached = (f([_micros(one[key]) for one in more]) for f, key in ((sum, "amount"), (max, "reached")))
        further = f"a further {_short(amount)} as the month's sales reached {_short(reached)}"
    return _listed([text, f"{_short(steps)} by steps on {_short(stepped)} of goods" if stepped else "", further])


def _commission(body: dict[str, Any]) -> str:
    items, left = _made_of(body), body["uncapped"]
    told = body.get("recurring", {"first_on": "", "paid": [], "over": []})
    months = {key: _listed([str(each) for each in told[key] if each]) for key in ("paid", "over")}
    months = {key: f"{text} month{'' if text == '1' else 's'}" for key, text in months.items()}
    first = f"the buyer's first order on {_day(told['first_on'])} {told['first_on'][:4]}" if told["first_on"] else ""
    over = f"{months['over']} from {first} are over" if any(told["over"]) else f"{first} was the only one to count"
    if not items:
        reasons = [reason.replace("_", " ") for reason in body["reasons"]] + [over] * bool(told["over"])
        why = f" ({', '.join(reasons)})" if reasons else ""
        return f"Nothing of this sale counts{why}, so the commission is 0.00"
    limits = body.get("limits", ())
    text = f"Commission {_short(_micros(limits[0]['before'] if limits else left))} is {items}"
    text += f" for creators of the group {body['group']}" if "group" in body else ""
    text += f", within {months['paid']} of {first}" if told["paid"] else ""
    text += f" ({over})" if told["over"] else ""
    for limit in limits:
        text += ", where the shop does not tell all of the discount" if not limit.get("told", True) else ""
        name = "limit with a code" if limit["kind"] == "code" else f"margin budget of {_percent(limit['bps'])}"
        spared = _micros(limit.get("discount", "0.000000"))
        name += f" less the discount of {_short(spared)}" if spared else ""
        if limit["after"] != limit["before"]:
            text += f", of which the {name} leaves {_short(_micros(limit['after']))}"
    for cap in body["caps"]:
        if cap["after"] != left:
            text += f", of which the {_PERIODS[cap['level']]} limit leaves {_short(_micros(cap['after']))}"
        left = cap["after"]
    return text


def _moved_from(body: dict[str, Any]) -> str:
    ready, micros = (body["matures_at"] or "")[:10], _micros(body["amount"])
    on, worth = f"{_day(body['moved_on'])} {body['moved_on'][:4]}", f"{_short(abs(micros))} {body['currency']}"
    if body["tool"] == "an accepted claim":
        return f"Borne by the brand for a claim accepted on {on}: {worth}"
    if body["tool"] == "a debt that stood for 180 days":
        return f"Borne by the brand on {on} of a debt that stood for 180 days: {worth}"
    if body["tool"] == "a debt that the brand took upon itself":
        return f"A debt that the brand took upon itself on {on}: {worth}"
    if body["tool"] == "a bonus by hand":
        return f"A bonus of the brand, given by hand on {on}: {worth}"
    if body["tool"].startswith("an expense paid back "):
        how = body["tool"].removeprefix("an expense paid back ")
        return f"An expense that the brand paid back {how} on {on}: {worth}"
    if body["tool"] in _FOLLOWS:
        what = "Taken back" if micros < 0 else "Given again"
        return f"{what} on {on} of what the brand {_FOLLOWS[body['tool']]}, as its order was changed: {worth}"
    text = f"Opening balance moved from {body['tool']} on {on}: {worth}"
    return text + (f", ready on {_day(ready)} {ready[:4]} (UTC)" if ready else "")


def _gave(body: dict[str, Any], role: str) -> str:
    whose, to, goal = ("Your", "a creator", "'s goal") if role == "giver" else ("A fan's", "you", "r goal")
    keeps, gets_back = ("hers", "yours") if role == "giver" else ("yours", "hers")
    now = {"given": "on its way", "kept": keeps, "back": f"{gets_back} again"}[body["state"]]
    text = f"{whose} gift of {_short(_micros(body['amount']))} {body['currency']} to {to}{goal * (now != keeps)}, {now}"
    return f"{text} since {_day(body['at'][:10])} {body['at'][:4]} (UTC)"


def sentence(body: dict[str, Any], role: str) -> str:
    """Why this role gets what it gets; empty without a share."""
    if body["kind"] == "gift":
        return _gave(body, role)
    if body["kind"] == "opening":
        return _moved_from(body)
    amounts = {share["role"]: _micros(share["amount"]) for share in body["shares"]}
    if role not in amounts:
        return ""
    amount, by_fan, on = _short(amounts[role]), body["decided_by"] in _BY_FAN, _day(body["decided_on"])
    if role == "creator":
        names = (("fan", "the fan who brought the buyer"), ("buyer", "the buyer"))
        less = _listed([f"{_short(amounts[who])} for {name}" for who, name in names if amounts.get(who)])
        start = f"{'A fan of yours' if by_fan else 'You'} brought this sale on {on}."
        return f"{start} {_commission(body)}; you keep {amount}{f' after {less}' if less else ''}"
    if role == "buyer":
        start = f"{'You came through a fan' if by_fan else 'No fan decided this sale, found'} on {on}."
        bps = body["buyer_bps"] if by_fan else 0
    else:
        brought = body["introduced_on"]
        start = f"You brought this buyer on {_day(brought)}." if brought else "No fan brought this buyer."
        bps = body["fan_bps"] if brought else 0
    return f"{start} {_commission(body)}; your share is {_percent(bps)} of it: {amount}"


# -- the statement and its checks


class _Statement:
    """A statement whose form is right. Each check returns its sentence or raises a finding."""

    def __init__(self, document: Any) -> None:
        _need(_is_statement(document), "The document has not the form of a statement.")
        _canonical(document)  # a text with half of a character can't be written down, and so was never sealed
        self.document = document
        self.keys = [Key.read(text) for text in document["keys"]]
        self.party, self.programme = document["party"]["id"], document["programme"]["id"]
        self.since, self.until = document["period"]["from"], document["period"]["to"]
        self.sections, self.epochs = document["currencies"], document["epochs"]
        self.entries = [entry for each in self.sections for entry in _entries(each)]
        for section in self.sections:
            for entry in _entries(section):
                for link in _chain(entry):
                    sound = link["body"]["currency"] == section["currency"] and _sound(link["body"])
                    _need(sound, f"A record of {_label(entry)} contradicts itself.")
        lines = [entry for entry in self.entries if "sentences" in entry]
        _need(all(line["sentences"].keys() == line["shares"].keys() for line in lines), "A sentence is missing.")
        _need(all(_any(text) for line in lines for text in line["sentences"].values()), "A sentence is missing.")
        _need(self.keys, "A statement names the key of its log.")
        self._read_checkpoint()

    def _read_checkpoint(self) -> None:
        text = self.document["checkpoint"].rpartition("\n\n")[0]
        origin, size, root, *more = text.split("\n") if text.count("\n") > 1 else ["", "", ""]
        _need(re.fullmatch(r"0|[1-9]\d{0,17}", size, re.ASCII) and all(more), "The checkpoint is malformed.")
        self.origin, self.size, self.root = origin, int(size), _unbase64(root)
        number = origin.rpartition("/")[2]
        _need(re.fullmatch(r"[1-9]\d{0,8}", number, re.ASCII) and len(self.root) == 32, "The checkpoint is malformed.")
        self.epoch = int(number)

    def seal(self) -> str:
        name = self.keys[-1].name
        stated = _open(self.document["seal"], self.keys[-1], "seal")
        content = {key: value for key, value in self.document.items() if key != "seal"}
        computed = f"{FORMAT}\n{name}\n{hashlib.sha256(_canonical(content)).hexdigest()}\n"
        _need(stated == computed, "The document was changed after it was sealed.", stated, computed)
        return "The document is as it was sealed."

    def checkpoint(self) -> str:
        name = self.keys[-1].name
        _open(self.document["checkpoint"], self.keys[-1], "checkpoint")
        _need(self.origin == f"{name}/{self.epoch}", "The checkpoint is of another log.", self.origin, name)
        owner = name.rpartition("/")[2]
        _need(owner == self.programme, "The log belongs to another programme.", self.programme, owner)
        return f"The programme signed its log of {self.size} records, epoch {self.epoch}."

    def key_changes(self) -> str:
        notes = self.document["rotations"]
        _need(len(notes) == len(self.keys) - 1, "Each change of key comes with a note.", len(notes), len(self.keys) - 1)
        for number, note in enumerate(notes):
            new = self.keys[number + 1]
            for key in (self.keys[number], new):
                text = _open(note, key, "change of key")
                _need(
                    text == f"fanshare-key/1\n{new.text}\n",
                    "The note of a change of key names another key.",
                    text,
                    new.text,
                )
        return f"{len(notes)} changes of the key, each signed by the key before."

    def trust(self, trusted: list[Key] | None) -> str:
        present = self.keys[-1].text
        _need(
            trusted is not None, f"Compare this key with the one that the programme publishes: {present}", status="note"
        )
        known = set(trusted or []) & set(self.keys)
        _need(known, "None of the keys that you trust vouches for this log.", present, trusted)
        return "The log is signed by a key that you trust, or by its successor."

    def restores(self) -> str:
        numbers = [epoch["body"]["number"] for epoch in self.epochs]
        told = numbers == sorted(set(numbers)) and numbers[:1] != [1] and numbers[:1] != [0]
        _need(
            told and max([1, *numbers]) == self.epoch, "The restores from backup are not all told.", numbers, self.epoch
        )
        for epoch in self.epochs:
            size, root = epoch["body"]["restored_size"], bytes.fromhex(epoch["body"]["restored_root"])
            holds = _included(_leaf(epoch["body"]), epoch["index"], self.size, epoch["proof"]) == self.root
            holds = holds and epoch["index"] == size and _grew(size, self.size, root, self.root, epoch["consistency"])
            _need(holds, f"The restore that began epoch {epoch['body']['number']} is not in the log as stated.")
        return f"{len(numbers)} restores from backup, all recorded." if numbers else "The log was never restored."

    def proofs(self) -> str:
        for entry in self.entries:
            root = _included(_leaf(entry["body"]), entry["index"], self.size, entry["proof"])
            _need(root == self.root, f"The record {entry['index']} ({_label(entry)}) is not in the signed log.")
        _need(len({entry["index"] for entry in self.entries}) == len(self.entries), "One record is counted twice.")
        return f"All {len(self.entries)} records are in the signed log."

    def openings(self) -> str:
        subjects = {
            tuple(value for key, value in sorted(entry["opens"].items()) if key != "salt") for entry in self.entries
        }
        _need(len(subjects) == len(self.entries), "One entry appears twice.")
        for entry in self.entries:
            opened = {key: value for key, value in entry["opens"].items() if key != "salt"}
            tag = next((kind for kind in ("payout", "opening", "gift") if kind in opened), "order")
            value = opened if tag == "order" else opened[tag]
            subject = _commitment(tag, entry["opens"]["salt"], value)
            for link in _chain(entry):
                stated = _subject(link["body"])
                _need(stated == subject, f"A record is not about {_label(entry)}.", stated, subject)
                for role, salt in link["shares"].items():
                    holder, mine = _holder(link["body"], role), _commitment("who", salt, self.party)
                    _need(holder == mine, f"The {role}'s share of {_label(entry)} is not this party's.", holder, mine)
        return "The shares are this party's, and nobody else's are opened."

    def chains(self) -> str:
        for entry in self.entries:
            bodies = [link["body"] for link in _chain(entry)]
            seqs = [body["seq"] for body in bodies]
            whole = seqs == list(range(len(bodies), 0, -1))
            _need(whole, f"The earlier records of {_label(entry)} are not complete.", seqs)
            for number, older in enumerate(bodies[1:]):
                newer, hash_ = bodies[number], _leaf(older).hex()
                _need(
                    newer["previous"] == hash_,
                    f"An earlier record of {_label(entry)} was changed.",
                    newer["previous"],
                    hash_,
                )
                _need(
                    _follows(older, newer),
                    f"{_label(entry)} cannot go this way.",
                    older.get("state"),
                    newer.get("state"),
                )
        return "Every record names the one before it, back to the first."

    def arithmetic(self) -> str:
        bodies = [link["body"] for section in self.sections for line in section["lines"] for link in _chain(line)]
        for section in self.sections:
            for line in section["lines"]:
                for link in _chain(line):
                    self._recompute(line, link["body"])
        self._conversions()
        return f"{len(bodies)} settlements recomputed, every amount to the last digit."

    def _conversions(self) -> None:
        pairs: dict[str, list[tuple[dict[str, Any], dict[str, Any], int]]] = {}
        for entry in self.entries:
            links = _chain(entry)
            first = links[-1]["body"]
            if "rate" in first:
                rate = first["rate"]
                needed = _lawful(rate) if rate["source"] == "LAW" else _conversion(rate)
                _need(needed, f"{_label(entry)} does not follow from its rates.", rate["given"], rate["got"])
                out = first["state"] == "exchanged"
                amount, currency = (rate["given"], rate["origin"]) if out else (rate["got"], rate["target"])
                right = (first["amount"], first["currency"]) == (amount, currency)
                _need(right, f"{_label(entry)} is not what its rates say.", first["amount"], amount)
                pairs.setdefault(rate["pair"], []).append((first, entry, len(links)))
        for legs in pairs.values():
            (first, entry, length), *others = legs
            whole = (
                len(others) == 1
                and {first["state"], others[0][0]["state"]} == {"exchanged", "received"}
                and others[0][0]["rate"] == first["rate"]
                and (others[0][0]["at"], others[0][1]["body"]["at"]) == (first["at"], entry["body"]["at"])
                and others[0][2] == length
            )
            _need(whole, f"{_label(entry)} is one leg of a conversion, and the other one is missing or another.")
        if self.since is None:
            _sums([rate for legs in pairs.values() if (rate := legs[0][0]["rate"])["source"] == "LAW"])

    @staticmethod
    def _recompute(line: dict[str, Any], body: dict[str, Any]) -> None:
        try:
            computed = recompute(body)
            stated = {share["role"]: _micros(share["amount"]) for share in body["shares"]}
            for role in _ROLES:
                amount = stated.get(role, 0)
                _need(amount == computed[role], f"share of the {role}", _exact(amount), _exact(computed[role]))
        except _Finding as finding:
            status, where, *values = finding.args
            raise _Finding(status, f"{_label(line)}: {where}", *values) from None

    def told(self) -> str:
        for entry in self.entries:
            for role, stated in entry.get("sentences", {}).items():
                computed = sentence(entry["body"], role)
                wrong = f"The sentence of {_label(entry)} does not say what the figures say."
                _need(stated == computed, wrong, stated, computed)
        return "The sentences say what the figures say."

    def totals(self) -> str:
        _need(
            len({section["currency"] for section in self.sections}) == len(self.sections), "A currency appears twice."
        )
        for section in self.sections:
            sums = {name: _micros(section["opening"][name]) for name in _TOTALS}
            _need(self.since or not any(sums.values()), "A statement from the beginning opens with nothing.", sums)
            for entry in _entries(section):
                for name, change in self._change(entry).items():
                    sums[name] += change
            for name in _TOTALS:
                what = f"The total {name.replace('_', ' ')} in {section['currency']} is not the sum of the lines."
                stated = section["closing"][name]
                _need(_micros(stated) == sums[name], what, stated, _exact(sums[name]))
        return "Opening, lines and payouts add up to the closing totals."

    def _change(self, entry: dict[str, Any]) -> dict[str, int]:
        links, counted = _chain(entry), entry["counted"]
        change = _position(links[0], self.until)
        if counted:
            possible = self.since and counted <= len(links)
            _need(possible, f"{_label(entry)} cannot have been counted before.", counted)
            for name, before in _position(links[len(links) - counted], self.since).items():
                change[name] = change.get(name, 0) - before
        return change

    def limits(self) -> str:
        told = self.document["proves"] == PROVES and self.document["does_not_prove"] == DOES_NOT_PROVE
        _need(told, "The statement promises more, or warns of less, than this format does.")
        return "The statement says rightly what it proves and what not."


def _entries(section: dict[str, Any]) -> list[dict[str, Any]]:
    return [*section["lines"], *section["payouts"], *section.get("moved", []), *section.get("gifts", [])]


def _chain(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"body": entry["body"], "shares": entry["shares"]}, *entry["history"]]


def _label(entry: dict[str, Any]) -> str:
    opens = entry["opens"]
    if "opening" in opens:
        return f"opening balance {opens['opening']}"
    if "gift" in opens:
        return f"gift {opens['gift']}"
    return f"payout {opens['payout']}" if "payout" in opens else f"order {opens['order']}"


def _subject(body: dict[str, Any]) -> str:
    return str(body["order"] if body["kind"] == "settlement" else body[body["kind"]])


def _holder(body: dict[str, Any], role: str) -> str:
    if body["kind"] != "settlement":
        return str(body[role if body["kind"] == "gift" else "who"])
    return next((str(share["who"]) for share in body["shares"] if share["role"] == role), "no such share")


def _commitment(tag: str, salt: str, value: Any) -> str:
    return hashlib.sha256(f"fanshare/{tag}/1".encode() + b"\0" + bytes.fromhex(salt) + _canonical(value)).hexdigest()


def _conversion(rate: dict[str, Any]) -> bool:
    """Whether what went in is the least that is worth what came out, by the two rates to the euro."""
    if rate["origin"] == rate["target"] or any(
        rate[side] == "EUR" and rate[f"{side}_per"] != "1" for side in ("origin", "target")
    ):
        return False
    into, out_of = (Fraction(rate[f"{side}_per"]) for side in ("origin", "target"))
    got = _micros(rate["got"])
    return got > 0 and _micros(rate["given"]) == ceil(got * into / out_of)


# Currencies that were replaced, by which, since when, and how much of them is one of the next (ISO 4217, list three;
# Council Regulation (EC) 2866/98 as amended).
_REPLACED = {
    "BYR": ("BYN", "2016-07-01", "10000"),
    "MRO": ("MRU", "2018-01-01", "10"),
    "STD": ("STN", "2018-01-01", "1000"),
    "SLL": ("SLE", "2022-07-01", "1000"),
    "HRK": ("EUR", "2023-01-01", "7.53450"),
    "ANG": ("XCG", "2025-03-31", "1"),
    "BGN": ("EUR", "2026-01-01", "1.95583"),
}


def _replaced(rate: dict[str, Any]) -> tuple[str, int, int]:
    """The old currency of a change by law, how much of it was changed, what came; below zero what was taken back."""
    given, got = _micros(rate["given"]), _micros(rate["got"])
    return (rate["origin"], given, got) if rate["origin"] in _REPLACED else (rate["target"], -got, -given)


def _lawful(rate: dict[str, Any]) -> bool:
    """Whether a change is between a replaced currency and the next one, by the law's rate, within a micro."""
    old, amount, moved = _replaced(rate)
    if old not in _REPLACED:
        return False
    by, day, per = _REPLACED[old]
    sides = {rate["origin"]: rate["origin_per"], rate["target"]: rate["target_per"]}
    right = sides == {old: per, by: "1"} and rate["day"] == day and amount != 0 and moved != 0
    return right and abs(moved - amount / Fraction(per)) < 1


def _sums(rates: list[dict[str, Any]]) -> None:
    sums: dict[str, tuple[int, int]] = {}
    for rate in rates:
        old, amount, moved = _replaced(rate)
        before = sums.get(old, (0, 0))
        sums[old] = before[0] + amount, before[1] + moved
    for old, (amount, moved) in sums.items():
        size = floor(abs(amount) / Fraction(_REPLACED[old][2]) + Fraction(1, 2))
        right = size if amount >= 0 else -size
        _need(moved == right, f"What was changed of {old} is not what all of it is worth.", str(moved), str(right))


def _follows(older: dict[str, Any], newer: dict[str, Any]) -> bool:
    if older["kind"] == "settlement":
        return True
    ways = (
        ("in_transit", "paid"),
        ("in_transit", "returned"),
        ("paid", "returned"),
        ("withheld", "returned"),
        ("exchanged", "returned"),
        ("received", "returned"),
        ("given", "kept"),
        ("given", "back"),
    )
    return (older["state"], newer["state"]) in ways and older["amount"] == newer["amount"]


def _position(link: dict[str, Any], at: str) -> dict[str, int]:
    """What the opened shares of a record are worth at a time, by total."""
    body, found = link["body"], dict.fromkeys(_TOTALS, 0)
    if body["kind"] == "payout":
        if link["shares"] and body["state"] != "returned":
            found["available"] = -_micros(body["amount"])
            if body["state"] == "received":
                found["available"] = _micros(body["amount"])
            elif body["state"] not in ("withheld", "exchanged"):  # that is in none of her totals
                found[body["state"]] = _micros(body["amount"])
        return found
    if body["kind"] == "gift":
        amount, state = _micros(body["amount"]), body["state"]
        if "giver" in link["shares"] and state != "back":
            found["available"], found["in_transit"] = -amount, amount * (state == "given")
        found["available"] += amount * ("creator" in link["shares"] and state == "kept")
        return found
    if body["kind"] == "opening":
        waits = body["matures_at"] and _moment(body["matures_at"]) > _moment(at)
        found["pending" if waits else "available"] = _micros(body["amount"]) if link["shares"] else 0
        return found
    for share in body["shares"]:
        if share["role"] in link["shares"]:
            ripe = share["bucket"] == "pending" and share["matures_at"] and _moment(share["matures_at"]) <= _moment(at)
            found["available" if ripe else share["bucket"]] += _micros(share["amount"])
    return found


# -- two statements of one party


class _Pair:
    """A statement and an older one, each of which holds by itself."""

    def __init__(self, new: _Statement, old: _Statement) -> None:
        self.new, self.old = new, old
        restored = [each["body"]["restored_size"] for each in new.epochs if each["body"]["number"] > old.epoch]
        self.lasting = min([old.size, *restored])

    def same_party(self) -> str:
        mine, theirs = [(each.programme, each.party) for each in (self.new, self.old)]
        _need(mine == theirs, "The two statements are of different parties or programmes.", theirs, mine)
        return "Both statements are of one party in one programme."

    def same_key(self) -> str:
        new, old = self.new.keys, self.old.keys[-1]
        _need(old in new, "The key changed, and the old key did not hand over.", new[-1].text, old.text)
        return "The key is the same, or was handed over."

    def consistency(self) -> str:
        new, old, size = self.new, self.old, self.old.size
        shrunk = new.epoch < old.epoch or (new.epoch == old.epoch and new.size < size)
        _need(not shrunk, "The newer log is shorter than the older one.", new.size, size)
        gone = f"{size - self.lasting} of {size} records of the older statement"
        advice = f"A restore from backup, told in the log, lost {gone}. "
        advice += "What those records said is not proved by the newer statement: compare them."
        _need(self.lasting == size, advice, size, self.lasting, "note")
        proof, given = [], new.document["consistency"]
        if 0 < size < new.size:
            ask = f"Ask for a statement that continues the older one (made with --since {size})."
            _need(given and given["size"] == size, ask, status="open")
            proof = given["proof"]
        grew = _grew(size, new.size, old.root, new.root, proof)
        _need(grew, "The log was rewritten since the older statement.", new.root.hex(), old.root.hex())
        return f"The {size} records of the older log are the beginning of the newer one."

    def kept(self) -> str:
        current = {_subject(entry["body"]): entry for entry in self.new.entries}
        before = [entry for entry in self.old.entries if entry["index"] < self.lasting]
        for entry in before:
            found, seq = current.get(_subject(entry["body"])), entry["body"]["seq"]
            _need(found or self.new.since, f"{_label(entry)} was in the older statement and is missing now.")
            if found:
                chain = [link["body"] for link in reversed(_chain(found))]
                same = len(chain) >= seq and chain[seq - 1] == entry["body"]
                _need(same, f"{_label(entry)} does not continue what the older statement said.")
        return f"All {len(before)} records of the older statement are kept or rightly superseded."

    def opening(self) -> str:
        if self.new.since is None or self.new.since != self.old.until:
            return "The newer statement does not begin where the older one ended; its opening was not compared."
        nothing = dict.fromkeys(_TOTALS, "0.000000")
        opening = {section["currency"]: section["opening"] for section in self.new.sections}
        closing = {section["currency"]: section["closing"] for section in self.old.sections}
        for name in {*opening, *closing}:
            stated, computed = opening.get(name, nothing), closing.get(name, nothing)
            _need(stated == computed, f"The opening in {name} is not the closing of the older one.", stated, computed)
        return "The newer statement opens with what the older one closed with."


# -- what is found, and how it is told


class Report(NamedTuple):
    """All checks that could be made, in order."""

    checks: list[Check]

    @property
    def ok(self) -> bool:
        """Whether nothing failed and nothing was left open."""
        return all(check.status in ("ok", "note") for check in self.checks)


def _run(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", check())
    except _Finding as finding:
        return Check(name, *finding.args)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        return Check(name, "failed", f"The document has not the form of a statement ({error}).")


def _alone(read: _Statement, trusted: list[Key] | None) -> Iterator[Check]:
    yield _run("seal", read.seal)
    yield _run("checkpoint", read.checkpoint)
    yield _run("keys", read.key_changes)
    yield _run("trust", lambda: read.trust(trusted))
    yield _run("epochs", read.restores)
    yield _run("proofs", read.proofs)
    yield _run("openings", read.openings)
    yield _run("chains", read.chains)
    yield _run("arithmetic", read.arithmetic)
    yield _run("sentences", read.told)
    yield _run("totals", read.totals)
    yield _run("limits", read.limits)


def _read(document: Any, name: str) -> tuple[_Statement | None, list[Check]]:
    found: list[_Statement] = []

    def read() -> str:
        found.append(_Statement(document))
        return "The document has the form of a statement."

    check = _run(name, read)
    return (found[0] if found else None), [check]


def verify(statement: Any, older: Any = None, trusted_keys: list[str] | None = None) -> Report:
    """Check a statement (as ``parse`` reads it), and that it continues ``older``. Never raises for a bad document.

    ``trusted_keys`` are public keys of the programme's log, as texts, that the reader knows from elsewhere; ValueError
    if one of them is no key.
    """
    trusted = None if trusted_keys is None else [_trusted(text) for text in trusted_keys]
    read, checks = _read(statement, "form")
    if read is None:
        return Report(checks)
    checks += _alone(read, trusted)
    if older is not None:
        checks += _against(read, older)
    return Report(checks)


def _trusted(text: str) -> Key:
    try:
        return Key.read(text)
    except _Finding as finding:
        raise ValueError(finding.args[1]) from None


def _against(read: _Statement, older: Any) -> list[Check]:
    old, checks = _read(older, "older")
    if old is None:
        return checks
    failed = [check for check in _alone(old, None) if check.status == "failed"]
    if failed:
        return [failed[0]._replace(name="older", detail=f"The older statement: {failed[0].detail}")]
    pair = _Pair(read, old)
    return [
        Check("older", "ok", "The older statement holds by itself."),
        _run("same party", pair.same_party),
        _run("same key", pair.same_key),
        _run("consistency", pair.consistency),
        _run("kept", pair.kept),
        _run("opening", pair.opening),
    ]


def tell(statement: Any, report: Report, *, lines: bool = False) -> str:
    """The report in plain words; with ``lines`` also each line's sentence."""
    out = []
    for check in report.checks:
        out.append(f"{check.status:<7}{check.name:<12}{check.detail}")
        if check.stated or check.computed:
            out += [f"{'':19}stated   {check.stated}", f"{'':19}computed {check.computed}"]
    if not report.ok:
        return "\n".join([*out, "", "This statement is NOT proved. Nothing below a failed check can be relied on.", ""])
    for section in statement["currencies"]:
        sums = ", ".join(f"{name.replace('_', ' ')} {section['closing'][name]}" for name in _TOTALS)
        out += ["", f"{section['currency']}: {sums}"]
        told = [text for entry in _entries(section) for text in entry.get("sentences", {}).values()]
        out += [f"  {text}" for text in told] if lines else []
    out += ["", "This proves:", *(f"  + {text}" for text in PROVES)]
    return "\n".join([*out, "This does not prove:", *(f"  - {text}" for text in DOES_NOT_PROVE), ""])


def main(arguments: list[str]) -> int:
    """The command line; returns the exit code."""
    files: list[str] = []
    keys: list[str] = []
    lines, rest = False, list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--key" and rest:
            keys.append(rest.pop(0))
        elif word == "--lines":
            lines = True
        elif word.startswith("-"):
            files = []
            break
        else:
            files.append(word)
    if len(files) not in (1, 2):
        sys.stderr.write(f"{(__doc__ or '').splitlines()[0]}\n")
        return 2
    try:
        documents = [parse(Path(name).read_bytes()) for name in files]
        report = verify(documents[0], documents[1] if len(files) == 2 else None, keys or None)
    except (OSError, ValueError, RecursionError) as error:
        sys.stderr.write(f"Cannot read this: {error}\n")
        return 2
    sys.stdout.write(tell(documents[0], report, lines=lines))
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
