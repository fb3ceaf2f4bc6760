"""What hangs on the address of an account, and how all of it moves to another address in one transaction.

An account is a keyed hash of its address. ``HANGS`` names every column that holds such a hash; a catalogue test holds
it against the schema, so that a new one can't be forgotten.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from fanshare.config.keys import Keys
from fanshare.core.instants import Instant
from fanshare.flows import passkeys, second_factor, workbench_mail
from fanshare.flows.audit import note, noted
from fanshare.flows.authorisation import Role, Seat
from fanshare.flows.context import pseudonym
from fanshare.flows.joining import SEALED as APPLICATION
from fanshare.flows.people import know_hash, unknow_hash
from fanshare.flows.staff import PURPOSE, account_of, folded
from fanshare.flows.workbench_keys import PURPOSE as BOOKS
from fanshare.flows.workbench_keys import place_of
from fanshare.store import directory
from fanshare.store.access import Access, Connection
from fanshare.store.queries import provider_links, workbench, workbench_passkeys
from fanshare.store.vault import Vault

#: Table and column that hold the hash of an address -> what becomes of it.
HANGS = {
    ("operator", "account"): "moved",
    ("second_factor", "account"): "moved",
    ("passkey", "account"): "moved; devices go on calling the account by the same random name",
    ("provider_link", "account"): "ended: whoever has the new mailbox connects again",
    ("brand_person", "email_hash"): "moved",
    ("party_identity", "hash"): "the new one joins the old, by which her own earlier purchases are known",
    ("workbench", "account"): "moved, and locked everywhere; her passphrase opens it as before",
    ("workbench_passkey", "account"): "moved; the passkeys open the books as before",
    ("workbench_row", "account"): "moved",
    ("workbench_paper", "account"): "moved",
    ("workbench_feed", "account"): "moved; its address leads to it as before",
    ("workbench_due", "account"): "moved",
    ("workbench_mail", "account"): "moved, to the new address",
    ("trust_page", "account"): "moved; it is read under the same address as before",
    ("workbench_seat", "account"): "moved",
    ("application", "account"): "moved while it waits; an answered one says nothing about anybody",
    ("web_session", "account"): "ended: whoever is signed in signs in with the new address",
    ("sign_in_link", "account"): "ended",
    ("joining", "account"): "stays: it is a wish of that mailbox, and is confirmed in it",
    ("address_change", "account"): "the change itself",
    ("address_change", "fresh_account"): "the change itself",
}

_PERSON = """
SELECT person_id FROM party
 WHERE programme_id = %(programme_id)s AND id = %(party)s AND erased_at IS NULL AND person_id IS NOT NULL
"""
_BRAND = "SELECT person_id FROM brand_person WHERE programme_id = %(programme_id)s AND id = %(id)s"
_IN_THE_WAY = """
DELETE FROM brand_person WHERE programme_id = %(programme_id)s AND email_hash = %(hash)s AND id <> %(id)s
RETURNING id, person_id
"""
_MOVE_BRAND = "UPDATE brand_person SET email_hash = %(hash)s WHERE programme_id = %(programme_id)s AND id = %(id)s"
_BOOKS = "SELECT by_passphrase, by_recovery FROM workbench WHERE account = %s FOR UPDATE"
_MOVE_BOOKS = """
UPDATE workbench SET account = %s, by_passphrase = %s, by_recovery = %s, turn = turn + 1 WHERE account = %s
"""
_WAITING = """
SELECT id, sealed FROM application
 WHERE programme_id = %(programme_id)s AND account = %(account)s AND state = 'waiting' FOR UPDATE
"""
_DROP_WAITING = """
DELETE FROM application WHERE programme_id = %(programme_id)s AND account = %(account)s AND state = 'waiting'
"""
_MOVE_WAITING = """
UPDATE application SET account = %(account)s, sealed = %(sealed)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""


class Move(NamedTuple):
    """From which address to which."""

    old: str
    new: str

    def accounts(self, keys: Keys) -> tuple[bytes, bytes]:
        """The accounts of both."""
        return account_of(keys, self.old), account_of(keys, self.new)


def there(conn: Connection, keys: Keys, address: str) -> bool:
    """Whether anything hangs on an address already, besides seats: an app, books, or an application that waits."""
    account = account_of(keys, address)
    kept = "SELECT FROM second_factor WHERE account = %s UNION ALL SELECT FROM workbench WHERE account = %s"
    if conn.execute(kept, [account, account]).fetchone() is not None:
        return True
    return any(
        Access(conn, one.id, "address").fetch_one(_WAITING, {"account": account}) is not None
        for one in directory.programmes(conn)
    )


def move(conn: Connection, keys: Keys, seats: Iterable[Seat], how: Move, now: Instant) -> list[tuple[int, int]]:
    """Move what these seats are, and what else hangs on the old address; parties whose new hash was not known before.

    A row that stands in the way was made under an address that is hers: it gives way. Runs in the transaction of its
    caller. Sessions and links of the old account end.
    """
    old, new = how.accounts(keys)
    added = [found for seat in seats for found in _seat(conn, keys, seat, how, now)]
    _factor(conn, keys, old, how)
    _books(conn, keys, old, how)
    for tenant in directory.programmes(conn):
        _application(Access(conn, tenant.id, "address"), keys, how)
    conn.execute("DELETE FROM web_session WHERE account = %s", [old])
    conn.execute("DELETE FROM sign_in_link WHERE account = %s", [old])
    for one in (old, new):
        provider_links.unlink(conn, one)
    return added


