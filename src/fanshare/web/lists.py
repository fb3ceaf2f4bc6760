"""Lists: what is searched, filtered, sorted and from where on is in the address, so that a page can be sent on.

A page of a list begins behind a key, not behind a number of rows: it costs the same anywhere, and rows that come in
meanwhile shift nothing. What can't be understood is refused with a sentence.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, from_datetime
from fanshare.web.language import gettext as _

PAGE = 25
#: Rows of an export; more are cut, and the file says so.
MOST_EXPORTED = 10_000
_LONGEST = 200
_USUAL = frozenset({"q", "from", "to", "sort", "after", "as"})
#: What a page says once after a form was sent: no part of a list.
SAID_ONCE = frozenset({"kept", "given", "back", "gone", "thanked", "sent", "reported", "founded", "again"})

#: Whether every row of the page is ticked: of one look, so no address of the list passes it on.
TICK = "tick"

#: What social networks, mail tools and advertisers write behind any address that is passed on there.
_PASSED_ON = frozenset({
    "_hsenc", "_hsmi", "dclid", "fbclid", "gbraid", "gclid", "igshid", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok",
    "msclkid", "ttclid", "twclid", "wbraid", "yclid",
})  # fmt: skip


def _passed_on(name: str) -> bool:
    return name in _PASSED_ON or name.startswith("utm_")


@dataclass(frozen=True, slots=True)
class Spec:
    """What a list can do. ``filters``: name -> what it is called and its choices (value -> words)."""

    filters: Mapping[str, tuple[str, Mapping[str, str]]]
    sorts: Mapping[str, str]
    search: str = ""
    dates: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a list. Instants are half open: ``since`` <= t < ``until``."""

    spec: Spec
    text: str
    chosen: Mapping[str, str]
    sort: str
    from_day: str
    to_day: str
    since: Instant | None
    until: Instant | None
    after: tuple[int, int] | None
    form: str
    hidden: Mapping[str, str]

    @property
    def limit(self) -> int:
        """How many rows are shown: of a page, or of a file."""
        return MOST_EXPORTED if self.form else PAGE

    @property
    def before(self) -> int | None:
        """The row behind which this page begins, for lists whose order is that of one number."""
        return None if self.after is None else self.after[0]

    @property
    def span(self) -> dict[str, Instant | None]:
        """The days asked for, as queries name them."""
        return {"since": self.since, "until": self.until}

    @property
    def query(self) -> dict[str, Any]:
        """All of it as queries of lists with states name it, with one row more than is shown."""
        wanted = {"state": self.chosen["state"], "text": self.text, "sort": self.sort}
        return {**wanted, "after": self.after, "limit": self.limit + 1, **(self.span if self.spec.dates else {})}

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.text or self.from_day or self.to_day or any(self.chosen.values()))

    @property
    def told(self) -> list[str]:
        """What is set of it, in the words of its tools: nothing where it is the whole list in its usual order."""
        chosen = [self.spec.filters[name][1][value] for name, value in self.chosen.items() if value]
        days = [_("from %(day)s") % {"day": self.from_day}] if self.from_day else []
        days += [_("to %(day)s") % {"day": self.to_day}] if self.to_day else []
        order = [] if self.sort == next(iter(self.spec.sorts)) else [self.spec.sorts[self.sort]]
        return [*([_("“%(words)s”") % {"words": self.text}] if self.text else []), *chosen, *days, *order]

    def address(self, **changes: str) -> str:
        """The query string of this list with some changes; a change to nothing takes a part out."""
        parts = {"q": self.text, "from": self.from_day, "to": self.to_day, **self.chosen, **self.hidden}
        if self.sort != next(iter(self.spec.sorts)):
            parts["sort"] = self.sort
        return _query({**parts, **changes})

    def bare(self, **changes: str) -> str:
        """The query string of the whole list, in its usual order: what stands around it alone, with some changes."""
        return _query({**self.hidden, **changes})


class Taken[T](NamedTuple):
    """The rows of one page or file, where the next page begins (empty: nowhere), and whether a file leaves rows out."""

    rows: list[T]
    next: str
    cut: bool


def taken[T](wish: Asked, found: Sequence[T], key: Callable[[T], tuple[int, int]]) -> Taken[T]:
    """What is shown of rows that were read with one more than ``wish.limit``; ``key`` is what the list goes by."""
    rows, more = list(found[: wish.limit]), len(found) > wish.limit
    return Taken(rows, place(key(rows[-1])) if more else "", more)


