"""One order explained: recomputed from the facts now, beside what was booked and logged."""

import json
from typing import TYPE_CHECKING, Any

from fanshare.cli.shapes import exact, when
from fanshare.core.crediting import Crediting, credit_order
from fanshare.core.facts import OrderFacts
from fanshare.core.sentences import sentence
from fanshare.core.settlement import Part
from fanshare.core.settlement_leaf import ROLES, own_settlement
from fanshare.core.touches import Skip, Touch, TouchKind
from fanshare.flows.accept import NOTICE
from fanshare.flows.rulings import find_order
from fanshare.flows.settle import fold
from fanshare.store.queries import listing, parts, scopes

if TYPE_CHECKING:
    from fanshare.cli.session import Desk
    from fanshare.store.books import Position
    from fanshare.store.queries.listing import PartyRow
    from fanshare.store.queries.parts import PartStory
    from fanshare.store.queries.scopes import Scope

_SKIPPED = {
    "out_of_window": "it is older than the time for which a click counts",
    "not_human": "it was a preview or a machine, not a person",
    "stood_down": "it only jumped in at the checkout",
    "own_purchase": "whoever owns it paid for this order herself",
    "not_live": "it was not live then",
    "moment_unknown": "nobody knows when it was followed, and something else is known to have happened",
}


def explain_order(desk: "Desk", number: str) -> dict[str, Any]:
    """Everything there is to say of an order, as a document. Raises ``BadInputError`` (``unknown_order``)."""
    access, book = desk.access, desk.programme.book
    with access.transaction():
        order = find_order(access, number.replace("\x00", ""))
        creators = scopes.creators_of(access, [order])
        scope = scopes.load(
            access, creators, [order], whole_period=book.needs_period, notice=NOTICE, now=desk.now, begin=book.reach
        )
        people = listing.named(access, _parties(scope))
        stories = parts.stories(access, {(order, creator) for creator in creators})
        due = listing.is_due(access, order, desk.now)
        rulings = listing.rulings(access, order=order)
        endpoints = listing.endpoints(access)
    facts = scope.facts.get(order)
    if facts is None:
        return {"order": {"number": number}, "parts": [], "skipped": [], "rulings": [], "settled": False}
    folded = fold(scope, creators, book, desk.now)
    found = [folded.parts[order, creator] for creator in sorted(creators) if (order, creator) in folded.parts]
    teller = _Teller(desk, scope, people)
    crediting = credit_order(facts, book)
    return {
        "order": _order(facts, endpoints),
        "settled": not due,
        "parts": [teller.part(part, stories.get((order, part.creator))) for part in found],
        "skipped": teller.skipped(crediting),
        "rulings": [
            {"kind": row.kind, "reason": row.reason, "until": when(row.until), "at": when(row.at)} for row in rulings
        ],
    }


def _parties(scope: "Scope") -> set[int]:
    """Everybody whom the facts of a scope name."""
    found = {party for key in scope.positions for party in (key.creator, key.party) if party is not None}
    for facts in scope.facts.values():
        found |= {party for touch in facts.touches for party in (touch.creator, touch.owner)}
        for ruling in facts.rulings:
            found |= {party for party in (ruling.to_creator, ruling.to_owner) if party is not None}
    return found


def _order(facts: OrderFacts, endpoints: dict[int, str]) -> dict[str, Any]:
    view = facts.view
    return {
        "number": facts.key.external_id,
        "connection": endpoints[facts.key.connection_id],
        "status": view.status.value,
        "test": view.test,
        "placed_at": when(view.placed_at),
        "fulfilled_at": when(view.fulfilled_at),
        "currency": view.currency,
        "goods": exact(view.net),
        "estimated": view.estimated,
        "waiting_for_a_click": facts.waiting,
        "buyer_known": bool(view.buyer.identity),
        "clicks": list(view.evidence.clicks),
        "codes": list(view.evidence.codes),
        "lines": [
            {"id": line.id, "sold": exact(line.net), "kept": exact(kept)}
            for line, kept in zip(view.lines, view.kept, strict=True)
        ],
    }


