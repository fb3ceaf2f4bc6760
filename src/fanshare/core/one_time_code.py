"""Codes of an authenticator app: HOTP (RFC 4226) over steps of time, TOTP (RFC 6238), and the address that sets one up.

SHA-1, six digits and thirty seconds are what every app understands; the secret has 160 bits.
"""

import base64
import hashlib
import hmac
from urllib.parse import quote, urlencode

from fanshare.core.instants import SECOND, Instant

SECRET_BYTES = 20
DIGITS = 6
STEP = 30 * SECOND
#: Steps before and after the present one whose code is taken: clocks of phones differ.
TOLERANCE = 1


def code(secret: bytes, counter: int) -> str:
    """The code of a counter (RFC 4226, 5.3)."""
    digest = hmac.new(secret, counter.to_bytes(8, "big"), hashlib.sha1).digest()
    place = digest[-1] & 0x0F
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(now: Instant) -> int:
    """The step of time that an instant lies in (RFC 6238, 4.2)."""
    return now // STEP


def matching_step(secret: bytes, typed: str, now: Instant, used: int) -> int | None:
    """The step whose code was typed, if it is near enough and later than the newest one ``used`` (RFC 6238, 5.2)."""
    digits = "".join(typed.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == DIGITS):
        return None
    present = step_of(now)
    near = range(max(0, present - TOLERANCE), present + TOLERANCE + 1)
    found = [step for step in near if hmac.compare_digest(code(secret, step), digits) and step > used]
    return found[-1] if found else None


def shown(secret: bytes) -> str:
    """A secret as people type it: base 32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def address(secret: bytes, issuer: str, account: str) -> str:
    """The ``otpauth`` address that an app reads from a picture."""
    query = {"secret": base64.b32encode(secret).decode().rstrip("="), "issuer": issuer}
    return f"otpauth://totp/{quote(issuer, safe='')}:{quote(account, safe='@')}?{urlencode(query, quote_via=quote)}"
