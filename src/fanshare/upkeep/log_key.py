"""Changing the key that signs a programme's log: the old key signs the new one, and the log records it."""

from pathlib import Path

from fanshare.core import leaves
from fanshare.core.instants import Instant
from fanshare.store import log_store, signing
from fanshare.store.access import Access
from fanshare.store.signing import LogSigner


def rotate(access: Access, keys_dir: Path, name: str, now: Instant) -> LogSigner:
    """A new key for the log ``name``, recorded in the log and used for a checkpoint at once.

    When an earlier change was interrupted before the log recorded it, that one is recorded first; running this after
    a crash is therefore safe.
    """
    _record(access, signing.load_or_create(keys_dir, name), now)
    signer = signing.rotate(keys_dir, name)
    _record(access, signer, now)
    log_store.write_checkpoint(access, signer.sign_checkpoint, now)
    return signer


def _record(access: Access, signer: LogSigner, now: Instant) -> None:
    """A leaf for every key after the first that has none yet."""
    with access.transaction():
        known = log_store.logged_keys(access)
        pairs = zip(signer.keys, signer.keys[1:], strict=False)
        missing = [leaves.key(key=str(new), replaces=str(old), at=now) for old, new in pairs if str(new) not in known]
        log_store.append(access, missing)
