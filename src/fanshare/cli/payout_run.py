"""``fanshare payout run``: everybody who has something ready is paid together, by a file that a person pays."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from fanshare.cli.payout import confirm
from fanshare.cli.session import group, session
from fanshare.core.errors import BadInputError
from fanshare.core.instants import format_rfc3339

if TYPE_CHECKING:
    from fanshare.cli.session import Desk
    from fanshare.store.queries.payout_runs import Row, Run

app = group("Pay everybody who has something ready together: plan, approve, send as a file, say what became of it.")

_RUN = typer.Argument(help="The number of the run.")
YES = typer.Option(False, "--yes", help="Don't ask.")
BY = typer.Option("", "--by", help="Who does this; whoever is logged in on this machine if left out.")
_WHY = typer.Option("", help="Why, for whoever finds it.")
_RUNS = ("run", "state", "planned_by", "approved_by", "payments", "totals")
_ITEMS = ("party", "amount", "currency", "state", "reference", "reason")
_MOSTBYTES = 20_000_000


@app.command()
def preview(ctx: typer.Context) -> None:
    """A dry run: who would be paid, what is other than last time, and who is not paid and why."""
    from fanshare.flows.payout_runs import preview as look

    this = session(ctx)
    with this.desk() as desk:
        found = look(desk.access, desk.now)
        people = _people(desk, [*(row.party for row in found.differences), *(row.party for row in found.plan.left)])
    changes = [
        {
            "party": people[row.party],
            "before": _shown(row.before, row.currency),
            "now": _shown(row.now, row.currency),
            "currency": row.currency,
            "change": str(row.change),
        }
        for row in found.differences
    ]
    left = [
        {
            "party": people[row.party],
            "balance": exact(row.balance),
            "currency": row.currency,
            "why": str(row.why).replace("_", " "),
            "until": format_rfc3339(row.until) if row.until else None,
        }
        for row in found.plan.left
    ]
    words = [f"{one['party']}: {one['before']} -> {one['now']} {one['currency']} ({one['change']})" for one in changes]
    words += [f"Not paid: {one['party']}, {one['balance']} {one['currency']} ({_reason(one)})" for one in left]
    sums = _totals([(row.currency, row.now) for row in found.differences if row.now])
    words.append(f"In all {sums}." if sums else "Nothing is ready to be paid.")
    this.out.result({"differences": changes, "left": left, "totals": sums}, words)


@app.command()
def plan(ctx: typer.Context, by: str = BY) -> None:
    """Plan a run over everything that may be paid. No money moves."""
    from fanshare.flows import payout_runs

    this = session(ctx)
    with this.desk() as desk:
        with doing(desk, by) as done:
            run, _ = payout_runs.plan(desk.programme, done.name, desk.now)
            done.note("payout.plan", f"run {run}")
        shown = _run(desk, run)
    this.out.result(shown, [f"Run {run} is planned: {shown['payments']} payments, {shown['totals']} in all."])


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """Runs, the newest first."""
    from fanshare.store.queries import payout_runs as rows

    this = session(ctx)
    with this.desk() as desk:
        found = [_shown_run(desk, run) for run in rows.listed(desk.access, limit=1_000)]
    this.out.rows("runs", found, _RUNS, "There is no run yet; payout run preview shows what one would pay.")


@app.command()
def show(ctx: typer.Context, run: int = _RUN) -> None:
    """The payments of a run and their states."""
    from fanshare.store.queries import payout_runs as rows

    this = session(ctx)
    with this.desk() as desk:
        head = _run(desk, run)
        items = _items(desk, rows.items_of(desk.access, run))
    lines = (
        f"{one['party']}: {one['amount']} {one['currency']}, {one['state']} {one['reason']}".rstrip() for one in items
    )
    this.out.result({**head, "items": items}, lines)


@app.command()
def approve(ctx: typer.Context, run: int = _RUN, by: str = BY, yes: bool = YES) -> None:
    """Let a run be sent. Above the programme's limit somebody else than who planned it has to."""
    from fanshare.flows import payout_runs

    confirm(ctx, f"Approve run {run}?", yes)
    this = session(ctx)
    with this.desk() as desk:
        with doing(desk, by) as done:
            payout_runs.approve(desk.programme, run, done.name, desk.now)
            done.note("payout.approve", f"run {run}")
        shown = _run(desk, run)
    this.out.result(shown, [f"Run {run} is approved; payout run send {run} --to FILE sends it."])


