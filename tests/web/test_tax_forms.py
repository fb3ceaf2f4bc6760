"""Forms for the tax in the browser's eyes: asked for, given, masked, looked at, refused; and where nothing is asked."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.flows.audit import lines
from fanshare.store.queries import tax_forms as rows
from fanshare.store.queries import tax_years
from fanshare.store.server import Server
from tests.core.tax.test_tax_forms import RESIDENCE, W8BEN, W9
from tests.support.paying import pay_what_is_ready
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

HERS, BRANDS = "/payee/linen/tax", "/brand/linen/payouts/tax"


@pytest.fixture
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("tax")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\xa0", " ").split())


def ask(company: Company, what: str) -> None:
    assert company.device("bea").fill(BRANDS, asks=what).status == 302


def test_where_nothing_is_asked_the_page_says_so_and_what_the_law_says(company: Company) -> None:
    assert "The brand asks for no form" in words(company.device("finn").get(HERS))
    page = words(company.device("bea").get(BRANDS))
    assert "the law asks for no form before you pay" in page
    assert "Nobody has given a form yet" in page
    assert company.device("fina").get(BRANDS).status == 200
    assert company.device("mona").get(BRANDS).status == 403
    assert company.device("rea").get(BRANDS).status == 403


def test_a_form_is_given_masked_looked_at_and_refused(company: Company) -> None:
    ask(company, "us")
    cleo = company.device("cleo")
    assert "asks for a form for the tax before it pays you" in words(cleo.get("/creator/linen/earnings"))
    assert "waits for your form for the tax" in words(cleo.get("/creator/linen/earnings"))
    page = cleo.get(HERS)
    assert "Form W-9" in words(page)
    for wrong, said in (
        ({"tin": "000-12-3456"}, "no tax number"),
        ({"certify": ""}, "Tick that what stands there is true"),
        ({"signed": "Somebody"}, "Sign by writing your name once more"),
        ({"city": ""}, "This is missing: City, state and postal code."),
    ):
        answer = cleo.fill(HERS, **W9 | wrong)
        assert (answer.status, said in words(answer)) == (422, True), said
    answer = cleo.fill(HERS, **W9 | {"signed": "Nobody"})
    assert 'value="1 Elm St"' in answer.text, "what was typed stands there again"
    assert "536-90" not in answer.text, "but the number"
    assert cleo.fill(HERS, **W9).status == 302
    page = cleo.get(HERS)
    assert "US … 399" in words(page)
    assert "53690" not in page.text
    assert "asks for a form for the tax before it pays you" not in words(cleo.get("/creator/linen/earnings"))

    fina = company.device("fina")
    overview = fina.get(BRANDS)
    assert "US … 399" in words(overview)
    one = f"{BRANDS}/{rows.newest(company.brand.access, company.house.now)[0].id}"
    assert "536904399" not in fina.get(one).text
    assert "536904399" in fina.fill(one, do="look").text
    assert [line.what for line in lines(company.house.conn)][:1] == ["tax.look"]
    assert fina.fill(one, do="refuse", why="").status == 422
    assert fina.fill(one, do="refuse", why="name and number do not fit.").status == 302
    assert "name and number do not fit. Until you give another one nothing is paid to you" in words(cleo.get(HERS))
    assert "waits for a form for the tax" in words(company.device("bea").get("/brand/linen/payouts"))
    assert fina.fill(one, do="refuse", why="again").status == 422
    assert fina.get(f"{BRANDS}/999").status == 404


def test_a_form_from_abroad_and_one_of_residence(company: Company) -> None:
    ask(company, "us")
    finn = company.device("finn")
    assert "Form W-8BEN" in words(finn.get(f"{HERS}?kind=w8ben"))
    for wrong, said in (
        ({"country": "US"}, "give a W-9"),
        ({"abroad": ""}, "8233"),
        ({"birth": "1.1.1990"}, "1990-05-31"),
    ):
        answer = finn.fill(f"{HERS}?kind=w8ben", **W8BEN | wrong)
        assert (answer.status, said in words(answer)) == (422, True), said
    assert finn.fill(f"{HERS}?kind=w8ben", **W8BEN).status == 302
    assert "It counts until" in words(finn.get(HERS))
    assert finn.fill(HERS, kind="residence", **RESIDENCE).status == 422, "that form is not asked for"
    ask(company, "residence")
    assert "asks for a form for the tax before it pays you" in words(finn.get("/fan/linen/earnings"))
    assert finn.fill(HERS, **RESIDENCE).status == 302
    bea = company.device("bea")
    one = f"{BRANDS}/{rows.newest(company.brand.access, company.house.now)[0].id}"
    assert "a person" in words(bea.fill(one, do="look"))
    assert bea.fill(BRANDS, asks="everything").status == 422


def test_what_is_held_for_the_authority_is_shown_and_handed_on_with_a_reference(company: Company) -> None:
    brand, conn = company.brand, company.house.conn
    conn.execute("UPDATE programme SET country = 'US' WHERE id = %s", [brand.access.programme_id])
    bea = company.device("bea")
    assert bea.fill(BRANDS, asks="us", without="withhold").status == 302
    assert rows.pays_without(brand.access)
    assert "is paid by the next runs all the same" in words(bea.get(BRANDS))
    assert "not paid" not in words(company.device("cleo").get(HERS)), "nobody waits where the brand keeps a part back"
    assert "not of gifts and rebates" in words(company.device("cleo").get(HERS))
    pay_what_is_ready(brand.programme, company.house.now)
    page = words(bea.get(BRANDS))
    assert "Held for the tax authority" in page
    assert "was kept back for the tax authority" in words(company.device("cleo").get("/creator/linen/earnings"))
    currency = tax_years.held(brand.access)[0].currency
    wrong = {"do": "hand_on", "currency": currency, "amount": "999999", "reference": "EFT 1"}
    assert "more than is held" in words(bea.fill(BRANDS, **wrong))
    assert "can be read in two ways" in words(bea.fill(BRANDS, **wrong | {"amount": "1.500"}))
    assert bea.fill(BRANDS, **wrong | {"amount": "0,01"}).status == 302
    assert "EFT 1" in words(bea.get(BRANDS))
    assert tax_years.held(brand.access)[0].handed_on == 10_000
    assert "held for the tax authority" in words(company.device("otto").get("/operator/books"))
