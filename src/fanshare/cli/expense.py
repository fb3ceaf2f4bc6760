"""``fanshare expense``: what creators spend for the brand is agreed, then confirmed or taken back."""

from typing import TYPE_CHECKING, Any

import typer

from fanshare.cli.payout import confirm as ask
from fanshare.cli.payout_run import BY, YES, doing
from fanshare.cli.session import group, session
from fanshare.core.errors import BadInputError

if TYPE_CHECKING:
    from fanshare.cli.session import Desk
    from fanshare.flows.context import Programme
    from fanshare.flows.expenses import Line

app = group("Agree to pay a creator back what she spends for the brand, and confirm it or take it back.")

_ID = typer.Argument(help="The number of the expense.")
_COLUMNS = ("id", "creator", "amount", "currency", "receipt", "state", "for")
_STATES = ("open", "confirmed", "dropped")


@app.command("list")
def list_(
    ctx: typer.Context,
    who: str = typer.Argument("", help="Only hers."),
    state: str = typer.Option("", help="Only those that are open, confirmed or dropped."),
) -> None:
    """The expenses, oldest first."""
    from fanshare.cli.people import find
    from fanshare.flows import expenses

    if state not in ("", *_STATES):
        raise BadInputError("bad_state", f"An expense is {', '.join(_STATES[:2])} or {_STATES[2]}.")
    this = session(ctx)
    with this.desk() as desk:
        party = find(desk, who, "creator").id if who else None
        found = expenses.listed(desk.programme, party=party, state=state or None, limit=10_000)
        rows = _documents(desk, found)
    this.out.rows("expenses", rows, _COLUMNS, "There is no such expense.")


@app.command()
def agree(
    ctx: typer.Context,
    who: str = typer.Argument(help="Which creator: short name, public id or number."),
    amount: str = typer.Argument(help="How much, such as 42.00."),
    currency: str = typer.Argument(help="Such as EUR."),
    words: str = typer.Option(..., "--for", help="What for; she reads it."),
    receipt: bool = typer.Option(True, "--receipt/--no-receipt", help="Whether a receipt has to be seen first."),
    key: str = typer.Option("", help="The same key agrees once, however often it is sent."),
    by: str = BY,
    yes: bool = YES,
) -> None:
    """Write down what was agreed with a creator. Nothing is paid before it is confirmed."""
    from fanshare.cli.people import find
    from fanshare.core.money import format_minor, parse_amount
    from fanshare.flows import expenses

    this = session(ctx)
    with this.desk() as desk:
        unit = expenses.check_currency(desk.access, desk.tenant.currency, currency.upper())
        wish = expenses.Wish(find(desk, who, "creator").id, unit, parse_amount(amount), words, receipt)
        name = expenses.look(desk.programme, wish).name
        ask(ctx, f"Agree to pay {name} {format_minor(wish.amount, unit)} {unit} back?", yes)
        with doing(desk, by) as done:
            made = expenses.agree(_as(desk, done.name), wish, key or None, desk.now)
        row = _one(desk, made)
    this.out.result(row, [f"Expense {made} is agreed; nothing is paid before it is confirmed."])


@app.command()
def confirm(
    ctx: typer.Context,
    expense: int = _ID,
    seen: bool = typer.Option(False, "--seen", help="You have seen the receipt that was asked for."),
    by: str = BY,
    yes: bool = YES,
) -> None:
    """The brand owes it from now on, and the next run takes it. It can't be taken back."""
    from fanshare.flows import expenses

    this = session(ctx)
    with this.desk() as desk:
        line = expenses.open_line(desk.programme, expense)
        looked = (line.row.amount, line.row.currency)
        ask(ctx, f"Pay back {_sum(desk, line)}?", yes)
        with doing(desk, by) as done:
            expenses.confirm(_as(desk, done.name), expense, seen=seen, now=desk.now, looked=looked)
        row = _one(desk, expense)
    this.out.result(row, [f"Expense {expense} is confirmed: {row['amount']} {row['currency']} are ready."])


@app.command()
def drop(ctx: typer.Context, expense: int = _ID, by: str = BY, yes: bool = YES) -> None:
    """Take an expense back that was not confirmed."""
    from fanshare.flows import expenses

    this = session(ctx)
    with this.desk() as desk:
        line = expenses.open_line(desk.programme, expense)
        ask(ctx, f"Take back that {_sum(desk, line)} are paid back?", yes)
        with doing(desk, by) as done:
            expenses.drop(_as(desk, done.name), expense, desk.now)
        row = _one(desk, expense)
    this.out.result(row, [f"Expense {expense} is taken back; nothing was paid."])


def _as(desk: "Desk", name: str) -> "Programme":
    """The programme in the name of whoever does it, for the audit."""
    return desk.installation.programme(desk.tenant, f"command line: {name}")


def _sum(desk: "Desk", line: "Line") -> str:
    row = _documents(desk, [line])[0]
    return f"{row['amount']} {row['currency']} to {row['creator']} ({row['for']})"


def _one(desk: "Desk", expense: int) -> dict[str, Any]:
    from fanshare.flows import expenses

    return _documents(desk, [expenses.one(desk.programme, expense)])[0]


def _documents(desk: "Desk", lines: "list[Line]") -> list[dict[str, Any]]:
    from fanshare.cli.shapes import when
    from fanshare.core.money import format_minor
    from fanshare.store.queries import listing

    people = listing.named(desk.access, [line.row.party for line in lines])
    return [
        {
            "id": str(line.row.id),
            "creator": people[line.row.party].slug or people[line.row.party].public_id,
            "amount": format_minor(line.row.amount, line.row.currency),
            "currency": line.row.currency,
            "receipt": line.row.receipt,
            "state": line.row.state,
            "for": line.words,
            "agreed_at": when(line.row.agreed_at),
            "ended_at": when(line.row.ended_at),
        }
        for line in lines
    ]
