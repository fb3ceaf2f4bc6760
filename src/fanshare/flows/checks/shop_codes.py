"""Codes that were made in a shop or taken from a stock, against the log, their plans, and whom they count for."""

import json
from collections.abc import Iterator

from fanshare.core.canonical import canonical
from fanshare.core.code_plans import STOCK, plan_of
from fanshare.core.instants import Instant
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.code_plans import plan_leaf
from fanshare.flows.context import Programme
from fanshare.store.queries import code_audit
from fanshare.store.queries.code_audit import Made

#: A code that counts for somebody is in one of these states on its way, and ended in both records or in neither.
_COUNTING = {"confirmed": True, "ending": True, "ended": False}


def made(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Plans are what the log recorded; every code is as its plan says, and counts for whom it was made."""
    for plan in code_audit.plans(programme.access):
        expected = canonical(plan_leaf(programme, plan.connection, plan.document, plan.since)).decode()
        yield from compare(f"code_plan {plan.id}", plan.body, expected)
        yield from compare(f"code_plan {plan.id}, its name", plan.name, plan_of(json.loads(plan.document)).name)
    for row in code_audit.made(programme.access):
        where = f"shop_code {row.id}, code {row.code}, code_stock {row.stock}"
        yield from _as_planned(where, row)
        if row.code is not None:
            yield from compare(where, row.counting, row.way)
            yield from _state(where, row)
        if row.stock is not None:
            yield from compare(where, row.piece, row.given)
    for where, said in code_audit.strays(programme.access):
        yield Offence(where, said, "one code that was made in a shop or taken from a stock")


def _as_planned(where: str, row: Made) -> Iterator[Offence]:
    if row.plan is None:
        yield Offence(where, "no plan", "the plan that allows it")
        return
    plan = plan_of(row.plan)
    yield from compare(f"{where}, single use", row.single_use, plan.discount.single_use)
    from_stock = row.code is not None and plan.source == STOCK
    yield from compare(f"{where}, from a stock", row.stock is not None, from_stock)


def _state(where: str, row: Made) -> Iterator[Offence]:
    counts = _COUNTING.get(row.state)
    if counts is None or counts != (row.code_state != "ended"):
        yield Offence(where, f"{row.state} on its way, {row.code_state} for its owner", "ended in both or in neither")
