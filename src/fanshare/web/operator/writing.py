"""Imprint, privacy and accessibility as the operator writes them; and what was done here by whom."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError
from fanshare.core.instants import format_rfc3339
from fanshare.core.plain_text import blocks
from fanshare.flows import audit, public_texts, staff
from fanshare.web import language
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.lists import Spec, asked, by_number, taken
from fanshare.web.operator.office import Office, operated, page
from fanshare.web.said import plain

TITLES = {"imprint": later("Imprint"), "privacy": later("Privacy"), "accessibility": later("Accessibility")}
_COLUMNS = ("at", "who", "what", "programme", "about")


@operated("operator.see")
def texts(here: Office) -> Any:
    """Which texts there are, in which languages."""
    known = public_texts.newest(here.conn)
    rows = [
        (kind, _(title), tag, name, known.get((kind, tag)))
        for kind, title in TITLES.items()
        for tag, name in language.LANGUAGES.items()
    ]
    return page(here, "operator/texts.html", {"rows": rows})


@operated("operator.change", form=True, fresh=True)
def text(here: Office, kind: str, tag: str) -> Any:
    """One text in one language, to be written."""
    if kind not in TITLES or tag not in language.LANGUAGES:
        raise BadInputError("bad_text", "There is no such text.", 404)
    before = public_texts.newest(here.conn).get((kind, tag))
    words, problem = "" if before is None else before.words, ""
    if here.request.method == "POST":
        words = here.request.POST.get("words", "")
        try:
            public_texts.write(here.conn, here.actor, kind, tag, words, here.now)
        except BadInputError as error:
            problem, words = plain(error), words[: public_texts.LONGEST].replace("\x00", "")
        else:
            return HttpResponseRedirect(reverse("operator_texts"))
    context = {
        "kind": kind,
        "tag": tag,
        "title": _(TITLES[kind]),
        "named": language.LANGUAGES[tag],
        "words": words,
        "before": before,
        "shown": blocks(words),
        "problem": problem,
        "longest": public_texts.LONGEST,
    }
    return page(here, "operator/text.html", context, status=422 if problem else 200)


@operated("operator.see")
def audited(here: Office) -> Any:
    """What people did, the newest first."""
    actions = {name: _(words) for name, words in audit.WHAT.items()}
    spec = Spec({"what": (_("what"), actions)}, {"newest": _("newest first")}, _("about what"))
    wish = asked(here.request.GET, spec, here.zone)
    found = audit.lines(
        here.conn,
        limit=wish.limit + 1,
        what=wish.chosen["what"],
        text=wish.text,
        before=wish.before,
        **wish.span,
    )
    shown = taken(wish, list(found), by_number)
    named = {f"operator:{one.id}": one.address for one in staff.operators(here.conn, here.desk.keys)}
    if wish.form:
        documents = (_document(row, named) for row in shown.rows)
        return exported(wish.form, "audit", documents, _COLUMNS, cut=shown.cut)
    context = {
        "asked": wish,
        "rows": [(row, named.get(row.actor, row.actor), actions[row.what]) for row in shown.rows],
        "next": shown.next,
    }
    return page(here, "operator/audit.html", context)


def _document(row: audit.Line, named: dict[str, str]) -> dict[str, Any]:
    return {
        "at": format_rfc3339(row.at),
        "who": named.get(row.actor, row.actor),
        "what": row.what,
        "programme": row.programme,
        "about": row.about,
    }
