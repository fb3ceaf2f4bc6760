"""What the codes of a shop may give. Versions are dated and logged; a code keeps the one it was made under."""

import json
from typing import Any, NamedTuple

from fanshare.core import commitments, leaves
from fanshare.core.canonical import canonical
from fanshare.core.code_plans import CodePlan, check_plan, plan_of
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.flows.context import Programme
from fanshare.flows.named import check_shop
from fanshare.store import log_store
from fanshare.store.queries import shop_codes


class PlanNow(NamedTuple):
    """The newest version of a plan, its row and its shop."""

    id: int
    connection: int
    plan: CodePlan
    since: Instant


def set_plan(programme: Programme, connection: int, plan: CodePlan, now: Instant) -> None:
    """Allow codes of a shop from now on, or change what new ones are. Raises ``BadInputError``, ``ConflictError``.

    Whether the shop can be asked to make codes is the caller's knowledge.
    """
    check_plan(plan)
    check_shop(programme.access, connection)
    document = canonical(plan.document()).decode()
    with programme.access.transaction():
        leaf = log_store.append(programme.access, [plan_leaf(programme, connection, document, now)])
        before = shop_codes.plans(programme.access, plan.name)
        if before and before[-1].since >= now:
            raise ConflictError("just_changed", "This plan was changed at this very moment; do it again.")
        shop_codes.add_plan(programme.access, connection, plan.name, document, now, leaf)


def plans(programme: Programme) -> list[PlanNow]:
    """Every plan as it is now, by name."""
    newest = {row.name: row for row in shop_codes.plans(programme.access)}
    return [_read(newest[name]) for name in sorted(newest)]


def plan_now(programme: Programme, name: str) -> PlanNow:
    """A plan as it is now. Raises ``BadInputError`` ``unknown_plan``."""
    found = shop_codes.plans(programme.access, name)
    if not found:
        known = ", ".join(each.plan.name for each in plans(programme)) or "none yet"
        raise BadInputError(
            "unknown_plan",
            "There is no plan %(name)s for codes; known are: %(known)s.",
            404,
            name=repr(name[:40]),
            known=known,
        )
    return _read(found[-1])


def plan_leaf(programme: Programme, connection: int, document: str, since: Instant) -> dict[str, Any]:
    """The log leaf of a version: a commitment to the whole document and which shop it is for."""
    whole = {"plan": document, "shop": str(connection)}
    salt = commitments.derive_salt(programme.salts, "code_plan", str(since))
    return leaves.code_plan(plan=commitments.commit(commitments.PLAN, salt, whole), since=since)


def _read(row: shop_codes.PlanRow) -> PlanNow:
    return PlanNow(row.id, row.connection, plan_of(json.loads(row.document)), row.since)
