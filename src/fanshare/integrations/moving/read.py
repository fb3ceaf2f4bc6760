"""Read some files of one tool as what they say together. Pure: bytes in, ``Moved`` out.

What one row gets wrong is told and left out, and does not hold up the others; a file that can't be read at all, or is
none of the tool's, is refused as a whole.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlsplit

from fanshare.core.errors import BadInputError
from fanshare.core.instants import SECOND, Instant, parse_rfc3339
from fanshare.core.marks import say
from fanshare.core.moving import (
    TOOLS,
    Balance,
    FileRead,
    Moved,
    OldCode,
    OldLink,
    Person,
    Rate,
    Standing,
    Untaken,
    amount_of,
    currency_of,
)
from fanshare.integrations.moving import dub, goaffpro, plain, refersion, rewardful, tapfiliate, uppromote
from fanshare.integrations.moving.files import Row, Table, digest, read_table
from fanshare.integrations.moving.shapes import Kind, Payable, Shape, Tool

BY_KEY = {
    module.TOOL.key: module.TOOL for module in (dub, rewardful, tapfiliate, goaffpro, refersion, uppromote, plain)
}

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,63}")
_SEVERAL = re.compile(r"[\s,;|]+")
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2})0*)?\s*%?", re.ASCII)
_EPOCH = re.compile(r"[0-9]{9,10}", re.ASCII)
_YES = frozenset({"true", "yes", "1", "paid"})


@dataclass(frozen=True, slots=True)
class Options:
    """What a file does not say: the moment, the hold of what is waiting without a day, the currency without a column.

    ``minor_units``: amounts of CSV files too are in the smallest unit.
    """

    now: Instant
    hold: int
    currency: str
    minor_units: bool = False


def read_files(tool: str, files: Sequence[tuple[str, bytes]], options: Options) -> Moved:
    """What some files (name, content) of a tool say together. Raises ``BadInputError`` (``bad_file``, ``no_such_tool``,
    ``unknown_shape``)."""
    found = BY_KEY.get(tool)
    if found is None:
        raise BadInputError(
            "no_such_tool", "%(tool)s is none of the tools: %(known)s.", tool=repr(tool[:40]), known=", ".join(TOOLS)
        )
    reader = _Reader(found, options)
    for name, content in files:
        reader.read(read_table(name, content))
    return reader.moved(digest(content for _, content in files))


@dataclass(slots=True)
class _Reader:
    """Gathers what rows say."""

    tool: Tool
    options: Options
    people: list[Person] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)
    links: list[OldLink] = field(default_factory=list)
    codes: list[OldCode] = field(default_factory=list)
    stated: list[Balance] = field(default_factory=list)
    earned: list[Balance] = field(default_factory=list)
    untaken: list[Untaken] = field(default_factory=list)
    files: list[FileRead] = field(default_factory=list)
    _rows: set[str] = field(default_factory=set)
    _other_names: dict[str, str] = field(default_factory=dict)
    _counts_rows: bool = False

    def read(self, table: Table) -> None:
        """Read one table."""
        shape = self._shape(table)
        each = {
            Kind.PEOPLE: self._person,
            Kind.LINKS: self._link,
            Kind.CODES: self._code,
            Kind.MONEY: self._earning,
            Kind.BALANCES: self._balance,
        }[shape.kind]
        self._counts_rows |= shape.kind is Kind.MONEY
        cents = self.options.minor_units or (shape.cents and table.is_json)
        for row in table.rows:
            try:
                each(shape, row, cents)
            except BadInputError as error:
                self.untaken.append(
                    Untaken(say("%(name)s, %(at)s", name=table.name[:60], at=row.at), error.message.rstrip("."))
                )
        known = {name for columns in (*shape.fields.values(), *shape.lists.values()) for name in columns}
        used = tuple(name for name in table.columns if name in known)
        ignored = tuple(name for name in table.columns if name and name not in known)
        self.files.append(FileRead(table.name, shape.name, len(table.rows), used, ignored))

    def moved(self, file: str) -> Moved:
        """Everything that was read. Where single commissions were read, they count and not the balances beside them."""

        def of(key: str) -> str:
            return self._other_names.get(key, key)

        balances = self.earned if self._counts_rows else self.stated
        return Moved(
            tool=self.tool.key,
            file=file,
            people=tuple(self.people),
            rates=tuple(self.rates),
            links=tuple(replace(one, person=of(one.person)) for one in self.links),
            codes=tuple(replace(one, person=of(one.person)) for one in self.codes),
            balances=tuple(replace(one, person=of(one.person)) for one in balances),
            untaken=tuple(self.untaken),
            files=tuple(self.files),
        )

    def _shape(self, table: Table) -> Shape:
        for columns, why in self.tool.refuses.items():
            if set(columns) <= set(table.columns):
                raise BadInputError("unknown_shape", why, name=table.name[:120])
        shape = self.tool.shape_of(table)
        if shape is None:
            kinds = ", ".join(each.name for each in self.tool.shapes)
            headings = ", ".join(table.columns)[:300]
            raise BadInputError(
                "unknown_shape",
                "%(name)s is none of the files of %(tool)s that can be read (%(kinds)s). Its columns are:"
                " %(headings)s.",
                name=table.name[:120],
                tool=TOOLS[self.tool.key],
                kinds=kinds,
                headings=headings,
            )
        return shape

    def _person(self, shape: Shape, row: Row, cents: bool) -> None:
        person = _whose(shape, row, self._standing(shape, row))
        if not _is_email(person.email):
            if person.key.startswith("email:"):
                raise BadInputError("bad_email", "%(email)s is no e-mail address", email=repr(person.email[:60]))
            self.untaken.append(
                Untaken(row.at, say("%(email)s is no e-mail address; taken without it", email=repr(person.email[:60])))
            )
            person = replace(person, email="")
        self.people.append(person)
        if short := row.first(shape.fields.get("short", ())):
            self._other_names[f"id:{short}"] = person.key
        links = list(_links(self.tool, shape, row, person.key))
        if not links and (address := row.first(shape.fields.get("link", ()))):
            self.untaken.append(
                Untaken(
                    say("link %(address)s", address=address[:80]),
                    say("holds no ?%(param)s= by which it is known", param=self.tool.param),
                )
            )
        self.links += links
        self.codes += [OldCode(person.key, text) for text in _codes(shape, row)]
        if said := row.first(shape.fields.get("rate", ())):
            self.rates.append(_rate(person.key, said))
        self._stated(shape, row, person.key, cents)

    def _stated(self, shape: Shape, row: Row, person: str, cents: bool) -> None:
        """The balances that stand in a person's own row."""
        for name, is_ready in (("balance", True), ("waiting", False)):
            if text := row.first(shape.fields.get(name, ())):
                currency = self._currency(shape, row)
                ready_at = None if is_ready else self._ready_at(shape, row)
                amount = amount_of(text, currency, minor_units=cents)
                self.stated.append(Balance(person, currency, amount, ready_at))

    def _link(self, shape: Shape, row: Row, cents: bool) -> None:
        del cents
        self.links += _links(self.tool, shape, row, _key(shape, row))

    def _code(self, shape: Shape, row: Row, cents: bool) -> None:
        del cents
        only = row.first(shape.fields.get("only", ())).casefold()
        text = row.first(shape.fields["code"])
        if only not in ("", "coupon"):
            self.untaken.append(Untaken(f"{only} {text[:60]}", say("is no discount code")))
        elif text and row.first(shape.fields.get("off", ())).casefold() not in _YES:
            self.codes.append(OldCode(_key(shape, row), text))

    def _earning(self, shape: Shape, row: Row, cents: bool) -> None:
        number = row.first(shape.fields["row"])
        if number and number in self._rows:
            return
        self._rows.add(number)
        worth = self._worth(shape, row)
        if worth is Payable.NOTHING:
            return
        person = _whose(shape, row, Standing.UNSAID)
        currency = self._currency(shape, row)
        texts = [row.first(shape.fields[name]) for name in ("amount", "more") if name in shape.fields]
        amount = sum(amount_of(text, currency, minor_units=cents) for text in texts if text)
        ready_at = self._ready_at(shape, row) if worth is Payable.WAITING else None
        self.people.append(person if _is_email(person.email) else replace(person, email=""))
        self.earned.append(Balance(person.key, currency, amount, ready_at))

    def _worth(self, shape: Shape, row: Row) -> Payable:
        """What a commission is worth now. Raises ``BadInputError`` for a state that nobody has told us of."""
        flags = (row.first(shape.fields.get(name, ())).casefold() for name in ("paid", "test"))
        if any(flag in _YES for flag in flags):
            return Payable.NOTHING
        state = row.first(shape.fields["state"]).casefold()
        if state not in self.tool.payable:
            raise BadInputError(
                "unknown_state", "is in the state %(state)s, which may or may not be owed", state=repr(state[:40])
            )
        return self.tool.payable[state]

    def _balance(self, shape: Shape, row: Row, cents: bool) -> None:
        person, currency = _whose(shape, row, Standing.UNSAID), self._currency(shape, row)
        amount = amount_of(row.first(shape.fields["balance"]), currency, minor_units=cents)
        self.people.append(person if _is_email(person.email) else replace(person, email=""))
        self.stated.append(Balance(person.key, currency, amount))

    def _standing(self, shape: Shape, row: Row) -> Standing:
        text = row.first(shape.fields.get("standing", ())).casefold()
        if not text or text in self.tool.standings:
            return self.tool.standings.get(text, Standing.ACTIVE)
        self.untaken.append(
            Untaken(
                say("%(at)s, status %(text)s", at=row.at, text=repr(text[:40])),
                say("is unknown to us and not read as active"),
            )
        )
        return Standing.GONE

    def _currency(self, shape: Shape, row: Row) -> str:
        return currency_of(row.first(shape.fields.get("currency", ())) or self.options.currency)

    def _ready_at(self, shape: Shape, row: Row) -> Instant:
        """When something waiting is ready: as the row says, else a hold after it was made, else a hold from now."""
        if text := row.first(shape.fields.get("ready", ())):
            return _moment(text)
        made = row.first(shape.fields.get("made", ()))
        return (_moment(made) if made else self.options.now) + self.options.hold


