"""The right to be told that something moved in a programme: a token that names it and ends by itself.

A page puts it into the address of its event stream, and the edge, which knows no sessions, checks it by a key alone.
It says nothing but "look again": what is shown is asked for by the page, with the rights of whoever reads it.
"""

import base64
import hmac

from fanshare.core.instants import HOUR, Instant

#: Under this name both sides derive their key.
PURPOSE = "live"
#: A page that stays open for longer is loaded anew before its numbers move again.
LIVES = 12 * HOUR
_MAC_BYTES = 16
_LONGEST = 120


def make(key: bytes, programme: int, now: Instant) -> str:
    """A token for a programme that works for 12 hours."""
    place = f"{programme}.{now + LIVES}".encode()
    return _text(_mac(key, place) + place)


def read(key: bytes, token: str) -> tuple[int, Instant] | None:
    """The programme of a token and when it ends; ``None`` for one that was not made with this key."""
    if len(token) > _LONGEST:
        return None
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        mac, place = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if _text(raw) != token or not hmac.compare_digest(mac, _mac(key, place)):
            return None
        programme, _, until = place.decode().partition(".")
        return int(programme), int(until)
    except ValueError:
        return None


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _mac(key: bytes, place: bytes) -> bytes:
    return hmac.digest(key, place, "sha256")[:_MAC_BYTES]
