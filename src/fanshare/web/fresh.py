"""Before what concerns money or identity: show once more that it is you. What was typed into the form is not lost.

The page that asks holds the whole form it came from, and sends it on together with the code.
"""

from typing import Any

from django.shortcuts import render

from fanshare.core.errors import FanshareError
from fanshare.flows import second_factor
from fanshare.web import site
from fanshare.web.authorisation import CAME_AT, PROVED_AT, account_of, private
from fanshare.web.language import gettext as _
from fanshare.web.said import plain

#: The field of a code, beside those of the form that is sent on.
CODE = "one_time_code"
#: What such a field holds goes through no page: it is typed again.
SECRETS = frozenset({"shop_secret", "hook_secret"})
#: Says on the way back that a secret was left out.
AGAIN = "typed_again"
_NOT_SENT_ON = {"csrfmiddlewaretoken", CODE, AGAIN} | SECRETS


def unproved(request: Any) -> Any:
    """What to answer instead of doing what a form asks, ``None`` where somebody has shown lately that it is she.

    Only what is sent is asked about: looking changes nothing.
    """
    if request.method != "POST" or _is_fresh(request):
        return None
    problem = ""
    if CODE in request.POST:
        try:
            if site.of(request).accounts.prove(account_of(request), request.POST[CODE][:50]):
                request.session[PROVED_AT] = site.of(request).clock()
                return None
            problem = _("This code is not right, or was used already.")
        except FanshareError as error:
            problem = plain(error)
    return _page(request, problem)


def _is_fresh(request: Any) -> bool:
    here, account = site.of(request), account_of(request)
    if not account:
        return False
    came, proved = (int(request.session.get(name, -second_factor.CAME_FOR)) for name in (CAME_AT, PROVED_AT))
    return second_factor.fresh(here.accounts.factor(account), came, proved, here.clock())


def _page(request: Any, problem: str) -> Any:
    account = account_of(request)
    context = {
        "fields": [(name, text) for name, texts in request.POST.lists() if name not in _NOT_SENT_ON for text in texts],
        "left_out": AGAIN if AGAIN in request.POST or any(map(request.POST.get, SECRETS)) else "",
        "has_app": bool(account) and site.of(request).accounts.factor(account).on,
        "sends_mail": site.of(request).accounts.sends_mail,
        "problem": problem,
        "code": CODE,
    }
    return private(render(request, "account/prove.html", context, status=401))
