"""How pages say who paused or ended a link, a code or all that a creator does, since when and why."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fanshare.core.work_stops import Side
from fanshare.flows.work_stops import Word
from fanshare.web.language import gettext as _
from fanshare.web.language import later

#: (kind, whose, of everything) -> the sentence for whose it is, and the one for the brand's people.
_SAID = {
    ("pause", Side.BRAND, False): (
        later("The brand has paused this since %(day)s; only the brand lets it count again."),
        later("Your brand has paused this since %(day)s."),
    ),
    ("pause", Side.OWNER, False): (
        later("You have paused this since %(day)s."),
        later("Whose it is has paused this since %(day)s; only she lets it count again."),
    ),
    ("pause", Side.BRAND, True): (
        later(
            "The brand pauses all your links and codes since %(day)s. They lead to the shop, and new ones do not count."
        ),
        later("Your brand pauses all links and codes of this creator since %(day)s."),
    ),
    ("end", Side.BRAND, False): (
        later("The brand has ended this; it was on %(day)s that it counted last."),
        later("Your brand has ended this; it was on %(day)s that it counted last."),
    ),
    ("end", Side.OWNER, False): (
        later("You have ended this; it was on %(day)s that it counted last."),
        later("Whose it is has ended this; it was on %(day)s that it counted last."),
    ),
}
#: The end of all that she does: before its day, and after.
_WHOLE_END = {
    False: (
        later("The brand ends your work here: on %(day)s your links and codes end. Until then everything counts."),
        later("Her work here ends on %(day)s, with all her links and codes. Until then everything counts."),
    ),
    True: (
        later("The brand has ended your work here: since %(day)s no link or code of yours counts."),
        later("Her work here has ended: since %(day)s no link or code of hers counts."),
    ),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A word as a page shows it; the reason as it was typed, empty where there is none."""

    words: str
    reason: str
    whole: bool


def said(words: Iterable[Word], day: Callable[[int], str], *, hers: bool) -> Sequence[Said]:
    """What is in force, for whose it is (``hers``) or for the brand's people; ``day`` words an instant."""
    return [Said(_sentence(one, hers=hers) % {"day": day(one.since)}, one.reason, one.whole) for one in words]


def _sentence(one: Word, *, hers: bool) -> str:
    known = _WHOLE_END[one.done] if one.kind == "end" and one.whole else _SAID[one.kind, one.by, one.whole]
    return _(known[0] if hers else known[1])


def paused_by(sides: Iterable[Side], *, hers: bool) -> str:
    """A few words for a row of a list."""
    known = set(sides)
    if Side.BRAND in known and Side.OWNER in known:
        return _("paused by both")
    if Side.BRAND in known:
        return _("paused by the brand") if hers else _("paused by us")
    return _("paused") if hers else _("paused by whose it is")
