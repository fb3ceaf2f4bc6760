"""A brand answers applications: yes makes a creator, no deletes what was written; either is mailed."""

import json
from dataclasses import dataclass

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.flows import joining, outbox
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.joining import Draft
from fanshare.store.queries import joining as queries

LONGEST_WORDS = 1_000


@dataclass(frozen=True, slots=True)
class Application:
    """One that waits: who applies, and what she wrote."""

    id: int
    draft: Draft
    made_at: Instant


def waiting(programme: Programme, *, after: int | None = None, limit: int) -> list[Application]:
    """Applications without an answer, oldest first."""
    rows = queries.waiting(programme.access, after=after, limit=limit)
    return [Application(row.id, _opened(programme, row), row.made_at) for row in rows]


def answer(programme: Programme, id_: int, *, accept: bool, words: str, now: Instant) -> None:
    """Accept or decline. Of two answers at the same moment one counts.

    Raises ``BadInputError`` (``bad_words``, ``unknown_application``) and ``ConflictError`` (``answered``).
    """
    if len(words) > LONGEST_WORDS or "\x00" in words:
        raise BadInputError("bad_words", "Write at most %(most)s characters.", most=LONGEST_WORDS)
    access = programme.access
    with access.transaction():
        account = queries.applicant(access, id_)
        if account is None:
            raise BadInputError("unknown_application", "There is no such application.", 404)
        # She may be joining by herself at this moment: whoever comes second finds her, instead of making her twice.
        # The lock comes before the row's, as it does where she applies again.
        queries.one_at_a_time(access, account)
        row = queries.application(access, id_)
        assert row is not None
        if row.sealed is None:
            raise ConflictError("answered", "This application was answered already.")
        draft = _opened(programme, row)
        party = joining.take_in(programme, draft, now).party if accept else None
        queries.decide(access, id_, "accepted" if accept else "declined", party, now)
        content: dict[str, str | int] = {
            "programme": access.programme_id,
            "address": draft.address,
            "words": words,
            "accepted": int(accept),
            "language": draft.language,
        }
        noted(access, "application.answer", now, f"application {id_}: {'accepted' if accept else 'declined'}")
        outbox.put(access.conn, programme.keys, outbox.ANSWER, f"{access.programme_id}/{id_}", content, now)


def _opened(programme: Programme, row: queries.ApplicationRow) -> Draft:
    assert row.sealed is not None
    return Draft.of(json.loads(programme.keys.unseal(joining.SEALED, row.sealed, row.account)))
