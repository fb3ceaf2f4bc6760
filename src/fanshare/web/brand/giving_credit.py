"""Shop credit as a brand sees it: where it is given, and what is out; never a code, which its reader could spend."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import shop_credits as flow
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Role
from fanshare.store.queries import listing
from fanshare.store.queries import shop_credits as rows
from fanshare.web.brand.who import may, named
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.lists import PAGE
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

_STATES = {
    "wanted": ("waiting", "clock", later("the shop is asked")),
    "asked": ("waiting", "clock", later("the shop is asked")),
    "shown": ("ready", "circle-check", later("unused")),
    "used": ("off", "circle-check", later("used")),
    "ending": ("waiting", "clock", later("is being taken back")),
    "cancelled": ("off", "circle-minus", later("taken back")),
    "failed": ("off", "circle-minus", later("the shop made no code")),
}


@seated("brand.money", Role.BRAND, Role.OPERATOR)
def credit(here: Here) -> Any:
    """Where credit is given, what is out, and the newest credits."""
    return page(here, "brand/credit.html", _context(here))


@seated("brand.credit", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def allow(here: Here) -> Any:
    """Give credit in a shop, or give no new one there."""
    if here.request.method == "POST":
        try:
            _say(here)
        except FanshareError as error:
            return page(here, "brand/credit.html", _context(here, plain(error)), status=422)
    return HttpResponseRedirect(reverse("brand_credit", args=[here.tenant.slug]))


def _say(here: Here) -> None:
    wanted, allowed = field(here, "shop", 18), field(here, "allowed", 3) == "yes"
    known = next((one for one in rows.allowed(here.access) if str(one[0]) == wanted), None)
    if known is None:
        raise BadInputError("no_codes_there", "fanshare can't make codes in this shop: give it the shop's keys.")
    with here.access.transaction():
        flow.allow(here.programme, known[0], allowed, here.now)
        noted(here.access, "credit.allow", here.now, f"connection {known[0]}: {'allowed' if allowed else 'ended'}")


def _context(here: Here, problem: str = "") -> dict[str, Any]:
    text = here.request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
    found = rows.page(here.access, before=before, limit=PAGE + 1)
    people = listing.named(here.access, [one.party for one in found[:PAGE]])
    who = {id_: named(one.kind, one.name, one.public_id) for id_, one in people.items()}
    return {
        "problem": problem,
        "shops": rows.allowed(here.access),
        "standing": [(one, _STATES[one.state][:2], _(_STATES[one.state][2])) for one in rows.standing(here.access)],
        "credits": [(one, who[one.party], _STATES[one.state][:2], _(_STATES[one.state][2])) for one in found[:PAGE]],
        "next": found[PAGE - 1].id if len(found) > PAGE else 0,
        "may_decide": may(here, "brand.credit"),
    }
