"""Terms: change figures, see at once what they mean in sentences, on one order and on past ones, then publish."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csp import csp_override

from fanshare.core.errors import FanshareError
from fanshare.core.sharing import Shares
from fanshare.flows import terms_draft
from fanshare.flows.authorisation import Role
from fanshare.flows.publish_terms import publish_terms
from fanshare.flows.terms_draft import Looked
from fanshare.web.brand.who import may
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.pages_port import Split
from fanshare.web.public.explaining import Bar, bar
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
    """The newest figures; sent, what others would mean. Nothing is published here."""
    known = terms_draft.fields(here.programme.book.newest, several=here.tenant.several_brands)
    typed = {name: field(here, name, 20) if name in here.request.POST else text for name, text in known.items()}
    problem, looked = "", None
    try:
        wanted = terms_draft.drafted(here.programme.book.newest, typed)
        looked = terms_draft.look(here.programme, wanted, here.tenant.currency, here.now)
    except FanshareError as error:
        problem = plain(error)
    return page(here, "brand/terms.html", _shown(here, typed, problem, looked), status=422 if problem else 200)


@csp_override(LISTENS)  # type: ignore[untyped-decorator]
@seated("brand.terms", Role.BRAND, Role.OPERATOR, form=True, fresh=True, proposed=True)
def publish(here: Here) -> Any:
    """Publish what was looked at; what lowers anything waits for the notice that the terms promise."""
    address = str(reverse("brand_terms", args=[here.tenant.slug]))
    if here.request.method != "POST":
        return HttpResponseRedirect(address)
    newest = here.programme.book.newest
    typed = {name: field(here, name, 20) for name in terms_draft.fields(newest, several=here.tenant.several_brands)}
    try:
        if field(here, "after") != str(newest.version):
            raise FanshareError("terms_moved", "Other terms were published meanwhile; look at them first.", 409)
        publish_terms(here.access, terms_draft.drafted(newest, typed), here.now)
    except FanshareError as error:
        return page(here, "brand/terms.html", _shown(here, typed, plain(error), None), status=422)
    done = "terms" if newest.version else "brand_start"
    return HttpResponseRedirect(str(reverse(done, args=[here.tenant.slug])))


def _shown(here: Here, typed: dict[str, str], problem: str, looked: Looked | None) -> dict[str, Any]:
    newest = here.programme.book.newest
    rules = {
        f"{terms_draft.RULE}{rule.id}": _("Rule %(id)s: percent of the goods") % {"id": rule.id}
        for rule in newest.rules
    }
    words = rules | {name: _(text) for name, text in _WORDS.items()}
    changed = looked is not None and not looked.same and newest.version > 0
    return {
        "newest": newest,
        "typed": typed,
        "words": {name: words[name] for name in typed if name != "admission"},
        "problem": problem,
        "looked": looked,
        "bars": bars(looked) if looked else [],
        "compared": terms_draft.compared(here.programme, looked.terms, here.now) if looked and changed else [],
        "most": terms_draft.MOST_ORDERS,
        "may_publish": may(here, "brand.terms"),
    }


def bars(looked: Looked) -> list[tuple[str, Bar]]:
    """The worked order: brought by a fan, and by the creator herself."""
    worked, currency = looked.example.before, looked.example.currency
    through_fan = Shares(worked.creator, worked.fan, worked.buyer)
    alone = Shares(worked.creator_alone, 0, 0)
    both = ((_("An order that a fan brings"), through_fan), (_("An order that the creator brings"), alone))
    return [(words, bar(Split(currency, worked.net, shares), creator=_("the creator"))) for words, shares in both]
