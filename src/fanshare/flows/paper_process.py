"""Runs a program of ours that writes one file for a download, in a process of its own: its libraries are large."""

import json
import os
import subprocess
import sys
from threading import BoundedSemaphore
from typing import Any

from fanshare.core.errors import FanshareError

_SECONDS = 30
_UNKNOWN_LETTERS = 3
#: So many are written at a time in one process.
_turn = BoundedSemaphore(2)


def file_by(program: tuple[str, ...], asked: Any, *, failed: FanshareError, unknown_letters: FanshareError) -> bytes:
    """What ``python -m`` this program writes when it reads ``asked`` as JSON.

    Raises ``failed`` where it wrote nothing, ``unknown_letters`` where it ended with 3: its font lacks letters.
    """
    with _turn:
        try:
            done = subprocess.run(  # noqa: S603 - a program of ours, and no word of the paper among its arguments
                [sys.executable, "-I", "-m", *program],
                input=json.dumps(asked).encode(),
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                env={"PATH": os.defpath},
                cwd="/",
            )
        except (OSError, subprocess.TimeoutExpired):
            raise failed from None
    if done.returncode == _UNKNOWN_LETTERS:
        raise unknown_letters
    if done.returncode or not done.stdout:
        raise failed
    return done.stdout
