"""The one-file verifier as people run it, its own Ed25519, and its agreement with the core on anything at all."""

import json
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core import statement as core_statement
from fanshare.core.canonical import CanonicalError, canonical, parse_json
from fanshare.core.sentences import sentence as core_sentence
from fanshare.core.settlement_leaf import parse_settlement
from fanshare.core.statement_check import verify
from fanshare.store.signing import verify as verify_with_openssl
from fanshare.verifier import fanshare_verify
from tests.core.statement_worlds import FINN, World, full_world

FILE = Path(fanshare_verify.__file__)

#: RFC 8032, section 7.1, tests 1 to 3: public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_the_published_signatures_are_valid(key: str, message: str, signature: str) -> None:
    assert fanshare_verify.verify_signature(*map(bytes.fromhex, (key, signature, message)))


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 8 * 96 - 1))
def test_it_agrees_with_openssl_on_right_and_wrong_signatures(seed: bytes, message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert fanshare_verify.verify_signature(key, signature, message)
    changed = bytearray(key + signature)
    changed[bit // 8] ^= 1 << bit % 8
    wrong = bytes(changed[:32]), bytes(changed[32:])
    assert not fanshare_verify.verify_signature(*wrong, message)
    assert not verify_with_openssl(*wrong, message)


def test_a_signature_made_larger_by_the_group_order_is_refused() -> None:
    key, message, signature = (bytes.fromhex(text) for text in RFC_8032[0])
    order = 2**252 + 27742317777372353535851937790883648493
    other = (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert not fanshare_verify.verify_signature(key, signature[:32] + other, message)
    assert not fanshare_verify.verify_signature(key, signature + b"x", message)
    assert not fanshare_verify.verify_signature(b"\xff" * 32, signature, message)


def outcomes(statement: Any) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    core = verify(statement, verify_with_openssl)
    alone = fanshare_verify.verify(statement)
    return ([(c.name, c.status) for c in core.checks], [(c.name, c.status) for c in alone.checks])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**9))
def test_both_verifiers_agree_on_random_honest_statements(seed: int) -> None:
    core, alone = outcomes(full_world(seed).statement())
    assert core == alone
    assert all(status in ("ok", "note") for _, status in core)


WORLD = full_world(21, parts=3)
DOCUMENT = core_statement.document(WORLD.data())


def changed_somewhere(rng: random.Random, value: Any, drops: bool = False) -> Any:
    """The same document with one value near the right one: a digit, a letter, with ``drops`` also one item less."""
    if isinstance(value, dict) and value:
        key = rng.choice(sorted(value))
        return {**value, key: changed_somewhere(rng, value[key], drops)}
    if isinstance(value, list) and value:
        at = rng.randrange(len(value))
        if drops and rng.random() < 0.2:
            return value[:at] + value[at + 1 :]
        return [*value[:at], changed_somewhere(rng, value[at], drops), *value[at + 1 :]]
    if isinstance(value, str) and value:
        at, other = rng.randrange(len(value)), rng.choice("0123456789abcdefZ-. +/\n")
        return value[:at] + other + value[at + 1 :]
    if isinstance(value, int) and not isinstance(value, bool):
        return value + rng.choice([-1, 1, 2])
    return rng.choice([None, 0, 1, "x", "2026-11-14", "2026-11-14T10:00:00Z", [], {}])


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 10**9))
def test_both_verifiers_agree_on_what_is_wrong_however_the_programme_changes_it(seed: int) -> None:
    changed = changed_somewhere(random.Random(seed), DOCUMENT, drops=True)
    core, alone = outcomes(WORLD.signer.seal(changed))
    assert core == alone


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_no_change_of_lines_payouts_or_totals_survives_even_when_sealed_again(seed: int) -> None:
    changed = {**DOCUMENT, "currencies": changed_somewhere(random.Random(seed), DOCUMENT["currencies"])}
    if changed != DOCUMENT:
        assert not fanshare_verify.verify(WORLD.signer.seal(changed)).ok


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_both_say_the_same_sentences(seed: int) -> None:
    body = World(seed).part().leaves[0][1]
    settlement = parse_settlement(body)
    for role in ("creator", "fan", "buyer"):
        assert fanshare_verify.sentence(body, role) == core_sentence(settlement, role)


@settings(max_examples=200)
@given(st.binary(max_size=40) | st.text(alphabet='{}[]":,0123456789.-eE truefalsn\\u', max_size=30).map(str.encode))
def test_both_read_the_same_json(data: bytes) -> None:
    try:
        expected = parse_json(data)
    except CanonicalError:
        with pytest.raises((ValueError, RecursionError)):
            fanshare_verify.parse(data)
    else:
        assert fanshare_verify.parse(data) == expected


