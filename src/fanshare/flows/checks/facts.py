"""The facts against the log: what was decided is what was recorded when it was decided, and nothing is left out."""

import json
from collections.abc import Iterator
from typing import Any, LiteralString

from fanshare.core import leaves
from fanshare.core.canonical import canonical
from fanshare.core.instants import Instant, format_rfc3339
from fanshare.flows.appeals import appeal_leaf, words_mark, words_of
from fanshare.flows.budgets import turn_leaf
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.close import close_leaf
from fanshare.flows.context import Programme
from fanshare.flows.groups import membership_leaf
from fanshare.flows.links import choice_leaf, ownership_leaf
from fanshare.flows.rulings import answering, ruling_leaf
from fanshare.store.queries import appeals, budgets, closes, groups

_TERMS = """
SELECT t.version, t.document, t.hash, t.effective_at, t.logged_at, l.body FROM terms t
  LEFT JOIN log_leaf l ON l.programme_id = t.programme_id AND l.index = t.leaf_index
 WHERE t.programme_id = %(programme_id)s ORDER BY t.version
"""
_RULINGS = """
SELECT r.id, r.until_at, r.at, l.body, r.kind, r.reason, r.evidence::text, r.decided_by, r.order_id, r.creator_party_id,
       r.party_id, r.line_id, r.to_creator_party_id, r.to_party_id,
       array(SELECT n.appeal_id FROM appeal_answer n WHERE n.programme_id = r.programme_id AND n.ruling_id = r.id)
  FROM ruling r
  LEFT JOIN log_leaf l ON l.programme_id = r.programme_id AND l.index = r.leaf_index
 WHERE r.programme_id = %(programme_id)s ORDER BY r.id
"""
_WHOLE = ("kind", "reason", "evidence", "decided_by", "order", "creator", "party", "line", "to_creator", "to_party")
#: Every state of a link or code, with who owned it then.
_STATES: dict[str, LiteralString] = {
    "link": """
SELECT s.id, coalesce(k.code, ''), s.state, s.from_at, l.body, o.owner_party_id, o.creator_party_id FROM link_state s
  LEFT JOIN link k ON k.programme_id = s.programme_id AND k.id = s.link_id
  LEFT JOIN log_leaf l ON l.programme_id = s.programme_id AND l.index = s.leaf_index
  LEFT JOIN LATERAL (
      SELECT owner_party_id, creator_party_id FROM link_owner
       WHERE programme_id = s.programme_id AND link_id = s.link_id AND from_at <= s.from_at
       ORDER BY from_at DESC LIMIT 1) o ON true
 WHERE s.programme_id = %(programme_id)s ORDER BY s.id
""",
    "code": """
SELECT s.id, coalesce(k.folded, ''), s.state, s.from_at, l.body, o.owner_party_id, o.creator_party_id FROM code_state s
  LEFT JOIN code k ON k.programme_id = s.programme_id AND k.id = s.code_id
  LEFT JOIN log_leaf l ON l.programme_id = s.programme_id AND l.index = s.leaf_index
  LEFT JOIN LATERAL (
      SELECT owner_party_id, creator_party_id FROM code_owner
       WHERE programme_id = s.programme_id AND code_id = s.code_id AND from_at <= s.from_at
       ORDER BY from_at DESC LIMIT 1) o ON true
 WHERE s.programme_id = %(programme_id)s ORDER BY s.id
""",
}
#: A change of owner is told by the leaf of the state that was written beside it.
_UNTOLD_OWNERS = """
SELECT 'link', o.id FROM link_owner o
 WHERE o.programme_id = %(programme_id)s
   AND NOT EXISTS (SELECT FROM link_state s
                    WHERE s.programme_id = o.programme_id AND s.link_id = o.link_id AND s.from_at = o.from_at
                      AND s.leaf_index = o.leaf_index)
UNION ALL
SELECT 'code', o.id FROM code_owner o
 WHERE o.programme_id = %(programme_id)s
   AND NOT EXISTS (SELECT FROM code_state s
                    WHERE s.programme_id = o.programme_id AND s.code_id = o.code_id AND s.from_at = o.from_at
                      AND s.leaf_index = o.leaf_index)
 ORDER BY 1, 2
"""
_CHOICES = """
SELECT c.id, c.creator_party_id, c.link_id, c.fan_bps, c.from_at, l.body FROM fan_choice c
  LEFT JOIN log_leaf l ON l.programme_id = c.programme_id AND l.index = c.leaf_index
 WHERE c.programme_id = %(programme_id)s ORDER BY c.id
"""
_STRAY_PIECES = """
SELECT id, creator_party_id, currency, at_close, position, place FROM (
    SELECT z.id, z.creator_party_id, z.currency, z.position, c.creator_party_id || ' ' || c.currency AS at_close,
           row_number() OVER (PARTITION BY z.creator_party_id, z.currency, z.level, z.period, z.order_id
                              ORDER BY c.chapter, z.id) - 1 AS place
      FROM sealed_piece z LEFT JOIN period_close c ON c.programme_id = z.programme_id AND c.id = z.close_id
     WHERE z.programme_id = %(programme_id)s) pieces
 WHERE creator_party_id || ' ' || currency IS DISTINCT FROM at_close OR position <> place ORDER BY id
"""
_STRAY_FROZEN = """
SELECT f.order_id, f.creator_party_id, f.frozen_at, c.creator_party_id, c.closed_at FROM frozen_context f
  LEFT JOIN period_close c ON c.programme_id = f.programme_id AND c.id = f.close_id
 WHERE f.programme_id = %(programme_id)s
   AND (f.creator_party_id IS DISTINCT FROM c.creator_party_id OR f.frozen_at IS DISTINCT FROM c.closed_at)
 ORDER BY f.order_id
"""
#: Which rows stand behind the leaves of a kind. A leaf may be named twice only where one leaf tells two facts.
_ROWS = """
WITH named (place, kind, leaf) AS (
    SELECT 'terms', 'terms', leaf_index FROM terms WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'ruling', 'ruling', leaf_index FROM ruling WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'appeal', 'appeal', leaf_index FROM appeal WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'link_state', 'link', leaf_index FROM link_state WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'code_state', 'code', leaf_index FROM code_state WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'fan_choice', 'choice', leaf_index FROM fan_choice WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'code_plan', 'code_plan', leaf_index FROM code_plan WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'creator_group', 'membership', leaf_index FROM creator_group WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'budget_turn', 'budget_turn', leaf_index FROM budget_turn WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'period_close', 'close', leaf_index FROM period_close WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'order_state', 'order_state', leaf_index FROM order_state WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'part_history', 'settlement', leaf_index FROM part_history WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'click_seal', 'clicks_of_day', leaf_index FROM click_seal WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'opening', 'opening', leaf_index FROM opening WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'old_link', 'old_link', leaf_index FROM old_link WHERE programme_id = %(programme_id)s
    UNION ALL SELECT 'payout_event', 'payout', leaf_index FROM payout_event
               WHERE programme_id = %(programme_id)s AND state <> 'planned'
    UNION ALL SELECT 'gift_event', 'gift', leaf_index FROM gift_event WHERE programme_id = %(programme_id)s
), counted AS (SELECT place, kind, leaf, count(*) AS n FROM named GROUP BY place, kind, leaf)
SELECT coalesce(c.place, l.kind), coalesce(c.leaf, l.index), l.kind, coalesce(c.n, 0)
  FROM (SELECT index, kind FROM log_leaf
         WHERE programme_id = %(programme_id)s
           AND kind IN ('terms', 'ruling', 'appeal', 'link', 'code', 'choice', 'membership', 'code_plan', 'close',
                        'order_state', 'settlement', 'clicks_of_day', 'payout', 'gift', 'opening', 'old_link',
                        'budget_turn')) l
  FULL JOIN counted c ON c.leaf = l.index AND c.kind = l.kind
 WHERE c.n IS DISTINCT FROM 1 OR l.index IS NULL ORDER BY 2, 1
"""


