"""Which codes somebody should look at, because they seem to have leaked or were taken more often than allowed."""

from typing import NamedTuple

from fanshare.core.code_alarm import RECENT_DAYS, USUAL_DAYS, Alarm, alarm, sentence
from fanshare.core.instants import DAY, Instant
from fanshare.store.access import Access
from fanshare.store.queries import code_uses


class CodeAlarm(NamedTuple):
    """A code, whose it is, what was seen, and what to say about it."""

    code: int
    text: str
    owner: int
    found: Alarm
    sentence: str


def code_alarms(access: Access, now: Instant) -> list[CodeAlarm]:
    """The alarms over the orders as they are now. They hold no money and take nothing from anybody."""
    told = []
    for one in code_uses.used(access, max(0, now - (RECENT_DAYS + USUAL_DAYS) * DAY)):
        found = alarm(one.uses, one.known_since, now, one.limit)
        if found is not None:
            told.append(CodeAlarm(one.id, one.text, one.owner, found, sentence(one.text, found, one.limit)))
    return told
