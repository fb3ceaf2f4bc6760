"""The signing key of a log: made once, kept from others, handed over."""

import json
import multiprocessing
import stat
from pathlib import Path

import pytest

from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.notes import NoteError, open_note, parse_checkpoint
from fanshare.core.statement_check import rotation_text
from fanshare.store.signing import load_or_create, rotate, verify

NAME = "shop.example/log/prog7"


def test_the_key_is_made_once_and_found_again(tmp_path: Path) -> None:
    first = load_or_create(tmp_path / "keys", NAME)
    assert load_or_create(tmp_path / "keys", NAME).keys == first.keys
    assert load_or_create(tmp_path / "keys", "shop.example/log/prog8").keys != first.keys


def test_only_its_owner_can_read_the_key(tmp_path: Path) -> None:
    load_or_create(tmp_path / "keys", NAME)
    path = tmp_path / "keys" / "log-prog7.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir() if not file.name.endswith(".lock")] == [path.name]
    path.chmod(0o640)
    with pytest.raises(FanshareError, match="chmod 600"):
        load_or_create(tmp_path / "keys", NAME)


def test_a_checkpoint_is_signed_for_its_epoch(tmp_path: Path) -> None:
    signer = load_or_create(tmp_path, NAME)
    text, signed_by = open_note(signer.sign_checkpoint(5, b"\1" * 32, 2), [signer.key], verify)
    assert signed_by == [signer.key]
    assert parse_checkpoint(text).origin == f"{NAME}/2"
    other = load_or_create(tmp_path, "shop.example/log/other")
    with pytest.raises(NoteError):
        open_note(signer.sign_checkpoint(5, b"\1" * 32, 2), [other.key], verify)


def test_a_new_key_is_handed_over_by_the_old_one(tmp_path: Path) -> None:
    old = load_or_create(tmp_path, NAME)
    new = rotate(tmp_path, NAME)
    assert new.keys == (old.key, new.key)
    assert open_note(new.rotations[0], [old.key, new.key], verify) == (rotation_text(new.key), [old.key, new.key])
    assert load_or_create(tmp_path, NAME).keys == new.keys
    assert old.private.private_bytes_raw().hex() not in (tmp_path / "log-prog7.json").read_text()
    assert len(rotate(tmp_path, NAME).rotations) == 2


def make_key(keys_dir: str) -> str:
    return str(load_or_create(Path(keys_dir), NAME).key)


def test_two_processes_that_start_at_once_get_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert len(set(pool.map(make_key, [str(tmp_path)] * 9))) == 1


def rotate_key(keys_dir: str) -> None:
    rotate(Path(keys_dir), NAME)


def test_two_rotations_at_once_are_one_after_the_other(tmp_path: Path) -> None:
    load_or_create(tmp_path, NAME)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.map(rotate_key, [str(tmp_path)] * 4)
    signer = load_or_create(tmp_path, NAME)
    assert len(signer.rotations) == 4
    for old, new, note in zip(signer.keys, signer.keys[1:], signer.rotations, strict=False):
        assert open_note(note, [old, new], verify)[0] == rotation_text(new)


@pytest.mark.parametrize("name", ["", "shop.example/log/", "shop.example/../..", "shop/log/a b"])
def test_a_name_that_is_no_log_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FanshareError):
        load_or_create(tmp_path, name)


def test_the_key_of_another_host_is_not_taken_for_this_one(tmp_path: Path) -> None:
    load_or_create(tmp_path, NAME)
    with pytest.raises(ConflictError):
        load_or_create(tmp_path, "elsewhere.example/log/prog7")


@pytest.mark.parametrize("damage", ["", "{}", '{"keys":[],"private":"00","rotations":[]}'])
def test_a_damaged_key_file_is_reported_and_never_replaced(tmp_path: Path, damage: str) -> None:
    load_or_create(tmp_path, NAME)
    path = tmp_path / "log-prog7.json"
    path.write_text(damage)
    with pytest.raises(FanshareError, match="damaged"):
        load_or_create(tmp_path, NAME)
    assert path.read_text() == damage


def test_a_private_key_that_does_not_belong_to_the_public_one_is_damage(tmp_path: Path) -> None:
    load_or_create(tmp_path, NAME)
    path = tmp_path / "log-prog7.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "private": "11" * 32}))
    with pytest.raises(FanshareError, match="damaged"):
        load_or_create(tmp_path, NAME)


def test_a_wrong_signature_or_key_is_not_valid() -> None:
    assert not verify(b"\1" * 32, b"\1" * 64, b"x")
    assert not verify(b"short", b"\1" * 64, b"x")
