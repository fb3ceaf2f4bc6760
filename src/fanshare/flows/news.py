"""What people are told by mail when it happens: a first sale, a check, an answer, a payout, terms that will change.

News are found in the books and kept once each; a mail gathers all of a party's. By default there is one a day, in the
morning, where the programme is; a creator may want hers at once. A fan is told by day alone, so that nobody learns at
what hour a friend bought. That terms will change is told to everybody who has an address: it was promised.
"""

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, HOUR, Instant, from_datetime, local_date, to_datetime
from fanshare.core.money import format_minor, grouped
from fanshare.flows import outbox
from fanshare.flows.letters import Say
from fanshare.store.access import Access
from fanshare.store.queries import news
from fanshare.store.queries.earnings import Purse
from fanshare.store.queries.news import MailChoice, Piece

#: What is older when it is found is not told any more.
FRESH = 3 * DAY
MORNING = 8 * HOUR
PACES = ("daily", "at_once", "never")
_AT_ONCE = 500
#: Pieces that one mail tells; the rest is on the pages.
_MOST = 50
_KEPT = 90 * DAY


def plan(access: Access, keys: Keys, tz: ZoneInfo, now: Instant) -> int:
    """Find what is new, and put the mails that are due into the outbox, at most 500; how many."""
    day = midnight(now, tz)
    with access.transaction():
        news.gather(access, max(0, now - FRESH), now)
        parties = news.due(access, day, morning=now >= day + MORNING, most=_AT_ONCE)
        for party in parties:
            content = {"programme": access.programme_id, "party": party, "at": now}
            outbox.put(access.conn, keys, outbox.NEWS, f"{access.programme_id}/{party}/{now}", content, now)
        if parties:
            news.mailed(access, parties, day, now)
    return len(parties)


def midnight(now: Instant, tz: ZoneInfo) -> Instant:
    """The beginning of the day."""
    return from_datetime(datetime.combine(local_date(now, tz), time(), tz))


def pieces(access: Access, party: int, at: Instant) -> list[Piece]:
    """What the mail of an instant tells."""
    return news.pieces(access, party, at, _MOST)


def choose(access: Access, party: int, pace: str, *, weekly: bool, now: Instant) -> None:
    """Keep how soon a party is told, and whether she gets mail at all. Raises ``BadInputError`` (``bad_pace``)."""
    if pace not in PACES:
        raise BadInputError("bad_pace", "News come once a day, at once, or not at all.")
    stopped_at = None if weekly else news.choice(access, party).stopped_at or now
    news.choose(access, party, pace, stopped_at)


def choice(access: Access, party: int) -> MailChoice:
    """What she chose."""
    return news.choice(access, party)


def forget_old(access: Access, now: Instant) -> int:
    """Drop what was told long ago."""
    return news.forget_old(access, max(0, now - _KEPT))


def sentences(_: Say, found: Sequence[Piece], tz: ZoneInfo, base_url: str, slug: str, *, as_fan: bool) -> list[str]:
    """Each piece in words with its address. A fan reads days and no amounts: the page has them as of its day."""
    return [_sentence(_, one, tz, base_url, slug, as_fan=as_fan) for one in found]


def week(_: Say, purses: Sequence[Purse]) -> list[str]:
    """What a party has, a sentence for each currency."""
    return [
        _("You have %(ready)s ready, %(waiting)s waiting and %(checked)s being checked.")
        % {
            "ready": amount(_, one.ready, one.currency),
            "waiting": amount(_, one.waiting, one.currency),
            "checked": amount(_, one.checked, one.currency),
        }
        for one in purses
    ]


def amount(_: Say, micros: int, currency: str) -> str:
    """An amount as it is written in a mail: ``1.41 EUR``, ``12,345.60 EUR``."""
    whole, point, cents = grouped(format_minor(micros, currency)).partition(".")
    said = {"whole": _thousands(_, whole), "cents": cents, "currency": currency}
    return (_("%(whole)s.%(cents)s %(currency)s") if point else "%(whole)s %(currency)s") % said


def _thousands(_: Say, whole: str) -> str:
    """A whole number whose thousands are parted by commas, with the sign of the letter's language between them."""
    said, *groups = whole.split(",")
    for group in groups:
        said = _("%(thousands)s,%(rest)s") % {"thousands": said, "rest": group}
    return said


def day(_: Say, at: Instant, tz: ZoneInfo) -> str:
    """A day as it is written in a mail."""
    found = local_date(at, tz)
    return _("%(year)s-%(month)s-%(day)s") % {
        "year": f"{found.year:04}",
        "month": f"{found.month:02}",
        "day": f"{found.day:02}",
    }


def moment(_: Say, at: Instant, tz: ZoneInfo) -> str:
    """A day and its hour as they are written in a mail."""
    return f"{day(_, at, tz)} {to_datetime(at).astimezone(tz):%H:%M}"


def _sentence(_: Say, one: Piece, tz: ZoneInfo, base_url: str, slug: str, *, as_fan: bool) -> str:
    said = {
        "amount": amount(_, one.amount, one.currency) if one.currency else "",
        "placed": day(_, one.placed_at, tz),
        "until": day(_, one.mark, tz),
        "from": day(_, one.effective_at, tz),
        "ready": "" if one.matures_at is None else day(_, one.matures_at, tz),
        "why": f"{base_url}/why/{one.why_token}",
        "object": f"{base_url}/object/{slug}/{one.why_token}",
        "claims": f"{base_url}/claims/{slug}",
        "home": f"{base_url}/home",
        "terms": f"{base_url}/terms/{slug}",
    }
    return _template(_, one, as_fan=as_fan) % said


def _template(_: Say, one: Piece, *, as_fan: bool) -> str:
    if one.kind == "first_sale":
        return _first_sale(_, one, as_fan=as_fan)
    if one.kind == "check":
        return _(
            "The sale of %(placed)s is being checked until %(until)s. Why:\n%(why)s\n"
            "Not right? Object here:\n%(object)s"
        )
    if one.kind == "check_over":
        return _check_over(_, one)
    if one.kind == "claim":
        return (
            _("Your claim of a missing sale was answered: it is credited to you.\n%(claims)s")
            if one.accepted
            else _("Your claim of a missing sale was answered: not credited to you. The brand's words:\n%(claims)s")
        )
    if one.kind == "objection":
        return _("Your objection to the sale of %(placed)s was answered:\n%(home)s")
    if one.kind == "payout":
        return (
            _("%(amount)s came back instead of reaching you. It is ready again; please look at your details:\n%(home)s")
            if one.state == "returned"
            else _("%(amount)s is on its way to you:\n%(home)s")
        )
    return _("The terms change on %(from)s. Until then everything stays as it is; what changes:\n%(terms)s")


def _first_sale(_: Say, one: Piece, *, as_fan: bool) -> str:
    if as_fan:
        return _("Your first sale: somebody bought through you. What it earns you, and when it is ready:\n%(why)s")
    if one.bucket == "pending" and one.matures_at is not None:
        return _("Your first sale: %(amount)s, ready on %(ready)s. Why it is that much:\n%(why)s")
    return _("Your first sale: %(amount)s. Why it is that much:\n%(why)s")


def _check_over(_: Say, one: Piece) -> str:
    if one.amount == 0:
        return _(
            "The sale of %(placed)s was checked: nothing is credited. Why:\n%(why)s\n"
            "Not right? Object here:\n%(object)s"
        )
    return _("The sale of %(placed)s was checked: your part stays yours.\n%(why)s")
