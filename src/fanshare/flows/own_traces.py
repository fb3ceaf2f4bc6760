"""What a creator's own links and codes brought lately, in every programme she is in."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from fanshare.core.instants import Instant, day_begin, local_date, zone
from fanshare.core.workbench import again, best_hours
from fanshare.core.workbench.again import Asset, Sale, Visits
from fanshare.core.workbench.best_hours import SLOT, Week
from fanshare.flows.authorisation import Hat, Role
from fanshare.store.access import Access, Connection
from fanshare.store.queries import traces


@dataclass(slots=True)
class Traces:
    """``known`` says which of her links and codes is meant by a mark; sales count what they earn in one currency.

    ``elsewhere``: some sales earned something in another currency, which is not counted.
    """

    known: dict[str, frozenset[Asset]] = field(default_factory=dict)
    visits: list[Visits] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    elsewhere: bool = False


def traces_of(conn: Connection, hats: Iterable[Hat], currency: str, today: date) -> Traces:
    """Her links and codes, and what they brought in the days that ``again`` looks at."""
    found = Traces()
    first = (today - timedelta(days=again.SPAN)).isoformat()
    for hat, access in _programmes(conn, hats):
        links, codes = traces.links(access, hat.seat.id), traces.codes(access, hat.seat.id)
        for kind, named in (("link", links), ("code", codes)):
            for id_, mark in named.items():
                key = mark.casefold()
                found.known[key] = found.known.get(key, frozenset()) | {_asset(hat, kind, id_)}
        for id_, day, number in traces.visits(access, list(links), first):
            found.visits.append(Visits(_asset(hat, "link", id_), date.fromisoformat(day), number))
        for row in traces.sales(access, hat.seat.id, first):
            led = [("link", id_) for id_ in row.links if id_ in links]
            led += [("code", id_) for id_ in row.codes if id_ in codes]
            counted = row.currency == currency
            found.elsewhere |= not counted and bool(row.earned)
            assets = frozenset(_asset(hat, kind, id_) for kind, id_ in led)
            found.sales.append(Sale(date.fromisoformat(row.day), assets, row.earned if counted else 0))
    return found


def week_of(conn: Connection, hats: Iterable[Hat], zone_name: str, now: Instant) -> Week:
    """When people came by her own links, hour by hour of a week on her clock; links of her fans are not hers."""
    tz = zone(zone_name)
    today = local_date(now, tz)
    since, until = day_begin(best_hours.first_day(today), tz), day_begin(today, tz)
    slots: Counter[Instant] = Counter()
    for hat, access in _programmes(conn, hats):
        for at, number in traces.slots(access, list(traces.links(access, hat.seat.id)), since, until, SLOT):
            slots[at] += number
    return best_hours.week(slots, tz, today)


def _programmes(conn: Connection, hats: Iterable[Hat]) -> Iterable[tuple[Hat, Access]]:
    for hat in hats:
        if hat.role is Role.CREATOR:
            yield hat, Access(conn, hat.seat.programme_id, f"creator:{hat.seat.id}")


def _asset(hat: Hat, kind: str, id_: int) -> Asset:
    return f"{hat.seat.programme_id}:{kind}:{id_}"
