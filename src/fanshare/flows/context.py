"""What every flow of one programme needs at hand: its terms, its keys, its pseudonyms."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from functools import lru_cache

from fanshare.config.keys import CLICK_ID, PSEUDONYM, Keys
from fanshare.core.errors import FanshareError
from fanshare.core.notes import VerifierKey
from fanshare.core.terms import TermsBook
from fanshare.core.terms_document import read
from fanshare.flows.accept import Secrets
from fanshare.flows.holders import HolderBook
from fanshare.store.access import Access
from fanshare.store.vault import Vault

_TERMS = """
SELECT version, document, effective_at FROM terms WHERE programme_id = %(programme_id)s ORDER BY version
"""
_CONNECTIONS = "SELECT id, endpoint FROM connection WHERE programme_id = %(programme_id)s"


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme as the flows see it. Cheap to make; made anew for every batch, so that changes are seen."""

    access: Access
    public_id: str
    keys: Keys
    book: TermsBook
    #: The public keys of the programme's log, the present one last; only checking needs them.
    log_keys: tuple[VerifierKey, ...] = ()

    @property
    def secrets(self) -> Secrets:
        """The keys that accepting orders needs."""
        return Secrets(click_id=self.keys.derive(CLICK_ID), salts=self.salts)

    @property
    def salts(self) -> bytes:
        """The key from which the salts of order commitments are derived."""
        return self.keys.derive(f"salts of {self.public_id}")

    @property
    def holders(self) -> HolderBook:
        """Commitments to whose a share is."""
        connections: dict[int, str] = {row[0]: row[1] for row in self.access.fetch(_CONNECTIONS)}
        return HolderBook(self.keys, self.salts, connections)

    @property
    def vault(self) -> Vault:
        """The personal data of this programme's people."""
        return Vault(self.access, self.keys)

    def pseudonym(self, kind: str, value: str) -> str:
        """A keyed hash of a personal value (HMAC-SHA-256 cut to 128 bits), different in every programme."""
        return pseudonym(self.keys, self.public_id, kind, value)


def open_programme(access: Access, public_id: str, keys: Keys, newest: str | None = None) -> Programme:
    """The programme behind an access. Raises ``FanshareError`` (``no_terms``) while it has no terms.

    ``newest`` names its newest terms (``newest_terms`` of its row) where the caller has just read it: terms that were
    read under the same name are not read again.
    """
    kept = [] if newest is None else _kept(public_id, newest)
    if not kept:
        kept.append(_read(access))
    return Programme(access, public_id, keys, kept[0])


def _read(access: Access) -> TermsBook:
    rows = access.fetch(_TERMS)
    if not rows:
        raise FanshareError("no_terms", "This programme has no terms yet; publish some first.", 409)
    return _book(tuple(rows))


@lru_cache(maxsize=256)
def _kept(_public_id: str, _newest: str) -> list[TermsBook]:
    """Where a programme's terms up to these are kept once they are read."""
    return []


@lru_cache(maxsize=256)
def _book(rows: tuple[tuple[int, str, int], ...]) -> TermsBook:
    """The versions (number, document, when it takes effect) as rules. Read once, since versions never change."""
    return TermsBook(
        read(json.loads(document), version=version, effective_at=effective_at)
        for version, document, effective_at in rows
    )


def pseudonym(keys: Keys, programme: str, kind: str, value: str) -> str:
    """A keyed hash of a personal value: without the key nobody can try guesses."""
    message = json.dumps([programme, kind, value], ensure_ascii=True, separators=(",", ":")).encode()
    return hmac.new(keys.derive(PSEUDONYM), message, hashlib.sha256).hexdigest()[:32]
