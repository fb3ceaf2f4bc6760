"""``fanshare payout hold``: payouts wait after a restore, until somebody has compared the books with the outside."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fanshare.cli.payout import confirm
from fanshare.cli.payout_run import BY, YES, doing
from fanshare.cli.session import group, session
from fanshare.core.instants import format_rfc3339

if TYPE_CHECKING:
    from fanshare.flows.found_payments import Looked

_ROWS = ("found", "place", "reference", "amount", "currency", "party", "state")
_WHO = typer.Argument(help="Whom it was paid to: short name, public id or number.")
_ID = typer.Argument(help="The number of the found payment.")
_MOST_BYTES = 20_000_000

app = group("See whether payouts wait since a restore, and let them go on once everything is compared.")


@app.command()
def show(ctx: typer.Context) -> None:
    """Whether payouts wait, and since which backup something may be missing."""
    from fanshare.flows import payout_holds

    this = session(ctx)
    with this.desk() as desk:
        found = payout_holds.standing(desk.access)
    if found is None:
        this.out.result({"held": False}, ["Payouts are not held."])
        return
    books, since = format_rfc3339(found.books_of), format_rfc3339(found.since)
    said = f"Nothing is paid and no credit is made: the books are those of {books}, restored at {since}."
    this.out.result({"held": True, "books_of": books, "since": since}, [said])


@app.command()
def release(
    ctx: typer.Context,
    compared: str = typer.Option(..., help="What the books were compared with, and what was found."),
    by: str = BY,
    yes: bool = YES,
) -> None:
    """Let payouts go on. Compare first: what was paid since the backup and is not in these books is paid again."""
    from fanshare.flows import payout_holds

    confirm(ctx, "Is everything that was paid since the backup known to these books?", yes)
    this = session(ctx)
    with this.desk() as desk, doing(desk, by) as done:
        payout_holds.release(desk.access, done.name, compared, desk.now)
        done.note("payout.release", "after a restore")
    this.out.result({"held": False}, ["Payouts go on."])


@app.command()
def find(
    ctx: typer.Context,
    statement: Annotated[
        Path | None, typer.Option(help="A camt.053 file of the bank; else providers are asked.")
    ] = None,
    codes: bool = typer.Option(False, "--codes", help="Ask the shops for codes of credit."),
    by: str = BY,
) -> None:
    """Look for payments that the books lack: in a statement of the bank, at providers that are paid by, or in shops."""
    from fanshare.cli.files import read_bytes
    from fanshare.flows import found_payments
    from fanshare.integrations.bank_files import Banks
    from fanshare.integrations.rails import Called
    from fanshare.jobs.found_codes import find_codes

    raw = None if statement is None else read_bytes(statement, _MOST_BYTES)
    this = session(ctx)
    with this.desk() as desk:
        with doing(desk, by) as done:
            name = done.name
        if codes:
            looked = find_codes(desk.programme, name, desk.now)
        elif raw is None:
            looked = found_payments.ask_providers(desk.programme, Called(), name, desk.now)
        else:
            looked = found_payments.read_statement(desk.programme, raw, Banks(), name, desk.now)
        with doing(desk, by) as done:
            done.note("payout.found", f"{looked.booked} booked, {looked.open} open")
    this.out.result(looked._asdict(), _said(looked))


@app.command()
def found(ctx: typer.Context) -> None:
    """The payments that were found, first those of which somebody has to say whose they were."""
    from fanshare.core.money import format_minor
    from fanshare.store.queries import found_payments as rows
    from fanshare.store.queries import listing

    this = session(ctx)
    with this.desk() as desk:
        listed = rows.listed(desk.access)
        people = listing.named(desk.access, [one.party for one in listed if one.party is not None])
    table = [
        {
            "found": str(one.id),
            "place": one.place,
            "reference": one.reference,
            "amount": format_minor(one.amount, one.currency),
            "currency": one.currency,
            "party": people[one.party].slug or people[one.party].public_id if one.party else "",
            "state": "booked" if one.payout else one.why_not or "open",
        }
        for one in listed
    ]
    this.out.rows("found", table, _ROWS, "Nothing was found.")


@app.command()
def assign(ctx: typer.Context, number: int = _ID, who: str = _WHO, by: str = BY, yes: bool = YES) -> None:
    """Say whose a found payment was: it is booked as paid, and leaves her balance."""
    from fanshare.cli.people import find as find_party
    from fanshare.flows import found_payments

    confirm(ctx, f"Book payment {number} as paid to {who}?", yes)
    this = session(ctx)
    with this.desk() as desk, doing(desk, by) as done:
        party = find_party(desk, who)
        made = found_payments.assign(desk.programme, number, party.id, done.name, desk.now)
        done.note("payout.found", f"found {number} of party {party.id}")
    this.out.result({"found": str(number), "payout": str(made.payout)}, ["Booked as paid."])


@app.command()
def dismiss(ctx: typer.Context, number: int = _ID, reason: str = typer.Option(..., help="Why."), by: str = BY) -> None:
    """Say that a found payment is none of these books, and why."""
    from fanshare.flows import found_payments

    this = session(ctx)
    with this.desk() as desk, doing(desk, by) as done:
        found_payments.dismiss(desk.access, number, reason, done.name, desk.now)
        done.note("payout.found", f"found {number} is none of these books")
    this.out.result({"found": str(number)}, ["Left out."])


@app.command()
def add(
    ctx: typer.Context,
    who: str = _WHO,
    amount: str = typer.Argument(help="How much."),
    currency: str = typer.Argument(help="Such as EUR."),
    place: str = typer.Option(..., help="bank, stripe, paypal, tremendous or shop."),
    reference: str = typer.Option(..., help="What it is called there: a reference, or the code."),
    by: str = BY,
    yes: bool = YES,
) -> None:
    """Book a payment that you found yourself: it leaves her balance, so it can't be paid again."""
    from fanshare.cli.people import find as find_party
    from fanshare.core.found_payments import Outside
    from fanshare.core.money import parse_amount
    from fanshare.flows import found_payments

    confirm(ctx, f"Book {amount} {currency} as paid to {who}?", yes)
    told = Outside(reference, "", "", parse_amount(amount), currency)
    this = session(ctx)
    with this.desk() as desk, doing(desk, by) as done:
        party = find_party(desk, who)
        made = found_payments.add(desk.programme, place, told, party.id, done.name, desk.now)
        done.note("payout.found", f"found {made.id} of party {party.id}")
    this.out.result({"found": str(made.id), "payout": str(made.payout)}, ["Booked as paid."])


def _said(looked: "Looked") -> list[str]:
    told = f"{looked.booked} booked as paid, {looked.open} of which somebody has to say whose they were"
    lines = [f"{told}, {looked.known} known already, {looked.foreign} without a reference of ours."]
    return lines + [f"{one} shows no list to programs: look there yourself." for one in looked.unlisted]
