"""Where a link may lead, and the address that is sent to the browser. No open redirect can be made of it.

The browser never sees the text that was typed in: an address is taken apart strictly (RFC 3986 characters only), its
host is brought to the A-label form (UTS 46, RFC 5891) and compared with the programme's list, and the Location is
put together again from the parts. So there is nothing that a browser could read otherwise than the check did.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_plus, urlsplit

import idna

from fanshare.core.errors import BadInputError
from fanshare.core.marks import say

#: Everything a visitor's own query may take up, in bytes.
MAX_QUERY = 2048
MAX_URL = 4096

_URL = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~\u00a1-\uffef]+")
_PATH = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*", re.ASCII)
_QUERY = re.compile(r"(?:[A-Za-z0-9\-._~!$'()*+,;=:@/?\[\]|]|%[0-9A-Fa-f]{2})*", re.ASCII)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*", re.ASCII)
_DEEP = re.compile(r"/(?!/|\\|%2f|%5c)", re.ASCII | re.IGNORECASE)
_DOTS = re.compile(r"(?:^|/)(?:\.|%2e){1,2}(?:/|$)", re.ASCII | re.IGNORECASE)
_PORT = re.compile(r":[0-9]{1,5}$")
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]*", re.ASCII)
_DEFAULT_PORTS = {"https": 443, "http": 80}
#: Payment links of Stripe hand on this parameter, and no other, to the payment (docs.stripe.com/payment-links).
_REFERENCE = "client_reference_id"
_PAYMENT_LINKS = "https://buy.stripe.com"


class Destination(NamedTuple):
    """A checked address in parts. ``origin`` is scheme, host and port; ``pairs`` the query without our names."""

    origin: str
    path: str
    pairs: tuple[str, ...]
    names: frozenset[str]
    fragment: str

    def location(self, visitor: Iterable[str] = (), ours: str = "", path: str | None = None) -> bytes:
        """The Location header. ``visitor`` are pairs that ``visitor_pairs`` let through, ``ours`` is added last."""
        query = "&".join([*self.pairs, *visitor, *([ours] if ours else [])])
        tail = f"?{query}" if query else ""
        anchor = f"#{self.fragment}" if self.fragment else ""
        return f"{self.origin}{self.path if path is None else path}{tail}{anchor}".encode("ascii")


def is_reserved(name: str) -> bool:
    """Whether a query name is ours alone: ``fs`` and ``utm_*``; also as an array (``fs[]``), in any case, and in the
    spellings that PHP turns into these (a space, a dot or a bracket becomes an underscore)."""
    bare = name.strip().lower()
    return bare.partition("[")[0] == "fs" or re.sub(r"[ .\[]", "_", bare).startswith("utm_")


def parse(url: str, hosts: Iterable[str], *, allow_http: bool = False) -> Destination:
    """Check a destination against a programme's hosts (``shop.example``, or ``shop.example:8443`` for that port only).

    Raises ``BadInputError`` (``bad_destination``, ``destination_not_allowed``) with the sentence to show.
    """
    if len(url) > MAX_URL or not _URL.fullmatch(url):
        raise _bad(say("it is too long or holds characters that no web address holds"))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _bad(say("it can't be taken apart")) from error
    if parts.scheme not in ({"https", "http"} if allow_http else {"https"}):
        raise _bad(say("it must begin with https://"))
    if "@" in parts.netloc or not parts.netloc or parts.netloc.endswith(":"):
        raise _bad(say("it must name a host and no user"))
    host = ascii_host(parts.hostname or "")
    if not _is_allowed(host, port, parts.scheme, hosts):
        raise BadInputError("destination_not_allowed", "%(host)s is not one of this shop's addresses.", host=host)
    if not _PATH.fullmatch(parts.path) or not _PATH.fullmatch(parts.fragment):
        raise _bad(say("its path holds characters that must be written with %"))
    origin = f"{parts.scheme}://{host}" + ("" if port is None else f":{port}")
    pairs = tuple(pair for pair in _pairs(parts.query, strict=True) if not _is_set_by_us(_name(pair)))
    return Destination(origin, parts.path or "/", pairs, frozenset(map(_name, pairs)), parts.fragment)


def payment_link(target: Destination) -> tuple[Destination, str]:
    """The name under which a payment link wants the click id as well, and the address without a place kept for it.

    Stripe's own host is known; under a host of one's own the address says so by an empty ``client_reference_id=``.
    A value that the address gives itself stays, and the name is empty.
    """
    pairs = tuple(pair for pair in target.pairs if pair not in (_REFERENCE, f"{_REFERENCE}="))
    if any(_name(pair) == _REFERENCE for pair in pairs):
        return target, ""
    if target.origin != _PAYMENT_LINKS and pairs == target.pairs:
        return target, ""
    return target._replace(pairs=pairs, names=target.names | {_REFERENCE}), _REFERENCE


def ascii_host(host: str) -> str:
    """The A-label form of a host name, in lower case. Raises ``BadInputError`` for what is none."""
    host = host.lower().removesuffix(".")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            raise _bad(say("its host name is not valid")) from error
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise _bad(say("its host name is not valid"))
    return host


def visitor_pairs(query: bytes, destination: Destination) -> list[str]:
    """What of the visitor's query goes along: well-formed pairs whose names neither we nor the destination use.

    The link wins over the visitor. A query beyond 2 kB is dropped as a whole; ``to`` is ours too (``deep_path``).
    """
    if not query or len(query) > MAX_QUERY:
        return []
    kept = []
    for pair in _pairs(query.decode("ascii", "replace"), strict=False):
        name = _name(pair)
        harmless = name.isprintable() and ";" not in pair  # some servers part pairs at a semicolon
        if harmless and name != "to" and not is_reserved(name) and name not in destination.names:
            kept.append(pair)
    return kept


def deep_path(query: bytes) -> str | None:
    """The path of ``?to=/path``: another page of the same shop. ``None`` for anything that is not plainly one."""
    if b"to=" not in query or len(query) > MAX_QUERY:
        return None
    for pair in query.decode("ascii", "replace").split("&"):
        name, _, value = pair.partition("=")
        if name == "to":
            path = _once(value)
            # Judged as it is and decoded once more: nothing in it may turn into a host later on the way.
            again = unquote_plus(path)
            fits = _PATH.fullmatch(path) and _DEEP.match(path) and _DEEP.match(again) and not _DOTS.search(again)
            return path if fits and "\\" not in again else None
    return None


def encoded(text: str) -> str:
    """A value for our own part of the query: what is not unreserved is written with %."""
    if _UNRESERVED.fullmatch(text):
        return text
    return "".join(
        chr(byte) if _UNRESERVED.fullmatch(chr(byte)) and byte < 128 else f"%{byte:02X}"
        for byte in text.encode("utf-8", "replace")
    )


def _once(value: str) -> str:
    """Undo one level of %-encoding of the path separators and unreserved characters, leaving the rest as it is."""
    return re.sub(r"%2f", "/", value, flags=re.IGNORECASE)


def _is_allowed(host: str, port: int | None, scheme: str, hosts: Iterable[str]) -> bool:
    usual = _DEFAULT_PORTS[scheme]
    return (host, None if port == usual else port) in _entries(tuple(hosts), usual)


@lru_cache(maxsize=4096)
def _entries(hosts: tuple[str, ...], usual: int) -> frozenset[tuple[str, int | None]]:
    """The list as host and unusual port; entries that name no host allow nothing."""
    entries: set[tuple[str, int | None]] = set()
    for entry in hosts:
        name, _, port = entry.rpartition(":") if _PORT.search(entry) else (entry, "", "")
        with suppress(BadInputError):
            entries.add((ascii_host(name), int(port) if port and int(port) != usual else None))
    return frozenset(entries)


def _is_set_by_us(name: str) -> bool:
    return name in {"fs", "utm_source", "utm_medium", "utm_campaign", "utm_id"} or name.startswith("fs[")


def _pairs(query: str, *, strict: bool) -> list[str]:
    pairs = []
    for pair in query.split("&"):
        if not pair:
            continue
        if _QUERY.fullmatch(pair):
            pairs.append(pair)
        elif strict:
            raise _bad(say("its query holds characters that must be written with %"))
    return pairs


def _name(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0]).strip().lower()


def _bad(why: str) -> BadInputError:
    return BadInputError("bad_destination", "This web address can't be used: %(why)s.", why=why)
