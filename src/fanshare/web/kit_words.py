"""What a media kit says of each programme, in words: the same on her page, on the public one and on paper."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from fanshare.core.intervals import FEWEST
from fanshare.core.media_kit import Sold, buys
from fanshare.store.queries.media_kits import Kept
from fanshare.web.language import gettext as _
from fanshare.web.language import ngettext
from fanshare.web.wording import Calendar, counted, percent, shown


class Told(NamedTuple):
    """One programme of a kit: its name and where it is, what was sold, and what stands behind it."""

    id: int
    own: bool
    programme: str
    host: str
    results: tuple[str, ...]
    proof: tuple[str, ...]
    key: str


def told(rows: Sequence[Kept], calendar: Calendar, *, goods: bool) -> list[Told]:
    """Each programme of a kit. ``goods`` says whether the worth of what was sold is told."""
    return [
        Told(
            one.id,
            one.own,
            one.source.programme,
            one.source.host,
            (*_sold(one, calendar, goods=goods), *_clicks(one)),
            _proof(one, calendar),
            one.source.key,
        )
        for one in rows
    ]


def _sold(one: Kept, calendar: Calendar, *, goods: bool) -> list[str]:
    if not one.source.sold:
        return [_("No sale yet.")]
    return [words for sold in one.source.sold for words in _currency(sold, calendar, goods=goods)]


def _currency(sold: Sold, calendar: Calendar, *, goods: bool) -> list[str]:
    found = []
    if sold.orders:
        found.append(_kept(sold, calendar))
        if goods:
            found.append(_("Goods kept of them: %(sum)s.") % {"sum": shown(sold.goods, sold.currency)})
    if sold.returned:
        found.append(
            ngettext("%(n)s order went back whole.", "%(n)s orders went back whole.", sold.returned)
            % {"n": counted(sold.returned)}
        )
    return found


def _kept(sold: Sold, calendar: Calendar) -> str:
    first, last = (calendar.name(date.fromisoformat(day)) for day in (sold.first, sold.last))
    if first == last:
        words = ngettext(
            "%(n)s order kept, paid in %(currency)s, placed on %(first)s.",
            "%(n)s orders kept, paid in %(currency)s, all placed on %(first)s.",
            sold.orders,
        )
    else:
        words = ngettext(
            "%(n)s order kept, paid in %(currency)s, placed between %(first)s and %(last)s.",
            "%(n)s orders kept, paid in %(currency)s, placed between %(first)s and %(last)s.",
            sold.orders,
        )
    return words % {"n": counted(sold.orders), "currency": sold.currency, "first": first, "last": last}


def _clicks(one: Kept) -> list[str]:
    if one.clicks is None or one.clicked is None:
        return []
    found = [
        ngettext(
            "%(n)s click on her links in 365 days, counted by this site, robots left out as far as they are known.",
            "%(n)s clicks on her links in 365 days, counted by this site, robots left out as far as they are known.",
            one.clicks,
        )
        % {"n": counted(one.clicks)}
    ]
    between = buys(one.clicks, one.clicked)
    if one.clicked >= FEWEST and one.clicked > one.clicks:
        more = _("More orders than clicks followed a click: some clicks were not counted, or buyers came back.")
        return [*found, more]
    if between is None:
        return [*found, _("How many clicks lead to an order: too few to tell, below %(n)s orders.") % {"n": FEWEST}]
    low, high = percent(between.low // 100), percent(-(-between.high // 100))
    return [
        *found,
        _("Between %(low)s and %(high)s of clicks lead to an order (19 of 20 such ranges hold the true one).")
        % {"low": low, "high": high},
    ]


def _proof(one: Kept, calendar: Calendar) -> tuple[str, ...]:
    day, checked = calendar.day(one.source.as_of), calendar.day(one.checked_at)
    said = {"day": day, "n": counted(one.source.size), "host": one.source.host, "checked": checked}
    if one.own:
        return (_("As of %(day)s, from a statement over %(n)s sealed records of this site.") % said,)
    return (
        _("As of %(day)s, from a statement over %(n)s sealed records, checked here on %(checked)s.") % said,
        _("It names %(host)s as where its log is kept. That its key is theirs was not proved here: compare it there.")
        % said,
    )
