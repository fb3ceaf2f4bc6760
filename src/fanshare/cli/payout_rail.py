"""``fanshare payout rail``: the providers that a brand pays by."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from fanshare.cli.payout import confirm
from fanshare.cli.payout_run import BY, YES, doing
from fanshare.cli.session import group, session
from fanshare.core.errors import BadInputError
from fanshare.core.instants import format_rfc3339
from fanshare.core.money import format_micros
from fanshare.core.payee_account import Kind
from fanshare.core.rails import CALLED

app = group("Pay by a provider that is called, to whoever chooses it: connect it with its key, list, end.")

_WHICH = typer.Argument(help=f"Which one: {', '.join(sorted(CALLED))}.")
_ROWS = ("rail", "account", "since", "by", "trouble")


@app.command()
def connect(
    ctx: typer.Context,
    kind: str = _WHICH,
    key: Annotated[str, typer.Option(help="Its key; better as FANSHARE_RAIL_KEY or FANSHARE_RAIL_KEY_FILE.")] = "",
    client_id: Annotated[str, typer.Option(help="PayPal: the client id of the app.")] = "",
    campaign: Annotated[str, typer.Option(help="Tremendous: the id of the campaign.")] = "",
    source: Annotated[str, typer.Option(help="Tremendous: the id of a funding source, else the balance.")] = "",
    place: Annotated[str, typer.Option(help="PayPal, Tremendous: live, or sandbox for the test site.")] = "live",
    by: str = BY,
) -> None:
    """Pay by it from now on. The key is tried first, by a call that moves nothing."""
    from fanshare.config.settings_env import secret
    from fanshare.flows import payout_rails
    from fanshare.integrations.rails import Called

    typed = {"key": key or secret(os.environ, "FANSHARE_RAIL_KEY"), "client_id": client_id}
    typed |= {"campaign": campaign, "source": source, "place": place}
    this = session(ctx)
    with this.desk() as desk:
        with doing(desk, by) as done:
            payout_rails.connect(desk.programme, _kind(kind), typed, Called(), done.name, desk.now)
        whose = payout_rails.connected(desk.programme)[_kind(kind)].whose
    this.out.result({"rail": kind, "account": whose}, [f"Whoever chooses {kind} is paid from {whose} by it."])


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """The providers that are paid by, and what troubles them."""
    from fanshare.flows import payout_rails

    this = session(ctx)
    with this.desk() as desk:
        found = [
            {
                "rail": str(one.kind),
                "account": one.whose,
                "since": format_rfc3339(one.set_at),
                "by": one.set_by,
                "trouble": one.trouble,
            }
            for one in payout_rails.connected(desk.programme).values()
        ]
    this.out.rows("rails", found, _ROWS, "No provider is connected; runs are paid by file.")


@app.command()
def end(ctx: typer.Context, kind: str = _WHICH, yes: bool = YES) -> None:
    """Pay by it no more. Whoever chose it waits until she names another account."""
    from fanshare.flows import payout_rails

    confirm(ctx, f"Pay by {kind} no more?", yes)
    this = session(ctx)
    with this.desk() as desk:
        payout_rails.end(desk.programme, _kind(kind), desk.now)
    this.out.result({"rail": kind}, [f"Nobody is paid by {kind} any more."])


@app.command()
def report(
    ctx: typer.Context,
    file: Annotated[Path, typer.Option("--from", help="Its own report as CSV; docs/reference/rails.md says which.")],
    by: str = BY,
    yes: bool = YES,
) -> None:
    """Book what a provider's own report says of payments; what fits none is listed with its reason."""
    from fanshare.cli.files import read_bytes
    from fanshare.core.provider_reports import MOST_BYTES
    from fanshare.flows import provider_reports
    from fanshare.integrations.provider_reports import read_report

    raw = read_bytes(file, MOST_BYTES)
    found = read_report(raw)
    confirm(ctx, f"Book what {file} says of payments by {found.kind}?", yes)
    this = session(ctx)
    with this.desk() as desk, doing(desk, by) as done:
        taken = provider_reports.take(desk.programme, found.kind, found.rows, raw, done.name, desk.now)
        done.note("payout.report", f"{found.kind}: {taken.told} told, {len(taken.odd)} odd")
    odd: list[dict[str, Any]] = [
        {
            "line": one.row.line,
            "reference": one.reference,
            "movement": one.row.movement,
            "what": str(one.what),
        }
        for one in taken.odd
    ]
    words = [f"{taken.told} payments were told something new."]
    words = ["This report was read before; nothing was changed."] if taken.again else words
    words += [f"Fees: {format_micros(sum_)} {currency}." for currency, sum_ in taken.fees.items()]
    words += [f"Line {one['line']}: {one['reference']}, {one['what']}." for one in odd]
    fees = {currency: format_micros(sum_) for currency, sum_ in taken.fees.items()}
    result = {"rail": str(found.kind), "again": taken.again, "told": taken.told, "fees": fees, "odd": odd}
    this.out.result(result, words)


def _kind(text: str) -> Kind:
    if text not in CALLED:
        raise BadInputError("bad_rail", f"A provider to pay by is one of {', '.join(sorted(CALLED))}.")
    return Kind(text)
