"""Who is ready to be paid: balances, what keeps them, where they would go, and in which currency."""

from collections.abc import Callable, Iterable, Sequence
from typing import LiteralString

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payout_runs import Ready, way_out
from fanshare.store.access import Access

#: What is known of balances ``a`` of parties ``p``; the fields of ``Ready``. Whether there is anything of a kind in the
#: programme at all is asked once, before it is asked of each.
_STANDING: LiteralString = """
SELECT a.party_id, a.currency, a.balance, p.erased_at IS NOT NULL,
       EXISTS (SELECT FROM payout_stop s WHERE s.programme_id = %(programme_id)s)
       AND EXISTS (SELECT FROM payout_stop s WHERE s.programme_id = %(programme_id)s AND s.party_id = a.party_id),
       EXISTS (SELECT FROM payout_item i WHERE i.programme_id = %(programme_id)s AND i.party_id = a.party_id
                  AND coalesce(i.from_currency, i.currency) = a.currency
                  AND i.state IN ('planned', 'approved', 'submitted', 'unknown', 'mismatch')
                  AND i.run_id IS DISTINCT FROM %(run)s)
       OR EXISTS (SELECT FROM payout o WHERE o.programme_id = %(programme_id)s AND o.party_id = a.party_id
                     AND o.currency = a.currency AND o.state = 'planned'),
       coalesce((SELECT max(n.usable_at) FROM payee_account n
                  WHERE n.programme_id = %(programme_id)s AND n.party_id = a.party_id AND n.currency = z.currency
                    AND n.usable_at > %(now)s AND n.undone_at IS NULL AND n.left_at IS NULL), 0),
       coalesce(t.id, 0),
       EXISTS (SELECT FROM payout_debtor d WHERE d.programme_id = %(programme_id)s
                  AND d.kind = CASE z.currency WHEN 'EUR' THEN 'iban' WHEN 'USD' THEN 'us' END),
       coalesce(t.kind, ''),
       EXISTS (SELECT FROM payout_rail l WHERE l.programme_id = %(programme_id)s)
       AND EXISTS (SELECT FROM payout_rail l WHERE l.programme_id = %(programme_id)s AND l.kind = t.kind),
       EXISTS (SELECT FROM party_leaving g WHERE g.programme_id = %(programme_id)s)
       AND EXISTS (SELECT FROM party_leaving g WHERE g.programme_id = %(programme_id)s AND g.party_id = a.party_id),
       EXISTS (SELECT FROM tax_ask k
                WHERE k.programme_id = %(programme_id)s AND k.asks <> 'nothing' AND k.without = 'wait')
       AND EXISTS (SELECT FROM tax_ask k
        WHERE k.programme_id = %(programme_id)s AND k.asks <> 'nothing' AND k.without = 'wait' AND NOT EXISTS (
               SELECT FROM tax_form f
                WHERE f.programme_id = k.programme_id AND f.party_id = a.party_id AND f.left_at IS NULL
                  AND f.refused_at IS NULL AND (f.ends_at IS NULL OR f.ends_at > %(now)s)
                  AND (k.asks = 'residence') = (f.kind = 'residence'))),
       EXISTS (SELECT FROM funding_rule f WHERE f.programme_id = %(programme_id)s),
       EXISTS (SELECT FROM party_leaving g WHERE g.programme_id = %(programme_id)s AND g.until_at <= %(now)s)
       AND EXISTS (SELECT FROM party_leaving g
                WHERE g.programme_id = %(programme_id)s AND g.party_id = a.party_id AND g.until_at <= %(now)s)
       AND NOT EXISTS (SELECT FROM account w
                        WHERE w.programme_id = %(programme_id)s AND w.party_id = a.party_id AND w.currency = a.currency
                          AND w.kind IN ('pending', 'held') AND w.balance > 0),
       EXISTS (SELECT FROM payout_hold h WHERE h.programme_id = %(programme_id)s AND h.released_at IS NULL),
       CASE WHEN z.currency = a.currency THEN '' ELSE z.currency END{}
  FROM {} a JOIN party p ON p.programme_id = a.programme_id AND p.id = a.party_id
 CROSS JOIN LATERAL (
       SELECT coalesce((SELECT c.currency FROM payee_currency c
                          JOIN payout_currency m ON m.programme_id = c.programme_id AND m.currency = c.currency
                         WHERE c.programme_id = %(programme_id)s AND c.party_id = a.party_id
                           AND NOT EXISTS (SELECT FROM funding_rule f WHERE f.programme_id = %(programme_id)s)),
                       a.currency) AS currency OFFSET 0) z
  LEFT JOIN LATERAL (
       SELECT n.id, n.kind FROM payee_account n
        WHERE n.programme_id = %(programme_id)s AND n.party_id = a.party_id AND n.currency = z.currency
          AND n.usable_at <= %(now)s AND n.undone_at IS NULL AND n.left_at IS NULL
        ORDER BY n.id DESC LIMIT 1) t ON true
"""
_READY = (
    _STANDING.format("", "account")
    + """
 WHERE a.programme_id = %(programme_id)s AND a.kind = 'available' AND (a.balance <> 0 OR %(run)s::bigint IS NOT NULL)
   AND (%(parties)s::bigint[] IS NULL OR a.party_id = ANY(%(parties)s))
 ORDER BY a.id
"""
)
_ASKED: LiteralString = """
(SELECT %(programme_id)s::bigint AS programme_id, g.party_id, g.currency, coalesce(c.balance, 0)::bigint AS balance
   FROM unnest(%(parties)s::bigint[], %(currencies)s::text[]) AS g (party_id, currency)
   LEFT JOIN account c ON c.programme_id = %(programme_id)s AND c.party_id = g.party_id AND c.currency = g.currency
                      AND c.kind = 'available')"""
