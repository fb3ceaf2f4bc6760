"""What is sent after what was sent: what an authority then knows is what is so now, and nothing is said twice."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.tax.dpi.changes import (
    ADDS,
    CORRECTED,
    CORRECTS,
    DELETED,
    NEW,
    NIL,
    OPERATOR,
    RESENT,
    Message,
    Standing,
    due,
    standing,
)  # fmt: skip
from fanshare.core.tax.dpi.contents import Content
from tests.core.tax.reports import numbered, records_of

type Wish = dict[str, dict[str, int]]

ME: Content = {"name": "Crate"}
wishes = st.dictionaries(
    st.sampled_from(["a EUR", "a USD", "b EUR", "c EUR"]), st.integers(1, 3).map(lambda n: {"n": n})
)


def after(*said: list[Message]) -> dict[str, Standing]:
    return standing(record for messages in said for record in records_of(messages))


def sent(
    number: int, known: dict[str, Standing], wish: Wish, me: Content = ME, still: frozenset[str] = frozenset()
) -> list[Message]:
    return numbered(due(known, me, wish, still), f"DE2026DE-{number}x")


@given(st.lists(st.tuples(wishes, st.sampled_from(["Crate", "Crate & Co"])), min_size=1, max_size=6))
def test_the_first_report_and_its_corrections_are_the_new_one(steps: list[tuple[Wish, str]]) -> None:
    said: list[list[Message]] = []
    for number, (wish, name) in enumerate(steps):
        known = after(*said)
        said.append(sent(number, known, wish, {"name": name}))
        now = after(*said)
        assert {key: one.content for key, one in now.items()} == {OPERATOR: {"name": name}, **wish}
        assert due(now, {"name": name}, wish) == [], "said once, and not again"
    records = [record for messages in said for record in records_of(messages)]
    given_refs = [one.ref for one in records if one.indic != RESENT]
    assert len(set(given_refs)) == len(given_refs)
    corrected = [one.corrects for one in records if one.corrects]
    assert len(set(corrected)) == len(corrected)
    assert set(corrected) <= set(given_refs)
    for message in (one for messages in said for one in messages):
        kinds = {one.indic for one in message.sellers}
        assert kinds <= {ADDS: {NEW}, CORRECTS: {CORRECTED, DELETED}, NIL: set()}[message.indic]
        assert (
            message.operator.indic in {ADDS: (NEW, RESENT), CORRECTS: (RESENT, CORRECTED), NIL: (NEW,)}[message.indic]
        )
        assert message.indic != ADDS or message.sellers


def test_a_deletion_repeats_what_it_takes_back_and_names_it() -> None:
    known = after(sent(0, {}, {"a EUR": {"n": 1}}))
    [message] = sent(1, known, {})
    [record] = message.sellers
    assert (record.indic, record.content, record.corrects) == (DELETED, {"n": 1}, known["a EUR"].ref)


def test_corrections_and_what_is_new_come_in_two_messages_and_the_second_names_the_operator_of_the_first() -> None:
    known = after(sent(0, {}, {"a EUR": {"n": 1}}))
    first, second = sent(1, known, {"a EUR": {"n": 2}, "b EUR": {"n": 1}}, {"name": "Crate & Co"})
    assert (first.indic, second.indic) == (CORRECTS, ADDS)
    assert (first.operator.indic, second.operator.indic) == (CORRECTED, RESENT)
    assert second.operator.ref == first.operator.ref != known[OPERATOR].ref


def test_of_somebody_whose_form_is_open_again_nothing_is_said() -> None:
    known = after(sent(0, {}, {"a EUR": {"n": 1}, "b EUR": {"n": 1}}))
    assert sent(1, known, {"b EUR": {"n": 1}}, still=frozenset({"a EUR"})) == []
    assert [one.indic for one in sent(1, known, {"b EUR": {"n": 1}})[0].sellers] == [DELETED], (
        "without that it is taken back"
    )


def test_where_there_is_nobody_it_is_said_once() -> None:
    first = sent(0, {}, {})
    assert [one.indic for one in first] == [NIL]
    assert sent(1, after(first), {}) == []
    [later] = sent(1, after(first), {"a EUR": {"n": 1}})
    assert (later.indic, later.operator.indic) == (ADDS, RESENT)