@app.command("take-over")
def take_over(ctx: typer.Context, run: int = _RUN, by: str = BY) -> None:
    """Stand for a run that the calendar planned: above the programme's limit somebody else approves it then."""
    from fanshare.flows import payout_runs

    this = session(ctx)
    with this.desk() as desk:
        with doing(desk, by) as done:
            payout_runs.take_over(desk.access, run, done.name)
            done.note("payout.take_over", f"run {run}")
        shown = _run(desk, run)
    this.out.result(shown, [f"Run {run} is yours to stand for; somebody else approves it."])


@app.command()
def freeze(ctx: typer.Context, run: int = _RUN, why: str = _WHY, by: str = BY) -> None:
    """Let nothing of a run be sent until it is resumed."""
    from fanshare.flows import payout_runs

    this = session(ctx)
    with this.desk() as desk:
        with doing(desk, by) as done:
            payout_runs.freeze(desk.access, run, done.name, desk.now, why)
            done.note("payout.freeze", f"run {run}")
        shown = _run(desk, run)
    this.out.result(shown, [f"Run {run} is frozen; nothing of it is sent."])


@app.command()
def resume(ctx: typer.Context, run: int = _RUN, by: str = BY, yes: bool = YES) -> None:
    """Let a frozen run go on where it was."""
    from fanshare.flows import payout_runs

    confirm(ctx, f"Resume run {run}?", yes)
    this = session(ctx)
    with this.desk() as desk:
        with doing(desk, by) as done:
            payout_runs.resume(desk.access, run)
            done.note("payout.resume", f"run {run}")
        shown = _run(desk, run)
    this.out.result(shown, [f"Run {run} is {shown['state']} again."])


@app.command()
def drop(ctx: typer.Context, run: int = _RUN, by: str = BY, yes: bool = YES) -> None:
    """Give up a run that was not sent; its payees are free for the next one."""
    from fanshare.flows import payout_runs

    confirm(ctx, f"Give up run {run}?", yes)
    this = session(ctx)
    with this.desk() as desk:
        with doing(desk, by) as done:
            payout_runs.drop(desk.programme, run, done.name, desk.now)
            done.note("payout.drop", f"run {run}")
        shown = _run(desk, run)
    this.out.result(shown, [f"Run {run} is given up; no money moved."])


@app.command()
def send(
    ctx: typer.Context,
    run: Annotated[int, _RUN],
    to: Annotated[Path, typer.Option("--to", help="The CSV file to write; sending again writes the same lines.")],
    by: str = BY,
    yes: bool = YES,
) -> None:
    """Look at each payment again, take the money on its way, and write what is to be paid to a file."""
    from fanshare.cli.files import write_text
    from fanshare.flows import payout_runs
    from fanshare.flows.payout_files import written

    confirm(ctx, f"Send run {run}? What is ready of its payees is on its way from then on.", yes)
    this = session(ctx)
    with this.desk() as desk:
        with doing(desk, by) as done:
            items = payout_runs.send(desk.programme, run, done.name, desk.now)
            done.note("payout.send", f"run {run}")
        write_text(to, written(items, _people(desk, [row.party for row in items])))
        shown, kept = _run(desk, run), [row for row in items if row.item.frozen is None]
        left = _items(desk, kept)
    words = [f"{shown['payments'] - len(left)} payments are in {to}; pay them, then say so by payout run tell {run}."]
    words += [f"Not sent: {one['party']}, {one['reason']}." for one in left]
    this.out.result({**shown, "file": str(to), "not_sent": left}, words)


@app.command()
def tell(
    ctx: typer.Context,
    run: Annotated[int, _RUN],
    file: Annotated[
        Path,
        typer.Option("--from", help="CSV: reference, and said (paid, returned, refused), amount, currency, reason."),
    ],
    by: str = BY,
    yes: bool = YES,
) -> None:
    """Say what became of payments: all of the file or nothing of it."""
    from fanshare.cli.files import read_bytes
    from fanshare.flows import payout_runs
    from fanshare.flows.payout_files import answers

    this = session(ctx)
    with this.desk() as desk:
        told = answers(read_bytes(file, _MOSTBYTES + 1), _MOSTBYTES, desk.now)
        confirm(ctx, f"Book what {file} says about {len(told)} payment{'' if len(told) == 1 else 's'}?", yes)
        with doing(desk, by) as done:
            named = payout_runs.tell(desk.programme, run, told, done.name, desk.now)
            done.note("payout.told", f"run {run}")
        items = _items(desk, named)
    this.out.rows("payments", items, _ITEMS, "The file names no payment.")


