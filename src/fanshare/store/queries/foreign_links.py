"""Links to other sites on the pages of creators, in their sections."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_OF_PAGE = """
SELECT h.id, h.heading, f.id, f.words, f.address, f.label_country, f.label_text, f.paused
  FROM page_shelf h JOIN foreign_link f ON f.programme_id = h.programme_id AND f.shelf_id = h.id
 WHERE h.programme_id = %(programme_id)s AND h.party_id = %(party)s ORDER BY h.place, h.id, f.place, f.id
"""
_ADD = """
INSERT INTO foreign_link (programme_id, shelf_id, place, words, address, label_country, label_text, added_at)
VALUES (%(programme_id)s, %(shelf)s, 1000, %(words)s, %(address)s, %(country)s, %(label)s, %(now)s)
"""
_ORDER = """
UPDATE foreign_link f SET place = fresh.place FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS fresh (id, place)
 WHERE f.programme_id = %(programme_id)s AND f.id = fresh.id
"""
_PAUSE = "UPDATE foreign_link SET paused = %(paused)s WHERE programme_id = %(programme_id)s AND id = %(id)s"
_DROP = "DELETE FROM foreign_link WHERE programme_id = %(programme_id)s AND id = %(id)s"
_DROP_SHELF = "DELETE FROM foreign_link WHERE programme_id = %(programme_id)s AND shelf_id = %(shelf)s"


class ForeignLink(NamedTuple):
    """A link to another site. ``label`` and ``country`` are empty where nobody pays her for it."""

    shelf: int
    heading: str
    id: int
    words: str
    address: str
    country: str
    label: str
    paused: bool

    @property
    def host(self) -> str:
        """Its host, in ASCII."""
        return self.address.removeprefix("https://").partition("/")[0]


class NewForeignLink(NamedTuple):
    """One to put behind the others of a section."""

    shelf: int
    words: str
    address: str
    country: str
    label: str


def of_page(access: Access, party: int) -> list[ForeignLink]:
    """The links of a creator to other sites, section by section, in her order."""
    return [ForeignLink(*row) for row in access.fetch(_OF_PAGE, {"party": party})]


def add(access: Access, new: NewForeignLink, now: Instant) -> None:
    """Put one behind the others of its section."""
    access.execute(_ADD, {**new._asdict(), "now": now})


def order(access: Access, ids: Sequence[int]) -> None:
    """Write the order of a section's links."""
    access.execute(_ORDER, {"ids": list(ids)})


def pause(access: Access, id_: int, *, paused: bool) -> None:
    """Show one no longer, or again."""
    access.execute(_PAUSE, {"id": id_, "paused": paused})


def drop(access: Access, id_: int) -> None:
    """Take one away."""
    access.execute(_DROP, {"id": id_})


def drop_of(access: Access, shelf: int) -> None:
    """Take away all of a section."""
    access.execute(_DROP_SHELF, {"shelf": shelf})
