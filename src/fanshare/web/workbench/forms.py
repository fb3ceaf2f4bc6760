"""The forms of entries: which fields a kind has, how an entry stands in them, and what is made of what was typed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import date

from fanshare.core.errors import BadInputError
from fanshare.core.money import BASIS, format_percent, format_trimmed
from fanshare.core.typed_amount import in_field, plainly
from fanshare.core.workbench import mileage, typed
from fanshare.core.workbench.documents import Entry
from fanshare.core.workbench.entries import (
    Cost,
    Deal,
    Equipment,
    Idea,
    Invoice,
    Never,
    Post,
    Recurring,
    Time,
    Trip,
    Work,
)
from fanshare.core.workbench.ideas import tags_of
from fanshare.core.workbench.late import LAWS
from fanshare.core.workbench.lines import table_of
from fanshare.web.language import gettext as _
from fanshare.web.workbench import foreign, words, work_forms
from fanshare.web.workbench.fields import Around as Around
from fanshare.web.workbench.fields import Field as Field
from fanshare.web.workbench.fields import Typed as Typed

_NAME, _WORDS, _NOTES = 120, 500, 1_000
_MOST_MONTHS = 600


def fields_of(kind: str, around: Around) -> list[Field]:
    """The fields of a kind of entry. Raises ``KeyError`` for none."""
    return list(_FIELDS[kind](around))


def blank(kind: str, around: Around, asked: Typed) -> dict[str, str]:
    """What stands in an empty form; ``asked`` may choose the deal."""
    deal = asked.get("deal", "")
    usual = {"every": "1", "months": "36", "percent": "100", "vehicle": "car", "category": "material", "step": "shoot"}
    names = [field.name for field in fields_of(kind, around)]
    values = {name: usual.get(name, "") for name in names}
    dated = ("due",) if kind == "work" else ("day", "first", "bought_on", "sent", "due")
    values |= {name: around.today.isoformat() for name in dated if name in values}
    if kind == "work":
        values |= work_forms.blank()
    return values | ({"deal": deal} if "deal" in values and deal in around.deals else {})


def written(entry: Entry) -> dict[str, str]:
    """An entry as it stands in its form."""
    values: dict[str, str] = {}
    for field in fields(entry):
        value = getattr(entry, field.name)
        if isinstance(value, date):
            values[field.name] = "" if value in (date.min, date.max) else value.isoformat()
        elif field.name == "tax":
            values[field.name] = in_field(value) if value else ""
        elif field.name in ("fee", "product", "amount", "price"):
            values[field.name] = in_field(value)
        else:
            values[field.name] = str(value)
    if isinstance(entry, Cost | Deal):
        values |= foreign.written(entry)
    if isinstance(entry, Cost):
        values["paid_back"] = "yes" if entry.paid_back else ""
    if isinstance(entry, Time):
        values["minutes"] = words.clock(entry.minutes)
    elif isinstance(entry, Invoice):
        values["reference"] = "" if entry.reference is None else format_percent(entry.reference)
    elif isinstance(entry, Equipment):
        values["percent"] = str(entry.work_bps // 100)
    elif isinstance(entry, Trip):
        values["distance"] = plainly(format_trimmed(entry.distance * 1_000).removesuffix(".00"))
    elif isinstance(entry, Work):
        values |= work_forms.written(entry)
    return values


def entry_of(kind: str, id_: str, got: Typed, around: Around) -> Entry:
    """The entry that was typed. Raises ``BadInputError`` for what can't be read, ``KeyError`` for no such kind."""
    return _ENTRIES[kind](id_, got, around)


def _deal_fields(around: Around) -> Iterator[Field]:
    yield Field("name", _("What is it called?"), required=True, most=_NAME)
    yield Field("platform", _("Where do the posts stand?"), "select", {"": _("nowhere yet"), **words.platforms()})
    yield Field("day", _("The day on which it counts"), "date", required=True)
    yield Field("fee", _("Fee (%(currency)s)") % {"currency": around.currency}, "decimal")
    hint = _("What it is worth to you, not its price: nothing for something you would not have bought.")
    yield Field("product", _("Product you keep (%(currency)s)") % {"currency": around.currency}, "decimal", hint=hint)
    yield from foreign.fields(around)
    if known := around.known:
        hint = _("What you earned there comes in by itself, day by day.")
        choices = {"": _("none"), **known}
        yield Field("programme", _("Commission of a programme"), "select", choices, hint=hint)
        yield Field("since", _("counted from (empty: always)"), "date")
        yield Field("until", _("counted to, included (empty: always)"), "date")


