"""Expenses that the brand pays back: looked at, agreed, then confirmed or taken back, as on its pages."""

from typing import Annotated, Any, Literal

from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from fanshare.api.clock_shapes import ClockOut
from fanshare.api.gate import Desk, desk_of, operation
from fanshare.api.money_shape import Money
from fanshare.api.paging import Page, PageAsked, page
from fanshare.api.payouts import clock_out
from fanshare.api.people import party_id, party_of
from fanshare.api.shapes import Number, Short, Strict, maybe_when, money, when
from fanshare.api.writing import write
from fanshare.flows import expenses
from fanshare.flows.expenses import Line, Wish
from fanshare.store.queries import listing

router = Router(tags=["Expenses"])

type ExpenseState = Literal["open", "confirmed", "dropped"]


class ExpenseIn(Strict):
    """What a creator spends for the brand: an amount of whole cents, what for, and whether a receipt is asked for.

    Without a receipt it is pay for the tax, and she needs a kept sale.
    """

    creator: Short
    amount: Money
    what_for: Annotated[str, StringConstraints(min_length=1, max_length=expenses.LONGEST, pattern=r"^[^\x00]+$")]
    receipt: Annotated[bool, Field(description="Whether she has to show a receipt before it is confirmed.")] = True


class ExpenseConfirmed(Strict):
    """The second step: the amount as it was read, and whether somebody has seen the receipt that was asked for."""

    amount: Money
    receipt_seen: bool = False


class ExpenseChecked(Schema):
    """What would be agreed. Nothing is bound by it."""

    creator: str
    name: str
    amount: Money
    what_for: str
    receipt: bool


class ExpenseOut(Schema):
    """A line. ``what_for`` is empty once she is erased; ``ended_at`` is when it was confirmed or taken back.

    ``clock`` says of a confirmed one where its money is, as the clock of a share does.
    """

    id: str
    creator: str
    amount: Money
    what_for: str
    receipt: bool
    state: ExpenseState
    agreed_at: str
    ended_at: str | None
    clock: ClockOut | None


@router.get("/expenses", response=Page[ExpenseOut], summary="Expenses that the brand pays back")
@operation("api.expenses.list")
def list_expenses(
    request: Any, asked: Query[PageAsked], creator: str | None = None, state: ExpenseState | None = None
) -> Any:
    """Lines of everybody or of one creator, oldest first: what was agreed, and what became of it."""
    desk = desk_of(request)
    party = party_id(desk, creator, "creator")

    def load(after: int, limit: int) -> list[Line]:
        return expenses.listed(desk.programme, party=party, state=state, after=after, limit=limit)

    return page(asked, [0], load, lambda line: [line.row.id], lambda lines: _shown(desk, lines))


@router.post("/expenses", response={201: ExpenseOut}, summary="Agree to pay an expense back")
@operation("api.expenses.agree")
def agree_expense(request: Any, body: ExpenseIn) -> Any:
    """Write down what brand and creator agreed. Nothing is paid before it is confirmed; she reads it under Earnings."""

    def work(desk: Desk) -> Any:
        return _one(desk, expenses.agree(desk.programme, _wish(desk, body), None, desk.now))

    return write(request, body, work)


@router.post("/expenses/check", response=ExpenseChecked, summary="What would be agreed")
@operation("api.expenses.check")
def check_expense(request: Any, body: ExpenseIn) -> Any:
    """Look first: whether such a line could be agreed, and with whom. Nothing is written."""
    desk = desk_of(request)
    wish = _wish(desk, body)
    found = expenses.look(desk.programme, wish)
    person = listing.named(desk.access, [found.id])[found.id]
    return {
        "creator": person.public_id,
        "name": found.name,
        "amount": money(wish.amount, wish.currency),
        "what_for": wish.words.strip(),
        "receipt": wish.receipt,
    }


@router.get("/expenses/{expense}", response=ExpenseOut, summary="One expense")
@operation("api.expenses.get")
def get_expense(request: Any, expense: Annotated[Number, Path()]) -> Any:
    """One line, and what became of it."""
    return _one(desk_of(request), int(expense))


@router.post("/expenses/{expense}/confirm", response=ExpenseOut, summary="Confirm an expense")
@operation("api.expenses.confirm")
def confirm_expense(request: Any, expense: Annotated[Number, Path()], body: ExpenseConfirmed) -> Any:
    """The brand owes it to her from now on, and the next run or her shop credit takes it. It can't be taken back.

    ``amount`` is what was read of this line: another one is a conflict (``other_amount``), and nothing is done.
    """

    def work(desk: Desk) -> Any:
        looked = (int(body.amount.micros), body.amount.currency)
        expenses.confirm(desk.programme, int(expense), seen=body.receipt_seen, now=desk.now, looked=looked)
        return _one(desk, int(expense))

    return write(request, body, work, status=200)


@router.post("/expenses/{expense}/drop", response=ExpenseOut, summary="Take an expense back")
@operation("api.expenses.drop")
def drop_expense(request: Any, expense: Annotated[Number, Path()]) -> Any:
    """Take a line back that was not confirmed. She reads that it was."""

    def work(desk: Desk) -> Any:
        expenses.drop(desk.programme, int(expense), desk.now)
        return _one(desk, int(expense))

    return write(request, None, work, status=200)


def _wish(desk: Desk, body: ExpenseIn) -> Wish:
    currency = expenses.check_currency(desk.access, desk.tenant.currency, body.amount.currency)
    creator = party_of(desk, body.creator, "creator")
    return Wish(creator.id, currency, int(body.amount.micros), body.what_for, body.receipt)


def _one(desk: Desk, expense: int) -> dict[str, Any]:
    return _shown(desk, [expenses.one(desk.programme, expense)])[0]


def _shown(desk: Desk, lines: list[Line]) -> list[dict[str, Any]]:
    people = listing.named(desk.access, [line.row.party for line in lines])
    found = iter(expenses.clocks(desk.programme, desk.tenant, lines, desk.now).clocks)
    return [
        {
            "id": str(line.row.id),
            "creator": people[line.row.party].public_id,
            "amount": money(line.row.amount, line.row.currency),
            "what_for": line.words,
            "receipt": line.row.receipt,
            "state": line.row.state,
            "agreed_at": when(line.row.agreed_at),
            "ended_at": maybe_when(line.row.ended_at),
            "clock": clock_out(next(found), line.row.currency) if line.row.paid else None,
        }
        for line in lines
    ]
