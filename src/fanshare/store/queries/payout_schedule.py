"""On which days a programme pays: columns of its row."""

from fanshare.core.payout_schedule import Schedule
from fanshare.store.access import Access

_PUT = """
UPDATE programme SET pays_every = %(every)s, pays_day = %(day)s, pays_since = %(since)s, pays_problem = ''
 WHERE id = %(programme_id)s
"""
_MARK = """
UPDATE programme SET pays_since = %(since)s, pays_problem = ''
 WHERE id = %(programme_id)s AND pays_every IS NOT NULL AND pays_since < %(since)s RETURNING 1
"""
_PROBLEM = """
UPDATE programme SET pays_problem = %(said)s
 WHERE id = %(programme_id)s AND pays_since < %(day)s AND pays_problem <> %(said)s
"""


def put(access: Access, schedule: Schedule | None, since: str) -> None:
    """Other days from now on, or none: the day ``since`` itself is not due."""
    every, day = (None, None) if schedule is None else (str(schedule.every), schedule.day)
    access.execute(_PUT, {"every": every, "day": day, "since": None if schedule is None else since})


def mark(access: Access, day: str) -> bool:
    """Take a day as planned; ``False`` where somebody else was faster, or there are no days any more."""
    return access.fetch_one(_MARK, {"since": day}) is not None


def put_problem(access: Access, day: str, said: str) -> None:
    """Why the run of a day could not be planned, unless somebody has planned it meanwhile."""
    access.execute(_PROBLEM, {"day": day, "said": said[:500]})
