"""``fanshare restore``: a backup becomes an installation again, or is proved without touching anything."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanshare.cli.passphrase import PassphraseFile
from fanshare.cli.session import Session, session, single
from fanshare.core.errors import BadInputError
from fanshare.core.instants import format_rfc3339

if TYPE_CHECKING:
    from fanshare.flows.check import Finding
    from fanshare.upkeep.archive import Backup
    from fanshare.upkeep.restore import Restored
    from fanshare.upkeep.witness import Compared, Witness

app = single()


@app.command()
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The backup.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Prove the backup in a scratch database; touch nothing.")
    ] = False,
    into: Annotated[Path | None, typer.Option(help="The empty home to restore into; --home if left out.")] = None,
    newest_checkpoint: Annotated[
        Path | None, typer.Option(help="A statement or checkpoint that somebody kept: says what the backup lacks.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Restore a backup into an empty home. Stops before touching anything when something does not fit."""
    from fanshare.cli.passphrase import passphrase
    from fanshare.upkeep.archive import open_backup
    from fanshare.upkeep.witness import read_witness

    this = session(ctx)
    if verify and (into is not None or newest_checkpoint is not None):
        raise BadInputError("usage", "--verify touches nothing: leave out --into and --newest-checkpoint.")
    witness = None if newest_checkpoint is None else read_witness(newest_checkpoint)
    secret = passphrase(this.environ, passphrase_file, new=False)
    with open_backup(file, secret) as backup:
        if verify:
            _verify(this, backup)
        else:
            _restore(this, backup, into, witness)


def _verify(this: Session, backup: "Backup") -> None:
    from fanshare.upkeep import restore as work

    with this.out.progress() as progress:
        found = work.verify(backup, progress=progress)
    failed = [(slug, one) for slug, findings in found.items() for one in findings if not one.ok]
    manifest = backup.manifest
    document = {
        "ok": not failed,
        "taken_at": format_rfc3339(manifest.taken_at),
        "fanshare": manifest.fanshare,
        "logs": [log._asdict() for log in manifest.logs],
        "programmes": {slug: [_finding(one) for one in findings] for slug, findings in found.items()},
    }
    lines = [f"Taken {format_rfc3339(manifest.taken_at)} by fanshare {manifest.fanshare}, and whole."]
    lines += [
        f"{log.programme}: {log.size} records, root {log.root[:16]}, as the database has them." for log in manifest.logs
    ]
    lines += [f"FAILED {slug}, {one.name}: {one.message}" for slug, one in failed]
    checks = sum(map(len, found.values()))
    lines.append("This backup does NOT hold." if failed else f"Restored in a scratch database; {checks} checks hold.")
    this.out.result(document, lines)
    if failed:
        raise typer.Exit(1)


def _restore(this: Session, backup: "Backup", into: Path | None, witness: "Witness | None") -> None:
    from fanshare.upkeep import restore as work

    settings = this.settings
    if into is not None:
        settings = replace(settings, home=into.expanduser().absolute())
    with this.out.progress() as progress:
        done = work.restore(backup, settings, witness=witness, progress=progress)
    this.out.result(_document(done), _lines(done))


def _finding(one: "Finding") -> dict[str, Any]:
    return {"name": one.name, "ok": one.ok, "message": one.message}


def _document(done: "Restored") -> dict[str, Any]:
    compared = done.compared
    return {
        "home": str(done.home),
        "taken_at": format_rfc3339(done.taken_at),
        "restored_at": format_rfc3339(done.restored_at),
        "logs": [log._asdict() for log in done.logs],
        "segments": done.segments,
        "payouts": [_payout(one) for one in done.payouts],
        "runs": [
            {"programme": one.programme, "run": one.run, "approved": one.approved, "payments": one.payments}
            for one in done.runs
        ],
        "shops": [{**one._asdict(), "read_to": format_rfc3339(one.read_to)} for one in done.shops],
        "newest_checkpoint": None if compared is None else {"size": compared.size, "missing": compared.missing},
        "settings": list(done.settings),
    }


def _payout(one: Any) -> dict[str, Any]:
    from fanshare.core.money import format_micros

    found = {**one._asdict(), "id": str(one.id), "amount": format_micros(one.amount), "at": format_rfc3339(one.at)}
    return dict(found)


def _lines(done: "Restored") -> list[str]:
    from fanshare.upkeep.restore import SETTINGS_FILE

    since = format_rfc3339(done.taken_at)
    lines = [
        f"Restored into {done.home}: the books of {since}. Every log goes on in a new epoch that says so.",
        f"What was acknowledged and not yet booked came along: {done.segments} pieces of the spool.",
        *_compared(done.compared),
        f"Payouts and codes of credit that were made after {since} are not in these books.",
        "Nothing is paid and no credit is made before somebody compared them with banks, providers and shops.",
        "Whoever has done so says it on the page Payouts, or by `fanshare payout hold release`.",
    ]
    for one in done.payouts:
        known = "was on its way" if one.state == "in_transit" else "was planned, and may have been sent since"
        row = _payout(one)
        lines.append(f"  payout {one.id} of {row['amount']} {one.currency} ({one.programme}) {known}")
    lines += [
        f"  run {run.run} ({run.programme}, {run.payments} payments in {run.currencies}) may have been sent since; it "
        "is frozen. If its file was paid: when payouts go on, resume and send it, pay nothing, say what became of it."
        for run in done.runs
    ]
    for shop in done.shops:
        what = "is asked for everything since" if shop.can_fetch else "must send again, or you import, what came since"
        lines.append(f"Shop {shop.endpoint} ({shop.kind}, {shop.programme}) {what} {format_rfc3339(shop.read_to)}.")
    lines.append(f"Whoever was erased after {since} is here again: repeat those erasures.")
    if done.settings:
        lines.append(f"The settings that were in force lie in {done.home / SETTINGS_FILE}: {', '.join(done.settings)}.")
    return lines


def _compared(compared: "Compared | None") -> list[str]:
    if compared is None:
        return ["Somebody may hold a newer statement: --newest-checkpoint says how many records are missing then."]
    if compared.missing:
        said = f"{compared.missing} of the {compared.size} records of that checkpoint are not in this backup"
        return [f"{said}: the new epoch tells everybody so, and shops are asked again for what they reported."]
    return [f"The backup holds all {compared.size} records of that checkpoint, unchanged."]
