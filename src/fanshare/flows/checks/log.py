"""The log against itself, and the facts against the log."""

import json
from collections.abc import Iterator
from typing import Any, LiteralString

from fanshare.core import leaves
from fanshare.core.canonical import canonical
from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant, format_rfc3339
from fanshare.core.log import leaf_hash
from fanshare.core.money import format_micros
from fanshare.core.notes import epoch_origin, open_note, parse_checkpoint
from fanshare.core.recompute import check_shares
from fanshare.core.settlement_leaf import Settlement, parse_settlement
from fanshare.flows.checks.finding import Offence
from fanshare.flows.close import close_leaf
from fanshare.flows.context import Programme
from fanshare.flows.links import choice_leaf
from fanshare.flows.seal import click_root
from fanshare.store import log_audit
from fanshare.store.queries import closes
from fanshare.store.signing import verify

_KINDS = """
SELECT index, kind, epoch, body FROM log_leaf l
 WHERE programme_id = %(programme_id)s
   AND (kind IS DISTINCT FROM body::json->>'kind' OR epoch <> (
        SELECT max(e.epoch) FROM log_epoch e
         WHERE e.programme_id = l.programme_id AND (e.epoch = 1 OR e.restored_size <= l.index)))
 ORDER BY index LIMIT 1
"""
_EPOCHS = """
SELECT e.epoch, e.restored_size, e.cause, e.opened_at, p.created_at, l.body FROM log_epoch e
  JOIN programme p ON p.id = e.programme_id
  LEFT JOIN log_leaf l ON l.programme_id = e.programme_id AND l.index = e.restored_size AND e.epoch > 1
 WHERE e.programme_id = %(programme_id)s ORDER BY e.epoch
"""
_CHECKPOINTS = """
SELECT id, epoch, size, root, note, signed_at FROM checkpoint WHERE programme_id = %(programme_id)s ORDER BY id
"""
_TERMS = """
SELECT t.version, t.document, t.hash, t.effective_at, t.logged_at, l.body FROM terms t
  JOIN log_leaf l ON l.programme_id = t.programme_id AND l.index = t.leaf_index
 WHERE t.programme_id = %(programme_id)s ORDER BY t.version
"""
_RULINGS = """
SELECT r.id, r.kind, r.until_at, r.at, l.body FROM ruling r
  JOIN log_leaf l ON l.programme_id = r.programme_id AND l.index = r.leaf_index
 WHERE r.programme_id = %(programme_id)s ORDER BY r.id
"""
_STATES: dict[str, LiteralString] = {
    "link": """
SELECT s.id, s.state, s.from_at, l.kind, l.body FROM link_state s
  LEFT JOIN log_leaf l ON l.programme_id = s.programme_id AND l.index = s.leaf_index
 WHERE s.programme_id = %(programme_id)s ORDER BY s.id
""",
    "code": """
SELECT s.id, s.state, s.from_at, l.kind, l.body FROM code_state s
  LEFT JOIN log_leaf l ON l.programme_id = s.programme_id AND l.index = s.leaf_index
 WHERE s.programme_id = %(programme_id)s ORDER BY s.id
""",
}
_CHOICES = """
SELECT c.id, c.creator_party_id, c.link_id, c.fan_bps, c.from_at, l.body FROM fan_choice c
  LEFT JOIN log_leaf l ON l.programme_id = c.programme_id AND l.index = c.leaf_index
 WHERE c.programme_id = %(programme_id)s ORDER BY c.id
"""
_CHAINS = """
SELECT h.order_id, h.creator_party_id, h.seq, h.leaf_index, l.body, p.seq, p.leaf_index FROM part_history h
  JOIN log_leaf l ON l.programme_id = h.programme_id AND l.index = h.leaf_index
  JOIN part p ON p.programme_id = h.programme_id AND p.order_id = h.order_id
             AND p.creator_party_id = h.creator_party_id
 WHERE h.programme_id = %(programme_id)s ORDER BY h.order_id, h.creator_party_id, h.seq
"""
_COUNTS = """
SELECT (SELECT count(*) FROM log_leaf WHERE programme_id = %(programme_id)s AND kind = 'settlement'),
       (SELECT count(*) FROM part_history WHERE programme_id = %(programme_id)s),
       (SELECT count(*) FROM part WHERE programme_id = %(programme_id)s)
"""
_SHARES = """
SELECT order_id, creator_party_id, role, amount FROM position
 WHERE programme_id = %(programme_id)s AND amount > 0 ORDER BY order_id, creator_party_id, role
"""
_SEALS = """
SELECT s.link_id, k.code, s.day, s.part, s.count, s.root, l.body FROM click_seal s
  JOIN link k ON k.programme_id = s.programme_id AND k.id = s.link_id
  JOIN log_leaf l ON l.programme_id = s.programme_id AND l.index = s.leaf_index
 WHERE s.programme_id = %(programme_id)s ORDER BY s.day, s.link_id, s.part
"""
_SEALED_CLICKS = """
SELECT click_id, link_id, (at / 86400000000) * 86400000000, seal_part FROM click
 WHERE programme_id = %(programme_id)s AND seal_part IS NOT NULL
"""


