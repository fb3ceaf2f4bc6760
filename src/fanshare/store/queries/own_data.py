"""Everything that is kept about one party and is about a person: what a copy of one's data is made of."""

from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_PARTY = """
SELECT kind, public_id, person_id, coalesce(display_name, ''), coalesce(slug, ''), created_at FROM party
 WHERE programme_id = %(programme_id)s AND id = %(party)s AND erased_at IS NULL
"""
_ITEMS = """
SELECT kind, written_at FROM vault_item WHERE programme_id = %(programme_id)s AND person_id = %(person)s ORDER BY kind
"""
_LINKS = """
SELECT DISTINCT l.code, l.destination, l.campaign, l.label_text, l.created_at FROM link_owner o
  JOIN link l ON l.programme_id = o.programme_id AND l.id = o.link_id
 WHERE o.programme_id = %(programme_id)s AND o.owner_party_id = %(party)s ORDER BY l.created_at, l.code
"""
_CODES = """
SELECT DISTINCT c.shown, c.created_at FROM code_owner o
  JOIN code c ON c.programme_id = o.programme_id AND c.id = o.code_id
 WHERE o.programme_id = %(programme_id)s AND o.owner_party_id = %(party)s ORDER BY c.created_at, c.shown
"""
_MAIL = """
SELECT stopped_at, news, language, time_zone, currency FROM mail_choice
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s
"""


class PartyRow(NamedTuple):
    """The row of a party. ``person`` is whom her vault belongs to."""

    kind: str
    public_id: str
    person: int | None
    name: str
    slug: str
    since: Instant


class MailRow(NamedTuple):
    """When she stopped all mail, if she did; how soon news come; the language, time zone and currency she reads in."""

    stopped_at: Instant | None
    pace: str
    language: str
    zone: str
    currency: str


def party(access: Access, id_: int) -> PartyRow | None:
    """The party, ``None`` after her erasure."""
    row = access.fetch_one(_PARTY, {"party": id_})
    return None if row is None else PartyRow(*row)


def items(access: Access, person: int) -> list[tuple[str, Instant]]:
    """What lies in a person's vault: the kind of each item, and since when."""
    return [(row[0], row[1]) for row in access.fetch(_ITEMS, {"person": person})]


def links(access: Access, id_: int) -> list[tuple[Any, ...]]:
    """Links that are or were hers: code, where to, name, label, since when."""
    return access.fetch(_LINKS, {"party": id_})


def codes(access: Access, id_: int) -> list[tuple[Any, ...]]:
    """Codes that are or were hers: as shown, since when."""
    return access.fetch(_CODES, {"party": id_})


def mail(access: Access, id_: int) -> MailRow:
    """How she is written to and how she reads; as nobody has chosen anything where she has not."""
    row = access.fetch_one(_MAIL, {"party": id_})
    return MailRow(None, "daily", "", "", "") if row is None else MailRow(*row)
