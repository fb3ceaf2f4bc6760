"""The vault: what is personal, sealed under a key per person. Destroying the key is the erasure.

Each person's data key is random and stored wrapped under the master key; her items are sealed under the data key
(AES-256-GCM, NIST SP 800-38D, random 96-bit nonces). Every ciphertext is tied to its place by associated data, so that
it can't be moved to another person or kind. Backups made before an erasure hold the wrapped key until they expire.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.store.access import Access

PURPOSE = "vault"
_KEY_BYTES = 32
_NONCE_BYTES = 12

_PEOPLE = """
INSERT INTO person (programme_id, created_at)
SELECT %(programme_id)s, %(at)s FROM generate_series(1, %(n)s::int) RETURNING id
"""
_PEOPLE_KEYS = """
INSERT INTO vault_key (programme_id, person_id, wrapped)
SELECT %(programme_id)s, person, wrapped FROM unnest(%(people)s::bigint[], %(wrapped)s::bytea[]) AS k (person, wrapped)
"""
_PEOPLE_ITEMS = """
INSERT INTO vault_item (programme_id, person_id, kind, sealed, written_at)
SELECT %(programme_id)s, person, kind, sealed, %(at)s
  FROM unnest(%(people)s::bigint[], %(kinds)s::text[], %(sealed)s::bytea[]) AS i (person, kind, sealed)
"""
_MANY = """
SELECT i.person_id, i.kind, k.wrapped, i.sealed
  FROM unnest(%(people)s::bigint[], %(kinds)s::text[]) AS w (person, kind)
  JOIN vault_item i ON i.programme_id = %(programme_id)s AND i.person_id = w.person AND i.kind = w.kind
  JOIN vault_key k ON k.programme_id = i.programme_id AND k.person_id = i.person_id
"""
_SALTS = """
SELECT p.id, p.public_id, p.person_id, k.wrapped FROM party p
  LEFT JOIN vault_key k ON k.programme_id = p.programme_id AND k.person_id = p.person_id
 WHERE p.programme_id = %(programme_id)s AND p.id = ANY(%(parties)s::bigint[])
"""


class Sealer(Protocol):
    """The installation's keys, as far as the vault needs them."""

    def seal(self, purpose: str, plaintext: bytes, aad: bytes = b"") -> bytes:
        """Encrypt for a purpose."""

    def unseal(self, purpose: str, sealed: bytes, aad: bytes = b"") -> bytes:
        """Undo ``seal``, or raise ``FanshareError``."""


