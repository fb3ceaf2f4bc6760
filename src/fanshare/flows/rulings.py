"""Rulings: a person's decision about an order, as a fact that settlement reads like any other.

Nothing is confiscated silently: a hold has a reason and a date on which it releases itself; a denial takes back what
has not been paid and says why; every ruling is in the log, can be appealed against (``fanshare.flows.appeals``) and be
answered by a later one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString, NamedTuple

from fanshare.core import commitments, leaves
from fanshare.core.claims import bare
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, Instant
from fanshare.flows import debts, unclaimed
from fanshare.flows.appeals import check_answer
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.named import check_order, check_parties
from fanshare.store import log_store
from fanshare.store.access import Access
from fanshare.store.queries import appeals, exchanges, reassigning
from fanshare.store.queries.orders import OrderRows

KINDS = ("denied", "reassigned", "held", "released", "upheld", "merged", "absorbed")
LONGEST_HOLD = 90 * DAY
LONGEST_REASON = 2_000

_INSERT = """
INSERT INTO ruling (programme_id, kind, order_id, creator_party_id, party_id, to_creator_party_id, to_party_id, line_id,
                    reason, evidence, until_at, decided_by, at, leaf_index)
VALUES (%(programme_id)s, %(kind)s, %(order)s, %(creator)s, %(party)s, %(to_creator)s, %(to_party)s, %(line)s,
        %(reason)s, %(evidence)s::jsonb, %(until)s, %(decided_by)s, %(at)s, %(leaf)s)
RETURNING id
"""
_AVAILABLE = """
SELECT balance FROM account
 WHERE programme_id = %(programme_id)s AND kind = 'available' AND party_id = %(party)s AND currency = %(currency)s
   FOR NO KEY UPDATE
"""
_CLAIM = """
UPDATE shop_order SET buyer_party_id = %(party)s
 WHERE programme_id = %(programme_id)s AND id = %(order)s AND buyer_party_id IS NULL
"""

# Ids of digits alone have no case and no sign before them (migration 0209 has an index of the others).
_FOLDED: LiteralString = "lower(rtrim(ltrim({0}, E'# \\t\\r\\n'), E' \\t\\r\\n'))"
# Each way of matching has an index of its own; which of what is found is meant is asked of these alone.
_NEAR: LiteralString = """
SELECT s.id FROM connection c
 CROSS JOIN LATERAL (SELECT id FROM shop_order WHERE programme_id = c.programme_id AND connection_id = c.id
                        AND external_id = ANY(%(exact)s::text[])
                      UNION ALL
                     SELECT id FROM shop_order WHERE programme_id = c.programme_id AND connection_id = c.id
                        AND number IS NOT NULL AND number = ANY(%(numbers)s::bigint[])) s
 WHERE c.programme_id = %(programme_id)s
 UNION
SELECT id FROM shop_order WHERE programme_id = %(programme_id)s AND external_id !~ '^[0-9]+$'
   AND @own IN (lower(%(number)s), lower(%(behind)s))
""".replace("@own", _FOLDED.format("external_id"))
_BY_NUMBER: LiteralString = """
SELECT o.id, c.endpoint, o.external_id, o.external_id = ANY(%(exact)s::text[]) FROM shop_order o
  JOIN connection c ON c.programme_id = o.programme_id AND c.id = o.connection_id
 WHERE o.programme_id = %(programme_id)s AND o.id = ANY(%(near)s::bigint[])
   AND (o.external_id = ANY(%(spelled)s::text[]) OR o.number = %(printed)s
        OR (o.external_id !~ '^[0-9]+$' AND @own = lower(%(number)s))
        OR ((o.external_id = ANY(%(spelled_behind)s::text[]) OR o.number = %(printed_behind)s
             OR (o.external_id !~ '^[0-9]+$' AND @own = lower(%(behind)s)))
            AND lower(c.endpoint) = lower(%(endpoint)s)))
