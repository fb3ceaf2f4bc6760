"""Rows of the lists of her books: costs of every kind, hours, posts, invoices, ideas."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from fanshare.core.invoices.totals import Totals, totals
from fanshare.core.money import Micros, format_micros
from fanshare.core.workbench.documents import Shelf, kind_of
from fanshare.core.workbench.entries import Cost, Equipment, Idea, Post, Recurring, Time, Trip
from fanshare.core.workbench.ideas import all_tags, tags_of
from fanshare.core.workbench.invoicing import Issued
from fanshare.core.workbench.lines import Kind, lines
from fanshare.web.language import gettext as _
from fanshare.web.lists import Spec
from fanshare.web.workbench import words
from fanshare.web.workbench.listing import Row, number_of

type Spent = Cost | Recurring | Equipment | Trip
COSTS = ("day", "kind", "amount", "currency", "category", "words", "deal", "receipt", "paid_back")
HOURS = ("day", "minutes", "step", "deal")
POSTS = ("day", "platform", "words", "deal")
INVOICES = ("day", "number", "buyer", "amount", "currency", "state")
IDEAS = ("words", "tags", "notes", "state", "made_on")


def costs_spec() -> Spec:
    """What the list of costs can do."""
    kinds = {"cost": _("paid once"), "recurring": _("paid again and again"), "equipment": _("what lasts"),
             "trip": _("ways driven")}  # fmt: skip
    sorts = {"newest": _("newest first"), "amount": _("largest first")}
    return Spec({"kind": (_("what"), kinds)}, sorts, search=_("words, deal or amount"))


def costs(shelf: Shelf, today: date, kind: str = "") -> list[Row[tuple[Spent, Micros]]]:
    """Everything that costs something, each with its amount: a way with what the table of mileage says."""
    driven = {line.entry: line.amount for line in lines(shelf.books(), today) if line.kind is Kind.MILEAGE}
    every: list[Spent] = [*shelf.of(Cost), *shelf.of(Recurring), *shelf.of(Equipment), *shelf.of(Trip)]
    return [_cost(shelf, one, driven) for one in every if not kind or kind == kind_of(one)]


def hours_spec() -> Spec:
    """What the list of hours can do."""
    sorts = {"newest": _("newest first"), "longest": _("longest first")}
    return Spec({"step": (_("what was done"), words.steps())}, sorts, search=_("deal or what was done"))


def hours(shelf: Shelf, step: str = "") -> list[Row[Time]]:
    """Hours that were written down."""
    steps = words.steps()
    rows = []
    for one in shelf.of(Time):
        if not step or step == one.step:
            document = {
                "day": one.day.isoformat(),
                "minutes": one.minutes,
                "step": one.step,
                "deal": _deal(shelf, one.deal),
            }
            keys = {"newest": one.day.toordinal(), "longest": one.minutes}
            rows.append(Row(one, number_of(one.id), one.day, keys, document, steps.get(one.step, "")))
    return rows


def posts_spec() -> Spec:
    """What the list of posts can do."""
    paid = {"paid": _("paid for"), "own": _("your own")}
    sorts = {"newest": _("newest first"), "oldest": _("oldest first")}
    return Spec({"paid": (_("paid"), paid)}, sorts, search=_("words, deal or platform"))


def posts(shelf: Shelf, paid: str = "") -> list[Row[Post]]:
    """What she posted or will post."""
    named = words.platforms()
    rows = []
    for one in shelf.of(Post):
        if not paid or (paid == "paid") == bool(one.deal):
            document = {"day": one.day.isoformat(), "platform": one.platform, "words": one.words,
                        "deal": _deal(shelf, one.deal)}  # fmt: skip
            keys = dict.fromkeys(("newest", "oldest"), one.day.toordinal())
            rows.append(Row(one, number_of(one.id), one.day, keys, document, named.get(one.platform, "")))
    return rows


def invoices_spec() -> Spec:
    """What the list of her own invoices can do."""
    states = {"written": _("written"), "cancels": _("takes one back"), "cancelled": _("taken back")}
    sorts = {"newest": _("newest first"), "amount": _("largest first")}
    return Spec({"state": (_("state"), states)}, sorts, search=_("whom, number or amount"))


def invoices(
    issued: Iterable[Issued], cancelled: Mapping[str, Any], state: str = ""
) -> list[Row[tuple[Issued, Totals]]]:
    """Her own invoices and what takes them back."""
    rows = []
    for one in issued:
        paper, sums = one.invoice, totals(one.invoice)
        is_ = "cancels" if paper.kind.cancels else "cancelled" if paper.number in cancelled else "written"
        if not state or state == is_:
            amount = -sums.due if paper.kind.cancels else sums.due
            document = {"day": paper.issued.isoformat(), "number": paper.number, "buyer": paper.buyer.name,
                        "amount": format_micros(amount), "currency": paper.currency, "state": is_}  # fmt: skip
            keys = {"newest": paper.issued.toordinal() * 1_000_000 + one.serial, "amount": amount}
            rows.append(Row((one, sums), number_of(one.id), paper.issued, keys, document))
    return rows


def ideas_spec(shelf: Shelf) -> Spec:
    """What the list of ideas can do. An idea has no day of its own."""
    states = {"open": _("waits"), "made": _("taken up")}
    tags = {one: one for one in all_tags(shelf.of(Idea))}
    sorts = {"open": _("what waits first"), "words": _("by its words")}
    filters = {"state": (_("state"), states), "tag": (_("tag"), tags)}
    return Spec(filters, sorts, search=_("words, tag or note"), dates=False)


def ideas(shelf: Shelf, state: str = "", tag: str = "") -> list[Row[tuple[Idea, list[str]]]]:
    """Ideas by their words, those that wait before those that were taken up."""
    rows = []
    for one in shelf.of(Idea):
        letters = one.words.casefold().encode()[:11].ljust(11, b"\0")
        place = int.from_bytes(letters[:7])
        own, is_made = tags_of(one.tags), one.made != date.max
        asked = not tag or tag.casefold() in (name.casefold() for name in own)
        if asked and (not state or (state == "made") == is_made):
            document = {"words": one.words, "tags": ", ".join(own), "notes": one.notes,
                        "state": "made" if is_made else "open",
                        "made_on": one.made.isoformat() if is_made else ""}  # fmt: skip
            keys = {"open": place + (is_made << 56), "words": place}
            # Two that begin with the same seven letters go by the next four, then by their id.
            number = (int.from_bytes(letters[7:]) << 30) | (number_of(one.id) >> 32)
            rows.append(Row((one, own), number, None, keys, document))
    return rows


def _cost(shelf: Shelf, one: Spent, driven: Mapping[str, Micros]) -> Row[tuple[Spent, Micros]]:
    if isinstance(one, Recurring):
        day, amount = one.first, one.amount
    elif isinstance(one, Equipment):
        day, amount = one.bought_on, one.price
    else:
        day, amount = one.day, one.amount if isinstance(one, Cost) else driven.get(one.id, 0)
    category = one.category if isinstance(one, Cost | Recurring) else ""
    document = {
        "day": day.isoformat(),
        "kind": kind_of(one),
        "amount": format_micros(amount),
        "currency": shelf.settings.currency,
        "category": category,
        "words": one.words,
        "deal": "" if isinstance(one, Equipment) else _deal(shelf, one.deal),
        "receipt": "yes" if isinstance(one, Cost) and one.paper else "",
        "paid_back": "yes" if isinstance(one, Cost) and one.paid_back else "",
    }
    keys = {"newest": day.toordinal(), "amount": amount}
    return Row((one, amount), number_of(one.id), day, keys, document, words.categories().get(category, ""))


def _deal(shelf: Shelf, deal: str) -> str:
    known = shelf.entries.get(deal)
    return getattr(known, "name", "")
