"""Single orders, clicks and codes for tests of the rules: what isn't named is ordinary."""

from collections.abc import Sequence
from dataclasses import replace

from fanshare.core.facts import OrderFacts, OrderKey
from fanshare.core.instants import Instant, parse_rfc3339
from fanshare.core.orders import Buyer, Evidence, Line, OrderView, Status
from fanshare.core.settlement import Part
from fanshare.core.terms import Rule, Terms
from fanshare.core.touches import Touch, TouchKind

EPOCH = parse_rfc3339("2026-11-10T08:00:00Z")
UNIT = 1_000_000


def click(number: int, at: Instant, creator: int, owner: int | None = None, **changes: object) -> Touch:
    """A valid click on a link of ``creator`` (or of her fan ``owner``)."""
    touch = Touch(
        id=f"click{number:04d}",
        kind=TouchKind.LINK,
        at=at,
        creator=creator,
        owner=creator if owner is None else owner,
        asset=number,
        terms_version=1,
        fan_bps=2000,
        buyer_bps=500,
    )
    return replace(touch, **changes)  # type: ignore[arg-type]


def typed(text: str, at: Instant, creator: int, owner: int | None = None, **changes: object) -> Touch:
    """A code typed at checkout."""
    return replace(click(0, at, creator, owner), id=f"code:{text}", kind=TouchKind.CODE, **changes)  # type: ignore[arg-type]


def percent(bps: int) -> tuple[Rule, ...]:
    """One rule for everything."""
    return (Rule("all", bps=bps),)


def terms_of(*rules: Rule, version: int = 1, **changes: object) -> Terms:
    """One version of terms: 12 % of everything unless rules are given."""
    terms = Terms(version=version, effective_at=0, rules=rules or percent(1200))
    return replace(terms, **changes)  # type: ignore[arg-type]


def sale(
    number: int,
    placed_at: Instant,
    net: int,
    touches: Sequence[Touch],
    *,
    buyer: str = "",
    currency: str = "EUR",
    **changes: object,
) -> OrderFacts:
    """A paid order of one line worth ``net`` micros, as facts. Its buyer is withheld unless named."""
    view = OrderView(
        order_id=str(number),
        birth="",
        placed_at=placed_at,
        modified_at=placed_at,
        status=Status.CAPTURED,
        currency=currency,
        lines=(Line("1", net),),
        kept=(net,),
        test=False,
        fulfilled_at=None,
        country="DE",
        buyer=Buyer(email=buyer),
        evidence=Evidence(tuple(t.id for t in touches if t.kind is TouchKind.LINK), whole_path=True),
    )
    facts = OrderFacts(number, OrderKey(placed_at, 1, str(number)), view, tuple(touches), reports_fulfilment=False)
    return replace(facts, **changes)  # type: ignore[arg-type]


def only(parts: Sequence[Part]) -> Part:
    """The one part there is."""
    (part,) = parts
    return part
