"""A sentence that keeps how it was made is the English sentence to everybody else."""

import copy
import json
import pickle

from fanshare.core.marks import Figure, Said, say, say_n, together


def test_a_sentence_is_its_english_text_and_keeps_template_and_values() -> None:
    said = say("Up to %(percent)s %% of %(what)s.", percent=Figure("12.5"), what=say("the goods"))
    assert said == "Up to 12.5 % of the goods."
    assert json.dumps([said]) == '["Up to 12.5 % of the goods."]'
    assert (said.template, set(said.values)) == ("Up to %(percent)s %% of %(what)s.", {"percent", "what"})


def test_without_values_a_percent_sign_is_a_sign() -> None:
    assert say("40 % each") == "40 % each"


def test_one_and_several_are_two_templates() -> None:
    assert [say_n("%(num)s day", "%(num)s days", n) for n in (0, 1, 2)] == ["0 days", "1 day", "2 days"]


def test_parts_behind_each_other_keep_what_they_are_and_no_part_is_no_words() -> None:
    both = together([say("one"), "50 %"], " % ")
    assert isinstance(both, Said)
    assert both == "one % 50 %"
    assert isinstance(both.values["p0"], Said)
    assert together([]) == ""


def test_it_survives_a_process_and_a_copy() -> None:
    said = say_n("%(num)s day", "%(num)s days", 3)
    for again in (pickle.loads(pickle.dumps(said)), copy.deepcopy(said)):  # our own bytes
        assert (again, again.many, again.n, again.values) == ("3 days", "%(num)s days", 3, {"num": 3})