class Vault:
    """The personal data of one programme's people."""

    def __init__(self, access: Access, keys: Sealer) -> None:
        self._access = access
        self._keys = keys

    def add_person(self, at: Instant) -> int:
        """A new person with a key of her own; returns her id."""
        return self.add_people([{}], at)[0]

    def add_people(self, contents: Sequence[Mapping[str, bytes]], at: Instant) -> list[int]:
        """New people, each with a key of her own and what is known of her (by kind); returns their ids in order."""
        access = self._access
        with access.transaction():
            people = sorted(row[0] for row in access.fetch(_PEOPLE, {"n": len(contents), "at": at}))
            data_keys = [os.urandom(_KEY_BYTES) for _ in people]
            wrapped = [
                self._keys.seal(PURPOSE, key, self._place(person))
                for person, key in zip(people, data_keys, strict=True)
            ]
            access.execute(_PEOPLE_KEYS, {"people": people, "wrapped": wrapped})
            items = [
                (person, kind, self._seal(AESGCM(key), person, kind, content))
                for person, key, known in zip(people, data_keys, contents, strict=True)
                for kind, content in known.items()
            ]
            if items:
                owners, kinds, sealed = zip(*items, strict=True)
                columns = {"people": list(owners), "kinds": list(kinds), "sealed": list(sealed)}
                access.execute(_PEOPLE_ITEMS, {**columns, "at": at})
        return people

    def put(self, person: int, kind: str, content: bytes, at: Instant) -> None:
        """Keep one item of a person (``email``, ``name``, ``salts``), replacing what was there.

        Raises ``FanshareError`` (``erased``, 410) when the person was erased.
        """
        with self._access.transaction():
            # the lock makes an erasure at the same moment come wholly before or wholly after
            sealed = self._seal(self._cipher(person, lock=True), person, kind, content)
            self._access.execute(
                "INSERT INTO vault_item (programme_id, person_id, kind, sealed, written_at)"
                " VALUES (%(programme_id)s, %(person)s, %(kind)s, %(sealed)s, %(at)s)"
                " ON CONFLICT (programme_id, person_id, kind)"
                " DO UPDATE SET sealed = excluded.sealed, written_at = excluded.written_at",
                {"person": person, "kind": kind, "sealed": sealed, "at": at},
            )

    def get(self, person: int, kind: str) -> bytes | None:
        """One item, or ``None`` where there is none or the person was erased.

        Raises ``FanshareError`` (``cannot_unseal``) when it was tampered with or the master key is another one.
        """
        sealed = self._access.value(
            "SELECT sealed FROM vault_item WHERE programme_id = %(programme_id)s"
            " AND person_id = %(person)s AND kind = %(kind)s",
            {"person": person, "kind": kind},
        )
        if sealed is None:
            return None
        return self._unseal(self._cipher(person), person, kind, bytes(sealed))

    def get_many(self, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], bytes]:
        """Items by person and kind, in one look; those that are not there, or whose owner was erased, are left out.

        Raises ``FanshareError`` as ``get``.
        """
        return self.many_later(wanted)()

    def many_later(self, wanted: Iterable[tuple[int, str]]) -> Callable[[], dict[tuple[int, str], bytes]]:
        """The same, asked for now and opened when it is called (``access.ahead``)."""
        pairs = sorted(set(wanted))
        if not pairs:
            return dict
        rows = self._access.later(_MANY, {"people": [one[0] for one in pairs], "kinds": [one[1] for one in pairs]})
        return lambda: {
            (person, kind): self._open(bytes(wrapped), person, kind, bytes(sealed))
            for person, kind, wrapped, sealed in rows.result()
        }

    def drop(self, person: int, kind: str) -> None:
        """Forget one item of a person; doing it again changes nothing."""
        statement = (
            "DELETE FROM vault_item WHERE programme_id = %(programme_id)s AND person_id = %(p)s AND kind = %(k)s"
        )
        self._access.execute(statement, {"p": person, "k": kind})

    def salt_key(self, person: int) -> bytes | None:
        """32 bytes from which the salts of her commitments are derived; ``None`` after an erasure.

        With the key gone nobody can open her commitments in the log any more, and every proof still holds.
        """
        data_key = self._data_key(person)
        return None if data_key is None else _derive(data_key, b"fanshare commitment salts")

    def party_salts(self, parties: Iterable[int]) -> dict[int, tuple[str, bytes | None]]:
        """Public id and salt key of some parties; no key where nobody stands behind one, or she was erased."""
        return self.salts_later(parties)()

    def salts_later(self, parties: Iterable[int]) -> Callable[[], dict[int, tuple[str, bytes | None]]]:
        """The same, asked for now and opened when it is called: inside ``access.ahead`` others may run before."""
        rows = self._access.later(_SALTS, {"parties": sorted(parties)})
        return lambda: {
            party: (public_id, None if wrapped is None else self._salts(person, bytes(wrapped)))
            for party, public_id, person, wrapped in rows.result()
        }

    def _salts(self, person: int, wrapped: bytes) -> bytes:
        return _derive(self._keys.unseal(PURPOSE, wrapped, self._place(person)), b"fanshare commitment salts")

    def erase(self, person: int) -> None:
        """Destroy the person's key and what it sealed. Doing it again changes nothing."""
        with self._access.transaction():
            for statement in (
                "DELETE FROM vault_key WHERE programme_id = %(programme_id)s AND person_id = %(person)s",
                "DELETE FROM vault_item WHERE programme_id = %(programme_id)s AND person_id = %(person)s",
            ):
                self._access.execute(statement, {"person": person})

    def _seal(self, cipher: AESGCM, person: int, kind: str, content: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + cipher.encrypt(nonce, content, self._place(person, kind))

    def _open(self, wrapped: bytes, person: int, kind: str, sealed: bytes) -> bytes:
        return self._unseal(AESGCM(self._keys.unseal(PURPOSE, wrapped, self._place(person))), person, kind, sealed)

    def _unseal(self, cipher: AESGCM, person: int, kind: str, sealed: bytes) -> bytes:
        try:
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._place(person, kind))
        except InvalidTag as error:
            raise FanshareError("cannot_unseal", "A sealed value can't be opened: it was changed.", 500) from error

    def _cipher(self, person: int, *, lock: bool = False) -> AESGCM:
        data_key = self._data_key(person, lock=lock)
        if data_key is None:
            raise FanshareError("erased", "This person's data was erased.", 410)
        return AESGCM(data_key)

    def _data_key(self, person: int, *, lock: bool = False) -> bytes | None:
        query = "SELECT wrapped FROM vault_key WHERE programme_id = %(programme_id)s AND person_id = %(person)s"
        wrapped = self._access.value(query + (" FOR SHARE" if lock else ""), {"person": person})
        return None if wrapped is None else self._keys.unseal(PURPOSE, bytes(wrapped), self._place(person))

    def _place(self, person: int, kind: str = "") -> bytes:
        return f"{self._access.programme_id}/{person}/{kind}".encode()


def _derive(data_key: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(data_key)
