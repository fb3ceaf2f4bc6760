"""Mails: how soon somebody is told what happened, and whether she is written to at all."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import BadInputError
from fanshare.flows import news
from fanshare.flows.authorisation import Role
from fanshare.store.queries import off_hours
from fanshare.store.queries.off_hours import OffHours
from fanshare.web import off_hours as quiet
from fanshare.web import site
from fanshare.web.desk import Here
from fanshare.web.language import later
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

#: The paces of a creator's news; a fan's come by day anyway.
_PACES = {
    "daily": later("once a day, in the morning, when there is something"),
    "at_once": later("within minutes"),
    "never": later("not at all"),
}


@seated("account.mails", Role.CREATOR, Role.FAN, form=True)
def mails(here: Here) -> Any:
    """Choose, and keep it."""
    paces = _PACES if here.hat.role is Role.CREATOR else {pace: _PACES[pace] for pace in ("daily", "never")}
    problem, status = "", 200
    if here.request.method == "POST":
        try:
            _keep(here, paces)
        except BadInputError as error:
            problem, status = plain(error), 422
        else:
            return HttpResponseRedirect(f"{here.request.path}?kept=1")
    context = {
        "problem": problem,
        "is_fan": here.hat.role is Role.FAN,
        **quiet.shown(here, off_hours.get(here.access, here.me)),
        "choice": news.choice(here.access, here.me),
        "paces": paces,
        "kept": here.request.GET.get("kept") == "1",
        "sends_mail": site.of(here.request).accounts.sends_mail,
    }
    return page(here, "account/mails.html", context, status=status)


def _keep(here: Here, paces: Mapping[str, str]) -> None:
    pace = field(here, "news")
    if pace not in paces:
        raise BadInputError("bad_pace", "News come once a day, at once, or not at all.")
    with here.access.transaction():
        if here.hat.role is Role.FAN:  # a creator chooses them where she says when she is away
            hours = quiet.read(here)
            off_hours.put(here.access, here.me, OffHours(None, *hours))
        news.choose(here.access, here.me, pace, weekly=field(here, "mail") == "yes", now=here.now)
