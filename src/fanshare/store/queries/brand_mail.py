"""Who of a brand is written to: in which language, as what, and not at all where she said so."""

from collections.abc import Sequence

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_READERS = """
SELECT id FROM brand_person
 WHERE programme_id = %(programme_id)s AND post = ANY(%(posts)s) AND mail_stopped_at IS NULL ORDER BY id
"""
_READER = """
SELECT person_id, language, post FROM brand_person
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND post = ANY(%(posts)s) AND mail_stopped_at IS NULL
"""
_STOPPED = "SELECT mail_stopped_at FROM brand_person WHERE programme_id = %(programme_id)s AND id = %(id)s"
_STOP = """
UPDATE brand_person SET mail_stopped_at = coalesce(mail_stopped_at, %(now)s)
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_GO_ON = "UPDATE brand_person SET mail_stopped_at = NULL WHERE programme_id = %(programme_id)s AND id = %(id)s"
_READ = """
UPDATE brand_person SET time_zone = coalesce(%(zone)s::text, time_zone),
       currency = coalesce(%(currency)s::text, currency)
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_SPEAK = "UPDATE brand_person SET language = %(language)s WHERE programme_id = %(programme_id)s AND id = %(id)s"


def readers(access: Access, posts: Sequence[str]) -> list[int]:
    """People of the brand in these posts who want mail."""
    return [row[0] for row in access.fetch(_READERS, {"posts": [*posts]})]


def reader(access: Access, id_: int, posts: Sequence[str]) -> tuple[int, str, str] | None:
    """Her person in the vault, her language and her post, if she still has one of these and wants mail."""
    row = access.fetch_one(_READER, {"id": id_, "posts": [*posts]})
    return None if row is None else (row[0], row[1], row[2])


def stopped(access: Access, id_: int) -> bool:
    """Whether somebody of the brand wants no mail."""
    return access.value(_STOPPED, {"id": id_}) is not None


def choose(access: Access, id_: int, now: Instant, *, wanted: bool) -> None:
    """Whether somebody of the brand wants mail from now on."""
    if wanted:
        access.execute(_GO_ON, {"id": id_})
    else:
        access.execute(_STOP, {"id": id_, "now": now})


def speak(access: Access, id_: int, language: str) -> None:
    """Mail to somebody of the brand is in this language."""
    access.execute(_SPEAK, {"id": id_, "language": language})


def read_in(access: Access, id_: int, zone: str | None, currency: str | None) -> None:
    """Keep in which time zone and which currency first somebody of the brand reads; ``None`` leaves one as it is."""
    access.execute(_READ, {"id": id_, "zone": zone, "currency": currency})
