"""Imprint, privacy and accessibility: what the operator wrote, and beneath it what holds of every such site."""

from typing import Any

from django.shortcuts import render

from fanshare.core.instants import zone
from fanshare.core.plain_text import blocks
from fanshare.web import language, site
from fanshare.web.authorisation import require
from fanshare.web.language import gettext, later
from fanshare.web.public.views import readable
from fanshare.web.wording import Calendar

_TITLES = {"imprint": later("Imprint"), "privacy": later("Privacy"), "accessibility": later("Accessibility")}
#: What the program does, whoever runs it.
_BUILT_IN = {
    "imprint": (),
    "privacy": (
        later("No page here asks another host for anything: no fonts, no pictures, no counting from elsewhere."),
        later("Cookies hold who is signed in, the language you chose and what a form needs. There are no others."),
        later("Your network address is used to answer you and is not kept."),
        later("A click is kept without a name. Whether the same person clicked twice that day is told by a mark that"
              " nobody can turn back into a person."),
        later("Names and addresses lie sealed, each under a key of that person. Erasing a person destroys her key."),
        later("The books know numbers instead of people, so that they still add up when somebody was erased."),
        later("What a shop reports about an order is kept without names; the raw message goes after 30 days."),
        later("What a fan sees is as of midnight, and never says who bought what at which hour."),
    ),
    "accessibility": (
        later("Every page works with the keyboard alone, and without script."),
        later("Text has enough contrast in light and dark, and nothing is said by colour alone."),
        later("Pages fit into 320 pixels without scrolling sideways, which is what 400 % of a small window are."),
        later("Every picture of numbers has a table beside it."),
        later("An automatic check looks at every page in a real browser before a change is taken in. It finds much, and"
              " not everything."),
    ),
}  # fmt: skip


@require("public.text")
@readable
def text(request: Any, kind: str) -> Any:
    """One of these texts, in the visitor's language where it was written in it."""
    here = site.of(request)
    found = here.store.text(kind, language.spoken())
    context = {
        "title": gettext(_TITLES[kind]),
        "kind": kind,
        "found": found,
        "shown": () if found is None else blocks(found.words),
        "built_in": [gettext(words) for words in _BUILT_IN[kind]],
        "calendar": Calendar(zone("UTC"), here.clock()),
    }
    return render(request, "public/text.html", context)
