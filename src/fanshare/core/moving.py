"""Moving in from another tool: what every tool's files come down to, and the rules for it that know no tool.

People, rates, old links, codes and balances that are owed. A reader (``fanshare.integrations.moving``) makes a
``Moved`` of files; ``fanshare.core.moving_plan`` compares it with what is known here.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from fanshare.core.currencies import EXPONENTS
from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.core.money import MAX_MICROS, Micros, exponent, from_minor_units, not_booked, parse_amount

#: The tools whose files can be read, and how a sentence names them.
TOOLS: Mapping[str, str] = {
    "dub": "Dub",
    "rewardful": "Rewardful",
    "tapfiliate": "Tapfiliate",
    "goaffpro": "GoAffPro",
    "refersion": "Refersion",
    "uppromote": "UpPromote",
    "csv": "a CSV file",
}

#: Not a tool: what the brand bears for a claim that came after others' shares were ready is owed in the same way.
CLAIM = "claim"
#: And what is taken back of it, or given again, as its order changes.
CLAIM_ORDER = "claim_order"
#: And what the brand bears of an old debt.
DEBT = "debt"
#: And what is taken back of that, or given again, as the orders of the debt change.
DEBT_ORDER = "debt_order"
#: And a debt that the brand took upon itself by a decision.
ABSORBED = "absorbed"
#: What may be below zero.
FOLLOWS = frozenset({CLAIM_ORDER, DEBT_ORDER})
#: And what the brand gives somebody by hand.
BONUS = "bonus"
#: And what she spent for the brand, paid back: against a receipt, or without one.
EXPENSE = "expense"
ALLOWANCE = "allowance"
NAMES: Mapping[str, str] = {
    **TOOLS,
    CLAIM: "an accepted claim",
    CLAIM_ORDER: "the order of an accepted claim",
    DEBT: "a debt that stood for 180 days",
    DEBT_ORDER: "the order of a debt that the brand bore",
    ABSORBED: "a debt that the brand took upon itself",
    BONUS: "a bonus by hand",
    EXPENSE: "an expense paid back against a receipt",
    ALLOWANCE: "an expense paid back without a receipt",
}

_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+", re.ASCII)
_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,30})?", re.ASCII)
#: Stripe writes these two with two decimals although ISO 4217 gives them none; a file does not say which it means.
_UNSURE_IN_MINOR_UNITS = frozenset({"ISK", "UGX"})


class Standing(StrEnum):
    """How somebody stands in the old tool."""

    ACTIVE = "active"
    APPLIED = "applied"  # not admitted there
    GONE = "gone"  # disabled, denied, archived
    UNSAID = "unsaid"  # named by money rows alone


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the old tool. ``key`` is her id there (``id:...``), or her e-mail (``email:...``) without one.

    ``name`` is all of her name, for the vault; ``shown`` what fans will see.
    """

    key: str
    name: str
    shown: str
    email: str = ""
    standing: Standing = Standing.ACTIVE


@dataclass(frozen=True, slots=True)
class Rate:
    """What the old tool paid her, as it says it: ``30 %``, ``5.00 EUR``; ``bps`` where it is a percentage."""

    person: str
    said: str
    bps: int | None = None


@dataclass(frozen=True, slots=True)
class OldLink:
    """An old link: the name and value it puts into the shop's address, and where it led (empty: nobody says)."""

    person: str
    param: str
    value: str
    destination: str = ""


@dataclass(frozen=True, slots=True)
class OldCode:
    """A discount code that the shop accepts already."""

    person: str
    text: str


@dataclass(frozen=True, slots=True)
class Balance:
    """Micros owed to somebody, ready at ``ready_at`` (``None``: now). Below zero: she owes them."""

    person: str
    currency: str
    amount: Micros
    ready_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Untaken:
    """Something that can't be taken over: what (row, code, link) and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class FileRead:
    """How one file was understood: its shape, and which of its columns were read and which were not."""

    name: str
    shape: str
    rows: int
    understood: tuple[str, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Everything that some files of one tool say. ``file`` is the SHA-256 (hex) of what was read."""

    tool: str
    file: str
    people: tuple[Person, ...] = ()
    rates: tuple[Rate, ...] = ()
    links: tuple[OldLink, ...] = ()
    codes: tuple[OldCode, ...] = ()
    balances: tuple[Balance, ...] = ()
    untaken: tuple[Untaken, ...] = ()
    files: tuple[FileRead, ...] = field(default=())


def amount_of(text: str, currency: str, *, minor_units: bool) -> Micros:
    """Micros of an amount as a tool's file has it; below zero where it is.

    ``minor_units``: a whole number of the currency's smallest unit (cents; yen; a thousandth of a dinar), by ISO 4217.
    Otherwise a decimal number, with the currency's sign or code around it and commas only as ``1,234.50``: a lone
    comma could mean either thing. Raises ``BadInputError`` (``bad_amount``, ``unknown_currency``, ...).
    """
    exponent(currency)
    bare = _bare(text, currency)
    if minor_units:
        if currency in _UNSURE_IN_MINOR_UNITS:
            raise BadInputError(
                "bad_amount",
                "an amount in %(currency)s may be written in two ways; put it into a CSV",
                currency=currency,
            )
        if re.fullmatch(r"-?[0-9]{1,19}(\.0+)?", bare, re.ASCII) is None:
            raise BadInputError(
                "bad_amount",
                "%(text)s is no whole number of the smallest unit of %(currency)s",
                text=repr(text[:40]),
                currency=currency,
            )
        return _bounded(from_minor_units(int(bare.partition(".")[0]), currency))
    if _GROUPED.fullmatch(bare):
        bare = bare.replace(",", "")
    if _PLAIN.fullmatch(bare) is None:
        raise BadInputError(
            "bad_amount", "%(text)s is no amount such as 1234.50 (a point before the decimals)", text=repr(text[:40])
        )
    return parse_amount(bare)


