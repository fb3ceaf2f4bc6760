"""A brand writes to several of its creators: one mail each, at most one a day for each of them.

To whom it goes is settled when it is sent. The worker then puts the mails into the outbox, a few at a time and never
more than a few that wait there, so that a letter to thousands keeps nobody from signing in; what a day may not hold
goes on the next one. Whoever says no to mail before her turn is left out. What was put, and that it was, is one
transaction: whatever is killed in between, everybody is written to once. Each mail carries the way to say no.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, Instant
from fanshare.flows import outbox
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.store.access import Access
from fanshare.store.queries import creators
from fanshare.store.queries import letters as rows
from fanshare.store.queries.creators import Writable
from fanshare.store.queries.letters import LetterRow, Next

#: Mails that a programme may write to its creators on one day (UTC); the others go on the next.
MOST_A_DAY = 2_000
#: Mails of a programme's letters that may wait in the outbox at once.
AT_ONCE = 20
LONGEST_SUBJECT = 120
LONGEST_TEXT = 5_000
#: How long it is known what was written, and to whom.
KEPT = 30 * DAY

_PURPOSE = "letter"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be written, and to whom: creators of a group, or whose name holds a text; both empty for all."""

    subject: str
    text: str
    group: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """To whom it would go, how many are left out for which reason, and how many mails today still may hold."""

    to: Sequence[Writable]
    without_address: int
    said_no: int
    written_today: int
    left_today: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as its writers find it again."""

    row: LetterRow
    subject: str


def look(access: Access, wish: Wish, now: Instant) -> Looked:
    """What would become of it. Raises ``BadInputError``: ``no_subject``, ``no_words``, ``words_too_long``."""
    _check(wish)
    found = creators.writable(access, _midnight(now), text=wish.search, group=wish.group, limit=100_000)
    known = [one for one in found if one.has_address]
    willing = [one for one in known if not one.said_no]
    to = [one for one in willing if not one.written_today]
    left = max(0, MOST_A_DAY - rows.put_since(access, _midnight(now)))
    return Looked(to, len(found) - len(known), len(known) - len(willing), len(willing) - len(to), left)


def send(programme: Programme, wish: Wish, now: Instant) -> int:
    """Settle to whom it goes and put the first mails into the outbox; to how many in all.

    Raises as ``look`` does, and ``ConflictError`` (``nobody_to_write_to``).
    """
    access = programme.access
    with access.transaction():
        rows.lock(access)
        looked = look(access, wish, now)
        if not looked.to:
            raise ConflictError("nobody_to_write_to", "Nobody of them can be written to today.")
        name, words = secrets.token_hex(16), {"subject": wish.subject, "text": wish.text}
        sealed = programme.keys.seal(_PURPOSE, json.dumps(words).encode(), name.encode())
        rows.add(access, name, sealed, [one.party for one in looked.to], now)
        noted(access, "letter.send", now, f"{len(looked.to)} creators")
        work(programme, now)
    return len(looked.to)


def work(programme: Programme, now: Instant) -> int:
    """Put mails of letters into the outbox while few of them wait there and the day may hold them; how many."""
    access, since = programme.access, _midnight(now)
    with access.transaction():
        rows.lock(access)
        room = AT_ONCE - outbox.waiting(access.conn, outbox.LETTER, f"{access.programme_id}/")
        room = min(room, MOST_A_DAY - rows.put_since(access, since))
        found = rows.next_ones(access, since, room) if room > 0 else []
        for one in found:
            if one.goes:
                _put(programme, one, now)
        if found:
            rows.mark(access, found, now)
    return sum(one.goes for one in found)


def stop(programme: Programme, letter: int, now: Instant) -> bool:
    """Whoever still waits for a letter gets it no more; whether anybody did."""
    access = programme.access
    with access.transaction():
        rows.lock(access)
        stopped = rows.stop(access, letter, now)
        if stopped:
            noted(access, "letter.stop", now, f"letter {letter}")
    return stopped


def newest(programme: Programme, limit: int) -> list[Letter]:
    """The newest letters and how far they came."""
    return [
        Letter(row, _words(programme, row.name, row.sealed)["subject"]) for row in rows.newest(programme.access, limit)
    ]


def forget_old(access: Access, now: Instant) -> None:
    """What was written a month ago, and to whom."""
    with access.transaction():
        rows.lock(access)
        rows.forget_old(access, max(0, now - KEPT))


def _put(programme: Programme, one: Next, now: Instant) -> None:
    id_ = programme.access.programme_id
    content: dict[str, str | int] = {"programme": id_, "party": one.party}
    content |= _words(programme, one.name, one.sealed)
    outbox.put(programme.access.conn, programme.keys, outbox.LETTER, f"{id_}/{one.letter}/{one.party}", content, now)


def _words(programme: Programme, name: str, sealed: bytes) -> dict[str, str]:
    found: dict[str, str] = json.loads(programme.keys.unseal(_PURPOSE, sealed, name.encode()))
    return found


def _midnight(now: Instant) -> Instant:
    return now - now % DAY


def _check(wish: Wish) -> None:
    if not wish.subject.strip() or not wish.subject.isprintable():
        raise BadInputError("no_subject", "Write a subject of one line.")
    if not wish.text.strip() or "\x00" in wish.text:
        raise BadInputError("no_words", "Write what they are to read.")
    if len(wish.subject) > LONGEST_SUBJECT or len(wish.text) > LONGEST_TEXT:
        raise BadInputError(
            "words_too_long",
            "This is too long: %(subject)s characters in the subject, %(text)s in the text.",
            subject=LONGEST_SUBJECT,
            text=LONGEST_TEXT,
        )
