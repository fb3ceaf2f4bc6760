"""A brand's own software: the keys it comes with, and the addresses where it is told what happened."""

from typing import Any, NamedTuple

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import api_keys, event_targets
from fanshare.flows.authorisation import Role, Scope
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated


class Made(NamedTuple):
    """What is shown only now: a key, or the secret that signs what goes to ``url``."""

    shown: str
    url: str = ""


@seated("brand.software", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def software(here: Here) -> Any:
    """Keys and addresses with what became of them; a new key or secret is shown in the answer, and never again."""
    if here.request.method != "POST":
        return _shown(here)
    try:
        made = _changed(here)
    except FanshareError as error:
        return _shown(here, problem=plain(error))
    if made is None:
        return HttpResponseRedirect(str(reverse("brand_software", args=[here.tenant.slug])))
    return _shown(here, made=made)


def _changed(here: Here) -> Made | None:
    """Do what was asked; what is shown only now."""
    what, now = field(here, "what"), here.now
    sure = here.request.POST.get("sure") == "yes"
    if what == "make_key":
        scopes = [one for one in here.request.POST.getlist("scope") if one]
        _id, key = api_keys.make_key(here.access, here.tenant.public_id, field(here, "name", 101), scopes, now)
        return Made(key)
    if what == "end_key":
        _only_if(sure)
        api_keys.end_key(here.access, field(here, "id", 40), now)
    elif what == "add_target":
        types = here.request.POST.getlist("type")
        added = event_targets.add_target(here.programme, field(here, "url", 2_001), types, now)
        return Made(added.secrets[0], added.url)
    elif what == "remove_target":
        _only_if(sure)
        event_targets.remove_target(here.programme, field(here, "id", 40), now)
    else:
        return _turned(here, what)
    return None


def _turned(here: Here, what: str) -> Made | None:
    """What changes an address that is there."""
    id_, now = field(here, "id", 40), here.now
    if what in ("on", "off"):
        event_targets.change_target(here.programme, id_, now, on=what == "on")
    elif what == "new_secret":
        found = event_targets.change_target(here.programme, id_, now, new_secret=True)
        return Made(found.secrets[0], found.url)
    elif what == "replay":
        first = field(here, "first", 20)
        if not (first.isascii() and first.isdecimal()):
            raise BadInputError("bad_place", "Events are numbered from 0 on.", 422)
        event_targets.replay(here.programme, id_, int(first))
    else:
        raise BadInputError("bad_form", "Say what is to be done.")
    return None


def _only_if(sure: bool) -> None:
    if not sure:
        raise BadInputError("not_sure", "Tick that you mean it: what uses it stops working at once.")


def _shown(here: Here, *, made: Made | None = None, problem: str = "") -> Any:
    keys = api_keys.keys(here.access)
    typed = {name: here.request.POST.get(name, "")[:2_000] if problem else "" for name in ("name", "url")}
    context = {
        "keys": [(one, [_scopes()[scope] for scope in one.scopes]) for one in keys if one.ended_at is None],
        "ended": [one for one in reversed(keys) if one.ended_at is not None],
        "targets": event_targets.targets(here.programme),
        "most": event_targets.MOST,
        "scopes": _scopes(),
        "types": _types(),
        "made": made,
        "problem": problem,
        "typed": typed,
        "chosen": here.request.POST.getlist("scope") + here.request.POST.getlist("type") if problem else [],
    }
    return page(here, "brand/software.html", context, status=422 if problem else 200)


def _scopes() -> dict[str, str]:
    """What a key may do, in words."""
    return {
        Scope.READ.value: _("read terms, people, links, codes, clicks, orders, shares, decisions, claims and balances"),
        Scope.PEOPLE.value: _("take in creators and fans, change how they share, and claim missing sales for them"),
        Scope.LINKS.value: _("make, pause and end links and codes, and say what the shop sells"),
        Scope.ORDERS.value: _("report orders and refunds"),
        Scope.RULINGS.value: _("decide about orders"),
        Scope.TERMS.value: _("publish terms"),
        Scope.STATEMENTS.value: _("read everybody's statements"),
        Scope.PAYOUTS.value: _("read payouts, and expenses that you pay back"),
        Scope.EXPENSES.value: _("agree and confirm expenses that you pay back"),
        Scope.EVENTS.value: _("say where events are sent"),
    }


def _types() -> dict[str, str]:
    """What an address can be told, in words."""
    return {
        "shares.changed": _("what an order gives to whom changed"),
        "ruling.made": _("somebody decided about an order"),
        "payout.changed": _("a payout went on"),
        "terms.published": _("terms were published"),
        "month.closed": _("a month was closed"),
        "books.restored": _("the books were restored from a backup"),
    }
