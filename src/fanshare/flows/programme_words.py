"""What a brand says of itself where everybody reads its terms: a text in markdown, which binds nobody."""

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.flows import own_page
from fanshare.flows.audit import noted
from fanshare.store.access import Access
from fanshare.store.queries import programme_words

LONGEST = 5_000


def checked(text: str) -> str:
    """The words without what surrounds them. Raises ``BadInputError`` (``bad_words``, ``unlabelled_link``)."""
    clean = own_page.written(text, LONGEST)
    if own_page.earns(clean):
        told = "A link by which somebody earns belongs on her own page: there its advertising label stands beside it."
        raise BadInputError("unlabelled_link", told)
    return clean


def save(access: Access, text: str, seen: Instant, now: Instant) -> None:
    """Show these words from now on; empty ones take them away. ``seen`` is when those were written that she changes.

    The same words again change nothing. Raises as ``checked`` does, and ``ConflictError`` (``changed_meanwhile``).
    """
    words = checked(text)
    with access.transaction():
        programme_words.lock(access)
        before = programme_words.find(access)
        if before.words == words:
            return
        if before.at != seen:
            told = "A colleague has changed these words meanwhile; what you typed stands below, theirs above."
            raise ConflictError("changed_meanwhile", told)
        programme_words.keep(access, words, now)
        noted(access, "words.write", now)
