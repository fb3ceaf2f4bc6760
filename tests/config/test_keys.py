"""The master key: made once, kept private, never used for two things."""

import base64
import hashlib
import hmac
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.config.keys import Keys, write_secret_once
from fanshare.core.errors import FanshareError

ONE = Keys(b"1" * 32)


def test_it_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = Keys.load_or_create(tmp_path, {})
    assert Keys.load_or_create(tmp_path, {}).derive("a") == first.derive("a")
    path = tmp_path / "keys" / "master"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list((tmp_path / "keys").iterdir()) == [path]


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from fanshare.config.keys import Keys\n"
        "print(Keys.load_or_create(Path(sys.argv[1]), {}).derive('a').hex())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert len({one.communicate()[0] for one in started}) == 1


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    Keys.load_or_create(tmp_path, {})
    (tmp_path / "keys" / "master").chmod(0o640)
    with pytest.raises(FanshareError, match="chmod 600"):
        Keys.load_or_create(tmp_path, {})


def test_the_environment_comes_first(tmp_path: Path) -> None:
    raw = b"7" * 32
    file = tmp_path / "mounted"
    file.write_text(raw.hex() + "\n")
    file.chmod(0o600)
    for environ in (
        {"FANSHARE_MASTER_KEY": raw.hex()},
        {"FANSHARE_MASTER_KEY": base64.b64encode(raw).decode()},
        {"FANSHARE_MASTER_KEY_FILE": str(file)},
    ):
        assert Keys.load_or_create(tmp_path, environ).derive("a") == Keys(raw).derive("a")
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("text", ["", "short", "zz" * 32, base64.b64encode(b"x" * 31).decode(), "ü"])
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "master").write_text(text)
    (tmp_path / "keys" / "master").chmod(0o600)
    with pytest.raises(FanshareError):
        Keys.load_or_create(tmp_path, {})


def test_purposes_have_different_keys_that_do_not_change() -> None:
    assert len({ONE.derive(purpose) for purpose in ("click id", "snapshot mac", "vault")}) == 3
    # RFC 5869 with SHA-256, no salt, info "fanshare click id", computed by hand below.
    extracted = hmac.digest(bytes(32), b"1" * 32, hashlib.sha256)
    assert ONE.derive("click id") == hmac.digest(extracted, b"fanshare click id\x01", hashlib.sha256)


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_what_was_sealed_opens_only_here_for_this_purpose_and_place(text: bytes, aad: bytes) -> None:
    sealed = ONE.seal("vault", text, aad)
    assert ONE.unseal("vault", sealed, aad) == text
    wrong: list[Callable[[], bytes]] = [
        lambda: ONE.unseal("vault", sealed, aad + b"x"),
        lambda: ONE.unseal("delivery", sealed, aad),
        lambda: Keys(b"2" * 32).unseal("vault", sealed, aad),
        lambda: ONE.unseal("vault", sealed[:-1], aad),
        lambda: ONE.unseal("vault", b"\x02" + sealed[1:], aad),
        lambda: ONE.unseal("vault", b"", aad),
    ]
    for attempt in wrong:
        with pytest.raises(FanshareError, match="can't be opened"):
            attempt()


def test_a_secret_file_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret"
    assert write_secret_once(path, b"first")
    assert not write_secret_once(path, b"second")
    assert path.read_bytes() == b"first"
