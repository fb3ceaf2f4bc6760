"""Reading the fields of a terms document one by one, so that every mistake is named at once, by its path.

A ``Table`` never raises: it notes what is wrong and goes on with a neutral value; ``Problems.check`` raises at the end.
Each problem says whether it is one of *shape* (the published JSON Schema refuses it too) or of meaning.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum

from fanshare.core.currencies import EVER
from fanshare.core.errors import BadInputError
from fanshare.core.money import MAX_MICROS, MICROS, Micros

_PERCENT = re.compile(r"100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)
_MONEY = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,6}))?", re.ASCII)
_TEXT = re.compile("[^\x00-\x1f\x7f\ud800-\udfff]{1,200}")
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_FOLLOWERS = re.compile(r"follower|subscriber|audience|reach|views", re.ASCII | re.IGNORECASE)

#: Longest list of names, tables and mistakes that a document may hold or a message may show.
MAX_NAMES = 1000
MAX_TABLES = 200
_MAX_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where, what and what is allowed instead; ``shape`` if the JSON Schema refuses it too."""

    path: str
    message: str
    shape: bool


class TermsError(BadInputError):
    """Terms that are not allowed (code ``terms_invalid``).

    ``errors`` lists every mistake as (path, sentence); the message has one line each. ``shape`` tells whether the
    published JSON Schema refuses the document as well.
    """

    def __init__(self, problems: Collection[Problem]) -> None:
        self.errors = [(problem.path, problem.message) for problem in problems]
        self.shape = any(problem.shape for problem in problems)
        lines = [f"{path}: {message}" if path else message for path, message in self.errors[:_MAX_SHOWN]]
        if len(self.errors) > _MAX_SHOWN:
            lines.append(f"and {len(self.errors) - _MAX_SHOWN} more")
        super().__init__("terms_invalid", "\n".join(lines))


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys a table may have. A key that ``never`` finds is refused for the reason ``why``."""

    allowed: tuple[str, ...]
    never: re.Pattern[str] | None = None
    why: str = ""


class Problems:
    """Collects what is wrong with one document."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def check(self) -> None:
        """Raise ``TermsError`` if anything was found."""
        if self.found:
            raise TermsError(self.found)


