"""Standard Webhooks (https://www.standardwebhooks.com, specification 1.0), the symmetric scheme ``v1``.

``webhook-signature`` lists ``v1,<base64>`` entries, one per secret while secrets rotate; each is HMAC-SHA256 over
``{webhook-id}.{webhook-timestamp}.{body}``. A secret is base64 behind ``whsec_``. This module is light: the edge
imports it.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence

from fanshare.core.instants import SECOND, Instant
from fanshare.integrations.types import Verdict, Verification

ID_HEADER = "webhook-id"
TIME_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"

#: How far the sender's clock may be off, either way, judged at the moment of receipt.
TOLERANCE = 300 * SECOND

_PREFIX = b"whsec_"
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def verify(raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: Instant) -> Verification:
    """Whether one of the secrets signed these bytes within five minutes of ``now``."""
    identity, sent, listed = (headers.get(name, "") for name in (ID_HEADER, TIME_HEADER, SIGNATURE_HEADER))
    if not (identity and sent and listed):
        return _refused("no_signature")
    if _SECONDS.fullmatch(sent) is None:
        return _refused("bad_timestamp")
    keys = [key for key in map(key_of, secrets) if key]
    expected = [_sign(key, identity, sent, raw) for key in keys]
    # Every pair is compared, so that the time taken does not tell which one fits.
    fits = [hmac.compare_digest(given, wanted) for given in _signatures(listed) for wanted in expected]
    if not any(fits):
        return _refused("wrong_signature")
    if abs(int(sent) * SECOND - now) > TOLERANCE:
        return _refused("too_old" if int(sent) * SECOND < now else "too_new")
    return Verification(Verdict.ACCEPTED)


def key_of(secret: bytes) -> bytes:
    """The key inside ``whsec_<base64>`` (the prefix may be missing); empty when it is no such secret."""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


def sign(secret: bytes, identity: str, sent: int, raw: bytes) -> str:
    """The ``webhook-signature`` of a body sent at ``sent`` seconds since 1970."""
    return "v1," + base64.b64encode(_sign(key_of(secret), identity, str(sent), raw)).decode()


def _sign(key: bytes, identity: str, sent: str, raw: bytes) -> bytes:
    content = identity.encode("utf-8", "surrogateescape") + b"." + sent.encode() + b"." + raw
    return hmac.new(key, content, hashlib.sha256).digest()


def _signatures(listed: str) -> Iterator[bytes]:
    """The decoded ``v1`` entries; other versions and unreadable entries are passed over, as the standard asks."""
    for entry in listed.split(" ")[:20]:
        version, _, signature = entry.partition(",")
        if version == "v1":
            try:
                yield base64.b64decode(signature, validate=True)
            except (binascii.Error, ValueError):
                continue


def _refused(reason: str) -> Verification:
    return Verification(Verdict.REFUSED, reason)
