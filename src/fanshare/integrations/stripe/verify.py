"""The signature of a Stripe event (docs.stripe.com/webhooks/signature), for snapshot and thin events alike.

``Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>...]`` where each ``v1`` is HMAC-SHA256 over ``{t}.{body}`` with the
endpoint's secret, ``whsec_`` included. While a secret is rolled there are several. This module is light: the edge
imports it.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

from fanshare.core.instants import SECOND, Instant
from fanshare.integrations.types import Verdict, Verification

SIGNATURE_HEADER = "stripe-signature"

#: How far the sender's clock may be off, either way, judged at the moment of receipt.
TOLERANCE = 300 * SECOND
#: More entries than any rotation brings; what lies behind is not read.
MAX_ENTRIES = 30

_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def verify(raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: Instant) -> Verification:
    """Whether one of the secrets signed these bytes within five minutes of ``now``."""
    listed = headers.get(SIGNATURE_HEADER, "")
    if not listed:
        return _refused("no_signature")
    sent, given = _entries(listed)
    if _SECONDS.fullmatch(sent) is None:
        return _refused("bad_timestamp")
    expected = [_sign(secret, sent, raw).encode() for secret in secrets if secret]
    # Every pair is compared, so that the time taken does not tell which one fits.
    fits = [hmac.compare_digest(one.encode("utf-8", "surrogateescape"), wanted) for one in given for wanted in expected]
    if not any(fits):
        return _refused("wrong_signature")
    if abs(int(sent) * SECOND - now) > TOLERANCE:
        return _refused("too_old" if int(sent) * SECOND < now else "too_new")
    return Verification(Verdict.ACCEPTED)


def signature_of(secret: bytes, sent: int, raw: bytes) -> str:
    """The header Stripe would send for these bytes at ``sent`` seconds since 1970."""
    return f"t={sent},v1={_sign(secret, str(sent), raw)}"


def _entries(listed: str) -> tuple[str, list[str]]:
    """The time and the ``v1`` signatures; other schemes (``v0`` of test mode) are passed over, as Stripe asks."""
    sent, given = "", []
    for entry in listed.split(",")[:MAX_ENTRIES]:
        name, _, value = entry.strip().partition("=")
        if name == "t":
            sent = value
        elif name == "v1":
            given.append(value)
    return sent, given


def _sign(secret: bytes, sent: str, raw: bytes) -> str:
    return hmac.new(secret, sent.encode() + b"." + raw, hashlib.sha256).hexdigest()


def _refused(reason: str) -> Verification:
    return Verification(Verdict.REFUSED, reason)
