"""What led to one order, whether it counted or not: judged anew from the facts, as a settlement does."""

from typing import NamedTuple

from fanshare.core.crediting import credit_order
from fanshare.core.touches import Skip, Touch
from fanshare.flows.context import Programme
from fanshare.store.queries import scopes


class Seen(NamedTuple):
    """One click or code of an order. ``skip`` says why it did not count; ``decided``: it earns."""

    touch: Touch
    skip: Skip | None
    decided: bool


def seen(programme: Programme, order: int) -> list[Seen]:
    """Everything that an order names and this programme knows, in the order of time."""
    facts = scopes.evidence_of(programme.access, order)
    if facts is None:
        return []
    crediting = credit_order(facts, programme.book)
    deciding = {one.touch.id for one in crediting.credits.values()}
    found = [Seen(touch, None, touch.id in deciding) for touch in crediting.judged.valid]
    # Where nothing else is there, her own evidence still says whose sale it is.
    found += [Seen(touch, reason, touch.id in deciding) for touch, reason in crediting.judged.skipped]
    return sorted(found, key=lambda one: one.touch.order_key)
