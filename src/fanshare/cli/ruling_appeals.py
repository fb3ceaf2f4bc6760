"""``fanshare ruling appeal|appeals``: objections of those concerned, and what was answered."""

import typer

from fanshare.cli.session import session

_ORDER = typer.Argument(help="The shop's number of the order.")


def register(app: typer.Typer) -> None:
    """Put these commands among the others of ``ruling``."""
    for command in (appeal, appeals):
        app.command()(command)


def appeal(
    ctx: typer.Context,
    order: str = _ORDER,
    party: str = typer.Argument(help="Who objects: a creator, fan or buyer of that order."),
    words: str = typer.Option(..., help="What is wrong, in her own words; they are kept under her key."),
) -> None:
    """Write down that somebody concerned objects to what became of an order."""
    from fanshare.cli.people import find
    from fanshare.flows.appeals import appeal as file_appeal
    from fanshare.flows.rulings import find_order

    this = session(ctx)
    with this.desk() as desk:
        row = find(desk, party.replace("\x00", ""))
        about = find_order(desk.access, order.replace("\x00", ""))
        made = file_appeal(desk.programme, about, row.id, words, desk.now)
    document = {"id": str(made), "order": order, "party": row.public_id}
    this.out.result(document, [f"Appeal {made} is in the log; a decision with --answers {made} answers it."])


def appeals(
    ctx: typer.Context,
    order: str = typer.Option("", help="Only those about this order."),
    waiting: bool = typer.Option(False, "--waiting", help="Only those that nobody has answered."),
) -> None:
    """Appeals, oldest first, with what was said and what was answered."""
    from fanshare.cli.shapes import when
    from fanshare.flows.appeals import words_of
    from fanshare.flows.rulings import find_order
    from fanshare.store.queries import appeals as kept
    from fanshare.store.queries import listing

    this = session(ctx)
    with this.desk() as desk:
        about = find_order(desk.access, order.replace("\x00", "")) if order else None
        found = kept.listed(desk.access, order=about, waiting=waiting)
        people = listing.named(desk.access, (one.party for one in found))
        rows = [
            {
                "id": str(one.id),
                "order": one.order,
                "party": people[one.party].slug or people[one.party].public_id,
                "words": words_of(desk.programme, one.person, one.id),
                "at": when(one.at),
                "answer": one.verdict,
                "ruling": None if one.ruling is None else str(one.ruling),
                "reason": one.reason,
                "answered_at": when(one.answered_at),
            }
            for one in found
        ]
    this.out.rows("appeals", rows, ("id", "order", "party", "words", "at", "answer"))
