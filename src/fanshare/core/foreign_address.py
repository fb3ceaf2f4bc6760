"""Where a link to another site may lead, and how its host is shown so that nobody takes it for another one.

What was typed is taken apart strictly and put together again from its parts (WHATWG URL Standard, section 4.4, reads
some of what RFC 3986 forbids differently: backslashes, dropped tabs), so there is nothing that a browser could read
otherwise than the check did.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from fanshare.core.errors import BadInputError

LONGEST = 2048

#: Brings a host name to its ASCII form (RFC 5891), or back. Raises ``ValueError`` for what is none.
type Turned = Callable[[str], str]

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})", re.ASCII)
#: Names that lead nowhere on the web: RFC 6761, RFC 6762, RFC 7686, and the name for private use.
_NOWHERE = frozenset({"local", "localhost", "internal", "onion", "test", "invalid", "arpa", "alt"})
_PATH, _QUERY = "/-._~!$&'()*+,;=:@%", "/?-._~!$&'()*+,;=:@%"
#: Control, format (such as marks that turn the direction of writing), surrogates, private use, and what separates.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
#: Writings that are used together in one word by those who read them (UTS 39, section 5.2, highly restrictive).
_TOGETHER = (
    frozenset({"HAN", "HIRAGANA", "KATAKANA", "LATIN"}),
    frozenset({"HAN", "BOPOMOFO", "LATIN"}),
    frozenset({"HAN", "HANGUL", "LATIN"}),
)
_NAMES = {"CJK": "HAN", "KATAKANA-HIRAGANA": "KATAKANA"}
#: Letters of Latin writing that nobody takes for another one, beside those that are a plain letter with marks.
_PLAIN = frozenset("æœøðþß")


@dataclass(frozen=True, slots=True)
class ForeignAddress:
    """A checked address: as the browser gets it (ASCII), and its host (ASCII, lower case)."""

    address: str
    host: str


def read(typed: str, to_ascii: Turned) -> ForeignAddress:
    """An address on another site as it may stand on a page. Raises ``BadInputError`` (``bad_address``)."""
    text = typed.strip()
    if not text or len(text) > LONGEST or any(unicodedata.category(char) in _UNSEEN for char in text):
        raise _bad()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise _bad() from error
    if parts.scheme != "https" or "@" in parts.netloc or "\\" in parts.netloc or port not in (None, 443):
        raise _bad()
    host = _host(parts.hostname or "", to_ascii)
    query = f"?{quote(parts.query, safe=_QUERY)}" if parts.query else ""
    anchor = f"#{quote(parts.fragment, safe=_QUERY)}" if parts.fragment else ""
    address = f"https://{host}{quote(parts.path, safe=_PATH) or '/'}{query}{anchor}"
    if len(address) > LONGEST:
        raise _bad()
    return ForeignAddress(address, host)


def shown_host(host: str, to_unicode: Turned) -> str:
    """A host as people read it: in its own writing where that is one writing alone, else in its ASCII form (xn--)."""
    if "xn--" not in host:
        return host
    try:
        name = to_unicode(host)
    except ValueError:
        return host
    return name if all(map(_told_apart, name)) and _one_writing(name) else host


def _host(name: str, to_ascii: Turned) -> str:
    try:
        host = to_ascii(name.lower().removesuffix("."))
    except ValueError as error:
        raise _bad() from error
    if len(host) > 253 or not _HOST.fullmatch(host) or host.rpartition(".")[2] in _NOWHERE:
        raise _bad()
    return host


def _one_writing(name: str) -> bool:
    found = {_writing(char) for char in name if char.isalpha()}
    return len(found) == 1 or any(found <= used for used in _TOGETHER)


def _writing(char: str) -> str:
    first = unicodedata.name(char, "UNNAMED").partition(" ")[0]
    return _NAMES.get(first, first)


def _told_apart(char: str) -> bool:
    """Whether a letter of Latin writing is a plain one, with marks at most; of other writings every letter is."""
    if not char.isalpha() or _writing(char) != "LATIN" or char in _PLAIN:
        return True
    return unicodedata.normalize("NFD", char)[0] in "abcdefghijklmnopqrstuvwxyz"


def _bad() -> BadInputError:
    return BadInputError(
        "bad_address", "Write a whole address of another site that begins with https:// and names no user."
    )
