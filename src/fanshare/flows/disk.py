"""The disk that everything lies on: looked at every hour by the worker, judged by the doctor."""

import shutil
from pathlib import Path
from typing import Literal

from fanshare.core.disk_forecast import LONGEST, Measured, forecast
from fanshare.core.instants import DAY, Instant
from fanshare.core.marks import say
from fanshare.flows.remarks import Remark, amount_of_time
from fanshare.store.access import Connection
from fanshare.store.queries import keeping

_LOW, _VERY_LOW = 1 << 30, 256 << 20
_SOON, _VERY_SOON = 30, 7
_REMEMBERED = 400 * DAY
#: From here on the answer is "for years", and the number would promise more than anybody knows.
_FAR = 3_650


def look(conn: Connection, home: Path, now: Instant) -> None:
    """Write down how much room there is; once a day is enough, more often does no harm."""
    free, total = _room(home)
    keeping.note(conn, Measured(now, keeping.size(conn), free, total))
    keeping.forget_before(conn, max(0, now - _REMEMBERED))


def room_remark(home: Path) -> Remark:
    """Whether there is room now."""
    free, _ = _room(home)
    if free < _LOW:
        level: Literal["bad", "warn"] = "bad" if free < _VERY_LOW else "warn"
        said = say(
            "Only %(free)s MB are free where %(home)s lies: make room, or webhooks will be answered with 503.",
            free=free >> 20,
            home=home,
        )
        return Remark(level, "disk_low", said)
    return Remark("ok", "disk", say("There is room for the spool: %(free)s GB are free.", free=free >> 30))


def forecast_remark(conn: Connection, home: Path, now: Instant) -> Remark:
    """How the database grows, and for how long there will be room."""
    free, _ = _room(home)
    size = _bytes(keeping.size(conn))
    known = keeping.measured(conn, max(0, now - LONGEST), now)
    found = forecast(known, free)
    if found is None:
        since = amount_of_time(now - known[0].at) if known else say("no time")
        said = say(
            "The database has %(size)s; how it grows can be said after three days, it was watched for %(time)s so far.",
            size=size,
            time=since,
        )
        return Remark("ok", "disk_forecast", said)
    growth = _bytes(max(0, found.growth))
    grows = say("The database has %(size)s and grows by %(growth)s a day", size=size, growth=growth)
    if found.full_in is None or found.full_in > _FAR:
        return Remark(
            "ok", "disk_forecast", say("%(grows)s: at this pace the disk lasts for more than ten years.", grows=grows)
        )
    if found.growth < found.filling:
        grows = say("%(grows)s, the disk fills by %(filling)s a day", grows=grows, filling=_bytes(found.filling))
    when = say("in %(n)s days", n=found.full_in) if found.full_in != 1 else say("tomorrow")
    full = say("%(grows)s: at this pace the disk is full %(when)s.", grows=grows, when=when)
    if found.full_in >= _SOON:
        return Remark("ok", "disk_forecast", full)
    said = say("%(full)s Make room or take a larger one before.", full=full)
    return Remark("bad" if found.full_in < _VERY_SOON else "warn", "disk_forecast", said)


def _room(home: Path) -> tuple[int, int]:
    """Bytes free and in all, where the home or its database has less."""
    places = [place for place in (home, home / "pg") if place.exists()] or [home]
    found = min((shutil.disk_usage(place) for place in places), key=lambda one: one.free)
    return found.free, found.total


def _bytes(number: int) -> str:
    """``12 MB``; rounded down, with one unit that leaves at least two digits."""
    for shift, name in ((30, "GB"), (20, "MB"), (10, "kB")):
        if number >> shift >= 10:
            return f"{number >> shift} {name}"
    return say("%(n)s bytes", n=number)
