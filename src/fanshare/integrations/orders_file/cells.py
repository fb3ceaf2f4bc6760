"""What stands in one cell: amounts, times, words. A cell of CSV is text, one of Parquet may be a number or a time.

Every function takes a cell that is not empty and raises ``BadInputError`` with a stable code. No message repeats what
could be somebody's address or number.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from fanshare.core.errors import BadInputError, quoted
from fanshare.core.instants import Instant, from_datetime, parse_rfc3339, zone
from fanshare.core.money import Micros, parse_amount
from fanshare.core.orders import Status
from fanshare.integrations.orders_file.mapping import STATUS_WORDS, Plan

type Cell = str | int | Decimal | datetime | date | bool | None

MAX_TEXT = 500
MAX_QUANTITY = 1_000_000_000

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FORMS = {True: ("true", "yes", "y", "1"), False: ("false", "no", "n", "0")}


def text(cell: Cell, most: int = MAX_TEXT) -> str:
    """A text of at most ``most`` characters; whole numbers count as text, also ``1001.0`` (as pandas writes an id)."""
    if isinstance(cell, Decimal) and cell.is_finite() and cell == cell.to_integral_value():
        cell = int(cell)
    if isinstance(cell, str | int) and not isinstance(cell, bool):
        found = str(cell).strip()
        if len(found) <= most and found.isprintable():
            return found
    raise BadInputError("bad_field", f"This should be a text of at most {most} characters in one line.")


def amount(cell: Cell, plan: Plan) -> Micros:
    """Micros of an amount that is not negative, in the plan's way of writing."""
    micros = parse_amount(_plain(cell, plan)) if isinstance(cell, str) else parse_amount(_number(cell))
    if micros < 0:
        raise BadInputError("negative_amount", "This amount is negative; amounts are written without a sign.")
    return micros


def _number(cell: Cell) -> int | Decimal:
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return cell
    raise BadInputError("bad_amount", "This should be an amount.")


def _plain(cell: str, plan: Plan) -> str:
    """An amount with a decimal point and nothing between its digits. A sign of another kind is refused, not guessed."""
    given = cell.strip()
    whole, sign, rest = given.partition(plan.decimal)
    groups = whole.lstrip("-").split(plan.thousands) if plan.thousands else [whole.lstrip("-")]
    grouped = len(groups) == 1 or (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    digits = "".join(groups) + rest
    if not (grouped and digits.isascii() and digits.isdecimal() and groups[0]) or (sign and not rest):
        example = f"1{plan.thousands}234{plan.decimal}50"
        raise BadInputError("bad_amount", f"{quoted(given)} is not an amount such as {example}.")
    return f"{'-' if whole.startswith('-') else ''}{''.join(groups)}{'.' if rest else ''}{rest}"


def moment(cell: Cell, plan: Plan) -> Instant:
    """The instant of a time, or of a date where the plan says what of the day is meant."""
    if isinstance(cell, str) and plan.date:
        cell = _by_format(cell.strip(), plan.date)
    elif isinstance(cell, str):
        cell = _iso(cell.strip())
    if isinstance(cell, datetime):
        return from_datetime(cell if cell.tzinfo else _placed(cell, plan))
    if isinstance(cell, date):
        return _day(cell, plan)
    raise BadInputError("bad_time", "This should be a time like 2026-11-14T10:02:00Z.")


def _iso(given: str) -> datetime | date:
    if _DATE.fullmatch(given):
        try:
            return date.fromisoformat(given)
        except ValueError:
            raise BadInputError("bad_time", f"{given!r} is no day of the calendar.") from None
    try:
        instant = parse_rfc3339(given)
    except BadInputError:
        instant = parse_rfc3339(given, assume_utc=True)
        return datetime(1970, 1, 1) + timedelta(microseconds=instant)  # noqa: DTZ001 - its zone is the plan's
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)


def _by_format(given: str, form: str) -> datetime | date:
    try:
        found = datetime.strptime(given, form)  # noqa: DTZ007 - its zone is the plan's where the form has none
    except (ValueError, OverflowError):
        raise BadInputError("bad_time", f"{quoted(given)} is not a time of the form {form!r}.") from None
    return found if any(mark in form for mark in ("%H", "%I", "%T", "%c", "%X")) else found.date()


def _placed(naive: datetime, plan: Plan) -> datetime:
    """A time of the plan's zone. Of an hour that happens twice, the first; one that is skipped does not exist."""
    if not plan.time_zone:
        raise BadInputError("naive_time", "This time has no offset; say format.time_zone in a mapping.")
    found = naive.replace(tzinfo=zone(plan.time_zone))
    try:
        back = found.astimezone(UTC).astimezone(found.tzinfo).replace(tzinfo=None)
    except OverflowError:
        raise BadInputError("time_out_of_range", "This time lies outside the years 1970 to 9999.") from None
    if back != naive:
        raise BadInputError("bad_time", f"{naive} does not exist in {plan.time_zone}: the clocks were put forward.")
    return found


def _day(day: date, plan: Plan) -> Instant:
    if not plan.day:
        raise BadInputError("bare_date", "This is a day without a time; say format.day (start or end) in a mapping.")
    moment_ = time(0, 0) if plan.day == "start" else time(23, 59, 59)
    return from_datetime(_placed(datetime.combine(day, moment_), plan))


def status(cell: Cell, plan: Plan) -> Status:
    """What a shop's word for the state of an order means."""
    word = text(cell, 100).casefold()
    known = plan.status.get(word) or STATUS_WORDS.get(word)
    if known is None:
        raise BadInputError("bad_status", f"{word[:40]!r} is no status that is known; say in a mapping what it means.")
    return known


def quantity(cell: Cell) -> int:
    """Whole pieces; a fraction of zeros is allowed."""
    if isinstance(cell, str):
        match = re.fullmatch(r"([0-9]{1,10})(?:[.,]0{1,6})?", cell.strip(), re.ASCII)
        cell = int(match[1]) if match else None
    if isinstance(cell, Decimal) and cell.is_finite() and cell == cell.to_integral_value():
        cell = int(cell)
    if isinstance(cell, bool) or not isinstance(cell, int) or not 0 <= cell <= MAX_QUANTITY:
        raise BadInputError("bad_number", "This should be a whole number of pieces.")
    return cell


def flag(cell: Cell) -> bool:
    """True or false."""
    word = str(cell).strip().casefold()
    for meaning, words in _FORMS.items():
        if word in words:
            return meaning
    raise BadInputError("bad_field", "This should be yes or no.")


def country(cell: Cell) -> str:
    """Two letters (ISO 3166-1)."""
    code = text(cell, 100).upper()
    if not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise BadInputError("bad_country", "This should be two letters, such as DE (ISO 3166-1).")
    return code


def texts(cell: Cell) -> tuple[str, ...]:
    """Several short texts, separated by blanks, commas or semicolons."""
    found = dict.fromkeys(re.split(r"[\s,;|]+", text(cell, 2_000)))
    if any(len(each) > 100 for each in found):
        raise BadInputError("bad_field", "One of these is longer than 100 characters.")
    return tuple(filter(None, found))


def in_field[T](name: str, read: Callable[[], T]) -> T:
    """What ``read`` gives; a refusal of it says which field it speaks of."""
    try:
        return read()
    except BadInputError as error:
        raise BadInputError(error.code, f"{name}: {error.message}") from None