""".replace("@own", _FOLDED.format("o.external_id"))


@dataclass(frozen=True, slots=True)
class NewRuling:
    """A decision to write down. ``until`` is needed for a hold, and only there."""

    kind: str
    reason: str
    order: int | None = None
    creator: int | None = None
    party: int | None = None
    line: str | None = None
    to_creator: int | None = None
    to_party: int | None = None
    until: Instant | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    #: Who decided, where it is not the one who acts: ``provider:stripe``.
    by: str = ""
    #: The appeals about this order that it answers.
    answers: tuple[int, ...] = ()


def rule(programme: Programme, new: NewRuling, now: Instant) -> int:
    """Write a ruling down, log it, and have its order settled again; returns its id. Raises ``BadInputError``."""
    check(programme, new, now)
    access = programme.access
    with access.transaction():
        check_answer(programme, new.answers, new.order)
        if new.to_creator is not None and new.order is not None:
            reassigning.join_scope(access, new.to_creator, exchanges.heirs(access, [new.order]))
        if new.order is not None:
            rows = OrderRows(access)
            rows.due([new.order], now, "ruling")
            if new.until is not None:
                rows.due([new.order], new.until, "hold ends")
        return _write(programme, new, now)  # last of all, because it locks the log


def record(programme: Programme, new: NewRuling, now: Instant) -> int:
    """Write down a ruling that changes nobody's share of the order itself; returns its id. Raises ``BadInputError``."""
    check(programme, new, now)
    with programme.access.transaction():
        return _write(programme, new, now)


def check(programme: Programme, new: NewRuling, now: Instant) -> None:
    """Refuse a decision that can't be made, or names who or what is not there. Raises ``BadInputError``."""
    _check(new, now)
    _check_named(programme.access, new)


def absorb_debt(programme: Programme, party: int, currency: str, reason: str, now: Instant) -> int:
    """The brand takes a party's negative balance upon itself; returns the micros absorbed (0: there was no debt).

    What an erased party had left unclaimed goes against the debt first.
    """
    access = programme.access
    with access.transaction():
        debts.lock_first(programme)
        unclaimed.sweep(programme, now, party)
        debt = -int(access.value(_AVAILABLE, {"party": party, "currency": currency}) or 0)
        if debt <= 0:
            return 0
        debts.take_upon(programme, party, currency, debt, now)
        _write(programme, NewRuling("absorbed", reason, party=party), now)
    return debt


def claim_order(programme: Programme, order: int, party: int, now: Instant) -> bool:
    """A buyer has proved that an order is hers: her part moves from unclaimed to her. False when it was claimed.

    Raises ``BadInputError`` (``unknown_party``).
    """
    access = programme.access
    check_parties(access, {party})
    with access.transaction():
        if access.execute(_CLAIM, {"order": order, "party": party}).rowcount == 0:
            return False
        OrderRows(access).due([order], now, "claimed")
    return True


def find_order(access: Access, number: str) -> int:
    """The id of an order by the shop's id of it or by the number that its buyer was told, such as 1001 of Shopify.

    In whatever case it was typed, with or without a ``#`` before it and blanks around. Where several orders match, it
    is ``<endpoint>/<number>``; in one shop the spelling that is exactly an order's own id goes before all others.

    Raises ``BadInputError`` (``unknown_order``, ``several_orders``).
    """
    rows = _numbered(access, number)
    if not rows:
        raise BadInputError(
            "unknown_order",
            "No order has the number %(number)s in this programme.",
            404,
            number=repr(bare(number)[:60]),
        )
    if len(rows) > 1:
        choices = " or ".join(_choice(one, rows, number) for one in rows[:5])
        raise BadInputError("several_orders", "Several orders have that number: say %(choices)s.", choices=choices)
    return rows[0].order


class _Numbered(NamedTuple):
    """An order that a number fits. ``exact``: it is the order's own id, letter by letter."""

    order: int
    shop: str
    own_id: str
    exact: bool


def _numbered(access: Access, typed: str) -> list[_Numbered]:
    """Orders of a number with their shops. In one shop an order's own id goes before another one's printed number."""
    number = bare(typed)
    endpoint, _, after = number.partition("/")
    behind = bare(after)
    spelled, spelled_behind = [typed.strip(), number], [after.strip(), behind] if behind else []
    values: dict[str, Any] = {
        "exact": [*spelled, *spelled_behind],
        "number": number or None,
        "spelled": spelled,
        "printed": _printed(number),
        "endpoint": endpoint.strip(),
        "behind": behind or None,
        "spelled_behind": spelled_behind,
        "printed_behind": _printed(behind),
    }
    numbers = [one for one in (values["printed"], values["printed_behind"]) if one is not None]
    near = [row[0] for row in access.fetch(_NEAR, {**values, "numbers": numbers})]
    rows = [_Numbered(*row) for row in access.fetch(_BY_NUMBER, {**values, "near": near})] if near else []
    exact = {one.shop for one in rows if one.exact}
    return [one for one in rows if one.exact or one.shop not in exact]


