"""``fanshare inbox quarantine``: messages whose signature fitted no secret, taken once the secret is right."""

from typing import Annotated

import typer

from fanshare.cli.session import group, session

app = group("Messages with a wrong signature: kept for 7 days, and taken once the secret is right.")


@app.command("list")
def list_(
    ctx: typer.Context,
    endpoint: str = typer.Option("", help="Of one connection only: the end of its delivery URL."),
    limit: int = typer.Option(100, min=1, max=10_000, help="How many, oldest first."),
) -> None:
    """What was refused in the last seven days, and why."""
    from fanshare.cli.shapes import when
    from fanshare.flows.retention import REFUSED
    from fanshare.store.queries import quarantine

    this = session(ctx)
    with this.desk() as desk:
        rows = [
            {
                "id": one.id.hex(),
                "received_at": when(one.received_at),
                "endpoint": one.endpoint,
                "reason": one.reason,
                "bytes": one.size,
            }
            for one in quarantine.kept(desk.access, max(0, desk.now - REFUSED), endpoint=endpoint, limit=limit)
        ]
    columns = ("received_at", "endpoint", "reason", "bytes", "id")
    this.out.rows("quarantined", rows, columns, "Nothing is in quarantine.")


@app.command()
def retry(
    ctx: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(help="Which ones, by id; all if left out.")] = None,
    endpoint: str = typer.Option("", help="Of one connection only: the end of its delivery URL."),
) -> None:
    """Judge them again with the secrets of today and the time they came; those that fit now are taken, once."""
    from fanshare.jobs.quarantine import retake

    wanted = [one.lower() for one in ids] if ids else None
    this = session(ctx)
    with this.desk() as desk:
        done = retake(desk.programme, desk.now, endpoint=endpoint, ids=wanted)
    left = done.looked - done.taken
    said = f"{done.taken} taken; {left} still fit no secret." if done.looked else "Nothing is in quarantine."
    this.out.result({"taken": done.taken, "left": left}, [said])