class _Teller:
    """Puts names to numbers."""

    def __init__(self, desk: "Desk", scope: "Scope", people: "dict[int, PartyRow]") -> None:
        self._desk, self._scope, self._people = desk, scope, people

    def part(self, part: Part, story: "PartStory | None") -> dict[str, Any]:
        """One creator's part: recomputed, with what was logged and where the money is."""
        touch, introducer = part.credit.touch, part.standing.introduced_by
        return {
            "creator": self._name(part.creator),
            "credit": str(part.credit.fraction),
            "commission_before_caps": exact(part.uncapped),
            "commission": exact(part.pool),
            "currency": part.currency,
            "shares": {role: exact(amount) for role, amount in part.shares._asdict().items()},
            "fan": None if part.fan is None else self._name(part.fan),
            "terms": {"version": part.terms.version, "hash": part.terms.hash},
            "decided_by": self._touch(touch),
            "introduced_by": None if introducer is None else self._touch(introducer),
            "new_buyer": part.standing.new_buyer,
            "lines": [
                {"id": line.line_id, "rule": line.rule_id, "kind": line.kind, "kept": exact(line.net)}
                for line in part.lines
            ],
            "caps": [
                {"per": step.level.value, "period": step.period, "cap": exact(step.cap), "leaves": exact(step.after)}
                for step in part.caps
                if step.cap is not None
            ],
            "matures_at": when(part.matures_at),
            "hold": None if part.hold is None else {"until": when(part.hold.until), "reason": part.hold.reason},
            "denied": part.denied or None,
            "sentences": _sentences(story),
            "settlement": None if story is None else story.seq,
            "positions": [
                self._position(one)
                for key, one in sorted(self._scope.positions.items(), key=lambda item: ROLES.index(item[0].role))
                if key.order == part.order_id and key.creator == part.creator
            ],
        }

    def skipped(self, crediting: Crediting) -> list[dict[str, Any]]:
        """Evidence that did not count, and why."""
        return [
            {**self._touch(touch), "reason": reason.value, "sentence": f"{_what(touch)} did not count: {_why(reason)}."}
            for touch, reason in crediting.judged.skipped
        ]

    def _position(self, one: "Position") -> dict[str, Any]:
        return {
            "role": one.key.role,
            "party": None if one.key.party is None else self._name(one.key.party),
            "amount": exact(one.placed.amount),
            "where": str(one.placed.bucket),
            "matures_at": when(one.matures_at),
            "held_until": when(one.held_until),
            "why": self._desk.address(f"/why/{one.why_token}"),
        }

    def _touch(self, touch: Touch) -> dict[str, Any]:
        return {
            "id": touch.id,
            "kind": touch.kind.value,
            "at": when(touch.at),
            "creator": self._name(touch.creator),
            "owner": self._name(touch.owner),
            "by_fan": touch.by_fan,
        }

    def _name(self, party: int) -> str:
        row = self._people[party]
        return row.slug or row.public_id


def _what(touch: Touch) -> str:
    return {TouchKind.CODE: "A code", TouchKind.OLD_LINK: "An old link"}.get(touch.kind, "A click")


def _why(reason: Skip) -> str:
    return _SKIPPED.get(reason.value, reason.value.replace("_", " "))


def _sentences(story: "PartStory | None") -> dict[str, str]:
    """The sentences of the newest settlement in the log, by role."""
    if story is None:
        return {}
    settlement = own_settlement(json.loads(story.body))
    return {role: text for role in ROLES if (text := sentence(settlement, role))}


def lines(document: dict[str, Any]) -> list[str]:
    """The same for people."""
    order = document["order"]
    if "currency" not in order:
        return [f"Order {order['number']} has been heard of, but no state of it was accepted yet."]
    unit = order["currency"]
    found = [f"Order {order['number']}: {order['status']}, goods kept {order['goods']} {unit}."]
    found += ["Refund lines are not known yet, so the figures are estimates."] if order["estimated"] else []
    found += ["It names a click that has not arrived yet."] if order["waiting_for_a_click"] else []
    found += [] if document["settled"] else ["It is waiting to be settled; what follows is what it will be."]
    for part in document["parts"]:
        found += _part_lines(part, unit)
    if not document["parts"]:
        found.append("Nobody's link or code brought it, so nobody earns on it.")
    found += [one["sentence"] for one in document["skipped"]]
    found += [f"Decision: {one['kind']}: {one['reason']}" for one in document["rulings"]]
    return found


def _part_lines(part: dict[str, Any], unit: str) -> list[str]:
    found = [
        "",
        f"{part['creator']}: commission {part['commission']} {unit} (terms version {part['terms']['version']})",
    ]
    found += [f"  {role}: {text}" for role, text in part["sentences"].items()]
    for one in part["positions"]:
        until = f", held until {one['held_until']}" if one["held_until"] else ""
        ready = f", ready {one['matures_at']}" if one["where"] == "pending" and one["matures_at"] else ""
        found.append(f"  {one['role']} {one['amount']} {unit}: {one['where']}{until}{ready}; {one['why']}")
    return found
