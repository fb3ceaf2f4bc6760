"""``fanshare statement``: what one party earned and why, checkable without us."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fanshare.cli.session import session, single
from fanshare.core.errors import BadInputError

app = single()
_MOST = 500_000_000


@app.command()
def statement(
    ctx: typer.Context,
    party: str = typer.Argument(help="A creator's short name, a public id or a number."),
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write it to this file.")] = None,
    older: Annotated[Path | None, typer.Option(help="One she already has: proves that the log only grew.")] = None,
) -> None:
    """Make the statement of one party as of now."""
    from fanshare.cli.files import write_text
    from fanshare.cli.people import find
    from fanshare.flows.statements import make_statement

    this = session(ctx)
    size = None if older is None else _size_of(older)
    with this.desk() as desk:
        row = find(desk, party)
        signer = desk.installation.signer(desk.tenant)
        document = make_statement(desk.programme, desk.tenant, signer, row.id, desk.now, older_size=size)
    if output is None:
        this.out.result(document, [json.dumps(document, ensure_ascii=False, indent=1)])
        return
    write_text(output, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    said = f"{output} is written; check it with: fanshare verify {output}{f' {older}' if older else ''}"
    this.out.result({"file": str(output), "as_of": document["period"]["to"]}, [said])


def _size_of(older: Path) -> int:
    """The size of the log that an older statement names."""
    from fanshare.core.statement_form import read_statement

    return read_statement(load(older)).checkpoint.size


def load(file: Path) -> Any:
    """A statement file, parsed. Raises ``BadInputError``."""
    from fanshare.cli.files import read_bytes
    from fanshare.core.canonical import parse_json

    try:
        return parse_json(read_bytes(file, _MOST))
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "message", None) or str(error)[:200] or "it is nested too deeply"
        raise BadInputError("bad_statement", f"{str(file)[:200]} is not a statement: {reason}") from None