def _cost_fields(around: Around) -> Iterator[Field]:
    yield Field("amount", _("Amount (%(currency)s)") % {"currency": around.currency}, "decimal", required=True)
    yield Field("day", _("Day"), "date", required=True)
    yield from _spent(around)
    hint = _("Only for the files of your adviser; it changes no figure here.")
    yield Field("tax", _("Of it value added tax (%(currency)s)") % {"currency": around.currency}, "decimal", hint=hint)
    yield from foreign.fields(around)
    given = {"": _("no, I bear it"), "yes": _("yes, the brand pays it back")}
    hint = _(
        "What comes back is not your own money: it does not count against your hour, and not for what to put aside."
    )
    yield Field("paid_back", _("Does it come back?"), "select", given, hint=hint)
    yield Field("paper", "", "hidden")


def _recurring_fields(around: Around) -> Iterator[Field]:
    yield Field("amount", _("Amount (%(currency)s)") % {"currency": around.currency}, "decimal", required=True)
    yield Field("every", _("How often?"), "select", words.paces())
    yield Field("first", _("First paid on"), "date", required=True)
    yield Field("until", _("Last day (empty: it goes on)"), "date")
    yield from _spent(around)


def _spent(around: Around) -> Iterator[Field]:
    yield Field("category", _("What for?"), "select", words.categories())
    yield Field("words", _("In a few words"), most=_WORDS)
    yield Field("deal", _("Deal"), "select", around.deals, hint=_("What is for no deal is borne by every hour alike."))


def _equipment_fields(around: Around) -> Iterator[Field]:
    yield Field("words", _("What is it?"), required=True, most=_WORDS)
    yield Field("price", _("Price (%(currency)s)") % {"currency": around.currency}, "decimal", required=True)
    yield Field("bought_on", _("Bought on"), "date", required=True)
    hint = _("Its price is spread over them evenly, from the month of purchase on. 1 counts it at once.")
    yield Field("months", _("How many months will it last?"), "number", required=True, hint=hint)
    yield Field("percent", _("Used for work (percent)"), "number", required=True)


def _trip_fields(around: Around) -> Iterator[Field]:
    table = table_of(around.shelf.books())
    unit = _("miles") if table is not None and table.unit == "mile" else _("km")
    hint = (
        "" if table is not None else _("No rate is chosen yet: choose your country in the settings, else it counts 0.")
    )
    yield Field("distance", _("Distance (%(unit)s)") % {"unit": unit}, "decimal", required=True, hint=hint)
    yield Field("day", _("Day"), "date", required=True)
    yield Field("vehicle", _("By"), "select", words.vehicles())
    yield Field("words", _("From where to where, and why"), most=_WORDS)
    yield Field("deal", _("Deal"), "select", around.deals)


def _time_fields(around: Around) -> Iterator[Field]:
    hint = _("1:30 is an hour and a half, and so is 1.5.")
    yield Field("minutes", _("Time"), required=True, hint=hint, most=8)
    yield Field("day", _("Day"), "date", required=True)
    yield Field("step", _("What did you do?"), "select", words.steps())
    yield Field("deal", _("Deal"), "select", around.deals)


def _invoice_fields(around: Around) -> Iterator[Field]:
    yield Field("name", _("Invoice (number, or what for)"), required=True, most=_NAME)
    yield Field("payer", _("Who owes it?"), required=True, most=_NAME)
    yield Field("amount", _("Amount (%(currency)s)") % {"currency": around.currency}, "decimal", required=True)
    yield Field("sent", _("Sent on"), "date", required=True)
    yield Field("due", _("Due on"), "date", required=True)
    yield Field("paid", _("Paid on (empty: not yet)"), "date")
    hint = _("Only where a business owes it, and nothing else was agreed.")
    yield Field("law", _("Late interest by the law of"), "select", laws(around.currency), hint=hint)
    hint = _("Only for days that the table does not know yet: the page says so.")
    yield Field("reference", _("Reference rate (percent)"), "decimal", hint=hint)
    yield Field("deal", _("Deal"), "select", around.deals)