def beside[T](query: Mapping[str, str], read: Callable[..., Sequence[T]], key: str = "codes") -> tuple[list[T], str]:
    """A list beside the one of a page, by a name of its own in the address: its rows, and where the next ones begin.

    ``read`` takes ``before`` (a number) and ``limit``. Raises ``BadInputError`` (``bad_place``).
    """
    behind_ = read_place(query.get(key, ""))
    rows = read(before=None if behind_ is None else behind_[0], limit=PAGE + 1)
    return list(rows[:PAGE]), place(by_number(rows[PAGE - 1])) if len(rows) > PAGE else ""


def by_number(row: Any) -> tuple[int, int]:
    """The key of lists that go by the number of a row alone."""
    return row.id, 0


def behind[T](wish: Asked, rows: Sequence[T], number: Callable[[T], int]) -> Sequence[T]:
    """Of a list that is held whole and in its order, what comes after the row whose ``number`` the address names.

    Raises ``BadInputError`` (``bad_place``) where that row is gone.
    """
    if wish.after is None:
        return rows
    for at, row in enumerate(rows):
        if number(row) == wish.before:
            return rows[at + 1 :]
    raise BadInputError("bad_place", "This address does not name a place in the list; start from the list itself.")


def asked(query: Mapping[str, str], spec: Spec, tz: ZoneInfo, **hidden: str) -> Asked:
    """Read the query of an address. Raises ``BadInputError``: ``bad_filter``, ``bad_date``, ``bad_place``.

    A name that the list does not know is refused like a value: a filter that was mistyped and left out
    would show, or export, more than was asked for. What others write behind addresses for themselves counts not.
    """
    known = _USUAL | SAID_ONCE | {TICK} | spec.filters.keys() | hidden.keys()
    idle = [name for name, there in (("q", spec.search), ("from", spec.dates), ("to", spec.dates)) if not there]
    strange = [
        name
        for name, value in query.items()
        if (name not in known and not _passed_on(name)) or (name in idle and value)
    ]
    text = query.get("q", "").strip() if spec.search else ""
    if len(text) > _LONGEST or "\x00" in text:
        raise BadInputError("bad_filter", "Search for fewer characters.")
    sort = query.get("sort", "") or next(iter(spec.sorts))
    chosen = {name: query.get(name, "") for name in spec.filters}
    wrong = [name for name, value in chosen.items() if value and value not in spec.filters[name][1]]
    if strange or wrong or sort not in spec.sorts or query.get("as", "") not in ("", "csv", "json"):
        raise BadInputError("bad_filter", "This list has no such filter or order; start from the list itself.")
    from_day, to_day = (query.get(name, "").strip() if spec.dates else "" for name in ("from", "to"))
    return Asked(
        spec=spec,
        text=text,
        chosen=chosen,
        sort=sort,
        from_day=from_day,
        to_day=to_day,
        since=_midnight(from_day, tz, 0),
        until=_midnight(to_day, tz, 1),
        after=read_place(query.get("after", "")),
        form=query.get("as", ""),
        hidden=hidden,
    )


def _query(parts: Mapping[str, str]) -> str:
    kept = {name: value for name, value in parts.items() if value}
    return f"?{urlencode(kept)}" if kept else "?"


def place(key: Sequence[int]) -> str:
    """The opaque name of a place in a list."""
    return base64.urlsafe_b64encode(json.dumps(list(key)).encode()).decode().rstrip("=")


def read_place(text: str) -> tuple[int, int] | None:
    """The key behind a name, ``None`` for the beginning. Raises ``BadInputError`` (``bad_place``)."""
    if not text:
        return None
    try:
        found: Any = json.loads(base64.urlsafe_b64decode(text[:200] + "=" * (-len(text) % 4)))
        first, second = found
        if type(first) is int and type(second) is int and max(abs(first), abs(second)) < 2**63:
            return first, second
    except (ValueError, TypeError):
        pass
    raise BadInputError("bad_place", "This address does not name a place in the list; start from the list itself.")


def _midnight(day: str, tz: ZoneInfo, later: int) -> Instant | None:
    if not day:
        return None
    try:
        return from_datetime(datetime.combine(date.fromisoformat(day) + timedelta(days=later), time(0), tz))
    except (ValueError, OverflowError, BadInputError):
        raise BadInputError("bad_date", "%(day)s is not a day like 2026-11-14.", day=repr(day[:20])) from None
