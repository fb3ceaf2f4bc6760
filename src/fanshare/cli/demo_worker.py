"""The worker of a demonstration while its history is played: it works when it is told to, as of the moment it is told.

A line on standard input is an instant, with ``all`` behind it when months shall be closed too; the answer is a line
with what was done. It ends with its input. The story goes on meanwhile, and the shared clock with it; what this worker
does must not depend on how far.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from fanshare.config.logs import configure_logs
from fanshare.config.settings_env import from_env
from fanshare.config.wiring import open_foundation, reach
from fanshare.core.instants import DAY, Instant
from fanshare.jobs.worker import PERIODS, Worker

_NEVER = 1_000_000 * DAY


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
            at, _, what = line.partition(" ")
            moment.at = int(at)
            done = Counter(asdict(worker.until_quiet()))
            if what.strip() == "all":
                worker.housekeeping()
                done.update(asdict(worker.until_quiet()))
            sys.stdout.write(json.dumps(done) + "\n")
            sys.stdout.flush()


@contextmanager
def _worker() -> Iterator[tuple[Worker, Moment]]:
    settings, moment = from_env(), Moment()
    with open_foundation(settings) as base, reach(base.database, "fanshare demo") as conn:
        periods = {**PERIODS, "close": _NEVER}
        worker = Worker(conn, settings.home, base.keys, moment, base.log_host, periods)
        try:
            yield worker, moment
        finally:
            worker.shut()


if __name__ == "__main__":
    main()
