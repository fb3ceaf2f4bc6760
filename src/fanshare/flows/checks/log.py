"""The log against itself: leaves, nodes, epochs and checkpoints; and the sealed clicks against the log."""

import json
from collections.abc import Iterator

from fanshare.core import clickid, leaves
from fanshare.core.canonical import canonical
from fanshare.core.errors import FanshareError
from fanshare.core.instants import MILLISECOND, Instant, format_rfc3339
from fanshare.core.notes import epoch_origin, open_note, parse_checkpoint
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.context import Programme
from fanshare.flows.seal import click_root
from fanshare.store import log_audit, log_store
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
_SEALS = """
SELECT s.link_id, coalesce(k.code, ''), s.day, s.part, s.count, s.root, l.body FROM click_seal s
  LEFT JOIN link k ON k.programme_id = s.programme_id AND k.id = s.link_id
  LEFT JOIN log_leaf l ON l.programme_id = s.programme_id AND l.index = s.leaf_index
 WHERE s.programme_id = %(programme_id)s ORDER BY s.day, s.link_id, s.part
"""
_SEALED_CLICKS = """
SELECT click_id, at, link_id, (at / 86400000000) * 86400000000, seal_part FROM click
 WHERE programme_id = %(programme_id)s AND seal_part IS NOT NULL
"""
_EPOCH = """
SELECT t.epoch, (SELECT max(e.epoch) FROM log_epoch e WHERE e.programme_id = t.programme_id) FROM log_tree t
 WHERE t.programme_id = %(programme_id)s
"""


def tree(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Leaves, nodes, roots; each leaf's kind and epoch; each epoch's own facts."""
    try:
        log_store.tree(programme.access)
    except FanshareError as error:
        yield Offence("log_tree", "its row", error.message)
        return
    fault = log_audit.first_fault(programme.access)
    if fault is not None:
        yield Offence(fault.place, fault.recorded, fault.expected)
    for recorded_epoch, newest in programme.access.fetch(_EPOCH):
        yield from compare("log_tree", f"epoch {recorded_epoch}", f"epoch {newest}")
    for index, kind, epoch, body in programme.access.fetch(_KINDS):
        yield Offence(f"leaf {index}", f"{kind}, epoch {epoch}", f"as its body says: {body[:80]}")
    epochs = programme.access.fetch(_EPOCHS)
    yield from compare("epochs", [row[0] for row in epochs], list(range(1, len(epochs) + 1)))
    for epoch, size, cause, opened_at, created_at, body in epochs:
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


def clicks(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Count and root of every sealed day are those of its clicks, and those that the log has."""
    found: dict[tuple[int, str, int], list[str]] = {}
    key = programme.secrets.click_id
    for click, at, link, day, part in programme.access.execute(_SEALED_CLICKS):
        minted = clickid.read(click, key)
        if minted is None or minted.link_id != link or not 0 <= at - minted.at < MILLISECOND:
            yield Offence(f"click {click}", f"link {link} at {at}", f"as the click id says: {minted}")
        found.setdefault((link, format_rfc3339(day)[:10], part), []).append(click)
    for link, code, day, part, count, root, body in programme.access.fetch(_SEALS):
        ids = found.pop((link, day, part), [])
        where = f"clicks of link {code} on {day}, part {part}"
        yield from compare(where, (count, bytes(root).hex()), (len(ids), click_root(ids).hex()))
        leaf = leaves.clicks_of_day(link=code, day=day, count=count, root=bytes(root).hex(), supplement=part)
        yield from compare(f"the log's record of {where}", canonical(leaf).decode(), body)
    for link, day, part in sorted(found):
        yield Offence(f"clicks of link {link} on {day}, part {part}", "sealed", "no seal")
