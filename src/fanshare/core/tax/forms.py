"""What somebody certifies before she is paid: the contents of W-9 and W-8BEN, and where else she is taxed.

A form is typed, signed with her name, and sealed; its sentences stand on the page above the signature. No error repeats
what was typed, and no representation of a form says more than its kind: both are logged.

Sources: Form W-9 (Rev. March 2024), Form W-8BEN (Rev. October 2021) and their instructions; Council Directive (EU)
2021/514, Annex V, section II, part B; 26 CFR 1.1441-1(e)(4)(ii)(A) for how long a W-8BEN lasts.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, from_datetime, local_date
from fanshare.core.tax.tins import country, tin

#: Where the years of American forms begin and end.
_US = ZoneInfo("America/New_York")
_ADULT = 18
_BETWEEN = re.compile(r"[\s,;/]+")
_NAME = re.compile(r"[^\x00-\x1f\x7f<>]+")
#: How long what was relied on is kept: 26 CFR 31.6001-1(e)(2); 10 years at most, Annex V, section III of the directive.
_KEPT_YEARS = {"w9": 4, "w8ben": 4, "residence": 10}


class FormKind(StrEnum):
    """Which form it is."""

    W9 = "w9"
    W8BEN = "w8ben"
    RESIDENCE = "residence"


class Asks(StrEnum):
    """What a brand asks of whoever it pays."""

    NOTHING = "nothing"
    US = "us"
    RESIDENCE = "residence"

    @property
    def kinds(self) -> tuple[FormKind, ...]:
        """The forms that answer it."""
        return {"us": (FormKind.W9, FormKind.W8BEN), "residence": (FormKind.RESIDENCE,)}.get(self.value, ())


#: Line 3a of the W-9.
CLASSES = ("individual", "c_corporation", "s_corporation", "partnership", "trust", "llc")
#: Most signs of what is typed.
LENGTHS: Mapping[str, int] = {
    "name": 120, "family": 120, "business": 120, "class": 20, "street": 120, "city": 120, "country": 2,
    "citizenship": 2, "tin": 30, "tin_country": 2, "us_tin": 15, "birth": 10, "birth_place": 120, "entity": 10,
    "register": 60, "vat": 20, "establishments": 120, "no_tin": 3, "not_backup": 3, "abroad": 3, "certify": 3,
    "signed": 120,
}  # fmt: skip
_ASKED: Mapping[FormKind, tuple[str, ...]] = {
    FormKind.W9: ("name", "business", "class", "street", "city", "tin", "not_backup"),
    FormKind.W8BEN: ("name", "citizenship", "street", "city", "country", "birth", "us_tin", "tin", "no_tin", "abroad"),
    FormKind.RESIDENCE: (
        "entity", "name", "family", "street", "city", "country", "birth", "birth_place", "register", "tin",
        "tin_country", "no_tin", "vat", "establishments",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was signed: what was typed, checked and without blanks around it; nothing where nothing was."""

    kind: FormKind
    values: Mapping[str, str] = field(repr=False)

    @property
    def backup(self) -> bool:
        """Whether she says that the authority wants part of what she is paid kept back (W-9, item 2 crossed out)."""
        return self.kind is FormKind.W9 and self.values.get("not_backup") != "yes"

    def get(self, name: str) -> str:
        """One value; empty where there is none."""
        return self.values.get(name, "")


def asked(kind: FormKind) -> tuple[str, ...]:
    """What is typed in a form, besides agreeing and signing."""
    return _ASKED[kind]


def form(kind: FormKind, typed: Mapping[str, str], today: date) -> Form:
    """A form that was filled in. ``signed`` is her name once more, ``certify`` that the sentences above it are true.

    Raises ``BadInputError``: ``missing`` (and which), ``bad_text``, ``bad_country``, ``bad_tin``, ``bad_birth``,
    ``not_adult``, ``not_certified``, ``not_signed``, ``other_form``, ``works_there``.
    """
    values = {name: text for name in (*_ASKED[kind], "signed") if (text := typed.get(name, "").strip())}
    for name, text in values.items():
        if len(text) > LENGTHS[name] or _NAME.fullmatch(text) is None:
            raise BadInputError("bad_text", "A line of this form is too long, or holds signs that no form has.")
    _READ[kind](values, today)
    if typed.get("certify") != "yes":
        raise BadInputError("not_certified", "Say that what stands there is true; without that it counts for nothing.")
    if values.get("signed", "").casefold() != values["name"].casefold():
        raise BadInputError("not_signed", "Sign by writing your name once more, as it stands above.")
    return Form(kind, values)


def _w9(values: dict[str, str], _today: date) -> None:
    _needed(values, "name", "class", "street", "city", "tin")
    if values["class"] not in CLASSES:
        raise BadInputError("missing", "One of these is missing: %(what)s.", what="class")
    values["tin"] = tin(values["tin"], "US")
    values["country"] = "US"


