"""Terms as fields of a form: nothing is lost on the way there and back, and a mistake leads to its field."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.terms import Terms
from fanshare.core.terms_document import TermsError, document, parse, read
from fanshare.flows.terms_form import fields, filled, too_large
from tests.jobs.house import TERMS
from tests.support.whole_terms import whole_terms


def sent(shown: dict[str, str]) -> dict[str, str]:
    """A form as a browser sends it: lines end in two characters, and a box that is not ticked is not sent."""
    return {
        name: text.replace("\n", "\r\n") for name, text in shown.items() if text or not name.endswith("-retroactive")
    }


@given(whole_terms())
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(terms: Terms) -> None:
    written = document(terms)
    draft = filled(written, sent(fields(written)))
    assert draft.document == written
    assert read(draft.document, version=1, effective_at=0).hash == read(written, version=1, effective_at=0).hash


def test_an_amount_that_is_shown_with_one_more_zero_so_that_it_is_clear_stays_as_it_was() -> None:
    written: Any = document(read(parse(TERMS, "toml"), version=1, effective_at=0)) | {
        "caps": [{"per": "day", "amount": "4.245", "currency": "EUR"}]
    }
    shown = fields(written)
    assert shown["caps-0-amount"] == "4.2450"
    assert filled(written, sent(shown)).document["caps"] == written["caps"]


@given(whole_terms(), st.data())
def test_one_changed_rate_changes_that_rate_and_nothing_else(terms: Terms, data: st.DataObject) -> None:
    written: Any = document(terms)
    place = data.draw(st.integers(0, len(terms.rules) - 1))
    if "percent" not in written["commission"][place]:
        return
    draft = filled(written, sent(fields(written)) | {f"commission-{place}-much": " 7,25 % "})
    wanted = {**written, "commission": [dict(rule) for rule in written["commission"]]}
    wanted["commission"][place]["percent"] = "7.25"
    assert draft.document == wanted


@given(whole_terms(), st.data())
def test_what_is_taken_out_goes_and_the_rest_stays(terms: Terms, data: st.DataObject) -> None:
    written: Any = document(terms)
    place = data.draw(st.integers(0, len(terms.rules) - 1))
    draft = filled(written, sent(fields(written)) | {f"commission-{place}-gone": "on"})
    assert draft.document["commission"] == [one for n, one in enumerate(written["commission"]) if n != place]
    assert {key: value for key, value in draft.document.items() if key != "commission"} == {
        key: value for key, value in written.items() if key != "commission"
    }


def test_what_no_field_says_is_kept_wherever_it_stands() -> None:
    written: Any = document(read(parse(TERMS, "toml"), version=1, effective_at=0))
    written["later"] = {"anything": 1}
    written["terms"]["further"] = "kept"
    written["commission"][0]["shade"] = "blue"
    shown = fields(written)
    assert filled(written, sent(shown) | {"commission-0-much": "13"}).document == {
        **written,
        "commission": [{**written["commission"][0], "percent": "13"}],
    }
    gone = filled({**written, "later": {}}, sent(shown)).document
    assert gone["later"] == {}, "taken from what the form began with"


FURTHER = {
    "commission-1-id": "lamps", "commission-1-gives": "tiers", "commission-1-currency": "eur",
    "commission-1-tiers-0-upto": "1000,00", "commission-1-tiers-0-percent": "10",
    "commission-1-tiers-1-percent": "12", "commission-1-tiers-1-retroactive": "on",
    "commission-1-categories": "Lamps \r\n\r\n Shades", "commission-1-countries": "DE\r\nAT",
    "commission-1-months": "12",
    "bonuses-0-id": "welcome", "bonuses-0-gives": "new_buyer", "bonuses-0-much": "2,50", "bonuses-0-currency": "EUR",
    "bonuses-0-buyers": "any", "caps-0-per": "week", "caps-0-amount": "500", "caps-0-currency": "EUR",
    "groups": "gold, new-here", "bonuses-0-not_groups": "gold", "code": "10", "margin": "30",
}  # fmt: skip


def test_rules_tiers_bonuses_caps_and_limits_are_added_by_fields() -> None:
    written: Any = document(read(parse(TERMS, "toml"), version=1, effective_at=0))
    draft = filled(written, sent(fields(written)) | FURTHER)
    terms = read(draft.document, version=2, effective_at=0)
    assert draft.document["commission"][1] == {
        "id": "lamps", "buyers": "any", "currency": "EUR", "categories": ["Lamps", "Shades"],
        "countries": ["DE", "AT"], "months": 12,
        "tiers": [{"upto": "1000.00", "percent": "10"}, {"percent": "12", "retroactive": True}],
    }  # fmt: skip
    assert (terms.bonuses[0].per_buyer, terms.caps[0].level.value, terms.margin_bps) == (2_500_000, "week", 3000)
    assert terms.groups == {"gold", "new-here"}


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"commission-0-much": "120"}, "commission-0-much"), ({"commission-0-id": "Not so"}, "commission-0-id"),
     ({"commission-1-much": "5"}, "commission-1-id"), ({"commission-0-gives": "tiers"}, "commission-0-gives"),
     ({"commission-0-months": "many"}, "commission-0-months"),
     ({"commission-0-countries": "Germany"}, "commission-0-countries"),
     ({"commission-0-gone": "on", "commission-1-id": "a", "commission-1-much": "x"}, "commission-1-much"),
     ({"bonuses-0-id": "b", "bonuses-0-gives": "flat", "bonuses-0-much": "0", "bonuses-0-currency": "EUR"},
      "bonuses-0-much"),
     ({"caps-0-amount": "5", "caps-0-currency": "XXX"}, "caps-0-currency"),
     ({"caps-0-amount": "lots"}, "caps-0-amount"),
     ({"code": "101"}, "code"), ({"margin": "-1"}, "margin"), ({"policy": "best"}, "policy"),
     ({"half_life_days": "0"}, "half_life_days"), ({"time_zone": "Mars"}, "time_zone"), ({"groups": "Gold"}, "groups"),
     ({"commission-0-gives": "tiers", "commission-0-currency": "EUR", "commission-0-tiers-0-percent": "500"},
      "commission-0-tiers-0-percent")],
)  # fmt: skip
def test_a_mistake_leads_to_the_field_that_makes_it(typed: dict[str, str], field: str) -> None:
    written: Any = document(read(parse(TERMS, "toml"), version=1, effective_at=0))
    draft = filled(written, sent(fields(written)) | typed)
    with pytest.raises(TermsError) as told:
        read(draft.document, version=2, effective_at=0)
    assert field in [draft.field(path) for path, _ in told.value.errors]


@given(st.dictionaries(st.sampled_from([*FURTHER, "commission-0-was", "caps-0-was"]), st.text(max_size=30)))
def test_nothing_that_somebody_sends_breaks_the_form(typed: dict[str, str]) -> None:
    written: Any = document(read(parse(TERMS, "toml"), version=1, effective_at=0))
    draft = filled(written, sent(fields(written)) | typed)
    found: list[str] = []
    try:
        read(draft.document, version=2, effective_at=0)
    except TermsError as error:
        found = [draft.field(path) for path, _ in error.errors]
    assert all(name in ("", *fields(written), *FURTHER) for name in found if "tiers" not in name)


def test_terms_of_a_thousand_names_are_too_large_for_a_form() -> None:
    many = [{"id": f"r{n}", "percent": "1", "products": ["x" * 190] * 1} for n in range(60)]
    written = document(read({"commission": many}, version=1, effective_at=0))
    assert too_large(fields(written))
    assert not too_large(fields(document(read(parse(TERMS, "toml"), version=1, effective_at=0))))
