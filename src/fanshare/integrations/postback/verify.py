"""Who called: by the token in the address, by a signature, or by both. This module is light: the edge imports it.

The token is one of the connection's secrets as it stands. The signature is the hexadecimal HMAC-SHA256 (RFC 2104) of
the message (``fanshare.integrations.postback.address``) under one of them. One of the two is needed; whatever is sent
has to fit.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from fanshare.core.instants import Instant
from fanshare.integrations.postback.address import SIGNATURE, TOKEN
from fanshare.integrations.types import Verdict, Verification

#: A shorter secret could be guessed at the pace at which an address can be called.
LEAST_SECRET = 16


def verify(raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: Instant) -> Verification:
    """Whether token or signature fit one of the secrets. The time is not judged: a call may be repeated for days."""
    del now
    token, signature = headers.get(TOKEN, ""), headers.get(SIGNATURE, "").strip().lower()
    if not (token or signature):
        return _refused("no_token")
    good = [secret for secret in secrets if len(secret) >= LEAST_SECRET]
    if token and not _among(token, [secret.decode("latin-1") for secret in good]):
        return _refused("wrong_token")
    if signature and not _among(signature, [sign(secret, raw) for secret in good]):
        return _refused("wrong_signature")
    return Verification(Verdict.ACCEPTED)


def sign(secret: bytes, raw: bytes) -> str:
    """The signature of a message."""
    return hmac.new(secret, raw, hashlib.sha256).hexdigest()


def _among(given: str, wanted: Sequence[str]) -> bool:
    # All are compared, so that the time taken does not tell which one fits.
    fits = [hmac.compare_digest(given.encode("utf-8", "replace"), each.encode("utf-8")) for each in wanted]
    return any(fits)


def _refused(reason: str) -> Verification:
    return Verification(Verdict.REFUSED, reason)
