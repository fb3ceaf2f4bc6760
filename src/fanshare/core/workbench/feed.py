"""A plan as a calendar that others can subscribe to (RFC 5545): busy times, with titles only where she chose so."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fanshare.core.workbench.schedule import Block

#: So many octets a calendar has at most: with its seal it fits into its row.
MOST = 240_000
_WIDTH = 75
_STAMP = "%Y%m%dT%H%M%SZ"
_HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//fanshare//workbench//EN\r\nMETHOD:PUBLISH\r\n"
_FOOT = "END:VCALENDAR\r\n"


class Written(NamedTuple):
    """A calendar, and how many steps did not fit into it."""

    text: str
    cut: int


def calendar(
    blocks: Iterable[Block], zone: ZoneInfo, made: datetime, key: bytes, titles: Mapping[str, str], most: int = MOST
) -> Written:
    """The calendar of some blocks. ``titles`` says what a step is called, and under ``""`` what one without a title is.

    ``key`` makes the names of events, which stay the same for a step as long as the address does and tell nothing.
    Where not all fit into ``most`` octets, it holds the next ones, and of those that are over the last.
    """
    clock = made.astimezone(zone).replace(tzinfo=None)
    ahead: list[Block] = []
    over: list[Block] = []
    for one in sorted(blocks, key=lambda block: (block.begin, block.work.id)):
        (ahead if one.end > clock else over).append(one)
    kept, room = [], most - len(_HEAD) - len(_FOOT)
    ordered = [*ahead, *reversed(over)]
    for one in ordered:
        text = _event(one, zone, made, key, titles)
        room -= len(text.encode())
        if room < 0:
            break
        kept.append((one.begin, text))
    events = "".join(text for _, text in sorted(kept, key=lambda event: event[0]))
    return Written(f"{_HEAD}{events}{_FOOT}", len(ordered) - len(kept))


def _event(one: Block, zone: ZoneInfo, made: datetime, key: bytes, titles: Mapping[str, str]) -> str:
    name = hmac.digest(key, f"{one.work.id} {one.step}".encode(), hashlib.sha256).hex()[:32]
    lines = (
        "BEGIN:VEVENT",
        f"UID:{name}",
        f"DTSTAMP:{made.astimezone(UTC).strftime(_STAMP)}",
        f"DTSTART:{_utc(one.begin, zone)}",
        f"DTEND:{_utc(one.end, zone)}",
        f"SUMMARY:{_text(_title(one, titles))}",
        "CLASS:PRIVATE",
        "END:VEVENT",
    )
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _title(block: Block, titles: Mapping[str, str]) -> str:
    step = titles.get(block.step)
    return titles[""] if step is None else f"{step}: {block.work.name}"


def _utc(local: datetime, zone: ZoneInfo) -> str:
    return local.replace(tzinfo=zone).astimezone(UTC).strftime(_STAMP)


def _text(words: str) -> str:
    """Words as a value: what would end it is written otherwise (section 3.3.11)."""
    plain = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "".join("\\n" if one == "\n" else one for one in plain if one == "\n" or one.isprintable())


def _folded(line: str) -> list[str]:
    """A line in parts of at most 75 octets, no letter cut in two (section 3.1)."""
    parts, now = [], ""
    for letter in line:
        if len((now + letter).encode()) > _WIDTH:
            parts.append(now)
            now = " "
        now += letter
    return [*parts, now]
