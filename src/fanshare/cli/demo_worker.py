"""A worker of a demonstration while its history is played: it works when it is told to, as of the moment it is told.

A line on standard input is one order as JSON, the answer is a line too: ``work`` does all that is due and says how much
it was, ``close`` closes months first, ``prove`` runs some of the checks of one programme. It ends with its input. The
story goes on meanwhile, and the shared clock with it; what this worker does must not depend on how far. Several of
them share the work.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from fanshare.config.collector import look_seldom
from fanshare.config.logs import configure_logs
from fanshare.config.settings_env import from_env
from fanshare.config.wiring import Installation, open_foundation, reach
from fanshare.core.instants import DAY, Instant
from fanshare.flows.check import one_finding
from fanshare.jobs.periods import PERIODS
from fanshare.jobs.worker import Worker

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
    look_seldom()
    with _opened() as (worker, moment, opened):
        for line in sys.stdin:
            order = json.loads(line)
            moment.at = order["at"]
            if order["do"] == "prove":
                answer: dict[str, Any] = {"findings": _prove(opened, order["programme"], order["checks"], moment.at)}
            else:
                if order["do"] == "close":
                    worker.housekeeping()
                answer = asdict(worker.until_quiet())
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


def _prove(opened: Installation, slug: str, checks: list[str], now: Instant) -> list[dict[str, Any]]:
    tenant = opened.tenant(slug)
    programme = replace(opened.programme(tenant, "demo"), log_keys=opened.signer(tenant).keys)
    with programme.access.transaction():
        programme.access.conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found = [one_finding(name, programme, now) for name in checks]
        return [{"name": one.name, "claim": one.claim, "offence": one.offence} for one in found]


@contextmanager
def _opened() -> Iterator[tuple[Worker, Moment, Installation]]:
    settings, moment = from_env(), Moment()
    with open_foundation(settings) as base, reach(base.database, "fanshare demo") as conn:
        periods = {**PERIODS, "close": _NEVER}
        worker = Worker(conn, settings.home, base.keys, moment, base.log_host, periods)
        try:
            yield worker, moment, Installation(base, conn)
        finally:
            worker.shut()


if __name__ == "__main__":
    main()
