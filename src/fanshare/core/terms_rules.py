"""The rules and bonuses of a terms document: reading them, and writing them in the canonical form."""

import re
from collections.abc import Mapping
from typing import Any

from fanshare.core.canonical import Json
from fanshare.core.money import Micros, format_percent, format_trimmed
from fanshare.core.terms import MAX_MONTHS, Bracket, BuyerKind, Rule
from fanshare.core.terms_fields import Keys, Table

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
ID_ALLOWED = "1 to 40 of a-z, 0-9, - and _"
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)

_PARTS = ("products", "skus", "categories", "collections", "not_products", "not_categories")
_GROUPS = ("groups", "not_groups")
_CONDITIONS = (*_PARTS, *_GROUPS, "buyers", "countries", "months")
_RULE = Keys(("id", "percent", "flat", "tiers", "currency", *_CONDITIONS))
_BONUS = Keys(
    ("id", "percent", "flat", "new_buyer", "currency", *_CONDITIONS),
    never=re.compile(r"tiers|threshold|goal|target|reach|orders|sales|minimum|at_least|upto", re.ASCII | re.IGNORECASE),
    why="a bonus never depends on how much somebody sold: that would pay who pools accounts; try [[commission]] tiers",
)
_TIER = Keys(("upto", "percent", "retroactive"))
_OPPOSITES = (("products", "not_products"), ("categories", "not_categories"), _GROUPS)


