"""Credit notes for a payee: her word that the brand writes them, what she states about herself, and the documents."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import local_date
from fanshare.core.invoices import self_billing as core
from fanshare.core.invoices.checks import check
from fanshare.core.invoices.model import Invoice
from fanshare.core.invoices.self_billing import Issuer, Stated, Taxed
from fanshare.core.invoices.totals import totals
from fanshare.core.workbench import typed
from fanshare.flows import self_billing
from fanshare.flows.authorisation import Role
from fanshare.flows.invoice_files import Form, file_of
from fanshare.flows.self_billing import Given
from fanshare.store.queries import payees as payee_rows
from fanshare.web.desk import Here
from fanshare.web.errors import error_page
from fanshare.web.language import gettext as _
from fanshare.web.lists import PAGE
from fanshare.web.parties import PARTY, party_fields, party_of
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated
from fanshare.web.workbench.forms import Field

_TYPES = {Form.PDF: "application/pdf", Form.XML: "application/xml"}


@seated("payee.billing", Role.CREATOR, Role.FAN, form=True, fresh=True)
def billing(here: Here) -> Any:
    """Agree or take it back; the documents that there are."""
    problem, person = "", payee_rows.person(here.access, here.me)
    if person is None:
        return error_page(here.request, 404)
    if here.request.method == "POST":
        try:
            _act(here, person)
        except FanshareError as error:
            if error.status >= 500:
                raise
            problem = plain(error)
        else:
            return HttpResponseRedirect(here.request.path)
    given, brand = self_billing.given(here.programme, here.me, person), self_billing.issuer(here.programme)
    values = {one.name: field(here, one.name, 200) for one in fields()} if problem else _values(given)
    context = {
        "given": given,
        "issuer": brand,
        "fields": [(one, values.get(one.name, "")) for one in fields()],
        "documents": _shown(self_billing.of_payee(here.programme, here.me, PAGE)),
        "foresight": _foresight(here, brand, given),
        "problem": problem,
        "earnings": "creator_earnings" if here.hat.role is Role.CREATOR else "fan_earnings",
    }
    return page(here, "payee/billing.html", context, status=422 if problem else 200)


@seated("payee.billing", Role.CREATOR, Role.FAN)
def document(here: Here, number: int, form: str) -> Any:
    """One of hers as a file."""
    if form not in list(Form):
        return error_page(here.request, 404)
    return handed_over(self_billing.one_of(here.programme, number, here.me).paper, Form(form))


def handed_over(paper: Invoice | None, form: Form) -> Any:
    """A document as a file to keep."""
    assert paper is not None  # what was forgotten is refused before
    response = HttpResponse(file_of(paper, form), content_type=_TYPES[form])
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in paper.number)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def fields() -> list[Field]:
    """What she states."""
    hint = _("One of them is needed: the law asks for it.")
    return [
        *party_fields(""),
        Field("tax_number", _("Tax number"), hint=hint),
        Field("taxed", _("How are you taxed?"), "select", taxed()),
    ]


def taxed() -> dict[str, str]:
    """The ways in which somebody is taxed."""
    return {
        Taxed.USUAL: _("in business, with VAT"),
        Taxed.SMALL: _("in business, as a small business without VAT"),
        Taxed.PRIVATE: _("not in business"),
    }


def _act(here: Here, person: int) -> None:
    if field(here, "do", 10) == "end":
        self_billing.take_back(here.programme, here.me, person, here.now)
        return
    stated = _stated(here)
    if field(here, "sure") != "yes":
        raise BadInputError("not_sure", "Tick that you mean it; nothing was done.")
    brand = self_billing.issuer(here.programme)
    if brand is not None:
        check(core.sample(brand, stated, here.tenant.currency, local_date(here.now, here.zone)))
    self_billing.agree(here.programme, here.me, person, stated, here.now)


def _stated(here: Here) -> Stated:
    got = {one.name: field(here, one.name, 200) for one in fields()}
    found = party_of(got, "")
    number = typed.words(got["tax_number"], 40)
    return Stated(
        type(found)(**{name: getattr(found, name) for name in PARTY}, tax_number=number),
        Taxed(typed.one_of(got["taxed"], taxed())),
    )


def _values(given: Given | None) -> dict[str, str]:
    if given is None or given.stated is None:
        return {"taxed": Taxed.USUAL}
    values = {name: getattr(given.stated.party, name) for name in (*PARTY, "tax_number")}
    return values | {"taxed": given.stated.taxed}


def _foresight(here: Here, brand: Issuer | None, given: Given | None) -> str:
    """Why her next payment would have no document, as things are; empty where it would have one."""
    if brand is None or given is None or given.stated is None:
        return ""
    try:
        check(core.sample(brand, given.stated, here.tenant.currency, local_date(here.now, here.zone)))
    except BadInputError as error:
        return plain(error)
    return ""


def _shown(found: list[self_billing.Document]) -> list[tuple[self_billing.Document, Any]]:
    return [(one, None if one.paper is None else totals(one.paper)) for one in found]
