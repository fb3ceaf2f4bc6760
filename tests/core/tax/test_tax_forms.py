"""Forms for the tax: what each needs, what is refused, how long it counts."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.instants import parse_rfc3339
from fanshare.core.tax.forms import (
    Asks,
    FormKind,
    ends,
    establishments,
    form,
    kept_until,
    masked,
    names,
    packed,
    unpacked,
)

TODAY = date(2026, 11, 27)
W9 = {
    "name": "Cleo Canary", "class": "individual", "street": "1 Elm St", "city": "Albany NY 12207", "tin": "536-90-4399",
    "not_backup": "yes", "certify": "yes", "signed": "cleo canary",
}  # fmt: skip
W8BEN = {
    "name": "Finn Fox", "citizenship": "de", "street": "Ulmenweg 1", "city": "10115 Berlin", "country": "DE",
    "birth": "1990-05-31", "tin": "36574261809", "abroad": "yes", "certify": "yes", "signed": "Finn Fox",
}  # fmt: skip
RESIDENCE = {
    "entity": "person", "name": "Finn Fox", "street": "Ulmenweg 1", "city": "10115 Berlin", "country": "DE",
    "birth": "1990-05-31", "tin": "36574261809", "certify": "yes", "signed": "Finn Fox",
}  # fmt: skip
FULL = {FormKind.W9: W9, FormKind.W8BEN: W8BEN, FormKind.RESIDENCE: RESIDENCE}
kinds = st.sampled_from(FormKind)


def refused(kind: FormKind, **other: str) -> str:
    with pytest.raises(BadInputError) as caught:
        form(kind, FULL[kind] | other, TODAY)
    return caught.value.code


@pytest.mark.parametrize("kind", FormKind)
def test_a_form_that_is_filled_in_is_kept_as_it_was_typed_and_tells_nobody(kind: FormKind) -> None:
    made = form(kind, FULL[kind], TODAY)
    assert unpacked(packed(made)) == made
    assert made.get("signed") == FULL[kind]["signed"]
    assert "Finn" not in repr(made)
    assert "Canary" not in repr(made)
    assert masked(made) in ("US … 399", "DE … 809")


@pytest.mark.parametrize("kind", FormKind)
def test_nothing_that_is_needed_may_be_missing(kind: FormKind) -> None:
    optional = {"not_backup", "certify", "signed", "abroad", "entity"}
    for name in set(FULL[kind]) - optional:
        assert refused(kind, **{name: " "}) == "missing", name
    assert refused(kind, certify="") == "not_certified"
    assert refused(kind, signed="Somebody Else") == "not_signed"
    assert refused(kind, street="x" * 121) == "bad_text"
    assert refused(kind, street="<b>") == "bad_text"


def test_a_w8ben_is_for_whoever_lives_and_works_elsewhere() -> None:
    assert refused(FormKind.W8BEN, country="US") == "other_form"
    assert refused(FormKind.W8BEN, citizenship="US") == "other_form"
    assert refused(FormKind.W8BEN, abroad="") == "works_there"
    assert refused(FormKind.W8BEN, tin="36574261808") == "bad_tin"
    assert refused(FormKind.W8BEN, us_tin="1") == "bad_tin"
    assert refused(FormKind.W8BEN, birth="2010-01-01") == "not_adult"
    assert refused(FormKind.W8BEN, birth="31.5.1990") == "bad_birth"
    assert form(FormKind.W8BEN, W8BEN | {"tin": "", "no_tin": "yes"}, TODAY).get("tin") == ""


def test_whoever_crosses_item_2_out_says_that_a_part_is_kept_back() -> None:
    assert form(FormKind.W9, W9 | {"not_backup": ""}, TODAY).backup
    assert not form(FormKind.W9, W9, TODAY).backup


def test_without_a_tax_number_the_place_of_birth_is_asked_and_a_company_has_neither() -> None:
    without = {"tin": "", "no_tin": "yes"}
    assert refused(FormKind.RESIDENCE, **without) == "missing"
    assert (
        form(FormKind.RESIDENCE, RESIDENCE | without | {"birth_place": "Berlin"}, TODAY).get("birth_place") == "Berlin"
    )
    company = form(FormKind.RESIDENCE, RESIDENCE | {"entity": "company", "register": "HRB 1"}, TODAY)
    assert (company.get("birth"), company.get("register")) == ("", "HRB 1")
    elsewhere = RESIDENCE | {"tin_country": "FR", "tin": "3023217600053"}
    assert form(FormKind.RESIDENCE, elsewhere, TODAY).get("tin_country") == "FR"


@pytest.mark.parametrize(
    ("signed", "until"),
    [
        # Published: a form signed on 30 September 2021 counts through 31 December 2024.
        ("2021-09-30T12:00:00Z", "2025-01-01T05:00:00Z"),
        ("2026-01-01T04:59:59Z", "2029-01-01T05:00:00Z"),  # still 2025 in New York
        ("2026-01-01T05:00:00Z", "2030-01-01T05:00:00Z"),
    ],
)
def test_a_w8ben_counts_until_the_end_of_the_third_year_after_its_own(signed: str, until: str) -> None:
    assert ends(FormKind.W8BEN, parse_rfc3339(signed)) == parse_rfc3339(until)


def test_the_other_forms_have_no_end_and_are_kept_for_their_years() -> None:
    now = parse_rfc3339("2026-11-27T12:00:00Z")
    assert ends(FormKind.W9, now) is None
    assert ends(FormKind.RESIDENCE, now) is None
    assert kept_until(FormKind.W9, now) == parse_rfc3339("2031-01-01T05:00:00Z")
    assert kept_until(FormKind.RESIDENCE, now) == parse_rfc3339("2037-01-01T05:00:00Z")


def test_what_is_asked_is_answered_by_its_forms() -> None:
    assert [one.kinds for one in Asks] == [(), (FormKind.W9, FormKind.W8BEN), (FormKind.RESIDENCE,)]


@given(kinds, st.dictionaries(st.sampled_from([*RESIDENCE, *W9, *W8BEN, "no_tin"]), st.text(max_size=140)))
def test_whatever_is_typed_is_a_form_or_refused_without_repeating_it(kind: FormKind, typed: dict[str, str]) -> None:
    said, made = "", None
    try:
        made = form(kind, FULL[kind] | typed, TODAY)
    except BadInputError as error:
        said = str(error)
    assert not [text for text in typed.values() if len(text) > 6 and text in said]
    assert made is None or unpacked(packed(made)) == made


@pytest.mark.parametrize(
    ("name", "family", "told"),
    [
        ("Finn Fox", "", ("Finn", "Fox")),
        ("Ana García López", "garcía lópez", ("Ana", "garcía lópez")),
        ("Ana García López", "", ("Ana García", "López")),
        ("Nagy Ágnes", "Nagy", ("Ágnes", "Nagy")),
        ("Cher", "", ("", "")),
    ],
)
def test_a_family_name_is_what_she_says_it_is_or_the_last_word(name: str, family: str, told: tuple[str, str]) -> None:
    made = form(FormKind.RESIDENCE, RESIDENCE | {"name": name, "signed": name, "family": family}, TODAY)
    assert names(made) == told


@pytest.mark.parametrize("family", ["Foxes", "Finn Fox", "ox", "in"])
def test_a_family_name_that_is_no_part_of_the_name_is_refused(family: str) -> None:
    assert refused(FormKind.RESIDENCE, family=family) == "bad_family"


def test_where_a_company_has_establishments_is_told_by_countries_and_by_nobody_else() -> None:
    typed = {"entity": "company", "establishments": "it, de; DE", "family": "ignored"}
    made = form(FormKind.RESIDENCE, RESIDENCE | typed, TODAY)
    assert (establishments(made), made.get("family")) == (("DE", "IT"), "")
    assert refused(FormKind.RESIDENCE, entity="company", establishments="Germany") == "bad_country"
    person = form(FormKind.RESIDENCE, RESIDENCE | {"establishments": "nonsense"}, TODAY)
    assert establishments(person) == ()
