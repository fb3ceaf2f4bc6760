"""Once per key: the first answer is the answer, for ever."""

import hashlib

import pytest

from fanshare.config.keys import Keys
from fanshare.core.canonical import canonical
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.store.access import Connection
from fanshare.store.idempotency import once
from tests.edge.running import KEYS
from tests.support.schema import NOW, Cast, found


def test_the_work_is_done_once_and_answered_for_ever(cast: Cast) -> None:
    calls: list[int] = []

    def work() -> dict[str, object]:
        calls.append(1)
        return {"number": len(calls), "text": "Käse", "list": [1, None, True]}

    answers = [once(cast.access, KEYS, "k", {"body": 1}, NOW, work) for _ in range(3)]
    assert answers == [{"number": 1, "text": "Käse", "list": [1, None, True]}] * 3
    assert calls == [1]


def test_the_same_body_in_another_spelling_is_the_same_body(cast: Cast) -> None:
    once(cast.access, KEYS, "k", {"a": 1, "b": 2}, NOW, lambda: 1)
    assert once(cast.access, KEYS, "k", {"b": 2, "a": 1}, NOW, lambda: 2) == 1


def test_another_body_under_the_same_key_is_a_conflict(cast: Cast) -> None:
    once(cast.access, KEYS, "k", {"body": 1}, NOW, lambda: 1)
    with pytest.raises(ConflictError) as caught:
        once(cast.access, KEYS, "k", {"body": 2}, NOW, lambda: 2)
    assert (caught.value.code, caught.value.status) == ("key_reused", 409)


def test_work_that_fails_can_be_sent_again_with_its_key(cast: Cast) -> None:
    def fail() -> None:
        cast.party()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        once(cast.access, KEYS, "k", 1, NOW, fail)
    assert cast.access.value("SELECT count(*) FROM party WHERE programme_id = %(programme_id)s") == 0
    assert once(cast.access, KEYS, "k", 1, NOW, lambda: "done") == "done"


def test_programmes_do_not_share_keys(conn: Connection, cast: Cast) -> None:
    once(cast.access, KEYS, "k", 1, NOW, lambda: 1)
    assert once(found(conn).access, KEYS, "k", 2, NOW, lambda: 2) == 2


@pytest.mark.parametrize("key", ["", "k" * 256, "a\nb", "a\0b"])
def test_a_key_is_short_and_printable(cast: Cast, key: str) -> None:
    with pytest.raises(BadInputError):
        once(cast.access, KEYS, key, 1, NOW, lambda: 1)


BODY = {"method": "POST", "path": "/api/v1/fans", "body": {"email": "finn@example.test", "amount": "5.00"}}
_OF = "SELECT body_hash FROM idempotency WHERE programme_id = %(programme_id)s AND key = %(key)s"


def kept(cast: Cast, key: str) -> bytes:
    return bytes(cast.access.value(_OF, {"key": key}))


def test_what_is_kept_of_a_body_can_be_tried_by_nobody_without_the_key(cast: Cast) -> None:
    once(cast.access, KEYS, "k", BODY, NOW, lambda: 1)
    assert kept(cast, "k") != hashlib.sha256(canonical(BODY)).digest(), "whoever guesses the body is not told so"
    once(cast.access, KEYS, "another", BODY, NOW, lambda: 2)
    assert kept(cast, "another") != kept(cast, "k"), "nor does it show that somebody is met again"
    with pytest.raises(ConflictError, match="another body"):
        once(cast.access, Keys(b"x" * 32), "k", BODY, NOW, lambda: 3)


def test_an_answer_of_before_there_was_a_key_still_stands(cast: Cast) -> None:
    cast.access.execute(
        "INSERT INTO idempotency (programme_id, key, body_hash, answer, at)"
        " VALUES (%(programme_id)s, 'k', %(hash)s, '7', 1)",
        {"hash": hashlib.sha256(canonical(BODY)).digest()},
    )
    assert once(cast.access, KEYS, "k", BODY, NOW, lambda: 8) == 7
    with pytest.raises(ConflictError, match="another body"):
        once(cast.access, KEYS, "k", {**BODY, "path": "/api/v1/links"}, NOW, lambda: 9)
