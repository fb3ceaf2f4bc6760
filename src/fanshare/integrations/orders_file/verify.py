"""A connection for files has no address that anybody could post to. This module is light: the edge imports it."""

from collections.abc import Mapping, Sequence

from fanshare.core.instants import Instant
from fanshare.integrations.types import Verdict, Verification


def verify(raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: Instant) -> Verification:
    """Refuses everything."""
    del raw, headers, secrets, now
    return Verification(Verdict.REFUSED, "files_only")
