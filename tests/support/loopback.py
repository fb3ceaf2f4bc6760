"""A guard that keeps tests on this machine: reaching for anything but loopback or a unix socket raises.

It listens to the interpreter's audit events (PEP 578), so it also sees libraries that keep their own reference to
``socket.socket``. Child processes and C libraries with sockets of their own (libpq, libuv) are outside its reach.
"""

import ipaddress
import socket
import sys
from typing import Any

_SENDING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_INTERNET = {socket.AF_INET, socket.AF_INET6}
_installed = False


class OutsideConnectionError(RuntimeError):
    """A test tried to reach another machine."""


def install() -> None:
    """Refuse connections to other machines for the rest of this process. Audit hooks can't be taken back."""
    global _installed
    if not _installed:
        sys.addaudithook(_audit)
        _installed = True


def is_local(host: object) -> bool:
    """Whether a host, as given to the socket module, is this machine: ``localhost`` or a loopback address."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str):
        return host is None
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if event in _SENDING:
        sock, address = args
        if sock.family in _INTERNET and address is not None and not is_local(address[0]):
            raise OutsideConnectionError(f"tests stay on loopback, but {event} went to {address!r}")
    elif event == "socket.getaddrinfo" and not is_local(args[0]) and not _is_numeric(args[0]):
        raise OutsideConnectionError(f"tests stay on loopback, but a lookup asked for {args[0]!r}")


def _is_numeric(host: object) -> bool:
    """Whether a host is an address in some spelling, for which nobody has to be asked."""
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        ipaddress.ip_address(text)
    except ValueError:
        try:
            socket.inet_aton(text)
        except OSError:
            return False
    return True
