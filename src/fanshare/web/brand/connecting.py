"""Connecting a shop by a form: the system, what it needs, and what is to be done in the shop afterwards.

A secret that was typed is never shown again; one that was drawn here is shown once, in the answer to the form.
"""

import re
import secrets
from typing import Any
from urllib.parse import quote

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import connecting
from fanshare.flows.authorisation import Role
from fanshare.flows.connecting import DRAW_THEMSELVES, KINDS, POSTBACK, Given
from fanshare.flows.connections import Connection
from fanshare.web import snippet
from fanshare.web.brand.shop_words import fields, systems, told
from fanshare.web.desk import Here
from fanshare.web.fresh import AGAIN
from fanshare.web.seated import field, page, seated

#: Chosen with the form, so that a form that is sent twice connects one shop.
_ONCE = re.compile(r"[0-9a-f]{20}", re.ASCII)
_MOST = 500
_MACROS = "xid={xid}&sub1={sub1}&order_sum={order_sum}&currency={currency}&status={status}"


@seated("connections.change", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def connect(here: Here) -> Any:
    """Choose a system, fill in what it needs, and see what is to be done in the shop."""
    if here.request.method != "POST":
        return page(here, "brand/connect.html", {"systems": systems(), "chosen": ""})
    kind = field(here, "kind", 20)
    if kind not in KINDS:
        raise BadInputError("unknown_connector", "Choose one of the systems of the list.")
    if field(here, "what", 20) != "connect":
        return _form(here, kind)
    try:
        given = typed(here, kind)
        name = _name(here, kind)
        made = connecting.connect(here.programme, given, here.desk.systems, here.now, typed_by_brand=True, name=name)
    except FanshareError as error:
        if error.code == "key_taken":
            return HttpResponseRedirect(str(reverse("connections", args=[here.tenant.slug])))
        return _form(here, kind, told(error, kind))
    return done(here, made, given)


def done(here: Here, made: Connection, given: Given) -> Any:
    """What is to be done in the shop; a secret that was drawn here is shown this once."""
    where = delivery_url(here, made)
    ours = made.kind not in DRAW_THEMSELVES and not given.secrets
    drawn = made.secrets[0].decode() if ours else ""
    context = {
        "shop": made,
        "name": systems()[made.kind][0],
        "delivery_url": where,
        "drawn": drawn,
        "address": f"{where}/{quote(drawn, safe='')}?{_MACROS}" if made.kind == POSTBACK and drawn else "",
        "signs": bool(given.secrets) or made.api is not None,
        "test_mode": made.api is not None and "_test_" in made.api[1],
        "makes_webhooks": made.api is not None and here.desk.systems.able(made.kind).makes_webhooks,
        "snippet": snippet.tag(here.request.build_absolute_uri("/")),
        "snippets": here.desk.systems.snippets(made.kind),
    }
    return page(here, "brand/connected.html", context)


def delivery_url(here: Here, shop: Connection) -> str:
    """Where a shop delivers to."""
    return str(here.request.build_absolute_uri(f"/hooks/{shop.endpoint}"))


def typed(here: Here, kind: str) -> Given:
    """What was typed about a shop. Raises ``BadInputError``: ``bad_field``, ``typed_again``."""
    if AGAIN in here.request.POST:
        raise BadInputError("typed_again", "Enter the secrets once more.")
    values = {name: field(here, name, _MOST) for name in ("shop", "key", "shop_secret", "hook_secret", "hosts")}
    if not all(text.isprintable() for text in values.values()):
        raise BadInputError("bad_field", "A field of this form holds what can't be typed; enter it again.")
    hosts = tuple(filter(None, (one.strip() for one in values["hosts"].split(","))))
    signing = (values["hook_secret"],) if values["hook_secret"] else ()
    return Given(kind, values["shop"], values["key"], values["shop_secret"], signing, hosts)


def _name(here: Here, kind: str) -> str:
    once = field(here, "once", 20)
    if _ONCE.fullmatch(once) is None:
        raise BadInputError("bad_field", "This form is not as it was sent to you; open it again.")
    return f"{kind[:3]}-{once}"


def _form(here: Here, kind: str, problem: str = "") -> Any:
    asked = fields(kind)
    once = here.request.POST.get("once", "")
    context = {
        "systems": systems(),
        "chosen": kind,
        "fields": asked,
        "typed": {one.name: here.request.POST.get(one.name, "")[:_MOST] for one in asked if not one.secret},
        "once": once if _ONCE.fullmatch(once) else secrets.token_hex(10),
        "problem": problem,
    }
    return page(here, "brand/connect.html", context, status=422 if problem else 200)
