"""Fetch one file from an address that somebody typed: from public addresses alone, and within bounds of size and time.

Every connection, also one that a redirect leads to, goes through ``addresses.PublicOnly``, which looks at the very
address that is called (CWE-918). One deadline holds for all of it: a server that drips its headers byte by byte gains
nothing. The file is kept in memory and asked for as it is, so nothing is unpacked (CWE-409).
"""

import ssl
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

import httpcore
import httpx

from fanshare.core.errors import FanshareError
from fanshare.integrations.outgoing.addresses import PublicOnly, TargetRefusedError

#: Seconds for everything, how large a file is taken, and how many redirects are followed.
DEADLINE, MOST, HOPS = 10.0, 6_000_000, 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS: dict[bytes | str, bytes | str] = {
    "accept": "image/webp,image/jpeg,image/png,image/gif",
    "accept-encoding": "identity",
    "user-agent": "fanshare",
}


class NotFetchedError(FanshareError):
    """There is no file to be had; ``for_good``: asking again is of no use. The message is for people."""

    def __init__(self, message: str, *, for_good: bool = False, **values: object) -> None:
        super().__init__("not_fetched", message, 502, **values)
        self.for_good = for_good


class Fetcher:
    """Fetches files, each over a connection of its own."""

    def __init__(
        self, *, private_too: bool = False, trust: ssl.SSLContext | None = None, deadline: float = DEADLINE
    ) -> None:
        """``private_too`` also calls addresses that are not public; ``trust`` replaces the usual authorities."""
        self._private_too, self._trust, self._deadline = private_too, trust, deadline

    def fetch(self, url: str) -> bytes:
        """The content of a file. Raises ``NotFetchedError``."""
        end = time.monotonic() + self._deadline
        self._trust = self._trust or httpx.create_ssl_context(trust_env=False)
        backend = _Until(PublicOnly(private_too=self._private_too), end)
        with httpcore.ConnectionPool(ssl_context=self._trust, network_backend=backend, max_connections=1) as pool:
            for _ in range(HOPS + 1):
                content, further = _asked(pool, url, end)
                if further is None:
                    return content
                url = further
        raise NotFetchedError("It leads on and on.")


def _asked(pool: httpcore.ConnectionPool, url: str, end: float) -> tuple[bytes, str | None]:
    """The content, or where it leads to."""
    target = _target(url)
    limits = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), max(0.1, end - time.monotonic()))}
    try:
        with pool.stream("GET", target, headers=_HEADERS, extensions=limits) as answer:
            if answer.status in _REDIRECTS:
                return b"", urljoin(url, _location(answer))
            if answer.status != 200:
                raise NotFetchedError("It answered %(answer)s.", answer=answer.status)
            return _content(answer, end), None
    except TargetRefusedError as error:
        raise NotFetchedError(error.template, for_good=True, **error.values) from None
    except (httpcore.TimeoutException, TimeoutError):
        raise NotFetchedError("It did not answer in time.") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
        raise NotFetchedError("It can't be reached: %(why)s.", why=str(error)[:100] or type(error).__name__) from None


def _target(url: str) -> httpcore.URL:
    """The address as it is asked for: its host as A-labels, its path percent-encoded."""
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise NotFetchedError("The address is none of the web.", for_good=True) from None
    if parts.scheme not in {"https", "http"} or not parts.host:
        raise NotFetchedError("The address is none of the web.", for_good=True)
    return httpcore.URL(scheme=parts.raw_scheme, host=parts.raw_host, port=parts.port, target=parts.raw_path)


def _location(answer: httpcore.Response) -> str:
    found = next((value for name, value in answer.headers if name.lower() == b"location"), b"")
    return found.decode("ascii", "replace")


def _content(answer: httpcore.Response, end: float) -> bytes:
    parts, size = [], 0
    for part in answer.iter_stream():
        size += len(part)
        if size > MOST:
            raise NotFetchedError("It is larger than %(most)s MB.", for_good=True, most=MOST // 1_000_000)
        if time.monotonic() > end:
            raise NotFetchedError("It did not come in time.")
        parts.append(part)
    return b"".join(parts)


class _Until(httpcore.NetworkBackend):
    """Connects as another backend does; all that is read and written comes to an end at one moment."""

    def __init__(self, backend: httpcore.NetworkBackend, end: float) -> None:
        self._backend, self._end = backend, end

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the moment is what counts
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        opened = self._backend.connect_tcp(host, port, _left(self._end), local_address, socket_options)
        return _StreamUntil(opened, self._end)


class _StreamUntil(httpcore.NetworkStream):
    """A stream that waits for nothing beyond a moment."""

    def __init__(self, stream: httpcore.NetworkStream, end: float) -> None:
        self._stream, self._end = stream, end

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - likewise
        return self._stream.read(max_bytes, _left(self._end))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - likewise
        self._stream.write(buffer, _left(self._end))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - likewise
    ) -> httpcore.NetworkStream:
        return _StreamUntil(self._stream.start_tls(ssl_context, server_hostname, _left(self._end)), self._end)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(end: float) -> float:
    """Seconds that are left. Raises ``httpcore.ReadTimeout`` where none are."""
    left = end - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("The time is over.")
    return left
