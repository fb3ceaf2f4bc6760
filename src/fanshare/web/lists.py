"""Lists: what is searched, filtered, sorted and from where on is in the address, so that a page can be sent on.

A page of a list begins behind a key, not behind a number of rows: it costs the same anywhere, and rows that come in
meanwhile shift nothing. What can't be understood is refused with a sentence.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, from_datetime

PAGE = 25
#: Rows of an export; more are cut, and the file says so.
MOST_EXPORTED = 10_000
_LONGEST = 200


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
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.text or self.from_day or self.to_day or any(self.chosen.values()))

    def address(self, **changes: str) -> str:
        """The query string of this list with some changes; a change to nothing takes a part out."""
        parts = {"q": self.text, "from": self.from_day, "to": self.to_day, **self.chosen, **self.hidden}
        if self.sort != next(iter(self.spec.sorts)):
            parts["sort"] = self.sort
        kept = {name: value for name, value in {**parts, **changes}.items() if value}
        return f"?{urlencode(kept)}" if kept else "?"


def asked(query: Mapping[str, str], spec: Spec, tz: ZoneInfo, **hidden: str) -> Asked:
    """Read the query of an address. Raises ``BadInputError``: ``bad_filter``, ``bad_date``, ``bad_place``."""
    text = query.get("q", "").strip() if spec.search else ""
    if len(text) > _LONGEST or "\x00" in text:
        raise BadInputError("bad_filter", "Search for fewer characters.")
    sort = query.get("sort", "") or next(iter(spec.sorts))
    chosen = {name: query.get(name, "") for name in spec.filters}
    wrong = [name for name, value in chosen.items() if value and value not in spec.filters[name][1]]
    if wrong or sort not in spec.sorts or query.get("as", "") not in ("", "csv", "json"):
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
