"""What must hold after a season of stories, whatever happened in them."""

import hashlib
from collections import Counter
from dataclasses import replace
from typing import Any

from fanshare.config.keys import CLICK_ID
from fanshare.core import clickid
from fanshare.core.instants import MINUTE
from fanshare.core.money import minor_units
from fanshare.flows.check import check
from fanshare.jobs.worker import log_name
from fanshare.store import books
from fanshare.store.queries.touches import HUMAN
from fanshare.store.signing import load_or_create
from tests.edge.running import KEYS
from tests.faults.sim_stage import Stage
from tests.faults.sim_story import Promises

__all__ = ["HUMAN", "judge"]

type Shares = dict[tuple[str, str], int]


def judge(stage: Stage, promises: Promises) -> list[str]:
    """What is wrong, in sentences; nothing, if everything is as promised."""
    found = [*_deliveries(stage, promises), *_clicks(stage, promises), *_money(stage, promises), *_loose_ends(promises)]
    signer = load_or_create(stage.home / "keys", log_name("shop.example", stage.tenant))
    programme = replace(stage.programme(), log_keys=signer.keys)
    found += [f"check: {one.name}: {one.offence}" for one in check(programme, promises.ended_at) if not one.ok]
    return found


def _rows(stage: Stage, query: str) -> list[tuple[Any, ...]]:
    return stage.conn.execute(query.encode()).fetchall()


def _deliveries(stage: Stage, promises: Promises) -> list[str]:
    """Every delivery that was answered with 200 is in the inbox once, and was taken."""
    kept = Counter(
        {bytes(row[0]): row[1] for row in _rows(stage, "SELECT body_hash, count(*) FROM delivery GROUP BY 1")}
    )
    wrong = []
    for body, thanks in promises.thanked.items():
        here = kept[hashlib.sha256(body).digest()]
        if not thanks <= here <= promises.arrived[body]:
            wrong.append(
                f"{thanks} times 200 for a delivery that came {promises.arrived[body]} times and is here {here} times"
            )
    states = _rows(stage, "SELECT state, reason_code, count(*) FROM delivery WHERE state <> 'done' GROUP BY 1, 2")
    wrong += [f"{count} deliveries are {state} ({reason})" for state, reason, count in states]
    accepted = _rows(stage, "SELECT coalesce(sum(accepted), 0) FROM connection_day")[0][0]
    if accepted != kept.total():
        wrong.append(f"{accepted} deliveries are counted as accepted and {kept.total()} are here")
    return wrong


def _clicks(stage: Stage, promises: Promises) -> list[str]:
    """Every click that was called counted is here once, and the counts are those of the clicks that are here."""
    rows = _rows(stage, "SELECT click_id, verdict FROM click")
    here = Counter(row[0] for row in rows)
    wrong = [f"the counted click {click} is here {here[click]} times" for click in promises.counted if here[click] != 1]
    wrong += [f"the click {click} was never given out" for click in here if click not in promises.issued]
    verdicts = Counter(row[1] for row in rows)
    counts = dict(_rows(stage, "SELECT verdict, sum(n)::bigint FROM click_day GROUP BY 1"))
    for verdict in {*verdicts, *counts} - {"bot", "preview"}:
        if counts.get(verdict, 0) != verdicts[verdict]:
            wrong.append(f"{counts.get(verdict, 0)} visits count as {verdict} and {verdicts[verdict]} are here")
    return wrong


def _money(stage: Stage, promises: Promises) -> list[str]:
    """Everybody has what the shops' orders, as they ended, give: computed anew from the terms in three lines."""
    query = (
        "SELECT o.external_id, p.role, p.amount FROM position p JOIN shop_order o"
        " ON o.programme_id = p.programme_id AND o.id = p.order_id WHERE p.amount <> 0"
    )
    booked = {(order, role): amount for order, role, amount in _rows(stage, query)}
    wanted: Shares = {}
    for order in promises.orders.values():
        wanted |= _shares(stage, order)
    wrong = [] if booked == wanted else [f"booked is {booked}, not {wanted}"]
    return wrong + _paid(stage, promises, wanted)


def _shares(stage: Stage, order: Any) -> Shares:
    click, number = next(iter(order.state.evidence.clicks), ""), order.state.order_id
    ref = clickid.read(click, KEYS.derive(CLICK_ID)) if click else None
    if ref is None or order.state.placed_at - ref.at < -5 * MINUTE:
        return {}
    link = _rows(stage, f"SELECT owner_party_id FROM link_owner WHERE link_id = {ref.link_id}")
    pool = order.kept * 12 // 100
    fan = pool * 20 // 100 if link[0][0] == stage.finn else 0
    return {key: amount for key, amount in {(number, "creator"): pool - fan, (number, "fan"): fan}.items() if amount}


def _paid(stage: Stage, promises: Promises, wanted: Shares) -> list[str]:
    wrong = []
    for party, role in ((stage.cleo, "creator"), (stage.finn, "fan")):
        earned = sum(amount for (_, of), amount in wanted.items() if of == role)
        paid = _rows(
            stage, f"SELECT coalesce(sum(amount), 0)::bigint FROM payout WHERE party_id = {party} AND state = 'final'"
        )
        if minor_units(paid[0][0], "EUR") != minor_units(earned, "EUR"):
            wrong.append(f"{role} earned {earned} and was paid {paid[0][0]}")
    if books.wrong_balances(stage.programme().access):
        wrong.append("a balance is not what its transfers say")
    return wrong


def _loose_ends(promises: Promises) -> list[str]:
    """Nothing is left to do, and nothing failed that nobody broke."""
    wrong = []
    if promises.worker_failures:
        wrong.append(f"{promises.worker_failures} jobs failed")
    if promises.edge_errors:
        wrong.append(f"{promises.edge_errors} requests failed")
    return wrong
