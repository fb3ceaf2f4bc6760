"""One issuer's numbers are unique: what begins otherwise is otherwise, and an issuer is known however it is written."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.invoices.self_billing import number_of
from fanshare.core.invoices.series import beginning, known_by
from tests.support.invoices import BEA, CLEO

prefixes = st.text("Gg-2026F0", max_size=12)
years = st.integers(2000, 2999)
serials = st.integers(1, 10**7)


@given(prefixes, prefixes, years, years, serials, serials)
def test_numbers_are_the_same_only_where_they_begin_the_same(
    one: str, other: str, year: int, next_: int, serial: int, second: int
) -> None:
    if number_of(one, year, serial) == number_of(other, next_, second):
        assert (one, year, serial) == (other, next_, second)


@given(prefixes, prefixes, years, serials)
def test_beginnings_that_people_tell_apart_are_told_apart(one: str, other: str, year: int, serial: int) -> None:
    same = number_of(one, year, serial).casefold() == number_of(other, year, serial).casefold()
    assert (beginning(one) == beginning(other)) == same


def test_an_issuer_is_known_by_any_of_what_its_documents_name() -> None:
    assert BEA.vat_id
    respelt = replace(BEA, vat_id=f" {BEA.vat_id.lower()[:2]} {BEA.vat_id[2:]}", name="Another name")
    assert known_by(respelt) & known_by(BEA)
    assert known_by(replace(BEA, vat_id="", name=BEA.name.upper())) & known_by(BEA)
    assert not known_by(CLEO) & known_by(BEA)
    taxed = (replace(CLEO, tax_number="12/345", vat_id=""), replace(BEA, tax_number="12345", country=CLEO.country))
    assert known_by(taxed[0]) & known_by(taxed[1])
    elsewhere = replace(CLEO, vat_id="", country="US" if CLEO.country != "US" else "CA")
    assert not known_by(elsewhere) & known_by(replace(CLEO, vat_id="")), "a name is one firm's in its country alone"
