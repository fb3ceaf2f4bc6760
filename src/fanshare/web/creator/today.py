"""Today: what she earned, what is ready, what comes next, from clicks to orders, and what needs her."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.views.decorators.csp import csp_override

from fanshare.core.coming import Coming
from fanshare.core.instants import DAY, Instant, local_date, utc_day, zone
from fanshare.core.ten_minutes import Task, week
from fanshare.flows import coming
from fanshare.flows.authorisation import Role
from fanshare.flows.work_stops import words_of_work
from fanshare.store.queries import earnings, selling
from fanshare.web import her_currency
from fanshare.web.charts import Bar, bars
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import ngettext
from fanshare.web.money_states import paying
from fanshare.web.seated import LISTENS, listens, page, seated
from fanshare.web.stop_words import said
from fanshare.web.wording import counted, shown
from fanshare.web.workbench.due_rows import late_words
from fanshare.web.workbench.today import of_books

SPAN = 30


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs her: a sentence, the page where she can do it, and the minutes that it takes.

    ``due``: until when at the latest, where something is lost later.
    """

    icon: str
    words: str
    href: str
    minutes: int = 1
    due: Instant | None = None


@csp_override(LISTENS)  # type: ignore[untyped-decorator]
@seated("creator.today", Role.CREATOR)
def today(here: Here) -> Any:
    """The first page of a creator."""
    access, me = here.access, here.me
    purses = her_currency.first(here.request, earnings.purses(access, me))
    found = earnings.days(access, me, here.now - SPAN * DAY)
    currency = purses[0].currency if purses else here.tenant.currency
    waits = earnings.needs(access, me, here.now)
    live = selling.links(access, me, state="active", limit=1)
    context = {
        "purses": purses,
        "next": earnings.next_ready(access, me),
        "pays_on": paying(here, here.now),
        "clicks": earnings.clicks(access, me, utc_day(here.now - SPAN * DAY)),
        "orders": sum(day.orders for day in found),
        "chart": _chart(here, found, currency),
        "span": SPAN,
        "has_links": bool(live),
        "books": of_books(here),
        "stops": said(words_of_work(here.programme, me), here.calendar.day, hers=True),
        **_shown(here, waits, _needs(here, waits, purses, has_links=bool(live))),
    }
    return page(here, "creator/today.html", context | listens(here))


def _chart(here: Here, found: list[earnings.DayRow], currency: str) -> Any:
    """One bar a day in one currency, the last thirty days; nothing where nothing was earned."""
    amounts = {row.day: row.amount for row in found if row.currency == currency}
    if not amounts:
        return None
    last = local_date(here.now, zone(here.tenant.time_zone))
    days = [last - timedelta(days=back) for back in range(SPAN - 1, -1, -1)]
    drawn = [Bar(here.calendar.name(day), amounts.get(day.isoformat(), 0)) for day in days]
    title = _("Earned a day, the last %(n)s days") % {"n": SPAN}
    return {"bars": drawn, "picture": bars(drawn, currency=currency, ident="days", title=title), "currency": currency}


def _shown(here: Here, found: earnings.Needs, needs: list[Need]) -> dict[str, Any]:
    """All of them; or of them what fits ten minutes a week, where she wants no more."""
    if not found.ten_minutes:
        return {"needs": needs, "week": None}
    by_name = {str(place): need for place, need in enumerate(needs)}
    chosen = week([Task(name, need.minutes, need.due) for name, need in by_name.items()], here.now)
    named = {part: [by_name[task.name] for task in getattr(chosen, part)] for part in ("now", "soon", "later")}
    return {"needs": named["now"], "week": {**named, "minutes": chosen.minutes}}


def _needs(here: Here, found: earnings.Needs, purses: list[earnings.Purse], *, has_links: bool) -> list[Need]:
    needs = []
    count, first, waiting = found.checked, found.first_ends_at, found.fans
    if count:
        words = ngettext("%(n)s sale is being checked", "%(n)s sales are being checked", count) % {"n": counted(count)}
        if first is not None:
            words = _("%(what)s; the first check ends by itself on %(day)s") % {
                "what": words,
                "day": here.calendar.day(first),
            }
        needs.append(Need("search-check", words, f"{_to('creator_earnings', here)}?state=held", 2))
    to_come = [terms for terms in here.programme.book if terms.effective_at > here.now]
    if to_come:
        day = here.calendar.day(to_come[0].effective_at)
        words = _("New terms begin on %(day)s; what you earned before keeps the old ones") % {"day": day}
        href = f"{reverse('terms', args=[here.tenant.slug])}#v{to_come[0].version}"
        needs.append(Need("scale", words, href, 3, to_come[0].effective_at))
    if waiting:
        words = ngettext("%(n)s fan waits for an answer", "%(n)s fans wait for an answer", waiting) % {
            "n": counted(waiting)
        }
        href = f"{_to('creator_questions', here)}?show=waiting"
        needs.append(Need("message-circle-question-mark", words, href, min(waiting, 5)))
    for purse in [one for one in purses if one.ready < 0]:
        words = _("A return came after a payout: the next sales fill up %(amount)s first") % {
            "amount": shown(-purse.ready, purse.currency)
        }
        needs.append(Need("receipt", words, _to("creator_earnings", here), 1))
    if any(purse.ready > 0 for purse in purses):
        needs += [_late(here, one) for one in coming.late(here.access, here.tenant, here.me, here.now)]
    if not has_links:
        words = _("You have no live link yet: make one, it takes a minute")
        needs.append(Need("link", words, _to("creator_links", here), 1))
    return needs


def _late(here: Here, one: Coming) -> Need:
    """A day of paying that passed, though nothing of hers is missing."""
    late = late_words(one.late, one.day, here.calendar)
    words = _("%(amount)s has not been paid: %(late)s") % {"amount": shown(one.amount, one.currency), "late": late}
    return Need("triangle-alert", words, _to("creator_earnings", here), 1)


def _to(route: str, here: Here) -> str:
    return str(reverse(route, args=[here.tenant.slug]))