def recorded(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Every leaf that tells a fact has its one row, and every such row its leaf."""
    for place, leaf, in_log, rows in programme.access.fetch(_ROWS):
        if in_log is None:
            yield Offence(f"{place} of record {leaf}", f"{rows} rows", "a record of its kind in the log")
        else:
            yield Offence(f"{place} of record {leaf} of the log", f"{rows} rows", "1 row")


def facts(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Terms, rulings, appeals, links, codes, choices, groups and closes are what the log recorded."""
    yield from _terms(programme)
    yield from _rulings(programme)
    yield from _appeals(programme)
    yield from _ownership(programme)
    for id_, creator, link, fan_bps, since, body in programme.access.fetch(_CHOICES):
        expected = canonical(choice_leaf(programme, creator, link, fan_bps, since)).decode()
        yield from compare(f"fan_choice {id_}", body, expected)
    for id_, membership, body in groups.logged(programme.access):
        expected = canonical(membership_leaf(programme, membership)).decode()
        yield from compare(f"creator_group {id_}", body, expected)
    for one, body in budgets.logged(programme.access):
        yield from compare(f"budget_turn {one.id}", body, canonical(turn_leaf(one)).decode())
    yield from _closes(programme)


def _terms(programme: Programme) -> Iterator[Offence]:
    for version, document, hash_, effective_at, logged_at, body in programme.access.fetch(_TERMS):
        where = f"terms {version}"
        try:
            computed = leaves.document_hash(json.loads(document))
        except ValueError as error:
            yield Offence(where, document[:200], f"a document ({error})")
            continue
        yield from compare(where, (bytes(hash_).hex(), document), (computed, canonical(json.loads(document)).decode()))
        leaf = leaves.terms(version=version, hash_=computed, effective_at=effective_at, published_at=logged_at)
        yield from compare(f"the log's record of {where}", body, canonical(leaf).decode())
        if version > 1 and effective_at < logged_at:
            yield Offence(where, format_rfc3339(effective_at), f"after {format_rfc3339(logged_at)}")


def _rulings(programme: Programme) -> Iterator[Offence]:
    for id_, until, at, body, *whole, answers in programme.access.fetch(_RULINGS):
        values: dict[str, Any] = dict(zip(_WHOLE, whole, strict=True))
        values["evidence"] = json.dumps(json.loads(values["evidence"]), sort_keys=True)
        expected = canonical(ruling_leaf(programme, answering(values, answers), until, at)).decode()
        yield from compare(f"ruling {id_}", body, expected)


def _appeals(programme: Programme) -> Iterator[Offence]:
    """Who spoke of which order stands in the log for ever; her words can be compared as long as she is there."""
    for one in appeals.logged(programme.access):
        expected = canonical(appeal_leaf(programme, one.order, one.party, one.words, one.at)).decode()
        yield from compare(f"appeal {one.id}", one.leaf, expected)
        said = (
            None
            if one.person is None
            else words_mark(programme, one.person, words_of(programme, one.person, one.id), one.at)
        )
        if said is not None:
            yield from compare(f"the words of appeal {one.id}", one.words, said)


def _ownership(programme: Programme) -> Iterator[Offence]:
    for kind, query in _STATES.items():
        rows = programme.access.fetch(query)
        known = programme.vault.party_salts({party for row in rows for party in row[5:7] if party is not None})
        for id_, key, state, since, body, owner, creator in rows:
            where = f"{kind} {key[:60]}, {kind}_state {id_} and its owner"
            if owner not in known or creator not in known:
                yield Offence(where, f"{owner} and {creator}", "an owner and a creator")
                continue
            leaf = ownership_leaf(programme, kind, key, (known[owner], known[creator]), state, since)
            said = json.loads(body or "{}")
            for role, party in (("owner", owner), ("creator", creator)):
                if known[party][1] is None:
                    leaf[role] = said.get(role)
            yield from compare(where, body, canonical(leaf).decode())
    for kind, id_ in programme.access.fetch(_UNTOLD_OWNERS):
        yield Offence(f"{kind}_owner {id_}", "an owner", f"a {kind}_state of the same moment and record")


def _closes(programme: Programme) -> Iterator[Offence]:
    for sealing in closes.sealings(programme.access):
        where = f"period_close {sealing.id} of {sealing.month}, its sealed_piece and frozen_context rows"
        document = closes.sealed_document(
            sealing.creator, sealing.currency, sealing.month, sealing.chapter, sealing.pieces, sealing.frozen
        )
        expected = canonical(close_leaf(programme, document, sealing.closed_at)).decode()
        yield from compare(where, sealing.leaf, expected)
        sums: dict[str, int] = {}
        for level, period, _order, _before, amount in sealing.pieces:
            place = f"{level} {period}".strip()
            sums[place] = sums.get(place, 0) + amount
        yield from compare(
            f"sums of period_close {sealing.id}", sealing.sums, {place: str(amount) for place, amount in sums.items()}
        )
    for id_, creator, currency, at_close, position, place in programme.access.fetch(_STRAY_PIECES):
        yield Offence(f"sealed_piece {id_}", f"{creator} {currency}, number {position}", f"{at_close}, number {place}")
    for order, *row in programme.access.fetch(_STRAY_FROZEN):
        yield Offence(f"frozen_context of order {order}", str(row[:2]), str(row[2:]))
