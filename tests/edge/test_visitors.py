"""Visitors are told apart for a day and forgotten after two."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY, SECOND
from fanshare.edge.visitors import Duplicates, Salts, client_address, networks, visitor_hash
from tests.edge.running import NOON


def test_two_salts_live_and_older_ones_are_deleted(tmp_path: Path) -> None:
    salts = Salts(tmp_path)
    first, none = salts.at(NOON)
    assert none is None
    second, before = salts.at(NOON + DAY)
    assert before == first != second
    third, before = salts.at(NOON + 2 * DAY)
    assert before == second != third
    names = sorted(path.name for path in (tmp_path / "keys" / "visitor").iterdir())
    assert names == ["2026-11-15", "2026-11-16"]
    for name in names:
        assert stat.S_IMODE((tmp_path / "keys" / "visitor" / name).stat().st_mode) == 0o600


def test_a_restart_and_a_second_edge_use_the_same_salt(tmp_path: Path) -> None:
    assert Salts(tmp_path).at(NOON) == Salts(tmp_path).at(NOON + 3600 * SECOND)


def test_the_same_household_and_browser_is_one_visitor() -> None:
    salt = b"s" * 32
    assert visitor_hash(salt, "2001:db8::1", "x") == visitor_hash(salt, "2001:db8::2", "x")
    assert visitor_hash(salt, "2001:db8:0:1::1", "x") != visitor_hash(salt, "2001:db8::2", "x")
    assert visitor_hash(salt, "::ffff:192.0.2.1", "x") == visitor_hash(salt, "192.0.2.1", "x")
    assert visitor_hash(salt, "192.0.2.1", "x") != visitor_hash(salt, "192.0.2.1", "y")
    assert visitor_hash(salt, "192.0.2.1", "x") != visitor_hash(b"t" * 32, "192.0.2.1", "x")
    assert len(visitor_hash(salt, "", "\udcff")) == 16


@pytest.mark.parametrize(
    ("peer", "chain", "expected"),
    [
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.2.3.4, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.2.3.4", "203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("203.0.113.5", ["1.2.3.4"], "203.0.113.5"),
        ("", ["1.2.3.4"], ""),
    ],
)
def test_only_what_a_trusted_proxy_wrote_is_believed(peer: str, chain: list[str], expected: str) -> None:
    assert client_address(peer, chain, networks(["10.0.0.0/8"])) == expected


@given(st.lists(st.text(max_size=20), max_size=5))
def test_no_forwarded_header_makes_it_fail(chain: list[str]) -> None:
    client_address("10.0.0.1", chain, networks(["10.0.0.0/8", "::1"]))


def test_the_memory_for_duplicates_is_bounded_and_forgets_the_oldest() -> None:
    duplicates = Duplicates(most=100)
    for number in range(1_000):
        assert not duplicates.seen(number, [b"v" * 16], NOON)
    assert len(duplicates._seen) == 100
    assert duplicates.seen(999, [b"v" * 16], NOON)
    assert not duplicates.seen(0, [b"v" * 16], NOON)


def test_a_clock_that_steps_back_makes_no_duplicates() -> None:
    duplicates = Duplicates()
    assert not duplicates.seen(1, [b"v" * 16], NOON)
    assert not duplicates.seen(1, [b"v" * 16], NOON - 10 * SECOND)


def test_a_disk_that_takes_no_salt_does_not_stop_redirects(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("in the way")
    salts = Salts(tmp_path)
    first, none = salts.at(NOON)
    assert none is None
    assert salts.at(NOON + SECOND)[0] == first
    assert salts.at(NOON + DAY)[0] != first
