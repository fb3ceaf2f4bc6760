"""An HTTP client's transport that reaches public addresses alone, whatever a name answers when it is asked again."""

import contextlib
import ssl
from collections.abc import Iterator

import httpcore
import httpx

from fanshare.integrations.outgoing.addresses import PublicOnly


class PublicTransport(httpx.BaseTransport):
    """Sends what a client asks over ``PublicOnly``; errors are those of httpcore, and ``TargetRefusedError``."""

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        """``trust`` replaces the usual authorities."""
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust or httpx.create_ssl_context(trust_env=False), network_backend=PublicOnly()
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request, and its answer as far as its head."""
        asked = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=asked.raw_scheme, host=asked.raw_host, port=asked.port, target=asked.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Parts(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class _Parts(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with contextlib.closing(self._answer.iter_stream()) as parts:  # type: ignore[type-var]
            yield from parts

    def close(self) -> None:
        self._answer.close()
