"""``fanshare verify``: check a statement without a database and without a network."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanshare.cli.session import session, single

if TYPE_CHECKING:
    from fanshare.core.statement_report import Report

app = single()
_MARKS = {"ok": "ok    ", "failed": "FAILED", "open": "open  ", "note": "note  "}


@app.command()
def verify(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The statement.")],
    older: Annotated[Path | None, typer.Argument(help="An older statement of the same party.")] = None,
    key: Annotated[list[str] | None, typer.Option(help="A key of the log that you know from elsewhere.")] = None,
) -> None:
    """Check a statement, alone or that it continues an older one. Says what is proved and what is not."""
    from fanshare.cli.statement import load
    from fanshare.core.notes import parse_key
    from fanshare.core.statement import DOES_NOT_PROVE, PROVES
    from fanshare.core.statement_check import verify as check
    from fanshare.store.signing import verify as verify_signature

    trusted = [parse_key(text) for text in key or ()] or None
    newer, before = load(file), None if older is None else load(older)
    report = check(newer, verify_signature, older=before, trusted_keys=trusted)
    proves = PROVES if older is not None else PROVES[:-1]
    document = {
        "ok": report.ok,
        "checks": [_document(one) for one in report.checks],
        "proves": list(proves) if report.ok else [],
        "does_not_prove": list(DOES_NOT_PROVE),
    }
    session(ctx).out.result(document, _lines(report, proves, DOES_NOT_PROVE))
    if not report.ok:
        raise typer.Exit(1)


def _document(check: Any) -> dict[str, Any]:
    return {name: getattr(check, name) for name in ("name", "status", "detail", "stated", "computed")}


def _lines(report: "Report", proves: tuple[str, ...], limits: tuple[str, ...]) -> list[str]:
    lines = []
    for check in report.checks:
        lines.append(f"{_MARKS[check.status]} {check.name}: {check.detail}")
        if check.stated or check.computed:
            lines += [f"         stated:   {check.stated}", f"         computed: {check.computed}"]
    if report.ok:
        lines += ["", "This statement holds. It proves:", *(f"  {line}" for line in proves)]
    else:
        lines += ["", "This statement does NOT hold."]
    return [*lines, "", "It does not prove:", *(f"  {line}" for line in limits)]
