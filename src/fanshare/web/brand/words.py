"""The brand's own words on its public page: looked at before they are kept, shown to everybody from then on."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import FanshareError
from fanshare.flows import programme_words
from fanshare.flows.authorisation import Role
from fanshare.store.queries import programme_words as rows
from fanshare.web.desk import Here
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

#: What is read of a form, so that words that are too long come back whole and can be shortened.
_READ = 20_000


@seated("brand.words", Role.BRAND, Role.OPERATOR, form=True, proposed=True)
def words(here: Here) -> Any:
    """What stands there, and the form that changes it."""
    before = rows.find(here.access)
    if here.request.method != "POST":
        return _form(here, before, before.words)
    try:
        typed = field(here, "words", _READ)
        if field(here, "do") == "look":
            return _form(here, before, typed, look=programme_words.checked(typed))
        programme_words.save(here.access, typed, _seen(here), here.now)
    except FanshareError as error:
        raw = str(here.request.POST.get("words", ""))[:_READ]
        return _form(here, before, raw, problem=plain(error), changed=error.code == "changed_meanwhile")
    return HttpResponseRedirect(f"{here.request.path}?kept=1")


def _form(
    here: Here,
    before: rows.Written,
    typed: str,
    *,
    look: str | None = None,
    problem: str = "",
    changed: bool = False,
) -> Any:
    # Whoever is told that a colleague was faster sees his words above; else she still changes those she began with.
    seen = before.at if changed or here.request.method != "POST" else _seen(here)
    context = {
        "before": before,
        "seen": seen,
        "typed": typed,
        "look": look,
        "problem": problem,
        "most": programme_words.LONGEST,
        "kept": here.request.GET.get("kept") == "1",
    }
    return page(here, "brand/words.html", context, status=422 if problem else 200)


def _seen(here: Here) -> int:
    text = field(here, "seen", 20)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1
