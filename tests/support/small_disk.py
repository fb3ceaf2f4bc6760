"""File systems of a few megabytes that can be filled to the last byte."""

import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """A file system below ``place``. Where mounting is not allowed, the test is skipped and says so."""
    place.mkdir(parents=True, exist_ok=True)
    options = f"size={megabytes}m,mode=0711"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this needs the right to mount a small disk: {tried.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place: Path) -> None:
    """Leave no byte free."""
    for size in (65_536, 512):
        with contextlib.suppress(OSError), (place / f"filler-{size}").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(size))


def make_room(place: Path) -> None:
    """Take away what ``fill`` wrote."""
    for one in place.glob("filler-*"):
        one.unlink()
