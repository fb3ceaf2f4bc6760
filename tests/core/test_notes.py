"""Signed notes and checkpoints, against the published example of Go's note package and real Ed25519 keys."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.notes import (
    Checkpoint,
    NoteError,
    Sign,
    VerifierKey,
    epoch_origin,
    open_note,
    parse_checkpoint,
    parse_key,
    parse_note,
    sign_note,
)

#: From the documentation of golang.org/x/mod/sumdb/note.
PEDRO = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PEDRO_NOTE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""


def verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def signer(name: str, seed: int) -> tuple[VerifierKey, Sign]:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return VerifierKey(name, private.public_key().public_bytes_raw()), private.sign


BEA = signer("shop.example/log", 1)
OTTO = signer("witness.example", 2)
TEXT = Checkpoint("shop.example/log/1", 3, b"\5" * 32).text()


def test_the_published_note_is_opened_with_the_published_key() -> None:
    key = parse_key(PEDRO)
    text, signed_by = open_note(PEDRO_NOTE, [key], verify)
    assert text.startswith("If you think")
    assert signed_by == [key]
    assert str(key) == PEDRO


def test_a_note_opens_for_each_key_that_signed_it() -> None:
    note = sign_note(TEXT, [BEA, OTTO])
    assert open_note(note, [BEA[0]], verify) == (TEXT, [BEA[0]])
    assert open_note(note, [OTTO[0], BEA[0]], verify) == (TEXT, [BEA[0], OTTO[0]])


def test_a_note_that_no_known_key_signed_is_refused() -> None:
    with pytest.raises(NoteError, match="None of the known keys"):
        open_note(sign_note(TEXT, [OTTO]), [BEA[0]], verify)


def test_a_wrong_signature_of_a_known_key_refuses_the_note_even_beside_a_right_one() -> None:
    note = sign_note(TEXT, [BEA, (OTTO[0], lambda message: BEA[1](b"else"))])
    assert open_note(note, [BEA[0]], verify)
    with pytest.raises(NoteError, match="The signature of witness"):
        open_note(note, [BEA[0], OTTO[0]], verify)


def test_a_key_of_the_same_name_but_another_id_is_another_key() -> None:
    same_name = signer("shop.example/log", 3)
    with pytest.raises(NoteError):
        open_note(sign_note(TEXT, [same_name]), [BEA[0]], verify)


@given(st.integers(0, 400), st.integers(1, 255))
def test_no_changed_byte_of_a_note_passes(position: int, flip: int) -> None:
    note = bytearray(sign_note(TEXT, [BEA]).encode())
    note[position % len(note)] ^= flip
    with pytest.raises((NoteError, UnicodeDecodeError)):
        open_note(note.decode(), [BEA[0]], verify)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— x\n",
        "text\n\n— x AAAA\n",
        "text\n\n- x AAAAAAAA\n",
        "a\tb\n\n— x AAAAAAAA\n",
    ],
)
def test_a_malformed_note_is_refused(note: str) -> None:
    with pytest.raises(NoteError):
        parse_note(note)


def test_base64_with_other_padding_bits_is_refused() -> None:
    with pytest.raises(NoteError):
        parse_key(PEDRO[:-1] + "X")


def test_a_checkpoint_is_written_and_read() -> None:
    checkpoint = Checkpoint(epoch_origin("shop.example/log", 2), 3, b"\7" * 32, ("time 2026-11-22T09:00:00Z",))
    assert checkpoint.text().split("\n")[:2] == ["shop.example/log/2", "3"]
    assert parse_checkpoint(checkpoint.text()) == checkpoint


@pytest.mark.parametrize("size", ["03", "-1", "+1", "1 ", "٣", "1" * 30])
def test_a_checkpoint_with_an_unusual_size_is_refused(size: str) -> None:
    text = Checkpoint("o", 1, b"\7" * 32).text().replace("\n1\n", f"\n{size}\n")
    with pytest.raises(NoteError):
        parse_checkpoint(text)


def test_a_checkpoint_with_an_empty_line_is_refused() -> None:
    with pytest.raises(NoteError):
        Checkpoint("o", 1, b"\7" * 32, ("",)).text()
    with pytest.raises(NoteError):
        Checkpoint("o", 1, b"short").text()


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb"])
def test_a_key_name_that_would_break_the_format_is_refused(name: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey(name, b"\1" * 32)


def test_a_key_whose_id_does_not_match_is_refused() -> None:
    with pytest.raises(NoteError, match="does not belong"):
        parse_key(PEDRO.replace("c74f20a3", "c74f20a4"))