def _key(shape: Shape, row: Row) -> str:
    """Whose a row is. Raises ``BadInputError`` where it names nobody."""
    id_ = row.first(shape.fields.get("id", ()))
    email = row.first(shape.fields.get("email", ())).casefold()
    if not id_ and not email:
        raise BadInputError("nobody", "names nobody: it has neither an id nor an e-mail address")
    return f"id:{id_[:190]}" if id_ else f"email:{email[:190]}"


def _whose(shape: Shape, row: Row, standing: Standing) -> Person:
    """The person whom a row is of, with as much of her name as it has."""
    name, first, last = (_clean(row.first(shape.fields.get(each, ()))) for each in ("name", "first", "last"))
    # A last name stays between her and the brand until she says otherwise.
    shown = name or (f"{first} {last[:1]}." if first and last else first or last)
    email = row.first(shape.fields.get("email", ()))
    return Person(_key(shape, row), name or f"{first} {last}".strip(), shown, email, standing)


def _clean(text: str) -> str:
    printable = "".join(char if char.isprintable() else " " for char in unicodedata.normalize("NFC", text))
    return " ".join(printable.split())[:120]


def _is_email(text: str) -> bool:
    return not text or _EMAIL.fullmatch(text) is not None


def _links(tool: Tool, shape: Shape, row: Row, person: str) -> Iterator[OldLink]:
    """The old links of a row: by their addresses, by their values, and from lists of both."""
    param = row.first(shape.fields.get("param", ())).casefold() or tool.param
    found: dict[str, str] = {}
    for each in _listed(shape, row, "links"):
        token = each.first(("token", "key", "value", "text"))
        address = each.first(("url", "link", "destination"))
        found.setdefault(_value_in(address, param) or token, address)
    address = row.first(shape.fields.get("link", ()))
    for one in _SEVERAL.split(address) if address else ():
        found.setdefault(_value_in(one, param), one)
    tokens = [token for token in _SEVERAL.split(row.first(shape.fields.get("token", ()))) if token]
    tokens += [each.first(("text", "token", "code")) for each in _listed(shape, row, "tokens")]
    short, id_ = row.first(shape.fields.get("short", ())), row.first(shape.fields["id"])
    if short and id_ and not any(found):
        tokens.append(f"{id_}.{short}")
    for token in tokens:
        found.setdefault(token, found.get("", ""))
    return (OldLink(person, param, value, where) for value, where in found.items() if value)


