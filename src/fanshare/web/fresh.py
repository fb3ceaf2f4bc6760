"""Before what concerns money or identity: show once more that it is you. What was typed into the form is not lost.

The page that asks holds the whole form it came from, and sends it on together with a code or a passkey's answer.
"""

from dataclasses import dataclass
from typing import Any

from django.shortcuts import render

from fanshare.core.errors import FanshareError
from fanshare.flows import second_factor
from fanshare.flows.passkeys import PROVE
from fanshare.flows.signed_in import Factor
from fanshare.web import passkeys, site
from fanshare.web.authorisation import CAME_AT, PROVED_AT, account_of, private
from fanshare.web.language import gettext as _
from fanshare.web.owner import owner_of
from fanshare.web.said import plain

#: The field of a code, beside those of the form that is sent on.
CODE = "one_time_code"
#: What such a field holds goes through no page: it is typed again.
SECRETS = frozenset({"shop_secret", "hook_secret"})
#: Says on the way back that a secret was left out.
AGAIN = "typed_again"
#: Answers of passkeys: per visitor and ten minutes.
_TRIES = 30
_NOT_SENT_ON = {"csrfmiddlewaretoken", CODE, passkeys.PROOF, passkeys.MADE, AGAIN} | SECRETS


def unproved(request: Any) -> Any:
    """What to answer instead of doing what a form asks, ``None`` where somebody has shown lately that it is she.

    Only what is sent is asked about: looking changes nothing.
    """
    if request.method != "POST" or _is_fresh(request):
        return None
    try:
        problem = _problem(request)
    except FanshareError as error:
        problem = plain(error)
    if problem is None:
        request.session[PROVED_AT] = site.of(request).clock()
        return None
    return _page(request, problem)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a page holds of a form to send it on: its fields, the name that says a secret was left out, if files were.

    ``left_out`` is empty where no secret was.
    """

    fields: tuple[tuple[str, str], ...]
    left_out: str
    files: bool


def kept(request: Any) -> Kept:
    """What the page that is answered with holds of the form that was sent."""
    typed = request.POST.lists()
    return Kept(
        tuple((name, text) for name, texts in typed if name not in _NOT_SENT_ON for text in texts),
        AGAIN if AGAIN in request.POST or any(map(request.POST.get, SECRETS)) else "",
        bool(request.FILES),
    )


def _problem(request: Any) -> str | None:
    """What is wrong with what was sent to show who she is, ``None`` if it shows it; empty if nothing was sent.

    Raises ``FanshareError`` after many wrong codes.
    """
    here, account = site.of(request), account_of(request)
    if passkeys.answer(request, passkeys.PROOF):
        asking = passkeys.asking(request, PROVE)
        allowed = here.limiter.allows("passkey.prove", request.META.get("REMOTE_ADDR", ""), _TRIES, here.clock())
        sent = passkeys.answer(request, passkeys.PROOF)
        if asking is not None and allowed and here.accounts.prove_by_passkey(account, asking, sent):
            return None
        return _("This passkey did not work here, or the page was open for too long. Try again.")
    if CODE in request.POST:
        if account and here.accounts.prove(owner_of(request), request.POST[CODE][:50]):
            return None
        return _("This code is not right, or was used already.")
    return ""


def _is_fresh(request: Any) -> bool:
    here, account = site.of(request), account_of(request)
    if not account:
        return False
    came, proved = (int(request.session.get(name, -second_factor.CAME_FOR)) for name in (CAME_AT, PROVED_AT))
    return second_factor.fresh(here.accounts.factor(account), came, proved, here.clock())


def _page(request: Any, problem: str) -> Any:
    account = account_of(request)
    factor = site.of(request).accounts.factor(account) if account else Factor(on=False)
    context = {
        "kept": kept(request),
        "factor": factor,
        "options": passkeys.to_get(request, PROVE) if factor.passkeys else "",
        "proof": passkeys.PROOF,
        "sends_mail": site.of(request).accounts.sends_mail,
        "problem": problem,
        "code": CODE,
    }
    return private(render(request, "account/prove.html", context, status=401))
