"""What came of a demonstration, in figures: sums of the books, what was proved, and what the tricks brought."""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fanshare.cli.demo_setup import Market
from fanshare.config.wiring import Installation
from fanshare.core.money import Micros, basis_points, from_minor_units
from fanshare.core.payout_item import Answer, Said
from fanshare.core.statement_check import verify
from fanshare.flows import payout_runs
from fanshare.flows.payout_runs import Told
from fanshare.flows.statements import make_statement
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries.payout_runs import set_rule
from fanshare.store.queries.totals import ShareRow
from fanshare.store.signing import verify as verify_signature
from fanshare.verifier import fanshare_verify
from fanshare.world.cheats import Cheat, Limit
from fanshare.world.market import FAN_BPS
from fanshare.world.story import World
from fanshare.world.truth import last_click_gains


@dataclass(frozen=True, slots=True)
class Trick:
    """What a trick brought: under last click, here, of it still being checked, and what it could bring at most."""

    title: str
    orders: int
    last_click: Micros
    gained: Micros
    held: Micros
    limit: Micros

    @property
    def bounded(self) -> bool:
        """Whether it brought no more than it may."""
        return self.gained <= self.limit


def tricks(world: World, market: Market, rows: Sequence[ShareRow]) -> list[Trick]:
    """What every trick brought, by the shares of its orders."""
    by_order: dict[str, list[ShareRow]] = defaultdict(list)
    for row in rows:
        by_order[row.order].append(row)
    elsewhere = last_click_gains(world)
    found = []
    for cheat in world.cheats:
        numbers = [str(order.number) for order in world.purchases if order.cheat == cheat.key]
        parties = {_party(market, kind, key) for kind, key in cheat.parties}
        theirs = [row for number in numbers for row in by_order[number] if row.party in parties]
        held = sum(row.amount for row in theirs if row.bucket == "held")
        gained = sum(row.amount for row in theirs) - held
        limit = _limit(world, market, cheat, by_order, numbers)
        found.append(Trick(cheat.title, len(numbers), elsewhere[cheat.key], gained, held, limit))
    return found


def _party(market: Market, kind: str, key: int) -> int:
    return market.creators[key] if kind == "creator" else market.fans[key]


def _limit(
    world: World, market: Market, cheat: Cheat, by_order: Mapping[str, Sequence[ShareRow]], numbers: Sequence[str]
) -> Micros:
    if cheat.limit is Limit.NOTHING:
        return 0
    kind, key = cheat.parties[0]
    creator = key if kind == "creator" else next(fan.creator for fan in world.fans if fan.key == key)
    fan_bps = world.choices.get(creator, FAN_BPS)
    pools = [sum(row.amount for row in by_order[one] if row.creator == market.creators[creator]) for one in numbers]
    if cheat.limit is Limit.COMMISSION:
        return sum(pools)
    if cheat.limit is Limit.FIRST_BUYER:
        first = min(
            (order for order in world.purchases if order.cheat == cheat.key),
            key=lambda order: order.placed_at(world.days),
        )
        pools = [pools[numbers.index(str(first.number))]]
    return sum(basis_points(pool, fan_bps) for pool in pools)


def pay_out(opened: Installation, tenant: Tenant, minimum_cents: int) -> Counter[str]:
    """Pay everybody with so much ready: most of it arrives, one payout comes back, the last are still under way."""
    programme = opened.programme(tenant, "demo")
    now = opened.clock()
    set_rule(programme.access, tenant.currency, from_minor_units(minimum_cents, tenant.currency), None)
    run, _ = payout_runs.plan(programme, "demo", now)
    payout_runs.approve(programme, run, "demo", now)
    sent = [row.item for row in payout_runs.send(programme, run, "demo", now) if row.item.frozen]
    sums: Counter[str] = Counter()
    told = []
    for place, item in enumerate(sent):
        assert item.frozen is not None
        if place >= len(sent) - 3:
            sums["under way"] += item.amount
        elif place == 0 and len(sent) > 4:
            told.append(Told(item.frozen.key, Answer(Said.CAME_BACK, now), "The account is closed."))
            sums["came back"] += item.amount
        else:
            told.append(Told(item.frozen.key, Answer(Said.ARRIVED, now)))
            sums["arrived"] += item.amount
    payout_runs.tell(programme, run, told, "demo", now)
    sums["payouts"] = len(sent)
    return sums


def state(opened: Installation, tenant: Tenant, party: int, file: Path) -> bool:
    """Write a party's statement, and check it twice: with our own code, and with the stand-alone program."""
    signer = opened.signer(tenant)
    statement: Any = make_statement(opened.programme(tenant, "demo"), tenant, signer, party, opened.clock())
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(statement, ensure_ascii=False, indent=1) + "\n", "utf-8")
    ours = verify(statement, verify_signature, trusted_keys=list(signer.keys)).ok
    key = str(signer.keys[-1])
    command = [sys.executable, "-I", fanshare_verify.__file__, "--key", key, str(file)]
    alone = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # our own program
    return ours and alone.returncode == 0
