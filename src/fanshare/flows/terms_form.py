"""All of a terms document as fields of a form and back: rules, bonuses, tiers, caps, limits, groups.

What no field says is taken from the document that the form began with, so that nothing of it is lost. What was typed is
handed on as it is: what is wrong with it is said by whoever reads documents, and ``Draft.field`` leads to the field.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.typed_amount import as_written, plainly, typed_number

#: A form of more fields than this is no help to anybody; the document itself is changed then.
MOST_FIELDS = 900
MOST_CHARACTERS = 60_000
RULES = ("commission", "bonuses")
CAPS = "caps"
NAMES = (
    "products", "skus", "categories", "collections", "not_products", "not_categories",
    "countries", "groups", "not_groups",
)  # fmt: skip
GIVES = {"commission": ("percent", "flat", "tiers"), "bonuses": ("percent", "flat", "new_buyer")}
#: Fields of ``[terms]`` as they are, and the limits: field -> table.
GENERAL = ("policy", "half_life_days", "stand_down_minutes", "time_zone")
LIMITS = ("code", "margin")
#: How many empty tiers a rule offers.
_SPARE_TIERS = 2
_ROW = re.compile(r"(commission|bonuses|caps)-([0-9]{1,4})-id\Z|(caps)-([0-9]{1,4})-per\Z", re.ASCII)
_TIER = re.compile(r"tiers-([0-9]{1,2})-(?:upto|percent)\Z", re.ASCII)
#: Fields that hold an amount or a rate, and the row they stand in.
_FIGURES = re.compile(
    r"((?:commission|bonuses)-[0-9]{1,4})-(?:much|tiers-[0-9]{1,2}-(?:upto|percent))\Z|(caps-[0-9]{1,4})-amount\Z"
    r"|code\Z|margin\Z",
    re.ASCII,
)
_PATH = re.compile(r"(commission|bonuses|caps)\[([0-9]+)\](?:\.(.+))?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as typed, and which row of the form became which table of it."""

    document: dict[str, Any]
    places: Mapping[str, tuple[int, ...]]
    #: Fields whose figure could be a thousand or one, such as ``1.500``: asked back, whatever the document says.
    unclear: Mapping[str, BadInputError]

    def field(self, path: str) -> str:
        """The field of the form to which the path of a mistake leads; empty where there is none."""
        found = _PATH.match(path)
        if found is None:
            return _general_field(path)
        table, place, rest = found[1], int(found[2]), found[3] or ""
        rows = self.places.get(table, ())
        if place >= len(rows):
            return ""
        return f"{table}-{rows[place]}-{_row_field(table, rest)}"


def fields(document: Mapping[str, Any]) -> dict[str, str]:
    """What the form shows of a canonical document, by the name of the field, with room for one more of each."""
    found: dict[str, str] = {}
    for table in RULES:
        rules = document.get(table, [])
        for place, rule in enumerate(rules):
            found |= _named(f"{table}-{place}", _rule_fields(table, rule, str(place)))
        found |= _named(f"{table}-{len(rules)}", _rule_fields(table, {}, ""))
    caps = document.get(CAPS, [])
    for place, cap in enumerate([*caps, {}]):
        shown = {"was": str(place) if cap else "", "per": "month", "amount": "", "currency": ""} | dict(cap)
        found |= _named(f"{CAPS}-{place}", shown | {"amount": plainly(shown["amount"])})
    general = document["terms"]
    found |= {key: str(general[key]) for key in GENERAL}
    found["groups"] = "\n".join(general.get("groups", []))
    return found | {name: document.get(name, {}).get("max_percent", "") for name in LIMITS}


def too_large(shown: Mapping[str, str]) -> bool:
    """Whether a form would hold more than a person or a browser can manage."""
    return len(shown) > MOST_FIELDS or sum(map(len, shown.values())) > MOST_CHARACTERS


def filled(base: Mapping[str, Any], typed: Mapping[str, str]) -> Draft:
    """The document that a form asks for which began with ``base``."""
    made, places = dict(base), dict[str, tuple[int, ...]]()
    for table in (*RULES, CAPS):
        kept = [(row, one) for row, one in _rows(table, base.get(table, []), typed) if one is not None]
        places[table] = tuple(row for row, _ in kept)
        made[table] = [one for _, one in kept]
        if not kept and table != RULES[0]:
            del made[table]
    general = {**base["terms"], **{key: _number(typed.get(key, "")) for key in GENERAL}}
    groups = typed.get("groups", "").replace(",", " ").split()
    made["terms"] = {key: value for key, value in general.items() if key != "groups"} | (
        {"groups": groups} if groups else {}
    )
    for name in LIMITS:
        made.pop(name, None)
        if text := _figure(typed.get(name, "")):
            made[name] = {**base.get(name, {}), "max_percent": text}
    return Draft(made, places, dict(_unclear(typed)))


def figure(text: str) -> str:
    """A figure as people type it, as the document wants it; what is none stays, for whoever reads the document.

    Raises ``BadInputError`` ``unclear_amount``.
    """
    bare = text.strip().removesuffix("%").strip()
    try:
        return as_written(typed_number(bare))
    except BadInputError as error:
        if error.code == "unclear_amount":
            raise
        return bare


