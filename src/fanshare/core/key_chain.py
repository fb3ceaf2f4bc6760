"""From one key of a log that somebody knows to all that came after it: each was signed by the one before."""

from collections.abc import Sequence

from fanshare.core.notes import NoteError, VerifierKey, Verify, open_note
from fanshare.core.statement_check import rotation_text


def follow(
    known: VerifierKey, keys: Sequence[VerifierKey], rotations: Sequence[str], verify: Verify
) -> list[VerifierKey]:
    """``known`` and every later key among ``keys`` (in their order) to which the notes hand over without a gap.

    ``rotations[i]`` is the note by which ``keys[i]`` and ``keys[i + 1]`` hand over to the latter. A key that was known
    but is not among ``keys`` vouches for none of them. Raises ``NoteError`` for a note that is not signed by both.
    """
    if known not in keys:
        return []
    first = list(keys).index(known)
    trusted = [known]
    for old, new, note in zip(keys[first:], keys[first + 1 :], rotations[first:], strict=False):
        for signer in (old, new):
            text, _ = open_note(note, [signer], verify)
            if text != rotation_text(new):
                raise NoteError("The note of a change of key names another key.")
        trusted.append(new)
    return trusted
