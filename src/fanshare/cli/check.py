"""``fanshare check``: every invariant, proved again on the live data."""

from collections.abc import Mapping
from os import cpu_count
from typing import TYPE_CHECKING, Any

import typer

from fanshare.cli.session import session, single
from fanshare.core.instants import format_rfc3339

if TYPE_CHECKING:
    from fanshare.config.wiring import Installation
    from fanshare.flows.check import Finding
    from fanshare.store.directory import Programme as Tenant
    from fanshare.store.queries.payout_holds import Hold

app = single()


@app.command()
def check(
    ctx: typer.Context,
    programme: str = typer.Argument("", help="Only this programme; all if left out."),
    processes: int = typer.Option(0, min=0, max=64, help="How many at once; 0: as many as there are processors."),
) -> None:
    """Prove every invariant again, and name the first offender of each with both values.

    Says too where payouts wait since a restore, which a person has to end. Exits 1 for that as for an offender.
    Changes nothing but the note of when this was done, which operators see.
    """
    from fanshare.flows.payout_holds import standing

    this = session(ctx)
    wanted = programme or this.settings.programme
    found: list[tuple[Tenant, list[Finding]]] = []
    held: dict[int, Hold] = {}
    with this.installation() as opened, this.out.progress() as progress:
        tenants = [opened.tenant(wanted)] if wanted else opened.tenants()
        for tenant in tenants:

            def show(what: str, done: int, of: int, name: str = tenant.slug) -> None:
                if progress is not None:
                    progress(name, done, of)
                del what

            found.append((tenant, _one(opened, tenant, processes or cpu_count() or 1, show)))
            if (hold := standing(opened.access(tenant, "cli:check"))) is not None:
                held[tenant.id] = hold
    document = {
        "ok": all(one.ok for _, findings in found for one in findings),
        "programmes": [
            {"slug": tenant.slug, "checks": list(map(_document, every)), "payouts_held": _held(held.get(tenant.id))}
            for tenant, every in found
        ],
    }
    this.out.result(document, _lines(found, held))
    if held or not document["ok"]:
        raise typer.Exit(1)


def _held(hold: "Hold | None") -> dict[str, str] | None:
    if hold is None:
        return None
    return {"books_of": format_rfc3339(hold.books_of), "since": format_rfc3339(hold.since)}


def _one(opened: "Installation", tenant: "Tenant", processes: int, progress: Any) -> "list[Finding]":
    """The findings of one programme; a programme without terms has nothing to check yet."""
    from fanshare.config.proving import Reach, prove
    from fanshare.core.errors import FanshareError
    from fanshare.flows import proofs

    settings, keys = opened.settings, tuple(opened.signer(tenant).keys)
    reach = Reach(opened.base.database.dsn(), settings.home, dict(settings.environ), tenant, keys)
    try:
        found = prove(reach, opened.clock(), processes=processes, progress=progress)
    except FanshareError as error:
        if error.code != "no_terms":
            raise
        return []
    proofs.keep(opened.access(tenant, "cli:check"), found, opened.clock())
    return found


def _document(finding: "Finding") -> dict[str, Any]:
    offence = finding.offence
    return {
        "name": finding.name,
        "ok": finding.ok,
        "message": finding.message,
        "where": None if offence is None else offence.where,
        "recorded": None if offence is None else offence.recorded,
        "expected": None if offence is None else offence.expected,
    }


def _lines(found: "list[tuple[Tenant, list[Finding]]]", held: "Mapping[int, Hold]") -> list[str]:
    lines = []
    for tenant, findings in found:
        lines.append(f"{tenant.name} ({tenant.slug})")
        lines += [f"  {'ok    ' if one.ok else 'FAILED'} {one.name}: {one.message}" for one in findings]
        if not findings:
            lines.append("  no terms yet, so nothing to check")
        if (since := _held(held.get(tenant.id))) is not None:
            lines.append(
                f"  WAITS  payouts and credits, for the books of {since['books_of']} were restored at {since['since']}:"
                " compare, then `fanshare payout hold release`"
            )
    wrong = sum(not one.ok for _, findings in found for one in findings)
    waits = f" Programmes whose payouts wait for a person: {len(held)}." if held else ""
    return [*lines, (f"{wrong} checks failed." if wrong else "Everything holds.") + waits]
