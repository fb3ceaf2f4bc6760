"""Comparing a statement with an older one of the same party: nothing recorded then may have changed or gone."""

from collections.abc import Iterable, Sequence

from fanshare.core.log import EMPTY_ROOT, verify_consistency
from fanshare.core.settlement_leaf import body_hash
from fanshare.core.statement import Totals
from fanshare.core.statement_form import Link, ReadEntry, ReadEpoch, ReadStatement, Section
from fanshare.core.statement_report import Check, Finding, fail, run


def against(read: ReadStatement, old: ReadStatement) -> list[Check]:
    """The checks that need both statements; each of them holds by itself already."""
    return [
        run("same party", lambda: _same_party(read, old)),
        run("same key", lambda: _same_key(read, old)),
        run("consistency", lambda: _consistent(read, old)),
        run("kept", lambda: _kept(read, old)),
        run("opening", lambda: _continued(read, old)),
    ]


def label(entry: ReadEntry) -> str:
    """How a sentence names an entry."""
    if "opening" in entry.opens:
        return f"opening balance {entry.opens['opening']}"
    if "gift" in entry.opens:
        return f"gift {entry.opens['gift']}"
    return f"payout {entry.opens['payout']}" if "payout" in entry.opens else f"order {entry.opens['order']}"


def subject(link: Link) -> str:
    """The commitment to what a leaf is about."""
    return str(link.body["order" if link.settlement is not None else link.body["kind"]])


def restored(epoch: ReadEpoch) -> tuple[int, bytes]:
    """Size and root that a restore went back to."""
    return int(epoch.body["restored_size"]), bytes.fromhex(epoch.body["restored_root"])


def _same_party(read: ReadStatement, old: ReadStatement) -> str:
    mine, theirs = (read.programme_id, read.party_id), (old.programme_id, old.party_id)
    if mine != theirs:
        raise fail("The two statements are of different parties or programmes.", theirs, mine)
    return "Both statements are of one party in one programme."


def _same_key(read: ReadStatement, old: ReadStatement) -> str:
    if old.keys[-1] not in read.keys:
        raise fail("The key changed, and the old key did not hand over.", read.keys[-1], old.keys[-1])
    return "The key is the same, or was handed over."


def _lasting(read: ReadStatement, old: ReadStatement) -> int:
    """How many of the older log's records outlived every restore that came after."""
    sizes = (restored(epoch)[0] for epoch in read.epochs if epoch.body["number"] > old.epoch)
    return min([old.checkpoint.size, *sizes])


def _consistent(read: ReadStatement, old: ReadStatement) -> str:
    lasting, size = _lasting(read, old), old.checkpoint.size
    if read.epoch < old.epoch or (read.epoch == old.epoch and read.checkpoint.size < size):
        raise fail("The newer log is shorter than the older one.", read.checkpoint.size, size)
    if lasting < size:
        raise Finding(
            "note",
            f"A restore from backup, told in the log, lost {size - lasting} of {size} records of the older statement. "
            "What those records said is not proved by the newer statement: compare them.",
            size,
            lasting,
        )
    proof: Iterable[bytes] = ()
    if 0 < size < read.checkpoint.size:
        if read.consistency is None or read.consistency[0] != size:
            raise Finding("open", f"Ask for a statement that continues the older one (made with --since {size}).")
        proof = read.consistency[1]
    old_root = old.checkpoint.root if size else EMPTY_ROOT
    if not verify_consistency(size, read.checkpoint.size, old_root, read.checkpoint.root, tuple(proof)):
        raise fail("The log was rewritten since the older statement.", read.checkpoint.root.hex(), old_root.hex())
    return f"The {size} records of the older log are the beginning of the newer one."


def _kept(read: ReadStatement, old: ReadStatement) -> str:
    lasting = _lasting(read, old)
    current = {subject(entry.chain[0]): entry for entry in read.entries}
    before = [entry for entry in old.entries if entry.index < lasting]
    for entry in before:
        found = current.get(subject(entry.chain[0]))
        if found is None and read.opened_at is None:
            raise fail(f"{label(entry)} was in the older statement and is missing now.")
        if found is not None and not _continues(found, entry):
            raise fail(f"{label(entry)} does not continue what the older statement said.")
    return f"All {len(before)} records of the older statement are kept or rightly superseded."


def _continues(found: ReadEntry, entry: ReadEntry) -> bool:
    seq = entry.chain[0].seq
    if len(found.chain) < seq:
        return False
    return body_hash(found.chain[len(found.chain) - seq].body) == body_hash(entry.body)


def _continued(read: ReadStatement, old: ReadStatement) -> str:
    if read.opened_at is None or read.opened_at != old.as_of:
        return "The newer statement does not begin where the older one ended; its opening was not compared."
    for name in {section.currency for section in (*read.sections, *old.sections)}:
        stated, computed = _of(read.sections, name, "opening"), _of(old.sections, name, "closing")
        if stated != computed:
            raise fail(f"The opening in {name} is not the closing of the older one.", stated, computed)
    return "The newer statement opens with what the older one closed with."


def _of(sections: Sequence[Section], currency: str, which: str) -> dict[str, str]:
    for section in sections:
        if section.currency == currency:
            totals: Totals = getattr(section, which)
            return totals.document()
    return Totals().document()
