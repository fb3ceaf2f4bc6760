"""Terms as a document: reading TOML or JSON, checking it, and writing the one canonical form that is hashed.

The shape is published as a JSON Schema (``fanshare/core/data/terms.schema.json``); what a schema cannot say (limits
that depend on each other, known currencies and zones) is checked here. A document that is read, written canonically
and read again gives equal terms.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from fanshare.core.canonical import Json, canonical
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, MINUTE, Instant, zone
from fanshare.core.money import BASIS, format_percent, format_trimmed
from fanshare.core.terms import (
    MAX_BUYER_BPS,
    MAX_FAN_AND_BUYER_BPS,
    MAX_FAN_BPS,
    MAX_INTRODUCER_DAYS,
    SPLITTING,
    Cap,
    Level,
    Policy,
    Terms,
)
from fanshare.core.terms_fields import Keys, Problems, Table, TermsError
from fanshare.core.terms_rules import ID, ID_ALLOWED, read_rules, rule_document
from fanshare.core.terms_text import MAX_DOCUMENT_BYTES, parse

__all__ = ["MAX_DOCUMENT_BYTES", "Admission", "TermsError", "document", "format_percent", "parse", "read", "terms_hash"]

MAX_DAYS = 365
DEFAULT_DAYS = 30
DEFAULT_FAN_BPS = 2000

_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,30}(/[A-Za-z0-9_+-]{1,30}){0,2}", re.ASCII)
#: Names that a machine's zone files answer to, but that mean another thing elsewhere.
_NO_ZONES = frozenset({"localtime", "posixrules", "Factory"})

_ROOT = Keys(("terms", "commission", "bonuses", "fans", "caps", "code", "margin", "settlement", "operator"))
_TERMS = Keys(
    (
        "policy",
        "window_days",
        "half_life_days",
        "stand_down_minutes",
        "time_zone",
        "notice_days",
        "admission",
        "groups",
    )
)
_FANS = Keys(("default_percent", "max_percent", "buyer_percent", "introducer_days"))
_CAP = Keys(("per", "amount", "currency"))
_LIMIT = Keys(("max_percent",))
_OPERATOR = Keys(("fee_percent",))
_SETTLEMENT = Keys(("hold_days",))


class Admission(StrEnum):
    """How a creator joins: by answering plain questions, or at once."""

    APPLICATION = "application"
    OPEN = "open"


def read(document: Mapping[str, Any], *, version: int, effective_at: Instant) -> Terms:
    """Terms from the tables of a document, with their hash.

    Raises ``TermsError`` that names *every* mistake by its path and says what is allowed.
    """
    problems = Problems()
    root = Table(document, "", _ROOT, problems)
    root.require("commission")
    general = root.table("terms", _TERMS)
    policy = general.choice("policy", Policy.CODE_FIRST)
    open_admission = general.choice("admission", Admission.APPLICATION) is Admission.OPEN
    if open_admission and policy in SPLITTING:
        general.refuse("admission", f"{policy} splits a sale between creators and needs admission by application")
    window_days = general.whole("window_days", DEFAULT_DAYS, 1, MAX_DAYS)
    fan_default, fan_max, buyer, introducer_days = _fans(root.table("fans", _FANS), window_days)
    groups = general.names("groups", ID, f"names of {ID_ALLOWED}")
    rules, bonuses = read_rules(root, groups)
    terms = Terms(
        version=version,
        effective_at=effective_at,
        rules=rules,
        policy=policy,
        window=window_days * DAY,
        hold=root.table("settlement", _SETTLEMENT).whole("hold_days", DEFAULT_DAYS, 0, MAX_DAYS) * DAY,
        introducer_days=introducer_days,
        half_life=general.whole("half_life_days", 7, 1, MAX_DAYS) * DAY,
        stand_down=general.whole("stand_down_minutes", 30, 0, 1440) * MINUTE,
        caps=_caps(root),
        code_max_bps=_limit(root, "code"),
        fan_bps=fan_default,
        fan_max_bps=fan_max,
        buyer_bps=buyer,
        notice_days=general.whole("notice_days", DEFAULT_DAYS, 1, MAX_DAYS),
        open_admission=open_admission,
        time_zone=_time_zone(general),
        groups=groups,
        bonuses=bonuses,
        margin_bps=_limit(root, "margin"),
        fee_bps=_fee(root),
    )
    problems.check()
    return _with_hash(terms)


def document(terms: Terms) -> dict[str, Json]:
    """The canonical document: every field written out, lists sorted, rules in their order (ties go to the first).

    A field that a later release adds is written only where it is used: the hashes of old versions are in logs.

    Raises ``ValueError`` for a duration that is not a whole number of its unit.
    """
    groups: dict[str, Json] = {"groups": [*sorted(terms.groups)]} if terms.groups else {}
    written: dict[str, Json] = {
        "terms": {
            "policy": terms.policy.value,
            "window_days": _units(terms.window, DAY),
            "half_life_days": _units(terms.half_life, DAY),
            "stand_down_minutes": _units(terms.stand_down, MINUTE),
            "time_zone": terms.time_zone,
            "notice_days": terms.notice_days,
            "admission": (Admission.OPEN if terms.open_admission else Admission.APPLICATION).value,
            **groups,
        },
        "commission": [rule_document(rule) for rule in terms.rules],
        "fans": {
            "default_percent": format_percent(terms.fan_bps),
            "max_percent": format_percent(terms.fan_max_bps),
            "buyer_percent": format_percent(terms.buyer_bps),
            "introducer_days": terms.introducer_days,
        },
        "settlement": {"hold_days": _units(terms.hold, DAY)},
    }
    if terms.bonuses:
        written["bonuses"] = [rule_document(bonus) for bonus in terms.bonuses]
    if terms.caps:
        written["caps"] = [_cap_document(cap) for cap in _sorted_caps(terms.caps)]
    for key, bps in (("code", terms.code_max_bps), ("margin", terms.margin_bps)):
        if bps is not None:
            written[key] = {"max_percent": format_percent(bps)}
    if terms.fee_bps:
        written["operator"] = {"fee_percent": format_percent(terms.fee_bps)}
    return written


def terms_hash(document: Mapping[str, Json]) -> str:
    """SHA-256 (hexadecimal) over the canonical JSON (RFC 8785) of a canonical document."""
    return hashlib.sha256(canonical(document)).hexdigest()


def _with_hash(terms: Terms) -> Terms:
    return replace(terms, hash=terms_hash(document(terms)))


def _fans(table: Table, window_days: int) -> tuple[int, int, int, int]:
    """Default and highest part of the fan, part of the buyer (basis points), and the introducer's days."""
    highest = _part(table, "max_percent", MAX_FAN_BPS, MAX_FAN_BPS)
    default = _part(table, "default_percent", min(DEFAULT_FAN_BPS, highest), MAX_FAN_BPS)
    buyer = _part(table, "buyer_percent", 0, MAX_BUYER_BPS)
    if default > highest:
        allowed = f"max_percent ({format_percent(highest)} %)"
        table.refuse("default_percent", f"{format_percent(default)} is above {allowed}")
    if highest + buyer > MAX_FAN_AND_BUYER_BPS:
        together = f"max_percent and buyer_percent are {format_percent(highest + buyer)} % together"
        table.refuse("buyer_percent", f"{together}; the creator keeps at least {_rest()} %")
    return default, highest, buyer, table.whole("introducer_days", window_days, 0, MAX_INTRODUCER_DAYS)


