"""Programs of ours that read one thing and write another, each run in a process of its own, which is soon gone.

What is too large to keep in the pages' memory, or reads what strangers made, lives there; each such program sets its
own bounds. It gets an empty environment and no word of anybody among its arguments.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from threading import BoundedSemaphore
from typing import NamedTuple

from fanshare.core.errors import FanshareError

#: So many seconds a page waits for its turn. It holds one of few threads meanwhile, so they are few.
TURN = 2
BUSY = "Others are at this just now; try again in a minute. Nothing changed."


class Ended(NamedTuple):
    """How a process ended, and what it wrote."""

    code: int
    out: bytes


class OwnProcess:
    """A program, run ``at_once`` times in this process at most, for ``seconds`` at most. Safe between threads.

    ``program`` is a file, or ``-m`` and a module. ``busy`` is the code and the sentence of whoever gets no turn, which
    is waited for unless ``at_once_or_not``.
    """

    def __init__(
        self,
        *program: str,
        seconds: float,
        at_once: int = 1,
        environ: Mapping[str, str] | None = None,
        busy: tuple[str, str] = ("busy", BUSY),
        at_once_or_not: bool = False,
    ) -> None:
        self._program, self._environ, self._busy = program, {"PATH": os.defpath, **(environ or {})}, busy
        self.seconds, self.turn, self._waits = seconds, BoundedSemaphore(at_once), not at_once_or_not

    def __call__(self, content: bytes, *how: str) -> Ended | None:
        """Let it read ``content``; ``None`` where it could not start or did not end in time.

        Raises ``FanshareError`` (503) where no turn comes in time.
        """
        if not self.turn.acquire(timeout=TURN if self._waits else 0):
            raise FanshareError(*self._busy, 503)
        try:
            done = subprocess.run(  # noqa: S603 - a program of ours, and no word of anybody among its arguments
                [sys.executable, "-I", *self._program, *how],
                input=content,
                capture_output=True,
                timeout=self.seconds,
                check=False,
                env=self._environ,
                cwd="/",
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        finally:
            self.turn.release()
        return Ended(done.returncode, done.stdout)
