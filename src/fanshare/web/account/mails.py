"""Mails: how soon somebody is told what happened, and whether she is written to at all."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import BadInputError
from fanshare.flows import news
from fanshare.flows.authorisation import Role
from fanshare.web import site
from fanshare.web.desk import Here
from fanshare.web.language import later
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
    if here.request.method == "POST":
        pace = field(here, "news")
        if pace not in paces:
            raise BadInputError("bad_pace", "News come once a day, at once, or not at all.")
        news.choose(here.access, here.me, pace, weekly=field(here, "mail") == "yes", now=here.now)
        return HttpResponseRedirect(f"{here.request.path}?kept=1")
    context = {
        "choice": news.choice(here.access, here.me),
        "paces": paces,
        "kept": here.request.GET.get("kept") == "1",
        "sends_mail": site.of(here.request).accounts.sends_mail,
    }
    return page(here, "account/mails.html", context)
