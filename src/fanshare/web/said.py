"""Sentences that are made in English below the pages, and what was wrong, in the language of the page."""

import re

from markupsafe import Markup, escape

from fanshare.core.errors import FanshareError
from fanshare.core.marks import Day, Figure, Kept, Said, Word, say
from fanshare.web import kept
from fanshare.web.language import gettext as _
from fanshare.web.language import later, ngettext, spoken
from fanshare.web.wording import dated, figure

_PLACE = re.compile(r"%\([a-z_0-9]+\)s|%%")

#: Said by the edge, which knows no languages.
OF_THE_EDGE = (later("%(host)s is not one of this shop's addresses."),)


def plain(error: FanshareError) -> str:
    """The sentence of a fault; where nobody has translated it, as HTML that says it is English."""
    said = translated(error)
    return Markup('<span lang="en">{said}</span>').format(said=error.message) if said is None else said


def sentence(said: str) -> str:
    """A sentence that was kept as English words; where nobody has translated it, as HTML that says it is English."""
    if spoken() == "en" or not said:
        return said
    if (words := _(said)) != said:
        return words
    made = kept.again(said)
    if made is None and not said.endswith("."):  # kept without its point, to stand within another one
        made = kept.again(f"{said}.") or say(f"{said}.")
        whole = in_her_words(made)
        return whole.removesuffix(".") if _said(made) is not None else in_her_words(say(said))
    return in_her_words(made or say(said))


def translated(error: FanshareError) -> str | None:
    """The sentence of a fault in the language spoken, with its figures; ``None`` where nobody has translated it."""
    said = _(error.template)
    if said == error.template and spoken() != "en":
        return None
    values = {name: _value(value) for name, value in error.values.items()}
    return said % values if values else said


def in_her_words(text: str) -> str:
    """A sentence of ``marks.say`` with everything in it, in the language spoken.

    Where nobody has translated it, or it is not such a sentence, it is HTML that says it is English.
    """
    if isinstance(text, Figure):
        return figure(text)
    if spoken() == "en" and not isinstance(text, Said):
        return text
    said = _said(text) if isinstance(text, Said) else None
    return Markup('<span lang="en">{text}</span>').format(text=text) if said is None else said


def _said(text: Said) -> str | None:
    """``None`` where it has words and nobody has translated them."""
    words = ngettext(text.template, text.many, text.n) if text.many else _(text.template)
    foreign = spoken() != "en" and words in {text.template, text.many}
    if foreign and any(letter.isalpha() for letter in _PLACE.sub("", words)):
        return None
    if not text.values:
        return words
    values = {name: _value(value) for name, value in text.values.items()}
    marked = any(isinstance(value, Markup) for value in values.values())
    return escape(words) % values if marked else words % values


def _value(value: object) -> object:
    if isinstance(value, Said):
        return in_her_words(value)
    if isinstance(value, Figure):
        return figure(value)
    if isinstance(value, Day):
        return dated(value.iso, whole=value.endswith(value.iso[:4]))
    if isinstance(value, Kept):
        return sentence(value)
    return _(value) if isinstance(value, Word) else value


def told(error: FanshareError, most: int) -> str:
    """A sentence about words of at most ``most`` characters; other faults keep their own."""
    known = {
        "words_missing": _("Write something first."),
        "address_in_words": _("Write it without addresses: links have no place here."),
        "bad_words": _("At most %(n)s characters, and none that can't be shown; shorten it.") % {"n": most},
        "bad_field": _("At most %(n)s characters, and none that can't be shown; shorten it.") % {"n": most},
        "thanked": _("You said thank you there within the last day; tomorrow you can again."),
        "too_many_words": _("You wrote a lot within a day; write again tomorrow."),
        "thread_closed": _("The people of the shop closed this thread after a report."),
        "post_closed": _("The people of the shop took this post down after a report."),
        "nobody_helped": _("No fan who reads thanks here brought a sale in that time; nothing was sent."),
        "quiet": _("This fan likes to help quietly and reads no thanks here; nothing was sent."),
    }
    return known.get(error.code) or plain(error)
