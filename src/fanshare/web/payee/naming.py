"""Where your money goes: an account is typed, shown once more before it is kept, and waits before it counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import FanshareError
from fanshare.core.payee_account import (
    Account,
    Kind,
    grouped,
    iban_account,
    paypal_account,
    stripe_account,
    tremendous_account,
    us_account,
)
from fanshare.flows import payee_currency, payees
from fanshare.flows.authorisation import Role
from fanshare.store.queries import payee_currency as currency_rows
from fanshare.web import site
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.payee import ways
from fanshare.web.payee.ways import Way
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
    there_are = ways.ways(here)
    way = _way(here, there_are)
    context = {
        "problem": problem,
        "sure": sure,
        "kind": way.kind,
        "way": way,
        "ways": there_are,
        "names": ways.names(),
        "shown": payees.shown(here.programme, here.me, here.now),
        "currencies": payee_currency.choices(here.access),
        "paid_in": currency_rows.chosen(here.access, here.me),
        "adult": payees.said_adult(here.programme, here.me),
        "sends_mail": site.of(here.request).accounts.sends_mail,
        "earnings": "creator_earnings" if here.hat.role is Role.CREATOR else "fan_earnings",
    }
    return page(here, "payee/where.html", context, status=422 if problem else 200)


def _act(here: Here) -> Sure | None:
    """Undo a change, ask once more, or keep the account. ``None`` when it is done."""
    if field(here, "do", 20) == "currency":
        payee_currency.choose(here.programme, here.me, field(here, "currency", 3), here.now)
        return None
    if "undo" in here.request.POST:
        payees.undo(here.programme, here.me, _number(field(here, "undo", 20)), here.now)
        return None
    way = _way(here, ways.ways(here))
    account, typed = _READ[way.kind](here)
    if field(here, "sure") == "yes":
        payees.change(here.programme, here.me, account, here.now, adult=field(here, "adult") == "yes")
        return None
    number = grouped(account.number) if account.kind is Kind.IBAN else account.number
    return Sure(account, number, {"kind": way.kind, "currency": way.currency, **typed})


def _iban(here: Here) -> tuple[Account, dict[str, str]]:
    typed = {name: field(here, name, 100) for name in ("holder", "iban", "bic")}
    return iban_account(**typed), typed


def _us(here: Here) -> tuple[Account, dict[str, str]]:
    typed = {name: field(here, name, 100) for name in ("holder", "routing", "number", "savings")}
    return us_account(typed["holder"], typed["routing"], typed["number"], savings=typed["savings"] == "yes"), typed


def _stripe(here: Here) -> tuple[Account, dict[str, str]]:
    typed = {"number": field(here, "number", 100)}
    return stripe_account(typed["number"], field(here, "currency", 3)), typed


def _paypal(here: Here) -> tuple[Account, dict[str, str]]:
    typed = {"number": field(here, "number", 200)}
    return paypal_account(typed["number"], field(here, "currency", 3)), typed


def _tremendous(here: Here) -> tuple[Account, dict[str, str]]:
    typed = {"holder": field(here, "holder", 100), "number": field(here, "number", 200)}
    return tremendous_account(typed["holder"], typed["number"], field(here, "currency", 3)), typed


_READ: Mapping[Kind, Callable[[Here], tuple[Account, dict[str, str]]]] = {
    Kind.IBAN: _iban,
    Kind.US: _us,
    Kind.STRIPE: _stripe,
    Kind.PAYPAL: _paypal,
    Kind.TREMENDOUS: _tremendous,
}


def _way(here: Here, there_are: Sequence[Way]) -> Way:
    """The way that was chosen, else one of the programme's currency, else the first one."""
    asked = here.request.POST if "kind" in here.request.POST else here.request.GET
    kind, currency = asked.get("kind", ""), asked.get("currency", "")
    chosen = [one for one in there_are if one.kind == kind and currency in ("", one.currency)]
    usual = [one for one in there_are if one.currency == here.tenant.currency]
    return (chosen or usual or list(there_are))[0]


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
        "bad_stripe": _("This is no account that was connected at Stripe: it begins with acct_; Stripe shows it."),
        "bad_paypal": _("Write the e-mail address of your account at PayPal, or its id of 13 signs."),
        "bad_email": _("This is no e-mail address that a reward can be sent to."),
        "not_offered": _("The brand does not pay by this provider any more; choose another way."),
        "not_adult": _("Money is paid to people of 18 or more; tick that you are."),
        "too_many_changes": _("This was changed often within a day; go on tomorrow."),
        "in_force": _("This change has waited its time and counts. Name another account instead."),
        "not_waiting": _("This change was undone or replaced already; there is nothing to undo."),
    }
    return known.get(error.code) or plain(error)