def _bounded(micros: Micros) -> Micros:
    if abs(micros) > MAX_MICROS:
        raise BadInputError("amount_too_large", "this amount is larger than the books can hold")
    return micros


def _bare(text: str, currency: str) -> str:
    """An amount without the currency's sign or code and the blanks around it; ``(5.00)`` is below zero."""
    bare = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")
    negative = bare.startswith("(") and bare.endswith(")")
    bare = bare.strip("()").strip()
    minus = bare.startswith("-")
    bare = bare.removeprefix("-").strip()
    for sign in (currency, currency.lower(), "$", "\u20ac", "\u00a3", "\u00a5"):
        bare = bare.removeprefix(sign).removesuffix(sign).strip()
    return f"-{bare}" if minus != negative else bare


def currency_of(text: str) -> str:
    """The code of a currency as a file writes it (``usd``). Raises ``BadInputError`` as ``not_booked``."""
    code = text.strip().upper()
    if code not in EXPONENTS:
        raise not_booked(code)
    return code


def folded(value: str) -> str:
    """A link's old value as it is compared: case and blanks around it don't matter."""
    return unicodedata.normalize("NFC", value).strip().casefold()


def slug(name: str, taken: Collection[str]) -> str:
    """A short name for addresses that nobody has yet: ``Zoë Blau`` is ``zoe-blau``, the second one ``zoe-blau-2``."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:55].strip("-") or "creator"
    found, number = base, 2
    while found in taken:
        found, number = f"{base}-{number}", number + 1
    return found


def opening_name(tool: str, source: str, currency: str, nth: int) -> str:
    """What the commitment to an opening balance commits to: no two openings of a programme share it."""
    return f"{tool} {source} {currency} {nth}"


def merged(moved: Moved) -> Moved:
    """The same with everybody once: rows with one id or one e-mail are one person, the first row decides her name."""
    main: dict[str, str] = {}
    people: dict[str, Person] = {}
    by_email: dict[str, str] = {}
    for person in moved.people:
        email = person.email.strip().casefold()
        key = main.get(person.key) or by_email.get(email, person.key)
        main[person.key] = key
        people[key] = _joined(people.get(key), replace(person, key=key))
        if email:
            by_email.setdefault(email, key)
            main.setdefault(f"email:{email}", key)

    def of(key: str) -> str:
        return main.get(key, key)

    return replace(
        moved,
        people=tuple(people.values()),
        rates=tuple(dict.fromkeys(replace(one, person=of(one.person)) for one in moved.rates)),
        links=tuple(dict.fromkeys(replace(one, person=of(one.person)) for one in moved.links)),
        codes=tuple(dict.fromkeys(replace(one, person=of(one.person)) for one in moved.codes)),
        balances=tuple(replace(one, person=of(one.person)) for one in moved.balances),
    )


def _joined(old: Person | None, new: Person) -> Person:
    """Two rows about one person: what the first one lacks comes from the second; active in one is active."""
    if old is None:
        return new
    either = (old.standing, new.standing)
    told = old.standing if old.standing is not Standing.UNSAID else new.standing
    standing = Standing.ACTIVE if Standing.ACTIVE in either else told
    named = old if old.name else new
    return replace(old, name=named.name, shown=named.shown, email=old.email or new.email, standing=standing)


def owed(balances: Iterable[Balance], now: Instant) -> tuple[Balance, ...]:
    """The balances of one person and currency as one entry a day: ready first, then by the day they are ready.

    What she owes is set off against what is ready, then against the soonest. Empty where she owes more than she has;
    see ``total``.
    """
    by_day: dict[Instant | None, Micros] = {}
    debt, first = 0, None
    for one in balances:
        first = first or one
        day = one.ready_at if one.ready_at is not None and one.ready_at > now else None
        if one.amount < 0:
            debt -= one.amount
        else:
            by_day[day] = by_day.get(day, 0) + one.amount
    entries = []
    for day in sorted(by_day, key=lambda each: each or 0):
        less = min(debt, by_day[day])
        debt -= less
        if first is not None and by_day[day] > less:
            entries.append(replace(first, amount=by_day[day] - less, ready_at=day))
    return tuple(entries)


def total(balances: Iterable[Balance]) -> Micros:
    """What balances add up to."""
    return sum(one.amount for one in balances)


def still_to_move(entries: Iterable[Balance], before: Micros) -> tuple[Balance, ...]:
    """What is left of ``owed`` entries when ``before`` micros of them were moved at an earlier time.

    The newest money is ready last, so what is left is taken from the end. Empty where nothing is left.
    """
    left = total(found := tuple(entries)) - before
    parts: list[Balance] = []
    for one in reversed(found):
        taken = min(max(left, 0), one.amount)
        left -= taken
        if taken:
            parts.append(replace(one, amount=taken))
    return tuple(reversed(parts))
