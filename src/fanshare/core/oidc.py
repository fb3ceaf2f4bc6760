"""Signing in by an OpenID Connect provider: what is asked of it, and what its answer has to say.

OpenID Connect Core 1.0 (sections 2 and 3.1.3.7), PKCE (RFC 7636, S256 alone), the issuer in the answer against mix-ups
(RFC 9207). Signatures are checked before by whoever calls this; here is what was signed, held against the clock.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from fanshare.core.errors import BadInputError
from fanshare.core.instants import MINUTE, SECOND, Instant

#: Signatures that are taken: by a key that the provider keeps to itself. None, and none by a shared secret.
ALGORITHMS = ("RS256", "ES256", "PS256", "EdDSA", "RS384", "RS512", "ES384", "ES512")
#: Two clocks.
LEEWAY = 60 * SECOND
#: How old an answer may be: it was made for this visit.
OLDEST = 10 * MINUTE
LONGEST_SUBJECT = 255
_PLACES = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_LONGEST_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as it describes itself, and how this site is called there.

    ``authorize_at``, ``token_at`` and ``keys_at`` are addresses; ``basic`` says how the secret is shown (RFC 6749,
    section 2.3.1), ``algorithms`` by what it signs.
    """

    name: str
    issuer: str
    client_id: str
    authorize_at: str
    token_at: str
    keys_at: str
    basic: bool
    algorithms: tuple[str, ...]

    @property
    def origin(self) -> str:
        """Where a browser is sent."""
        parts = urlsplit(self.authorize_at)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at a provider. ``subject`` is 32 bytes that stand for her there; ``address`` is empty unless the
    provider says that the mailbox is hers."""

    subject: bytes
    address: str = ""


def described(issuer: str, name: str, client_id: str, document: Mapping[str, Any]) -> Provider:
    """A provider by what it says of itself (OpenID Connect Discovery 1.0, section 3). Raises ``BadInputError``:
    ``wrong_issuer``, ``bad_provider``."""
    if document.get("issuer") != issuer:
        raise BadInputError("wrong_issuer", "What lies at this address describes another provider.")
    authorize_at, token_at, keys_at = (str(document.get(one, "")) for one in _PLACES)
    if not all(map(is_safe, (authorize_at, token_at, keys_at))):
        raise BadInputError("bad_provider", "The provider names an address that is not by https.")
    shown = _texts(document, "token_endpoint_auth_methods_supported", ["client_secret_basic"])
    signs = tuple(one for one in ALGORITHMS if one in _texts(document, "id_token_signing_alg_values_supported", []))
    if not signs or not {"client_secret_basic", "client_secret_post"} & set(shown):
        raise BadInputError("bad_provider", "The provider signs, or is shown the secret, in no way that is taken here.")
    if "code" not in _texts(document, "response_types_supported", ["code"]):
        raise BadInputError("bad_provider", "The provider does not know the way by a code.")
    basic = "client_secret_basic" in shown
    return Provider(name, issuer, client_id, authorize_at, token_at, keys_at, basic, signs)


def is_safe(address: str) -> bool:
    """Whether an address is by https and names a host and no user; by http only on this machine itself."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or "@" in parts.netloc or min(address) <= " ":
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in ("127.0.0.1", "::1", "localhost"))


def challenge(verifier: str) -> str:
    """What is shown beforehand of a secret that is told when the code is handed in (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()


def asking(provider: Provider, back: str, state: str, nonce: str, verifier: str) -> str:
    """The address to which a browser is sent."""
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "scope": "openid email",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    between = "&" if urlsplit(provider.authorize_at).query else "?"
    return f"{provider.authorize_at}{between}{urlencode(asked)}"


def identity(claims: Mapping[str, Any], provider: Provider, nonce: str, now: Instant) -> Identity:
    """Who somebody is by claims whose signature was found good.

    Raises ``BadInputError``: ``wrong_issuer``, ``wrong_audience``, ``wrong_nonce``, ``expired``, ``not_yet``,
    ``no_subject``.
    """
    if claims.get("iss") != provider.issuer:
        raise _wrong("wrong_issuer")
    _check_audience(claims, provider.client_id)
    _check_time(claims, now)
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()) or not nonce:
        raise _wrong("wrong_nonce")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_SUBJECT:
        raise _wrong("no_subject")
    address = claims.get("email")
    proved = claims.get("email_verified") is True and isinstance(address, str) and len(address) <= _LONGEST_ADDRESS
    return Identity(subject_of(provider.issuer, subject), str(address) if proved else "")


def subject_of(issuer: str, subject: str) -> bytes:
    """What stands for somebody of a provider: nobody else's, and no other provider's."""
    parts = (issuer.encode(), subject.encode("utf-8", "surrogatepass"))
    return hashlib.sha256(b"".join(len(one).to_bytes(4, "big") + one for one in parts)).digest()


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    found = claims.get("aud")
    meant = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    party = claims.get("azp")
    if client_id not in meant or (party is None and len(meant) > 1) or party not in (None, client_id):
        raise _wrong("wrong_audience")


def _check_time(claims: Mapping[str, Any], now: Instant) -> None:
    ends, made, begins = (_instant(claims.get(name)) for name in ("exp", "iat", "nbf"))
    if ends is None or ends + LEEWAY <= now:
        raise _wrong("expired")
    if made is None or made - LEEWAY > now or (begins is not None and begins - LEEWAY > now):
        raise _wrong("not_yet")
    if made + OLDEST + LEEWAY <= now:
        raise _wrong("expired")


def _instant(seconds: object) -> Instant | None:
    """A NumericDate (RFC 7519, section 2) that is whole, or ``None``."""
    whole = isinstance(seconds, int) and not isinstance(seconds, bool) and abs(seconds) < 10**11
    return int(seconds) * SECOND if whole else None  # type: ignore[call-overload]


def _texts(document: Mapping[str, Any], name: str, usual: Sequence[str]) -> Sequence[str]:
    found = document.get(name, usual)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else usual


def _wrong(code: str) -> BadInputError:
    return BadInputError(code, "The provider's answer is not one to this question.", 422)
