"""Keys of open books live for half an idle hour, for one session, and only while nobody locked them."""

from fanshare.core.instants import MINUTE
from fanshare.web.keyring import IDLE, Keyring

ACCOUNT, OTHER, KEY, NOW = b"a" * 32, b"b" * 32, b"k" * 32, 1_700_000_000_000_000


class Seconds:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def held(seconds: Seconds) -> Keyring:
    ring = Keyring(seconds)
    ring.hold("mine", ACCOUNT, 3, KEY, NOW)
    return ring


def test_a_key_is_there_for_its_session_its_account_and_its_turn() -> None:
    for session, account, turn, found in (
        ("mine", ACCOUNT, 3, KEY),
        ("theirs", ACCOUNT, 3, None),
        ("mine", OTHER, 3, None),
        ("mine", ACCOUNT, 4, None),
    ):
        assert held(Seconds()).key(session, account, turn, NOW) == found


def test_whoever_asks_for_other_books_loses_what_was_open() -> None:
    ring = held(Seconds())
    assert ring.key("mine", OTHER, 3, NOW) is None
    assert ring.key("mine", ACCOUNT, 3, NOW) is None


def test_it_is_gone_after_half_an_idle_hour_and_each_use_begins_it_anew() -> None:
    seconds = Seconds()
    ring = held(seconds)
    for step in range(1, 5):
        seconds.now += 29 * 60
        assert ring.key("mine", ACCOUNT, 3, NOW + step * 29 * MINUTE) == KEY
    seconds.now += 30 * 60
    assert ring.key("mine", ACCOUNT, 3, NOW + 4 * 29 * MINUTE + IDLE) is None


def test_a_date_that_is_moved_back_keeps_nothing_open_and_one_moved_ahead_locks() -> None:
    seconds = Seconds()
    ring = held(seconds)
    seconds.now += 30 * 60
    assert ring.key("mine", ACCOUNT, 3, NOW) is None
    assert held(Seconds()).key("mine", ACCOUNT, 3, NOW + IDLE) is None
    assert held(Seconds()).key("mine", ACCOUNT, 3, NOW - 1) is None


def test_what_nobody_comes_back_for_is_wiped() -> None:
    seconds = Seconds()
    ring = held(seconds)
    ring.hold("later", OTHER, 0, KEY, NOW)
    kept = [one.key for one in ring._held.values()]
    assert ring.sweep() == 2
    seconds.now += 29 * 60
    assert ring.key("later", OTHER, 0, NOW + MINUTE) == KEY
    seconds.now += 60
    assert ring.sweep() == 1
    assert [bytes(one) for one in kept] == [bytes(32), KEY]
    ring.drop("later")
    assert ring.sweep() == 0
    assert bytes(kept[1]) == bytes(32)


def test_a_thread_looks_after_it_as_long_as_there_are_keys() -> None:
    ring = held(Seconds())
    assert ring._timer is not None
    assert ring._timer.daemon
    assert 1_799 < ring._timer.interval <= 1_800
    ring._timer.cancel()
    ring.drop("mine")
    ring.drop(None)
    assert ring.sweep() == 0
    assert ring._timer is None


def test_a_key_is_never_printed() -> None:
    ring = held(Seconds())
    assert "kkkk" not in repr(next(iter(ring._held.values())))


def test_looking_without_using_keeps_no_books_open() -> None:
    seconds = Seconds()
    ring = held(seconds)
    for step in range(1, 3):
        seconds.now += 14 * 60
        assert ring.peek("mine", ACCOUNT, 3, NOW + step * 14 * MINUTE) == KEY
    seconds.now += 2 * 60
    assert ring.peek("mine", ACCOUNT, 3, NOW + IDLE) is None
    assert ring.key("mine", ACCOUNT, 3, NOW + IDLE) is None
    assert held(Seconds()).peek("theirs", ACCOUNT, 3, NOW) is None
