"""When a party is away, and in which hours of the day nothing is mailed to her."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_GET = """
SELECT away_until_at, quiet_from, quiet_to FROM off_hours
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s
"""
_SET = """
INSERT INTO off_hours (programme_id, party_id, away_until_at, quiet_from, quiet_to)
VALUES (%(programme_id)s, %(party)s, %(away_until)s, %(quiet_from)s, %(quiet_to)s)
ON CONFLICT (programme_id, party_id) DO UPDATE SET away_until_at = excluded.away_until_at,
       quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to
"""
_FORGET = "DELETE FROM off_hours WHERE programme_id = %(programme_id)s AND party_id = ANY(%(parties)s)"
_ZONE = "SELECT time_zone FROM programme WHERE id = %(programme_id)s"


class OffHours(NamedTuple):
    """Away until an instant; quiet from one whole hour to another, where the programme is. ``None``: not at all."""

    away_until: Instant | None = None
    quiet_from: int | None = None
    quiet_to: int | None = None


def get(access: Access, party: int) -> OffHours:
    """What a party chose."""
    row = access.fetch_one(_GET, {"party": party})
    return OffHours() if row is None else OffHours(*row)


def put(access: Access, party: int, chosen: OffHours) -> None:
    """Keep what she chose in the place of what was there."""
    access.execute(_SET, {"party": party, **chosen._asdict()})


def time_zone(access: Access) -> str:
    """Where the programme is."""
    return str(access.value(_ZONE))


def forget(access: Access, parties: list[int]) -> None:
    """Forget it."""
    access.execute(_FORGET, {"parties": parties})
