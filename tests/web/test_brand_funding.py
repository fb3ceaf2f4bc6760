"""Money that is paid in: a brand alone sees nothing of it, the operator books it, everybody reads whether it is so."""

import re
from collections.abc import Iterator

import pytest

from fanshare.core.funding import reference
from fanshare.core.instants import DAY
from fanshare.flows.set_up import decide_brands
from fanshare.store.queries import funding as rows
from fanshare.store.server import Server
from tests.integrations.sepa.bank import Booked, statement
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

PAGE = "/brand/linen/funding"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("funding")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.replace("\xa0", " ")).split())


def send(device: Device, **values: str) -> Answer:
    form = dict(re.findall(r'name="(csrfmiddlewaretoken|key)" value="([^"]*)"', device.get(PAGE).text))
    return device.post(f"{PAGE}/change", {**form, **values})


def test_money_is_asked_for_booked_and_seen_by_whoever_works(company: Company) -> None:
    otto, bea = company.device("otto"), company.device("bea")
    access, mark = company.brand.access, reference(company.brand.tenant.public_id)
    assert bea.get(PAGE).status == 404, "a brand alone knows none of it"
    assert PAGE not in bea.get("/brand/linen/payouts").text
    assert "funded" not in words(company.device().get("/join/linen"))
    decide_brands(access, several=True, now=company.house.now)
    assert "pays its people itself" in words(bea.get(PAGE))
    assert PAGE in bea.get("/brand/linen/payouts").text
    assert send(otto, do="on", reserve="51").status == 422
    assert send(otto, do="on", reserve="2,5").status == 302
    assert rows.rule(access) is not None
    company.house.later(DAY)
    page = words(bea.get(PAGE))
    assert "Not funded" in page
    assert "Kept back are 2.5 %" in page
    assert mark in page
    assert "Book money" not in page, "only the operator books"
    assert send(bea, do="book", amount="5", currency="EUR", sure="yes").status == 403
    assert "Not funded" in words(company.device().get("/join/linen"))
    assert otto.sign_in(company.token("otto")).status == 302
    assert send(otto, do="book", amount="500", currency="EUR").status == 422, "it has to be ticked"
    assert send(otto, do="book", amount="-5", currency="EUR", sure="yes").status == 422
    unclear = send(otto, do="book", amount="1.500", currency="EUR", sure="yes", key="2" * 32)
    assert (unclear.status, "can be read in two ways" in words(unclear)) == (422, True)
    once = {"do": "book", "amount": "5,00", "currency": "EUR", "note": "by hand", "sure": "yes", "key": "1" * 32}
    assert send(otto, **{**once, "key": ""}).status == 422, "a form without its key"
    assert send(otto, **once).status == 302
    assert "It is booked, once." in words(send(otto, **once))
    assert send(otto, **{**once, "amount": "6,00"}).status == 422
    assert [one.amount for one in rows.entries(access)] == [5_000_000]
    assert "Partly funded" in words(bea.get(PAGE))
    assert send(otto, do="off").status == 422, "money of the brand is still here"
    parts = [Booked("900.00", [(mark, "900.00", "")], "CRDT", reference="B1")]
    told = upload(otto, statement([*parts, Booked("7.00", [("other", "7.00", "")], "CRDT", reference="B2")]))
    assert "1 payment was booked. Known before: 0. Without this reference: 1." in words(told)
    assert "0 payments were booked. Known before: 1." in words(upload(otto, statement(parts, number="S-2")))
    assert upload(otto, b"<no/>").status == 422
    assert "Funded: the money" in words(company.device().get("/join/linen"))
    assert "by a bank's statement" in words(bea.get(PAGE))
    assert send(otto, do="book", amount="905", currency="EUR", way="out", sure="yes").status == 302
    assert send(otto, do="off").status == 302
    assert rows.rule(access) is None


def upload(device: Device, content: bytes) -> Answer:
    device.get(PAGE)
    return device.upload(f"{PAGE}/change", content, called="file", do="statement")
