"""What the edge writes into the spool and the drain reads from it: MessagePack arrays, one struct a record type.

Fields are only ever appended, with a default: a reader of a later version reads every older spool.
"""

from enum import StrEnum

import msgspec

from fanshare.core.instants import Instant

CLICKS = "clicks"
HOOKS = "hooks"

CLICK = 1
DELIVERY = 2
REFUSED = 3


class ClickVerdict(StrEnum):
    """How the edge judged a visit. Only ``counted`` is a click; the drain may still judge otherwise."""

    COUNTED = "counted"
    DUPLICATE = "duplicate"  # the same visitor and link within a minute: evidence, but not counted again
    PROVISIONAL = "provisional"  # a browser's prefetch: an order that names its id makes it a click
    PREVIEW = "preview"  # a chat or a network drew a preview
    BOT = "bot"
    HEAD = "head"
    EMBEDDED = "embedded"  # asked for by an image, a frame or a script, not by a person
    PAUSED = "paused"  # the link was paused or has ended; the visitor was sent on without an id


class ClickRecord(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One visit of a link. No address is in it: ``visitor`` is a keyed hash whose key lives two days."""

    click_id: str  # "" where no id was given out
    link_id: int
    programme_id: int
    at: Instant
    verdict: ClickVerdict
    visitor: bytes  # 16 bytes
    referrer_kind: str = "none"  # none, shop, checkout, social, search, other
    user_activation: bool | None = None  # None where the browser does not say (Sec-Fetch-User)
    checkout_referrer: bool = False
    platform: str = "other"  # ios, android, windows, mac, linux, other


class DeliveryRecord(msgspec.Struct, array_like=True, frozen=True):
    """A webhook whose signature was right at ``received_at``, as it came. Its record id is the delivery's id."""

    programme_id: int
    connection_id: int
    endpoint: str
    kind: str
    received_at: Instant
    headers: dict[str, str]  # lower-case names; only those a connector needs, never cookies or authorization
    body: bytes
    verdict: str = "accepted"


class RefusedRecord(msgspec.Struct, array_like=True, frozen=True):
    """A webhook whose signature was wrong, kept for some days: a wrong secret loses nothing."""

    programme_id: int
    connection_id: int
    endpoint: str
    kind: str
    received_at: Instant
    headers: dict[str, str]
    body: bytes
    reason: str


encode = msgspec.msgpack.Encoder().encode

_decoders: dict[int, msgspec.msgpack.Decoder[ClickRecord | DeliveryRecord | RefusedRecord]] = {
    CLICK: msgspec.msgpack.Decoder(ClickRecord),
    DELIVERY: msgspec.msgpack.Decoder(DeliveryRecord),
    REFUSED: msgspec.msgpack.Decoder(RefusedRecord),
}


def decode(kind: int, payload: bytes) -> ClickRecord | DeliveryRecord | RefusedRecord:
    """The record of a spool entry. Raises ``ValueError`` for an unknown kind or a payload that does not fit it."""
    decoder = _decoders.get(kind)
    if decoder is None:
        raise ValueError(f"unknown record kind {kind}")
    return decoder.decode(payload)