def tree(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Leaves, nodes, roots; each leaf's kind and epoch; each epoch's own facts."""
    fault = log_audit.first_fault(programme.access)
    if fault is not None:
        yield Offence(fault.place, fault.recorded, fault.expected)
    for index, kind, epoch, body in programme.access.fetch(_KINDS):
        yield Offence(f"leaf {index}", f"{kind}, epoch {epoch}", f"as its body says: {body[:80]}")
    for epoch, size, cause, opened_at, created_at, body in programme.access.fetch(_EPOCHS):
        if epoch == 1:
            recorded, expected = (size, cause, opened_at), (0, "founded", created_at)
        else:
            leaf = json.loads(body or "{}")
            recorded = (size, cause, format_rfc3339(opened_at))
            expected = (leaf.get("restored_size"), leaf.get("cause"), leaf.get("at"))
        if recorded != expected:
            yield Offence(f"epoch {epoch}", str(recorded), str(expected))


def checkpoints(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Every note is signed by a key of this log and says what its row says."""
    for id_, epoch, size, root, note, signed_at in programme.access.fetch(_CHECKPOINTS):
        try:
            text, _signers = open_note(note, programme.log_keys, verify)
            stated = parse_checkpoint(text)
        except FanshareError as error:
            yield Offence(f"checkpoint {id_}", note, error.message)
            continue
        name = programme.log_keys[-1].name
        recorded = (epoch_origin(name, epoch), size, bytes(root).hex(), (f"signed {format_rfc3339(signed_at)}",))
        expected = (stated.origin, stated.size, stated.root.hex(), tuple(stated.extensions))
        if recorded != expected:
            yield Offence(f"checkpoint {id_}", str(recorded), str(expected))


def facts(programme: Programme, _: Instant) -> Iterator[Offence]:
    """What was decided is what was logged when it was decided."""
    yield from _terms(programme)
    for id_, kind, until, at, body in programme.access.fetch(_RULINGS):
        leaf = json.loads(body)
        recorded = ("ruling", kind, None if until is None else format_rfc3339(until), format_rfc3339(at))
        yield from _compare(f"ruling {id_}", recorded, tuple(leaf.get(key) for key in ("kind", "verb", "until", "at")))
    for kind, query in _STATES.items():
        for id_, state, since, leaf_kind, body in programme.access.fetch(query):
            leaf = json.loads(body or "{}")
            said = (kind, state, format_rfc3339(since))
            yield from _compare(f"{kind} state {id_}", said, (leaf_kind, leaf.get("state"), leaf.get("since")))
    for id_, creator, link, fan_bps, since, body in programme.access.fetch(_CHOICES):
        expected_leaf = canonical(choice_leaf(programme, creator, link, fan_bps, since)).decode()
        yield from _compare(f"fan's part {id_}", expected_leaf, body)
    for sealing in closes.sealings(programme.access):
        document = closes.sealed_document(
            sealing.creator, sealing.currency, sealing.month, sealing.chapter, sealing.pieces, sealing.frozen
        )
        expected = canonical(close_leaf(programme, document, sealing.closed_at)).decode()
        yield from _compare(f"close {sealing.id} of {sealing.month}", expected, sealing.leaf)


def settlements(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Chains are unbroken, every figure recomputes, and the newest figures are those that are booked."""
    newest: dict[tuple[int, int], Settlement] = {}
    last: dict[tuple[int, int], tuple[int, str, int]] = {}
    current: dict[tuple[int, int], tuple[int, int]] = {}
    access = programme.access
    for order, creator, seq, index, body, part_seq, part_leaf in access.execute(_CHAINS):
        pair = (order, creator)
        where = f"settlement {seq} of order {order}, part of creator {creator}"
        entry = parse_settlement(json.loads(body))
        before = last.get(pair, (0, "", 0))
        yield from _compare(where, (entry.seq, entry.previous or ""), (before[0] + 1, before[1]))
        yield from _compare(f"number of {where}", seq, entry.seq)
        try:
            check_shares(entry)
        except FanshareError as error:
            yield Offence(where, body, error.message)
        last[pair] = (entry.seq, leaf_hash(body.encode()).hex(), index)
        newest[pair], current[pair] = entry, (part_seq, part_leaf)
    for pair, (seq, _hash, index) in last.items():
        yield from _compare(f"newest settlement of order {pair[0]}, creator {pair[1]}", current[pair], (seq, index))
    logged, history, parts = access.fetch(_COUNTS)[0]
    yield from _compare("settlements in the log", (logged, parts), (history, len(last)))
    yield from _booked(programme, newest)


def clicks(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Count and root of every sealed day are those of its clicks, and those that the log has."""
    found: dict[tuple[int, str, int], list[str]] = {}
    for click, link, day, part in programme.access.execute(_SEALED_CLICKS):
        found.setdefault((link, format_rfc3339(day)[:10], part), []).append(click)
    for link, code, day, part, count, root, body in programme.access.fetch(_SEALS):
        ids = found.pop((link, day, part), [])
        where = f"clicks of link {code} on {day}, part {part}"
        yield from _compare(where, (count, bytes(root).hex()), (len(ids), click_root(ids).hex()))
        leaf = leaves.clicks_of_day(link=code, day=day, count=count, root=bytes(root).hex(), supplement=part)
        yield from _compare(f"the log's record of {where}", canonical(leaf).decode(), body)
    for link, day, part in sorted(found):
        yield Offence(f"clicks of link {link} on {day}, part {part}", "sealed", "no seal")


def _terms(programme: Programme) -> Iterator[Offence]:
    for version, document, hash_, effective_at, logged_at, body in programme.access.fetch(_TERMS):
        computed = leaves.document_hash(json.loads(document))
        yield from _compare(f"terms {version}", bytes(hash_).hex(), computed)
        leaf = leaves.terms(version=version, hash_=computed, effective_at=effective_at, published_at=logged_at)
        yield from _compare(f"the log's record of terms {version}", canonical(leaf).decode(), body)
        if version > 1 and effective_at < logged_at:
            yield Offence(f"terms {version}", format_rfc3339(effective_at), f"after {format_rfc3339(logged_at)}")


def _booked(programme: Programme, newest: dict[tuple[int, int], Settlement]) -> Iterator[Offence]:
    """The newest settlement of each part states the amounts that the positions hold."""
    booked: dict[tuple[int, int, str], int] = {}
    for order, creator, role, amount in programme.access.fetch(_SHARES):
        booked[order, creator, role] = booked.get((order, creator, role), 0) + amount
    stated = {
        (*pair, share.role): share.amount for pair, entry in newest.items() for share in entry.shares if share.amount
    }
    for key in sorted(booked.keys() | stated.keys()):
        where = f"{key[2]}'s share of order {key[0]}, part of creator {key[1]}"
        yield from _compare(where, format_micros(booked.get(key, 0)), format_micros(stated.get(key, 0)))


def _compare(where: str, recorded: Any, expected: Any) -> Iterator[Offence]:
    if recorded != expected:
        yield Offence(where, str(recorded), str(expected))
