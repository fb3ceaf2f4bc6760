"""Parked messages: a person has them read once more after she removed the cause."""

import re
from collections.abc import Sequence

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.flows.audit import noted
from fanshare.store.access import Access
from fanshare.store.queries import inbox

_ID = re.compile(r"[0-9a-f]{32}")


def retry(access: Access, now: Instant, ids: Sequence[str] | None = None) -> int:
    """Put parked deliveries (all, or some by id) back into the inbox; returns how many.

    Raises ``BadInputError`` (``bad_id``).
    """
    if not all(map(_ID.fullmatch, ids or ())):
        raise BadInputError("bad_id", "A message is named by 32 digits and letters a to f, as the list shows it.")
    with access.transaction():
        count = inbox.retry(access, ids)
        if count:
            noted(access, "inbox.retry", now, f"{count} messages")
    return count