def _unclear(typed: Mapping[str, str]) -> Iterator[tuple[str, BadInputError]]:
    for name, text in typed.items():
        found = _FIGURES.match(name)
        if found is not None and not typed.get(f"{found[1] or found[2]}-gone"):
            try:
                figure(text)
            except BadInputError as error:
                yield name, error


def _rule_fields(table: str, rule: Mapping[str, Any], was: str) -> dict[str, str]:
    gives = next((kind for kind in GIVES[table] if kind in rule), "percent")
    shown = {
        "was": was,
        "id": rule.get("id", ""),
        "gives": gives,
        "much": "" if gives == "tiers" else plainly(str(rule.get(gives, ""))),
        "currency": rule.get("currency", ""),
        "buyers": rule.get("buyers", "any"),
        "months": str(rule.get("months", "")),
    }
    shown |= {key: "\n".join(rule.get(key, [])) for key in NAMES}
    if table == RULES[0]:
        for place, tier in enumerate([*rule.get("tiers", []), *[{}] * _SPARE_TIERS]):
            shown[f"tiers-{place}-upto"] = plainly(tier.get("upto", ""))
            shown[f"tiers-{place}-percent"] = tier.get("percent", "")
            shown[f"tiers-{place}-retroactive"] = "on" if tier.get("retroactive") else ""
    return shown


def _named(begin: str, values: Mapping[str, str]) -> dict[str, str]:
    return {f"{begin}-{key}": value for key, value in values.items()}


def _rows(
    table: str, base: list[Mapping[str, Any]], typed: Mapping[str, str]
) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Each row of a table that was sent, in order; ``None`` for one that is empty or to go."""
    rows = {int(found[2] or found[4]) for name in typed if (found := _ROW.match(name)) and table in found.groups()}
    for row in sorted(rows):
        begin = f"{table}-{row}-"
        said = {name.removeprefix(begin): text for name, text in typed.items() if name.startswith(begin)}
        was = said.get("was", "")
        old = base[int(was)] if was.isascii() and was.isdigit() and int(was) < len(base) else {}
        if said.get("gone") or (not old and not _says_anything(said)):
            yield row, None
        else:
            yield row, _cap(old, said) if table == CAPS else _rule(table, old, said)


def _says_anything(said: Mapping[str, str]) -> bool:
    chosen = {"was", "gives", "buyers", "per"}
    return any(text.strip() for name, text in said.items() if name not in chosen)


def _cap(old: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    amount = _figure(said.get("amount", ""))
    return {**old, "per": said.get("per", ""), "amount": amount, "currency": _currency(said)}


def _rule(table: str, old: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    gives = said.get("gives", "")
    gives = gives if gives in GIVES[table] else GIVES[table][0]
    known = {"id", "currency", "buyers", "months", *GIVES[table], *NAMES}
    made: dict[str, Any] = {"id": said.get("id", "").strip()}
    if gives != "new_buyer":
        made["buyers"] = said.get("buyers", "any")
    made[gives] = _tiers(said) if gives == "tiers" else _figure(said.get("much", ""))
    if currency := _currency(said):
        made["currency"] = currency
    for key in NAMES:
        if names := _names(said.get(key, ""), old.get(key, ())):
            made[key] = names
    if months := said.get("months", "").strip():
        made["months"] = _number(months)
    return {key: value for key, value in old.items() if key not in known} | made


def _tiers(said: Mapping[str, str]) -> list[dict[str, Any]]:
    places = sorted({int(found[1]) for name in said if (found := _TIER.match(name))})
    made = []
    for place in places:
        upto, percent = (_figure(said.get(f"tiers-{place}-{key}", "")) for key in ("upto", "percent"))
        if upto or percent:
            marked = {"retroactive": True} if said.get(f"tiers-{place}-retroactive") else {}
            made.append(({"upto": upto} if upto else {}) | {"percent": percent} | marked)
    return made


def _names(text: str, known: Any) -> list[str]:
    """One name a line. What surrounds a name is cut off, unless that is how the document writes it."""
    lines = text.replace("\r", "").split("\n")
    return [line if line in known else line.strip() for line in lines if line in known or line.strip()]


def _currency(said: Mapping[str, str]) -> str:
    return said.get("currency", "").strip().upper()


def _figure(text: str) -> str:
    """The same; what could be two stays as it was typed, and ``Draft.unclear`` says so."""
    try:
        return figure(text)
    except BadInputError:
        return text.strip()


def _number(text: str) -> int | str:
    """A whole number, or else what was typed, which is refused then where it has to be one."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 and str(int(text)) == text else text


def _row_field(table: str, rest: str) -> str:
    """Which field of a row is wrong, by the rest of the path."""
    if table == CAPS:
        return rest or "per"
    if rest in ("percent", "flat", "new_buyer"):
        return "much"
    if not rest:
        return "id"
    tier = re.match(r"tiers\[([0-9]+)\](?:\.(.+))?\Z", rest)
    return f"tiers-{tier[1]}-{tier[2] or 'percent'}" if tier else "gives" if rest == "tiers" else rest


def _general_field(path: str) -> str:
    table, _, key = path.partition(".")
    if table in LIMITS:
        return table
    return key if table == "terms" and key in (*GENERAL, "groups") else ""
