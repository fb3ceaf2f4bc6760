"""The background work, in rounds, until asked to stop."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fanshare.cli.call import Session
from fanshare.config import logs as _logs  # noqa: F401 - first of all that logs: it keeps rich out
from fanshare.config.collector import look_seldom

if TYPE_CHECKING:
    from fanshare.config.wiring import Foundation
    from fanshare.jobs.mail import PostOffice
    from fanshare.jobs.worker import Worker

_SHORTEST, _LONGEST = 0.05, 0.25
#: A round costs by its statements, hardly by its orders: after one with less than a few, some gather before the next.
_FEW, _GATHER = 30, 0.08
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


def work(this: Session, *, once: bool = False, as_child: bool = False) -> None:
    """Work until SIGTERM or SIGINT; with ``once`` do everything that is due, and say what it was."""
    from fanshare.cli.supervision import Lifeline, stop_on_signals
    from fanshare.config.logs import configure_logs
    from fanshare.config.wiring import open_foundation

    configure_logs(json=this.logs_as_json)
    stop = threading.Event()
    if not once:
        stop_on_signals(stop)
    hold = Lifeline(stop).wait if as_child else lambda: None
    with open_foundation(this.settings, hold=hold) as base:
        if once:
            done = _once(base)
            said = ", ".join(f"{count} {name}" for name, count in done.items() if count)
            this.out.result(done, [f"Done: {said}." if said else "There was nothing to do."])
        else:
            run(base, stop)


def run(base: "Foundation", stop: threading.Event) -> None:
    """Work until asked to stop. A database that went away is waited for (and restarted, where it is ours)."""
    import structlog
    from psycopg import errors

    from fanshare.cli.notify import ready
    from fanshare.core.errors import FanshareError

    log = structlog.get_logger(__name__)
    log.info("working", home=str(base.settings.home))
    ready()
    pause = _FIRST_PAUSE
    while not stop.is_set():
        try:
            base.database.ensure()
            with _worker(base) as worker:
                pause = rounds(worker, stop)
        except (errors.Error, FanshareError, OSError) as error:
            log.warning("database_away", kind=type(error).__name__, again_in=pause)
            stop.wait(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)


def rounds(worker: "Worker", stop: threading.Event) -> float:
    """Rounds on one connection; sleeps a little longer after each idle one."""
    look_seldom()
    idle = _SHORTEST
    while not stop.is_set():
        done = worker.round()
        if done.busy:
            idle = _SHORTEST
            if done.amount < _FEW:
                stop.wait(_GATHER)
        else:
            stop.wait(idle)
            idle = min(_LONGEST, idle * 1.5)
    return _FIRST_PAUSE


def _once(base: "Foundation") -> dict[str, Any]:
    """Everything that is due: the slow work may make more of the quick, so both run until there is none."""
    with _worker(base) as worker:
        total = worker.until_quiet()
        worker.housekeeping()
        more = worker.until_quiet()
    names = type(total).__slots__
    return {name: getattr(total, name) + getattr(more, name) for name in names}


@contextmanager
def _worker(base: "Foundation") -> "Iterator[Worker]":
    """A worker on a connection of its own, which is let go afterwards."""
    from fanshare.config.wiring import reach
    from fanshare.integrations.outgoing.send import Sender
    from fanshare.jobs.worker import Worker
    from fanshare.store.access import do_not_wait_for_ever

    conn = reach(base.database, "fanshare work")
    do_not_wait_for_ever(conn)
    settings = base.settings
    worker = Worker(
        conn,
        settings.home,
        base.keys,
        base.clock,
        base.log_host,
        address=settings.public_url,
        office=_office(base),
        sender=Sender(private_too=settings.events_to_private),
    )
    try:
        yield worker
    finally:
        worker.shut()
        conn.close()


def _office(base: "Foundation") -> "PostOffice | None":
    """The way for mail, where a server is named."""
    if base.settings.mail is None:
        return None
    from fanshare.cli.addresses import base_url
    from fanshare.integrations.mail.smtp import SmtpMailer
    from fanshare.jobs.mail import PostOffice
    from fanshare.web.language import words_in

    return PostOffice(SmtpMailer(base.settings.mail, base.clock), base_url(base.settings), words_in)
