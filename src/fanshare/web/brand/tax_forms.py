"""Forms for the tax: what a brand asks of whoever it pays, who has given what, and one form to read or refuse."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.money import parse_amount
from fanshare.core.tax.forms import Asks
from fanshare.flows import tax_forms, withholding
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Role
from fanshare.flows.tax_kept import contents
from fanshare.flows.tax_rules import rules
from fanshare.store.queries import listing, tax_years
from fanshare.store.queries import tax_forms as rows
from fanshare.web.brand.who import named
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.lists import PAGE
from fanshare.web.payee.tax_form import CLASSES, LABELS, NAMES, TICKS
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated


@seated("brand.tax", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def forms(here: Here) -> Any:
    """What is asked, and the forms that were given, masked."""
    problem = ""
    if here.request.method == "POST":
        try:
            _act(here)
        except FanshareError as error:
            problem = plain(error)
        else:
            return HttpResponseRedirect(here.request.path + "?kept=1")
    before = here.request.GET.get("before", "")
    found = rows.newest(
        here.access, before=int(before) if before.isdigit() and len(before) < 18 else None, limit=PAGE + 1
    )
    people = listing.named(here.access, [row.party for row in found])
    context = {
        "problem": problem,
        "kept": here.request.GET.get("kept") == "1",
        "asks": rows.asks(here.access),
        "withhold": rows.pays_without(here.access),
        "held": tax_years.held(here.access),
        "deposits": tax_years.deposits(here.access),
        "usual": tax_forms.usual(here.tenant.country, several_brands=here.tenant.several_brands),
        "european": (known := rules().countries.get(here.tenant.country)) is not None and known.european,
        "names": {kind: _(name) for kind, name in NAMES.items()},
        "forms": [
            (one, named(people[one.row.party].kind, people[one.row.party].name, people[one.row.party].public_id))
            for one in tax_forms.shown(here.programme, found[:PAGE], here.now)
        ],
        "next": found[PAGE - 1].id if len(found) > PAGE else "",
    }
    return page(here, "brand/tax_forms.html", context, status=422 if problem else 200)


def _act(here: Here) -> None:
    """Ask for something else, or write down what was handed on."""
    if field(here, "do", 10) == "hand_on":
        amount = parse_amount(field(here, "amount", 40).replace(",", "."))
        currency, reference = field(here, "currency", 3), field(here, "reference", 200)
        withholding.hand_on(here.access, currency, amount, reference, here.access.actor, here.now)
        return
    wish, withhold = field(here, "asks", 20), field(here, "without", 10) == "withhold"
    if wish not in list(Asks):
        raise BadInputError("bad_wish", "There is no such form to ask for.")
    tax_forms.ask(here.access, Asks(wish), here.now, withhold=withhold and wish == Asks.US)


@seated("brand.tax", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def one(here: Here, number: int) -> Any:
    """One form. What it says is shown when it is asked for, and that it was is written down."""
    row, problem, said = rows.one(here.access, number), "", None
    if row is None:
        raise FanshareError("unknown_form", "There is no such form in this programme.", 404)
    if here.request.method == "POST":
        try:
            if field(here, "do", 10) == "look":
                noted(here.access, "tax.look", here.now, f"form {number}")
                said = contents(here.programme, [row]).get(number)
            else:
                tax_forms.refuse(here.access, number, field(here, "why", 500), here.now)
                return HttpResponseRedirect(reverse("brand_tax", args=[here.tenant.slug]) + "?kept=1")
        except FanshareError as error:
            problem = plain(error)
    who = listing.named(here.access, [row.party])[row.party]
    context = {
        "problem": problem,
        "form": tax_forms.shown(here.programme, [row], here.now)[0],
        "withhold": rows.pays_without(here.access),
        "who": named(who.kind, who.name, who.public_id),
        "name": _(NAMES[row.kind]),
        "said": None if said is None else [(_label(name), _said(name, text)) for name, text in said.values.items()],
    }
    return page(here, "brand/tax_form.html", context, status=422 if problem else 200)


def _label(name: str) -> str:
    words = LABELS.get("class" if name == "entity" else name) or TICKS.get(name)
    return _(words) if words else _("Signed by")


def _said(name: str, text: str) -> str:
    if name == "entity":
        return _("a company") if text == "company" else _("a person")
    if name in TICKS:
        return _("yes")
    return _(CLASSES[text]) if name == "class" else text
