"""Plans of codes: what a code of a shop gives from now on, seen before it is said."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core import code_plan_form
from fanshare.core.code_plan_form import FIELDS
from fanshare.core.code_plans import SHOP, CodePlan
from fanshare.core.errors import FanshareError
from fanshare.core.money import MICROS
from fanshare.flows import code_arranging, code_plans
from fanshare.flows.authorisation import Role
from fanshare.flows.code_arranging import Arranged, Place
from fanshare.web.brand.code_words import gives
from fanshare.web.desk import Here
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

#: Codes of a stock that a form may bring; longer files go by the command.
_MOST_STOCK = 200_000
_LONG = {"products": 3_000, "stock": _MOST_STOCK}
#: The basket that the example is worked out for.
_BASKET = 59 * MICROS


@seated("brand.codes", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def plans(here: Here) -> Any:
    """The plans, the form for one, what it would be, and the saying."""
    if here.request.method != "POST":
        return _form(here, _shown(here))
    typed = dict.fromkeys((*FIELDS, "shop", "stock"), "")
    try:
        typed = {name: field(here, name, _LONG.get(name, 60)) for name in typed}
        plan, stock = code_plan_form.read(typed), typed["stock"].encode()
        look = field(here, "what", 10) != "say"
        found = code_arranging.arrange(
            here.programme, here.desk.systems, typed["shop"], plan, here.now, stock=stock, look=look
        )
    except FanshareError as error:
        return _form(here, typed, problem=plain(error))
    if not look:
        return HttpResponseRedirect(str(reverse("brand_several_codes", args=[here.tenant.slug])))
    return _form(here, typed, found=found, plan=plan)


def _shown(here: Here) -> dict[str, str]:
    """The plan that an address names, to be changed; else an empty form."""
    wanted = here.request.GET.get("plan", "")
    known = {one.plan.name: one for one in code_plans.plans(here.programme)} if wanted else {}
    if wanted not in known:
        usual = {"gives": code_plan_form.PERCENT, "source": SHOP, "currency": here.tenant.currency}
        return dict.fromkeys((*FIELDS, "shop", "stock"), "") | usual
    found = known[wanted]
    shops = {one.shop.id: one.shop.endpoint for one in code_arranging.places(here.programme, here.desk.systems)}
    return {**code_plan_form.typed(found.plan), "shop": shops.get(found.connection, ""), "stock": ""}


def _form(
    here: Here,
    typed: dict[str, str],
    *,
    found: Arranged | None = None,
    plan: CodePlan | None = None,
    problem: str = "",
) -> Any:
    places = code_arranging.places(here.programme, here.desk.systems)
    context = {
        "typed": typed,
        "problem": problem,
        "found": found,
        "plan": plan,
        "would_give": gives(plan.discount, here.calendar) if plan else "",
        "gave": gives(found.before.discount, here.calendar) if found and found.before else "",
        "saved": code_plan_form.saved(plan.discount, _BASKET) if plan else 0,
        "basket": _BASKET,
        "plans": [(one.plan.name, gives(one.plan.discount, here.calendar)) for one in code_plans.plans(here.programme)],
        "shops": [(one.shop.endpoint, _called(one), one.makes) for one in places],
        "makes": any(one.makes for one in places),
    }
    return page(here, "brand/code_plans.html", context, status=422 if problem else 200)


def _called(place: Place) -> str:
    return place.shop.base_url.partition("://")[2] or place.shop.endpoint
