"""What moved somebody's balance besides sales, payouts and gifts: opening balances, and what the brand bears."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from fanshare.core.instants import Instant, format_rfc3339
from fanshare.core.money import Micros, format_micros
from fanshare.core.moving import ABSORBED, ALLOWANCE, BONUS, CLAIM, CLAIM_ORDER, DEBT, DEBT_ORDER, EXPENSE, NAMES
from fanshare.flows import payment_clock
from fanshare.flows.payment_clock import Booked
from fanshare.store.queries import moving
from fanshare.store.queries.moving import Opened
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.lists import MOST_EXPORTED
from fanshare.web.money_states import days_of

#: The newest of them on a page, which says when there are more; the statement has all.
MOST = 50
_WORDS = {
    CLAIM: later("the brand bears it for a claim that you made late"),
    DEBT: later("the brand bears it of a debt that stood for 180 days"),
    ABSORBED: later("a debt that the brand took upon itself"),
    BONUS: later("a bonus of the brand, given by hand"),
    EXPENSE: later("an expense that the brand paid back"),
    ALLOWANCE: later("an expense that the brand paid back, without a receipt"),
}
_FOLLOWS = {
    CLAIM_ORDER: (
        later("taken back of what the brand bears for a claim, as its order was changed"),
        later("given again of what the brand bears for a claim, as its order was changed"),
    ),
    DEBT_ORDER: (
        later("taken back of what the brand bore of an old debt, as its order was changed"),
        later("given again of what the brand bore of an old debt, as its order was changed"),
    ),
}


class Other(NamedTuple):
    """One of them. ``amount`` is below zero where something was taken back; ``ready_at`` where it still waits."""

    at: Instant
    what: str
    amount: Micros
    currency: str
    words: str
    ready_at: Instant | None


class Others(NamedTuple):
    """Those that a page tells; ``more``: older ones are in the statement alone."""

    rows: list[Other]
    more: bool


def others(here: Here, before: Instant | None = None) -> Others | None:
    """The newest of hers, as of now or of a moment ``before`` which nothing is told; ``None`` where there are none."""
    return shown(in_words(moving.newest(here.access, here.me, before, MOST + 1)))


def shown(found: list[Other]) -> Others | None:
    """Of one more than a page has, those that it has; ``None`` where there are none."""
    return Others(found[:MOST], len(found) > MOST) if found else None


def in_words(rows: Iterable[Opened], reasons: Mapping[tuple[str, int], str] = MappingProxyType({})) -> list[Other]:
    """Openings as a page tells them; ``reasons`` say what bonuses are for, by currency and number."""
    return [Other(one.at, one.tool, one.amount, one.currency, _words(one, reasons), one.ready_at) for one in rows]


def documents(here: Here, columns: tuple[str, ...], before: Instant | None = None) -> list[Mapping[str, Any]]:
    """The same as rows of a file of these columns."""
    return [{column: told.get(column, "") for column in columns} for told in _told(here, before)]


def _told(here: Here, before: Instant | None) -> Iterator[Mapping[str, str]]:
    found = moving.newest(here.access, here.me, before, MOST_EXPORTED)
    clocks = _clocks(here, found)
    for opened, one in zip(found, in_words(found), strict=True):
        waits = one.ready_at is not None and one.ready_at > (before or here.now)
        yield {
            "placed_at": format_rfc3339(one.at),
            "day": here.calendar.iso(one.at),
            "amount": format_micros(one.amount),
            "currency": one.currency,
            "state": "waiting" if waits else "ready",
            "ready_at": "" if one.ready_at is None else format_rfc3339(one.ready_at)[:10],
            "what": one.what,
            **clocks.get(opened.id, {}),
        }


def _clocks(here: Here, found: Iterable[Opened]) -> dict[int, Mapping[str, str]]:
    """When each expense that was paid back was ready, and which day takes it or what it waits for; by its opening."""
    paid = [one for one in found if one.tool in (EXPENSE, ALLOWANCE)]
    asked = [Booked(one.id, here.me, one.currency, one.amount, one.at) for one in paid]
    told = payment_clock.booked(here.access, here.tenant, asked, here.now).clocks
    return {
        one.id: {"ready_at": format_rfc3339(clock.ready_at or one.at)[:10], **days_of(here, clock)}
        for one, clock in zip(paid, told, strict=True)
    }


def _words(one: Opened, reasons: Mapping[tuple[str, int], str]) -> str:
    if one.tool == BONUS and (why := reasons.get((one.currency, one.nth))):
        return _("a bonus of the brand, given by hand: %(why)s") % {"why": why}
    if one.tool in _FOLLOWS:
        return _(_FOLLOWS[one.tool][one.amount > 0])
    if one.tool in _WORDS:
        return _(_WORDS[one.tool])
    return _("came along from %(tool)s") % {"tool": NAMES.get(one.tool, one.tool)}
