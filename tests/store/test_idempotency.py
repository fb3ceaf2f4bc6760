"""Once per key: the first answer is the answer, for ever."""

import pytest

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.store.access import Connection
from fanshare.store.idempotency import once
from tests.support.schema import NOW, Cast, found


def test_the_work_is_done_once_and_answered_for_ever(cast: Cast) -> None:
    calls: list[int] = []

    def work() -> dict[str, object]:
        calls.append(1)
        return {"number": len(calls), "text": "Käse", "list": [1, None, True]}

    answers = [once(cast.access, "k", {"body": 1}, NOW, work) for _ in range(3)]
    assert answers == [{"number": 1, "text": "Käse", "list": [1, None, True]}] * 3
    assert calls == [1]


def test_the_same_body_in_another_spelling_is_the_same_body(cast: Cast) -> None:
    once(cast.access, "k", {"a": 1, "b": 2}, NOW, lambda: 1)
    assert once(cast.access, "k", {"b": 2, "a": 1}, NOW, lambda: 2) == 1


def test_another_body_under_the_same_key_is_a_conflict(cast: Cast) -> None:
    once(cast.access, "k", {"body": 1}, NOW, lambda: 1)
    with pytest.raises(ConflictError) as caught:
        once(cast.access, "k", {"body": 2}, NOW, lambda: 2)
    assert (caught.value.code, caught.value.status) == ("key_reused", 409)


def test_work_that_fails_can_be_sent_again_with_its_key(cast: Cast) -> None:
    def fail() -> None:
        cast.party()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        once(cast.access, "k", 1, NOW, fail)
    assert cast.access.value("SELECT count(*) FROM party WHERE programme_id = %(programme_id)s") == 0
    assert once(cast.access, "k", 1, NOW, lambda: "done") == "done"


def test_programmes_do_not_share_keys(conn: Connection, cast: Cast) -> None:
    once(cast.access, "k", 1, NOW, lambda: 1)
    assert once(found(conn).access, "k", 2, NOW, lambda: 2) == 2


@pytest.mark.parametrize("key", ["", "k" * 256, "a\nb", "a\0b"])
def test_a_key_is_short_and_printable(cast: Cast, key: str) -> None:
    with pytest.raises(BadInputError):
        once(cast.access, key, 1, NOW, lambda: 1)
