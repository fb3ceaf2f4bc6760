"""``fanshare payout hold``: payouts wait after a restore, until somebody has compared the books with the outside."""

import typer

from fanshare.cli.payout import confirm
from fanshare.cli.payout_run import BY, YES, doing
from fanshare.cli.session import group, session
from fanshare.core.instants import format_rfc3339

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
