"""Writing to several creators: looked at first, exactly as it will be read, then sent, and seen on its way."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import FanshareError
from fanshare.flows import brand_letters, groups, letters
from fanshare.flows.authorisation import Role
from fanshare.flows.brand_letters import Looked, Wish
from fanshare.web import site
from fanshare.web.desk import Here
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

#: Letters whose way the page shows.
_SHOWN = 5


@seated("brand.letters", Role.BRAND, form=True)
def write(here: Here) -> Any:
    """The form, what would be sent to whom, and the sending."""
    query = here.request.GET
    typed = {"subject": "", "text": "", "group": query.get("group", "")[:60], "q": query.get("q", "")[:200]}
    if here.request.method != "POST":
        return _form(here, typed)
    try:
        typed |= {name: field(here, name, 20_000).replace("\r\n", "\n") for name in typed}
        wish = Wish(typed["subject"], typed["text"], typed["group"], typed["q"])
        if field(here, "what") == "stop":
            return _stopped(here)
        if field(here, "what") == "send" and _sends_mail(here):
            count = brand_letters.send(here.programme, wish, here.now)
            address = str(reverse("brand_write", args=[here.tenant.slug]))
            return HttpResponseRedirect(f"{address}?{urlencode({'sent': count})}")
        looked = brand_letters.look(here.access, wish, here.now)
    except FanshareError as error:
        return _form(here, typed, problem=plain(error))
    return _form(here, typed, looked=looked)


def _stopped(here: Here) -> Any:
    number = field(here, "letter", 20)
    if number.isascii() and number.isdigit():
        brand_letters.stop(here.programme, int(number[:18]), here.now)
    return HttpResponseRedirect(str(reverse("brand_write", args=[here.tenant.slug])))


def _form(here: Here, typed: dict[str, str], *, looked: Looked | None = None, problem: str = "") -> Any:
    sent = here.request.GET.get("sent", "")
    context = {
        "typed": typed,
        "problem": problem,
        "looked": looked,
        "sample": None if looked is None or not looked.to else _sample(here, typed, looked),
        "groups": sorted(groups.names(here.programme, here.now)),
        "sends_mail": _sends_mail(here),
        "sent": int(sent[:6]) if sent.isascii() and sent.isdigit() else 0,
        "most": brand_letters.MOST_A_DAY,
        "letters": brand_letters.newest(here.programme, _SHOWN),
        "longest": (brand_letters.LONGEST_SUBJECT, brand_letters.LONGEST_TEXT),
    }
    return page(here, "brand/write.html", context, status=422 if problem else 200)


def _sample(here: Here, typed: dict[str, str], looked: Looked) -> letters.Words:
    stop = here.request.build_absolute_uri("/mail/stop/...")
    return letters.of_brand(str, here.tenant.name, looked.to[0].name, typed["subject"], typed["text"], stop)


def _sends_mail(here: Here) -> bool:
    return bool(site.of(here.request).accounts.sends_mail)
