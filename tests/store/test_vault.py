"""The vault: personal data opens with the person's key alone, in its own place alone, and never after an erasure."""

import os

import pytest
from psycopg import errors

from fanshare.config.keys import Keys
from fanshare.core import commitments
from fanshare.core.errors import FanshareError
from fanshare.store.access import Connection
from fanshare.store.vault import Vault
from tests.support.schema import NOW, Cast, found

KEYS = Keys(bytes(range(32)))


@pytest.fixture
def vault(cast: Cast) -> Vault:
    return Vault(cast.access, KEYS)


def test_what_is_put_in_is_taken_out(vault: Vault) -> None:
    finn = vault.add_person(NOW)
    vault.put(finn, "email", b"finn@example.com", NOW)
    vault.put(finn, "name", "Finn Käse".encode(), NOW)
    vault.put(finn, "email", b"finn@example.net", NOW + 1)
    assert vault.get(finn, "email") == b"finn@example.net"
    assert vault.get(finn, "name") == "Finn Käse".encode()
    assert vault.get(finn, "phone") is None


def test_many_items_are_asked_for_now_and_opened_later(vault: Vault, cast: Cast) -> None:
    finn, gone = vault.add_person(NOW), vault.add_person(NOW)
    vault.put(finn, "email", b"finn@example.com", NOW)
    vault.put(gone, "email", b"gone@example.com", NOW)
    vault.erase(gone)
    with cast.access.transaction(), cast.access.ahead():
        opened = vault.many_later([(finn, "email"), (finn, "phone"), (gone, "email")])
    assert opened() == {(finn, "email"): b"finn@example.com"}
    assert vault.many_later([])() == {}


def test_nothing_personal_is_readable_in_the_tables(vault: Vault, cast: Cast) -> None:
    finn = vault.add_person(NOW)
    vault.put(finn, "email", b"finn@example.com", NOW)
    sealed = cast.access.value("SELECT sealed FROM vault_item WHERE programme_id = %(programme_id)s")
    wrapped = cast.access.value("SELECT wrapped FROM vault_key WHERE programme_id = %(programme_id)s")
    assert b"finn" not in bytes(sealed)
    assert len(wrapped) > 32


def test_after_an_erasure_nothing_opens_and_nothing_is_kept(vault: Vault, cast: Cast) -> None:
    finn, cleo = vault.add_person(NOW), vault.add_person(NOW)
    for person in (finn, cleo):
        vault.put(person, "email", b"someone@example.com", NOW)
    vault.erase(finn)
    vault.erase(finn)
    assert vault.get(finn, "email") is None
    assert vault.salt_key(finn) is None
    assert vault.get(cleo, "email") == b"someone@example.com"
    with pytest.raises(FanshareError) as caught:
        vault.put(finn, "email", b"finn@example.com", NOW)
    assert (caught.value.code, caught.value.status) == ("erased", 410)
    assert cast.access.value("SELECT count(*) FROM vault_item WHERE programme_id = %(programme_id)s") == 1


def test_an_item_that_survived_the_erasure_does_not_open_again(vault: Vault, cast: Cast) -> None:
    finn = vault.add_person(NOW)
    vault.put(finn, "email", b"finn@example.com", NOW)
    copy = cast.access.value("SELECT sealed FROM vault_item WHERE programme_id = %(programme_id)s")
    vault.erase(finn)
    fresh = KEYS.seal("vault", os.urandom(32), f"{cast.access.programme_id}/{finn}/".encode())
    cast.access.execute(
        "INSERT INTO vault_key (programme_id, person_id, wrapped) VALUES (%(programme_id)s, %(finn)s, %(wrapped)s)",
        {"finn": finn, "wrapped": fresh},
    )
    cast.access.execute(
        "INSERT INTO vault_item (programme_id, person_id, kind, sealed, written_at)"
        " VALUES (%(programme_id)s, %(finn)s, 'email', %(copy)s, 1)",
        {"finn": finn, "copy": copy},
    )
    with pytest.raises(FanshareError):
        vault.get(finn, "email")


@pytest.mark.parametrize("what", ["sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)", "kind = 'email'"])
def test_an_item_that_was_changed_or_moved_does_not_open(
    owner: Connection, vault: Vault, cast: Cast, what: str
) -> None:
    finn = vault.add_person(NOW)
    vault.put(finn, "name", b"Finn", NOW)
    owner.execute(f"UPDATE vault_item SET {what} WHERE programme_id = %s".encode(), [cast.access.programme_id])
    with pytest.raises(FanshareError) as caught:
        vault.get(finn, "email" if what.startswith("kind") else "name")
    assert caught.value.code == "cannot_unseal"


def test_a_key_does_not_open_for_another_person(owner: Connection, vault: Vault, cast: Cast) -> None:
    finn, cleo = vault.add_person(NOW), vault.add_person(NOW)
    vault.put(cleo, "name", b"Cleo", NOW)
    owner.execute(
        "UPDATE vault_key SET wrapped = (SELECT wrapped FROM vault_key WHERE person_id = %s) WHERE person_id = %s",
        [finn, cleo],
    )
    with pytest.raises(FanshareError):
        vault.get(cleo, "name")


def test_another_master_key_opens_nothing(vault: Vault, cast: Cast) -> None:
    finn = vault.add_person(NOW)
    vault.put(finn, "name", b"Finn", NOW)
    with pytest.raises(FanshareError):
        Vault(cast.access, Keys(bytes(32))).get(finn, "name")


def test_a_person_belongs_to_one_programme(conn: Connection, vault: Vault) -> None:
    finn = vault.add_person(NOW)
    vault.put(finn, "name", b"Finn", NOW)
    other = Vault(found(conn).access, KEYS)
    assert other.get(finn, "name") is None
    with pytest.raises(FanshareError):
        other.put(finn, "name", b"Stray", NOW)


def test_a_person_without_a_row_has_no_items(cast: Cast) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        cast.access.execute(
            "INSERT INTO vault_item (programme_id, person_id, kind, sealed, written_at)"
            " VALUES (%(programme_id)s, 77777777, 'name', 'x', 1)"
        )


def test_salts_come_from_the_persons_key_and_go_with_it(vault: Vault) -> None:
    finn, cleo = vault.add_person(NOW), vault.add_person(NOW)
    key = vault.salt_key(finn)
    assert key is not None
    assert key == vault.salt_key(finn)
    assert key != vault.salt_key(cleo)
    commitment = commitments.who(commitments.derive_salt(key, "part", "1"), "finn")
    assert commitments.opens(commitment, commitments.WHO, commitments.derive_salt(key, "part", "1"), "finn")
