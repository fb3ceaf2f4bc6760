import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import commitments
from fanshare.core.errors import BadInputError

SALTS = st.binary(min_size=32, max_size=32)


def test_a_commitment_is_the_hash_that_the_reference_describes() -> None:
    salt = bytes(range(32))
    expected = hashlib.sha256(b"fanshare/who/1\0" + salt + b'"finn"').hexdigest()
    assert commitments.who(salt, "finn") == expected


@given(SALTS, st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_commitment_opens_with_its_salt_and_only_as_its_value(salt: bytes, party: str) -> None:
    sealed = commitments.who(salt, party)
    assert commitments.opens(sealed, commitments.WHO, salt, party)
    assert not commitments.opens(sealed, commitments.WHO, salt, party + "x")
    assert not commitments.opens(sealed, commitments.PAYOUT, salt, party)
    assert not commitments.opens(sealed, commitments.WHO, bytes([salt[0] ^ 1]) + salt[1:], party)


def test_two_commitments_to_one_person_cannot_be_linked() -> None:
    assert commitments.who(b"\1" * 32, "finn") != commitments.who(b"\2" * 32, "finn")


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_salt_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(BadInputError):
        commitments.who(b"x" * size, "finn")


def test_derived_salts_depend_on_the_key_and_on_each_label() -> None:
    key, other = b"k" * 32, b"o" * 32
    salts = {
        commitments.derive_salt(key, "who", "12"),
        commitments.derive_salt(key, "who", "1", "2"),
        commitments.derive_salt(key, "order", "12"),
        commitments.derive_salt(other, "who", "12"),
    }
    assert len(salts) == 4
    assert commitments.derive_salt(key, "who", "12") in salts
    assert {len(salt) for salt in salts} == {32}


def test_a_short_key_for_salts_is_refused() -> None:
    with pytest.raises(BadInputError):
        commitments.derive_salt(b"short", "who")


def test_parts_of_an_order_cannot_be_shifted_into_each_other() -> None:
    salt = b"s" * 32
    assert commitments.order_part(salt, "1", "23", "cleo") != commitments.order_part(salt, "12", "3", "cleo")