class Table:
    """One table of the document. Methods named after a type read one field and return ``None`` where it is unusable.

    ``broken`` marks something that is not a table at all: it has been noted and reads as empty.
    """

    def __init__(self, value: object, path: str, keys: Keys, problems: Problems) -> None:
        self.path = path
        self._problems = problems
        self.broken = not isinstance(value, Mapping)
        self._values: Mapping[str, object] = value if isinstance(value, Mapping) else {}
        if self.broken:
            self._note(path, f"must be a table, not {_show(value)}", shape=True)
        for key in self._values:
            if key not in keys.allowed:
                self._note(self._at(key), _unknown(str(key), keys), shape=True)

    def _at(self, key: str) -> str:
        key = str(key)[:40]
        return f"{self.path}.{key}" if self.path else key

    def _note(self, path: str, message: str, *, shape: bool) -> None:
        self._problems.found.append(Problem(path, message, shape))

    def refuse(self, key: str, message: str, *, shape: bool = False) -> None:
        """Note a mistake of a field (or of the whole table, for an empty key)."""
        self._note(self._at(key) if key else self.path, message, shape=shape)

    def has(self, key: str) -> bool:
        """Whether the document gives the field."""
        return key in self._values

    def require(self, key: str) -> bool:
        """Whether the document gives the field; noted as missing if not."""
        if not self.has(key) and not self.broken:
            self.refuse(key, "is missing", shape=True)
        return self.has(key)

    def table(self, key: str, keys: Keys) -> "Table":
        """A table within; a missing one reads as empty."""
        return Table(self._values.get(key, {}), self._at(key), keys, self._problems)

    def tables(self, key: str, keys: Keys, most: int = MAX_TABLES) -> list["Table"]:
        """A list of tables within, at most ``most``; a missing list reads as empty, an empty one is refused."""
        values = self._values.get(key)
        if not isinstance(values, list):
            if self.has(key):
                self.refuse(key, "must be a list of tables", shape=True)
            return []
        if not 1 <= len(values) <= most:
            self.refuse(key, f"must have 1 to {most} entries, not {len(values)}", shape=True)
        return [
            Table(value, f"{self._at(key)}[{index}]", keys, self._problems) for index, value in enumerate(values[:most])
        ]

    def whole(self, key: str, default: int, lowest: int, highest: int) -> int:
        """A whole number within bounds, ``default`` where it is missing or wrong."""
        value = self._values.get(key, default)
        number = _number(value)
        if number is None or number != number.to_integral_value():
            self.refuse(key, f"must be a whole number, not {_show(value)}", shape=True)
        elif not lowest <= number <= highest:
            self.refuse(key, f"{_show(value)} is not between {lowest} and {highest}", shape=True)
        else:
            return int(number)
        return default

    def percent(self, key: str) -> int | None:
        """A percentage from 0 to 100 with at most two decimals, as basis points: ``"12.5"`` is 1250."""
        if not self.has(key):
            return None
        value = self._values[key]
        written = isinstance(value, str)
        number = Decimal(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else _number(value)
        if number is None:
            self.refuse(key, f'must be a percentage such as "12.5", not {_show(value)}', shape=True)
        elif number < 0 or number > 100:
            side = "below 0 %" if number < 0 else "above 100 %"
            self.refuse(key, f"{_plain(value)} is {side}", shape=True)
        elif (isinstance(value, str) and not _PERCENT.fullmatch(value)) or _finer_than_basis_points(number):
            self.refuse(key, f"{_plain(value)} has more than two decimals or leading zeros", shape=written)
        else:
            return int(number.scaleb(2))
        return None

    def money(self, key: str, currency: str | None) -> Micros | None:
        """An amount above zero, written as a string of digits (at most six decimals), in micros."""
        value = self._values.get(key)
        match = _MONEY.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            example = f'"5.00" beside currency = "{currency or "EUR"}"'
            self.refuse(key, f"must be an amount in quotes such as {example}, not {_show(value)}", shape=True)
            return None
        micros = int(match[1]) * MICROS + int((match[2] or "").ljust(6, "0"))
        if 0 < micros <= MAX_MICROS:
            return micros
        self.refuse(key, "must be above zero" if micros == 0 else "is larger than the books can hold")
        return None

    def currency(self, key: str = "currency") -> str | None:
        """A currency of ISO 4217 in capitals."""
        if not self.require(key):
            return None
        value = self._values[key]
        if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
            self.refuse(key, f'must be three capitals such as "EUR", not {_show(value)}', shape=True)
        elif value not in EVER:
            self.refuse(key, f"{value} is not a currency of ISO 4217 that can be booked")
        else:
            return value
        return None

    def choice[C: StrEnum](self, key: str, default: C) -> C:
        """One of the words of an enumeration, ``default`` where it is missing or wrong."""
        value = self._values.get(key, default.value)
        words = [word.value for word in type(default)]
        if isinstance(value, str) and value in words:
            return type(default)(value)
        self.refuse(
            key, f"must be one of {', '.join(words)}, not {_show(value)}{_did_you_mean(value, words)}", shape=True
        )
        return default

    def flag(self, key: str) -> bool:
        """True or false; false where it is missing or wrong."""
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            self.refuse(key, f"must be true or false, not {_show(value)}", shape=True)
        return value is True

    def text(self, key: str, pattern: re.Pattern[str], allowed: str) -> str | None:
        """A text that fully matches; ``allowed`` says in words what does."""
        value = self._values.get(key)
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        self.refuse(key, f"must be {allowed}, not {_show(value)}", shape=True)
        return None

    def names(
        self, key: str, pattern: re.Pattern[str] = _TEXT, allowed: str = "texts of 1 to 200 characters"
    ) -> frozenset[str]:
        """A list of different names; empty where it is missing or wrong."""
        if not self.has(key):
            return frozenset()
        values = self._values[key]
        if not isinstance(values, list) or not 1 <= len(values) <= MAX_NAMES:
            self.refuse(key, f"must be a list of 1 to {MAX_NAMES} names; leave it out to mean all", shape=True)
            return frozenset()
        names = [value for value in values if isinstance(value, str) and pattern.fullmatch(value)]
        if len(names) != len(values):
            self.refuse(key, f"must hold only {allowed}", shape=True)
        elif len(set(names)) != len(names):
            self.refuse(key, "names something twice", shape=True)
        return frozenset(names)


def _number(value: object) -> Decimal | None:
    """The number exactly as written; a float is taken by its shortest decimal form. None for all else and for NaN."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or _huge(value):
        return None
    number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    return number if number.is_finite() else None


def _finer_than_basis_points(number: Decimal) -> bool:
    # digits and size are looked at first: arithmetic of Decimal rounds at 28 digits and underflows to zero
    if number == 0:
        return False
    if len(number.as_tuple().digits) > 20 or number.adjusted() < -2:
        return True
    return number.scaleb(2) != number.scaleb(2).to_integral_value()


def _huge(value: object) -> bool:
    """Hexadecimal integers of TOML have no limit; writing one in decimal digits would take for ever."""
    return isinstance(value, int) and value.bit_length() > 64


def _plain(value: object) -> str:
    return "a very large number" if _huge(value) else str(value)[:40]


def _show(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case Mapping():
            return "a table"
        case list():
            return "a list"
        case str():
            return f'"{ascii(value[:40])[1:-1]}"'
        case _:
            return _plain(value)


def _did_you_mean(value: object, words: Collection[str]) -> str:
    close = get_close_matches(str(value)[:40].lower(), words, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _unknown(key: str, keys: Keys) -> str:
    if keys.never is not None and keys.never.search(key[:200]):
        return keys.why
    hint = _did_you_mean(key, keys.allowed)
    if hint:
        return "is not a field of terms" + hint
    if _FOLLOWERS.search(key[:200]):
        return "terms never depend on follower numbers; nobody needs a minimum"
    return f"is not a field of terms; allowed here: {', '.join(keys.allowed)}"
