"""A bonus for one creator by hand: asked for, looked at with what it costs, and given once."""

import secrets
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.typed_amount import typed_amount
from fanshare.flows import hand_bonuses
from fanshare.flows.authorisation import Role
from fanshare.flows.hand_bonuses import Wish
from fanshare.store.queries import creators, results
from fanshare.web.bonuses import shown
from fanshare.web.desk import Here
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated


@seated("brand.bonus", Role.BRAND, form=True, fresh=True)
def bonus(here: Here, number: int) -> Any:
    """What she was given so far, and another one: first looked at, then given."""
    row = creators.one(here.access, number)
    if row is None:
        raise BadInputError("unknown_creator", "There is no such creator here.", 404)
    currencies = list(dict.fromkeys([here.tenant.currency, *results.currencies(here.access)]))
    problem, wish = "", None
    if here.request.method == "POST":
        try:
            wish = _wish(here, number, currencies)
            hand_bonuses.look(here.programme, wish)
            if field(here, "step", 10) == "give":
                hand_bonuses.give(here.programme, wish, field(here, "key", 64), here.now)
                return HttpResponseRedirect(f"{reverse('brand_bonus', args=[here.tenant.slug, number])}?given=1")
        except FanshareError as error:
            problem, wish = plain(error), None
    context = {
        "creator": row,
        "currencies": currencies,
        "wish": wish,
        "key": secrets.token_hex(16),
        "problem": problem,
        "typed": {name: here.request.POST.get(name, "")[:300] for name in ("amount", "currency", "words")},
        "given": shown(here),
        "bonuses": hand_bonuses.given(here.programme, number),
        "done": here.request.GET.get("given") == "1",
        "most": hand_bonuses.LONGEST,
    }
    return page(here, "brand/bonus.html", context, status=422 if problem else 200)


def _wish(here: Here, number: int, currencies: list[str]) -> Wish:
    currency = field(here, "currency", 3) or currencies[0]
    if currency not in currencies:
        raise BadInputError("unknown_currency", "Choose one of the currencies in which you sell.")
    try:
        amount = typed_amount(field(here, "amount", 40), currency)
    except BadInputError as error:
        if error.code == "unclear_amount":
            raise
        raise BadInputError("bad_amount", "A bonus is an amount such as 25 or 25.50, above zero.") from None
    return Wish(number, currency, amount, field(here, "words", hand_bonuses.LONGEST))
