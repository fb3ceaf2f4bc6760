"""Credit notes that a brand writes for its payees: who it is on them, and one of them as a file."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.invoices.checks import whole_vat_id
from fanshare.core.invoices.self_billing import Issuer
from fanshare.core.invoices.vat import KNOWN_UNTIL
from fanshare.core.money import format_percent
from fanshare.core.workbench import typed
from fanshare.flows import note_corrections, self_billing
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Role
from fanshare.flows.invoice_files import Form
from fanshare.store.queries import listing
from fanshare.web.brand.who import named
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import spoken
from fanshare.web.parties import PARTY, languages, party_fields, party_of
from fanshare.web.payee.billing import handed_over
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated
from fanshare.web.workbench.forms import Field


@seated("brand.billing", Role.BRAND, form=True, fresh=True)
def issuer(here: Here) -> Any:
    """Who the brand is on its credit notes; where nothing is named it writes none."""
    problem = ""
    if here.request.method == "POST":
        try:
            _set(here)
        except FanshareError as error:
            if error.status >= 500:
                raise
            problem = plain(error)
        else:
            return HttpResponseRedirect(here.request.path)
    known = self_billing.issuer(here.programme)
    values = {one.name: field(here, one.name, 200) for one in _fields()} if problem else _values(known)
    context = {
        "known": known,
        "fields": [(one, values.get(one.name, "")) for one in _fields()],
        "problem": problem,
    }
    return page(here, "brand/billing.html", context, status=422 if problem else 200)


@seated("brand.billing", Role.BRAND, form=True, fresh=True)
def document(here: Here, number: int) -> Any:
    """A document as a file. Who takes it is noted: it says where somebody lives and her tax number."""
    if here.request.method != "POST":
        return HttpResponseRedirect(reverse("brand_payouts", args=[here.tenant.slug]))
    form = field(here, "form", 10)
    if form not in list(Form):
        raise BadInputError("bad_kind", "There is no such file.", 404)
    found = self_billing.one_of(here.programme, number)
    noted(here.access, "billing.file", here.now, f"bill {found.bill.id}")
    return handed_over(found.paper, Form(form))


@seated("brand.billing", Role.BRAND, form=True, fresh=True)
def correct(here: Here, number: int) -> Any:
    """A document over a wrong amount: what would be written, and the button that writes it."""
    if here.request.method == "POST":
        note_corrections.correct(here.programme, here.tenant, number, here.now)
        run = self_billing.one_of(here.programme, number).bill.run
        return HttpResponseRedirect(reverse("brand_notes", args=[here.tenant.slug, run]))
    wrong = note_corrections.look(here.programme, number)
    who = listing.named(here.access, [wrong.document.bill.party])[wrong.document.bill.party]
    context = {"wrong": wrong, "who": named(who.kind, who.name, who.public_id)}
    return page(here, "brand/note_wrong.html", context)


def _set(here: Here) -> None:
    if field(here, "do", 10) == "end":
        self_billing.end_issuer(here.programme, here.now)
        return
    got = {one.name: field(here, one.name, 200) for one in _fields()}
    party = party_of(got, "")
    if not (party.name and party.street and party.city):
        raise BadInputError("invoice_buyer", "The buyer's name, street, town and country are needed.")
    if party.vat_id and not whole_vat_id(party.vat_id, party.country):
        raise BadInputError(
            "vat_id_wrong", "A VAT number begins with the two letters of its country, such as DE123456789."
        )
    if field(here, "sure") != "yes":
        raise BadInputError("not_sure", "Tick that you mean it; nothing was done.")
    language, rate = typed.one_of(got["language"], languages()), typed.percent(got["rate"]) or 0
    found = Issuer(party, typed.words(got["prefix"], 10), language, max(0, rate))
    self_billing.set_issuer(here.programme, found, here.access.actor, here.now)


def _fields() -> list[Field]:
    return [
        *party_fields(""),
        Field("prefix", _("Numbers begin with"), hint=_("Such as G-: the first one is G-2026-00001 then."), most=10),
        Field("language", _("Language of the documents"), "select", languages()),
        Field(
            "rate",
            _("VAT rate of your country in percent, where our table ends (empty: none)"),
            "decimal",
            hint=_("The table knows the days until %(until)s.") % {"until": KNOWN_UNTIL.isoformat()},
        ),
    ]


def _values(known: Issuer | None) -> dict[str, str]:
    if known is None:
        return {"prefix": "G-", "language": spoken()}
    values = {name: getattr(known.party, name) for name in PARTY}
    rate = format_percent(known.rate) if known.rate else ""
    return values | {"prefix": known.prefix, "language": known.language, "rate": rate}