def _w8ben(values: dict[str, str], today: date) -> None:
    _needed(values, "name", "citizenship", "street", "city", "country", "birth")
    values["citizenship"], values["country"] = country(values["citizenship"]), country(values["country"])
    if "US" in (values["country"], values["citizenship"]):
        raise BadInputError("other_form", "Citizens of the United States and whoever lives there give a W-9.")
    values["birth"] = _birth(values["birth"], today)
    if "us_tin" in values:
        values["us_tin"] = tin(values["us_tin"], "US")
    _number(values, values["country"])
    if values.get("abroad") != "yes":
        raise BadInputError(
            "works_there",
            "Who works for a brand while in the United States needs Form 8233 or another one; ask the brand.",
        )


def _residence(values: dict[str, str], today: date) -> None:
    _needed(values, "name", "street", "city", "country")
    values["country"] = country(values["country"])
    values["tin_country"] = country(values.get("tin_country", values["country"]))
    if values.setdefault("entity", "person") not in ("person", "company"):
        raise BadInputError("missing", "One of these is missing: %(what)s.", what="entity")
    _number(values, values["tin_country"])
    if values["entity"] == "company":
        values.pop("birth", None)
        values.pop("family", None)
        if states := values.pop("establishments", ""):
            values["establishments"] = " ".join(sorted({country(one) for one in _BETWEEN.split(states) if one}))
        return
    values.pop("establishments", None)
    if "family" in values and not all(_parted(values["name"], values["family"])):
        raise BadInputError("bad_family", "The family name has to be part of the name as it stands above.")
    _needed(values, "birth")
    values["birth"] = _birth(values["birth"], today)
    if "tin" not in values:
        _needed(values, "birth_place")


_READ: Mapping[FormKind, Callable[[dict[str, str], date], None]] = {
    FormKind.W9: _w9,
    FormKind.W8BEN: _w8ben,
    FormKind.RESIDENCE: _residence,
}


def _needed(values: Mapping[str, str], *names: str) -> None:
    for name in names:
        if name not in values:
            raise BadInputError("missing", "One of these is missing: %(what)s.", what=name)


def _number(values: dict[str, str], where: str) -> None:
    """A tax number, or that the country gives her none."""
    if "tin" in values:
        values["tin"] = tin(values["tin"], where)
        values.pop("no_tin", None)
    elif values.get("no_tin") != "yes":
        raise BadInputError("missing", "One of these is missing: %(what)s.", what="tin")


def _birth(text: str, today: date) -> str:
    try:
        born = date.fromisoformat(text)
    except ValueError:
        raise BadInputError("bad_birth", "Write the day of birth as year, month and day: 1990-05-31.") from None
    if not born.year >= 1900 or born > today:
        raise BadInputError("bad_birth", "Write the day of birth as year, month and day: 1990-05-31.")
    if (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) < _ADULT:
        raise BadInputError("not_adult", "Money is paid to people of 18 or more.")
    return born.isoformat()


def names(form: Form) -> tuple[str, str]:
    """First and family name of a person; a name of one word has no first one. Without her word the last one counts."""
    name = form.get("name")
    return _parted(name, form.get("family") or name.split()[-1])


def _parted(name: str, family: str) -> tuple[str, str]:
    """What is left of a name without the family's, and this; both empty where it is no part of it."""
    whole, part = " ".join(name.split()), " ".join(family.split())
    if whole.casefold().endswith(f" {part}".casefold()):
        return whole[: -len(part) - 1], part
    if whole.casefold().startswith(f"{part} ".casefold()):
        return whole[len(part) + 1 :], part
    return ("", "")


def establishments(form: Form) -> tuple[str, ...]:
    """The countries in which a company has a permanent establishment."""
    return tuple(form.get("establishments").split())


def ends(kind: FormKind, signed_at: Instant) -> Instant | None:
    """When a form counts no more: a W-8BEN with the third calendar year after its own, the others never by time."""
    if kind is not FormKind.W8BEN:
        return None
    return from_datetime(datetime(local_date(signed_at, _US).year + 4, 1, 1, tzinfo=_US))


def kept_until(kind: FormKind, now: Instant) -> Instant:
    """Until when the brand keeps a form that counts no more since ``now``: whole years after the one that runs."""
    return from_datetime(datetime(local_date(now, _US).year + 1 + _KEPT_YEARS[kind], 1, 1, tzinfo=_US))


def masked(form: Form) -> str:
    """What tells its owner which one it is: her country, and the last three signs of her number."""
    where, number = form.get("tin_country") or form.get("country"), form.get("tin")
    return f"{where} … {number[-3:]}" if number else where


def packed(form: Form) -> bytes:
    """The form as it is sealed."""
    return json.dumps({"kind": form.kind, **form.values}, ensure_ascii=False, sort_keys=True).encode()


def unpacked(content: bytes) -> Form:
    """Undo ``packed``."""
    values: dict[str, str] = json.loads(content)
    return Form(FormKind(values.pop("kind")), values)