def _post_fields(around: Around) -> Iterator[Field]:
    yield Field("words", _("What was it?"), most=_WORDS)
    yield Field("platform", _("Where does it stand?"), "select", words.platforms())
    yield Field("day", _("Day"), "date", required=True)
    hint = _("A post of a deal is paid for; every other one is yours.")
    yield Field("deal", _("Deal"), "select", around.deals, hint=hint)
    hint = _("The address of your link or a code, several with spaces: What still works counts by them.")
    yield Field("carries", _("Your links and codes in it"), hint=hint, most=_WORDS)


def _never_fields(_around: Around) -> Iterator[Field]:
    hint = _(
        "A brand, a kind of product, a practice: one for each entry, in the words in which it would stand in a mail."
    )
    yield Field("words", _("What do you never want to stand for?"), required=True, most=_NAME, hint=hint)
    yield Field("why", _("Why? For yourself, and for an answer"), most=_WORDS)


def _idea_fields(_around: Around) -> Iterator[Field]:
    yield Field("words", _("What is the idea?"), required=True, most=_NAME)
    hint = _("Words of your own, parted by commas, such as linen, autumn.")
    yield Field("tags", _("Tags"), most=_NAME, hint=hint)
    yield Field("notes", _("Notes"), most=_NOTES)


_FIELDS: Mapping[str, Callable[[Around], Iterator[Field]]] = {
    "deal": _deal_fields,
    "cost": _cost_fields,
    "recurring": _recurring_fields,
    "equipment": _equipment_fields,
    "trip": _trip_fields,
    "time": _time_fields,
    "invoice": _invoice_fields,
    "post": _post_fields,
    "never": _never_fields,
    "work": work_forms.fields,
    "idea": _idea_fields,
}


def _deal(id_: str, got: Typed, around: Around) -> Deal:
    since, until = _span(got, "since", "until")
    return Deal(
        id_,
        typed.words(got.get("name", ""), _NAME, needed=True),
        typed.day(got.get("day", "")),
        typed.amount(got.get("fee", ""), _currency(got, around)),
        typed.amount(got.get("product", ""), _currency(got, around)),
        typed.one_of(got.get("platform", ""), {"", *words.platforms()}),
        typed.one_of(got.get("programme", ""), {"", *around.known}),
        since,
        until,
    )


def _cost(id_: str, got: Typed, around: Around) -> Cost:
    amount, tax = _above_zero(got, "amount", around), typed.amount(got.get("tax", ""), _currency(got, around))
    if tax >= amount:
        raise BadInputError("bad_tax", "Value added tax is a part of the amount.")
    paper = typed.paper(got.get("paper", ""))
    back = typed.one_of(got.get("paid_back", ""), {"", "yes"}) == "yes"
    return Cost(id_, typed.day(got.get("day", "")), amount, *_what_for(got, around), tax, paper, paid_back=back)


def _recurring(id_: str, got: Typed, around: Around) -> Recurring:
    first, until = typed.day(got.get("first", "")), typed.day(got.get("until", ""), date.max)
    every = int(typed.one_of(got.get("every", ""), words.paces()))
    return Recurring(id_, first, until, every, _above_zero(got, "amount", around), *_what_for(got, around))


def _equipment(id_: str, got: Typed, around: Around) -> Equipment:
    return Equipment(
        id_,
        typed.day(got.get("bought_on", "")),
        _above_zero(got, "price", around),
        typed.number(got.get("months", ""), 1, _MOST_MONTHS),
        typed.number(got.get("percent", ""), 1, 100) * BASIS // 100,
        typed.words(got.get("words", ""), _WORDS, needed=True),
    )


def _trip(id_: str, got: Typed, around: Around) -> Trip:
    return Trip(
        id_,
        typed.day(got.get("day", "")),
        typed.thousandths(got.get("distance", "")),
        typed.one_of(got.get("vehicle", ""), words.vehicles()),
        typed.words(got.get("words", ""), _WORDS),
        typed.one_of(got.get("deal", ""), around.deals),
    )


