"""The worker of a demonstration while its history is played: it works when it is told to, as of the moment it is told.

A line on standard input is an instant; the answer is a line with what was done. It ends with its input. The story goes
on meanwhile, and the shared clock with it; what this worker does must not depend on how far.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from fanshare.config.logs import configure_logs
from fanshare.config.settings_env import from_env
from fanshare.config.wiring import open_foundation, reach
from fanshare.core.instants import Instant
from fanshare.jobs.worker import Worker


class Moment:
    """A clock that stands where it was put."""

    def __init__(self) -> None:
        self.at: Instant = 0

    def __call__(self) -> Instant:
        return self.at


def main() -> None:
    """Work until standard input ends."""
    configure_logs(json=False)
    with _worker() as (worker, moment):
        for line in sys.stdin:
            moment.at = int(line)
            done = worker.until_quiet()
            worker.housekeeping()
            more = worker.until_quiet()
            told = {name: getattr(done, name) + getattr(more, name) for name in type(done).__slots__}
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


@contextmanager
def _worker() -> Iterator[tuple[Worker, Moment]]:
    settings, moment = from_env(), Moment()
    with open_foundation(settings) as base, reach(base.database, "fanshare demo") as conn:
        worker = Worker(conn, settings.home, base.keys, moment, base.log_host)
        try:
            yield worker, moment
        finally:
            worker.shut()


if __name__ == "__main__":
    main()
