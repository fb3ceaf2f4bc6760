"""``fanshare import``: bring in what is in files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanshare.cli.moving import from_tool
from fanshare.cli.session import group, session
from fanshare.core.errors import BadInputError

if TYPE_CHECKING:
    from fanshare.cli.output import Out
    from fanshare.cli.session import Desk
    from fanshare.flows.import_orders import Movement, Outcome
    from fanshare.integrations.orders_file.mapping import Plan
    from fanshare.integrations.orders_file.source import Source
    from fanshare.integrations.orders_file.staging import Staging
    from fanshare.store.queries.listing import PartyRow

app = group("Bring in orders from files, everything from another tool, and list what was brought in.")
app.command("from")(from_tool)

#: Refused rows that are told one by one; the others are counted, and written to a file on request.
SHOWN = 20

_OF_THE_PROGRAMME = {
    "brand": "what the brand owes",
    "unclaimed": "shares nobody has claimed",
    "absorbed": "what the brand took upon itself",
    "fee": "fees",
}


@app.command()
def orders(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CSV or Parquet file with a row for each line of an order.")],
    mapping: Annotated[Path | None, typer.Option(help="A TOML file: which column is what, how it is written.")] = None,
    dry_run: bool = typer.Option(False, "--dry-run", help="Change nothing; show who would have what."),
    connection: str = typer.Option("", help="Which connection for files, if there are several."),
    skip_refused: bool = typer.Option(False, "--skip-refused", help="Import the other orders if rows are refused."),
    write_refused: bool = typer.Option(False, "--write-refused", help="Write the refused rows to FILE.refused.csv."),
) -> None:
    """Import orders. The same file again changes nothing; a changed row changes exactly the difference."""
    from fanshare.integrations.orders_file.staging import Staging

    this = session(ctx)
    source = _source(file, mapping)
    with this.desk() as desk, Staging.opened() as staging, _told(this.out) as tell:
        _read(desk, source, staging, tell)
        refused = staging.refused()
        written = _write_refused(source, staging, file) if write_refused and refused else ""
        outcome = None
        if staging.orders and (skip_refused or not refused):
            outcome = _bring_in(desk, source, staging, connection, tell, dry_run=dry_run)
        document = _document(desk, source, staging, outcome, dry_run=dry_run, written=written)
    this.out.result(document, lambda: _lines(document))
    if refused or (outcome and outcome.not_taken):
        raise typer.Exit(1)


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """What was imported: the newest first."""
    from fanshare.cli.shapes import when
    from fanshare.store.queries import imports

    this = session(ctx)
    with this.desk() as desk:
        rows = [
            {
                "id": str(run.id),
                "what": run.what,
                "source": run.source,
                "connection": run.endpoint,
                "file": run.file_name,
                "sha256": run.file_hash.hex(),
                "size": run.file_size,
                "state": run.state,
                "counts": run.counts,
                "by": run.started_by,
                "started_at": when(run.started_at),
                "finished_at": when(run.finished_at),
            }
            for run in imports.runs(desk.access)
        ]
    this.out.rows("imports", rows, ("started_at", "what", "file", "state", "by"))


def _source(file: Path, mapping: Path | None) -> "Source":
    from fanshare.integrations.orders_file.source import open_source

    if file.exists() and not file.is_file():
        raise BadInputError("no_file", f"{str(file)[:200]} is no ordinary file; a file is read more than once.")
    return open_source(file, _plan(mapping))


def _plan(mapping: Path | None) -> "Plan":
    from fanshare.cli.files import read_bytes
    from fanshare.integrations.orders_file.mapping import MAX_MAPPING, Plan, read_mapping

    return Plan() if mapping is None else read_mapping(read_bytes(mapping, MAX_MAPPING + 1))


def _read(desk: "Desk", source: "Source", staging: "Staging", tell: Callable[[str, int], None]) -> None:
    from fanshare.integrations.orders_file.read import read

    read(source, staging, desk.programme.pseudonym, lambda rows: tell("rows", rows))


def _bring_in(
    desk: "Desk",
    source: "Source",
    staging: "Staging",
    connection: str,
    tell: Callable[[str, int], None],
    *,
    dry_run: bool,
) -> "Outcome":
    from fanshare.flows.import_orders import import_orders, rehearse
    from fanshare.store.queries.imports import ImportedFile

    states = staging.states(desk.now)
    if dry_run:
        return rehearse(desk.programme, connection, states, desk.now, tell)
    named = ImportedFile(source.form, source.path.name, source.size, source.digest, source.plan.document())
    return import_orders(desk.programme, connection, named, states, desk.now, tell)


def _write_refused(source: "Source", staging: "Staging", file: Path) -> str:
    from fanshare.integrations.orders_file.read import write_refused

    target = file.with_name(f"{file.name}.refused.csv")
    try:
        write_refused(source, staging.refusals(), target)
    except OSError as error:
        raise BadInputError("no_file", f"{str(target)[:200]} can't be written: {error.strerror}.") from None
    return str(target)


@contextmanager
def _told(out: "Out") -> Iterator[Callable[[str, int], None]]:
    """Where progress goes: a bar for people, nothing for others. How much there is to do is not known beforehand."""
    with out.progress() as progress:

        def tell(what: str, done: int) -> None:
            if progress is not None:
                progress(what, done, done)

        yield tell


def _document(
    desk: "Desk", source: "Source", staging: "Staging", outcome: "Outcome | None", *, dry_run: bool, written: str
) -> dict[str, Any]:
    refused = staging.refused()
    return {
        "file": source.path.name,
        "form": source.form,
        "sha256": source.digest.hex(),
        "dry_run": dry_run,
        "imported": outcome is not None and not dry_run,
        "rehearsed": outcome is not None and dry_run,
        "rows": staging.rows,
        "rows_refused": sum(refused.values()),
        "refused_by_reason": refused,
        "refused": [{"row": one.number, "code": one.code, "message": one.message} for one in staging.refusals(SHOWN)],
        "refused_file": written,
        "notes": list(source.notes),
        **(outcome.counts if outcome else {"orders": staging.orders, "changed": 0, "not_taken": 0}),
        "orders_not_taken": [
            {"order": order, "message": why} for order, why in (outcome.refused if outcome else {}).items()
        ],
        "books": _books(desk, outcome),
    }


def _books(desk: "Desk", outcome: "Outcome | None") -> list[dict[str, Any]]:
    from fanshare.store.queries import listing

    movements = outcome.movements if outcome else []
    people = listing.named(desk.access, [one.party for one in movements])
    return [_movement(one, None if one.party is None else people[one.party]) for one in movements]


def _movement(one: "Movement", party: "PartyRow | None") -> dict[str, Any]:
    from fanshare.cli.shapes import exact, name_of

    return {
        "who": one.holder if party is None else party.kind,
        "name": _OF_THE_PROGRAMME[one.holder] if party is None else name_of(party),
        "party": None if party is None else str(party.id),
        "currency": one.currency,
        "before": exact(one.before),
        "after": exact(one.after),
        "difference": exact(one.after - one.before),
    }


def _lines(document: dict[str, Any]) -> Iterator[str]:
    yield from document["notes"]
    for one in document["refused"]:
        yield f"Row {one['row']}: {one['message']}"
    if document["rows_refused"] > len(document["refused"]):
        yield f"... and {document['rows_refused'] - len(document['refused'])} more; --write-refused lists them all."
    if document["rows_refused"]:
        by_reason = ", ".join(f"{count} {code}" for code, count in document["refused_by_reason"].items())
        yield f"{document['rows_refused']} of {document['rows']} rows were refused ({by_reason})."
    if document["refused_file"]:
        yield f"They are in {document['refused_file']}."
    for one in document["orders_not_taken"]:
        yield f"Order {one['order']}: {one['message']}"
    yield _result(document)
    for one in document["books"]:
        yield f"{one['name']}: {one['before']} -> {one['after']} {one['currency']} ({one['difference']})"
    if document["dry_run"]:
        yield "This was a dry run: nothing was changed."


def _result(document: dict[str, Any]) -> str:
    counted = f"{document['orders']} orders, {document['changed']} of them new or changed"
    if document["imported"]:
        return f"Imported: {counted}."
    if document["rehearsed"]:
        return f"It would be: {counted}."
    if document["rows_refused"]:
        return "Nothing was imported. Put these rows right, or leave their orders out with --skip-refused."
    return "There is no order in this file."
