"""How long a connection was switched off on each UTC day, from the history of its switch."""

from collections.abc import Iterable
from dataclasses import dataclass

from fanshare.core.instants import DAY, SECOND, Instant, utc_day


@dataclass(frozen=True, slots=True)
class Switched:
    """From an instant on a connection was on, or off. Before the first one it was on."""

    at: Instant
    on: bool


def off_spans(history: Iterable[Switched], until: Instant) -> list[tuple[Instant, Instant]]:
    """The spans before ``until`` during which it was off, oldest first, each with a length."""
    spans: list[tuple[Instant, Instant]] = []
    since: Instant | None = None
    for switched in sorted(history, key=lambda one: one.at):
        if switched.on and since is not None:
            spans.append((since, switched.at))
            since = None
        elif not switched.on and since is None:
            since = switched.at
    if since is not None:
        spans.append((since, until))
    return [(begin, min(end, until)) for begin, end in spans if begin < min(end, until)]


def off_seconds(history: Iterable[Switched], until: Instant) -> dict[str, int]:
    """Whole seconds it was off, by UTC day (``2026-11-22``); days without any are left out.

    What is left of a second counts where it began, so that days add up to the whole.
    """
    micros: dict[str, int] = {}
    for begin, end in off_spans(history, until):
        while begin < end:
            midnight = begin - begin % DAY + DAY
            day = utc_day(begin)
            micros[day] = micros.get(day, 0) + min(end, midnight) - begin
            begin = midnight
    return {day: seconds for day, amount in micros.items() if (seconds := amount // SECOND)}
