"""Rules, tiers, bonuses, caps and limits of terms by a form, and the exact document for whatever no form says.

Both only look; what was looked at is published by the form that every page of terms has.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.views.decorators.csp import csp_override

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.terms_document import TermsError, document, parse
from fanshare.core.terms_toml import line_of, written
from fanshare.flows import terms_draft, terms_form
from fanshare.flows.authorisation import Role
from fanshare.flows.terms_draft import Looked
from fanshare.web.brand.terms_means import begun_with, means
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.seated import LISTENS, page, seated

_TABLES = {"commission": later("Rule"), "bonuses": later("Bonus"), "caps": later("Cap")}
_LONGEST = 20_000
#: Where a text is no TOML or JSON at all, its readers say the line in their sentence.
_LINE = re.compile(r"line ([0-9]{1,6})\b", re.ASCII)
_TIER = re.compile(r"tiers-([0-9]{1,2})-upto\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wrong:
    """One mistake: where it is (in words), the field or the line it leads to, and what is wrong, in English."""

    where: str
    field: str
    said: str
    line: str = ""


@csp_override(LISTENS)  # type: ignore[untyped-decorator]
@seated("brand.see", Role.BRAND, Role.OPERATOR, form=True, proposed=True)
def rules(here: Here) -> Any:
    """All rules, bonuses, caps and limits as fields; sent, what they would mean."""
    begun: dict[str, Any] = document(begun_with(here))
    typed = terms_form.fields(begun)
    looked: Looked | None = None
    wrong: list[Wrong] = []
    sent = _sent(here)
    if sent:
        draft = terms_form.filled(begun, sent)
        looked, wrong = _looked(here, draft)
        typed = _again(begun, sent) if looked is None else terms_form.fields(document(looked.terms))
        begun = begun if looked is None else dict(document(looked.terms))
    elif not (too_large := terms_form.too_large(typed)):
        looked = terms_draft.look(here.programme, begun, here.tenant.currency, here.now)
    shown = means(here, looked) | _shown(typed, begun, wrong) | {"too_large": not sent and too_large}
    return page(here, "brand/terms_rules.html", shown, status=422 if wrong else 200)


@csp_override(LISTENS)  # type: ignore[untyped-decorator]
@seated("brand.see", Role.BRAND, Role.OPERATOR, form=True, proposed=True)
def exact(here: Here) -> Any:
    """The whole document as text, TOML or JSON; sent, what it would mean, or the lines that are wrong."""
    base = begun_with(here)
    text = here.request.POST.get("text", "").replace("\r\n", "\n") or written(document(base))
    looked, wrong = None, []
    try:
        looked = terms_draft.look(here.programme, _parsed(text), here.tenant.currency, here.now)
    except TermsError as error:
        wrong = [_at(text, path, said) for path, said in error.errors]
    shown = {"text": text, "wrong": wrong, "begun": json.dumps(document(base))}
    return page(here, "brand/terms_exact.html", means(here, looked) | shown, status=422 if wrong else 200)


def _parsed(text: str) -> dict[str, Any]:
    return parse(text, "json" if text.lstrip().startswith("{") else "toml")


def _sent(here: Here) -> dict[str, str]:
    """The fields of the form as they were sent; nothing where somebody only came with a draft."""
    post: Mapping[str, str] = here.request.POST
    found = {name: text for name, text in post.items() if name not in ("document", "csrfmiddlewaretoken")}
    if any("\x00" in text or len(text) > _LONGEST for text in found.values()):
        raise BadInputError("bad_field", "A field of this form holds more than it may; shorten it.")
    return found if "policy" in found else {}


def _looked(here: Here, draft: terms_form.Draft) -> tuple[Looked | None, list[Wrong]]:
    if draft.unclear:
        return None, [Wrong(_row(draft, name), name, said.said) for name, said in draft.unclear.items()]
    try:
        return terms_draft.look(here.programme, draft.document, here.tenant.currency, here.now), []
    except TermsError as error:
        return None, [Wrong(_where(draft, path), draft.field(path), said) for path, said in error.errors]
    except FanshareError as error:
        return None, [Wrong("", "", error.said)]


def _row(draft: terms_form.Draft, name: str) -> str:
    """``Rule 2`` for the field ``commission-1-much``; the field itself where it stands in no table."""
    table, _dash, rest = name.partition("-")
    if table not in _TABLES:
        return name
    place = int(rest.partition("-")[0])
    return f"{_(_TABLES[table])} {draft.places[table].index(place) + 1}"


def _where(draft: terms_form.Draft, path: str) -> str:
    """``Rule 2 · percent`` for ``commission[1].percent``."""
    table, _open, rest = path.partition("[")
    if table not in _TABLES or not rest:
        return path
    place, _close, key = rest.partition("]")
    names = [str(one.get("id", "")) for one in draft.document[table]]
    name = names[int(place)] or str(int(place) + 1)
    return " · ".join(part for part in (f"{_(_TABLES[table])} {name}", key.lstrip(".")) if part)


def _again(begun: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, str]:
    """The form as it was sent, for whoever has to put it right; what was not ticked stays so."""
    known = terms_form.fields(begun)
    return {name: "" if name.endswith("-retroactive") else text for name, text in known.items()} | dict(sent)


def _at(text: str, path: str, said: str) -> Wrong:
    told = _LINE.search(said)
    number = line_of(text, path) if path else int(told[1]) if told else None
    lines = text.split("\n")
    if number is None or number > len(lines) or (path and text.lstrip().startswith("{")):
        return Wrong(path, "", said)
    where = " · ".join(part for part in (_("line %(n)s") % {"n": number}, path) if part)
    return Wrong(where, "", said, lines[number - 1].strip()[:120])


def _shown(typed: Mapping[str, str], begun: Mapping[str, Any], wrong: list[Wrong]) -> dict[str, Any]:
    rows: dict[str, dict[int, dict[str, str]]] = {table: {} for table in _TABLES}
    for name, text in typed.items():
        table, _dash, rest = name.partition("-")
        place, _dash, key = rest.partition("-")
        if table in rows and place.isdecimal() and key:
            rows[table].setdefault(int(place), {})[key] = text
    return {
        "typed": typed,
        "rows": {table: sorted(found.items()) for table, found in rows.items()},
        "begun": json.dumps(begun),
        "wrong": wrong,
        "bad": {one.field for one in wrong},
        "tiers": tiers,
    }


def tiers(row: Mapping[str, str]) -> list[int]:
    """The numbers of the tiers of a row of the form."""
    return sorted({int(found[1]) for name in row if (found := _TIER.match(name))})
