"""What was wrong, in the language of the page."""

from markupsafe import Markup

from fanshare.core.errors import FanshareError, Word
from fanshare.web.language import gettext as _
from fanshare.web.language import later, spoken

#: Said by the edge, which knows no languages.
OF_THE_EDGE = (later("%(host)s is not one of this shop's addresses."),)


def plain(error: FanshareError) -> str:
    """The sentence of a fault; where nobody has translated it, as HTML that says it is English."""
    said = translated(error)
    return Markup('<span lang="en">{said}</span>').format(said=error.message) if said is None else said


def sentence(said: str) -> str:
    """A whole sentence without figures; where nobody has translated it, as HTML that says it is English."""
    words = _(said)
    if words == said and spoken() != "en":
        return Markup('<span lang="en">{said}</span>').format(said=said)
    return words


def translated(error: FanshareError) -> str | None:
    """The sentence of a fault in the language spoken, with its figures; ``None`` where nobody has translated it."""
    said = _(error.template)
    if said == error.template and spoken() != "en":
        return None
    values = {name: _(value) if isinstance(value, Word) else value for name, value in error.values.items()}
    return said % values if values else said


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
