"""Terms: change figures, see at once what they mean in sentences, on one order and on past ones, then publish."""

import json
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csp import csp_override

from fanshare.core.errors import FanshareError
from fanshare.core.terms import Terms
from fanshare.core.terms_document import document
from fanshare.flows import terms_draft
from fanshare.flows.authorisation import Role
from fanshare.flows.publish_terms import publish_terms
from fanshare.flows.terms_draft import Looked
from fanshare.web.brand.terms_means import begun_with, means
from fanshare.web.brand.who import may
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.said import plain
from fanshare.web.seated import LISTENS, field, page, seated

_WORDS = {
    "fan": later("The fan’s usual part of the commission, in percent"),
    "fan_most": later("The most that a creator may choose for fans, in percent"),
    "buyer": later("The buyer’s part where a fan’s link decided, in percent"),
    "introducer_days": later("For how many days a fan earns on a buyer she brought (0: the first order)"),
    "window_days": later("For how many days a click counts"),
    "hold_days": later("After how many days from shipping money is ready"),
    "fee": later("What whoever runs this installation takes on top, in percent of the commission"),
    "notice_days": later("How many days before a worse rate is announced"),
}


@csp_override(LISTENS)  # type: ignore[untyped-decorator]
@seated("brand.see", Role.BRAND, Role.OPERATOR, form=True, proposed=True)
def terms(here: Here) -> Any:
    """The newest figures, or those of a draft; sent, what others would mean. Nothing is published here."""
    base, problem, looked = begun_with(here), "", None
    typed = _typed(here, base)
    try:
        wanted = terms_draft.drafted(base, typed)
        looked = terms_draft.look(here.programme, wanted, here.tenant.currency, here.now)
    except FanshareError as error:
        problem = plain(error)
    return page(here, "brand/terms.html", _shown(here, base, typed, problem, looked), status=422 if problem else 200)


@csp_override(LISTENS)  # type: ignore[untyped-decorator]
@seated("brand.terms", Role.BRAND, Role.OPERATOR, form=True, fresh=True, proposed=True)
def publish(here: Here) -> Any:
    """Publish what was looked at; what lowers anything waits for the notice that the terms promise."""
    address = str(reverse("brand_terms", args=[here.tenant.slug]))
    if here.request.method != "POST":
        return HttpResponseRedirect(address)
    newest = here.programme.book.newest
    base, after = begun_with(here), field(here, "after")
    typed = _typed(here, base)
    try:
        wanted = terms_draft.drafted(base, typed)
        publish_terms(here.access, wanted, here.now, after=int(after) if after.isdecimal() else -1)
    except FanshareError as error:
        return page(here, "brand/terms.html", _shown(here, base, typed, plain(error), None), status=422)
    done = "terms" if newest.version else "brand_start"
    return HttpResponseRedirect(str(reverse(done, args=[here.tenant.slug])))


def _typed(here: Here, base: Terms) -> dict[str, str]:
    known = terms_draft.fields(base, several=here.tenant.several_brands)
    return {name: field(here, name, 20) if name in here.request.POST else text for name, text in known.items()}


def _shown(here: Here, base: Terms, typed: dict[str, str], problem: str, looked: Looked | None) -> dict[str, Any]:
    rules = {
        f"{terms_draft.RULE}{rule.id}": _("Rule %(id)s: percent of the goods") % {"id": rule.id} for rule in base.rules
    }
    words = rules | {name: _(text) for name, text in _WORDS.items()}
    return means(here, looked) | {
        "begun": json.dumps(document(base)),
        "typed": typed,
        "words": {name: words[name] for name in typed if name != "admission"},
        "problem": problem,
        "may_say": may(here, "brand.words"),
    }
