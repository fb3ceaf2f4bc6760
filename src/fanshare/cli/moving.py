"""``fanshare import from``: move in from another tool."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanshare.cli.session import session
from fanshare.core.errors import BadInputError

if TYPE_CHECKING:
    from fanshare.cli.session import Desk
    from fanshare.core.moving import Moved
    from fanshare.core.moving_plan import Plan

#: Lines of a kind that people see; machines get all of them.
SHOWN = 30


def from_tool(
    ctx: typer.Context,
    tool: str = typer.Argument(help="dub, rewardful, tapfiliate, goaffpro, refersion, uppromote or csv."),
    files: Annotated[
        list[Path], typer.Argument(help="Its exports (CSV) or answers of its API (JSON), all at once.")
    ] = [],  # noqa: B006
    dry_run: bool = typer.Option(False, "--dry-run", help="Change nothing; show the plan."),
    yes: bool = typer.Option(False, "--yes", help="Don't ask."),
    to: str = typer.Option("", help="Where links lead that don't say it: https://shop.example/."),
    country: str = typer.Option("", help="Two letters: where links and codes are shared. Needed for the label."),
    platform: str = typer.Option("", help="On what they are shared, such as instagram."),
    label: str = typer.Option("", help="The advertising label for there, such as Werbung."),
    currency: str = typer.Option("", help="The currency of amounts without one; the programme's if left out."),
    cents: bool = typer.Option(False, "--cents", help="Amounts in CSV files are in the smallest unit (cents)."),
) -> None:
    """Bring people, links, codes and balances from another tool. The same files again change nothing."""
    from fanshare.cli.payout import confirm
    from fanshare.flows.links import Label
    from fanshare.flows.moving import Source, move_in, plan_moving

    this = session(ctx)
    contents = _contents(files)
    with this.desk() as desk:
        moved = _read(desk, tool, contents, currency, cents)
        found = plan_moving(desk.programme, moved, desk.now, destination=to)
        document = _document(desk, moved, found)
        if not dry_run and not found.empty:
            if not this.json:
                this.out.result(document, _lines(document))
            _check_label(found, country, platform, label)
            confirm(ctx, _question(document), yes)
            source = Source(tuple(name for name, _ in contents), sum(len(content) for _, content in contents))
            where = Label(country, platform, label) if label else None
            with this.out.progress() as progress:
                move_in(desk.programme, moved, found, source, desk.now, label=where, destination=to, progress=progress)
            document = _done(desk, document)
            this.out.result(document, _told(document))
            return
    document["dry_run"] = dry_run
    said = (
        "This was a dry run: nothing was changed." if dry_run else "All of this is here already: nothing was changed."
    )
    this.out.result(document, [*_lines(document), said])


def _contents(files: list[Path]) -> list[tuple[str, bytes]]:
    from fanshare.cli.files import read_bytes
    from fanshare.integrations.moving.files import MAX_BYTES

    if not files:
        raise BadInputError("no_file", "Name the files to read: exports, or answers of the tool's API.")
    return [(file.name, read_bytes(file, MAX_BYTES + 1)) for file in files]


def _read(desk: "Desk", tool: str, contents: list[tuple[str, bytes]], currency: str, cents: bool) -> "Moved":
    from fanshare.core.money import exponent
    from fanshare.integrations.moving.read import Options, read_files

    unit = currency.upper() or desk.tenant.currency
    exponent(unit)
    hold = desk.programme.book.at(desk.now).hold
    return read_files(tool.casefold(), contents, Options(desk.now, hold, unit, minor_units=cents))


def _check_label(found: "Plan", country: str, platform: str, label: str) -> None:
    if (found.links or found.codes) and not (country and platform and label):
        raise BadInputError(
            "label_missing",
            "Links and codes go live with their advertising label: say --country, --platform and --label.",
        )


def _document(desk: "Desk", moved: "Moved", found: "Plan") -> dict[str, Any]:
    from fanshare.cli.shapes import exact, when

    def name(key: str) -> str:
        return found.names.get(key) or key

    totals: dict[str, int] = {}
    for one in found.openings:
        totals[one.currency] = totals.get(one.currency, 0) + one.amount
    return {
        "tool": found.tool,
        "sha256": found.file,
        "dry_run": False,
        "moved": False,
        "files": [
            {
                "name": one.name,
                "is": one.shape,
                "rows": one.rows,
                "understood": list(one.understood),
                "ignored": list(one.ignored),
            }
            for one in moved.files
        ],
        "people": [{"name": one.person.shown, "slug": one.slug} for one in found.people],
        "people_known": [name(key) for key in found.known],
        "links": [
            {
                "person": name(one.person),
                "param": one.param,
                "value": one.value,
                "url": desk.address(f"/r/{one.code}") if one.code else "",
                "to": one.destination,
            }
            for one in found.links
        ],
        "links_known": found.known_links,
        "codes": [{"person": name(person), "code": text} for person, text in found.codes],
        "codes_known": found.known_codes,
        "balances": [
            {
                "person": name(one.person),
                "currency": one.currency,
                "amount": exact(one.amount),
                "ready_at": when(one.ready_at),
            }
            for one in found.openings
        ],
        "balances_known": found.known_openings,
        "owed": {currency: exact(total) for currency, total in sorted(totals.items())},
        "notes": list(found.notes),
        "not_taken": [{"what": one.what, "why": one.why} for one in found.untaken],
    }


def _done(desk: "Desk", document: dict[str, Any]) -> dict[str, Any]:
    """The document with the addresses that were drawn."""
    from fanshare.store.queries import moving

    codes = moving.link_codes(desk.access, [(one["param"], one["value"]) for one in document["links"]])
    links = [{**one, "url": desk.address(f"/r/{codes[one['param'], one['value']]}")} for one in document["links"]]
    return {**document, "moved": True, "links": links}


def _lines(document: dict[str, Any]) -> Iterator[str]:
    """The plan for people."""
    for one in document["files"]:
        ignored = f"; not read: {', '.join(one['ignored'])}" if one["ignored"] else ""
        yield f"{one['name']}: {one['is']}, {one['rows']} rows{ignored}"
    yield _counted("people", document["people"], len(document["people_known"]))
    yield from _some(f"  {one['name']} ({one['slug']})" for one in document["people"])
    yield _counted("links", document["links"], document["links_known"])
    yield from _some(
        f"  ?{one['param']}={one['value']} of {one['person']} leads to {one['to']}" for one in document["links"]
    )
    yield _counted("codes", document["codes"], document["codes_known"])
    yield from _some(f"  {one['code']} of {one['person']}" for one in document["codes"])
    yield _counted("balances", document["balances"], document["balances_known"])
    yield from _some(
        f"  {one['amount']} {one['currency']} for {one['person']}"
        + (f", ready {one['ready_at'][:10]}" if one["ready_at"] else "")
        for one in document["balances"]
    )
    yield from document["notes"]
    if document["not_taken"]:
        yield f"Not taken: {len(document['not_taken'])}"
        yield from _some(f"  {one['what']}: {one['why']}" for one in document["not_taken"])


def _some(lines: Iterator[str]) -> Iterator[str]:
    found = list(lines)
    yield from found[:SHOWN]
    if len(found) > SHOWN:
        yield f"  ... and {len(found) - SHOWN} more; --json lists them all"


def _counted(what: str, new: list[Any], known: int) -> str:
    return f"New {what}: {len(new)}" + (f" ({known} here already)" if known else "")


def _question(document: dict[str, Any]) -> str:
    owed = ", ".join(f"{amount} {currency}" for currency, amount in document["owed"].items())
    return f"Move this in{f' and owe {owed} more' if owed else ''}?"


def _told(document: dict[str, Any]) -> Iterator[str]:
    counts = ", ".join(f"{len(document[what])} {what}" for what in ("people", "links", "codes", "balances"))
    yield f"Moved in from {document['tool']}: {counts}."
    yield from _some(f"  ?{one['param']}={one['value']} is {one['url']} now" for one in document["links"])