def _time(id_: str, got: Typed, around: Around) -> Time:
    step, deal = typed.one_of(got.get("step", ""), words.steps()), typed.one_of(got.get("deal", ""), around.deals)
    return Time(id_, typed.day(got.get("day", "")), typed.minutes(got.get("minutes", "")), step, deal)


def _invoice(id_: str, got: Typed, around: Around) -> Invoice:
    sent, due = typed.day(got.get("sent", "")), typed.day(got.get("due", ""))
    paid = typed.day(got.get("paid", ""), date.max)
    if sent > min(due, paid):
        raise BadInputError("bad_day", "It is sent before it is due or paid.")
    return Invoice(
        id_,
        typed.words(got.get("name", ""), _NAME, needed=True),
        typed.words(got.get("payer", ""), _NAME, needed=True),
        _above_zero(got, "amount", around),
        sent,
        due,
        paid,
        typed.one_of(got.get("law", ""), laws(around.currency)),
        typed.percent(got.get("reference", "")),
        typed.one_of(got.get("deal", ""), around.deals),
    )


def _post(id_: str, got: Typed, around: Around) -> Post:
    known = around.shelf.entries.get(id_)
    return Post(
        id_,
        typed.day(got.get("day", "")),
        typed.one_of(got.get("platform", ""), words.platforms()),
        typed.words(got.get("words", ""), _WORDS),
        typed.one_of(got.get("deal", ""), around.deals),
        known.work if isinstance(known, Post) else "",
        typed.words(got.get("carries", ""), _WORDS),
    )


def _never(id_: str, got: Typed, _around: Around) -> Never:
    what = typed.words(got.get("words", ""), _NAME, needed=True)
    return Never(id_, what, typed.words(got.get("why", ""), _WORDS))


def _idea(id_: str, got: Typed, around: Around) -> Idea:
    tags = tags_of(typed.words(got.get("tags", ""), _NAME))
    known = around.shelf.entries.get(id_)
    made = known.made if isinstance(known, Idea) else date.max
    notes = typed.words(got.get("notes", ""), _NOTES)
    return Idea(id_, typed.words(got.get("words", ""), _NAME, needed=True), ", ".join(tags), notes, made)


_ENTRIES: Mapping[str, Callable[[str, Typed, Around], Entry]] = {
    "deal": _deal,
    "cost": _cost,
    "recurring": _recurring,
    "equipment": _equipment,
    "trip": _trip,
    "time": _time,
    "invoice": _invoice,
    "post": _post,
    "never": _never,
    "work": work_forms.entry,
    "idea": _idea,
}


def _what_for(got: Typed, around: Around) -> tuple[str, str, str]:
    return (
        typed.one_of(got.get("category", ""), words.categories()),
        typed.words(got.get("words", ""), _WORDS),
        typed.one_of(got.get("deal", ""), around.deals),
    )


def _currency(got: Typed, around: Around) -> str:
    """Of what is typed: another one than the books' where the form says so."""
    return got.get("currency", "").strip().upper() or around.currency


def _above_zero(got: Typed, name: str, around: Around) -> int:
    found = typed.amount(got.get(name, ""), _currency(got, around))
    if not found:
        raise BadInputError("no_amount", "Write an amount above zero.")
    return found


def _span(got: Typed, begin: str, end: str) -> tuple[date, date]:
    since, until = typed.day(got.get(begin, ""), date.min), typed.day(got.get(end, ""), date.max)
    if since > until:
        raise BadInputError("bad_day", "The last day lies before the first.")
    return since, until


def tables(currency: str) -> dict[str, str]:
    """Tables of mileage in a currency, with where their rates are written."""
    found = {name: f"{table.country}: {table.source}" for name, table in mileage.TABLES.items()
             if table.currency == currency}  # fmt: skip
    return {"": _("none"), **found, mileage.OWN: _("a rate of my own")}


def laws(currency: str) -> dict[str, str]:
    """Laws of late interest in a currency, with where they are written."""
    found = {name: f"{law.country}: {law.source}" for name, law in LAWS.items() if law.currency == currency}
    return {"": _("none"), **found}
