"""Asking WooCommerce's REST API (v3) carefully: bounded in time and size, never led to another host.

Over https the keys travel as Basic authentication; over plain http, where WooCommerce allows only that, requests are
signed by OAuth 1.0a. Plain http is for loopback, unless it is allowed explicitly.
"""

import ipaddress
import re
import secrets
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from fanshare.core.errors import BadInputError
from fanshare.integrations.errors import ShopRefusedError, ShopUnreachableError
from fanshare.integrations.json_input import Json, read_json
from fanshare.integrations.woocommerce.oauth1 import signed_query

MAX_BODY = 16_000_000
MAX_RETRY_AFTER = 86_400
#: Seconds for one answer from the first to the last byte: a shop that drips bytes must not hold a worker.
DEADLINE = 30.0

_ROUTE = "/wp-json/wc/v3/"
# A 404 alone is no tombstone: a shop whose API moved answers 404 to everything.
_UNKNOWN_ORDER = {"woocommerce_rest_shop_order_invalid_id", "woocommerce_rest_invalid_order_id"}
_LATER = {408, 425, 429}
_HOST = re.compile(rb"[A-Za-z0-9._:-]+")
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ShopAccess:
    """Where a shop is and the read-only REST key to ask it with."""

    url: str
    key: str
    secret: str
    allow_plain_http: bool = False

    def __post_init__(self) -> None:
        """Raises ``BadInputError`` ``bad_shop_url`` for an address that can't or must not be asked."""
        try:
            url = httpx.URL(self.url)
        except (httpx.InvalidURL, TypeError, ValueError):
            raise _bad_url("This is not the address of a shop, such as https://shop.example.") from None
        if (
            url.scheme not in {"http", "https"}
            or not _HOST.fullmatch(url.raw_host)
            or url.userinfo
            or url.query
            or url.fragment
        ):
            raise _bad_url(
                "A shop's address is https://, a host name and perhaps a path, such as https://shop.example."
            )
        if url.scheme == "http" and not (self.allow_plain_http or is_loopback(url.host)):
            raise _bad_url("Plain http would show orders to everyone on the way; give the shop's https address.")


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Rest:
    """GET requests to one shop's API. Not for use by several threads at once. Close it, or use it as a context."""

    def __init__(
        self,
        access: ShopAccess,
        *,
        timeout: float = 10.0,
        deadline: float = DEADLINE,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """``timeout`` is seconds of silence, ``deadline`` seconds in all; ``trust`` replaces the usual authorities."""
        self._access = access
        self._root = access.url.rstrip("/") + _ROUTE
        self._deadline = deadline
        self._client = httpx.Client(
            timeout=timeout,
            follow_redirects=False,
            # No proxy or credentials from the environment: only the shop's own address is asked.
            trust_env=False,
            verify=trust or True,
            headers={"user-agent": "fanshare", "accept": "application/json"},
        )

    def __enter__(self) -> "Rest":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        """The JSON under ``/wp-json/wc/v3/{path}``; ``None`` when the shop says that there is no such order.

        Raises ``ShopUnreachableError`` (timeouts, broken or half answers, 429, 5xx; with Retry-After) and
        ``ShopRefusedError`` (keys refused, redirects, no API under this address, too large).
        """
        status, headers, body = self._send(path, query or {})
        if status == 200:
            return _json(body)
        if status == 404 and _code(body) in _UNKNOWN_ORDER:
            return None
        if status in _LATER or status >= 500:
            raise ShopUnreachableError(f"The shop answered {status}; it is asked again later.", retry_after(headers))
        if 300 <= status < 400:
            raise ShopRefusedError("The shop redirects its API elsewhere; enter the address it redirects to.")
        if status in {401, 403}:
            raise ShopRefusedError(f"The shop refused our key ({status}); create a new read-only REST key.")
        raise ShopRefusedError(f"The shop answered {status}: there is no WooCommerce API under this address.")

    def _send(self, path: str, query: Mapping[str, str]) -> tuple[int, httpx.Headers, bytes]:
        url, until = self._root + path, time.monotonic() + self._deadline
        params, auth = self._signed(url, query)
        try:
            with self._client.stream("GET", url, params=params, auth=auth) as answer:
                return answer.status_code, answer.headers, _bounded(answer, until)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise ShopUnreachableError(f"The shop could not be asked: {type(error).__name__}.") from error
        except httpx.InvalidURL as error:
            raise ShopRefusedError("The shop's address can't be asked.") from error

    def _signed(self, url: str, query: Mapping[str, str]) -> tuple[httpx.QueryParams, tuple[str, str] | None]:
        access = self._access
        if access.url.startswith("https:"):
            return httpx.QueryParams(query), (access.key, access.secret)
        now, nonce = int(time.time()), secrets.token_hex(16)
        signed = signed_query("GET", url, query.items(), key=access.key, secret=access.secret, now=now, nonce=nonce)
        return httpx.QueryParams(tuple(signed)), None


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds the shop asks us to wait (RFC 9110, section 10.2.3), a day at most. A date counts from ``Date``."""
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return min(int(value), MAX_RETRY_AFTER)
    try:
        wait = (parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(max(int(wait), 0), MAX_RETRY_AFTER)


def _bounded(answer: httpx.Response, until: float) -> bytes:
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > MAX_BODY:
            raise ShopRefusedError(f"The shop's answer is larger than {MAX_BODY} bytes.")
        if time.monotonic() > until:
            raise ShopUnreachableError("The shop's answer took too long.")
    return bytes(body)


def _json(body: bytes) -> Json:
    try:
        return read_json(body, max_bytes=MAX_BODY)
    except BadInputError as error:
        if error.code == "bad_json":
            raise ShopUnreachableError("The shop's answer is cut off or is not JSON.") from error
        raise


def _code(body: bytes) -> str:
    try:
        value = read_json(body, max_bytes=MAX_BODY)
    except BadInputError:
        return ""
    return str(value.get("code")) if isinstance(value, dict) else ""


def _bad_url(message: str) -> BadInputError:
    return BadInputError("bad_shop_url", message)
