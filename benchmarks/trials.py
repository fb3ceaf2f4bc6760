"""Trials: benchmarks that need a whole installation, each beside its yardstick and with the goal it is held to.

A trial is a function of a size (1 is the usual one, 0.1 a tenth of the rows) that returns rows of a table. What it
cannot measure for want of a program or package it says by ``MissingError``; that is a row too, and no failure.
"""

import os
import socket
import subprocess
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from statistics import median

import psutil


class MissingError(Exception):
    """Something that is only needed for this measurement is not here; the text says what."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what, how much of it, the processor's part of one, beside what, and the goal."""

    what: str
    measured: str
    cpu: str = ""
    against: str = ""
    ratio: str = ""
    goal: str = ""
    met: bool | None = None
    #: Where the time goes, or why it is more than it should be.
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """A measurement by name. ``run`` takes the size and tells its rows."""

    name: str
    run: Callable[[float], list[Row]]


def perform(trial: Trial, size: float, failed: list[str]) -> list[Row]:
    """The rows of a trial, or the one that says why there are none; one that breaks does not cost the others."""
    try:
        return trial.run(size)
    except MissingError as missing:
        return [Row(trial.name, "not measured", remark=str(missing))]
    except Exception as error:
        traceback.print_exc()
        failed.append(trial.name)
        return [Row(trial.name, "failed", met=False, remark=f"{type(error).__name__}: {str(error)[:200]}")]


def table(rows: Sequence[Row]) -> str:
    """The rows as a table in Markdown, their remarks below it."""
    lines = ["| what | measured | CPU of one | beside | ratio | goal | |", "|---|---|--:|---|---|---|---|"]
    for row in rows:
        verdict = {None: "", True: "met", False: "**missed**"}[row.met]
        cells = (row.what, row.measured, row.cpu, row.against, row.ratio, row.goal, verdict)
        lines.append("| " + " | ".join(cells) + " |")
    remarks = [f"* {row.what}: {row.remark}" for row in rows if row.remark]
    return "\n".join(lines + ([""] if remarks else []) + remarks)


def spread(values: Sequence[float], form: str = "{:.2f}") -> str:
    """``0.21 (0.19 to 0.24)``: the median, the lowest and the highest."""
    low, middle, high = (form.format(one) for one in (min(values), median(values), max(values)))
    return f"{middle} ({low} to {high})"


def scaled(number: int, size: float, least: int) -> int:
    """``number`` at the usual size and above it, in proportion below, but never under ``least``."""
    return max(least, round(number * min(size, 1)))


def program(name: str) -> str:
    """Where a program is. Raises ``MissingError``."""
    found = which(name) or which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise MissingError(f"{name} is not installed here.")
    return found


def cpu_seconds(pid: int) -> float:
    """Processor seconds of a process and all that it started, those that have ended included."""
    total = 0.0
    top = psutil.Process(pid)
    for process in [top, *top.children(recursive=True)]:
        with suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def backend_seconds(postmaster: int) -> float:
    """Processor seconds of the backends of a database server that serve connections, to the nanosecond.

    ``/proc/PID/stat`` counts ticks of 10 ms, which is several pages; ``schedstat`` (proc(5), Linux) counts what the
    scheduler gave. What vacuums, writes and checkpoints beside them is left out: it comes when it likes.
    """
    total = 0
    for process in psutil.Process(postmaster).children():
        with suppress(psutil.Error, OSError):
            title = " ".join(process.cmdline())
            if "127.0.0.1(" in title or "[local]" in title:
                total += int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[0])
    return total / 1e9


def free_port() -> int:
    """A port that was free a moment ago, for programs that cannot take one themselves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: Sequence[str], log: Path, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program for as long as the block lasts; what it says goes into a file."""
    with log.open("ab") as out:
        process = subprocess.Popen(  # noqa: S603  # programs that the benchmarks name
            list(command), stdout=out, stderr=out, env={**os.environ, **environ}
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
