"""Paying by the bank: the account that is paid from, the file of a run for the bank, and what the bank's files say."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from markupsafe import Markup

from fanshare.core import bank_files
from fanshare.core.bank_files import Debtor, Reading, iban_debtor, us_debtor
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.payee_account import Kind
from fanshare.flows import payout_banks
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Role
from fanshare.web.brand.payouts import run_page
from fanshare.web.brand.reconciled import odd_counted
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

_MOST_BYTES = 20_000_000
#: How a file of a kind ends.
_SUFFIX = {Kind.IBAN: "xml", Kind.US: "ach"}
_IBAN_FIELDS = ("name", "iban", "bic", "street", "post_code", "town", "country")


@seated("brand.debtor", Role.BRAND, form=True, fresh=True)
def account(here: Here) -> Any:
    """From which account is paid: named, changed, taken away."""
    problem = ""
    if here.request.method == "POST":
        try:
            _set(here)
        except FanshareError as error:
            if error.status >= 500:
                raise
            problem = _words(error)
        else:
            return HttpResponseRedirect(here.request.path)
    asked = here.request.POST.get("kind", "") or here.request.GET.get("kind", "")
    found = payout_banks.debtors(here.programme)
    context = {
        "problem": problem,
        "kind": Kind(asked) if asked in set(Kind) else Kind.US if here.tenant.currency == "USD" else Kind.IBAN,
        "shown": [(kind, bank_files.shown(one)) for kind, one in found.items()],
    }
    return page(here, "brand/payout_account.html", context, status=422 if problem else 200)


@seated("brand.payouts", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def bank(here: Here, number: int) -> Any:
    """Take the file of a run for the bank, or book what a file of the bank says of it."""
    if here.request.method != "POST":
        return HttpResponseRedirect(reverse("brand_payout", args=[here.tenant.slug, number]))
    try:
        if field(here, "do", 20) == "file":
            return _file(here, number)
        reading = _heard(here, number)
    except FanshareError as error:
        if error.code == "unknown_run" or error.status >= 500:
            raise
        return run_page(here, number, problem=_words(error), status=422)
    odd = odd_counted((one.reference, one.what) for one in reading.odd)
    return run_page(here, number, told=len(reading.heard), odd=odd)


def _file(here: Here, number: int) -> Any:
    kind = field(here, "kind", 10)
    if kind not in set(Kind):
        raise BadInputError("bad_kind", "There is no such file.")
    with here.access.transaction():
        content = payout_banks.file_of(here.programme, number, Kind(kind), here.desk.banks, here.now)
        noted(here.access, "payout.file", here.now, f"run {number}, {kind}")
    response = HttpResponse(content, content_type="application/octet-stream")
    name = f"payouts-{here.tenant.slug}-{number}.{_SUFFIX[Kind(kind)]}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _heard(here: Here, number: int) -> Reading:
    if field(here, "sure") != "yes":
        raise BadInputError("not_sure", "Tick that you mean it; nothing was done.")
    sent = here.request.FILES.get("file")
    raw = b"" if sent is None else sent.read(_MOST_BYTES + 1)
    if not raw:
        raise BadInputError("file_missing", "Choose the file first.")
    if len(raw) > _MOST_BYTES or not here.desk.banks.is_of_bank(raw):
        raise BadInputError("not_of_bank", "This is no file of a bank: pain.002, camt.053, or NACHA with returns.")
    with here.access.transaction():
        found = payout_banks.hear(here.programme, number, raw, here.desk.banks, here.access.actor, here.now)
        about = f"run {number}: {len(found.heard)} told, {len(found.odd)} odd"
        noted(here.access, "payout.bank", here.now, about)
    return found


def _set(here: Here) -> None:
    kind = Kind(field(here, "kind", 10)) if field(here, "kind", 10) in set(Kind) else Kind.IBAN
    if field(here, "sure") != "yes":
        raise BadInputError("not_sure", "Tick that you mean it; nothing was done.")
    if field(here, "do", 10) == "end":
        payout_banks.end_debtor(here.programme, kind, here.now)
    else:
        payout_banks.set_debtor(here.programme, _debtor(here, kind), here.access.actor, here.now)


def _debtor(here: Here, kind: Kind) -> Debtor:
    if kind is Kind.IBAN:
        return iban_debtor(*(field(here, name, 100) for name in _IBAN_FIELDS))
    return us_debtor(*(field(here, name, 100) for name in ("name", "routing", "bank_name", "origin", "company_id")))


def _words(error: FanshareError) -> str:
    known = {
        "bad_holder": _("Write the holder's name in Latin letters, as your bank does; at most 70 of them."),
        "iban_form": _("This is no IBAN: it begins with two letters and two figures, such as DE89."),
        "iban_checksum": _("There is a typing error in this IBAN; compare it figure by figure."),
        "bad_address": _("An address needs a town (at most 35 letters) and a country of two letters, such as DE."),
        "bad_company": _("The company's name has at most 16 Latin letters in such a file."),
        "bad_routing": _("This is no routing number: it has nine figures, and one of them checks the others."),
        "bad_bank": _("The bank's name has at most 23 Latin letters in such a file."),
        "bad_origin": _("The immediate origin has nine or ten figures; your bank gave it to you."),
        "bad_company_id": _("The company id has ten figures or letters; your bank gave it to you."),
        "no_debtor": _("Say first from which account you pay in this currency."),
        "bank_has_it": _("The bank has said something of this file already; given to it again it may pay twice."),
        "account_gone": _("Somebody of this run has left, and her account with her. Say first that hers came back."),
        "nothing_for_bank": _("No payment of this run goes to an account of this kind."),
        "not_of_bank": _("This is no file of a bank: pain.002, camt.053, or NACHA with returns."),
        "other_file": _("This answer is about another run; book it there."),
    }
    if error.code.startswith(("sepa_", "nacha_")):
        words = _(
            "This file would break a rule of banks, so it was not made. Ask whoever runs this site to look at it:"
        )
        return Markup("{} {}").format(words, plain(error))
    return known.get(error.code) or plain(error)
