"""From which age somebody joins: by country and day, between 13 and 18, the strictest where unknown."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.ages import ADULT, YOUNGEST, Least, ages_of, least, may_become
from fanshare.flows.age_rules import ages

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(("country", "age"), [("DE", 16), ("de", 16), ("AT", 14), ("FR", 15), ("GB", 13), ("ZZ", 16)])
def test_the_law_of_a_country_says_from_which_age(country: str, age: int) -> None:
    assert least(ages(), country, TODAY).age == age
    assert least(ages(), country, TODAY).source


@given(st.text(max_size=12), st.dates())
def test_whatever_is_said_the_age_lies_between_the_youngest_and_eighteen(country: str, day: date) -> None:
    assert YOUNGEST <= least(ages(), country, day).age < ADULT


def test_a_row_that_has_not_begun_is_the_strictest_one() -> None:
    known = {"elsewhere": Least(16, date(2018, 5, 25), "x"), "PT": Least(13, date(2019, 8, 9), "x")}
    assert least(known, "PT", date(2019, 8, 8)).age == 16
    assert least(known, "PT", date(2019, 8, 9)).age == 13


@pytest.mark.parametrize("age", [12, 18, 0])
def test_a_file_with_an_age_out_of_bounds_is_refused(age: int) -> None:
    row = {"age": 16, "since": date(2018, 5, 25), "source": "x"}
    assert ages_of({"elsewhere": row})
    with pytest.raises(ValueError, match="between"):
        ages_of({"elsewhere": row, "XX": {**row, "age": age}})
    with pytest.raises(ValueError, match="elsewhere"):
        ages_of({"XX": row})


@given(st.sets(st.sampled_from(["creator", "fan", "buyer", "young"])))
def test_nobody_earns_who_said_that_she_is_under_eighteen_and_nobody_becomes_younger(known: set[str]) -> None:
    for kind in ("creator", "fan", "buyer"):
        assert may_become(kind, known) == ("young" not in known)
    assert may_become("young", known) == (known <= {"young"})
