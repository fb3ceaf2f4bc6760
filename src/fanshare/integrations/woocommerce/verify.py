"""The signature of a WooCommerce webhook: ``base64(HMAC-SHA256(secret, body))`` in ``X-WC-Webhook-Signature``.

On a webhook's first delivery WooCommerce also posts an unsigned ``webhook_id=N`` as a form, measured on 9.8.4. It
carries nothing; refusing it makes the merchant's set-up look broken. This module is light: the edge imports it.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

from fanshare.core.instants import Instant
from fanshare.integrations.types import Verdict, Verification

SIGNATURE_HEADER = "x-wc-webhook-signature"
TOPIC_HEADER = "x-wc-webhook-topic"

_FORM = "application/x-www-form-urlencoded"
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")


def verify(raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: Instant) -> Verification:
    """Whether one of the secrets signed these bytes. WooCommerce signs no time, so ``now`` does not matter."""
    del now
    signature = headers.get(SIGNATURE_HEADER, "")
    if not signature:
        return Verification(Verdict.PING) if is_ping(raw, headers) else _refused("no_signature")
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return _refused("bad_signature")
    # Every secret is tried, so that the time taken does not tell which one fits.
    fits = [hmac.compare_digest(given, _sign(secret, raw)) for secret in secrets]
    return Verification(Verdict.ACCEPTED) if any(fits) else _refused("wrong_signature")


def is_ping(raw: bytes, headers: Mapping[str, str]) -> bool:
    """Whether this is the unsigned greeting of a new webhook and nothing else."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == _FORM and _PING.fullmatch(raw) is not None


def signature_of(secret: bytes, raw: bytes) -> str:
    """The header value WooCommerce would send for these bytes."""
    return base64.b64encode(_sign(secret, raw)).decode()


def _sign(secret: bytes, raw: bytes) -> bytes:
    return hmac.new(secret, raw, hashlib.sha256).digest()


def _refused(reason: str) -> Verification:
    return Verification(Verdict.REFUSED, reason)
