"""The words of the mail about what waits for a brand. ``_`` translates, as in ``letters``."""

from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fanshare.core.claims import ANSWER_WITHIN
from fanshare.core.instants import Instant
from fanshare.flows.letters import Say, Words, filled, greeting, stop_line
from fanshare.flows.news import day
from fanshare.store.queries.desk_notes import Told


class Place(NamedTuple):
    """The programme's name, the address of its brand's pages, its time zone, and where such mails are stopped."""

    programme: str
    url: str
    tz: ZoneInfo
    stop_url: str


def waits(_: Say, place: Place, told: Mapping[str, Told]) -> Words:
    """What waits for somebody of the brand, what is urgent first, each with the page where it is done."""
    pages = _pages(_)
    said = [
        f"{filled(words % _facts(_, told[kind], place.tz))}\n{place.url}/{page}"
        for kind, (words, page) in pages.items()
        if kind in told
    ]
    body = "\n\n".join(said)
    return Words(
        _("Something waits for you at %(programme)s") % {"programme": place.programme},
        f"{greeting(_, '')}\n\n{body}\n\n--\n{stop_line(_, place.stop_url)}",
    )


def _pages(_: Say) -> dict[str, tuple[str, str]]:
    late = _(
        "Claims of missing sales that nobody answered within 14 days: %(number)s. Silence is no refusal, and everybody "
        "can read on the programme's page how many are late."
    )
    off = _(
        "Addresses of your own software that get no more news, because they took nothing for five days or said that "
        "they are gone: %(number)s. What happened meanwhile is kept and sent once they are switched on."
    )
    return {
        "claim_late": (late, "claims"),
        "objection_late": (_("Objections that nobody answered within 14 days: %(number)s."), "objections"),
        "target": (off, "software"),
        "stock_out": (
            _("Values of shop credit of which no code is left to give: %(number)s. What people earned stays ready."),
            "credit/stock",
        ),
        "stock_low": (
            _("Codes of shop credit run out. Of the values of which few are left there are still %(number)s in all."),
            "credit/stock",
        ),
        "claim": (_("New claims of missing sales: %(number)s. The first wants an answer by %(by)s."), "claims"),
        "objection": (_("New objections: %(number)s. The first wants an answer by %(by)s."), "objections"),
        "application": (_("New applications of creators: %(number)s."), "people"),
    }


def _facts(_: Say, one: Told, tz: ZoneInfo) -> dict[str, str]:
    by: Instant = one.first + ANSWER_WITHIN
    return {"number": str(one.number), "by": day(_, by, tz)}
