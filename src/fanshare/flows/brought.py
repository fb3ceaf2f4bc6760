"""Note of parts that were settled before this was written down by which link or code they are their creator's.

The evidence of an order and the terms that judge it stay as they were, so judging it again says what it said then.
"""

from fanshare.core.brought import By, decided_by
from fanshare.core.crediting import credit_order
from fanshare.flows.context import Programme
from fanshare.store.queries import brought, scopes

BATCH = 300


def note_old(programme: Programme, batch: int = BATCH) -> bool:
    """Note the next parts; whether there may be more. Doing it again, or twice at once, changes nothing."""
    access = programme.access
    if not brought.left(access):
        return False
    with access.transaction():
        pairs = brought.not_noted(access, batch)
        scopes.lock(access, {creator for _, creator in pairs})
        facts = scopes.evidence_of_all(access, {order for order, _ in pairs})
        credits_ = {id_: credit_order(one, programme.book).credits for id_, one in facts.items()}
        by = [
            decided_by(credits_[order][creator].touch) if creator in credits_[order] else (By.NOTHING, 0)
            for order, creator in pairs
        ]
        brought.note(access, pairs, by)
    return len(pairs) == batch
