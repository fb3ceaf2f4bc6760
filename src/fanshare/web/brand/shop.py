"""One shop connection: whether it speaks and is understood, and what can be changed about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csp import csp_override
from markupsafe import Markup

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.health import ago
from fanshare.flows import connecting
from fanshare.flows.authorisation import Role
from fanshare.flows.connecting import DRAW_THEMSELVES, GENERIC, KINDS
from fanshare.flows.connection_changes import MOST_SECRETS, find, secret_marks
from fanshare.flows.connections import Connection
from fanshare.store.queries import deliveries, quarantine
from fanshare.web.brand.connecting import delivery_url, done, typed
from fanshare.web.brand.connections import KINDS as NAMES
from fanshare.web.brand.messages import states
from fanshare.web.brand.shop_words import key_fields, secret_field, told, why_refused
from fanshare.web.brand.who import may
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import ngettext
from fanshare.web.said import in_her_words, sentence
from fanshare.web.seated import LISTENS, field, listens, page, seated


@dataclass(frozen=True, slots=True)
class Heard:
    """The newest message of a shop: whether its signature was good, how long ago, and a sentence about it."""

    good: bool
    ago: str
    words: str


@csp_override(LISTENS)  # type: ignore[untyped-decorator]
@seated("connections.see", Role.BRAND, Role.OPERATOR)
def shop(here: Here, number: int) -> Any:
    """Whether it was heard, with a test; its secrets by their marks; the forms that change it."""
    return _page(here, find(here.programme, str(number)))


@seated("connections.change", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def act(here: Here, number: int) -> Any:
    """Do one thing with a connection."""
    one = find(here.programme, str(number))
    if here.request.method != "POST":
        return HttpResponseRedirect(_address(here, one))
    wish = field(here, "do", 20)
    try:
        if wish not in _ACTS or one.kind not in KINDS:
            raise BadInputError("bad_wish", "There is no such thing to do with a shop connection.")
        said = _ACTS[wish](here, one)
    except FanshareError as error:
        return _page(here, one, problem=told(error, one.kind), status=422)
    if said is None:
        return HttpResponseRedirect(_address(here, one))
    return said if not isinstance(said, str) else _page(here, find(here.programme, str(number)), said=said)


def heard(here: Here, one: Connection) -> Heard | None:
    """The newest message of a shop, good or refused; ``None`` while none came."""
    taken = deliveries.listed(here.access, endpoint=one.endpoint, limit=1)
    refused = quarantine.newest(here.access, one.endpoint)
    if refused is not None and (not taken or refused[0] > taken[0].received_at):
        return Heard(False, in_her_words(ago(here.now - refused[0])), why_refused(refused[1]))
    if not taken:
        return None
    row = taken[0]
    words = f"{row.topic}: {states()[row.state][2]}" if row.topic else states()[row.state][2]
    return Heard(
        True,
        in_her_words(ago(here.now - row.received_at)),
        Markup("{}. {}").format(words, sentence(row.reason)) if row.reason else f"{words}.",
    )


def _page(here: Here, one: Connection, *, said: str = "", problem: str = "", status: int = 200) -> Any:
    able = here.desk.systems.able(one.kind)
    context = {
        "shop": one,
        "name": _(NAMES.get(one.kind, one.kind)),
        "delivery_url": delivery_url(here, one),
        "heard": heard(here, one),
        "tests_itself": one.kind == GENERIC,
        "makes_webhooks": able.makes_webhooks and one.api is not None,
        "may_change": may(here, "connections.change") and one.kind in KINDS,
        "may_look": may(here, "brand.messages"),
        "marks": secret_marks(here.programme, one),
        "full": len(one.secrets) >= MOST_SECRETS,
        "draws_itself": one.kind in DRAW_THEMSELVES,
        "secret_field": secret_field(one.kind) if one.kind in KINDS else None,
        "key_fields": key_fields(one.kind) if one.kind in KINDS else [],
        "said": said,
        "problem": problem,
    }
    return page(here, "brand/shop.html", context | listens(here), status=status)


def _address(here: Here, one: Connection) -> str:
    return str(reverse("connection", args=[here.tenant.slug, one.id]))


def _test(here: Here, one: Connection) -> str:
    connecting.try_out(here.programme, one, here.desk.systems, here.tenant.currency, here.now)
    return _("The test message was sent and taken. It is read within seconds; look again then.")


def _webhooks(here: Here, one: Connection) -> str:
    looked = connecting.look_after(here.programme, one, here.desk.systems, here.now)
    if looked.problem:
        return sentence(looked.problem)
    made = len(looked.created) + len(looked.repaired)
    if not made:
        return _("All webhooks are as they should be.")
    return ngettext("%(n)s webhook was made or put right.", "%(n)s webhooks were made or put right.", made) % {
        "n": made
    }


def _secret(here: Here, one: Connection) -> Any:
    given = typed(here, one.kind)
    if one.kind in DRAW_THEMSELVES and not given.secrets:
        raise BadInputError("bad_secret", "Enter what the shop signs with.")
    _fresh, retaken = connecting.rotate(
        here.programme, one, here.desk.systems, here.now, given.secrets[0] if given.secrets else ""
    )
    if not given.secrets:
        return done(here, find(here.programme, one.endpoint), given)
    said = _("The secret is valid from now on; the older ones stay valid until you end them.")
    if not retaken:
        return said
    again = ngettext("%(n)s refused message fits it and is taken after all.",
                     "%(n)s refused messages fit it and are taken after all.", retaken)  # fmt: skip
    return f"{said} {again % {'n': retaken}}"


def _retire(here: Here, one: Connection) -> None:
    connecting.retire(here.programme, one, field(here, "mark", 8), here.now)


def _keys(here: Here, one: Connection) -> str:
    remove = field(here, "remove", 5) == "yes"
    if not key_fields(one.kind):
        raise BadInputError("bad_wish", "There is no such thing to do with a shop connection.")
    asked = connecting.change_keys(
        here.programme, one, typed(here, one.kind), here.desk.systems, here.now, remove=remove
    )
    if asked:
        return _("The shop is asked with the new key from now on.")
    return _("The shop is not asked any more.")


def _pause(here: Here, one: Connection) -> None:
    connecting.switch(here.programme, one, here.now, on=False)


def _resume(here: Here, one: Connection) -> None:
    connecting.switch(here.programme, one, here.now, on=True)


_ACTS: dict[str, Callable[[Here, Connection], Any]] = {
    "test": _test,
    "webhooks": _webhooks,
    "secret": _secret,
    "retire": _retire,
    "keys": _keys,
    "pause": _pause,
    "resume": _resume,
}
