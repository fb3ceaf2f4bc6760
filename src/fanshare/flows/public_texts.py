"""Imprint, privacy and accessibility: texts that the operator writes and everybody may read. Every version stays."""

from typing import NamedTuple

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.flows.audit import note
from fanshare.store.access import Connection

KINDS = ("imprint", "privacy", "accessibility")
LANGUAGES = ("en", "de")
LONGEST = 20_000

_NEWEST = """
SELECT DISTINCT ON (kind, language) kind, language, version, words, written_at FROM public_text
 ORDER BY kind, language, version DESC
"""
_WRITE = """
INSERT INTO public_text (kind, language, version, words, written_by, written_at)
SELECT %(kind)s, %(language)s, 1 + coalesce(max(version), 0), %(words)s, %(actor)s, %(now)s
  FROM public_text WHERE kind = %(kind)s AND language = %(language)s
RETURNING version
"""


class Text(NamedTuple):
    """The newest version of one text."""

    version: int
    words: str
    written_at: Instant


def newest(conn: Connection) -> dict[tuple[str, str], Text]:
    """Every text that was written: (kind, language) -> its newest version. An empty one was taken back."""
    return {(kind, language): Text(*rest) for kind, language, *rest in conn.execute(_NEWEST)}


def shown(conn: Connection, kind: str, language: str) -> tuple[str, Text] | None:
    """A text in a language, else in another one that there is; with the language it is in."""
    texts = newest(conn)
    known = ((one, texts.get((kind, one))) for one in (language, *LANGUAGES))
    return next(((one, text) for one, text in known if text is not None and text.words), None)


def write(conn: Connection, actor: str, kind: str, language: str, words: str, now: Instant) -> bool:
    """Write a further version; ``False`` where nothing is different. Raises ``BadInputError`` (``bad_text``)."""
    said = words.replace("\r\n", "\n").strip()
    if kind not in KINDS or language not in LANGUAGES:
        raise BadInputError("bad_text", "There is no such text.", 404)
    if len(said) > LONGEST or "\x00" in said:
        raise BadInputError("bad_text", "A text has at most %(most)s characters.", most=LONGEST)
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"public text {kind} {language}"])
        before = newest(conn).get((kind, language))
        if said == ("" if before is None else before.words):
            return False
        values = {"kind": kind, "language": language, "words": said, "actor": actor, "now": now}
        row = conn.execute(_WRITE, values).fetchone()
        note(conn, actor, "text.write", now, about=f"{kind} {language} {row[0] if row else ''}")
    return True
