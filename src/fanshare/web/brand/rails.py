"""The providers that a brand pays by: connected by a key that is tried first, seen in trouble, ended."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.payee_account import Kind
from fanshare.core.rails import CALLED
from fanshare.flows import payout_rails
from fanshare.flows.authorisation import Role
from fanshare.web.brand.rail_words import trouble
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.payee.ways import NAMES
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

#: What is asked for at each of them.
_FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.STRIPE: ("key",),
    Kind.PAYPAL: ("client_id", "key", "place"),
    Kind.TREMENDOUS: ("key", "campaign", "source", "place"),
}


@seated("brand.debtor", Role.BRAND, form=True, fresh=True)
def rails(here: Here) -> Any:
    """Which providers are paid by; a form for each other one."""
    problem = ""
    if here.request.method == "POST":
        try:
            _act(here)
        except FanshareError as error:
            if error.status >= 500:
                raise
            problem = _words(error)
        else:
            return HttpResponseRedirect(here.request.path)
    found = payout_rails.connected(here.programme)
    context = {
        "problem": problem,
        "connected": list(found.values()),
        "names": NAMES,
        "kinds": sorted(CALLED),
        "trouble": trouble,
    }
    return page(here, "brand/payout_rails.html", context, status=422 if problem else 200)


def _act(here: Here) -> None:
    kind = field(here, "kind", 20)
    if kind not in CALLED:
        raise BadInputError("bad_rail", "There is no such provider to pay by.")
    if field(here, "sure") != "yes":
        raise BadInputError("not_sure", "Tick that you mean it; nothing was done.")
    if field(here, "do", 10) == "end":
        payout_rails.end(here.programme, Kind(kind), here.now)
        return
    typed = {name: field(here, name, 300) for name in _FIELDS[Kind(kind)]}
    payout_rails.connect(here.programme, Kind(kind), typed, here.desk.rails, here.access.actor, here.now)


def _words(error: FanshareError) -> str:
    known = {
        "bad_rail_key": _("This is no key to pay with; copy it from the provider's pages once more."),
        "rail_refused": _("The provider did not take this key, or lets it do too little. Nothing was kept."),
        "payments_open": _("Payments over this provider are under way; wait until it is known what became of them."),
    }
    return known.get(error.code) or plain(error)
