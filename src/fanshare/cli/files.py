"""Files that a command reads or writes, with sentences for what can go wrong."""

import os
import sys
import tempfile
from pathlib import Path

from fanshare.core.errors import BadInputError


def read_bytes(file: Path, most: int) -> bytes:
    """The content of a file (``-``: standard input), at most ``most`` bytes. Raises ``BadInputError`` (``no_file``)."""
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(most)
        with file.open("rb") as opened:
            return opened.read(most)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is no name of a file"
        raise BadInputError("no_file", f"{str(file)[:200]} can't be read: {reason}.") from None


def write_text(file: Path, text: str, *, private: bool = True) -> None:
    """Write a file in one step: whoever reads it finds the old content or all of the new one."""
    directory = file.parent
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=directory)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as draft:
                draft.write(text)
            if not private:
                Path(name).chmod(0o644)
            Path(name).replace(file)
        finally:
            Path(name).unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is no name of a file"
        raise BadInputError("no_file", f"{str(file)[:200]} can't be written: {reason}.") from None
