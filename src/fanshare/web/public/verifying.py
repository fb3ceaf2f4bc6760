"""The page that checks a statement in the browser: it holds a script and words, and takes nothing."""

from typing import Any

from django.conf import settings
from django.shortcuts import render
from django.views.decorators.csp import csp_override

from fanshare.web.authorisation import require
from fanshare.web.language import gettext, later
from fanshare.web.public.views import readable

#: Beside the usual rules: this page may reach nobody, not even us, and has no form to send.
_ALONE = {**settings.SECURE_CSP, "connect-src": ["'none'"], "form-action": ["'none'"]}
#: What the script says, by the names that it uses.
_SAID = {
    "holds": later("Everything in it holds"),
    "broken": later("This statement is not proved"),
    "open": later("These files can’t decide it"),
    "unreadable": later("This file can’t be read as a statement"),
    "stated": later("it says"),
    "computed": later("it should say"),
    "lines": later("Line by line"),
    "total pending": later("waiting"),
    "total available": later("ready"),
    "total held": later("being checked"),
    "total in_transit": later("on its way to you"),
    "total paid": later("paid out"),
    "check form": later("It has the form of a statement"),
    "check seal": later("Nobody changed the file since it was made"),
    "check checkpoint": later("The programme signed the state of its records"),
    "check keys": later("Every change of the programme’s key was handed over"),
    "check trust": later("Whose key it is"),
    "check epochs": later("Every restore from a backup is told"),
    "check proofs": later("Every line is in the signed records"),
    "check openings": later("The lines are yours, and only yours"),
    "check chains": later("Earlier records of each line are all there"),
    "check arithmetic": later("Every amount, computed again"),
    "check sentences": later("The sentences say what the figures say"),
    "check totals": later("The totals are the sum of the lines"),
    "check limits": later("It says rightly what it proves and what not"),
    "check older": later("The older statement holds by itself"),
    "check same party": later("Both are of the same person"),
    "check same key": later("Both are signed by the same programme"),
    "check consistency": later("The older records are the beginning of the newer ones"),
    "check kept": later("Nothing of the older statement was dropped"),
    "check opening": later("It begins with what the older one ended with"),
}


@require("public.verify")
@readable
@csp_override(_ALONE)  # type: ignore[untyped-decorator]
def verify(request: Any) -> Any:
    """The page, the same for everybody."""
    said = {key: gettext(words) for key, words in _SAID.items()}
    return render(request, "public/verify.html", {"said": said})
