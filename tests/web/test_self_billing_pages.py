"""Credit notes on the pages: the brand says who it is, a payee agrees, both get the documents, and nobody else."""

import re
from collections.abc import Iterator

import pytest

from fanshare.core.instants import DAY
from fanshare.flows import gifts, own_data, self_billing
from fanshare.flows.audit import lines
from fanshare.jobs import retention
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.support.schematron import broken_rules
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device
from tests.web.support.serving import served
from tests.web.test_brand_payouts import keys, planned, post, words

__all__ = ["schema_template"]

HERS, BRANDS = "/payee/linen/billing", "/brand/linen/payouts/billing"
BRAND = {
    "name": "Linen GmbH", "street": "Allee 2", "postcode": "80331", "city": "München", "country": "DE",
    "vat_id": "DE123456789", "register": "", "mail": "", "prefix": "G-", "language": "de", "rate": "", "sure": "yes",
}  # fmt: skip
CLEO = {
    "name": "Cleo Canary", "street": "Weg 1", "postcode": "10115", "city": "Berlin", "country": "DE", "vat_id": "",
    "register": "", "mail": "", "tax_number": "12/345/67890", "taxed": "small", "sure": "yes",
}  # fmt: skip


@pytest.fixture
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Two months later: what waited is ready."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("billing")) as made:
        made.house.later(60 * DAY)
        made.house.worker.housekeeping()
        made.house.work()
        yield made


def paid(company: Company, bea: Device) -> str:
    """The address of a run that arrived."""
    run = planned(company, bea)
    for wish in ("approve", "send"):
        assert post(bea, f"{run}/do", do=wish, sure="yes").status == 302
    for key in keys(company, run):
        assert post(bea, f"{run}/do", do="paid", key=key, sure="yes").status == 302
    company.house.worker.housekeeping()
    return run


