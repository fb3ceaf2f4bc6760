"""OAuth 1.0a one-legged request signatures (RFC 5849, section 3.4), as WooCommerce asks for over plain http."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

type Parameters = Iterable[tuple[str, str]]


def encode(value: str) -> str:
    """Percent-encoding of RFC 5849, section 3.6."""
    return quote(value, safe="-._~")


def base_string(method: str, url: str, parameters: Parameters) -> str:
    """The signature base string of section 3.4.1. ``parameters`` are all of them, decoded, query and OAuth alike."""
    parts = urlsplit(url)
    port = "" if parts.port in {None, 80 if parts.scheme == "http" else 443} else f":{parts.port}"
    address = f"{parts.scheme.lower()}://{(parts.hostname or '').lower()}{port}{parts.path or '/'}"
    pairs = sorted((encode(name), encode(value)) for name, value in parameters)
    normalised = "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join(encode(part) for part in (method.upper(), address, normalised))


def signature(base: str, consumer_secret: str, token_secret: str = "", *, digest: str = "sha256") -> str:
    """HMAC signature of section 3.4.2, base64. ``digest`` is ``sha1`` or ``sha256``."""
    key = f"{encode(consumer_secret)}&{encode(token_secret)}"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), getattr(hashlib, digest)).digest()).decode()


def signed_query(
    method: str, url: str, query: Parameters, *, key: str, secret: str, now: int, nonce: str
) -> list[tuple[str, str]]:
    """``query`` with the OAuth parameters and the signature; ``now`` in seconds since 1970."""
    parameters = [
        *query,
        ("oauth_consumer_key", key),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", str(now)),
    ]
    return [*parameters, ("oauth_signature", signature(base_string(method, url, parameters), secret))]
