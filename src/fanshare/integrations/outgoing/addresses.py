"""Where a message may go: the name is resolved each time, and only addresses of the public internet are called.

An address that somebody typed must not let her speak to what only this machine can reach (server-side request
forgery, CWE-918). The check is made on the very address that is connected to, so a name that answers differently the
second time gains nothing.
"""

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore

from fanshare.core.errors import FanshareError


class TargetRefusedError(FanshareError):
    """This address is not called, whoever asks."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__("target_refused", message, 422, **values)


def allowed(host: str, port: int) -> list[str]:
    """The public addresses of a host, in the resolver's order.

    Raises ``TargetRefusedError`` when any of them is not public, ``OSError`` where the name is not known.
    """
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in found:
        if not is_public(address):
            raise TargetRefusedError(
                "%(host)s leads to %(address)s, which is not on the public internet.", host=host, address=address
            )
    return list(dict.fromkeys(found))


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet, also behind a mapping of IPv4 into IPv6."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if parsed in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
    return parsed.is_global and not parsed.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class PublicOnly(httpcore.NetworkBackend):
    """Connects to public addresses; ``private_too`` is for an installation whose software lives beside it."""

    def __init__(self, *, private_too: bool = False) -> None:
        self._backend = httpcore.SyncBackend()
        self._private_too = private_too

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address that answers."""
        if self._private_too:
            return self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        try:
            addresses = allowed(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} is not known") from error
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                return self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._backend.sleep(seconds)
