"""``fanshare inbox``: deliveries that could not be read are set aside with their reason, and nothing is lost."""

from typing import Annotated

import typer

from fanshare.cli import quarantine
from fanshare.cli.session import group, session
from fanshare.core.errors import BadInputError

app = group("Messages that could not be read, and reading them again.")
app.add_typer(quarantine.app, name="quarantine")


@app.command("list")
def list_(
    ctx: typer.Context,
    limit: int = typer.Option(100, min=1, max=10_000, help="How many, oldest first."),
) -> None:
    """What is parked, and why."""
    from fanshare.cli.shapes import when
    from fanshare.store.queries import inbox

    this = session(ctx)
    with this.desk() as desk:
        rows = [
            {
                "id": one.id,
                "received_at": when(one.received_at),
                "endpoint": one.endpoint,
                "topic": one.topic,
                "code": one.code,
                "reason": one.reason,
            }
            for one in inbox.parked(desk.access, limit=limit)
        ]
    this.out.rows("parked", rows, ("received_at", "endpoint", "code", "reason", "id"), "Nothing is parked.")


@app.command()
def retry(
    ctx: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(help="Which ones, by id; all if left out.")] = None,
) -> None:
    """Read parked messages again. What was already booked is not booked twice."""
    from fanshare.flows.inbox import retry as retry_again

    for one in ids or []:
        if len(one) % 2 or not one.isascii() or not all(char in "0123456789abcdef" for char in one.lower()):
            raise BadInputError("bad_id", f"{one[:60]!r} is no id of a message; fanshare inbox list shows them.")
    this = session(ctx)
    with this.desk() as desk:
        count = retry_again(desk.access, desk.now, ids or None)
    said = f"{count} message{'' if count == 1 else 's'} will be read again."
    this.out.result({"retried": count}, [said])
