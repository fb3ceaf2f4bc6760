"""What a party is told by mail: found in the books, kept once, and read again when the mail is written."""

from collections.abc import Sequence
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

# Whoever has an address and wants to be told; a change of terms is told to everybody who has one.
_READERS: LiteralString = """
WITH reader AS (
    SELECT p.id FROM party p
      JOIN vault_item v ON v.programme_id = p.programme_id AND v.person_id = p.person_id AND v.kind = 'email'
      LEFT JOIN mail_choice c ON c.programme_id = p.programme_id AND c.party_id = p.id
     WHERE p.programme_id = %(programme_id)s AND p.kind IN ('creator', 'fan') AND p.erased_at IS NULL
       AND (%(everybody)s OR (c.stopped_at IS NULL AND coalesce(c.news, 'daily') <> 'never'))
)
"""
_INTO: LiteralString = (
    _READERS + " INSERT INTO party_news (programme_id, party_id, kind, ref, mark, at, mailed_at) SELECT "
)
_ONCE: LiteralString = " ON CONFLICT DO NOTHING"
# A first sale of long ago is no news: it is kept as told.
_FIRST_SALES = (
    _INTO  # noqa: S608 - every part is a constant of this module
    + """
       f.programme_id, r.id, 'first_sale', f.id, 0, f.at, CASE WHEN f.at < %(since)s THEN f.at END
  FROM reader r CROSS JOIN LATERAL (
       SELECT s.programme_id, s.id, h.settled_at AS at FROM position s
         JOIN part_history h ON h.programme_id = s.programme_id AND h.order_id = s.order_id
                            AND h.creator_party_id = s.creator_party_id
        WHERE s.programme_id = %(programme_id)s AND s.party_id = r.id AND s.amount > 0
        ORDER BY s.order_id, h.seq LIMIT 1) f
 WHERE NOT EXISTS (SELECT FROM party_news n WHERE n.programme_id = %(programme_id)s AND n.party_id = r.id
                      AND n.kind = 'first_sale')"""
    + _ONCE
)
_CHECKS = (
    _INTO
    + """
       s.programme_id, s.party_id, 'check', s.id, s.held_until, %(now)s, NULL
  FROM position s JOIN reader r ON r.id = s.party_id
 WHERE s.programme_id = %(programme_id)s AND s.bucket = 'held' AND s.held_until IS NOT NULL AND s.amount > 0"""
    + _ONCE
)
_CHECKS_OVER = (
    _INTO
    + """
       n.programme_id, n.party_id, 'check_over', n.ref, max(n.mark), %(now)s, NULL
  FROM party_news n JOIN reader r ON r.id = n.party_id
  JOIN position s ON s.programme_id = n.programme_id AND s.id = n.ref AND s.bucket <> 'held'
 WHERE n.programme_id = %(programme_id)s AND n.kind = 'check' AND NOT EXISTS (
       SELECT FROM party_news o WHERE o.programme_id = n.programme_id AND o.party_id = n.party_id
          AND o.kind = 'check_over' AND o.ref = n.ref AND o.mark >= n.mark)
 GROUP BY n.programme_id, n.party_id, n.ref"""
    + _ONCE
)
# A denial at once, without a check before it.
_DENIALS = (
    _INTO
    + """
       s.programme_id, s.party_id, 'check_over', s.id, d.id, d.at, NULL
  FROM ruling d
  JOIN position s ON s.programme_id = d.programme_id AND s.order_id = d.order_id AND s.amount = 0
                 AND s.creator_party_id = coalesce(d.creator_party_id, s.creator_party_id)
  JOIN reader r ON r.id = s.party_id
 WHERE d.programme_id = %(programme_id)s AND d.kind = 'denied' AND d.at >= %(since)s AND d.line_id IS NULL
   AND NOT EXISTS (SELECT FROM party_news n WHERE n.programme_id = s.programme_id AND n.party_id = s.party_id
                      AND n.kind = 'check' AND n.ref = s.id)"""
    + _ONCE
)
_CLAIMS = (
    _INTO
    + """
       c.programme_id, c.party_id, 'claim', c.id, 0, a.at, NULL
  FROM claim_answer a JOIN claim c ON c.programme_id = a.programme_id AND c.id = a.claim_id
  JOIN reader r ON r.id = c.party_id
 WHERE a.programme_id = %(programme_id)s AND a.at >= %(since)s"""
    + _ONCE
)
_OBJECTIONS = (
    _INTO
    + """
       a.programme_id, a.party_id, 'objection', a.id, 0, d.at, NULL
  FROM appeal_answer w JOIN appeal a ON a.programme_id = w.programme_id AND a.id = w.appeal_id
  JOIN ruling d ON d.programme_id = w.programme_id AND d.id = w.ruling_id
  JOIN reader r ON r.id = a.party_id
 WHERE w.programme_id = %(programme_id)s AND d.at >= %(since)s"""
    + _ONCE
)
_PAYOUTS = (
    _INTO
    + """
       e.programme_id, p.party_id, 'payout', e.id, 0, e.at, NULL
  FROM payout_event e JOIN payout p ON p.programme_id = e.programme_id AND p.id = e.payout_id
  JOIN reader r ON r.id = p.party_id
 WHERE e.programme_id = %(programme_id)s AND e.at >= %(since)s AND e.state IN ('in_transit', 'returned')
   AND NOT EXISTS (SELECT FROM payout_exchange x
                    WHERE x.programme_id = e.programme_id AND e.payout_id IN (x.payout_id, x.got_payout_id))"""
    + _ONCE
)
_TERMS = (
    _INTO
    + """
       t.programme_id, r.id, 'terms', t.version, 0, t.logged_at, NULL
  FROM terms t CROSS JOIN reader r
 WHERE t.programme_id = %(programme_id)s AND t.version > 1 AND t.logged_at >= %(since)s AND t.effective_at > %(now)s"""
    + _ONCE
)
_DUE = """
SELECT n.party_id FROM party_news n
  JOIN party p ON p.programme_id = n.programme_id AND p.id = n.party_id AND p.erased_at IS NULL
  LEFT JOIN mail_choice c ON c.programme_id = n.programme_id AND c.party_id = n.party_id
 WHERE n.programme_id = %(programme_id)s AND n.mailed_at IS NULL
   AND (n.kind = 'terms' OR (c.stopped_at IS NULL AND coalesce(c.news, 'daily') <> 'never'))
   AND ((p.kind = 'creator' AND c.news = 'at_once')
        OR (%(morning)s AND coalesce(c.news_at, 0) < %(day)s AND (p.kind = 'creator' OR n.at < %(day)s)))
 GROUP BY n.party_id ORDER BY n.party_id LIMIT %(most)s
"""
_MAILED = """
UPDATE party_news n SET mailed_at = %(now)s FROM party p
 WHERE n.programme_id = %(programme_id)s AND n.party_id = ANY(%(parties)s) AND n.mailed_at IS NULL
   AND p.programme_id = n.programme_id AND p.id = n.party_id AND (p.kind = 'creator' OR n.at < %(day)s)
"""
_TOLD = """
INSERT INTO mail_choice (programme_id, party_id, news_at)
SELECT %(programme_id)s, party, %(now)s FROM unnest(%(parties)s::bigint[]) AS told (party)
ON CONFLICT (programme_id, party_id) DO UPDATE SET news_at = excluded.news_at
"""
_PIECES = """
SELECT n.kind, n.at, n.mark, coalesce(o.placed_at, 0), coalesce(s.amount, e.amount, 0),
       coalesce(s.currency, e.currency, ''), coalesce(s.bucket, ''), s.matures_at, coalesce(s.why_token, ''),
       coalesce(a.accepted, false), coalesce(v.state, ''), coalesce(t.effective_at, 0)
  FROM party_news n
  LEFT JOIN position s ON n.kind IN ('first_sale', 'check', 'check_over')
        AND s.programme_id = n.programme_id AND s.id = n.ref
  LEFT JOIN appeal b ON n.kind = 'objection' AND b.programme_id = n.programme_id AND b.id = n.ref
  LEFT JOIN shop_order o ON o.programme_id = n.programme_id AND o.id = coalesce(s.order_id, b.order_id)
  LEFT JOIN claim_answer a ON n.kind = 'claim' AND a.programme_id = n.programme_id AND a.claim_id = n.ref
  LEFT JOIN payout_event v ON n.kind = 'payout' AND v.programme_id = n.programme_id AND v.id = n.ref
  LEFT JOIN payout e ON e.programme_id = v.programme_id AND e.id = v.payout_id
  LEFT JOIN terms t ON n.kind = 'terms' AND t.programme_id = n.programme_id AND t.version = n.ref
 WHERE n.programme_id = %(programme_id)s AND n.party_id = %(party)s AND n.mailed_at = %(mailed)s
 ORDER BY n.at, n.kind, n.ref LIMIT %(most)s
"""
_FORGET = """
DELETE FROM party_news WHERE programme_id = %(programme_id)s AND mailed_at < %(before)s
   AND kind NOT IN ('first_sale', 'check', 'check_over')
"""
_CHOICE = """
SELECT news, language, stopped_at FROM mail_choice WHERE programme_id = %(programme_id)s AND party_id = %(party)s
"""
_CHOOSE = """
INSERT INTO mail_choice (programme_id, party_id, news, stopped_at)
VALUES (%(programme_id)s, %(party)s, %(news)s, %(stopped_at)s)
ON CONFLICT (programme_id, party_id) DO UPDATE SET news = excluded.news, stopped_at = excluded.stopped_at
"""
_SPEAK = """
INSERT INTO mail_choice (programme_id, party_id, language) VALUES (%(programme_id)s, %(party)s, %(language)s)
ON CONFLICT (programme_id, party_id) DO UPDATE SET language = excluded.language
"""
_READ = """
INSERT INTO mail_choice (programme_id, party_id, time_zone, currency)
SELECT %(programme_id)s, %(party)s, coalesce(%(zone)s::text, ''), coalesce(%(currency)s::text, '')
ON CONFLICT (programme_id, party_id) DO UPDATE
   SET time_zone = coalesce(%(zone)s::text, mail_choice.time_zone),
       currency = coalesce(%(currency)s::text, mail_choice.currency)
"""
_FORGET_READING = """
UPDATE mail_choice SET time_zone = '', currency = ''
 WHERE programme_id = %(programme_id)s AND party_id = ANY(%(parties)s) AND (time_zone, currency) <> ('', '')
"""


