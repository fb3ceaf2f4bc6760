"""Send one message and say what came of it. Signed as Standard Webhooks 1.0: ``id.timestamp.body``, HMAC-SHA-256."""

import contextlib
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpcore
import httpx

from fanshare.core.instants import SECOND, Instant
from fanshare.core.marks import say
from fanshare.integrations.generic.verify import sign
from fanshare.integrations.outgoing.addresses import PublicOnly, TargetRefusedError

TIMEOUT = 10.0
#: Seconds for one answer from the first to the last byte, and how much of it is looked at.
DEADLINE, MOST = 20.0, 64_000


@dataclass(frozen=True, slots=True)
class Sent:
    """Whether it was taken, or at least answered; ``gone`` when the other side said never to come again (410).

    ``said`` is for people.
    """

    taken: bool
    said: str
    answered: bool = False
    gone: bool = False


class Sender:
    """Sends messages over kept connections. Not for several threads at once."""

    def __init__(self, *, private_too: bool = False, trust: ssl.SSLContext | None = None) -> None:
        """``private_too`` also calls addresses that are not public; ``trust`` replaces the usual authorities."""
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust or httpx.create_ssl_context(trust_env=False),
            network_backend=PublicOnly(private_too=private_too),
            max_connections=20,
            keepalive_expiry=30.0,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def send(self, url: str, secrets: Sequence[str], message: str, body: bytes, now: Instant) -> Sent:
        """Post ``body`` under the id ``message``. A redirect is not followed: it is an answer that is not 2xx."""
        at = now // SECOND
        signatures = " ".join(sign(secret.encode(), message, at, body) for secret in secrets)
        headers: dict[bytes | str, bytes | str] = {
            "content-type": "application/json",
            "user-agent": "fanshare",
            "webhook-id": message,
            "webhook-timestamp": str(at),
            "webhook-signature": signatures,
        }
        limits = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT)}
        try:
            with self._pool.stream("POST", url, headers=headers, content=body, extensions=limits) as answer:
                status = answer.status
                _read(answer)
        except TargetRefusedError as error:
            return Sent(False, error.said)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            return Sent(False, _reason(error))
        except httpcore.UnsupportedProtocol:
            return Sent(False, say("The address is none of the web."))
        return Sent(
            200 <= status < 300, say("It answered %(answer)s.", answer=status), answered=True, gone=status == 410
        )


def _read(answer: httpcore.Response) -> None:
    """Take the answer in so that the connection can be used again, but not for ever."""
    end, size = time.monotonic() + DEADLINE, 0
    with contextlib.closing(answer.iter_stream()) as parts:  # type: ignore[type-var]
        for part in parts:
            size += len(part)
            if size > MOST or time.monotonic() > end:
                return


def _reason(error: Exception) -> str:
    if isinstance(error, httpcore.TimeoutException | TimeoutError):
        return say("It did not answer in time.")
    if isinstance(error, httpcore.ConnectError):
        return say("It can't be reached: %(why)s.", why=str(error)[:200] or "no connection")
    return say("The connection broke: %(why)s.", why=str(error)[:200] or type(error).__name__)
