"""What holds for payout runs: days of paying, the smallest payment, when two people must agree, who is not paid."""

import typer

from fanshare.cli.payout_run import BY, doing, exact
from fanshare.cli.session import session
from fanshare.core.errors import BadInputError

_WHO = typer.Argument(help="Whom: short name, public id or number.")


def days(
    ctx: typer.Context,
    every: str = typer.Argument(help="month, week, or never."),
    day: int = typer.Argument(0, help="The day of the month (1 to 28) or of the week (1 is Monday)."),
    by: str = BY,
) -> None:
    """Say on which days you pay: people are told, and a run is planned when the day has come."""
    from fanshare.core.payout_schedule import Every, Schedule
    from fanshare.flows import payout_schedule

    if every not in ("month", "week", "never"):
        raise BadInputError("bad_schedule", "Pay every month, every week, or never by the calendar.")
    chosen = None if every == "never" else Schedule(Every(every), day)
    this = session(ctx)
    with this.desk() as desk, doing(desk, by) as done:
        payout_schedule.choose(desk.access, desk.tenant, chosen, desk.now)
        done.note("payout.schedule", f"{every} {day}" if chosen else every)
    said = "A run is planned on these days; it waits for whoever approves it." if chosen else "Nobody is told a day."
    this.out.result({"every": every, "day": day if chosen else None}, [said])


def rule(
    ctx: typer.Context,
    currency: str = typer.Argument(help="Such as EUR."),
    minimum: str = typer.Option("0", help="The smallest payment."),
    two_above: str = typer.Option("", help="The sum above which two people must agree; none if left out."),
    by: str = BY,
) -> None:
    """Set what holds for runs in a currency from now on."""
    from fanshare.core.money import exponent, parse_amount
    from fanshare.store.queries import payout_runs as rows

    exponent(currency)
    least, limit = parse_amount(minimum), parse_amount(two_above) if two_above else None
    if least < 0 or (limit or 0) < 0:
        raise BadInputError("bad_amount", "A minimum or a limit is not below zero.")
    this = session(ctx)
    shown = {"currency": currency, "minimum": exact(least), "two_above": exact(limit) if limit is not None else None}
    with this.desk() as desk, doing(desk, by) as done:
        rows.set_rule(desk.access, currency, least, limit)
        done.note("payout.rule", f"{currency}: minimum {shown['minimum']}, two above {shown['two_above'] or '-'}")
    this.out.result(shown, [f"Runs in {currency} follow this from now on."])


def stop(ctx: typer.Context, who: str = _WHO, reason: str = typer.Option(..., help="Why."), by: str = BY) -> None:
    """Pay somebody nothing until you say otherwise; what is ready stays hers."""
    from fanshare.cli.people import find
    from fanshare.store.queries import payout_runs as rows

    if not 0 < len(reason.strip()) <= 500 or "\x00" in reason:
        raise BadInputError("bad_reason", "Say in 1 to 500 characters why.")
    this = session(ctx)
    with this.desk() as desk, doing(desk, by) as done:
        party = find(desk, who)
        rows.stop(desk.access, party.id, reason.strip(), desk.now)
        done.note("payout.stop", f"party {party.id}")
    this.out.result({"party": party.public_id, "stopped": True}, ["Nothing is paid to her from now on."])


def go_on(ctx: typer.Context, who: str = _WHO, by: str = BY) -> None:
    """Pay somebody again."""
    from fanshare.cli.people import find
    from fanshare.store.queries import payout_runs as rows

    this = session(ctx)
    with this.desk() as desk, doing(desk, by) as done:
        party = find(desk, who)
        was = rows.go_on(desk.access, party.id)
        done.note("payout.go_on", f"party {party.id}")
    this.out.result(
        {"party": party.public_id, "stopped": False}, ["She is paid again." if was else "She was not stopped."]
    )


def add_to(app: typer.Typer) -> None:
    """These are commands of ``payout run``."""
    for command in (days, rule, stop):
        app.command()(command)
    app.command("go-on")(go_on)
