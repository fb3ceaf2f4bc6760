"""The signature of a Shopify webhook: ``base64(HMAC-SHA256(secret, body))``.

The key is the app's client secret, or the one secret of all webhooks made under Settings > Notifications. After a
rotation it takes up to an hour until the new one signs, so several are tried. Two families of headers are read:
``X-Shopify-*`` of webhooks and ``shopify-*`` of the newer events. This module is light: the edge imports it.

Source: shopify.dev, "Verify webhook deliveries"; "About client secrets".
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from fanshare.core.instants import Instant
from fanshare.integrations.types import Verdict, Verification

_FAMILIES = ("x-shopify-", "shopify-")


def header(headers: Mapping[str, str], name: str) -> str:
    """A header of either family by the end of its name, such as ``topic``; empty when there is none."""
    return next((headers[family + name].strip() for family in _FAMILIES if headers.get(family + name)), "")


def verify(raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: Instant) -> Verification:
    """Whether one of the secrets signed these bytes. Shopify signs no time, so ``now`` does not matter."""
    del now
    signature = header(headers, "hmac-sha256")
    if not signature:
        return _refused("no_signature")
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return _refused("bad_signature")
    # Every secret is tried, so that the time taken does not tell which one fits.
    fits = [hmac.compare_digest(given, _sign(secret, raw)) for secret in secrets]
    return Verification(Verdict.ACCEPTED) if any(fits) else _refused("wrong_signature")


def signature_of(secret: bytes, raw: bytes) -> str:
    """The header value Shopify would send for these bytes."""
    return base64.b64encode(_sign(secret, raw)).decode()


def _sign(secret: bytes, raw: bytes) -> bytes:
    return hmac.new(secret, raw, hashlib.sha256).digest()


def _refused(reason: str) -> Verification:
    return Verification(Verdict.REFUSED, reason)
