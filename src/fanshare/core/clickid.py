"""Click ids: they say which link, when, and that it was this server who minted them.

An order that names a click proves the click even when its record was lost with the power, because the id itself
carries link, time and a short keyed MAC (HMAC-SHA256 cut to 40 bits; RFC 2104). Layout, 22 bytes big-endian:
6 bytes Unix milliseconds, 5 bytes link id, 6 random bytes, 5 bytes MAC; written as 36 characters of Crockford base 32.
"""

import hmac
from functools import lru_cache
from typing import NamedTuple

from fanshare.core.instants import MILLISECOND, Instant
from fanshare.core.keyed_hash import Pads, pads

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
#: Two characters at once.
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
#: To the digits that int() knows in base 32; every other character to one that it refuses.
_DIGITS = dict.fromkeys(range(128), "!") | str.maketrans(
    _ALPHABET + _ALPHABET.upper(), "0123456789abcdefghijklmnopqrstuv" * 2
)
_SHIFTS = range(170, -10, -10)
_BODY = 17
_MAC = 5
RANDOM_BYTES = 6
LENGTH = 36
MAX_LINK_ID = 2**40 - 1


class ClickRef(NamedTuple):
    """What a genuine click id says: the link and the moment (to the millisecond)."""

    link_id: int
    at: Instant


def mint(link_id: int, at: Instant, randomness: bytes, key: bytes) -> str:
    """A fresh click id. ``randomness`` is exactly ``RANDOM_BYTES`` from a secure source; ``link_id`` fits 40 bits."""
    if not 0 <= link_id <= MAX_LINK_ID or len(randomness) != RANDOM_BYTES:
        raise ValueError("link id or randomness out of range")
    body = (at // MILLISECOND).to_bytes(6, "big") + link_id.to_bytes(5, "big") + randomness
    number = int.from_bytes(body + _tag(body, key), "big")
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in _SHIFTS])


def read(click_id: str, key: bytes) -> ClickRef | None:
    """Link and time of a click id minted with ``key``, or ``None`` for anything else. Case does not matter."""
    if len(click_id) != LENGTH or not click_id.isascii():
        return None
    try:
        number = int(click_id.translate(_DIGITS), 32)
    except ValueError:
        return None
    if number >> 176:
        return None
    raw = number.to_bytes(22, "big")
    body, tag = raw[:_BODY], raw[_BODY:]
    if not hmac.compare_digest(tag, _tag(body, key)):
        return None
    return ClickRef(int.from_bytes(body[6:11], "big"), int.from_bytes(body[:6], "big") * MILLISECOND)


def _tag(body: bytes, key: bytes) -> bytes:
    return _ready(key).digest(b"fanshare click\x00" + body)[:_MAC]


@lru_cache(maxsize=8)
def _ready(key: bytes) -> Pads:
    return pads(key)