def _choice(one: _Numbered, rows: Sequence[_Numbered], number: str) -> str:
    """How one of several is named: by its shop, or by its own id too where one shop has several."""
    alone = sum(other.shop == one.shop for other in rows) == 1
    return f"{one.shop}/{bare(number)[:60] if alone else one.own_id[:60]}"


def _printed(number: str) -> int | None:
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 15 else None


def _check(new: NewRuling, now: Instant) -> None:
    if new.kind not in KINDS:
        raise BadInputError("bad_ruling", "A ruling is one of %(known)s.", known=", ".join(KINDS))
    if not new.reason.strip():
        raise BadInputError("reason_missing", "A decision needs a reason that the people concerned will read.")
    if len(new.reason) > LONGEST_REASON or "\x00" in new.reason:
        raise BadInputError("bad_reason", "A reason has at most %(most)s characters; shorten it.", most=LONGEST_REASON)
    if (new.kind == "held") != (new.until is not None):
        raise BadInputError("hold_without_end", "A hold, and only a hold, names the date on which it releases itself.")
    if new.until is not None and not now < new.until <= now + LONGEST_HOLD:
        raise BadInputError("bad_hold_end", "A hold ends between now and 90 days from now.")
    if new.kind == "reassigned" and new.to_creator is None:
        raise BadInputError("nobody_named", "Say to which creator the sale is reassigned.")
    if new.kind == "merged" and None in (new.party, new.to_party):
        raise BadInputError("nobody_named", "Say whose accounts are merged, and into whose.")
    if new.kind == "upheld" and not new.answers:
        raise BadInputError("appeal_missing", "Say which appeals are answered by leaving things as they are.")
    if new.kind != "merged" and new.order is None:
        raise BadInputError("order_missing", "Say which order the decision is about.")


def _check_named(access: Access, new: NewRuling) -> None:
    """Raises ``BadInputError`` (``unknown_party``, ``unknown_order``) for somebody or an order that is not there."""
    parties = {new.creator, new.party, new.to_creator, new.to_party} - {None}
    check_parties(access, {party for party in parties if party is not None})
    check_order(access, new.order)


def _write(programme: Programme, new: NewRuling, now: Instant) -> int:
    access = programme.access
    if not new.by:
        noted(access, "ruling.add", now, f"{new.kind}, order {new.order}" if new.order else new.kind)
    whole = {
        "kind": new.kind,
        "reason": new.reason,
        "evidence": json.dumps(new.evidence, sort_keys=True),
        "decided_by": new.by or access.actor,
        "order": new.order,
        "creator": new.creator,
        "party": new.party,
        "line": new.line,
        "to_creator": new.to_creator,
        "to_party": new.to_party,
    }
    told = answering(whole, new.answers)
    leaf = log_store.append(access, [ruling_leaf(programme, told, new.until, now)])
    made = int(access.value(_INSERT, {**whole, "until": new.until, "at": now, "leaf": leaf}))
    appeals.answer(access, new.answers, made)
    return made


def answering(whole: Mapping[str, Any], answers: Sequence[int]) -> dict[str, Any]:
    """What a ruling says in full, with the appeals that it answers."""
    return {**whole, "answers": sorted(map(str, answers))} if answers else dict(whole)


def ruling_leaf(programme: Programme, whole: Mapping[str, Any], until: Instant | None, at: Instant) -> dict[str, Any]:
    """The log leaf of a ruling: what it says in full is a commitment under the programme's salts."""
    salt = commitments.derive_salt(programme.salts, "ruling", str(whole["kind"]), str(whole["order"]), str(at))
    commitment = commitments.commit(commitments.RULING, salt, whole)
    code = json.loads(whole["evidence"]).get("code", whole["kind"])
    return leaves.ruling(ruling=commitment, verb=whole["kind"], reason=str(code), until=until, at=at)
