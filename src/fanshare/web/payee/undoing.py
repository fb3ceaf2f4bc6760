"""The link in the mail about a change of where money goes: one button, since mail scanners follow links."""

from typing import Any

from django.shortcuts import render

from fanshare.core.instants import zone
from fanshare.web import site
from fanshare.web.account.views import form
from fanshare.web.authorisation import require
from fanshare.web.errors import error_page
from fanshare.web.wording import Calendar


@require("payee.undo")
@form
def undo(request: Any, token: str) -> Any:
    """Looking changes nothing. The token alone is the right to undo: it stands in a mail to the account's address."""
    here = site.of(request)
    found = here.accounts.undo_payee(token, really=request.method == "POST")
    if found is None:
        return error_page(request, 404)
    context = {"found": found, "calendar": Calendar(zone(found.time_zone), here.clock())}
    return render(request, "payee/undo.html", context)
