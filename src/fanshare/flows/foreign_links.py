"""What a creator does with links to other sites on her page: add, order, pause, take away.

They are no tracked links: nothing of the edge, the evidence or the books knows them, so nobody can earn by one here.
"""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote_plus

import idna

from fanshare.core import ad_labels, clickid, foreign_address
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.flows import shelves
from fanshare.flows.context import Programme
from fanshare.store.queries import foreign_links, selling
from fanshare.store.queries.foreign_links import ForeignLink, NewForeignLink

#: Links to other sites on one page.
MOST = 30
LONGEST_WORDS = 100
#: What she gets for a link elsewhere: nothing, or something (then it is advertising).
NOTHING, SOMETHING = "nothing", "something"
_PORT = re.compile(r":[0-9]*$")
_PIECES = re.compile(r"[0-9A-Za-z]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Adding:
    """A link to put into a section that is there (``shelf``) or, where that is 0, into a new one (``heading``).

    ``gets`` is ``NOTHING`` or ``SOMETHING``; ``country`` chooses the label of the latter.
    """

    words: str
    address: str
    gets: str
    country: str
    shelf: int = 0
    heading: str = ""


def add(programme: Programme, party: int, new: Adding, now: Instant, our_host: str) -> None:
    """Put a link to another site on her page; ``our_host`` is where this installation answers.

    Raises ``BadInputError``: ``bad_address``, ``own_address``, ``carries_click``, ``words_missing``, ``gets_missing``,
    ``unknown_country``, ``unknown_section``, ``heading_missing``, ``too_many_sections``, ``too_many_on_page``;
    ``ConflictError`` (``on_page_already``).
    """
    words, label = _words(new.words), _label(new)
    found = foreign_address.read(new.address, _to_ascii)
    access = programme.access
    if _carries_click(found.address, programme.secrets.click_id):
        raise BadInputError("carries_click", "This address carries the number of a click here; copy it without that.")
    if found.host in _ours(selling.shops(access)[0], our_host):
        raise BadInputError(
            "own_address", "This address leads to the shop or to this site: make a link of it under your links."
        )
    with access.transaction():
        shelves.hold(programme, party)
        there = foreign_links.of_page(access, party)
        if any(one.address == found.address for one in there):
            raise ConflictError("on_page_already", "This address is on your page already.")
        if len(there) >= MOST:
            raise BadInputError(
                "too_many_on_page", "A page holds %(most)s links to other sites; take one off first.", most=MOST
            )
        shelf = shelves.shelf_for(programme, party, new.shelf, new.heading)
        foreign_links.add(access, NewForeignLink(shelf, words, found.address, *label), now)
        foreign_links.order(access, [one.id for one in foreign_links.of_page(access, party) if one.shelf == shelf])


def move(programme: Programme, party: int, link: int, by: int) -> None:
    """Move a link up (-1) or down (1) within its section. Raises ``BadInputError`` (``unknown_link``)."""
    with programme.access.transaction():
        one, there = _own(programme, party, link)
        ids = [each.id for each in there if each.shelf == one.shelf]
        foreign_links.order(programme.access, shelves.shifted(ids, link, by))


def pause(programme: Programme, party: int, link: int, *, paused: bool) -> None:
    """Show a link no longer, or again. Raises ``BadInputError`` (``unknown_link``)."""
    with programme.access.transaction():
        _own(programme, party, link)
        foreign_links.pause(programme.access, link, paused=paused)


def take_off(programme: Programme, party: int, link: int) -> None:
    """Take a link away for good. Raises ``BadInputError`` (``unknown_link``)."""
    with programme.access.transaction():
        _own(programme, party, link)
        foreign_links.drop(programme.access, link)


def shown_host(host: str) -> str:
    """A host as people read it; in ASCII where writings are mixed in it."""
    return foreign_address.shown_host(host, idna.decode)


def _own(programme: Programme, party: int, link: int) -> tuple[ForeignLink, list[ForeignLink]]:
    """A link of hers, and all of them. Somebody else's is answered like one that does not exist."""
    shelves.hold(programme, party)
    there = foreign_links.of_page(programme.access, party)
    found = next((one for one in there if one.id == link), None)
    if found is None:
        raise BadInputError("unknown_link", "You have no such link.", 404)
    return found, there


def _words(text: str) -> str:
    words = " ".join(text.split())
    unseen = any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in words)
    if not 1 <= len(words) <= LONGEST_WORDS or unseen:
        raise BadInputError(
            "words_missing", "Say in up to %(most)s characters what people find there.", most=LONGEST_WORDS
        )
    return words


def _label(new: Adding) -> tuple[str, str]:
    """Country and text of the advertising label; both empty for a link that nobody pays her for."""
    if new.gets == SOMETHING:
        label = ad_labels.country(new.country)
        return label.code, label.label
    if new.gets != NOTHING:
        raise BadInputError("gets_missing", "Say whether you get anything for this link elsewhere.")
    return "", ""


def _carries_click(address: str, key: bytes) -> bool:
    """Whether a click id of this installation stands anywhere in an address, however often it was written with %."""
    while (plain := unquote_plus(address)) != address:
        if _names_click(address, key):
            return True
        address = plain
    return _names_click(address, key)


def _names_click(text: str, key: bytes) -> bool:
    return any(clickid.read(piece, key) is not None for piece in _PIECES.findall(text))


def _ours(shops: list[str], our_host: str) -> set[str]:
    """Hosts to which a link would be none to another site."""
    hosts = set()
    for entry in (*shops, our_host):
        with suppress(ValueError):
            hosts.add(_to_ascii(_PORT.sub("", entry.lower()).removesuffix(".")))
    return hosts


def _to_ascii(host: str) -> str:
    """The ASCII form of a host (UTS 46). Raises ``ValueError``: what ``idna`` raises is one."""
    return host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
