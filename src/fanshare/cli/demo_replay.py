"""Plays a world through the real edge: every visit a GET of a link, every order a signed POST to the shop's hook.

The shared clock stands at the beginning of a slot while its visits are sent, and in the evening while the day's
messages are. While the next days' visits and messages come in, the workers take and settle what the days before have
left: what comes in meanwhile was received later than the moment as of which they work.
"""

import asyncio
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fanshare.cli.demo_home import Child
from fanshare.cli.demo_http import Answer, Lanes, request
from fanshare.cli.demo_setup import SECRET, WooStory
from fanshare.config.clock import FileClock
from fanshare.core.errors import FanshareError
from fanshare.core.instants import SECOND, Instant
from fanshare.flows.check import CHECKS
from fanshare.flows.checks.finding import Finding, Offence
from fanshare.integrations.generic.verify import ID_HEADER, SIGNATURE_HEADER, TIME_HEADER, sign
from fanshare.world.market import SLOTS, evening, slot_start
from fanshare.world.orders import document
from fanshare.world.story import Message, World
from fanshare.world.visits import Visit
from fanshare.world.woo_shop import recorded_deliveries

_CLICK_ID = re.compile(rb"[?&]fs=([0-9a-z]+)")
_VISIT_LANES = 8
_HOOK_LANES = 40
#: Days between two calls of the worker: a batch of it is some hundred orders.
_WORK_EVERY = 2

#: The checks from this one on take about as long as those before it.
_SECOND_HALF = "order states"

type Step = Callable[[int], None]


@dataclass(slots=True)
class Played:
    """What was sent and how it was answered. ``clicks``: visit key to the click id that the edge gave out."""

    visits: int = 0
    posts: int = 0
    hook_answers: Counter[int] = field(default_factory=Counter)
    clicks: dict[int, str] = field(default_factory=dict)
    work: Counter[str] = field(default_factory=Counter)


class Replay:
    """Plays one world. ``address`` is where the edge answers, ``workers`` the processes that work when told to."""

    def __init__(
        self, world: World, endpoint: str, address: tuple[str, int], clock: FileClock, workers: Sequence[Child]
    ) -> None:
        self._world, self._endpoint, self._address = world, endpoint, address
        self._clock, self._workers = clock, workers
        self.played = Played()
        self._visits: dict[int, list[Visit]] = defaultdict(list)
        for visit in world.visits:
            self._visits[visit.slot].append(visit)
        self._messages: dict[int, list[Message]] = defaultdict(list)
        for message in world.messages:
            self._messages[message.day].append(message)

    async def play(self, visited: Step, posted: Step) -> None:
        """The whole story; ``visited`` and ``posted`` are told how far it is."""
        days = self._world.days
        job: asyncio.Future[None] | None = None
        for day in range(max(self._messages) + 1):
            if day < days:
                await self._visit_day(day)
                visited(self.played.visits)
            await self._post_day(day)
            posted(self.played.posts)
            if day % _WORK_EVERY == _WORK_EVERY - 1:
                if job is not None:
                    await job
                job = asyncio.ensure_future(self.work(evening(day, days)))
        if job is not None:
            await job

    async def work(self, at: Instant, *, close: bool = False) -> None:
        """Have everything done that is due at an instant (with ``close``, closing months too); sum up what was."""
        await self._work(self._workers, "work", at)
        if close:
            await self._work(self._workers, "close", at)
            await self._work(self._workers, "work", at)

    async def prove(self, programme: str, at: Instant) -> list[Finding]:
        """Prove every invariant of a programme again, every worker some of them."""
        names = [name for name, *_ in CHECKS]
        half = names.index(_SECOND_HALF)
        orders = [
            {"do": "prove", "at": at, "programme": programme, "checks": checks}
            for checks in (names[:half], names[half:])
        ]
        answers = await asyncio.gather(*map(_told, self._workers, orders))
        return [
            Finding(one["name"], one["claim"], None if one["offence"] is None else Offence(*one["offence"]))
            for answer in answers
            for one in answer["findings"]
        ]

    async def _work(self, workers: Sequence[Child], what: str, at: Instant) -> None:
        for done in await asyncio.gather(*(_told(worker, {"do": what, "at": at}) for worker in workers)):
            self.played.work.update(done)

    async def _visit_day(self, day: int) -> None:
        async with Lanes(*self._address, _VISIT_LANES) as lanes:
            for slot in range(day * SLOTS, (day + 1) * SLOTS):
                visits = self._visits[slot]
                self._clock.freeze(slot_start(slot, self._world.days))
                answers = await lanes.send(
                    request(visit.method, f"/r/{visit.code}", visit.headers()) for visit in visits
                )
                for visit, answer in zip(visits, answers, strict=True):
                    self._note(visit, answer)

    def _note(self, visit: Visit, answer: Answer) -> None:
        if answer.status != 302:
            raise FanshareError("demo_failed", f"The link {visit.code} answered {answer.status} instead of 302.")
        self.played.visits += 1
        self.played.clicks[visit.key] = answer.search(_CLICK_ID)

    async def _post_day(self, day: int) -> None:
        """Send the messages of a day in lots, each a second later than the one before."""
        at = evening(day, self._world.days)
        self._clock.freeze(at)
        messages = self._messages[day]
        if not messages:
            return
        async with Lanes(*self._address, _HOOK_LANES) as lanes:
            for start in range(0, len(messages), _HOOK_LANES):
                lot = messages[start : start + _HOOK_LANES]
                self._heard(await lanes.send(self._signed(message, self._clock()) for message in lot))
                self._clock.advance(SECOND)

    def _signed(self, message: Message, at: Instant) -> bytes:
        orders = [
            document(order, stage, [self.played.clicks[key] for key in order.path], self._world.days)
            for place, stage in message.orders
            for order in (self._world.purchases[place],)
        ]
        body = json.dumps(orders[0] if len(orders) == 1 else {"orders": orders}).encode()
        sent = at // SECOND
        headers = {
            "content-type": "application/json",
            ID_HEADER: message.key,
            TIME_HEADER: str(sent),
            SIGNATURE_HEADER: sign(SECRET, message.key, sent, body),
        }
        return request("POST", f"/hooks/{self._endpoint}", headers, body)

    def _heard(self, answers: Iterable[Answer]) -> None:
        for answer in answers:
            self.played.posts += 1
            self.played.hook_answers[answer.status] += 1


async def _told(worker: Child, order: dict[str, Any]) -> dict[str, Any]:
    """Have a worker do something, without holding up the others."""

    def tell() -> dict[str, Any]:
        worker.say(json.dumps(order))
        return worker.hear()

    return await asyncio.to_thread(tell)


async def play_woo(story: WooStory, address: tuple[str, int], clock: FileClock) -> Counter[int]:
    """Send the recorded deliveries as they were, byte by byte, each at the time at which it was recorded."""
    answers: Counter[int] = Counter()
    async with Lanes(*address, 1) as lanes:
        for delivery in recorded_deliveries():
            assert delivery.received_at is not None
            clock.freeze(delivery.received_at)
            kept = {name: value for name, value in delivery.headers.items() if name not in _HOP}
            sent = [request("POST", f"/hooks/{story.endpoint}", kept, delivery.body)]
            answers.update(answer.status for answer in await lanes.send(sent))
    return answers


_HOP = frozenset({"host", "content-length", "connection", "transfer-encoding", "expect"})