def test_a_document_over_a_gift_is_put_right_by_a_button(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    bea, cleo = company.device("bea"), company.device("cleo")
    assert post(bea, BRANDS, **BRAND).status == 302
    assert post(cleo, HERS, **CLEO).status == 302
    with monkeypatch.context() as earlier:
        earlier.setattr(self_billing, "_over", lambda one, _: one._replace(amount=one.amount + 1_000_000))
        run = paid(company, bea)
    page = bea.get(f"{run}/notes")
    [place] = set(re.findall(r"/brand/linen/payouts/notes/\d+/correct", page.text))
    asked = words(bea.get(place))
    assert "takes it back and names it" in asked
    assert "takes its place, with the number after that" in asked
    assert company.device("mona").get(place).status == 403
    assert post(bea, place).status == 302
    after = words(bea.get(f"{run}/notes"))
    assert "Put it right" not in after
    assert re.search(r"G-20\d\d-00002 takes it back", after)
    assert re.search(r"G-20\d\d-00003 in its place", after)
    assert bea.get(place).status == 409
    assert company.house.value("SELECT count(*) FROM audit WHERE what = 'billing.correct'") == 1
    assert "00003" in cleo.get(HERS).text


def test_a_payee_agrees_and_both_get_the_document(company: Company) -> None:
    bea, cleo, finn = (company.device(name) for name in ("bea", "cleo", "finn"))
    assert "writes no credit notes" in words(cleo.get(HERS))
    assert post(bea, BRANDS, **(BRAND | {"sure": ""})).status == 422
    assert post(bea, BRANDS, **(BRAND | {"vat_id": "123"})).status == 422
    assert post(bea, BRANDS, **BRAND).status == 302
    assert 'value="Linen GmbH"' in bea.get(BRANDS).text
    assert "Linen GmbH writes it for you" in words(cleo.get(HERS))
    for wrong, reason in (
        ({"sure": ""}, "Tick that you mean it"),
        ({"tax_number": ""}, "tax number or VAT number"),
        ({"country": "Germany"}, "two letters"),
        ({"taxed": "private"}, "not in business"),
    ):
        answer = post(cleo, HERS, **(CLEO | wrong))
        assert (answer.status, reason in words(answer)) == (422, True), wrong
    assert post(cleo, HERS, **CLEO).status == 302
    assert "Each payment that arrives has its credit note" in words(cleo.get(HERS))
    run = paid(company, bea)
    page = cleo.get(HERS)
    assert re.search(r"G-20\d\d-00001", page.text)
    place = re.findall(rf"{HERS}/\d+\.xml", page.text)[0]
    xml = cleo.get(place)
    assert broken_rules(xml.content) == set()
    assert "Cleo Canary" in xml.text
    assert cleo.get(place.replace(".xml", ".pdf")).content.startswith(b"%PDF-")
    assert cleo.get(place.replace(".xml", ".doc")).status == 404
    assert finn.get(place).status == 404, "it is another payee's"
    notes = bea.get(f"{run}/notes")
    assert "This payee has not agreed" in words(notes)
    bill = re.findall(r"/brand/linen/payouts/notes/\d+", notes.text)[0]
    assert post(bea, bill, form="xml").content == xml.content
    assert post(bea, bill, form="doc").status == 404
    assert bea.get(bill).status == 302, "a link does not hand it out"
    assert post(company.device("rea"), bill, form="xml").status in (403, 404)
    whats = {line.what for line in lines(company.house.conn, limit=200)}
    assert {"billing.issuer", "billing.agree", "billing.file"} <= whats


def test_what_came_back_is_taken_back_and_she_may_take_back_her_word(company: Company) -> None:
    bea, cleo = company.device("bea"), company.device("cleo")
    post(bea, BRANDS, **BRAND)
    post(cleo, HERS, **CLEO)
    run = paid(company, bea)
    for key in keys(company, run):
        assert post(bea, f"{run}/do", do="back", key=key, sure="yes", reason="closed").status == 302
    company.house.worker.housekeeping()
    assert "takes back G-" in words(cleo.get(HERS))
    assert "takes it back" in words(bea.get(f"{run}/notes"))
    assert post(cleo, HERS, do="end").status == 302
    assert "You agreed on" not in words(cleo.get(HERS))
    assert "Cleo Canary" not in cleo.get(HERS).text, "what she stated is forgotten"
    assert post(bea, BRANDS, do="end").status == 302
    assert "You write none" in words(bea.get(BRANDS))


def test_her_copy_names_them_and_shows_what_she_stated_only_to_her(company: Company) -> None:
    bea, cleo = company.device("bea"), company.device("cleo")
    post(bea, BRANDS, **BRAND)
    post(cleo, HERS, **CLEO)
    paid(company, bea)
    brand = company.brand
    copies = [own_data.copy(brand.programme, brand.cleo, company.house.now, whole=whole) for whole in (False, True)]
    assert ["12/345/67890" in str(one) for one in copies] == [False, True]
    assert [len(one["credit_notes"]) for one in copies] == [1, 1]


def test_after_ten_years_they_are_forgotten(company: Company) -> None:
    bea, cleo = company.device("bea"), company.device("cleo")
    post(bea, BRANDS, **BRAND)
    post(cleo, HERS, **CLEO)
    paid(company, bea)
    retention.forget_old(company.house.conn, company.house.now + 12 * 366 * DAY)
    found = self_billing.of_payee(company.brand.programme, company.brand.cleo, 10)
    assert [one.paper for one in found] == [None]
    assert "no law asked for it any more" in words(company.device("cleo").get(HERS))


def test_the_pages_take_few_statements_and_speak_german(company: Company) -> None:
    bea, cleo = company.device("bea"), company.device("cleo")
    post(bea, BRANDS, **BRAND)
    post(cleo, HERS, **CLEO)
    brand = company.brand
    wish = gifts.Wish(brand.finn, "cleo", "EUR", 1_000_000)
    gifts.give(brand.programme, wish, "k", company.house.now)
    run = paid(company, bea)
    assert "gifts and rebates are in none" in words(bea.get(f"{run}/notes"))
    for name, path in (("bea", BRANDS), ("bea", f"{run}/notes"), ("cleo", HERS)):
        seen: list[str] = []
        device = company.device(name, company.app(lambda conn, seen=seen: Watching(conn, seen)))
        seen.clear()
        assert device.get(path).status == 200
        assert len(seen) <= 12, (path, seen)
        device.cookies["fanshare_language"] = "de"
        assert "Gutschrift" in words(device.get(path))


def test_they_fit_a_phone(company: Company) -> None:
    bea, cleo = company.device("bea"), company.device("cleo")
    post(bea, BRANDS, **BRAND)
    post(cleo, HERS, **CLEO)
    run = paid(company, bea)
    with chromium() as browser, served(company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")) as base:
        for name, paths in (("bea", (BRANDS, f"{run}/notes")), ("cleo", (HERS,))):
            with watched(browser, base, width=360) as seen:
                seen.page.goto(f"{base}/sign-in/confirm?t={company.token(name)}")
                seen.press(seen.page.get_by_role("button", name="Sign in"))
                for path in paths:
                    seen.open(path)
                    seen.fit(f"credit-notes-{name}")
                    assert seen.complaints() == []
