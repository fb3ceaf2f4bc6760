"""Telling visitors apart for a day without knowing them.

A visitor is HMAC-SHA256 over address and user agent, cut to 16 bytes, under a salt that is made anew every UTC day.
Two salts are alive, today's and yesterday's; older ones are deleted, and with them the last way to test whether some
address was among the visitors. No address is ever written down. Addresses of version 6 count by their /64, which is
one household (RFC 4941 makes the rest change on its own).
"""

import ipaddress
import re
import secrets
import socket
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from fanshare.config.keys import write_secret_once
from fanshare.core.instants import DAY, MINUTE, SECOND, Instant, to_datetime
from fanshare.core.keyed_hash import Pads, pads

SALT_BYTES = 32
VISITOR_BYTES = 16
_LONGEST_ADDRESS = 64

_NAME = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

type Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Salts:
    """Today's and yesterday's salt, kept in ``<home>/keys/visitor/`` so that a restart does not count anew.

    Several edges of one installation agree on the salt, whoever makes it first.
    """

    def __init__(self, home: Path) -> None:
        self._directory = home / "keys" / "visitor"
        self._day = -1
        self._today = b""
        self._yesterday: bytes | None = None

    def at(self, now: Instant) -> tuple[bytes, bytes | None]:
        """The salt of the day of ``now``, and the one before it where there is one."""
        day = now // DAY
        if day != self._day:
            try:
                self._turn(day)
            except OSError:  # a full disk must not stop redirects; this salt lives as long as the process
                self._day, self._yesterday, self._today = day, None, secrets.token_bytes(SALT_BYTES)
        return self._today, self._yesterday

    def _turn(self, day: int) -> None:
        today, yesterday = _day_name(day), _day_name(day - 1)
        path = self._directory / today
        if not path.exists():
            write_secret_once(path, secrets.token_bytes(SALT_BYTES))
        self._today = path.read_bytes()
        earlier = self._directory / yesterday
        self._yesterday = earlier.read_bytes() if earlier.exists() else None
        self._day = day
        _ready.cache_clear()  # an old salt goes from memory as well
        for old in self._directory.iterdir():
            if _NAME.fullmatch(old.name) and old.name < yesterday:
                old.unlink(missing_ok=True)


def visitor_hash(salt: bytes, address: str, user_agent: str) -> bytes:
    """16 bytes that stand for a visitor for as long as the salt lives."""
    text = f"{_network_part(address)}\0{user_agent}".encode("utf-8", "surrogatepass")
    return _ready(salt).digest(text)[:VISITOR_BYTES]


@lru_cache(maxsize=2)
def _ready(salt: bytes) -> Pads:
    return pads(salt)


def _v4(address: str) -> bytes | None:
    """The four bytes of a plain IPv4 address: the common case, read by the C library."""
    try:
        return socket.inet_pton(socket.AF_INET, address)
    except (OSError, ValueError):
        return None


def _network_part(address: str) -> str:
    return address if _v4(address) is not None else _network_part_of(address)


@lru_cache(maxsize=4096)
def _network_part_of(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(found)


def _day_name(day: int) -> str:
    return to_datetime(day * DAY).date().isoformat()


class Networks:
    """Addresses and networks as configured. False when there are none."""

    __slots__ = ("all", "v4")

    def __init__(self, wanted: Iterable[Network]) -> None:
        self.all = tuple(wanted)
        #: The network and the mask of each that is one of IPv4, as numbers.
        self.v4 = tuple((int(one.network_address), int(one.netmask)) for one in self.all if one.version == 4)

    def __bool__(self) -> bool:
        return bool(self.all)


def networks(texts: Iterable[str]) -> Networks:
    """Addresses and networks such as ``10.0.0.0/8``. Raises ``ValueError`` for what is none."""
    return Networks(ipaddress.ip_network(text, strict=False) for text in texts)


def client_address(peer: str, forwarded: Sequence[str], trusted: Networks) -> str:
    """Who is asking: the peer, or, if that is a trusted proxy, the last address in ``X-Forwarded-For`` (its values in
    order) that is none. What stands further left was written by strangers."""
    if not trusted or not is_among(peer, trusted):
        return peer
    chain = [one.strip() for value in forwarded for one in value.split(",")][-16:]
    address = peer
    for candidate in reversed(chain):
        if not _is_address(candidate):
            break
        address = candidate
        if not is_among(candidate, trusted):
            break
    return address


def is_among(address: str, wanted: "Networks") -> bool:
    """Whether an address lies in one of the networks; false for what is no address."""
    plain = _v4(address)
    if plain is None:
        return _is_among(address, wanted)
    number = int.from_bytes(plain)
    return any(number & mask == network for network, mask in wanted.v4)


@lru_cache(maxsize=4096)
def _is_among(address: str, wanted: "Networks") -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in wanted.all)


def _is_address(text: str) -> bool:
    if _v4(text) is not None:
        return True
    if len(text) > _LONGEST_ADDRESS:
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


class Duplicates:
    """Which visitors came to which link within a minute; forgets the oldest when it holds too many."""

    def __init__(self, window: Instant = 60 * SECOND, most: int = 100_000) -> None:
        self._window = window
        self._most = most
        self._seen: OrderedDict[bytes, Instant] = OrderedDict()

    def seen(self, link_id: int, visitors: Iterable[bytes], now: Instant) -> bool:
        """Whether one of the ``visitors`` (the same person under today's and yesterday's salt) was here within the
        window; notes the first of them. The window begins with the click that counted and is not prolonged."""
        place = link_id.to_bytes(8, "big")
        keys = [place + visitor for visitor in visitors]
        for key in keys:
            if 0 <= now - self._seen.get(key, -self._window - 1) < self._window:
                return True
        self._seen.pop(keys[0], None)
        self._seen[keys[0]] = now
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)
        return False


def is_near_midnight(now: Instant) -> bool:
    """Whether the day is so young that a visitor of a minute ago was hashed under yesterday's salt."""
    return now % DAY < MINUTE
