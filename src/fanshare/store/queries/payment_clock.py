"""What the clock of a share is read from: since when it is ready, which runs paid its owner, what left otherwise."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import LiteralString

from fanshare.core.instants import Instant
from fanshare.core.payment_clock import Step, Taker, Wait, Waiting
from fanshare.core.payout_item import State
from fanshare.core.set_aside import Aside, Code, Lot, of_codes
from fanshare.store.access import Access
from fanshare.store.queries.turns import Pair, others

# From waiting or being checked it comes to ready at once; what never waited is ready since it was booked first.
_SINCE: LiteralString = """
       (SELECT coalesce(max(t.at) FILTER (WHERE d.kind <> 'owed'), min(t.at))
          FROM transfer t
          JOIN account c ON c.programme_id = t.programme_id AND c.id = t.credit_account_id
          JOIN account d ON d.programme_id = t.programme_id AND d.id = t.debit_account_id
         WHERE t.programme_id = p.programme_id AND t.order_id = p.order_id
           AND t.creator_party_id = p.creator_party_id AND t.role = p.role AND t.kind = 'settle'
           AND t.party_id IS NOT DISTINCT FROM p.party_id AND c.kind = 'available')"""
_READ_OF: LiteralString = """
SELECT p.id, NULL, {}, NULL, false, NULL, NULL, NULL
  FROM position p
 WHERE p.programme_id = %(programme_id)s AND p.id = ANY(%(positions)s) AND p.bucket = 'available'
 UNION ALL
(SELECT i.party_id, coalesce(i.from_currency, i.currency), r.planned_at, r.id, r.frozen_at IS NOT NULL,
       i.state, i.changed_at, r.submitted_at
   FROM payout_item i JOIN payout_run r ON r.programme_id = i.programme_id AND r.id = i.run_id
  WHERE i.programme_id = %(programme_id)s AND i.party_id = ANY(%(parties)s) AND i.state NOT IN ('failed', 'returned')
  ORDER BY r.planned_at, r.id)
"""
_READ = _READ_OF.format(_SINCE)
# A credit that an order took is what the order took, also while its code is ended because the order came to nothing.
_ASIDE = """
SELECT party_id, currency, id, state, CASE WHEN order_id IS NULL THEN amount ELSE used END, rest_of_id, created_at,
       changed_at, NULL::bigint
  FROM shop_credit WHERE programme_id = %(programme_id)s AND party_id = ANY(%(parties)s)
 UNION ALL
SELECT g.giver_party_id, g.currency, NULL, g.state, g.amount, NULL, g.given_at, g.changed_at, o.ends_at
  FROM gift g LEFT JOIN goal o ON o.programme_id = g.programme_id AND o.id = g.goal_id
 WHERE g.programme_id = %(programme_id)s AND g.giver_party_id = ANY(%(parties)s)
 ORDER BY 7, 3
"""
# Shares that were booked to what is ready after the last payment that had left by ``base``; older ones left with it.
_LOTS_OF: LiteralString = """
WITH booked AS (
    SELECT DISTINCT t.order_id, t.creator_party_id, t.role
      FROM account a JOIN transfer t ON t.programme_id = a.programme_id AND t.credit_account_id = a.id
     WHERE a.programme_id = %(programme_id)s AND a.party_id = %(party)s AND a.currency = %(currency)s
       AND a.kind = 'available' AND t.kind = 'settle' AND t.at <= %(until)s
       AND t.id > coalesce((SELECT max(l.id) FROM transfer l
                             WHERE l.programme_id = a.programme_id AND l.debit_account_id = a.id
                               AND l.kind = 'payout' AND l.at <= %(base)s), 0))
SELECT id, since, amount FROM (
    SELECT p.id, p.amount, {} AS since
      FROM booked b JOIN position p ON p.programme_id = %(programme_id)s AND p.order_id = b.order_id
           AND p.creator_party_id = b.creator_party_id AND p.role = b.role AND p.party_id = %(party)s
     WHERE p.bucket = 'available' AND p.amount > 0) one
 WHERE since > %(base)s AND since <= %(until)s
"""
_LOTS = _LOTS_OF.format(_SINCE)
# A brand that never planned a run, and has said neither an account nor a provider to pay by.
_NEVER_PAID = """
SELECT NOT EXISTS (SELECT FROM payout_run WHERE programme_id = %(programme_id)s)
   AND NOT EXISTS (SELECT FROM payout_debtor WHERE programme_id = %(programme_id)s)
   AND NOT EXISTS (SELECT FROM payout_rail WHERE programme_id = %(programme_id)s)
   AND EXISTS (SELECT FROM credit_rule WHERE programme_id = %(programme_id)s AND allowed)
"""

type Takers = dict[Pair, list[Taker]]


def read(access: Access, positions: Iterable[int], parties: Iterable[int]) -> tuple[dict[int, Instant], Takers]:
    """When shares that are ready came to be; and the payments of runs to parties, by party and currency, without what
    failed or came back.
    """
    since: dict[int, Instant] = {}
    takers: Takers = defaultdict(list)
    values = {"positions": [*positions], "parties": [*parties]}
    for id_, currency, at, run, frozen, state, changed_at, sent_at in access.fetch(_READ, values):
        if currency is not None:
            takers[id_, currency].append(Taker(run, at, frozen, State(state), changed_at, sent_at))
        elif at is not None:
            since[id_] = at
    return since, takers


def asides(access: Access, parties: Iterable[int]) -> Mapping[Pair, list[Aside]]:
    """What parties kept as codes of the shop or gave away, by party and currency."""
    codes: dict[Pair, list[Code]] = defaultdict(list)
    found: dict[Pair, list[Aside]] = defaultdict(list)
    for party, currency, id_, state, amount, rest_of, at, changed_at, ends_at in access.fetch(
        _ASIDE, {"parties": [*parties]}
    ):
        if id_ is not None:
            codes[party, currency].append(Code(id_, state, amount, rest_of, at, changed_at))
        else:
            wait = Waiting(Wait.GOAL, ends_at or 0) if state == "given" else None
            found[party, currency].append(Aside(Step.GIVEN, amount, at, changed_at, wait=wait, back=state == "back"))
    for pair, ones in codes.items():
        found[pair] += of_codes(ones)
    return found


def lots(access: Access, pair: Pair, base: Instant, until: Instant) -> list[Lot]:
    """What became ready of somebody after ``base`` and not after ``until``; what is no share has a ``place_of``."""
    values = {"party": pair[0], "currency": pair[1], "base": base, "until": until}
    found = [Lot(*row) for row in access.fetch(_LOTS, values)]
    return found + [Lot(place, at, amount) for _, at, amount, place in others(access, [pair]) if base < at <= until]


def never_paid(access: Access) -> bool:
    """Whether nothing but credit of the shop was ever given or prepared here."""
    return bool(access.value(_NEVER_PAID))
