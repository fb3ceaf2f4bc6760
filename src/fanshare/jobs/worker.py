"""The worker: one round after another of drain, take, settle, and now and then the rest.

All work is found in the state of the database and the spool, never in a queue, so nothing can be lost with a worker
and two of them only share the work. Programmes take turns, one batch each, so that a flood at one does not hold up
the others.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog
from psycopg import errors

from fanshare.config.clock import Clock
from fanshare.config.keys import SPOOL_HOOKS, Keys
from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY, Instant, zone
from fanshare.core.rails import Drivers
from fanshare.flows import (
    borne,
    brand_letters,
    budgets,
    close,
    compliance,
    debts,
    desk_notes,
    disk,
    goal_ends,
    leaving,
    news,
    openings,
    payments,
    payout_schedule,
    replaced,
    seal,
    self_billing,
    tax_alerts,
    unclaimed,
    weekly_mail,
    work_stops,
    workbench_mail,
)
from fanshare.flows.code_steps import MOST_AT_ONCE
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.settle import settle
from fanshare.integrations.outgoing.fetch import Fetcher
from fanshare.integrations.outgoing.send import Sender
from fanshare.integrations.rails import Called
from fanshare.jobs import drain, moving, poll, publish, retention, take, tell, webhooks
from fanshare.jobs.apart import settle_apart
from fanshare.jobs.claims import look_for_orders
from fanshare.jobs.fetches import Fetches
from fanshare.jobs.mail import PostOffice, send_due
from fanshare.jobs.payout_calls import work_calls
from fanshare.jobs.periods import PERIODS
from fanshare.jobs.product_pictures import fetch_pictures
from fanshare.jobs.pulse import beat
from fanshare.jobs.recheck import recheck
from fanshare.jobs.rounds import Round
from fanshare.jobs.shop_codes import work_codes
from fanshare.jobs.shop_credits import work_credits
from fanshare.spool.reader import SpoolReader
from fanshare.spool.records import CLICKS, HOOKS
from fanshare.store import directory, log_store
from fanshare.store.access import RETRYABLE, Access, Connection
from fanshare.store.directory import Programme as Tenant
from fanshare.store.signing import load_or_create

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Worker:
    """One worker on one connection. Not thread-safe; run several processes instead."""

    conn: Connection
    home: Path
    keys: Keys
    clock: Clock
    host: str = "localhost"
    #: How often the slower work runs, by name; microseconds.
    periods: Mapping[str, int] = field(default_factory=lambda: PERIODS)
    #: Where the world reaches this installation; empty where nobody said, and then no shop is told to send anything.
    address: str = ""
    _fetches: Fetches = field(default_factory=Fetches)
    _last: dict[str, Instant] = field(default_factory=dict)
    #: Through what mail goes; ``None`` where none is set up.
    office: PostOffice | None = None
    _publisher: publish.Publisher | None = None
    #: Through what events go to the programmes' software.
    sender: Sender = field(default_factory=Sender)
    #: Who calls the providers that money is paid by.
    drivers: Drivers = field(default_factory=Called)
    #: Through what pictures of products come from the shops.
    fetcher: Fetcher = field(default_factory=Fetcher)

    def round(self) -> Round:
        """One round of everything that is due. A failure in one programme is logged and does not stop the others."""
        done = Round()
        self._guard("drain", lambda: self._drain(done), done)
        for programme_id in directory.programmes_with_deliveries(self.conn, self.clock()):
            self._guard("take", partial(self._take, programme_id, done), done)
        for programme_id in directory.programmes_with_payments(self.conn):
            self._guard("payments", partial(self._payments, programme_id, done), done)
        for programme_id in directory.programmes_to_settle(self.conn, self.clock()):
            self._guard("settle", partial(self._settle, programme_id, done), done)
        for name, period in self.periods.items():
            now = self.clock()
            if not 0 <= now - self._last.get(name, -period) < period:
                self._last[name] = now
                self._guard(name, partial(getattr(self, f"_{name}"), done), done)
        return done

    def until_quiet(self, *, rounds: int = 10_000) -> Round:
        """Rounds until nothing is left to do now; the sum of them."""
        total = Round()
        for _ in range(rounds):
            one = self.round()
            for name in Round.__slots__:
                setattr(total, name, getattr(total, name) + getattr(one, name))
            if not one.busy:
                break
        return total

    def housekeeping(self) -> None:
        """Run the slower work now, whenever it ran last."""
        self._last.clear()
        self.round()

    def shut(self) -> None:
        """Let go of the shops and of the snapshot."""
        self._fetches.close()
        self.sender.close()
        if self._publisher is not None:
            self._publisher.close()

    def _guard(self, job: str, work: Callable[[], object], done: Round) -> None:
        try:
            work()
        except (*RETRYABLE, errors.LockNotAvailable) as error:
            log.info("retried", job=job, reason=type(error).__name__)
        except Exception as error:
            if self.conn.closed:
                raise
            done.failures += 1
            log.error("job_failed", job=job, error=str(error), kind=type(error).__name__, exc_info=not _is_known(error))

    def _for_each(self, job: str, work: Callable[[Programme, Tenant], object], done: Round) -> None:
        """The same work for every programme that has terms; a programme that fails does not stop the others."""
        for programme, tenant in self._each(f"job:{job}"):
            self._guard(job, partial(work, programme, tenant), done)

    def _in_each(self, job: str, ids: list[int], work: Callable[[Programme], object], done: Round) -> None:
        """The same work for the programmes that have any; one that fails does not stop the others."""
        for programme_id in ids:
            self._guard(job, partial(self._in_one, programme_id, job, work), done)

    def _in_one(self, programme_id: int, job: str, work: Callable[[Programme], object]) -> None:
        work(self._programme(programme_id, f"job:{job}"))

    def _programme(self, programme_id: int, actor: str) -> Programme:
        return self._opened(directory.programme_with_id(self.conn, programme_id), actor)

    def _opened(self, tenant: Tenant, actor: str) -> Programme:
        return open_programme(Access(self.conn, tenant.id, actor), tenant.public_id, self.keys)

    def _drain(self, done: Round) -> None:
        spool = self.home / "spool"
        opened = drain.opener(lambda access: self._programme(access.programme_id, "job:drain"), self.conn)
        for stream, key in ((CLICKS, None), (HOOKS, self.keys.derive(SPOOL_HOOKS))):
            found = drain.drain(self.conn, SpoolReader(spool, stream, key=key), stream, opened, self.clock())
            for programme_id in found.moved:
                beat(self.home, programme_id)
            done.clicks += found.clicks
            done.deliveries += found.deliveries
            done.refused += found.refused

    def _take(self, programme_id: int, done: Round) -> None:
        found = take.take(self._programme(programme_id, "job:take"), self._fetches, self.clock())
        done.taken += found.deliveries

    def _payments(self, programme_id: int, done: Round) -> None:
        done.taken += payments.attach(self._programme(programme_id, "job:payments"), self.clock()).payments

    def _settle(self, programme_id: int, done: Round) -> None:
        programme = self._programme(programme_id, "job:settle")
        try:
            found = settle(programme.access, programme.book, programme.holders, self.clock())
        except (errors.OperationalError, *RETRYABLE):
            raise
        except Exception as error:
            log.error("batch_failed", programme=programme_id, error=str(error), exc_info=not _is_known(error))
            found = settle_apart(programme, self.clock())
        if found.orders:
            beat(self.home, programme_id)
        done.settled += found.orders
        done.transfers += found.transfers

    def _each(self, actor: str) -> list[tuple[Programme, Tenant]]:
        found = []
        for tenant in directory.programmes(self.conn):
            try:
                found.append((self._opened(tenant, actor), tenant))
            except FanshareError as error:
                if error.code != "no_terms":
                    raise
        return found

    def _publish(self, _: Round) -> None:
        if self._publisher is None:
            base, overlay = self.home / publish.BASE, self.home / publish.OVERLAY
            self._publisher = publish.Publisher(self.home, self.keys, base, overlay)
        self._publisher.publish([(one, tenant.name) for one, tenant in self._each("job:publish")], self.clock())

    def _codes(self, done: Round) -> None:
        self._in_each("codes", directory.programmes_with_codes(self.conn, self.clock()), self._codes_of, done)

    def _codes_of(self, programme: Programme) -> None:
        if work_codes(programme, self.clock).asked == MOST_AT_ONCE:
            # Not in five seconds: the next round, after the other programmes had theirs.
            self._last.pop("codes", None)

    def _credits(self, done: Round) -> None:
        ids = directory.programmes_with_credits(self.conn, self.clock())
        self._in_each("credits", ids, lambda one: work_credits(one, self.clock), done)

    def _calls(self, done: Round) -> None:
        self._in_each("calls", directory.programmes_with_calls(self.conn, self.clock()), self._calls_of, done)

    def _calls_of(self, programme: Programme) -> None:
        if work_calls(programme, self.drivers, self.clock).more:
            # Not in two seconds: the next round, after the other programmes had theirs.
            self._last.pop("calls", None)

    def _goals(self, done: Round) -> None:
        ids = directory.programmes_with_goals(self.conn, self.clock())
        self._in_each("goals", ids, lambda one: goal_ends.book_due(one, self.clock()), done)

    def _pictures(self, done: Round) -> None:
        for programme_id in directory.programmes_with_pictures(self.conn, self.clock()):
            access = Access(self.conn, programme_id, "job:pictures")
            self._guard("pictures", partial(fetch_pictures, access, self.fetcher, self.clock), done)

    def _poll(self, done: Round) -> None:
        self._for_each("poll", lambda one, _: self._poll_one(one, done), done)

    def _poll_one(self, programme: Programme, done: Round) -> None:
        found = poll.poll(programme, self._fetches, self.clock())
        done.polled += found.found.listed
        if found.more:
            # Not in a minute: the next round, after the other programmes had theirs.
            self._last.pop("poll", None)

    def _webhooks(self, done: Round) -> None:
        if self.address:
            self._for_each(
                "webhooks", lambda one, _: webhooks.look_after_webhooks(one, self.address, self.clock()), done
            )

    def _recheck(self, done: Round) -> None:
        self._for_each("recheck", lambda one, _: self._recheck_one(one), done)

    def _recheck_one(self, programme: Programme) -> None:
        if recheck(programme, self.clock()):
            # Not in a minute: the next round, after the other programmes had theirs.
            self._last.pop("recheck", None)

    def _seal(self, done: Round) -> None:
        self._for_each("seal", lambda one, _: seal.seal(one, self.clock()), done)

    def _close(self, done: Round) -> None:
        self._for_each("close", lambda one, _: close.close_all(one, self.clock()), done)

    def _ripen(self, done: Round) -> None:
        self._for_each("ripen", lambda a, _: [go(a, self.clock()) for go in (openings.ripen, replaced.convert)], done)

    def _borne(self, done: Round) -> None:
        ids = directory.programmes_that_bear(self.conn)
        self._in_each("borne", ids, lambda one: borne.follow(one, self.clock()), done)
        self._in_each("borne debts", ids, lambda one: debts.follow(one, self.clock()), done)

    def _claims(self, done: Round) -> None:
        ids = directory.programmes_with_claims_to_ask(self.conn, self.clock())
        self._in_each("claims", ids, lambda one: self._claims_of(one, done), done)

    def _claims_of(self, programme: Programme, done: Round) -> None:
        done.polled += look_for_orders(programme, self._fetches, self.clock()).claims

    def _moving(self, done: Round) -> None:
        ids = directory.programmes_with_uploads(self.conn, self.clock())
        self._in_each("moving", ids, lambda one: moving.work_uploads(one, self.clock()), done)

    def _sweep(self, done: Round) -> None:
        ids, ends = directory.programmes_with_leavers(self.conn, self.clock()), (work_stops.carry_out, leaving.finish)
        self._in_each("leavers", ids, lambda one: [end(one, self.clock()) for end in ends], done)
        self._for_each("sweep", lambda one, _: unclaimed.sweep(one, self.clock()), done)
        self._for_each("debts", lambda one, _: debts.bear(one, self.clock()), done)
        self._for_each("absorbed", lambda one, _: debts.tell_absorbed(one), done)

    def _checkpoint(self, done: Round) -> None:
        self._for_each("checkpoint", self._sign, done)

    def _sign(self, programme: Programme, tenant: Tenant) -> None:
        signer = load_or_create(self.home / "keys", log_name(self.host, tenant))
        log_store.write_checkpoint(programme.access, signer.sign_checkpoint, self.clock())

    def _compliance(self, done: Round) -> None:
        self._for_each("compliance", lambda one, _: compliance.work_off(one, self.clock()), done)

    def _partitions(self, _: Round) -> None:
        now = self.clock()
        directory.ensure_partitions(self.conn, max(0, now - 40 * DAY), now + 62 * DAY)

    def _letters(self, done: Round) -> None:
        ids = directory.programmes_with_letters(self.conn)
        self._in_each("letters", ids, lambda one: brand_letters.work(one, self.clock()), done)

    def _mail(self, _: Round) -> None:
        if self.office is not None:
            send_due(self.conn, self.keys, self.office, self.clock)

    def _budgets(self, done: Round) -> None:
        for programme_id in directory.programmes_with_budgets(self.conn):
            self._guard("budgets", partial(self._budget_of, programme_id), done)

    def _budget_of(self, programme_id: int) -> None:
        tenant = directory.programme_with_id(self.conn, programme_id)
        access = Access(self.conn, programme_id, "job:budgets")
        budgets.watch(access, zone(tenant.time_zone), self.clock())
        if self.office is not None and not tenant.demo:
            budgets.tell(access, self.keys, self.clock())

    def _pay_days(self, done: Round) -> None:
        for programme_id in directory.programmes_with_schedules(self.conn):
            self._guard("pay_days", partial(self._pay_day_of, programme_id), done)

    def _pay_day_of(self, programme_id: int) -> None:
        tenant = directory.programme_with_id(self.conn, programme_id)
        payout_schedule.plan_due(self._opened(tenant, "job:pay"), tenant, self.clock())

    def _self_bills(self, done: Round) -> None:
        self._in_each("self_bills", directory.programmes_with_credit_notes(self.conn), self._self_bills_of, done)

    def _self_bills_of(self, programme: Programme) -> None:
        tenant = directory.programme_with_id(self.conn, programme.access.programme_id)
        self_billing.write_due(programme, tenant, self.clock())

    def _tell(self, done: Round) -> None:
        ids = directory.programmes_with_targets(self.conn)
        self._in_each("tell", ids, lambda one: tell.tell_targets(one, self.sender, self.clock()), done)

    def _weekly_mail(self, _: Round) -> None:
        for _tenant, access in self._mailed():
            weekly_mail.plan(access, self.keys, self.clock())

    def _books_mail(self, done: Round) -> None:
        if self.office is not None:
            self._guard("books_mail", partial(workbench_mail.plan, self.conn, self.keys, self.clock()), done)

    def _news(self, done: Round) -> None:
        for tenant, access in self._mailed():
            self._guard("news", partial(news.plan, access, self.keys, zone(tenant.time_zone), self.clock()), done)
            news.forget_old(access, self.clock())

    def _mailed(self) -> Iterator[tuple[Tenant, Access]]:
        """The programmes that send mail."""
        if self.office is not None:
            for tenant in directory.programmes(self.conn):
                if not tenant.demo:
                    yield tenant, Access(self.conn, tenant.id, "job:mail")

    def _tax_alerts(self, done: Round) -> None:
        for _tenant, access in self._mailed():
            self._guard("tax_alerts", partial(tax_alerts.watch, access, self.keys, self.clock()), done)

    def _desk_notes(self, done: Round) -> None:
        for tenant, access in self._mailed():
            look = partial(desk_notes.watch, access, self.keys, zone(tenant.time_zone), self.clock())
            self._guard("desk_notes", look, done)

    def _retention(self, _: Round) -> None:
        retention.forget_old(self.conn, self.clock())

    def _disk(self, _: Round) -> None:
        disk.look(self.conn, self.home, self.clock())


def _is_known(error: Exception) -> bool:
    """Whether an error is one that is foreseen, so that its sentence says enough."""
    return isinstance(error, (FanshareError, errors.Error, OSError))


def log_name(host: str, tenant: Tenant) -> str:
    """The name of a programme's log, as its key and checkpoints carry it."""
    return f"{host}/log/{tenant.public_id}"
