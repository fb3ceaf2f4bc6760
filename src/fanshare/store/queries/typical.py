"""What all creators and all fans of a programme have earned, as of the beginning of a day: counts and a median."""

from fanshare.core.instants import Instant
from fanshare.core.typical import Typical, typical
from fanshare.store.access import Access

_EARNED = """
SELECT kind, count(*), count(*) FILTER (WHERE earned > 0), percentile_disc(0.5) WITHIN GROUP (ORDER BY earned)
  FROM (SELECT p.kind, coalesce(sum(a.balance - i.amount + o.amount), 0) AS earned
          FROM party p
          LEFT JOIN account a ON a.programme_id = p.programme_id AND a.party_id = p.id AND a.currency = %(currency)s
          LEFT JOIN LATERAL (
               SELECT coalesce(sum(amount), 0) AS amount FROM transfer t
                WHERE t.programme_id = a.programme_id AND t.credit_account_id = a.id AND t.at >= %(day)s) i ON true
          LEFT JOIN LATERAL (
               SELECT coalesce(sum(amount), 0) AS amount FROM transfer t
                WHERE t.programme_id = a.programme_id AND t.debit_account_id = a.id AND t.at >= %(day)s) o ON true
         WHERE p.programme_id = %(programme_id)s AND p.kind IN ('creator', 'fan') AND p.erased_at IS NULL
           AND p.created_at < %(day)s
         GROUP BY p.id, p.kind) e
 GROUP BY kind
"""


def earned(access: Access, currency: str, day: Instant) -> dict[str, Typical | None]:
    """By ``creator`` and ``fan``: what may be told of them, whoever has earned nothing included."""
    rows = access.fetch(_EARNED, {"currency": currency, "day": day})
    found = {kind: typical(people, earning, int(median)) for kind, people, earning, median in rows}
    return {"creator": found.get("creator"), "fan": found.get("fan")}
