"""Amounts and dates as the pages write them: ``1.41 €``, ``Tue 22 Dec``. Plain text; the templates add the markup."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from fanshare.core.currencies import REPLACED
from fanshare.core.instants import Instant, local_date, to_datetime
from fanshare.core.money import (
    Micros,
    format_minor,
    format_percent,
    format_trimmed,
    from_minor_units,
    grouped,
    minor_units,
)
from fanshare.web.language import gettext, spoken

#: Signs that mean one currency only; every other currency is written with its code.
SIGNS = {"EUR": "€", "GBP": "£", "USD": "US$", "INR": "₹", "ILS": "₪", "KRW": "₩"}

_DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
}
_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "de": ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
}
_SPACE = "\N{NO-BREAK SPACE}"


def sign(currency: str) -> str:
    """What stands beside an amount: ``€``, or the code where a sign would be ambiguous."""
    return SIGNS.get(currency, currency)


def shown(micros: Micros, currency: str) -> str:
    """An amount as a screen shows it, rounded down to the minor unit: ``1.41 €``, ``12,345.60 €``."""
    return f"{figure(format_minor(micros, currency))}{_SPACE}{sign(currency)}"


def writable(micros: Micros, currency: str) -> str:
    """The same without the currency, as a field of a form holds it before somebody writes another: ``1.41``.

    Nothing stands between thousands: what is sent back has to be one number, whoever reads it.
    """
    return pointed(format_minor(micros, currency))


def exact(micros: Micros, currency: str) -> str:
    """The whole amount, nothing rounded: ``1.416 €``."""
    return f"{figure(format_trimmed(micros))}{_SPACE}{sign(currency)}"


def percent(bps: int) -> str:
    """A rate in basis points: ``12.5 %``."""
    return f"{pointed(format_percent(bps))}{_SPACE}%"


def carried_on(micros: Micros, currency: str) -> Micros:
    """What the shown amount leaves out, in micros: at least 0, less than one minor unit."""
    return micros - from_minor_units(minor_units(micros, currency), currency)


def replaced(currency: str) -> str:
    """What became of a currency that is no more, and of what is owed in it; empty for every other."""
    law = REPLACED.get(currency)
    if law is None:
        return ""
    told = gettext(
        "%(new)s took the place of %(old)s on %(day)s, by law at %(per)s %(old)s for 1 %(new)s. What is ready becomes"
        " %(new)s at that rate by itself, and what still waits does on the day on which it is ready. A refund takes"
        " back exactly what came of it."
    )
    return told % {"old": currency, "new": law.by, "day": dated(law.on, whole=True), "per": figure(law.per)}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Dates in a programme's time zone, as seen at ``now``: the year is written only where it is another one."""

    zone: ZoneInfo
    now: Instant

    def day(self, instant: Instant) -> str:
        """``Tue 22 Dec``, or ``Tue 22 Dec 2027`` in another year than now."""
        return self.name(local_date(instant, self.zone))

    def name(self, date: date) -> str:
        """The same of a day."""
        return _named(date, _year(self.now, self.zone), spoken())

    def iso(self, instant: Instant) -> str:
        """``2026-12-22``, for the ``datetime`` attribute."""
        return local_date(instant, self.zone).isoformat()

    def time(self, instant: Instant) -> str:
        """The time of day: ``14:03``."""
        return format(to_datetime(instant).astimezone(self.zone), "%H:%M")

    def passed(self, instant: Instant) -> bool:
        """Whether an instant is now or lies behind."""
        return instant <= self.now


# A list names the same days in every line, and a page the same amounts at several places.
@lru_cache(maxsize=4096)
def _named(day: date, this_year: int, language: str) -> str:
    dot = "." if language == "de" else ""
    words = f"{_DAYS[language][day.weekday()]} {day.day}{dot} {_MONTHS[language][day.month - 1]}"
    return (words if day.year == this_year else f"{words} {day.year}").replace(" ", _SPACE)


def dated(iso: str, *, whole: bool) -> str:
    """``14 Nov`` of ``2026-11-14``, or ``14 Nov 2026`` where ``whole``, in the language spoken."""
    day, language = date.fromisoformat(iso), spoken()
    words = f"{day.day}{'.' if language == 'de' else ''} {_MONTHS[language][day.month - 1]}"
    return (f"{words} {day.year}" if whole else words).replace(" ", _SPACE)


@lru_cache(maxsize=64)
def _year(now: Instant, zone: ZoneInfo) -> int:
    return local_date(now, zone).year


#: From English to German: the sign between thousands, and the one before decimals.
_SIGNS = str.maketrans(",.", ".,")


def figure(number: str) -> str:
    """A number as people read it, ``12,345.60`` for ``12345.60``, with the signs of the language spoken."""
    return pointed(grouped(number))


def counted(n: int) -> str:
    """How many, as people read it: ``1,204``."""
    return figure(str(n))


def pointed(number: str) -> str:
    """The number with the signs of the language spoken between thousands and before decimals."""
    return number.translate(_SIGNS) if spoken() == "de" else number
