"""What is kept about me: a copy of it, and the end of it."""

import json
from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import ConflictError
from fanshare.core.instants import format_rfc3339
from fanshare.core.rails import least
from fanshare.flows import leaving, own_data, payment_clock
from fanshare.flows.authorisation import Role
from fanshare.store.queries import workbench
from fanshare.web.authorisation import account_of
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.money_states import waits_in_words
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated


@seated("account.data", Role.CREATOR, Role.FAN, Role.YOUNG, form=True, fresh=True)
def data(here: Here) -> Any:
    """Everything about her as a file; accounts for her money are whole only for who has just shown that it is she."""
    whole = here.request.method == "POST"
    document = own_data.copy(here.programme, here.me, here.now, whole=whole, picture_at=partial(_picture_at, here))
    content = json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"
    response = HttpResponse(content, content_type="application/json")
    name = f"about-me-{here.tenant.slug}-{format_rfc3339(here.now)[:10]}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@seated("account.leave", Role.CREATOR, Role.FAN, Role.YOUNG, form=True, fresh=True)
def leave(here: Here) -> Any:
    """What leaving means, and two buttons; a word is typed, so that nobody leaves by accident."""
    word, problem = _("leave"), ""
    if here.request.method == "POST":
        problem = _("Type the word to say that you mean it.")
        if field(here, "word").casefold() == word.casefold():
            try:
                done = _leave(here)
            except ConflictError as error:
                problem = plain(error)
            else:
                return HttpResponseRedirect(done)
    context = {"word": word, "problem": problem, **_what_is_there(here)}
    return page(here, "account/leave.html", context, status=422 if problem else 200)


def _leave(here: Here) -> str:
    """At once, or once she is paid; where she goes then."""
    if field(here, "when") == "paid" and here.hat.role is not Role.YOUNG:
        leaving.ask(here.programme, here.me, here.now)
        return str(here.request.path)
    own_data.leave(here.programme, here.me, here.now)
    return str(reverse("home"))


def _what_is_there(here: Here) -> dict[str, Any]:
    """What is still to come, and what keeps back what is ready."""
    if here.hat.role is Role.YOUNG:
        return {"without_money": True, "leaves": False, "until": None, "still": [], "keeps_books": False}
    standing = leaving.standing(here.programme, here.me, here.now)
    asked = [(here.me, one.currency) for one in standing.still]
    told = payment_clock.balances(here.access, here.tenant, asked, here.now) if asked else {}
    still = []
    for one in standing.still:
        waits, day = told.get((here.me, one.currency), ((), None))
        words = waits_in_words(here, waits, one.currency) if one.ready > 0 else ""
        small = least(one.kind) if 0 < one.ready < least(one.kind) else 0
        name = "" if day is None else here.calendar.name(day)
        still.append({"purse": one, "day": name, "waits": words, "small": small})
    return {
        "without_money": False,
        "leaves": standing.leaves,
        "until": standing.until if standing.until > here.now else None,
        "still": still,
        "keeps_books": workbench.find(here.access.conn, account_of(here.request)) is not None,
    }


def _picture_at(here: Here, post: int, name: str) -> str:
    """Where she gets a picture of a post of hers while she is signed in."""
    return str(
        here.request.build_absolute_uri(reverse("creator_exclusive_picture", args=[here.tenant.slug, post, name]))
    )
