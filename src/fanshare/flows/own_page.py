"""What a creator does with her page: words and sections in markdown, one picture."""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import Instant
from fanshare.flows import pictures
from fanshare.flows.context import Programme
from fanshare.store.queries import creator_pages

LONGEST_WORDS, LONGEST_HEADING, LONGEST_ALT, MOST_SECTIONS = 5_000, 100, 200, 8
#: What no page can show: the null character, and halves of characters.
_UNSHOWABLE = re.compile("[\x00\ud800-\udfff]")
_OWN_LINK = re.compile(r"/r/[A-Za-z0-9_-]{3,}")
#: What a browser takes out of an address before it asks (RFC 3986, section 5.2.4).
_DOTS = re.compile(r"/\.(?=/)|/[^/\s]*/\.\.(?=/)")


@dataclass(frozen=True, slots=True)
class Page:
    """What she wrote: words and sections (heading, words), all in markdown but the headings."""

    words: str = ""
    sections: tuple[tuple[str, str], ...] = ()


def checked(page: Page) -> Page:
    """The page without what is empty.

    Raises ``BadInputError``: ``bad_words``, ``heading_missing``, ``unlabelled_link``.
    """
    words, *texts = (_words(text) for text in (page.words, *(one[1] for one in page.sections)))
    headings = [" ".join(one[0].split()) for one in page.sections]
    kept = tuple((heading, text) for heading, text in zip(headings, texts, strict=True) if heading or text)
    if any(not heading for heading, _ in kept):
        raise BadInputError("heading_missing", "A section needs a heading; an empty one is left out.")
    if len(kept) > MOST_SECTIONS or any(len(heading) > LONGEST_HEADING or "\x00" in heading for heading, _ in kept):
        raise BadInputError(
            "bad_words",
            "At most %(most)s sections, with headings of %(letters)s characters.",
            most=MOST_SECTIONS,
            letters=LONGEST_HEADING,
        )
    return Page(words, kept)


def save(programme: Programme, party: int, page: Page, now: Instant) -> None:
    """Put her words in the place of those before. Raises ``BadInputError`` as ``checked``, ``erased`` (410)."""
    sound = checked(page)
    with programme.access.transaction():
        hold(programme, party)
        creator_pages.keep(programme.access, party, sound.words, sound.sections, now)


def set_picture(programme: Programme, party: int, content: bytes, alt: str, now: Instant) -> None:
    """Hang a picture with what it shows in words. Raises ``BadInputError`` as ``pictures.redrawn``, ``alt_missing``."""
    shows = shown_in_words(alt)
    drawn = pictures.redrawn(content)
    with programme.access.transaction():
        hold(programme, party)
        creator_pages.hang(programme.access, party, pictures.name(), drawn, shows, now)


def remove_picture(programme: Programme, party: int, now: Instant) -> None:
    """Take the picture down; doing it again changes nothing."""
    with programme.access.transaction():
        hold(programme, party)
        creator_pages.hang(programme.access, party, "", None, "", now)


def hold(programme: Programme, party: int) -> None:
    """Hold a creator's row until the transaction ends. Raises ``FanshareError`` (``erased``, 410)."""
    if not creator_pages.lock(programme.access, party):
        raise FanshareError("erased", "The person behind this account was erased.", 410)


def _words(text: str) -> str:
    clean = written(text, LONGEST_WORDS)
    if earns(clean):
        told = "A link that you earn by belongs under your links: there its advertising label stands beside it."
        raise BadInputError("unlabelled_link", told)
    return clean


def written(text: str, most: int) -> str:
    """Words in markdown without what surrounds them. Raises ``BadInputError`` (``bad_words``)."""
    clean = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(clean) > most or _UNSHOWABLE.search(clean):
        raise BadInputError("bad_words", "Words have at most %(most)s characters each; shorten them.", most=most)
    return clean


def earns(text: str) -> bool:
    """Whether a link stands in these words by which somebody earns, however its address is written.

    Markdown reads entities and leaves out backslashes, and the edge reads escapes, so ``&#47;r/``, ``\\/r/`` and
    ``/%72/`` lead to the same place as ``/r/``.
    """
    plain = unquote(unescape(text).replace("\\", ""))
    while (shorter := _DOTS.sub("", plain)) != plain:
        plain = shorter
    return _OWN_LINK.search(plain) is not None


def shown_in_words(alt: str) -> str:
    """What a picture shows, on one line. Raises ``BadInputError`` (``alt_missing``)."""
    shows = " ".join(alt.split())
    if not shows or len(shows) > LONGEST_ALT or _UNSHOWABLE.search(shows):
        raise BadInputError("alt_missing", "Say in up to %(most)s characters what the picture shows.", most=LONGEST_ALT)
    return shows