@app.command()
def decide(
    ctx: typer.Context,
    run: int = _RUN,
    reference: str = typer.Argument(help="The payment's reference."),
    arrived: bool = typer.Option(..., "--arrived/--back", help="It arrived as it was sent, or all of it is back."),
    reason: str = typer.Option(..., help="What you found out, in words the payee may read."),
    by: str = BY,
    yes: bool = YES,
) -> None:
    """Decide about a payment whose answers do not fit what was sent."""
    from fanshare.flows import payout_runs

    confirm(ctx, f"Book {reference} as {'arrived' if arrived else 'returned'}?", yes)
    this = session(ctx)
    with this.desk() as desk:
        with doing(desk, by) as done:
            row = payout_runs.decide(desk.programme, run, reference, arrived, reason, done.name, desk.now)
            done.note("payout.decide", f"run {run}")
        items = _items(desk, [row])
    this.out.rows("payments", items, _ITEMS)


class _Doing(NamedTuple):
    """Somebody at work on a programme's payouts."""

    desk: "Desk"
    name: str

    def note(self, what: str, about: str) -> None:
        """A line in the audit: she is who she says, on the machine of the books."""
        from fanshare.flows.audit import note

        actor = f"command line: {self.name}"
        note(self.desk.access.conn, actor, what, self.desk.now, about=about, programme=self.desk.tenant.id)


@contextmanager
def doing(desk: "Desk", by: str) -> Iterator[_Doing]:
    """One transaction, in which what was done and who did it are written down together."""
    with desk.access.transaction():
        yield _Doing(desk, _name(by))


def _reason(left: dict[str, Any]) -> str:
    return f"{left['why']}, until {left['until']}" if left["until"] else str(left["why"])


def _name(by: str) -> str:
    """Who does something: what was said, else the account on this machine."""
    import os
    import pwd

    clean = by.strip()
    if len(clean) > 200 or "\x00" in clean:
        raise BadInputError("bad_name", "Say who does this in at most 200 characters.")
    return clean or pwd.getpwuid(os.getuid()).pw_name


def _run(desk: "Desk", run: int) -> dict[str, Any]:
    from fanshare.flows.payout_runs import find

    return _shown_run(desk, find(desk.access, run))


def _shown_run(desk: "Desk", run: "Run") -> dict[str, Any]:
    from fanshare.store.queries import payout_runs as rows

    items = rows.items_of(desk.access, run.id)
    return {
        "run": run.id,
        "state": run.state,
        "planned_by": run.planned_by,
        "approved_by": run.approved_by,
        "payments": len(items),
        "totals": _totals([(row.item.currency, row.item.amount) for row in items]),
    }


def _items(desk: "Desk", found: "list[Row]") -> list[dict[str, Any]]:
    people = _people(desk, [row.party for row in found])
    return [
        {
            "party": people[row.party],
            "amount": _shown(row.item.amount, row.item.currency),
            "currency": row.item.currency,
            "state": str(row.item.state).replace("_", " "),
            "reference": row.item.frozen.key if row.item.frozen else "",
            "reason": row.reason,
        }
        for row in found
    ]


def _people(desk: "Desk", parties: list[int]) -> dict[int, str]:
    from fanshare.store.queries import listing

    return {id_: row.slug or row.public_id for id_, row in listing.named(desk.access, parties).items()}


def _totals(amounts: list[tuple[str, int]]) -> str:
    sums: dict[str, int] = {}
    for currency, amount in amounts:
        sums[currency] = sums.get(currency, 0) + amount
    return ", ".join(f"{_shown(amount, currency)} {currency}" for currency, amount in sorted(sums.items()))


def _shown(amount: int, currency: str) -> str:
    from fanshare.core.money import format_minor

    return format_minor(amount, currency)


def exact(amount: int) -> str:
    """The whole amount, nothing rounded."""
    from fanshare.core.money import format_trimmed

    return format_trimmed(amount)