class Piece(NamedTuple):
    """One thing to tell, with what its row says now. ``placed_at`` is 0 where it is about no order."""

    kind: str
    at: Instant
    mark: int
    placed_at: Instant
    amount: Micros
    currency: str
    bucket: str
    matures_at: Instant | None
    why_token: str
    accepted: bool
    state: str
    effective_at: Instant


class MailChoice(NamedTuple):
    """How soon she is told (``daily``, ``at_once``, ``never``), in which language (empty: not chosen), and since when
    she gets no mail at all."""

    news: str = "daily"
    language: str = ""
    stopped_at: Instant | None = None


def gather(access: Access, since: Instant, now: Instant) -> int:
    """Find what happened ``since`` that nobody was told; how much. Finding it again changes nothing."""
    told = {"since": since, "now": now, "everybody": False}
    found = 0
    for statement in (_FIRST_SALES, _CHECKS, _CHECKS_OVER, _DENIALS, _CLAIMS, _OBJECTIONS, _PAYOUTS):
        found += access.execute(statement, told).rowcount
    return found + access.execute(_TERMS, {**told, "everybody": True}).rowcount


def due(access: Access, day: Instant, *, morning: bool, most: int) -> list[int]:
    """Who is to be told now: those who want it at once, in the ``morning`` everybody who was told nothing this day.

    Fans are told what happened before the beginning of the day.
    """
    return [row[0] for row in access.fetch(_DUE, {"day": day, "morning": morning, "most": most})]


