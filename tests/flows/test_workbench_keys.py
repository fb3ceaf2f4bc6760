"""Books open by their passphrase, recovery code or passkey and by nothing else; rows are bound to where they stand."""

import unicodedata
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import workbench_keys as locks
from fanshare.flows.workbench_keys import Cost, Evaluated
from fanshare.store.queries.workbench_passkeys import Wrap
from tests.edge.running import KEYS

ACCOUNT, OTHER = b"a" * 32, b"b" * 32
WORDS = "correct horse battery"

#: What whoever makes books pays: read before any test makes it cheap.
REAL = locks.COST


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "COST", Cost(64, 1, 1))


def test_the_cost_is_what_rfc_9106_recommends_for_little_memory() -> None:
    assert REAL == Cost() == (64 * 1024, 3, 4)


def test_a_passphrase_and_a_code_open_the_same_books() -> None:
    key, code = locks.fresh_key(), locks.fresh_code()
    lock = locks.lock_by(KEYS, ACCOUNT, key, WORDS, code)
    assert locks.opened_by_passphrase(KEYS, ACCOUNT, lock, WORDS) == key
    assert locks.opened_by_code(KEYS, ACCOUNT, lock, code) == key
    assert locks.opened_by_code(KEYS, ACCOUNT, lock, code.upper().replace("-", " ")) == key
    for wrong in ("", WORDS + " ", WORDS.upper(), code):
        assert locks.opened_by_passphrase(KEYS, ACCOUNT, lock, wrong) is None
    for wrong in ("", WORDS, code[:-1], locks.fresh_code()):
        assert locks.opened_by_code(KEYS, ACCOUNT, lock, wrong) is None
    assert key not in b"".join(part for part in lock if isinstance(part, bytes))


def test_another_passphrase_keeps_the_code_and_another_code_keeps_the_passphrase() -> None:
    key, code, fresh = locks.fresh_key(), locks.fresh_code(), locks.fresh_code()
    lock = locks.lock_by(KEYS, ACCOUNT, key, WORDS, code)
    changed = locks.with_passphrase(KEYS, ACCOUNT, lock, key, "another four good words")
    assert locks.opened_by_passphrase(KEYS, ACCOUNT, changed, "another four good words") == key
    assert locks.opened_by_passphrase(KEYS, ACCOUNT, changed, WORDS) is None
    assert locks.opened_by_code(KEYS, ACCOUNT, changed, code) == key
    again = locks.with_code(KEYS, ACCOUNT, changed, key, fresh)
    assert locks.opened_by_code(KEYS, ACCOUNT, again, fresh) == key
    assert locks.opened_by_code(KEYS, ACCOUNT, again, code) is None
    assert locks.opened_by_passphrase(KEYS, ACCOUNT, again, "another four good words") == key


def test_a_lock_of_another_account_opens_nothing() -> None:
    lock = locks.lock_by(KEYS, ACCOUNT, locks.fresh_key(), WORDS, "")
    with pytest.raises(FanshareError):
        locks.opened_by_passphrase(KEYS, OTHER, lock, WORDS)


def test_a_passphrase_is_the_same_however_its_letters_are_composed() -> None:
    key, text = locks.fresh_key(), "größe äpfel öl übung"
    lock = locks.lock_by(KEYS, ACCOUNT, key, unicodedata.normalize("NFD", text), "")
    assert locks.opened_by_passphrase(KEYS, ACCOUNT, lock, unicodedata.normalize("NFC", text)) == key


@pytest.mark.parametrize("weak", ["", "short words", "a" * 30, "abababababab", "x" * 201, "aAbBcCdDeE" * 3])
def test_a_weak_passphrase_locks_nothing(weak: str) -> None:
    with pytest.raises(BadInputError):
        locks.checked(weak)


def test_a_recovery_code_has_148_random_bits_in_letters_that_are_not_mistaken() -> None:
    codes = {locks.fresh_code() for _ in range(50)}
    assert len(codes) == 50
    assert all([len(part) for part in code.split("-")] == [5] * 6 for code in codes)
    assert not set("01lio") & set("".join(codes))
    assert 31**30 > 2**148


@settings(max_examples=30)
@given(st.dictionaries(st.text(max_size=20), st.text(max_size=200) | st.integers() | st.none(), max_size=6))
def test_a_row_comes_back_as_it_was_and_tells_its_length_in_steps_alone(content: dict[str, object]) -> None:
    key, row = locks.fresh_key(), uuid4()
    sealed = locks.seal(key, row, content)
    assert locks.unseal(key, row, sealed) == _kept(content)
    assert (len(sealed) - 1 - 12 - 16) % 256 == 0


