"""Stage 1 of settlement: who earns which exact fraction of one order. It reads the order's own facts and no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from fanshare.core.attribution import POLICIES, Credit, Credits
from fanshare.core.facts import OrderFacts, Ruling, RulingKind
from fanshare.core.terms import SPLITTING, Policy, Terms, TermsBook
from fanshare.core.touches import Judged, Purchase, Skip, Touch, TouchKind, judge


@dataclass(frozen=True, slots=True)
class Crediting:
    """Stage 1 of one order: who earns which exact fraction, what was skipped and why.

    A release takes back an earlier denial of the same extent.
    ``denied`` maps creators (``None``: everybody) to the reason of a ruling that denies them, ``denied_lines`` maps
    order lines likewise.
    """

    credits: Credits
    judged: Judged
    denied: Mapping[int | None, str]
    denied_lines: Mapping[str, str]

    def denial(self, creator: int) -> str:
        """Why a creator's part is denied; empty when it is not."""
        return self.denied.get(creator) or self.denied.get(None, "")


def credit_order(order: OrderFacts, book: TermsBook) -> Crediting:
    """Judge the order's touches, divide the credit, then read the rulings in the order they were made.

    An exchange is judged as the order it exchanges was, at that order's time and under the terms of then.
    """
    source = order.judged
    terms = book.at(source.key.placed_at)
    payers = _payers(source, terms)
    purchase = Purchase(source.key.placed_at, payers, source.view.evidence.checkout_started_at)
    judged = judge(source.touches, purchase, window=terms.window, stand_down=terms.stand_down)
    deciding = judged.valid or _own_evidence(judged, payers)
    found = POLICIES[_policy(source, terms)](deciding, terms) if deciding else {}
    denied: dict[int | None, str] = {}
    denied_lines: dict[str, str] = {}
    for ruling in order.decisions:
        if ruling.kind is RulingKind.REASSIGNED:
            found = _reassigned(found, ruling, source, terms)
        elif ruling.kind is RulingKind.DENIED and ruling.line:
            denied_lines[ruling.line] = ruling.reason
        elif ruling.kind is RulingKind.DENIED:
            denied[ruling.creator] = ruling.reason
        elif ruling.kind is RulingKind.RELEASED and ruling.line:
            denied_lines.pop(ruling.line, None)
        elif ruling.kind is RulingKind.RELEASED:
            denied.pop(ruling.creator, None)
    return Crediting(found, judged, denied, denied_lines)


def _own_evidence(judged: Judged, payers: frozenset[int]) -> tuple[Touch, ...]:
    """A fan's own link or code, where nothing else decides: it earns neither her nor the buyer a part.

    The sale is still her creator's, unless the creator herself paid for it.
    """
    return tuple(
        replace(touch, owner=touch.creator)
        for touch, reason in judged.skipped
        if reason is Skip.OWN_PURCHASE and touch.by_fan and touch.creator not in payers
    )


def creators_of(order: OrderFacts, crediting: Crediting) -> set[int]:
    """The creators in whose scopes this order plays a part: by evidence or by credit."""
    return {touch.creator for touch in order.touches} | set(crediting.credits)


def _payers(order: OrderFacts, terms: Terms) -> frozenset[int]:
    """Parties that paid for their own evidence, as far as it was known before the share was ready."""
    ready = (order.view.fulfilled_at or order.key.placed_at) + terms.hold
    return frozenset(party for party, known_at in order.payers if known_at <= ready)


def _policy(order: OrderFacts, terms: Terms) -> Policy:
    """The policy to apply: one visible click id can't be split, so splitting policies become ``last``."""
    evidence = order.view.evidence
    if terms.policy in SPLITTING and not evidence.whole_path and len(evidence.clicks) <= 1:
        return Policy.LAST
    return terms.policy


def _reassigned(found: Credits, ruling: Ruling, order: OrderFacts, terms: Terms) -> Credits:
    """Move a creator's credit (or, if nobody has any, the whole) to the creator whom a ruling names."""
    if ruling.to_creator is None:
        return found
    moved = dict(found)
    if ruling.creator is None:
        moved, fraction = {}, Fraction(1)
    else:
        taken = moved.pop(ruling.creator, None)
        fraction = taken.fraction if taken else Fraction(1) if not found else Fraction(0)
    if fraction:
        before = moved.get(ruling.to_creator)
        touch = before.touch if before else _ruled_touch(ruling, order, terms)
        moved[ruling.to_creator] = Credit(fraction + (before.fraction if before else 0), touch)
    return moved


def _ruled_touch(ruling: Ruling, order: OrderFacts, terms: Terms) -> Touch:
    """The evidence that a ruling puts in a touch's place: at the order's own time, under the terms in force then."""
    creator = ruling.to_creator or 0
    owner = ruling.to_owner or creator
    return Touch(
        id=f"ruling:{ruling.id}",
        kind=TouchKind.CODE,
        at=order.key.placed_at,
        creator=creator,
        owner=owner,
        asset=0,
        terms_version=terms.version,
        fan_bps=terms.fan_bps,
        buyer_bps=terms.buyer_bps,
        single_use=True,
    )
