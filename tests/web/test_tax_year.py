"""The year for the tax in the browser's eyes: the brand's list with its files, and a payee's own page."""

import csv
import io
import json
from collections.abc import Iterator

import pytest

from fanshare.core.money import parse_amount
from fanshare.store.server import Server
from tests.support.paying import pay_what_is_ready
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.test_tax_forms import words

__all__ = ["schema_template"]

HERS, BRANDS = "/payee/linen/year", "/brand/linen/payouts/tax/year"


@pytest.fixture
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("year")) as made:
        yield made


def rows(company: Company, query: str) -> list[dict[str, str]]:
    text = company.device("fina").get(f"{BRANDS}{query}").text.removeprefix("\ufeff")
    found: list[dict[str, str]] = (
        json.loads(text)["rows"] if "json" in query else [*csv.DictReader(io.StringIO(text, newline=""))]
    )
    return found


def test_nothing_was_paid_and_who_may_look(company: Company) -> None:
    assert "Nothing arrived in this year yet." in words(company.device("bea").get(BRANDS))
    assert "Nothing was paid to you in this year." in words(company.device("cleo").get(HERS))
    for who, status in (("fina", 200), ("otto", 200), ("mona", 403), ("rea", 403), ("cleo", 403)):
        assert company.device(who).get(BRANDS).status == status, who
    assert company.device("bea").get(HERS).status == 403
    assert company.device("bea").get(f"{BRANDS}?year=1999").status == 400


def test_a_year_is_shown_and_its_files_say_the_same_to_the_micro(company: Company) -> None:
    brand = company.brand
    company.house.conn.execute("UPDATE programme SET country = 'US' WHERE id = %s", [brand.access.programme_id])
    pay_what_is_ready(brand.programme, company.house.now)
    page = words(company.device("bea").get(BRANDS))
    assert "America/New_York" in page
    assert "1099-NEC: reported from" in page
    assert "1099-K: the provider that moves the money reports it by itself." in page
    as_csv, as_json = rows(company, "?as=csv"), rows(company, "?as=json")
    assert as_csv == [{name: str(value) for name, value in row.items()} for row in as_json]
    assert as_csv
    kinds = ("commission", "share", "rebate", "gift", "earlier", "claimed", "expense", "allowance")
    for row in as_csv:
        assert sum(parse_amount(row[kind]) for kind in kinds) == parse_amount(row["paid"])
    booked = company.house.conn.execute(
        "SELECT sum(amount) FROM payout WHERE programme_id = %s AND state = 'final'", [brand.access.programme_id]
    ).fetchone()
    assert booked is not None
    assert sum(parse_amount(row["paid"]) for row in as_csv) == booked[0]

    fina = company.device("fina")
    for sent, said in (("no", "You get no mail about this programme, not even when"), ("yes", "You get a mail when")):
        assert fina.fill(BRANDS, mail=sent).status == 302
        assert said in words(fina.get(BRANDS))
    assert "Tell me by mail" not in words(company.device("otto").get(BRANDS)), "an operator is told nothing"

    hers = company.device("cleo").get(HERS)
    assert "paid in all" in words(hers)
    said = json.loads(company.device("cleo").get(f"{HERS}?as=json").text)
    [[currency, amounts]] = said["sums"].items()
    mine = [row for row in as_csv if parse_amount(row["commission"])]
    assert amounts["commission"] in {row["commission"] for row in mine}
    assert {one["currency"] for one in said["payments"]} == {currency}
    assert "Nothing fits this search." in words(company.device("bea").get(f"{BRANDS}?q=nobody-of-them"))
