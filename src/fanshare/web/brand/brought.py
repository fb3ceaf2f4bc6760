"""What the first page of a brand shows as a picture: the goods kept a day, and who brought most of them."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from fanshare.core.instants import day_begin, local_date, zone
from fanshare.core.money import Micros
from fanshare.store.queries import listing, results
from fanshare.store.queries.results import Kept, Stretch
from fanshare.web.charts import Bar, bars
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _

#: More of them stand on the page of results, with how sure the figures are.
BEST = 3


@dataclass(frozen=True, slots=True)
class Best:
    """One creator: her row, her name, orders of which goods were kept, and these goods."""

    party: int
    name: str
    orders: int
    goods: Micros


@dataclass(frozen=True, slots=True)
class Picture:
    """The days as bars and as what is drawn of them, in one currency, and the creators, best first."""

    currency: str
    days: tuple[Bar, ...]
    drawn: Markup
    best: tuple[Best, ...]


def picture(here: Here, currency: str, span: int) -> Picture | None:
    """The last ``span`` days until today, as the brand's own clock has them; ``None`` where no goods were kept."""
    tz = zone(here.tenant.time_zone)
    today = local_date(here.now, tz)
    days = [today - timedelta(days=back) for back in range(span - 1, -1, -1)]
    begin, end = day_begin(days[0], tz), day_begin(today + timedelta(days=1), tz)
    asked = Stretch(begin, end, days[0].isoformat(), today.isoformat(), currency)
    kept = results.kept(here.access, asked)
    goods = Counter[str]()
    for one in kept:
        goods[one.day] += one.goods
    found = tuple(Bar(here.calendar.name(day), goods[day.isoformat()]) for day in days)
    title = _("Goods kept a day, the last %(n)s days") % {"n": span}
    drawn = bars(found, currency=currency, ident="days", title=title)
    return Picture(currency, found, drawn, _best(here, kept)) if drawn else None


def _best(here: Here, kept: list[Kept]) -> tuple[Best, ...]:
    goods, orders = Counter[int](), Counter[int]()
    for one in kept:
        goods[one.creator] += one.goods
        orders[one.creator] += one.orders
    most = sorted((one for one in goods if orders[one]), key=lambda one: (-goods[one], one))[:BEST]
    known = listing.named(here.access, most)
    names = {id_: one.name or f"{one.kind} {one.public_id[:6]}" for id_, one in known.items()}
    return tuple(Best(one, names.get(one, str(one)), orders[one], goods[one]) for one in most)
