"""The passphrase of a backup: from a file, the environment or a question, never from an argument others can see."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from fanshare.core.errors import BadInputError

VARIABLE = "FANSHARE_BACKUP_PASSPHRASE"

PassphraseFile = Annotated[
    Path | None, typer.Option(help=f"A file whose first line is the passphrase (else {VARIABLE}, else asked for).")
]


def passphrase(environ: Mapping[str, str], file: Path | None, *, new: bool) -> str:
    """The passphrase; asked for twice where it is ``new``. Raises ``BadInputError``."""
    from fanshare.config.settings_env import secret
    from fanshare.upkeep.sealed_file import check_passphrase

    if file is not None:
        found = _first_line(file)
    elif not (found := secret(environ, VARIABLE)):
        found = _asked(new)
    return check_passphrase(found) if new else found


def _first_line(file: Path) -> str:
    from fanshare.cli.files import read_bytes

    try:
        lines = read_bytes(file, 64 << 10).decode().splitlines()
    except UnicodeDecodeError:
        raise BadInputError("no_passphrase", f"{file} does not hold a passphrase.") from None
    if not lines or not lines[0]:
        raise BadInputError("no_passphrase", f"{file} is empty.")
    return lines[0]


def _asked(new: bool) -> str:
    if not sys.stdin.isatty():
        raise BadInputError("no_passphrase", f"Say --passphrase-file FILE, or set {VARIABLE} (or {VARIABLE}_FILE).")
    return str(typer.prompt("Passphrase of the backup", hide_input=True, confirmation_prompt=new, err=True))
