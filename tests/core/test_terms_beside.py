"""Terms side by side: nothing of either is left out, and only what both say alike counts as the same."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY
from fanshare.core.terms import Rule, Terms
from fanshare.core.terms_beside import beside
from fanshare.core.terms_sentences import Topic, sentences

BASE = Terms(version=1, effective_at=0, rules=(Rule("standard", bps=1200),))
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "hold": st.sampled_from([14, 30]).map(lambda days: days * DAY),
        "fan_bps": st.sampled_from([1000, 2000]),
        "buyer_bps": st.sampled_from([0, 500]),
        "open_admission": st.booleans(),
        "margin_bps": st.sampled_from([None, 3000]),
        "rules": st.sampled_from([(Rule("standard", bps=1200),), (Rule("standard", bps=900), Rule("more", bps=1500))]),
    },
)


@given(CHANGES, CHANGES)
def test_all_sentences_of_both_are_there_in_their_order_and_the_shared_ones_are_those_of_both(
    mine: dict[str, object], theirs: dict[str, object]
) -> None:
    one, other = replace(BASE, **mine), replace(BASE, **theirs)  # type: ignore[arg-type]
    found = beside((one, "EUR"), (other, "EUR"))
    here = [said for topic in found for said in topic.here]
    there = [said for topic in found for said in topic.there]
    assert [said.sentence for said in here] == sentences(one, "EUR")
    assert [said.sentence for said in there] == sentences(other, "EUR")
    both = set(sentences(one, "EUR")) & set(sentences(other, "EUR"))
    assert all(said.shared == (said.sentence in both) for said in (*here, *there))
    assert any(topic.differs for topic in found) == (set(sentences(one, "EUR")) != set(sentences(other, "EUR")))


def test_a_rate_that_differs_is_of_its_topic_alone() -> None:
    found = beside((BASE, "EUR"), (replace(BASE, rules=(Rule("standard", bps=900),)), "EUR"))
    assert [topic.topic for topic in found if topic.differs] == [Topic.COMMISSION]
    assert Topic.BONUSES not in {topic.topic for topic in found}, "neither has one"
