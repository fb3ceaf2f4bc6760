"""A form for the tax: which one, filled in, signed by a name; kept sealed, and shown masked from then on."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import FanshareError
from fanshare.core.instants import local_date
from fanshare.core.tax import forms as way
from fanshare.core.tax.forms import Asks, FormKind
from fanshare.flows import tax_forms
from fanshare.flows.authorisation import Role
from fanshare.store.queries import tax_forms as rows
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

NAMES: Mapping[str, str] = {
    FormKind.W9: later("Form W-9: for persons and companies of the United States"),
    FormKind.W8BEN: later("Form W-8BEN: for persons who live elsewhere"),
    FormKind.RESIDENCE: later("Where you are taxed"),
}
CLASSES: Mapping[str, str] = {
    "individual": later("a person, or a business of one person"),
    "c_corporation": later("a C corporation"),
    "s_corporation": later("an S corporation"),
    "partnership": later("a partnership"),
    "trust": later("a trust or an estate"),
    "llc": later("a limited liability company"),
}
#: What each line of a form is called.
LABELS: Mapping[str, str] = {
    "name": later("Name, as it stands on your tax return"),
    "family": later("Family name, as it is part of your name (empty: its last word)"),
    "business": later("Name of your business, if it has another one (may be empty)"),
    "class": later("You are"),
    "street": later("Street and number"),
    "city": later("City, state and postal code"),
    "country": later("Country you live in (two letters, such as DE)"),
    "citizenship": later("Citizenship (two letters, such as DE)"),
    "tin": later("Tax number"),
    "tin_country": later("Country that gave the number, if it is another one (two letters)"),
    "us_tin": later("Tax number of the United States, if you have one (may be empty)"),
    "birth": later("Day of birth"),
    "birth_place": later("Place of birth and its country, such as Lyon, FR, only if you have no tax number"),
    "register": later("Number in the register of companies, for a company (may be empty)"),
    "vat": later("VAT number (may be empty)"),
    "establishments": later(
        "Countries in which a company has a permanent establishment, such as DE, FR (may be empty)"
    ),
}
#: What is ticked.
TICKS: Mapping[str, str] = {
    "no_tin": later("My country gives me no tax number"),
    "not_backup": later("The tax authority has not told me that part of what I am paid is to be kept back"),
    "abroad": later("I do this work outside the United States"),
}
#: What is signed, above the signature.
SAYS: Mapping[str, tuple[str, ...]] = {
    FormKind.W9: (
        later("Under penalties of perjury I certify: the number on this form is my correct taxpayer number;"),
        later("I am a citizen or another person of the United States, as the tax law there means it."),
    ),
    FormKind.W8BEN: (
        later("Under penalties of perjury I certify: I am the person this form is about and the beneficial owner;"),
        later("I am not a person of the United States, and what I am paid for is done outside of it;"),
        later("I say so within 30 days when anything here is no longer right."),
    ),
    FormKind.RESIDENCE: (
        later("What stands here is true and complete; I say so within 30 days when it is no longer."),
        later("The brand may have to report it, and what it paid me, to the tax authority of its country."),
    ),
}


@seated("payee.tax", Role.CREATOR, Role.FAN, form=True, fresh=True)
def tax(here: Here) -> Any:
    """The form that she gave, masked, and one to give."""
    asks, problem = Asks(rows.asks(here.access)), ""
    kind = _kind(here, asks)
    if here.request.method == "POST" and kind is not None:
        try:
            typed = {name: field(here, name, most) for name, most in way.LENGTHS.items()}
            form = way.form(kind, typed, local_date(here.now, here.zone))
            tax_forms.sign(here.programme, here.me, form, here.now)
        except FanshareError as error:
            if error.status >= 500:
                raise
            problem = _words(error)
        else:
            return HttpResponseRedirect(here.request.path)
    context = {
        "problem": problem,
        "asks": asks,
        "withhold": rows.pays_without(here.access),
        "kind": kind,
        "choices": [one for one in asks.kinds if one != kind],
        "names": {one: _(name) for one, name in NAMES.items()},
        "shown": tax_forms.newest(here.programme, here.me, here.now),
        "lines": [] if kind is None else _lines(here, kind),
        "says": [] if kind is None else [_(one) for one in SAYS[kind]],
        "earnings": "creator_earnings" if here.hat.role is Role.CREATOR else "fan_earnings",
    }
    return page(here, "payee/tax.html", context, status=422 if problem else 200)


def _kind(here: Here, asks: Asks) -> FormKind | None:
    """The form that is filled in: the one that was chosen, else the first that answers what is asked."""
    sent = here.request.POST if "kind" in here.request.POST else here.request.GET
    chosen = [one for one in asks.kinds if one == sent.get("kind", "")]
    return next(iter(chosen or asks.kinds), None)


def _lines(here: Here, kind: FormKind) -> list[dict[str, Any]]:
    """What is typed, ticked or chosen; what she typed stands there again, but for numbers."""
    found, you_are = [], LABELS["class"]
    for name in way.asked(kind):
        line: dict[str, Any] = {"name": name, "most": way.LENGTHS[name], "value": "", "tick": "", "options": ()}
        if name not in ("tin", "us_tin"):
            line["value"] = here.request.POST.get(name, "")[: way.LENGTHS[name]]
        if name in TICKS:
            found.append({**line, "tick": _(TICKS[name])})
        elif name == "class":
            found.append({**line, "label": _(LABELS[name]), "options": [(one, _(CLASSES[one])) for one in way.CLASSES]})
        elif name == "entity":
            options = [("person", _("a person")), ("company", _("a company"))]
            found.append({**line, "label": _(you_are), "options": options})
        else:
            found.append({**line, "label": _(LABELS[name])})
    return found


def _words(error: FanshareError) -> str:
    """What went wrong, in her language."""
    known = {
        "bad_country": _("Write a country as its two letters, such as DE, FR or US."),
        "bad_tin": _("This is no tax number of that country; compare it sign by sign."),
        "bad_birth": _("Write the day of birth as year, month and day, such as 1990-05-31."),
        "bad_text": _("A line of this form is too long, or holds signs that no form has."),
        "bad_family": _("The family name has to be part of the name as it stands above."),
        "not_adult": _("Money is paid to people of 18 or more."),
        "not_certified": _("Tick that what stands there is true; without that the form counts for nothing."),
        "not_signed": _("Sign by writing your name once more, as it stands above."),
        "other_form": _("Citizens of the United States and whoever lives there give a W-9; choose it above."),
        "works_there": _(
            "Who works for a brand while in the United States needs another form (8233). Ask the brand; it can't be"
            " given here."
        ),
        "too_many_changes": _("This was changed often within a day; go on tomorrow."),
    }
    if error.code == "missing":
        what = str(error.values["what"])
        named = LABELS["class"] if what == "entity" else LABELS[what]
        return _("This is missing: %(what)s.") % {"what": _(named)}
    return known.get(error.code) or plain(error)
