"""What a brand's team notes about a creator: one text, sealed under her own key, so that it goes when she goes.

She does not see it on her pages, but her copy of what is kept about her holds it (Art. 15 GDPR), and the page on which
it is written says so.
"""

import hashlib

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.flows.context import Programme
from fanshare.store.queries import creators

KIND = "brand_note"
LONGEST = 4_000

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('brand note', %(programme_id)s + %(person)s::bigint))"


def read(programme: Programme, creator: int) -> str:
    """The note; empty where there is none. Raises ``BadInputError`` (``unknown_creator``)."""
    return (programme.vault.get(_person(programme, creator), KIND) or b"").decode()


def mark(text: str) -> str:
    """What tells one note from another, for a form to carry."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write(programme: Programme, creator: int, text: str, seen: str, now: Instant) -> None:
    """Put another note in the place of the one that was ``seen`` (its mark).

    Raises ``BadInputError`` (``unknown_creator``, ``note_too_long``) and ``ConflictError`` (``note_changed``) where a
    colleague was quicker.
    """
    if len(text) > LONGEST or "\x00" in text:
        raise BadInputError("note_too_long", "A note has at most %(most)s characters.", most=LONGEST)
    person = _person(programme, creator)
    with programme.access.transaction():
        programme.access.execute(_LOCK, {"person": person})
        if mark(read(programme, creator)) != seen:
            raise ConflictError(
                "note_changed", "A colleague has changed this note meanwhile; it stands above. Put both together."
            )
        programme.vault.put(person, KIND, text.encode(), now)


def _person(programme: Programme, creator: int) -> int:
    found = creators.one(programme.access, creator)
    person = None if found is None else creators.person(programme.access, creator)
    if person is None:
        raise BadInputError("unknown_creator", "There is no such creator here.", 404)
    return person
