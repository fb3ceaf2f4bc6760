"""Parked messages: a person has them read once more after she removed the cause."""

from collections.abc import Sequence

from fanshare.core.instants import Instant
from fanshare.flows.audit import noted
from fanshare.store.access import Access
from fanshare.store.queries import inbox


def retry(access: Access, now: Instant, ids: Sequence[str] | None = None) -> int:
    """Put parked deliveries (all, or some by id) back into the inbox; returns how many."""
    with access.transaction():
        count = inbox.retry(access, ids)
        if count:
            noted(access, "inbox.retry", now, f"{count} messages")
    return count
