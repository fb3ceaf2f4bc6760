"""Forms for the tax: what a brand asks of whoever it pays, who has given what, and one form to read or refuse."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import format_rfc3339
from fanshare.core.tax.forms import Asks
from fanshare.core.typed_amount import typed_amount
from fanshare.flows import tax_forms, withholding
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Role
from fanshare.flows.tax_kept import contents
from fanshare.flows.tax_rules import rules
from fanshare.store.queries import listing, tax_years
from fanshare.store.queries import tax_forms as rows
from fanshare.store.queries.tax_forms import FormRow
from fanshare.web.brand.who import named
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Asked, Spec, Taken, asked, by_number, taken
from fanshare.web.payee.tax_form import CLASSES, LABELS, NAMES, TICKS
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

_COLUMNS = ("who", "form", "signed_at", "ends_at", "state", "why_not")


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
    found = _found(here, wish := _asked(here))
    who = _who(here, found.rows)
    if wish.form:
        documents = (_document(here, row, who[row.party]) for row in found.rows)
        return exported(wish.form, "tax-forms", documents, _COLUMNS, cut=found.cut)
    context = {
        "asked": wish,
        "problem": problem,
        "kept": here.request.GET.get("kept") == "1",
        "asks": rows.asks(here.access),
        "withhold": rows.pays_without(here.access),
        "held": tax_years.held(here.access),
        "deposits": tax_years.deposits(here.access),
        "usual": tax_forms.usual(here.tenant.country, several_brands=here.tenant.several_brands),
        "european": (known := rules().countries.get(here.tenant.country)) is not None and known.european,
        "names": {kind: _(name) for kind, name in NAMES.items()},
        "forms": [(one, who[one.row.party]) for one in tax_forms.shown(here.programme, found.rows, here.now)],
        "next": found.next,
    }
    return page(here, "brand/tax_forms.html", context, status=422 if problem else 200)


def _asked(here: Here) -> Asked:
    kinds = {str(kind): _(name) for kind, name in NAMES.items()}
    states = {"counts": _("counts"), "refused": _("not accepted"), "ended": _("its time is over")}
    filters = {"kind": (_("form"), kinds), "state": (_("state"), states)}
    return asked(here.request.GET, Spec(filters, {"newest": _("newest first")}, search=_("name")), here.zone)


def _found(here: Here, wish: Asked) -> Taken[FormRow]:
    found = rows.newest(
        here.access,
        here.now,
        text=wish.text,
        kind=wish.chosen["kind"],
        state=wish.chosen["state"],
        before=wish.before,
        limit=wish.limit + 1,
        **wish.span,
    )
    return taken(wish, found, by_number)


def _who(here: Here, found: Sequence[FormRow]) -> dict[int, str]:
    people = listing.named(here.access, [row.party for row in found])
    return {id_: named(one.kind, one.name, one.public_id) for id_, one in people.items()}


def _document(here: Here, row: FormRow, who: str) -> dict[str, Any]:
    """That there is a form; what it says, be it masked, is in no file."""
    return {
        "who": who,
        "form": str(row.kind),
        "signed_at": format_rfc3339(row.signed_at),
        "ends_at": "" if row.ends_at is None else format_rfc3339(row.ends_at),
        "state": row.state(here.now),
        "why_not": row.refused_why,
    }


def _act(here: Here) -> None:
    """Ask for something else, or write down what was handed on."""
    if field(here, "do", 10) == "hand_on":
        currency, reference = field(here, "currency", 3), field(here, "reference", 200)
        amount = typed_amount(field(here, "amount", 40), currency)
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
