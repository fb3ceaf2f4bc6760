"""The course of a demonstration: found everything, play the history, let it mature, close, pay, prove, report."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from fanshare.cli import demo_brands
from fanshare.cli.demo_doors import open_doors
from fanshare.cli.demo_figures import pay_out, state, tricks
from fanshare.cli.demo_home import Child, DemoHome, wait_for_address
from fanshare.cli.demo_replay import Replay, play_woo
from fanshare.cli.demo_report import Report
from fanshare.cli.demo_setup import Market, WooStory, found_market, found_woo
from fanshare.cli.output import Out
from fanshare.config.wiring import Installation, mark_as_demo, open_installation
from fanshare.core.instants import DAY, HOUR, SECOND
from fanshare.core.marks import say
from fanshare.flows import demo_doors as doors
from fanshare.store import directory
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import totals
from fanshare.store.queries.totals import ShareRow
from fanshare.world.market import LAST_DAY, day_start
from fanshare.world.story import World
from fanshare.world.woo_shop import WooShop, put_recorded_orders

#: Everything sold is ready by then, but for what is being checked.
_PAYDAY = LAST_DAY + 21 * DAY + 9 * HOUR
_MINIMUM_CENTS = 2_500
_WORKERS = 2

type Tell = Callable[[str, int, int], None]


@contextmanager
def perform(home: DemoHome, world: World, port: int, out: Out) -> Iterator[tuple[Report, str]]:
    """Play everything; yields the report and where the edge answered. The database lives as long as the block.

    The recorded shop goes on answering as well, so that what serves afterwards can ask it.
    """
    began = time.monotonic()
    with open_installation(home.unmarked_settings, name="fanshare demo") as unmarked:
        eve = day_start(0, world.days) - DAY
        home.clock.freeze(eve)
        mark_as_demo(unmarked.conn, eve)
        with open_installation(home.settings, name="fanshare demo") as opened, WooShop() as shop:
            with out.progress() as progress:
                tell = progress or (lambda *_: None)
                stage = Stage(home, world, opened, shop, tell)
                report, address = stage.play(port)
            report.seconds = time.monotonic() - began
            directory.set_fact(opened.conn, "demo report", report.page(), opened.clock())
            yield report, address


class Stage:
    """One performance."""

    def __init__(self, home: DemoHome, world: World, opened: Installation, shop: WooShop, tell: Tell) -> None:
        self._home, self._world, self._opened, self._shop, self._tell = home, world, opened, shop, tell

    def play(self, port: int) -> tuple[Report, str]:
        """The whole of it; the report, and the address of the edge."""
        self._step("letting everybody in", 0)
        market = found_market(self._opened, self._world)
        woo = found_woo(self._opened, self._shop, self._opened.clock())
        demo_brands.hold_money(self._opened, (market.tenant, woo.tenant))
        with ExitStack() as running:
            workers = [
                running.enter_context(Child.module("fanshare.cli.demo_worker", self._home, f"worker{number}.log"))
                for number in range(_WORKERS)
            ]
            publish = {"do": "work", "at": self._opened.clock()}
            workers[0].say(json.dumps(publish))
            workers[0].hear()
            edge = running.enter_context(
                self._home.start("--json", "serve", "edge", "--as-child", "--port", str(port), log="edge.log")
            )
            host, port = wait_for_address(self._home, edge, "serve-edge.json")
            replay = Replay(self._world, market.endpoint, (host, port), self._home.clock, workers)
            asyncio.run(self._story(replay, market, woo, (host, port)))
        return self._report(replay, market, woo), f"http://{host}:{port}"

    async def _story(self, replay: Replay, market: Market, woo: WooStory, address: tuple[str, int]) -> None:
        visits, messages = len(self._world.visits), len(self._world.messages)
        await replay.play(
            lambda done: self._tell("visits", done, visits), lambda done: self._tell("messages", done, messages)
        )
        self._step("waiting, closing and paying", 1)
        self._home.clock.freeze(_PAYDAY)
        await replay.work(_PAYDAY, close=True)
        self.paid_in = demo_brands.pay_in(self._opened, market.tenant, "October")
        self.paid = pay_out(self._opened, market.tenant, _MINIMUM_CENTS)
        self.paid_in += demo_brands.pay_in(self._opened, market.tenant, "Reserve")
        demo_brands.ask_where_taxed(self._opened, market, self._world)
        put_recorded_orders(self._shop)
        await play_woo(woo, address, self._home.clock)
        now = self._home.clock.advance(SECOND)
        await replay.work(now)
        self.codes = demo_brands.give_credit(self._opened, market, woo)
        self._home.clock.run_from(now + SECOND)
        self._step("proving it", 2)
        proved = [await replay.prove(one.slug, self._opened.clock()) for one in (market.tenant, woo.tenant)]
        self.findings = [finding for every in proved for finding in every]

    def _report(self, replay: Replay, market: Market, woo: WooStory) -> Report:
        access = self._opened.access(market.tenant, "demo")
        shares = totals.shares(access)
        creator, fan = _largest(shares, "creator"), _largest(shares, "fan")
        report = Report(
            world=self._world,
            played=replay.played,
            visits=totals.visits(access),
            orders=totals.orders(access),
            shares=shares,
            months=totals.closed_months(access),
            paid=self.paid,
            paid_in=self.paid_in,
            codes=self.codes,
            tricks=tricks(self._world, market, shares),
            findings=self.findings,
            statements={
                "of a creator": self._state(market.tenant, creator.party, "creator.json"),
                "of a fan": self._state(market.tenant, fan.party, "fan.json"),
                "of Mira": self._state(woo.tenant, woo.mira, "mira.json"),
            },
            recorded=self._recorded(woo),
        )
        report.links = self._links(market, woo, creator, fan)
        report.behind_doors = _behind_doors(market, woo)
        report.doors = open_doors(self._opened, market, woo, self._world)
        return report

    def _state(self, tenant: Tenant, party: int | None, name: str) -> bool:
        assert party is not None
        return state(self._opened, tenant, party, self._folder / name)

    @property
    def _folder(self) -> Path:
        return self._home.path / "statements"

    def _recorded(self, woo: WooStory) -> dict[str, int]:
        access = self._opened.access(woo.tenant, "demo")
        kept = {order.number: order.net for order in totals.orders(access)}
        mira = sum(row.amount for row in totals.shares(access) if row.party == woo.mira)
        return {"order 14 keeps": kept.get("14", -1), "order 16 keeps": kept.get("16", 0), "Mira earns": mira}

    def _links(self, market: Market, woo: WooStory, creator: ShareRow, fan: ShareRow) -> list[tuple[str, str, str]]:
        slugs = {market.creators[one.key]: one.slug for one in self._world.creators}
        place = market.tenant.slug
        links: list[tuple[str, str, str]] = [
            ("/demo", say("this report"), say("How the demonstration went.")),
            (
                f"/c/{place}/{slugs[creator.creator]}",
                say("a creator's page"),
                say("Her link, with its label, and who gets what."),
            ),
            (
                f"/why/{creator.why_token}",
                say("why a creator gets this amount"),
                say("One part of one order, explained."),
            ),
            (f"/why/{fan.why_token}", say("why a fan gets this amount"), say("The same from a fan's side.")),
            (f"/terms/{place}", say("the terms"), say("As published, in plain sentences.")),
            (f"/c/{woo.tenant.slug}/mira", say("Mira of the recorded shop"), say("Her link and her code MIRA10.")),
        ]
        recorded = totals.shares(self._opened.access(woo.tenant, "demo"))
        links += [
            (f"/why/{row.why_token}", say("why Mira gets this amount"), say("Order 14 after two refunds."))
            for row in recorded
        ]
        return links

    def _step(self, what: str, number: int) -> None:
        self._tell(what, number, 3)


def _behind_doors(market: Market, woo: WooStory) -> list[tuple[str, str, str]]:
    """What two brands under one operator have, each by the door of somebody whose page it is."""
    first, second = market.tenant.slug, woo.tenant.slug
    paid, unpaid = say("The brand has paid in what it owes."), say("This one has paid in nothing yet.")
    found = [
        (doors.SHOP, f"/brand/{first}/funding", say("what Birkenhof paid in"), say("As the shop owner.")),
        (doors.OTHER_SHOP, f"/brand/{second}/funding", say("what Leinen & Ton is asked for"), say("As its owner.")),
        (
            doors.CREATOR,
            f"/credit/{first}",
            say("shop credit at Birkenhof"),
            say("As a creator: codes that the shop brought."),
        ),
        (
            doors.OTHER_CREATOR,
            f"/credit/{second}",
            say("shop credit at Leinen & Ton"),
            say("As Mira, its creator: the shop makes codes."),
        ),
        (
            doors.OPERATOR,
            "/operator/dac7",
            say("sellers reported to the tax authority"),
            say("As the operator, for both brands."),
        ),
    ]
    return [
        (f"/join/{first}", say("joining Birkenhof: funded"), paid),
        (f"/join/{second}", say("joining Leinen & Ton: not funded"), unpaid),
        *((f"/demo/as/{door}?to={path}", text, note) for door, path, text, note in found),
    ]


def _largest(shares: Sequence[ShareRow], role: str) -> ShareRow:
    """The largest share of a role that is neither being checked nor gone."""
    return max((row for row in shares if row.role == role and row.bucket != "held"), key=lambda row: row.amount)
