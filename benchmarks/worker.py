"""``python -m benchmarks.worker DSN HOME``: the rounds of ``fanshare work`` on a database of the benchmarks."""

import sys
import threading
from pathlib import Path

from fanshare.cli.working import rounds
from fanshare.config.clock import system_clock
from fanshare.config.collector import look_seldom
from fanshare.config.keys import Keys
from fanshare.jobs.worker import Worker
from fanshare.store.access import connect


def main(dsn: str, home: str) -> None:
    """Work until stopped."""
    look_seldom()
    with connect(dsn, name="fanshare work") as conn:
        rounds(Worker(conn, Path(home), Keys.load_or_create(Path(home), {}), system_clock), threading.Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
