"""Expenses of one creator that the brand pays back: agreed, confirmed or taken back, each looked at first."""

import secrets
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.typed_amount import typed_amount
from fanshare.flows import expenses
from fanshare.flows.authorisation import Role
from fanshare.flows.expenses import Line, Wish
from fanshare.store.queries import creators
from fanshare.web.desk import Here
from fanshare.web.expenses import ended
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

_FIELDS = ("amount", "currency", "words", "receipt")


@seated("brand.bonus", Role.BRAND, form=True, fresh=True)
def expense(here: Here, number: int) -> Any:
    """What was agreed with her, and another line: first looked at, then agreed, confirmed or taken back."""
    row = creators.one(here.access, number)
    if row is None:
        raise BadInputError("unknown_creator", "There is no such creator here.", 404)
    currencies = expenses.currencies(here.access, here.tenant.currency)
    problem, looked = "", dict[str, Any]()
    nothing = dict.fromkeys(("wish", "confirm", "drop"))
    if here.request.method == "POST":
        try:
            looked = _asked(here, number)
        except FanshareError as error:
            problem = plain(error)
        else:
            if not looked:
                there = reverse("brand_expenses", args=[here.tenant.slug, number])
                return HttpResponseRedirect(f"{there}?done={field(here, 'do', 10)}")
    context = {
        "creator": row,
        "currencies": currencies,
        "key": secrets.token_hex(16),
        "problem": problem,
        "typed": {name: here.request.POST.get(name, "")[:300] for name in _FIELDS},
        "lines": [(one, ended(here, one)) for one in expenses.of_party(here.programme, number)],
        "done": here.request.GET.get("done", ""),
        "most": expenses.LONGEST,
    }
    return page(here, "brand/expenses.html", {**context, **nothing, **looked}, status=422 if problem else 200)


def _asked(here: Here, number: int) -> dict[str, Any]:
    """Do what the form asks; what is to be looked at first, or nothing where it was done."""
    sure, do = field(here, "step", 10) == "give", field(here, "do", 10)
    if do == "agree":
        wish = _wish(here, number)
        expenses.look(here.programme, wish)
        if not sure:
            return {"wish": wish}
        expenses.agree(here.programme, wish, field(here, "key", 64), here.now)
        return {}
    line = _line(here, number)
    if do not in ("confirm", "drop"):
        raise BadInputError("bad_wish", "There is no such thing to do with an expense.")
    if not sure:
        return {do: line}
    if do == "confirm":
        expenses.confirm(here.programme, line.row.id, seen=field(here, "seen", 5) == "yes", now=here.now)
    else:
        expenses.drop(here.programme, line.row.id, here.now)
    return {}


def _line(here: Here, number: int) -> Line:
    written = field(here, "line", 20)
    found = expenses.open_line(here.programme, int(written) if written.isascii() and written.isdigit() else 0)
    if found.row.party != number:
        raise BadInputError("unknown_expense", "There is no such expense in this programme.", 404)
    return found


def _wish(here: Here, number: int) -> Wish:
    own = here.tenant.currency
    currency = expenses.check_currency(here.access, own, field(here, "currency", 3) or own)
    try:
        amount = typed_amount(field(here, "amount", 40), currency)
    except BadInputError as error:
        if error.code == "unclear_amount":
            raise
        raise BadInputError("bad_amount", "What is paid back is an amount such as 25 or 25.50, above zero.") from None
    receipt = field(here, "receipt", 5) != "no"
    return Wish(number, currency, amount, field(here, "words", expenses.LONGEST), receipt)
