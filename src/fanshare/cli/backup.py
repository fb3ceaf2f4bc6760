"""``fanshare backup``: one encrypted file that holds everything, taken while everything runs."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanshare.cli.passphrase import PassphraseFile
from fanshare.cli.session import Session, session, single
from fanshare.core.errors import BadInputError

if TYPE_CHECKING:
    from fanshare.config.wiring import Installation
    from fanshare.upkeep.backup import Made

app = single()


@app.command()
def backup(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Where to write it; an existing file is refused.")] = None,
    to: Annotated[Path | None, typer.Option(help="A directory for backups with the date in their name.")] = None,
    keep: Annotated[int, typer.Option(min=0, help="With --to: how many to keep; 0 keeps all.")] = 0,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Back up the database, the spool, the keys and the settings into one encrypted file, while everything runs."""
    from fanshare.cli.passphrase import passphrase
    from fanshare.flows.remarks import counted
    from fanshare.upkeep import backup as work

    this = session(ctx)
    if (file is None) == (to is None) or (keep and to is None):
        raise BadInputError("which_file", "Say either FILE, or --to DIRECTORY (with --keep N, if you like).")
    secret = passphrase(this.environ, passphrase_file, new=True)
    with this.installation() as opened:
        now = opened.clock()
        made = _make(this, opened, file or work.dated(_directory(to), now), secret)
    gone = work.prune(made.path.parent, keep) if keep else []
    pieces = counted(made.segments, "piece")
    lines = [
        f"{made.path}: {_size(made.size)}, {counted(len(made.logs), 'programme')}, {pieces} of the spool.",
        "Keep it, and its passphrase, where this machine is not. Prove it now and then: fanshare restore FILE --verify",
    ]
    lines += [f"Removed {path.name}." for path in gone]
    this.out.result(work.document(made) | {"removed": [str(path) for path in gone]}, lines)


def _make(this: Session, opened: "Installation", path: Path, secret: str) -> "Made":
    from fanshare.store import directory
    from fanshare.store.server.place import MAJOR
    from fanshare.upkeep import backup as work

    now = opened.clock()
    major = opened.conn.info.server_version // 10_000 if opened.settings.external_database else MAJOR
    source = work.Source(opened.settings.home, opened.base.database, opened.keys, opened.settings.environ, major)
    with this.out.progress() as progress:
        made = work.backup(source, path.absolute(), secret, now, progress=progress)
    fact: dict[str, Any] = {"at": now, "file": str(made.path), "bytes": made.size}
    directory.set_fact(opened.conn, "last backup", json.dumps(fact), now)
    return made


def _directory(path: Path | None) -> Path:
    assert path is not None
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _size(size: int) -> str:
    return f"{size / (1 << 20):.1f} MB"
