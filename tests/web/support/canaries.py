"""Everything an installation leaves behind, in which no word of her sealed books may stand in clear."""

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.web.support.company import Company


def left_behind(company: Company, dumped: bytes, logs: str, *folders: Path) -> list[bytes]:
    """The backup, the logs, and every file of the installation's home (its spool too) and of these folders."""
    files = [one for folder in (company.house.home, *folders) for one in folder.rglob("*") if one.is_file()]
    return [dumped, logs.encode(), *(one.read_bytes() for one in files)]


def seen_in(found: Iterable[bytes], words: Iterable[str | bytes]) -> list[bytes]:
    """Those words that stand there, as they are or in hex."""
    wanted = [one.encode() if isinstance(one, str) else one for one in words]
    texts = list(found)
    return [one for one in wanted if any(one in text or one.hex().encode() in text for text in texts)]


def overheard(patch: pytest.MonkeyPatch) -> list[bytes]:
    """What every program of ours is told from now on: arguments, environment, input."""
    said: list[bytes] = []
    run = subprocess.run

    def listening(command: list[str], **how: Any) -> Any:
        said.append("\n".join([*command, *map(str, (how.get("env") or {}).items())]).encode())
        said.append(how.get("input") or b"")
        return run(command, **how)

    patch.setattr(subprocess, "run", listening)
    return said
