"""Each side takes back its own pause and no other's, in whatever order the words fall."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import ConflictError
from fanshare.core.work_stops import Pause, Side, resumes

WHOLE = Pause(Side.BRAND, whole=True)
KINDS = (Pause(Side.BRAND), Pause(Side.OWNER), WHOLE)


@given(st.sets(st.sampled_from(KINDS)), st.sampled_from(Side))
def test_only_what_one_said_oneself_is_taken_back_and_what_the_other_said_stays(known: set[Pause], by: Side) -> None:
    others = known - {Pause(by)}
    if Pause(by) in known or not others:
        assert resumes(known, by) is not bool(others)
    else:
        with pytest.raises(ConflictError) as caught:
            resumes(known, by)
        other = "paused_by_brand" if by is Side.OWNER else "paused_by_owner"
        assert caught.value.code == ("work_paused" if WHOLE in others else other)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(Side)), max_size=12))
def test_it_counts_exactly_while_nobody_has_paused_it(said: list[tuple[bool, Side]]) -> None:
    known: set[Pause] = set()
    live = True
    for pauses, by in said:
        if pauses:
            known.add(Pause(by))
            live = False
        elif not live:
            try:
                live = resumes(known, by)
            except ConflictError:
                continue
            known.discard(Pause(by))
        assert live is not bool(known)