_MINIMUM: LiteralString = """,
       coalesce((SELECT r.minimum FROM payout_rule r
                  WHERE r.programme_id = a.programme_id AND r.currency = a.currency), 0)::bigint"""
_STANDING_OF = _STANDING.format(_MINIMUM, _ASKED) + " WHERE a.programme_id = %(programme_id)s"
_LOCK_PARTIES = """
SELECT count(*) FROM (
       SELECT FROM party WHERE programme_id = %(programme_id)s AND id = ANY(%(parties)s) ORDER BY id FOR SHARE) l
"""
_LOCK_ACCOUNTS = """
SELECT count(*) FROM (
       SELECT FROM account
        WHERE programme_id = %(programme_id)s AND kind = 'available' AND party_id = ANY(%(parties)s)
        ORDER BY id FOR NO KEY UPDATE) l
"""


def ready(access: Access, now: Instant, *, run: int | None = None, parties: Sequence[int] | None = None) -> list[Ready]:
    """Balances that may be paid. With ``run`` the payments of that run don't count as under way."""
    return ready_later(access, now, run=run, parties=parties)()


def ready_later(
    access: Access, now: Instant, *, run: int | None = None, parties: Sequence[int] | None = None
) -> Callable[[], list[Ready]]:
    """The same, asked for now and read when it is called (``access.ahead``)."""
    found = access.later(_READY, {"run": run, "parties": parties and [*parties], "now": now})
    return lambda: [way_out(Ready(*row)) for row in found.result()]


def standing(
    access: Access, asked: Iterable[tuple[int, str]], now: Instant
) -> dict[tuple[int, str], tuple[Ready, Micros]]:
    """The same of parties in currencies, also where nothing is ready; and the smallest payment in that currency."""
    pairs = sorted(set(asked))
    values = {"parties": [one[0] for one in pairs], "currencies": [one[1] for one in pairs], "run": None, "now": now}
    return {(row[0], row[1]): (way_out(Ready(*row[:-1])), row[-1]) for row in access.fetch(_STANDING_OF, values)}


def lock_payees(access: Access, parties: Iterable[int]) -> None:
    """Keep people from being erased and their ready balances from moving, until the transaction ends."""
    values = {"parties": sorted(set(parties))}
    access.later(_LOCK_PARTIES, values)
    access.later(_LOCK_ACCOUNTS, values)