def _rest() -> str:
    return format_percent(BASIS - MAX_FAN_AND_BUYER_BPS)


def _part(table: Table, key: str, default: int, limit: int) -> int:
    bps = table.percent(key)
    if bps is not None and bps > limit:
        table.refuse(key, f"{format_percent(bps)} is above {format_percent(limit)} %")
    return default if bps is None else bps


def _caps(root: Table) -> tuple[Cap, ...]:
    caps = []
    seen: set[tuple[Level, str]] = set()
    for table in root.tables("caps", _CAP):
        level = table.choice("per", Level.ALL) if table.require("per") else None
        currency = table.currency()
        amount = table.money("amount", currency) if table.require("amount") else None
        if level is None or currency is None or amount is None:
            continue
        if (level, currency) in seen:
            table.refuse("", f"a second cap per {level} in {currency}; there can be one")
        seen.add((level, currency))
        caps.append(Cap(level, amount, currency))
    return _sorted_caps(caps)


def _sorted_caps(caps: Iterable[Cap]) -> tuple[Cap, ...]:
    order = list(Level)
    return tuple(sorted(caps, key=lambda cap: (order.index(cap.level), cap.currency)))


def _limit(root: Table, key: str) -> int | None:
    if not root.has(key):
        return None
    table = root.table(key, _LIMIT)
    table.require("max_percent")
    return table.percent("max_percent")


def _fee(root: Table) -> int:
    if not root.has("operator"):
        return 0
    table = root.table("operator", _OPERATOR)
    table.require("fee_percent")
    return table.percent("fee_percent") or 0


def _time_zone(table: Table) -> str:
    if not table.has("time_zone"):
        return "UTC"
    name = table.text("time_zone", _ZONE, "a time zone such as Europe/Berlin")
    if name is None:
        return "UTC"
    try:
        if name not in _NO_ZONES:
            zone(name)
            return name
    except BadInputError:
        pass
    table.refuse("time_zone", f"{name} is not a known time zone; try Europe/Berlin")
    return "UTC"


def _units(duration: int, unit: int) -> int:
    whole, rest = divmod(duration, unit)
    if rest:
        raise ValueError("the durations of terms are whole days and minutes")
    return whole


def _cap_document(cap: Cap) -> dict[str, Json]:
    return {"per": cap.level.value, "amount": format_trimmed(cap.amount), "currency": cap.currency}
