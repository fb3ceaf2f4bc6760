"""Where your money goes: an account is typed, shown once more before it is kept, and waits before it counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import FanshareError
from fanshare.core.payee_account import Account, Kind, grouped, iban_account, us_account
from fanshare.flows import payees
from fanshare.flows.authorisation import Role
from fanshare.web import site
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated


@dataclass(frozen=True, slots=True)
class Sure:
    """What is shown once more before it is kept: the account as a bank will read it, and what was typed."""

    account: Account
    number: str
    typed: Mapping[str, str]


@seated("payee.change", Role.CREATOR, Role.FAN, form=True, fresh=True)
def where(here: Here) -> Any:
    """The accounts that she named, masked; a form for another one; and the way back while a change waits."""
    problem, sure = "", None
    if here.request.method == "POST":
        try:
            sure = _act(here)
        except FanshareError as error:
            if error.status >= 500:
                raise
            problem = _words(error)
        else:
            if sure is None:
                return HttpResponseRedirect(here.request.path)
    kind = _kind(here.request.POST.get("kind", "") or here.request.GET.get("kind", ""), here.tenant.currency)
    context = {
        "problem": problem,
        "sure": sure,
        "kind": kind,
        "shown": payees.shown(here.programme, here.me, here.now),
        "adult": payees.said_adult(here.programme, here.me),
        "sends_mail": site.of(here.request).accounts.sends_mail,
        "earnings": "creator_earnings" if here.hat.role is Role.CREATOR else "fan_earnings",
    }
    return page(here, "payee/where.html", context, status=422 if problem else 200)


def _act(here: Here) -> Sure | None:
    """Undo a change, ask once more, or keep the account. ``None`` when it is done."""
    if "undo" in here.request.POST:
        payees.undo(here.programme, here.me, _number(field(here, "undo", 20)), here.now)
        return None
    kind = _kind(field(here, "kind", 10), here.tenant.currency)
    account, typed = _READ[kind](here)
    if field(here, "sure") == "yes":
        payees.change(here.programme, here.me, account, here.now, adult=field(here, "adult") == "yes")
        return None
    number = grouped(account.number) if account.kind is Kind.IBAN else account.number
    return Sure(account, number, {"kind": kind, **typed})


def _iban(here: Here) -> tuple[Account, dict[str, str]]:
    typed = {name: field(here, name, 100) for name in ("holder", "iban", "bic")}
    return iban_account(**typed), typed


def _us(here: Here) -> tuple[Account, dict[str, str]]:
    typed = {name: field(here, name, 100) for name in ("holder", "routing", "number", "savings")}
    return us_account(typed["holder"], typed["routing"], typed["number"], savings=typed["savings"] == "yes"), typed


_READ: Mapping[Kind, Callable[[Here], tuple[Account, dict[str, str]]]] = {Kind.IBAN: _iban, Kind.US: _us}


def _kind(text: str, currency: str) -> Kind:
    """The kind that was chosen, else the one of the programme's currency."""
    return Kind(text) if text in set(Kind) else Kind.US if currency == "USD" else Kind.IBAN


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def _words(error: FanshareError) -> str:
    """What went wrong, in her language."""
    known = {
        "bad_holder": _("Write the holder's name in Latin letters, as your bank does; at most 70 of them."),
        "iban_form": _("This is no IBAN: it begins with two letters and two figures, such as DE89."),
        "iban_country": _("The country of this IBAN is not known; look at its first two letters."),
        "iban_length": _("This IBAN is too short or too long for its country; look whether a figure is missing."),
        "iban_checksum": _("There is a typing error in this IBAN; compare it figure by figure."),
        "iban_reach": _("SEPA does not reach accounts in this country; name one in a country that it does."),
        "bic_missing": _("For an account in this country your bank's BIC is needed too."),
        "bic_form": _("A BIC has eight or eleven letters and figures."),
        "bic_country": _("This BIC is of another country than the IBAN."),
        "bad_routing": _("This is no routing number: it has nine figures, and one of them checks the others."),
        "bad_number": _("An account number has 4 to 17 figures or letters."),
        "not_adult": _("Money is paid to people of 18 or more; tick that you are."),
        "too_many_changes": _("This was changed often within a day; go on tomorrow."),
        "in_force": _("This change has waited its time and counts. Name another account instead."),
        "not_waiting": _("This change was undone or replaced already; there is nothing to undo."),
    }
    return known.get(error.code) or plain(error)