def read_rules(root: Table, groups: frozenset[str]) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The rules (``[[commission]]``) and the bonuses (``[[bonuses]]``) of a document that declares these groups."""
    seen: set[str] = set()
    rules = tuple(
        _rule(table, groups, seen, ("percent", "flat", "tiers")) for table in root.tables("commission", _RULE)
    )
    given = ("percent", "flat", "new_buyer")
    return rules, tuple(_rule(table, groups, seen, given) for table in root.tables("bonuses", _BONUS))


def rule_document(rule: Rule) -> dict[str, Json]:
    """The canonical form of a rule or bonus."""
    written: dict[str, Json] = {"id": rule.id}
    if rule.per_buyer is not None:
        written |= {"new_buyer": format_trimmed(rule.per_buyer), "currency": rule.currency}
    else:
        written |= {"buyers": rule.buyers.value, **_given(rule)}
    for key in (*_PARTS, *_GROUPS, "countries"):
        if names := getattr(rule, key):
            written[key] = sorted(names)
    return written if rule.months is None else {**written, "months": rule.months}


def _given(rule: Rule) -> dict[str, Json]:
    if rule.bps is not None:
        return {"percent": format_percent(rule.bps)}
    if rule.each is not None:
        return {"flat": format_trimmed(rule.each), "currency": rule.currency}
    return {"tiers": [_tier_document(bracket) for bracket in rule.brackets], "currency": rule.currency}


def _tier_document(bracket: Bracket) -> dict[str, Json]:
    percent: dict[str, Json] = {"percent": format_percent(bracket.bps)}
    if bracket.retroactive:
        percent["retroactive"] = True
    return percent if bracket.upto is None else {"upto": format_trimmed(bracket.upto), **percent}


def _rule(table: Table, groups: frozenset[str], seen: set[str], kinds: tuple[str, ...]) -> Rule:
    given = [key for key in kinds if table.has(key)]
    if len(given) != 1 and not table.broken:
        wanted, named = f"{kinds[0]}, {kinds[1]} and {kinds[2]}", " and ".join(given) or "none of them"
        table.refuse("", f"give exactly one of {wanted}, not {named}", shape=True)
    currency = _currency(table, given)
    conditions = {key: table.names(key) for key in _PARTS}
    conditions |= {key: table.names(key, ID, f"names of groups, {ID_ALLOWED}") for key in _GROUPS}
    _refuse_impossible(table, conditions, groups)
    return Rule(
        id=_id(table, seen),
        bps=table.percent("percent"),
        each=table.money("flat", currency) if "flat" in given else None,
        brackets=_brackets(table, currency) if "tiers" in kinds else (),
        currency=currency or "",
        countries=table.names("countries", _COUNTRY, 'countries of ISO 3166 in two capitals such as "DE"'),
        per_buyer=table.money("new_buyer", currency) if "new_buyer" in given else None,
        **_buyers(table),
        **conditions,  # type: ignore[arg-type]  # keys of names only
    )


def _id(table: Table, seen: set[str]) -> str:
    id_ = (table.text("id", ID, ID_ALLOWED) if table.require("id") else None) or ""
    if id_ and id_ in seen:
        table.refuse("id", f'"{id_}" names a second rule; every rule and bonus needs its own id')
    seen.add(id_)
    return id_


def _currency(table: Table, given: list[str]) -> str | None:
    if given != ["percent"]:
        return table.currency() if given or table.has("currency") else None
    if table.has("currency"):
        table.refuse("currency", "belongs to amounts and tiers; a percentage holds in every currency", shape=True)
    return None


def _buyers(table: Table) -> dict[str, Any]:
    """Which buyers, and for how long they may come back. A bonus for new buyers leaves nothing to choose."""
    if table.has("new_buyer"):
        for key in ("buyers", "months"):
            if table.has(key):
                table.refuse(key, "new_buyer is paid once, on the buyer's first order; leave this out", shape=True)
        return {"buyers": BuyerKind.NEW}
    buyers = table.choice("buyers", BuyerKind.ANY)
    if not table.has("months"):
        return {"buyers": buyers}
    months = table.whole("months", 0, 0, MAX_MONTHS)
    if buyers is BuyerKind.NEW:
        table.refuse("months", 'buyers = "new" means the first order only; leave months out')
    elif buyers is BuyerKind.RETURNING and months == 0:
        table.refuse("months", 'is 0, the first order only, which is not one of buyers = "returning"')
    return {"buyers": buyers, "months": months}


def _refuse_impossible(table: Table, parts: Mapping[str, frozenset[str]], groups: frozenset[str]) -> None:
    for wanted, unwanted in _OPPOSITES:
        if parts[wanted] and parts[wanted] <= parts[unwanted]:
            table.refuse(unwanted, f"leaves out everything that {wanted} names, so the rule never applies")
    for key in _GROUPS:
        for name in sorted(parts[key] - groups):
            known = f"it lists {', '.join(sorted(groups))}" if groups else "it is missing"
            table.refuse(key, f"{name} is not named in groups under [terms]; {known}")


def _brackets(table: Table, currency: str | None) -> tuple[Bracket, ...]:
    brackets: list[Bracket] = []
    tiers = table.tables("tiers", _TIER, most=50)
    below: Micros = 0
    for place, tier in enumerate(tiers):
        tier.require("percent")
        upto = tier.money("upto", currency) if tier.has("upto") else None
        last = place == len(tiers) - 1
        if last and tier.has("upto"):
            tier.refuse("upto", "the last tier is open; leave upto out")
        elif not last and not tier.has("upto"):
            tier.refuse("upto", "is missing; only the last tier is open")
        elif upto is not None and upto <= below:
            tier.refuse("upto", f"{format_trimmed(upto)} is not above the tier before ({format_trimmed(below)})")
        below = upto or below
        bps = tier.percent("percent") or 0
        brackets.append(Bracket(upto, bps, _retroactive(tier, bps, brackets)))
    return tuple(brackets)


def _retroactive(tier: Table, bps: int, before: list[Bracket]) -> bool:
    """Whether a tier holds for the sales below it as well, which makes sense for one that is above all of them."""
    marked = tier.flag("retroactive")
    if marked and not before:
        tier.refuse("retroactive", "the first tier has nothing before it that it could lift; leave this out")
    elif marked and bps <= (highest := max(bracket.bps for bracket in before)):
        rates = f"{format_percent(bps)} % is not above {format_percent(highest)} %"
        tier.refuse("retroactive", f"{rates}, which a tier before it gives, so it lifts nothing there")
    return marked
