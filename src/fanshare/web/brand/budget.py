"""The budget of a month: how it stands, and the form that sets it."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import zone
from fanshare.core.money import Micros, format_trimmed
from fanshare.core.typed_amount import typed_amount
from fanshare.flows import budgets
from fanshare.flows.authorisation import Role
from fanshare.store.queries import results
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated


@seated("brand.budget", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def budget(here: Here) -> Any:
    """How the month stands in each currency, and another budget."""
    tz, currencies, problem = zone(here.tenant.time_zone), _currencies(here), ""
    if here.request.method == "POST":
        try:
            budgets.set_budget(here.programme, tz, _currency(here, currencies), _amount(here), here.now)
        except FanshareError as error:
            problem = plain(error)
        else:
            return HttpResponseRedirect(str(reverse("brand_budget", args=[here.tenant.slug])))
    standings = budgets.standings(here.access, tz, here.now)
    now = {one.currency: "" if one.budget is None else format_trimmed(one.budget) for one in standings}
    context = {
        "standings": standings,
        "currencies": currencies,
        "problem": problem,
        "typed": here.request.POST.get("amount", now.get(here.tenant.currency, ""))[:40],
        "chosen": here.request.POST.get("currency", here.tenant.currency)[:3],
    }
    return page(here, "brand/budget.html", context, status=422 if problem else 200)


def _currencies(here: Here) -> list[str]:
    return list(dict.fromkeys([here.tenant.currency, *results.currencies(here.access)]))


def _currency(here: Here, known: list[str]) -> str:
    wanted = field(here, "currency", 3)
    if wanted not in known:
        raise BadInputError("unknown_currency", "Choose one of the currencies in which you sell.")
    return wanted


def _amount(here: Here) -> Micros | None:
    """An amount as people type it, ``None`` for an empty field."""
    text = field(here, "amount", 40)
    try:
        return typed_amount(text, field(here, "currency", 3)) if text else None
    except BadInputError as error:
        if error.code == "unclear_amount":
            raise
        said = _("Write an amount such as 1500 or 1500.50; nothing for no budget.")
        raise BadInputError("bad_budget", said) from None