# -- as a program


def run(*words: str | Path, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Run a copy of the file alone, isolated from this environment and its packages."""
    return subprocess.run(
        [python, "-I", "-S", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        encoding="utf-8",
    )


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    return Path(shutil.copy(FILE, tmp_path))


@pytest.fixture
def statements(tmp_path: Path) -> tuple[Path, Path]:
    """An older statement and a newer one, as files."""
    world = full_world(5)
    older, newer = tmp_path / "older.json", tmp_path / "newer.json"
    older.write_bytes(canonical(world.statement()))
    size = world.frontier.size
    world.part()
    newer.write_text(json.dumps(world.statement(FINN, "fan", size), indent=1), "utf-8")
    return older, newer


def test_it_says_what_is_proved_and_what_is_not(alone: Path, statements: tuple[Path, Path]) -> None:
    done = run(alone, statements[1], statements[0], "--lines")
    assert done.returncode == 0, done.stdout + done.stderr
    for text in (*core_statement.PROVES, *core_statement.DOES_NOT_PROVE):
        assert text in done.stdout
    assert "Commission" in done.stdout


def test_it_names_what_is_wrong_with_both_values(alone: Path, statements: tuple[Path, Path], tmp_path: Path) -> None:
    forged = tmp_path / "forged.json"
    text = statements[0].read_text("utf-8")
    amount = re.findall(r'"closing":\{"available":"(-?\d+\.\d{6})', text)[0]
    forged.write_text(text.replace(f'"closing":{{"available":"{amount}', '"closing":{"available":"77.000000'), "utf-8")
    done = run(alone, forged)
    assert done.returncode == 1
    assert "stated   77.000000" in done.stdout
    assert f"computed {amount}" in done.stdout
    assert "NOT proved" in done.stdout


def test_two_statements_the_wrong_way_round_do_not_pass(alone: Path, statements: tuple[Path, Path]) -> None:
    assert run(alone, statements[0], statements[1]).returncode == 1


def test_a_trusted_key_is_compared(alone: Path, statements: tuple[Path, Path]) -> None:
    key = json.loads(statements[0].read_bytes())["keys"][0]
    assert run(alone, statements[0], "--key", key).returncode == 0
    assert run(alone, statements[0], "--key", str(World(99).signer.key)).returncode == 1
    assert run(alone, statements[0], "--key", "nonsense").returncode == 2


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"a":1.5}', b'{"a":1,"a":1}', b"[" * 100_000])
def test_a_file_that_cannot_be_read_ends_in_two(alone: Path, tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.json"
    broken.write_bytes(content)
    done = run(alone, broken)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_without_a_file_it_says_how_it_is_used(alone: Path) -> None:
    assert run(alone).returncode == 2
    assert "FILE [OLDER]" in run(alone, "--help").stderr
    assert run(alone, "/nowhere/statement.json").returncode == 2


def older_pythons() -> list[str]:
    homes = sorted((Path.home() / ".pyenv" / "versions").glob("3.*"))
    found = [str(home / "bin" / "python") for home in homes if re.fullmatch(r"3\.(9|1[0-3])\..*", home.name)]
    return found or [python for python in ("/usr/bin/python3",) if Path(python).exists()]


@pytest.mark.parametrize("python", older_pythons())
def test_it_runs_on_every_python_of_this_machine_from_3_9_on(
    python: str, alone: Path, statements: tuple[Path, Path]
) -> None:
    done = run(alone, statements[1], statements[0], python=python)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_imports_nothing_but_the_standard_library() -> None:
    names = set(re.findall(r"^(?:from|import) (\w+)", FILE.read_text("utf-8"), re.MULTILINE))
    assert names <= sys.stdlib_module_names | {"__future__"}


def test_a_thousand_lines_are_verified_in_a_moment() -> None:
    world = World(5)
    for _ in range(1000):
        world.part()
    data = canonical(world.statement())
    start = time.process_time()
    assert fanshare_verify.verify(fanshare_verify.parse(data)).ok
    # 0.25 to 0.35 s of CPU beside other work; the bound is for a change of order, not for a busy machine
    assert time.process_time() - start < 2


@pytest.mark.parametrize("number", [2**53 - 1, 1 - 2**53])
def test_the_largest_integers_are_read(number: int) -> None:
    assert fanshare_verify.parse(b"%d" % number) == parse_json(b"%d" % number) == number


@pytest.mark.parametrize("number", [2**53, -(2**53)])
def test_larger_integers_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="has no place in a statement"):
        fanshare_verify.parse(b"%d" % number)
    with pytest.raises(CanonicalError):
        parse_json(b"%d" % number)
