"""The encrypted file: what was written comes back, and any change to it is noticed before anything is given out."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.upkeep.sealed_file import (
    CHUNK,
    MAGIC,
    BackupError,
    SealedReader,
    SealedWriter,
    check_passphrase,
    read_header,
    unlock,
)

WORD = "correct horse battery"
QUICK = 2  # the cost of guessing is measured elsewhere


def sealed(plain: bytes) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, {"fanshare": "0.1.0"}, WORD, cost=QUICK)
    writer.write(plain[: len(plain) // 3])
    writer.write(plain[len(plain) // 3 :])
    writer.close()
    assert writer.written == len(file.getvalue())
    return file.getvalue()


def opened(data: bytes, passphrase: str = WORD) -> SealedReader:
    file = io.BytesIO(data)
    return unlock(file, read_header(file), passphrase)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5])
def test_what_was_written_comes_back(size: int) -> None:
    plain = bytes(index * 7 % 251 for index in range(size))
    data = sealed(plain)
    reader = opened(data)
    assert b"".join(iter(lambda: reader.read(1000), b"")) == plain
    assert opened(data).read() == plain
    assert opened(data).drain() == size


@given(st.data())
def test_any_changed_byte_is_noticed(data: st.DataObject) -> None:
    whole = bytearray(sealed(b"the books of Bea" * 9000))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BackupError):
        opened(bytes(whole)).drain()


@pytest.mark.parametrize("cut", [1, 16, CHUNK + 16, 2 * CHUNK + 32])
def test_an_end_that_was_cut_off_is_noticed(cut: int) -> None:
    whole = sealed(b"x" * (2 * CHUNK + 100))
    with pytest.raises(BackupError, match="cut off"):
        opened(whole[:-cut]).drain()


def test_chunks_can_be_neither_exchanged_nor_added() -> None:
    whole = sealed(b"a" * CHUNK + b"b" * CHUNK + b"c")
    start = whole.index(b"\n", len(MAGIC)) + 1
    first, second, rest = (
        whole[start : start + CHUNK + 16],
        whole[start + CHUNK + 16 : start + 2 * (CHUNK + 16)],
        whole[start + 2 * (CHUNK + 16) :],
    )
    assert opened(whole[:start] + first + second + rest).drain() == 2 * CHUNK + 1
    for body in (second + first + rest, first + first + second + rest, first + rest, first + second + rest + rest):
        with pytest.raises(BackupError):
            opened(whole[:start] + body).drain()


def test_a_wrong_passphrase_is_told_from_damage() -> None:
    with pytest.raises(BackupError) as caught:
        opened(sealed(b"x"), "incorrect horse")
    assert caught.value.code == "wrong_passphrase"


def test_nothing_of_the_content_can_be_seen() -> None:
    plain = b"canary.cleo@nest.example" * 5000
    assert b"canary" not in sealed(plain)
    assert b"canary" in plain


def test_two_files_of_one_content_have_nothing_in_common() -> None:
    one, two = sealed(b"x" * 100), sealed(b"x" * 100)
    assert one[-100:] != two[-100:]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_backup"),
        (b"PK\x03\x04 some other file", "not_a_backup"),
        (MAGIC + b"{not json\n", "not_a_backup"),
        (MAGIC + b'{"format": 1}\n', "not_a_backup"),
        (MAGIC + b'{"format": 2, "scrypt": {"n": 2, "salt": "00"}}\n', "backup_version"),
        (MAGIC + b'{"format": 1, "scrypt": {"n": 1073741824, "salt": "00"}}\n', "not_a_backup"),
        (MAGIC + b'{"format": 1, "scrypt": {"n": 3, "salt": "00"}}\n', "not_a_backup"),
    ],
)
def test_what_is_no_backup_of_ours_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(BackupError) as caught:
        read_header(io.BytesIO(content))
    assert caught.value.code == code


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(Exception, match="at least 12"):
        check_passphrase("swordfish")
    assert check_passphrase(WORD) == WORD