def test_an_entry_that_holds_too_much_is_refused() -> None:
    with pytest.raises(BadInputError, match="too_long"):
        locks.seal(locks.fresh_key(), uuid4(), {"words": "ä" * 3_000})


def _kept(content: dict[str, object]) -> dict[str, object]:
    """Halves of characters can't be written; a question mark stands in their place."""
    return {_whole(name): _whole(value) if isinstance(value, str) else value for name, value in content.items()}


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def test_a_row_that_was_changed_or_moved_is_refused() -> None:
    key, row = locks.fresh_key(), UUID(int=5)
    sealed = locks.seal(key, row, {"kind": "cost"})
    bad = [
        (locks.fresh_key(), row, sealed),
        (key, UUID(int=6), sealed),
        (key, row, sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (key, row, b""),
    ]
    for case in bad:
        with pytest.raises(FanshareError, match="cannot_unseal"):
            locks.unseal(*case)
    assert locks.unseal(key, row, sealed) == {"kind": "cost"}


SALT, CREDENTIAL = b"s" * 32, b"c" * 32
BYTES = st.binary(min_size=32, max_size=32)


@settings(max_examples=50)
@given(account=BYTES, salt=BYTES, credential=BYTES, output=BYTES)
def test_a_passkey_opens_the_books_that_were_wrapped_for_it(
    account: bytes, salt: bytes, credential: bytes, output: bytes
) -> None:
    key, made = locks.fresh_key(), Evaluated(salt, credential, output)
    wrap = locks.wrap_by_passkey(KEYS, account, key, made)
    assert locks.opened_by_passkey(KEYS, account, wrap, made) == key
    assert key not in wrap.wrapped
    assert output not in wrap.wrapped + wrap.salt
    assert "output" not in repr(made), "never printed"
    again = locks.wrap_by_passkey(KEYS, account, key, made)
    assert (again.salt != wrap.salt, again.wrapped != wrap.wrapped) == (True, True)


def opened(account: bytes, wrap: Wrap, made: Evaluated) -> bytes | None:
    """The key, ``None`` also where what is wrapped is not taken at all."""
    try:
        return locks.opened_by_passkey(KEYS, account, wrap, made)
    except FanshareError:
        return None


@settings(max_examples=100)
@given(data=st.data(), what=st.sampled_from(["account", "owner", "credential", "output", "salt", "wrapped"]))
def test_another_owner_passkey_output_or_a_changed_wrap_opens_nothing(data: st.DataObject, what: str) -> None:
    key, output = locks.fresh_key(), data.draw(BYTES)
    made = Evaluated(SALT, CREDENTIAL, output)
    wrap, account = locks.wrap_by_passkey(KEYS, ACCOUNT, key, made), ACCOUNT
    assert opened(account, wrap, made) == key, "the control"
    if what == "account":
        account = OTHER
    elif what == "owner":
        made = replace(made, salt=data.draw(BYTES.filter(lambda other: other != SALT)))
    elif what == "credential":
        made = replace(made, credential=data.draw(BYTES.filter(lambda other: other != CREDENTIAL)))
    elif what == "output":
        made = replace(made, output=data.draw(st.binary(max_size=64).filter(lambda other: other != output)))
    else:
        old = getattr(wrap, what)
        place = data.draw(st.integers(0, len(old) - 1))
        bit = old[place] ^ (1 << data.draw(st.integers(0, 7)))
        wrap = wrap._replace(**{what: old[:place] + bytes([bit]) + old[place + 1 :]})
    assert opened(account, wrap, made) is None


@pytest.mark.parametrize("inner", ["owner", "credential"])
def test_the_wrapping_key_itself_names_owner_and_passkey(inner: str) -> None:
    """Also for whoever holds the master key and seals a wrap anew for another place."""
    key, made = locks.fresh_key(), Evaluated(SALT, CREDENTIAL, bytes(32))
    other = replace(made, salt=bytes(32)) if inner == "owner" else replace(made, credential=OTHER)
    wrap = locks.wrap_by_passkey(KEYS, ACCOUNT, key, made)
    content = KEYS.unseal(locks.PURPOSE, wrap.wrapped, locks.place_of(ACCOUNT, CREDENTIAL))
    moved = wrap._replace(wrapped=KEYS.seal(locks.PURPOSE, content, locks.place_of(OTHER, other.credential)))
    assert locks.opened_by_passkey(KEYS, OTHER, moved, other) is None
    same = wrap._replace(wrapped=KEYS.seal(locks.PURPOSE, content, locks.place_of(OTHER, CREDENTIAL)))
    assert locks.opened_by_passkey(KEYS, OTHER, same, made) == key, "the control: her address changed, and she did not"