def forget_hashes(conn: Connection, keys: Keys, added: Iterable[tuple[int, int]], address: str, now: Instant) -> None:
    """Take back the hashes of an address that ``move`` had noted for parties (programme, party)."""
    for tenant in directory.programmes(conn):
        hash_ = pseudonym(keys, tenant.public_id, "email", folded(address))
        for party in [party for programme, party in added if programme == tenant.id]:
            unknow_hash(Access(conn, tenant.id, "address"), party, hash_, now)


def _seat(conn: Connection, keys: Keys, seat: Seat, how: Move, now: Instant) -> Iterator[tuple[int, int]]:
    if seat.role is Role.OPERATOR:
        _operator(conn, keys, seat.id, how, now)
        return
    if seat.role is Role.BENCH:
        _, new = how.accounts(keys)
        conn.execute("DELETE FROM workbench_seat WHERE account = %s AND id <> %s", [new, seat.id])
        conn.execute("UPDATE workbench_seat SET account = %s WHERE id = %s", [new, seat.id])
        return
    tenant = next((one for one in directory.programmes(conn) if one.id == seat.programme_id), None)
    if tenant is None:
        return
    access = Access(conn, tenant.id, f"{seat.role}:{seat.id}")
    hash_ = pseudonym(keys, tenant.public_id, "email", folded(how.new))
    if seat.role is Role.BRAND:
        _brand(access, keys, seat.id, hash_, how.new, now)
    elif (person := access.value(_PERSON, {"party": seat.id})) is not None:
        Vault(access, keys).put(person, "email", how.new.encode(), now)
        if know_hash(access, seat.id, hash_, now):
            yield tenant.id, seat.id


def _operator(conn: Connection, keys: Keys, id_: int, how: Move, now: Instant) -> None:
    _, new = how.accounts(keys)
    gone = conn.execute("DELETE FROM operator WHERE account = %s AND id <> %s RETURNING id", [new, id_]).fetchone()
    if gone is not None:
        note(conn, f"operator:{id_}", "operator.remove", now, about=f"operator {gone[0]}")
    sealed = keys.seal(PURPOSE, how.new.encode(), new)
    conn.execute("UPDATE operator SET account = %s, sealed_address = %s WHERE id = %s", [new, sealed, id_])


def _brand(access: Access, keys: Keys, id_: int, hash_: str, address: str, now: Instant) -> None:
    person = access.value(_BRAND, {"id": id_})
    if person is None:
        return
    for gone, someone in access.fetch(_IN_THE_WAY, {"hash": hash_, "id": id_}):
        Vault(access, keys).erase(someone)
        noted(access, "person.remove", now, f"brand person {gone}")
    access.execute(_MOVE_BRAND, {"hash": hash_, "id": id_})
    Vault(access, keys).put(person, "email", address.encode(), now)


def _factor(conn: Connection, keys: Keys, old: bytes, how: Move) -> None:
    _, new = how.accounts(keys)
    second_factor.forget(conn, new)
    passkeys.move(conn, keys, old, new, how.new)
    row = conn.execute("SELECT sealed_secret FROM second_factor WHERE account = %s FOR UPDATE", [old]).fetchone()
    if row is None:
        return
    purpose = second_factor.PURPOSE
    sealed = None if row[0] is None else keys.seal(purpose, keys.unseal(purpose, bytes(row[0]), old), new)
    conn.execute("UPDATE second_factor SET account = %s, sealed_secret = %s WHERE account = %s", [new, sealed, old])


def _books(conn: Connection, keys: Keys, old: bytes, how: Move) -> None:
    _, new = how.accounts(keys)
    row = conn.execute(_BOOKS, [old]).fetchone()
    if row is None:
        return
    again = [keys.seal(BOOKS, keys.unseal(BOOKS, bytes(one), old), new) for one in row]
    workbench.erase(conn, new)
    by_passkey = workbench_passkeys.wraps(conn, old)
    conn.execute(_MOVE_BOOKS, [new, *again, old])  # which takes along whose passkeys open them
    for credential, wrapped in by_passkey:
        content = keys.unseal(BOOKS, wrapped, place_of(old, credential))
        workbench_passkeys.keep(conn, credential, keys.seal(BOOKS, content, place_of(new, credential)))
    conn.execute("UPDATE workbench_row SET account = %s WHERE account = %s", [new, old])
    conn.execute("UPDATE workbench_paper SET account = %s WHERE account = %s", [new, old])
    conn.execute("UPDATE workbench_feed SET account = %s WHERE account = %s", [new, old])
    conn.execute("UPDATE workbench_due SET account = %s WHERE account = %s", [new, old])
    if (where := workbench_mail.known(conn, keys, old)) is not None:
        there = workbench_mail.sealed(keys, new, replace(where, address=how.new))
        conn.execute("UPDATE workbench_mail SET account = %s, sealed = %s WHERE account = %s", [new, there, old])
    conn.execute("UPDATE trust_page SET account = %s WHERE account = %s", [new, old])


def _application(access: Access, keys: Keys, how: Move) -> None:
    old, new = how.accounts(keys)
    for id_, sealed in access.fetch(_WAITING, {"account": old}):
        content = {**json.loads(keys.unseal(APPLICATION, bytes(sealed), old)), "address": how.new}
        again = keys.seal(APPLICATION, json.dumps(content).encode(), new)
        access.execute(_DROP_WAITING, {"account": new})
        access.execute(_MOVE_WAITING, {"account": new, "sealed": again, "id": id_})
