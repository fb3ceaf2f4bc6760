"""Where expenses that a brand pays back stand, as pages say it."""

from collections.abc import Sequence

from fanshare.flows import expenses
from fanshare.flows.expenses import Line
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.money_states import State, of_expense


def ended(here: Here, line: Line) -> State:
    """A line as the brand sees it."""
    if line.row.ended_at is None:
        asks = _("waits for you and a receipt") if line.row.receipt else _("waits for you")
        return State("waiting", "clock", asks)
    said = {"day": here.calendar.day(line.row.ended_at)}
    if line.row.paid:
        return State("ready", "circle-check", _("confirmed on %(day)s") % said)
    return State("off", "x", _("taken back on %(day)s") % said)


def clocked(here: Here, lines: Sequence[Line]) -> list[tuple[Line, State, str]]:
    """Lines as she sees them: what each waits for, or where the money of it stands and which run takes it."""
    told = expenses.clocks(here.programme, here.tenant, lines, here.now)
    found = iter(told.clocks)
    return [
        (one, *(of_expense(here, one.row, next(found), told) if one.row.paid else (_open(here, one), "")))
        for one in lines
    ]


def _open(here: Here, line: Line) -> State:
    if line.row.ended_at is not None:
        return State(
            "off", "x", _("taken back by the brand on %(day)s") % {"day": here.calendar.day(line.row.ended_at)}
        )
    if line.row.receipt:
        return State("waiting", "clock", _("waits until the brand has seen your receipt and confirms it"))
    return State("waiting", "clock", _("waits until the brand confirms it"))
