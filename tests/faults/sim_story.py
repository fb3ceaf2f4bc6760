"""One story: a minute in the life of an installation in which everything that can break may break, from one seed.

The real edge, spool, worker, flows and database run; the loop, the disk, the network, the shops and the clock are
simulated. After ``CALM`` seconds nothing breaks any more and everybody finishes. The stories of a season follow one
another in one installation; a month after the last everything is ready and paid out, and the books must be right.
"""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg

from fanshare.core.instants import DAY, MINUTE, SECOND, Instant, parse_rfc3339
from fanshare.jobs.periods import PERIODS
from fanshare.jobs.take import CRASHES
from fanshare.jobs.worker import Worker
from fanshare.store.access import RETRYABLE
from fanshare.store.queries import inbox
from tests.edge.running import KEYS
from tests.faults.sim_database import SimConnection
from tests.faults.sim_edge import Answer, EdgeLife, patched
from tests.faults.sim_loop import Crash, SimLoop, at_once
from tests.faults.sim_shop import CENT, ShopOrder, SimFetches, SimRest, change, message, placed
from tests.faults.sim_stage import Stage
from tests.support.paying import pay_what_is_ready

CALM = 14.0
#: What may break; every story draws its own selection.
FAULTS = ("kill", "power", "disk errors", "full disk", "database", "worker", "network", "clock", "shop away", "repeats")
#: When the stories of a season begin, in their order.
STARTS = (
    "2028-02-10T12:00:00Z",
    "2028-02-28T23:59:45Z",  # a leap day begins
    "2028-02-29T23:59:45Z",  # and ends, with its month
    "2028-03-26T00:59:45Z",  # an hour is left out in Berlin
)


@dataclass
class Promises:
    """What happened in the stories of one season, and what was promised in them."""

    passed: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    #: How often the edge said 200 to a body; and how often such a body reached it.
    thanked: Counter[bytes] = field(default_factory=Counter)
    arrived: Counter[bytes] = field(default_factory=Counter)
    counted: list[str] = field(default_factory=list)
    issued: set[str] = field(default_factory=set)
    orders: dict[str, ShopOrder] = field(default_factory=dict)
    #: Of workers that nobody broke.
    worker_failures: int = 0
    edge_errors: int = 0
    ended_at: Instant = 0


