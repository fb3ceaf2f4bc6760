"""What somebody outside kept: a checkpoint or a statement, held against a restored log."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.key_chain import follow
from fanshare.core.notes import Checkpoint, NoteError, VerifierKey, open_note, parse_checkpoint, parse_key, parse_note
from fanshare.jobs.worker import log_name
from fanshare.store import directory, log_store
from fanshare.store.access import Access, Connection
from fanshare.store.signing import load_or_create, verify

_LARGEST = 256 << 20


class Witness(NamedTuple):
    """A signed note, and the keys and notes of their change that came with it (none with a bare checkpoint)."""

    note: str
    keys: tuple[VerifierKey, ...] = ()
    rotations: tuple[str, ...] = ()

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note says, not verified."""
        return parse_checkpoint(parse_note(self.note).text)


@dataclass(frozen=True, slots=True)
class Compared:
    """A checkpoint beside the restored log: how many records of it are missing there."""

    programme: str
    size: int
    restored: int

    @property
    def missing(self) -> int:
        """Records that were published and are not in the backup."""
        return max(0, self.size - self.restored)


def read_witness(path: Path) -> Witness:
    """A statement, or the text of a checkpoint. Raises ``BadInputError`` (``no_checkpoint``)."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST).decode()
        witness = _of_statement(json.loads(text)) if text.lstrip().startswith("{") else Witness(text)
        _ = witness.checkpoint
    except OSError as error:
        raise BadInputError("no_file", f"{path} can't be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, FanshareError):
        raise BadInputError("no_checkpoint", f"{path} is neither a statement nor a checkpoint of a log.") from None
    return witness


def compare(conn: Connection, home: Path, witness: Witness) -> Compared:
    """Hold a witness against the log as it was restored, before its new epoch opens.

    Raises ``FanshareError``: ``unknown_log``; ``checkpoint_contradicts`` where the log has those records and they are
    others, which no honest restore brings about.
    """
    stated = witness.checkpoint
    for tenant in directory.programmes(conn):
        name = log_name(directory.fact(conn, "log_host") or "", tenant)
        if stated.origin.rpartition("/")[0] != name:
            continue
        signer = load_or_create(home / "keys", name)
        try:
            open_note(witness.note, _trusted(signer.keys, witness), verify)
        except NoteError as error:
            raise FanshareError(
                "checkpoint_contradicts", f"The checkpoint is not of this log: {error.message}", 409
            ) from None
        access = Access(conn, tenant.id, "restore")
        size = log_store.tree(access).frontier.size
        if stated.size <= size and log_store.root(access, stated.size) != stated.root:
            raise FanshareError(
                "checkpoint_contradicts",
                f"The backup holds all {stated.size} records that the checkpoint speaks of, and they are others: one "
                "of the two was changed.",
                409,
            )
        return Compared(tenant.slug, stated.size, size)
    raise FanshareError("unknown_log", "The checkpoint is of a log that this backup does not hold.", 409)


def _trusted(known: tuple[VerifierKey, ...], witness: Witness) -> list[VerifierKey]:
    """The backup's keys, and those that the newest of them handed over to since."""
    return [*known, *follow(known[-1], witness.keys, witness.rotations, verify)]


def _of_statement(document: Any) -> Witness:
    keys = tuple(parse_key(key) for key in document["keys"])
    return Witness(document["checkpoint"], keys, tuple(document["rotations"]))
