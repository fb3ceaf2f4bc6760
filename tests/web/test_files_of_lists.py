"""Claims, objections, payout runs and connections as files: no cell is a formula, and no fan is named."""

import csv
import io
import json
from collections.abc import Iterator

import pytest

from fanshare.core.csv_cells import safe_cell
from fanshare.flows import claims, payout_runs
from fanshare.flows.appeals import appeal
from fanshare.flows.claims import Said
from fanshare.flows.rulings import NewRuling, find_order, rule
from fanshare.store.queries import appeals
from fanshare.store.queries import claims as claim_rows
from fanshare.store.server import Server
from fanshare.web import exports
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device

__all__ = ["schema_template"]

EVIL = "=HYPERLINK(1)"
#: Who reads which list.
LISTS = {
    "/brand/linen/claims": "rea",
    "/brand/linen/objections": "rea",
    "/brand/linen/payouts": "fina",
    "/brand/linen/payouts/1": "fina",
    "/brand/linen/connections": "rea",
    "/claims/linen": "finn",
}


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("files")) as made:
        brand, now = made.brand, made.house.now
        programme = brand.programme
        claims.claim(programme, brand.finn, brand.cleo, Said(EVIL, words="Finn's sister"), now)
        claims.claim(programme, made.carla, made.carla, Said("C1001"), now)
        claims.refuse(programme, claim_rows.listed(brand.access, party=brand.finn)[0].id, EVIL, now)
        number = find_order(brand.access, "C1001")
        appeal(programme, number, brand.cleo, "Elderberry words", now)
        waiting = appeals.listed(brand.access, order=number, waiting=True)
        rule(programme, NewRuling("upheld", f" {EVIL}", number, answers=(waiting[0].id,)), now)
        assert payout_runs.plan(programme, "test", now)[0] == 1
        yield made


def rows(device: Device, path: str) -> list[dict[str, str]]:
    answer = device.get(f"{path}?as=csv")
    assert answer.status == 200
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["cache-control"] == "private, no-store"
    return list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))


def formulas(found: list[dict[str, str]]) -> list[str]:
    return [cell for row in found for cell in row.values() if cell.lstrip(" ").startswith(("=", "+", "-", "@"))]


def test_every_list_is_offered_as_two_files_of_the_same_rows(company: Company) -> None:
    for path, name in LISTS.items():
        device = company.device(name)
        page = device.get(path).text
        assert 'href="?as=csv"' in page, path
        assert 'href="?as=json"' in page, path
        told = json.loads(device.get(f"{path}?as=json").text)
        found = rows(device, path)
        assert told["complete"] is True
        assert len(found) == len(told["rows"]) >= 1, path
        assert list(found[0]) == list(told["rows"][0]), path
        assert device.get(f"{path}?as=xls").status == 400, path


def test_files_say_what_the_pages_say_and_no_more(company: Company) -> None:
    rea, fina = company.device("rea"), company.device("fina")
    carla, finn = rows(rea, "/brand/linen/claims")
    assert (carla["who"], carla["state"], carla["for_creator"]) == ("Carla Quince", "waiting", "Carla Quince")
    assert finn["who"].startswith("fan ")
    assert (finn["state"], finn["note"], finn["order"]) == ("not_credited", f"'{EVIL}", "")
    (objection,) = rows(rea, "/brand/linen/objections")
    assert (objection["order"], objection["who"], objection["decision"]) == ("C1001", "Cleo", "upheld")
    (run,) = rows(fina, "/brand/linen/payouts")
    assert (run["run"], run["state"], run["currency"], run["payments"]) == ("1", "planned", "EUR", "1")
    (payment,) = rows(fina, "/brand/linen/payouts/1")
    assert payment["amount"] == run["amount"]
    (shop,) = rows(rea, "/brand/linen/connections")
    assert (shop["kind"], shop["deliveries_end_in"]) == ("generic", "linen-shop")
    for path, name in LISTS.items():
        text = company.device(name).get(f"{path}?as=json").text
        assert "Elderberry" not in text, path
        assert "Finn" not in text, path


def test_whoever_claimed_reads_her_own_claims_and_not_the_notes_about_them(company: Company) -> None:
    (mine,) = rows(company.device("finn"), "/claims/linen")
    assert (mine["order"], mine["for_creator"], mine["state"]) == (f"'{EVIL}", "Cleo", "not_credited")
    assert "note" not in mine
    assert [one["order"] for one in rows(company.device("carla"), "/claims/linen")] == ["C1001"]
    assert rows(company.device("fay"), "/claims/linen") == []


def test_no_cell_is_a_formula_and_one_would_be_seen(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = ("/brand/linen/claims", "/brand/linen/objections", "/claims/linen")
    for path, name in LISTS.items():
        assert formulas(rows(company.device(name), path)) == [], path
    assert safe_cell(EVIL) != EVIL
    monkeypatch.setattr(exports, "safe_cell", str)
    for path in evil:
        assert formulas(rows(company.device(LISTS[path]), path)), path


def test_files_are_closed_to_whom_the_page_is_closed(company: Company) -> None:
    for path in LISTS:
        for name in ("dora", "cleo", "finn", "fay") if path.startswith("/brand") else ("rea", "dora"):
            for form in ("csv", "json"):
                assert company.device(name).get(f"{path}?as={form}").status == 403, (path, name)
