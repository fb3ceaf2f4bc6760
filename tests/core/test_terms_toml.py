"""Terms as TOML: read again they are the same, and a mistake leads to its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.canonical import canonical
from fanshare.core.terms import Terms
from fanshare.core.terms_document import TermsError, document, parse, read
from fanshare.core.terms_toml import line_of, written
from tests.support.whole_terms import whole_terms


@given(whole_terms())
def test_terms_are_the_same_after_they_were_written_and_read(terms: Terms) -> None:
    wanted = document(terms)
    again = parse(written(wanted), "toml")
    assert again == parse(canonical(wanted), "json")
    assert document(read(again, version=1, effective_at=0)) == wanted


TEXT = """# Terms of a shop
[terms]
policy = "last"

[[commission]]
id = "standard"   # for everything
percent = "120"

[[ commission ]]
id = "ladder"
"currency" = "EUR"
tiers = [
  { upto = "1000.00", percent = "10" },
  { percent = "1200" },
]

[fans]
max_percent = "31"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [("terms.policy", 3), ("commission[0].percent", 7), ("commission[0]", 5), ("commission[1].tiers", 12),
     ("commission[1].tiers[0].percent", 13), ("commission[1].tiers[1].percent", 14), ("commission[1].currency", 11),
     ("commission[1].flat", 9), ("fans.max_percent", 18), ("fans.buyer_percent", 17), ("caps[0].per", None),
     ("commission[2].id", None), ("", None)],
)  # fmt: skip
def test_a_path_leads_to_the_line_of_its_field_else_of_its_table(path: str, line: int | None) -> None:
    assert line_of(TEXT, path) == line


def test_every_mistake_of_a_text_is_found_on_the_line_that_makes_it() -> None:
    with pytest.raises(TermsError) as told:
        read(parse(TEXT, "toml"), version=1, effective_at=0)
    assert [line_of(TEXT, path) for path, _ in told.value.errors] == [18, 7, 14]


@given(st.text(max_size=200), st.text(max_size=40))
def test_no_text_and_no_path_breaks_the_search_for_a_line(text: str, path: str) -> None:
    found = line_of(text, path)
    assert found is None or 1 <= found <= text.count("\n") + 1


@given(whole_terms())
def test_of_whole_terms_each_rule_begins_at_its_header(terms: Terms) -> None:
    text = written(document(terms))
    lines = text.split("\n")
    for place, rule in enumerate(terms.rules):
        found = line_of(text, f"commission[{place}].id")
        assert found is not None
        assert lines[found - 1] == f'id = "{rule.id}"'
