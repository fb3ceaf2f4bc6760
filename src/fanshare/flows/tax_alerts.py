"""Who looks after the money is told by mail when a payee's year comes near to what has to be reported: once each.

Found and put into the outbox is one transaction under a lock of the programme, so that two workers tell once, and one
that is killed in between tells later. The mail says how many people and of which report; who they are, the page says.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fanshare.config.keys import Keys
from fanshare.core.instants import DAY, Instant
from fanshare.core.tax.rules import NEAR, Country, Level, Report
from fanshare.flows import outbox, tax_years
from fanshare.flows.authorisation import Post
from fanshare.flows.withholding import home
from fanshare.store.access import Access
from fanshare.store.queries import brand_mail
from fanshare.store.queries import tax_alerts as rows
from fanshare.store.queries import tax_years as year_rows
from fanshare.store.queries.tax_alerts import Near
from fanshare.store.vault import Vault

#: Who is told: those who may read the page.
POSTS = (Post.OWNER.value, Post.FINANCE.value)
#: For how long after its end a year is still looked at: what arrived on its last day may be told on the next.
AFTER = 31 * DAY
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Reader:
    """To whom a mail goes, in which language, and what it tells: report, year, how many people."""

    address: str
    language: str
    told: tuple[tuple[str, int, int], ...]


def watch(access: Access, keys: Keys, now: Instant) -> int:
    """Find who has come near since the last time, and put the mails into the outbox; how many people it was."""
    with access.transaction():
        rows.lock(access)
        found = [one for year in _years(home(access), now) for one in _near(access, year)]
        new = rows.add(access, found, now) if found else 0
        for person in brand_mail.readers(access, POSTS) if new else ():
            content = {"programme": access.programme_id, "person": person, "at": now}
            outbox.put(access.conn, keys, outbox.TAX, f"{access.programme_id}/{person}/{now}", content, now)
    return new


def reader(access: Access, keys: Keys, person: int, at: Instant) -> Reader | None:
    """What is written to somebody, if she is still there, has such a post, and wants it."""
    who = brand_mail.reader(access, person, POSTS)
    address = None if who is None else Vault(access, keys).get(who[0], "email")
    return None if who is None or address is None else Reader(address.decode(), who[1], tuple(rows.told(access, at)))


def asked(access: Access, country: Country) -> list[Report]:
    """The reports that who pays makes here, and that ask for something only above an amount."""
    several = year_rows.home(access).several_brands
    return [one for one in country.asked(several_brands=several) if one.kinds and not one.by_provider]


def _years(country: Country, now: Instant) -> list[int]:
    """This year, and for a while the one before."""
    years = sorted({country.year(now - AFTER), country.year(now)})
    return [one for one in years if one >= tax_years.FIRST]


def _near(access: Access, year: int) -> Iterator[Near]:
    country = home(access)
    figures = {
        one.name: figure.amount
        for one in asked(access, country)
        if (figure := one.figure(year)) is not None and figure.amount and not figure.count
    }
    if not figures:
        return
    least = (country.currency, -(-min(figures.values()) * NEAR // 100))
    bounds, skip = tax_years.bounds(country, year), 0
    while parties := rows.maybe(access, year, bounds, least, [*figures], _AT_ONCE, skip):
        for one in tax_years.of_parties(access, year, parties):
            for standing in one.standings:
                if standing.report.name in figures and standing.level is not Level.BELOW:
                    yield Near(one.party, year, standing.report.name)
        skip += _AT_ONCE
