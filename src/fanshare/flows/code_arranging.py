"""Plan codes by a form: looked at first, and said once however often the form is sent."""

from dataclasses import dataclass

from fanshare.core.code_plans import STOCK, CodePlan, check_plan
from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.flows import audit, code_stock
from fanshare.flows.code_plans import plans, set_plan
from fanshare.flows.code_stock import Brought
from fanshare.flows.connecting import Systems
from fanshare.flows.connections import Connection, connections
from fanshare.flows.context import Programme
from fanshare.store.queries import bulk_codes


@dataclass(frozen=True, slots=True)
class Place:
    """A shop that codes may count in, and whether fanshare can make them there."""

    shop: Connection
    makes: bool


@dataclass(frozen=True, slots=True)
class Arranged:
    """What a plan would be, or is: ``before`` what it was, ``changed`` whether this says anything new, ``codes`` how
    many a stock was sent, ``brought`` what became of them."""

    before: CodePlan | None
    changed: bool
    codes: int
    brought: Brought | None


def places(programme: Programme, systems: Systems) -> list[Place]:
    """The shops that a plan can be for."""
    return [Place(shop, systems.makes_codes(shop)) for shop in connections(programme) if not shop.uninstalled]


def arrange(
    programme: Programme,
    systems: Systems,
    endpoint: str,
    plan: CodePlan,
    now: Instant,
    *,
    stock: bytes = b"",
    look: bool = True,
) -> Arranged:
    """Say what codes of a shop give from now on, or with ``look`` what would change. Said again it changes nothing.

    A plan's ``stock`` is brought with it: the codes that the brand made itself. Raises ``BadInputError``
    (``unknown_connection``, ``no_codes_there``, ``bad_plan``, ``bad_discount``, ``bad_stock``, ``not_a_stock``).
    """
    check_plan(plan)
    shop, codes = _place(programme, systems, endpoint, plan).shop, code_stock.read_codes(stock) if stock else []
    if codes and plan.source != STOCK:
        raise BadInputError("not_a_stock", "Codes of this plan are made in the shop; bring none.")
    brought = None
    with programme.access.transaction():
        bulk_codes.lock(programme.access)
        before = next((one for one in plans(programme) if one.plan.name == plan.name), None)
        changed = before is None or (before.connection, before.plan) != (shop.id, plan)
        if changed and not look:
            set_plan(programme, shop.id, plan, now)
            audit.noted(programme.access, "codes.plan", now, f"{plan.name} at {shop.endpoint}")
        if codes and not look:
            brought = code_stock.bring(programme, plan.name, stock, now)
    return Arranged(None if before is None else before.plan, changed, len(codes), brought)


def _place(programme: Programme, systems: Systems, endpoint: str, plan: CodePlan) -> Place:
    found = next((one for one in places(programme, systems) if one.shop.endpoint == endpoint), None)
    if found is None:
        raise BadInputError("unknown_connection", "Say in which of your shops these codes work.")
    if plan.source != STOCK and not found.makes:
        raise BadInputError(
            "no_codes_there",
            "No codes can be made in this shop: enter its keys under Shop connections, or bring codes made there.",
        )
    return found
