"""A brand writes to several of its creators: one mail each, at most one a day, at most so many a day in all.

Whoever said no to mail is left out, and so is she whose address is not known. Each mail carries the way to say no.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant, utc_day
from fanshare.flows import outbox
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.store.access import Access
from fanshare.store.queries import creators
from fanshare.store.queries.creators import Writable

#: Mails that a programme may write to its creators on one day (UTC).
MOST_A_DAY = 500
LONGEST_SUBJECT = 120
LONGEST_TEXT = 5_000

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('letters', %(programme_id)s))"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be written, and to whom: creators of a group, or whose name holds a text; both empty for all."""

    subject: str
    text: str
    group: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """To whom it would go, and how many are left out for which reason."""

    to: Sequence[Writable]
    without_address: int
    said_no: int
    written_today: int
    left_today: int


def look(access: Access, wish: Wish, now: Instant) -> Looked:
    """What would become of it. Raises ``BadInputError``: ``no_subject``, ``no_words``, ``words_too_long``."""
    _check(wish)
    today = _today(access, now)
    found = creators.writable(access, today, text=wish.search, group=wish.group, limit=100_000)
    known = [one for one in found if one.has_address]
    willing = [one for one in known if not one.said_no]
    to = [one for one in willing if not one.written_today]
    left = max(0, MOST_A_DAY - creators.written(access, today))
    return Looked(to, len(found) - len(known), len(known) - len(willing), len(willing) - len(to), left)


def send(programme: Programme, wish: Wish, now: Instant) -> int:
    """Put the mails into the outbox, all or none; how many.

    Raises as ``look`` does, and ``ConflictError`` (``nobody_to_write_to``, ``too_many_letters``).
    """
    access = programme.access
    with access.transaction():
        access.execute(_LOCK)
        looked = look(access, wish, now)
        if not looked.to:
            raise ConflictError("nobody_to_write_to", "Nobody of them can be written to today.")
        if len(looked.to) > looked.left_today:
            said = (
                f"These are {len(looked.to)} mails, and {looked.left_today} may still go today. Choose fewer, or wait."
            )
            raise ConflictError("too_many_letters", said)
        for one in looked.to:
            words = {"subject": wish.subject, "text": wish.text}
            content: dict[str, str | int] = {"programme": access.programme_id, "party": one.party, **words}
            key = f"{_today(access, now)}{one.party}"
            outbox.put(access.conn, programme.keys, outbox.LETTER, key, content, now)
        noted(access, "letter.send", now, f"{len(looked.to)} creators")
    return len(looked.to)


def _today(access: Access, now: Instant) -> str:
    return f"{access.programme_id}/{utc_day(now)}/"


def _check(wish: Wish) -> None:
    if not wish.subject.strip() or not wish.subject.isprintable():
        raise BadInputError("no_subject", "Write a subject of one line.")
    if not wish.text.strip() or "\x00" in wish.text:
        raise BadInputError("no_words", "Write what they are to read.")
    if len(wish.subject) > LONGEST_SUBJECT or len(wish.text) > LONGEST_TEXT:
        most = f"{LONGEST_SUBJECT} characters in the subject, {LONGEST_TEXT} in the text"
        raise BadInputError("words_too_long", f"This is too long: {most}.")
