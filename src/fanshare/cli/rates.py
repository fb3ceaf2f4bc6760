"""``fanshare rates``: rates of exchange from files of the European Central Bank. Nothing is fetched from the net."""

from pathlib import Path
from typing import Annotated

import typer

from fanshare.cli.session import group, session

app = group("Take rates of exchange from a file of the ECB, and show them.")


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="eurofxref-hist.csv, eurofxref-daily.xml or another of the ECB's files.")
    ],
    correct: bool = typer.Option(False, "--correct", help="The file is right where a rate is known otherwise."),
) -> None:
    """Take all rates of a file, or nothing; the same file again changes nothing."""
    from fanshare.cli.files import read_bytes
    from fanshare.flows.rates import take
    from fanshare.integrations.ecb.read import MAX_BYTES, read_rates

    this = session(ctx)
    found = read_rates(read_bytes(file, MAX_BYTES + 1))
    with this.installation() as opened:
        taken = take(opened.conn, found.days, opened.clock(), correct=correct)
    told = {**taken._asdict(), "missing": found.missing, "left_out": list(found.left_out)}
    about = f"{taken.days} days from {taken.first} to {taken.last}, {taken.rates} rates"
    lines = [f"{about}: {taken.new} new, {taken.corrected} corrected, {taken.known} known before."]
    if found.missing:
        lines.append(f"{found.missing} cells have no rate.")
    if found.left_out:
        lines.append(f"Left out, as nothing is booked in them: {', '.join(found.left_out)}.")
    this.out.result(told, lines)


@app.command()
def show(ctx: typer.Context) -> None:
    """How much is known, and the rates that hold today."""
    from fanshare.core.errors import BadInputError
    from fanshare.core.rates import ECB
    from fanshare.flows.rates import current
    from fanshare.store.queries.rates import known

    this = session(ctx)
    with this.installation() as opened:
        all_ = known(opened.conn, ECB)
        try:
            holds, why = current(opened.conn, opened.clock()), ""
        except BadInputError as error:
            holds, why = None, error.message
    told = {"source": ECB, **all_._asdict(), "day": holds and holds.day, "per": dict(holds.per) if holds else {}}
    lines = [f"{ECB}: {all_.rates} rates of {all_.days} days, {all_.first} to {all_.last}."] if all_.days else []
    if holds is None:
        lines.append(why)
    else:
        lines.append(f"Today those of {holds.day} hold; for one EUR:")
        lines += [f"  {currency} {per}" for currency, per in holds.per.items()]
    this.out.result(told, lines)


@app.command()
def replace(ctx: typer.Context) -> None:
    """Change what is ready in currencies that a law replaced, as a worker does. Again it does nothing."""
    from fanshare.core.replaced import gone
    from fanshare.flows.replaced import convert

    this = session(ctx)
    with this.desk() as desk:
        moved, codes = convert(desk.programme, desk.now), gone(desk.now)
    this.out.result(
        {"changed": moved, "replaced": codes}, [f"Changed: {moved}. Replaced until today: {', '.join(codes)}."]
    )
