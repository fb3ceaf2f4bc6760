"""What creators wrote on their pages, and the pictures there."""

from collections.abc import Iterable
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access
from fanshare.store.queries import shelves

_PAGE = """
SELECT c.words, coalesce(c.picture_id, ''), c.alt FROM creator_page c
 WHERE c.programme_id = %(programme_id)s AND c.party_id = %(party)s
"""
_SECTIONS = """
SELECT heading, words FROM page_section
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s ORDER BY place
"""
_KEEP = """
INSERT INTO creator_page (programme_id, party_id, words, updated_at)
VALUES (%(programme_id)s, %(party)s, %(words)s, %(now)s)
ON CONFLICT (programme_id, party_id) DO UPDATE SET words = excluded.words, updated_at = excluded.updated_at
"""
_EMPTY = "DELETE FROM page_section WHERE programme_id = %(programme_id)s AND party_id = %(party)s"
_FILL = """
INSERT INTO page_section (programme_id, party_id, place, heading, words)
SELECT %(programme_id)s, %(party)s, place, heading, words
  FROM unnest(%(headings)s::text[], %(texts)s::text[]) WITH ORDINALITY AS fresh (heading, words, place)
"""
_ADD_PICTURE = """
INSERT INTO picture (programme_id, id, content, width, height, added_at)
VALUES (%(programme_id)s, %(id)s, %(content)s, %(width)s, %(height)s, %(now)s)
"""
_LOCK = """
SELECT id FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s AND kind = 'creator'
   AND erased_at IS NULL FOR NO KEY UPDATE
"""
_HANG = """
INSERT INTO creator_page (programme_id, party_id, picture_id, alt, updated_at)
VALUES (%(programme_id)s, %(party)s, %(picture)s, %(alt)s, %(now)s)
ON CONFLICT (programme_id, party_id) DO UPDATE
   SET picture_id = excluded.picture_id, alt = excluded.alt, updated_at = excluded.updated_at
"""
_DROP_PICTURE = "DELETE FROM picture WHERE programme_id = %(programme_id)s AND id = %(id)s"
_DROP_PAGE = "DELETE FROM creator_page WHERE programme_id = %(programme_id)s AND party_id = %(party)s"
_PICTURE = "SELECT content, width, height FROM picture WHERE programme_id = %(programme_id)s AND id = %(id)s"
_PARTIES = "SELECT id FROM party WHERE programme_id = %(programme_id)s AND person_id = %(person)s"


class PageRow(NamedTuple):
    """Words in markdown, the id of the picture (empty: none) and what it shows, the sections as (heading, words)."""

    words: str = ""
    picture: str = ""
    alt: str = ""
    sections: tuple[tuple[str, str], ...] = ()


class PictureRow(NamedTuple):
    """A picture as it is served: bytes of a WebP file."""

    content: bytes
    width: int
    height: int


def page(access: Access, party: int) -> PageRow:
    """What a creator wrote; empty while she wrote nothing."""
    row = access.fetch_one(_PAGE, {"party": party})
    if row is None:
        return PageRow()
    sections = tuple((one[0], one[1]) for one in access.fetch(_SECTIONS, {"party": party}))
    return PageRow(row[0], row[1], row[2], sections)


def lock(access: Access, party: int) -> bool:
    """Hold a creator's row until the transaction ends; whether she is there."""
    return access.fetch_one(_LOCK, {"party": party}) is not None


def keep(access: Access, party: int, words: str, sections: tuple[tuple[str, str], ...], now: Instant) -> None:
    """Put words and sections in the place of those before."""
    access.execute(_KEEP, {"party": party, "words": words, "now": now})
    access.execute(_EMPTY, {"party": party})
    headings, texts = [one[0] for one in sections], [one[1] for one in sections]
    access.execute(_FILL, {"party": party, "headings": headings, "texts": texts})


def hang(access: Access, party: int, id_: str, found: PictureRow | None, alt: str, now: Instant) -> None:
    """Hang a picture in the place of the one before, which goes; ``None`` takes it down."""
    before = page(access, party).picture
    if found is not None:
        access.execute(_ADD_PICTURE, {"id": id_, **found._asdict(), "now": now})
    access.execute(_HANG, {"party": party, "picture": None if found is None else id_, "alt": alt, "now": now})
    if before:
        access.execute(_DROP_PICTURE, {"id": before})


def picture(access: Access, id_: str) -> PictureRow | None:
    """A picture by its id."""
    row = access.fetch_one(_PICTURE, {"id": id_})
    return None if row is None else PictureRow(bytes(row[0]), row[1], row[2])


def parties(access: Access, person: int) -> list[int]:
    """The parties behind which a person stands, or stood."""
    return [row[0] for row in access.fetch(_PARTIES, {"person": person})]


def forget(access: Access, parties: Iterable[int]) -> None:
    """Take away the pages of people with what hangs there."""
    for party in parties:
        before = page(access, party).picture
        for shelf in shelves.shelves(access, party):
            shelves.drop(access, shelf.id)
        access.execute(_EMPTY, {"party": party})
        access.execute(_DROP_PAGE, {"party": party})
        if before:
            access.execute(_DROP_PICTURE, {"id": before})
