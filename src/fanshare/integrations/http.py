"""Asking a shop over HTTP carefully: bounded in time and size, never led to another host, no proxy from outside."""

import ipaddress
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import httpcore
import httpx

from fanshare.core.errors import BadInputError
from fanshare.core.marks import later
from fanshare.integrations.errors import ShopRefusedError, ShopUnreachableError
from fanshare.integrations.json_input import Json, read_json
from fanshare.integrations.outgoing.addresses import TargetRefusedError
from fanshare.integrations.outgoing.transport import PublicTransport

MAX_BODY = 16_000_000
MAX_RETRY_AFTER = 86_400
#: Seconds for one answer from the first to the last byte: a shop that drips bytes must not hold a worker.
DEADLINE = 30.0
#: Statuses that say "not now": timeout, too early, too many requests.
LATER = frozenset({408, 425, 429})

#: What the transport below raises where no client translates it.
_CORE = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)
_HOST = re.compile(rb"[A-Za-z0-9._:-]+")
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer. ``headers`` find their names in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Asker:
    """One client for one shop. Not for use by several threads at once. Close it, or use it as a context."""

    def __init__(
        self,
        *,
        timeout: float = 10.0,
        deadline: float = DEADLINE,
        trust: ssl.SSLContext | None = None,
        public_only: bool = False,
    ) -> None:
        """``timeout`` is seconds of silence, ``deadline`` seconds in all; ``trust`` replaces the usual authorities.

        With ``public_only`` an address that is not of the public internet is not called, whatever its name.
        """
        self._deadline = deadline
        self._client = httpx.Client(
            timeout=timeout,
            follow_redirects=False,
            # No proxy or credentials from the environment: only the shop's own address is asked.
            trust_env=False,
            verify=trust or True,
            transport=PublicTransport(trust) if public_only else None,
            headers={"user-agent": "fanshare", "accept": "application/json"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        url: str,
        *,
        params: httpx.QueryParams | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        """Send one request and read its answer to the end, whatever the status.

        Raises ``ShopUnreachableError`` (nobody there, too slow, cut off) and ``ShopRefusedError`` (an address that
        can't be asked, an answer that is too large).
        """
        until = time.monotonic() + self._deadline
        try:
            with self._client.stream(method, url, params=params, headers=headers, content=content, auth=auth) as answer:
                return Answer(answer.status_code, answer.headers, _bounded(answer, until))
        except TargetRefusedError as error:
            raise ShopRefusedError(error.template, **error.values) from error
        except (httpx.TransportError, httpx.DecodingError, *_CORE) as error:
            raise ShopUnreachableError("The shop could not be asked: %(kind)s.", kind=type(error).__name__) from error
        except httpx.InvalidURL as error:
            raise ShopRefusedError("The shop's address can't be asked.") from error


def check_shop_url(address: str, *, allow_plain_http: bool = False) -> None:
    """Raises ``BadInputError`` ``bad_shop_url`` for an address of a shop that can't or must not be asked.

    Plain http is for loopback, unless it is allowed explicitly.
    """
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, TypeError, ValueError):
        raise _bad_url(later("This is not the address of a shop, such as https://shop.example.")) from None
    if (
        url.scheme not in {"http", "https"}
        or not _HOST.fullmatch(url.raw_host)
        or url.userinfo
        or url.query
        or url.fragment
    ):
        raise _bad_url(
            later("A shop's address is https://, a host name and perhaps a path, such as https://shop.example.")
        )
    if url.scheme == "http" and not (allow_plain_http or is_loopback(url.host)):
        raise _bad_url(later("Plain http would show orders to everyone on the way; give the shop's https address."))


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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


def json_of(body: bytes) -> Json:
    """The JSON of an answer. Raises ``ShopUnreachableError`` for half an answer or a page for people."""
    try:
        return read_json(body, max_bytes=MAX_BODY)
    except BadInputError as error:
        if error.code == "bad_json":
            raise ShopUnreachableError("The shop's answer is cut off or is not JSON.") from error
        raise


def _bounded(answer: httpx.Response, until: float) -> bytes:
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > MAX_BODY:
            raise ShopRefusedError("The shop's answer is larger than %(most)s bytes.", most=MAX_BODY)
        if time.monotonic() > until:
            raise ShopUnreachableError("The shop's answer took too long.")
    return bytes(body)


def _bad_url(message: str) -> BadInputError:
    return BadInputError("bad_shop_url", message)
