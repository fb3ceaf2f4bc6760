"""Entries as documents that are sealed one by one, and books put together from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from fanshare.core.workbench.entries import (
    Aside,
    Books,
    Busy,
    Commission,
    Cost,
    Deal,
    Equipment,
    Feed,
    Idea,
    Invoice,
    Never,
    Planned,
    Post,
    Recurring,
    Running,
    Settings,
    Time,
    Trip,
    Trusted,
    Work,
)
from fanshare.core.workbench.invoicing import Issued, Sender

type Entry = Deal | Cost | Recurring | Equipment | Trip | Time | Invoice | Post | Never | Issued | Work | Busy | Idea
type Written = Entry | Settings | Running | Sender | Planned | Feed | Aside | Trusted

KINDS: Mapping[str, type[Any]] = {
    "deal": Deal,
    "cost": Cost,
    "recurring": Recurring,
    "equipment": Equipment,
    "trip": Trip,
    "time": Time,
    "invoice": Invoice,
    "post": Post,
    "never": Never,
    "issued": Issued,
    "sender": Sender,
    "work": Work,
    "busy": Busy,
    "idea": Idea,
    "settings": Settings,
    "timer": Running,
    "plan": Planned,
    "feed": Feed,
    "aside": Aside,
    "trust": Trusted,
}
_NAMES = {made: name for name, made in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that was written down: entries by id, and what there is once.

    ``broken`` counts what is there and can't be read.
    """

    settings: Settings
    entries: Mapping[str, Entry]
    running: Running | None = None
    broken: int = 0
    sender: Sender | None = None
    planned: Planned | None = None
    feed: Feed | None = None
    aside: Aside | None = None
    trusted: Trusted | None = None

    def of[T](self, kind: type[T]) -> tuple[T, ...]:
        """The entries of one kind, by id."""
        return tuple(one for _, one in sorted(self.entries.items()) if isinstance(one, kind))

    @property
    def deals(self) -> dict[str, Deal]:
        """The deals by id."""
        return {deal.id: deal for deal in self.of(Deal)}

    def books(self, commissions: Iterable[Commission] = ()) -> Books:
        """All of it, with what the ledger says. What names a deal that is gone is for everything."""
        known = self.deals
        return Books(
            self.settings.currency,
            self.settings.rates,
            self.settings.own_rate,
            tuple(known.values()),
            tuple(commissions),
            tuple(_freed(one, known) for one in self.of(Cost)),
            tuple(_freed(one, known) for one in self.of(Recurring)),
            self.of(Equipment),
            tuple(_freed(one, known) for one in self.of(Trip)),
            tuple(_freed(one, known) for one in self.of(Time)),
        )


def kind_of(entry: Written) -> str:
    """What an entry is called."""
    return _NAMES[type(entry)]


def document(entry: Written) -> dict[str, Any]:
    """An entry without its id, as JSON can hold it."""
    values = {field.name: getattr(entry, field.name) for field in fields(entry) if field.name != "id"}
    return {"kind": kind_of(entry)} | {
        name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()
    }


def read(id_: str, written: Mapping[str, Any]) -> Written:
    """The entry of a document; what it does not know keeps its usual value.

    Raises ``KeyError``, ``TypeError``, ``ValueError`` for what is none.
    """
    made = KINDS[written["kind"]]
    values: dict[str, Any] = {}
    for field in fields(made):
        if field.name == "id":
            values["id"] = id_
        elif field.name in written:
            value = written[field.name]
            values[field.name] = date.fromisoformat(value) if field.type is date else value
    found: Written = made(**values)
    return found


def shelf(written: Mapping[str, Written], usual: Settings, broken: int = 0) -> Shelf:
    """Everything in its place. ``usual`` are the settings where none were kept."""
    settings, running, sender, planned, feed, aside, trusted = usual, None, None, None, None, None, None
    entries: dict[str, Entry] = {}
    for id_, one in written.items():
        if isinstance(one, Settings):
            settings = one
        elif isinstance(one, Running):
            running = one
        elif isinstance(one, Sender):
            sender = one
        elif isinstance(one, Planned):
            planned = one
        elif isinstance(one, Feed):
            feed = one
        elif isinstance(one, Aside):
            aside = one
        elif isinstance(one, Trusted):
            trusted = one
        else:
            entries[id_] = one
    return Shelf(settings, entries, running, broken, sender, planned, feed, aside, trusted)


def _freed[T: (Cost, Recurring, Trip, Time)](entry: T, known: Mapping[str, Deal]) -> T:
    return entry if entry.deal in known else replace(entry, deal="")
