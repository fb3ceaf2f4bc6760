"""Asking WooCommerce's REST API (v3) carefully: see ``fanshare.integrations.http``.

Over https the keys travel as Basic authentication; over plain http, where WooCommerce allows only that, requests are
signed by OAuth 1.0a. Plain http is for loopback, unless it is allowed explicitly.
"""

import json
import secrets
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from fanshare.core.errors import BadInputError
from fanshare.integrations.errors import ShopRefusedError, ShopUnreachableError
from fanshare.integrations.http import (
    DEADLINE,
    LATER,
    MAX_BODY,
    Answer,
    Asker,
    check_shop_url,
    is_loopback,
    json_of,
    retry_after,
)
from fanshare.integrations.json_input import Json, read_json
from fanshare.integrations.woocommerce.oauth1 import signed_query

__all__ = ["MAX_BODY", "Rest", "ShopAccess", "is_loopback", "retry_after"]

_ROUTE = "/wp-json/wc/v3/"
# A 404 alone is no tombstone: a shop whose API moved answers 404 to everything.
_UNKNOWN_ORDER = {"woocommerce_rest_shop_order_invalid_id", "woocommerce_rest_invalid_order_id"}


@dataclass(frozen=True, slots=True)
class ShopAccess:
    """Where a shop is and the read-only REST key to ask it with."""

    url: str
    key: str
    secret: str
    allow_plain_http: bool = False
    public_only: bool = False

    def __post_init__(self) -> None:
        """Raises ``BadInputError`` ``bad_shop_url`` for an address that can't or must not be asked."""
        check_shop_url(self.url, allow_plain_http=self.allow_plain_http)


class Rest:
    """Requests to one shop's API. Not for use by several threads at once. Close it, or use it as a context."""

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
        self._asker = Asker(timeout=timeout, deadline=deadline, trust=trust, public_only=access.public_only)

    def __enter__(self) -> "Rest":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._asker.close()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        """The JSON under ``/wp-json/wc/v3/{path}``; ``None`` when the shop says that there is no such order.

        Raises ``ShopUnreachableError`` (timeouts, broken or half answers, 429, 5xx; with Retry-After) and
        ``ShopRefusedError`` (keys refused, redirects, no API under this address, too large).
        """
        answer = self._send("GET", path, query or {})
        if answer.status == 404 and _code(answer.body) in _UNKNOWN_ORDER:
            return None
        return _told(answer)

    def write(self, method: str, path: str, document: Mapping[str, Any]) -> Json:
        """POST or PUT a document; what the shop answers. Raises as ``get``, and ``ShopRefusedError`` for a key that
        may only read."""
        answer = self._send(method, path, {}, json.dumps(document).encode())
        if answer.status in {401, 403}:
            raise ShopRefusedError("The shop's REST key may only read; create one that may read and write.")
        return _told(answer)

    def _send(self, method: str, path: str, query: Mapping[str, str], content: bytes | None = None) -> Answer:
        url = self._root + path
        params, auth = self._signed(method, url, query)
        headers = {} if content is None else {"content-type": "application/json"}
        return self._asker.ask(method, url, params=params, headers=headers, content=content, auth=auth)

    def _signed(
        self, method: str, url: str, query: Mapping[str, str]
    ) -> tuple[httpx.QueryParams, tuple[str, str] | None]:
        access = self._access
        if access.url.startswith("https:"):
            return httpx.QueryParams(query), (access.key, access.secret)
        now, nonce = int(time.time()), secrets.token_hex(16)
        signed = signed_query(method, url, query.items(), key=access.key, secret=access.secret, now=now, nonce=nonce)
        return httpx.QueryParams(tuple(signed)), None


def _told(answer: Answer) -> Json:
    """What a shop says in an answer. Raises as ``Rest.get``."""
    status = answer.status
    if status in {200, 201}:
        return json_of(answer.body)
    if status in LATER or status >= 500:
        wait = retry_after(answer.headers)
        raise ShopUnreachableError("The shop answered %(answer)s; it is asked again later.", wait, answer=status)
    if 300 <= status < 400:
        raise ShopRefusedError("The shop redirects its API elsewhere; enter the address it redirects to.")
    if status in {401, 403}:
        raise ShopRefusedError("The shop refused our key (%(answer)s); create a new read-only REST key.", answer=status)
    raise ShopRefusedError(
        "The shop answered %(answer)s: there is no WooCommerce API under this address.", answer=status
    )


def _code(body: bytes) -> str:
    try:
        value = read_json(body, max_bytes=MAX_BODY)
    except BadInputError:
        return ""
    return str(value.get("code")) if isinstance(value, dict) else ""
