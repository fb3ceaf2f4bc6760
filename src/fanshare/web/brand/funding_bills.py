"""Invoices for the money that a brand pays in: files for both; the operator writes them and takes them back."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.invoices.checks import whole_vat_id
from fanshare.core.invoices.funding import USUAL_DAYS, Biller
from fanshare.core.invoices.model import Party
from fanshare.core.workbench import typed
from fanshare.flows import funding, funding_bills
from fanshare.flows.authorisation import Role
from fanshare.flows.invoice_files import Form
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import spoken
from fanshare.web.parties import PARTY, languages, party_fields, party_of
from fanshare.web.payee.billing import handed_over
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated
from fanshare.web.workbench.forms import Field

_MOST_DAYS = 365


@seated("brand.money", Role.BRAND, Role.OPERATOR)
def see(here: Here) -> Any:
    """Every invoice with its files."""
    _several(here)
    return page(here, "brand/funding_bills.html", _context(here))


@seated("brand.money", Role.BRAND, Role.OPERATOR)
def file(here: Here, number: int, form: str) -> Any:
    """An invoice as a PDF, with the XML inside, or as the XML alone."""
    _several(here)
    if form not in list(Form):
        raise BadInputError("bad_kind", "There is no such file.", 404)
    return handed_over(funding_bills.one_of(here.programme, number).paper, Form(form))


@seated("brand.funding", Role.OPERATOR, form=True, fresh=True)
def change(here: Here) -> Any:
    """Say who asks and who is asked, write an invoice, or take one back."""
    _several(here)
    there = reverse("brand_funding_bills", args=[here.tenant.slug])
    if here.request.method != "POST":
        return HttpResponseRedirect(there)
    wish = field(here, "do", 20)
    try:
        if wish not in _ACTS:
            raise BadInputError("bad_wish", "There is no such thing to do with a brand's money.")
        if field(here, "sure", 5) != "yes":
            raise BadInputError("not_sure", "Tick that you mean it; nothing was done.")
        _ACTS[wish](here)
    except FanshareError as error:
        if error.status >= 500:
            raise
        return page(here, "brand/funding_bills.html", _context(here, plain(error)), status=422)
    return HttpResponseRedirect(there)


def _several(here: Here) -> None:
    if not here.tenant.several_brands:
        raise FanshareError("one_brand", "There is no page here", 404)


def _context(here: Here, problem: str = "") -> dict[str, Any]:
    known, fields = funding_bills.biller(here.programme), _fields()
    wish = field(here, "do", 20) if problem else ""
    values = {one.name: field(here, one.name, 200) for one in fields} if wish == "biller" else _values(known)
    return {
        "problem": problem,
        "known": known,
        "asked": _asked(here) if known else [],
        "documents": funding_bills.newest(here.programme),
        "most": funding_bills.MOST,
        "key": secrets.token_hex(16),
        "fields": [(one, values.get(one.name, "")) for one in fields],
        "may_change": here.hat.role is Role.OPERATOR,
    }


def _asked(here: Here) -> list[tuple[str, int]]:
    """What a new invoice would be over, by currency; those in which there is none are left out."""
    found = funding.accounts(here.access, here.now, here.tenant.currency)
    asked = []
    for currency in [] if found is None else [one.currency for one in found[1]]:
        try:
            asked.append((currency, funding_bills.to_ask(here.access, here.tenant, currency, here.now)))
        except FanshareError:
            continue
    return asked


def _bill(here: Here) -> None:
    currency = field(here, "currency", 3)
    funding_bills.issue(here.programme, here.tenant, currency, field(here, "key", 64), here.now)


def _cancel(here: Here) -> None:
    written = field(here, "bill", 20)
    number = int(written) if written.isascii() and written.isdigit() else 0
    funding_bills.cancel(here.programme, here.tenant, number, here.now)


def _biller(here: Here) -> None:
    got = {one.name: field(here, one.name, 200) for one in _fields()}
    seller, buyer = party_of(got, "seller_"), party_of(got, "buyer_")
    seller = Party(**{name: getattr(seller, name) for name in PARTY}, tax_number=typed.words(got["tax_number"], 40))
    for one in (seller, buyer):
        if one.vat_id and not whole_vat_id(one.vat_id, one.country):
            raise BadInputError(
                "vat_id_wrong", "A VAT number begins with the two letters of its country, such as DE123456789."
            )
    language = typed.one_of(got["language"], languages())
    iban = "".join(got["iban"].split()).upper()
    days = typed.number(got["days"], 1, _MOST_DAYS)
    found = Biller(seller, buyer, typed.words(got["prefix"], 20), language, iban, days)
    funding_bills.set_biller(here.programme, here.tenant, found, here.now)


def _fields() -> list[Field]:
    return [
        *party_fields("seller_"),
        Field("tax_number", _("Tax number")),
        *party_fields("buyer_"),
        Field("iban", _("Account that is paid into (IBAN)"), required=True),
        Field("days", _("To be paid within so many days"), "number", required=True, most=3),
        Field("prefix", _("Numbers begin with"), hint=_("Such as F-LINEN-; no other brand's may begin so."), most=20),
        Field("language", _("Language of the documents"), "select", languages()),
    ]


def _values(known: Biller | None) -> dict[str, str]:
    if known is None:
        return {"prefix": "F-", "language": spoken(), "days": str(USUAL_DAYS)}
    values = {f"seller_{name}": getattr(known.seller, name) for name in PARTY}
    values |= {f"buyer_{name}": getattr(known.buyer, name) for name in PARTY}
    values |= {"tax_number": known.seller.tax_number, "iban": known.iban, "days": str(known.days)}
    return values | {"prefix": known.prefix, "language": known.language}


_ACTS: Mapping[str, Callable[[Here], None]] = {"biller": _biller, "bill": _bill, "cancel": _cancel}
