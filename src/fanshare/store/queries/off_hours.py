"""When a party is away, in which hours of the day nothing is mailed to her, and how little of her time we take."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_GET = """
SELECT away_until_at, quiet_from, quiet_to, ten_minutes FROM off_hours
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s
"""
_SET = """
INSERT INTO off_hours (programme_id, party_id, away_until_at, quiet_from, quiet_to, ten_minutes)
VALUES (%(programme_id)s, %(party)s, %(away_until)s, %(quiet_from)s, %(quiet_to)s, %(ten_minutes)s)
ON CONFLICT (programme_id, party_id) DO UPDATE SET away_until_at = excluded.away_until_at,
       quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
       ten_minutes = excluded.ten_minutes
"""
_AWAY = """
SELECT party_id, away_until_at FROM off_hours
 WHERE programme_id = %(programme_id)s AND party_id = ANY(%(parties)s) AND away_until_at > %(now)s
"""
_FORGET = "DELETE FROM off_hours WHERE programme_id = %(programme_id)s AND party_id = ANY(%(parties)s)"
_ZONE = "SELECT time_zone FROM programme WHERE id = %(programme_id)s"


class OffHours(NamedTuple):
    """Away until an instant; quiet from one whole hour to another, where the programme is. ``None``: not at all.

    ``ten_minutes``: a creator wants to see only what fits ten minutes a week.
    """

    away_until: Instant | None = None
    quiet_from: int | None = None
    quiet_to: int | None = None
    ten_minutes: bool = False


def get(access: Access, party: int) -> OffHours:
    """What a party chose."""
    row = access.fetch_one(_GET, {"party": party})
    return OffHours() if row is None else OffHours(*row)


def away(access: Access, parties: Sequence[int], now: Instant) -> dict[int, Instant]:
    """Who of these is away, and until when."""
    return dict(access.fetch(_AWAY, {"parties": [*parties], "now": now}))


def put(access: Access, party: int, chosen: OffHours) -> None:
    """Keep what she chose in the place of what was there."""
    access.execute(_SET, {"party": party, **chosen._asdict()})


def time_zone(access: Access) -> str:
    """Where the programme is."""
    return str(access.value(_ZONE))


def forget(access: Access, parties: list[int]) -> None:
    """Forget it."""
    access.execute(_FORGET, {"parties": parties})