def mailed(access: Access, parties: list[int], day: Instant, now: Instant) -> None:
    """These parties are told, at ``now``, what waits for them."""
    told = {"parties": parties, "day": day, "now": now}
    access.execute(_MAILED, told)
    access.execute(_TOLD, told)


def pieces(access: Access, party: int, mailed_at: Instant, most: int) -> list[Piece]:
    """What one mail tells a party, oldest first."""
    rows = access.fetch(_PIECES, {"party": party, "mailed": mailed_at, "most": most})
    return [Piece(*row) for row in rows]


def forget_old(access: Access, before: Instant) -> int:
    """Drop what was told before an instant and can't be found anew."""
    return access.execute(_FORGET, {"before": before}).rowcount


def choice(access: Access, party: int) -> MailChoice:
    """What a party chose."""
    row = access.fetch_one(_CHOICE, {"party": party})
    return MailChoice() if row is None else MailChoice(*row)


def choose(access: Access, party: int, news: str, stopped_at: Instant | None) -> None:
    """Keep what she chose."""
    access.execute(_CHOOSE, {"party": party, "news": news, "stopped_at": stopped_at})


def speak(access: Access, party: int, language: str) -> None:
    """Keep the language she reads."""
    access.execute(_SPEAK, {"party": party, "language": language})


def forget_reading(access: Access, parties: Sequence[int]) -> None:
    """Forget where people read and in which currency."""
    access.execute(_FORGET_READING, {"parties": list(parties)})


def read_in(access: Access, party: int, zone: str | None, currency: str | None) -> None:
    """Keep in which time zone and which currency first she reads; ``None`` leaves that one as it is."""
    access.execute(_READ, {"party": party, "zone": zone, "currency": currency})