def _value_in(address: str, param: str) -> str:
    try:
        pairs = parse_qsl(urlsplit(address).query)
    except ValueError:
        return ""
    return next((value.strip() for name, value in pairs if name.casefold() == param), "")


def _codes(shape: Shape, row: Row) -> Iterable[str]:
    column = re.split(r"[,;|\n]+", row.first(shape.fields.get("code", ())))
    listed = [each.first(("text", "coupon", "code", "token")) for each in _listed(shape, row, "codes")]
    return dict.fromkeys(text.strip() for text in (*column, *listed) if text.strip())


def _listed(shape: Shape, row: Row, name: str) -> Iterator[Row]:
    for column in shape.lists.get(name, ()):
        yield from row.lists.get(column, ())


def _rate(person: str, said: str) -> Rate:
    """A rate as it is said; basis points where it is a percentage."""
    match = _PERCENT.fullmatch(said)
    if match is None:
        return Rate(person, said[:40])
    bps = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    return Rate(person, f"{bps / 100:g} %", bps)


def _moment(text: str) -> Instant:
    """An instant as exports write it: RFC 3339, a day, a day and a time (UTC), seconds since 1970."""
    if _EPOCH.fullmatch(text):
        return int(text) * SECOND
    spaced = re.sub(r"^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}(:\d{2})?)", r"\1T\2", text).removesuffix(" UTC")
    try:
        return parse_rfc3339(f"{spaced}T00:00:00Z" if len(spaced) == 10 else spaced, assume_utc=True)
    except OverflowError:
        raise BadInputError(
            "bad_time", "%(text)s is a time that nothing can be ready at", text=repr(text[:40])
        ) from None