@dataclass
class Story:
    """A seed, and its place in the season whose home and promises it shares."""

    stage: Stage
    promises: Promises
    home: Path
    seed: int

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.faults = {fault for fault in FAULTS if self.dice.random() < 0.4}
        self.place = self.seed % len(STARTS)
        self.start = parse_rfc3339(STARTS[self.place])
        self.failures = 0
        self.skew = 0
        self.calm = False
        self.life: EdgeLife | None = None
        self.pending = 0
        self.extras = 3
        self.loop = SimLoop(self.dice)

    def run(self) -> None:
        """What the worker has not done at its end it finds in the next story; the last of a season is paid out."""
        refused = self._refused()
        self.tell(f"story {self.seed}: {', '.join(sorted(self.faults))}")
        self.conn = self._open()
        self.worker = self._hired()
        asyncio.set_event_loop(self.loop)
        try:
            with patched(self):
                self.loop.run_until_complete(self._play())
            if self.place == len(STARTS) - 1:
                self._finish()
                self._ripen()
                self._pay()
        finally:
            self.loop.close()
            asyncio.set_event_loop(None)
            self.worker.shut()
            self.stage.give_back(self.conn)
        self.promises.worker_failures += 0 if self._refused() > refused else self.failures
        self.promises.ended_at = self.clock()

    def _refused(self) -> int:
        return sum(count for name, count in self.promises.passed.items() if name.startswith("database, refusal"))

    # --- time ---

    def true_time(self) -> Instant:
        """What the shops' clocks show."""
        return self.start + int(self.loop.now * 1_000_000)

    def clock(self) -> Instant:
        """What the installation's clock shows."""
        return self.true_time() + self.skew

    def tell(self, what: str) -> None:
        """Note an event: the same seed tells the same story."""
        self.promises.told.append(f"{self.loop.now:.6f} {what}")

    def may(self, fault: str, chance: float) -> bool:
        """Whether this breaks now."""
        return not self.calm and fault in self.faults and self.dice.random() < chance

    # --- the play ---

    async def _play(self) -> None:
        actors = [self._keep_edge(), self._work(), self._weather()]
        running = [asyncio.ensure_future(one) for one in actors]
        for number in range(1, self.dice.choice((1, 1, 2)) + 1):
            self._spawn(self._buyer(self.place * 1_000 + number * 10))
        await asyncio.sleep(CALM)
        self._settle_down()
        while self.pending:
            await asyncio.sleep(1)
            self._raise_from(running)
        await asyncio.sleep(2.5)  # the last clicks become durable
        running[1].cancel()
        running[2].cancel()
        if self.life is not None:
            await self.life.leave()
        running[0].cancel()
        await asyncio.gather(*running, return_exceptions=True)

    @staticmethod
    def _raise_from(running: Sequence["asyncio.Future[None]"]) -> None:
        for one in running:
            if one.done():
                one.result()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        async def counted() -> None:
            try:
                await work
            finally:
                self.pending -= 1

        self.pending += 1
        self._actors = [*getattr(self, "_actors", []), at_once(counted())]

    def _settle_down(self) -> None:
        self.calm, self.skew = True, 0
        self.conn.spare()
        if self.life is not None:
            self.life.disk.crash_at, self.life.disk.error_rate, self.life.disk.full = None, 0.0, False
        self.tell("calm")

    async def _weather(self) -> None:
        while not self.calm:
            await asyncio.sleep(self.dice.uniform(2, 8))
            life = self.life
            if life is not None and self.may("full disk", 0.5):
                self.tell("disk full")
                life.disk.full = True
                await asyncio.sleep(self.dice.uniform(1, 4))
                life.disk.full = False
            if life is not None and self.may("kill", 0.3):
                life.disk.kill("at a random moment")
            if self.may("clock", 0.5):
                self.skew = self.dice.choice((-200, -20, 20, 200, 4_000, -4_000)) * SECOND
                self.tell(f"clock off by {self.skew}")
            elif not self.calm:
                self.skew = 0

    # --- the edge ---

    async def _keep_edge(self) -> None:
        while True:
            life = EdgeLife(self)
            died = await life.start()
            self.life = life if not died else None
            if not died:
                await life.died
            self.life = None
            self.tell("edge gone")
            life.bury(power=self.may("power", 0.6))
            await asyncio.sleep(self.dice.uniform(0.3, 2))

    def meanwhile(self) -> None:
        """Somebody clicks just now, in the middle of something else."""
        if not self.calm and self.extras and self.life is not None and self.dice.random() < 0.02:
            self.extras -= 1
            self._spawn(self._passer_by(self.place * 1_000 + 100 + self.extras))

    async def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer | None:
        """A request over the network; ``None`` where no answer came."""
        await asyncio.sleep(self.dice.uniform(0, 0.05))
        if self.may("network", 0.15) or self.life is None:
            return None
        answer = await self.life.answer(method, path, headers, body)
        if body and answer is not None:
            self.promises.thanked[body] += answer.status == 200
        self.tell(f"{method} {path.partition('?')[0]} {answer and answer.status}")
        return None if self.may("network", 0.15) else answer

    # --- people and shops ---

    async def _passer_by(self, number: int) -> None:
        await self._click(number)

    async def _click(self, number: int) -> str:
        code = self.dice.choice(list(self.stage.links))
        agent = "TelegramBot (like TwitterBot)" if self.dice.random() < 0.1 else f"Mozilla/5.0 (X11) Chrome/{number}.0"
        for _ in range(3):
            answer = await self.ask("GET", f"/r/{code}", {"user-agent": agent})
            if answer is not None and answer.status == 302:
                return parse_qs(urlsplit(answer.location).query).get("fs", [""])[0]
            await asyncio.sleep(self.dice.uniform(0.5, 2))
        return ""

    async def _buyer(self, number: int) -> None:
        await asyncio.sleep(self.dice.uniform(0.5, CALM / 2))
        click = await self._click(number)
        await asyncio.sleep(self.dice.uniform(0, 5))
        woo = self.dice.random() < 0.5
        order = placed(number, self.dice.randint(1, 9_999) * CENT, click, self.true_time(), woo=woo)
        self.promises.orders[order.state.order_id] = order
        self._post(order)
        for _ in range(self.dice.choice((0, 1, 1, 2))):
            await asyncio.sleep(self.dice.uniform(0, 6))
            change(order, self.dice, self.true_time())
            self.tell(f"order {number} {order.state.status} {order.kept}")
            self._post(order)

    def _post(self, order: ShopOrder) -> None:
        if order.woo and self.may("shop away", 0.3):
            self.tell(f"nothing is sent about {order.state.order_id}")  # the poll finds it
            return
        for _ in range(2 if self.may("repeats", 0.4) else 1):
            self._spawn(self._delivery(order))

    async def _delivery(self, order: ShopOrder) -> None:
        shop = self.stage.shops["woocommerce" if order.woo else "generic"]
        body, headers = message(order, shop)
        while True:
            await asyncio.sleep(self.dice.uniform(0, 2))
            answer = await self.ask("POST", f"/hooks/{shop.endpoint}", headers(self.true_time()), body)
            if answer is not None and answer.status == 200:
                return
            await asyncio.sleep(self.dice.uniform(1, 6))

    # --- the worker ---

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(self.dice.uniform(5, 12))
            if self.may("worker", 0.6):
                self.conn.plan(self.dice, "crash", 120)
            elif self.may("database", 0.6):
                self.conn.plan(self.dice, self.dice.choice(("cut", "refusal")), 120)
            self.attempt(lambda worker: worker.round())

    def attempt(self, work: Callable[[Worker], Any]) -> bool:
        """Let the worker do something; false where it broke, and then another one is hired."""
        try:
            done = work(self.worker)
            self.failures += getattr(done, "failures", 0)
        except (Crash, psycopg.OperationalError) as error:
            self.tell(f"worker gone: {type(error).__name__} {error}")
            self._replace_worker()
            return False
        return True

    def _replace_worker(self) -> None:
        self.worker.shut()
        self.stage.give_back(self.conn)
        self.conn = self._open()
        self.worker = self._hired()

    def _open(self) -> SimConnection:
        conn = self.stage.take_connection()
        conn.passed, conn.meanwhile = self.promises.passed, self.meanwhile
        return conn

    def _hired(self) -> Worker:
        periods = {name: PERIODS[name] for name in ("poll", "recheck", "seal")}
        rest = SimRest(self.promises.orders, lambda: self.may("shop away", 0.5))
        fetches: Any = SimFetches(rest)
        return Worker(
            self.conn, self.home, KEYS, self.clock, "shop.example", periods, _fetches=fetches, sender=self.stage.sender
        )

    def _finish(self) -> None:
        """What is left is drained, taken, settled. The worker may die at any place."""
        self.skew += 61 * MINUTE
        self._persist(lambda worker: worker.until_quiet())
        self._retry_the_parked()

    def _retry_the_parked(self) -> None:
        """A delivery over which the worker died three times is set aside, as it should be; a person retries it."""
        deaths = sum(count for name, count in self.promises.passed.items() if name.startswith("database, c"))
        access = self.stage.programme().access
        crashed = [one.id for one in inbox.parked(access) if one.code == "crashed"]
        if crashed and deaths >= CRASHES:
            self.promises.passed["parked after three deaths, and retried by a person"] += len(crashed)
            inbox.retry(access, crashed)
            self._persist(lambda worker: worker.until_quiet())

    def _ripen(self) -> None:
        """A month later it is ready. The worker may die at any place."""
        self.skew += 31 * DAY
        self.worker.periods = {name: PERIODS[name] for name in ("seal", "close", "ripen", "sweep", "checkpoint")}
        self._persist(lambda worker: worker.until_quiet())

    def _persist(self, work: Callable[[Worker], Any]) -> None:
        if "worker" in self.faults and self.dice.random() < 0.4:
            self.conn.plan(self.dice, "crash", 150)
        while not self.attempt(work):
            self.skew += 3 * MINUTE  # what a dead worker had claimed is free again

    def _pay(self) -> None:
        """Pay out everything that is ready. Whoever does it may die at any place, and then looks what was done."""
        if "worker" in self.faults:
            self.conn.plan(self.dice, "crash", 40)
        elif "database" in self.faults:
            self.conn.plan(self.dice, "refusal", 40)
        while True:
            try:
                pay_what_is_ready(self.stage.programme(self.conn), self.clock())
                return
            except (Crash, psycopg.OperationalError, *RETRYABLE):
                with contextlib.suppress(Exception):
                    self.conn.rollback()
                self._replace_worker()
