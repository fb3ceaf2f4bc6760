"""Rows of what is owed: her own invoices, and what comes from every programme she is in, in one list by date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.urls import reverse

from fanshare.core.coming import Coming
from fanshare.core.instants import Instant
from fanshare.core.money import Micros, format_micros
from fanshare.core.workbench.clock import Claim, claim
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Invoice
from fanshare.flows import coming as flow
from fanshare.flows.authorisation import Hat, Role
from fanshare.web.desk import Connection
from fanshare.web.language import gettext as _
from fanshare.web.language import ngettext
from fanshare.web.lists import Spec
from fanshare.web.money_states import coming_state, notes
from fanshare.web.wording import Calendar
from fanshare.web.workbench.listing import Row, number_of

COLUMNS = ("day", "what", "from", "name", "amount", "currency", "state", "days_late", "paid_on", "run", "waits_for")
#: Behind every day of the calendar: what has none, and what was paid, the last first.
_NO_DAY, _PAID = 4_000_000, 8_000_000
_ORDERS = ("date", "amount")


@dataclass(frozen=True, slots=True)
class Owed:
    """What one row shows: a micros amount, from whom, where it leads, what is said of it."""

    amount: Micros
    currency: str
    payer: str
    href: str
    note: str
    name: str = ""
    late: bool = False


def spec() -> Spec:
    """What the list can do."""
    states = {"open": _("not paid yet"), "late": _("late"), "paid": _("paid")}
    sorts = {"date": _("what is due first"), "amount": _("largest first")}
    return Spec({"state": (_("state"), states)}, sorts, search=_("whom, number or amount"))


def of_invoices(shelf: Shelf, today: date, calendar: Calendar) -> list[Row[Owed]]:
    """Her own invoices, paid or not."""
    return [_invoice(claim(one, today), shelf.settings.currency, calendar) for one in shelf.of(Invoice)]


def of_programmes(conn: Connection, worn: Iterable[Hat], now: Instant, calendar: Calendar) -> list[Row[Owed]]:
    """What comes from the programmes in which she is a creator."""
    rows: list[Row[Owed]] = []
    for hat in worn:
        if hat.role is Role.CREATOR:
            tenant, parts = flow.of_creator(conn, hat.seat.programme_id, hat.seat.id, now)
            rows += [_coming(one, tenant.slug, tenant.name, calendar) for one in parts]
    return rows


def fits(row: Row[Owed], state: str) -> bool:
    """Whether a row is of a state; every row is of none."""
    return not state or state in {"paid": ("paid",), "late": ("late", "open")}.get(
        str(row.document["state"]), ("open",)
    )


def late_words(days: int, day: date | None, calendar: Calendar) -> str:
    """Of a day of paying that passed."""
    words = ngettext("%(num)s day late", "%(num)s days late", days) % {"num": days}
    return words if day is None else _("%(late)s: the day of paying was %(day)s") % {
        "late": words, "day": calendar.name(day)
    }  # fmt: skip


def _invoice(one: Claim, currency: str, calendar: Calendar) -> Row[Owed]:
    entry, state = one.invoice, "late" if one.days > 0 else "due"
    if not one.is_open:
        state, note = "paid", _("paid on %(day)s") % {"day": calendar.name(entry.paid)}
    elif one.days > 0:
        note = ngettext("%(num)s day late", "%(num)s days late", one.days) % {"num": one.days}
    elif one.days == 0:
        note = _("due today")
    else:
        note = ngettext("due in %(num)s day", "due in %(num)s days", -one.days) % {"num": -one.days}
    place = entry.due.toordinal() if one.is_open else _PAID - entry.paid.toordinal()
    shown = Owed(entry.amount, currency, entry.payer, reverse("workbench_owed", args=[entry.id]), note, entry.name,
                 state == "late")  # fmt: skip
    document = _document(entry.due, "invoice", entry.payer, entry.name, entry.amount, currency, state) | {
        "days_late": max(0, one.days) if one.is_open else 0,
        "paid_on": "" if one.is_open else entry.paid.isoformat(),
    }
    keys = dict(zip(_ORDERS, (place, entry.amount), strict=True))
    return Row(shown, number_of(entry.id), entry.due, keys, document)


def _coming(one: Coming, slug: str, name: str, calendar: Calendar) -> Row[Owed]:
    known = one.clock
    told = [coming_state(one, calendar), notes(known, one.currency, one.least, calendar)]
    note = "; ".join(
        ([late_words(one.late, one.day, calendar)] if one.late else []) + [words for words in told if words]
    )
    shown = Owed(one.amount, one.currency, name, reverse("creator_earnings", args=[slug]), note, late=bool(one.late))
    document = _document(
        one.day, "commission", name, "", one.amount, one.currency, "late" if one.late else known.step.value
    ) | {
        "days_late": one.late,
        "run": "" if known.run is None else known.run,
        "waits_for": " ".join(wait.why for wait in known.waits),
    }
    place = _NO_DAY if one.day is None else one.day.toordinal()
    said = f"{slug} {one.currency} {known.step} {one.day} {known.run} {known.ready_at} {one.late} {one.amount}"
    number = int.from_bytes(sha256(said.encode()).digest()[:8]) >> 2
    return Row(shown, number, one.day, dict(zip(_ORDERS, (place, one.amount), strict=True)), document)


def _document(
    day: date | None, what: str, payer: str, name: str, amount: Micros, currency: str, state: str
) -> dict[str, Any]:
    return {
        "day": "" if day is None else day.isoformat(),
        "what": what,
        "from": payer,
        "name": name,
        "amount": format_micros(amount),
        "currency": currency,
        "state": state,
        "days_late": 0,
        "paid_on": "",
        "run": "",
        "waits_for": "",
    }
