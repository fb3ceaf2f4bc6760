"""Expenses on the pages: agreed, looked at, confirmed once with the receipt seen, and read by her with its clock."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.core.instants import MINUTE, format_rfc3339
from fanshare.core.margin import Margin
from fanshare.flows import expenses
from fanshare.store.queries import payout_runs, results
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.serving import served
from tests.web.test_brand_bonus import ready, send, words

__all__ = ["schema_template"]
FOR = "The train to Lyon"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("expenses")) as made:
        yield made


def page_of(company: Company) -> str:
    return f"/brand/linen/people/{company.brand.cleo}/expenses"


def agree(company: Company, key: str, **more: str) -> int:
    """The number of a line that is agreed by the form."""
    form = {"do": "agree", "step": "give", "key": key, "amount": "42", "words": FOR, "currency": "EUR", **more}
    assert send(company.device("fina"), page_of(company), **form).status == 302
    return expenses.of_party(company.brand.programme, company.brand.cleo)[0].row.id


def test_it_is_agreed_confirmed_once_and_read_by_her(company: Company) -> None:
    fina, path, before = company.device("fina"), page_of(company), ready(company)
    assert f'href="{path}"' in fina.get(path.removesuffix("/expenses")).text
    assert "can be read in two ways" in words(send(fina, path, do="agree", amount="1.042", words=FOR))
    looked = send(fina, path, do="agree", amount="42,00", words=FOR)
    assert "you will pay back 42.00 €" in words(looked)
    hidden = {name: unescape(value) for name, value in re.findall(r'name="([a-z]+)" value="([^"]*)"', looked.text)}
    form = {name: hidden[name] for name in ("do", "step", "key", "amount", "currency", "words", "receipt")}
    for _ in range(3):
        assert send(fina, path, **form).status == 302
    [line] = expenses.of_party(company.brand.programme, company.brand.cleo)
    cleo = company.device("cleo")
    hers = words(cleo.get("/creator/linen/earnings"))
    assert "waits until the brand has seen your receipt and confirms it" in hers
    assert FOR in hers
    assert FOR not in company.device("carla").get("/creator/linen/earnings").text
    asked = {"do": "confirm", "line": str(line.row.id)}
    assert "I have seen the receipt." in words(send(fina, path, **asked))
    assert send(fina, path, **asked, step="give").status == 422, "nobody has seen it"
    assert ready(company) == before, "nothing moves before it is confirmed"
    assert send(fina, path, **asked, step="give", seen="yes").status == 302
    assert send(fina, path, **asked, step="give", seen="yes").status == 422, "once"
    assert ready(company) == before + 42_000_000
    hers = words(cleo.get("/creator/linen/earnings"))
    assert "42.00 € ready" in hers
    assert "an expense that the brand paid back" in hers
    assert "an expense paid back" in words(fina.get("/brand/linen/money?by=adjusted"))
    audited = company.house.rows("SELECT about FROM audit WHERE starts_with(what, 'expense.')")
    assert audited == [("Cleo: 42.00 EUR",)] * 2, "agreed and confirmed, each once"


def test_it_is_taken_back_before_it_is_confirmed_and_she_reads_that(company: Company) -> None:
    before, line = ready(company), agree(company, "back", receipt="no")
    form = {"do": "drop", "line": str(line)}
    assert "Take it back?" in words(send(company.device("fina"), page_of(company), **form))
    assert send(company.device("fina"), page_of(company), **form, step="give").status == 302
    assert send(company.device("fina"), page_of(company), do="confirm", line=str(line), step="give").status == 422
    assert "taken back by the brand" in words(company.device("cleo").get("/creator/linen/earnings"))
    assert ready(company) == before


def test_what_was_paid_back_is_taken_off_what_is_left_with_a_line_of_its_own(company: Company) -> None:
    def left() -> Margin:
        return {one.currency: one for one in results.margins(company.brand.access, 0)}["EUR"]

    before = left()
    for receipt in ("yes", "no"):
        known = left()
        line = agree(company, f"left {receipt}", receipt=receipt)
        assert left() == known, "what was agreed costs nothing yet"
        form = {"do": "confirm", "line": str(line), "step": "give", "seen": "yes"}
        assert send(company.device("fina"), page_of(company), **form).status == 302
    after = left()
    assert (after.expenses, after.by_hand) == (before.expenses + 84_000_000, before.by_hand)
    assert (after.before_cost, after.commission) == (before.before_cost - 84_000_000, before.commission)
    bea = company.device("bea")
    cents = f"{after.expenses // 1_000_000}.00"
    assert f"expenses paid back − {cents} €" in words(bea.get("/brand/linen"))
    bea.cookies["fanshare_language"] = "de"
    assert f"erstattete Auslagen − {cents.replace('.', ',')} €" in words(bea.get("/brand/linen"))


def test_only_owner_and_finance_and_only_about_her_own_lines(company: Company) -> None:
    line, before = agree(company, "mine", receipt="no"), ready(company)
    form = {"do": "confirm", "line": str(line), "step": "give"}
    for name in ("mona", "rea", "otto", "cleo", "finn", "dora"):
        assert send(company.device(name), page_of(company), **form).status == 403, name
    elsewhere = page_of(company).replace(str(company.brand.cleo), str(company.carla))
    bea = company.device("bea")
    assert send(bea, elsewhere, **form).status == 422, "the line of another creator"
    assert send(bea, page_of(company), **{**form, "line": "\N{SUPERSCRIPT TWO}"}).status == 422
    assert send(bea, page_of(company), **{**form, "do": "else"}).status == 422
    company.house.later(31 * MINUTE)
    assert send(bea, page_of(company), **form).status == 401
    assert ready(company) == before


def test_it_fits_on_a_telephone_in_english_and_german(company: Company) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    agree(company, "browser")
    with chromium() as browser, served(app) as base, watched(browser, base, width=360) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('bea')}")
        seen.press(seen.page.get_by_role("button", name="Sign in"))
        seen.open(page_of(company))
        seen.fit("brand-expenses")
        seen.press(seen.page.get_by_role("button", name=re.compile("^Confirm")).first)
        seen.fit("brand-expenses-look")
        assert seen.complaints() == []
    device = company.device("bea")
    device.cookies["fanshare_language"] = "de"
    assert "Auslagen" in words(device.get(page_of(company)))


def in_her_file(company: Company) -> dict[str, list[tuple[str, ...]]]:
    """What the file of her earnings says of what is no sale, by what it is: amount, ready, day, paid, waits."""
    text = company.device("cleo").get("/creator/linen/earnings?as=csv").text.lstrip("\ufeff")
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        told = (row["amount"], row["ready_at"], row["pays_on"], row["paid_on"], row["waits_for"])
        found.setdefault(row["what"], []).append(told)
    return found


def test_the_file_of_her_earnings_tells_the_clock_of_each_as_the_page_does(company: Company) -> None:
    house = company.house
    bonus = {"amount": "5", "words": "Thanks", "currency": "EUR", "key": "thanks", "step": "give"}
    assert send(company.device("fina"), page_of(company).replace("expenses", "bonus"), **bonus).status == 302
    line, day = agree(company, "file"), format_rfc3339(house.now)[:10]
    form = {"do": "confirm", "line": str(line), "step": "give", "seen": "yes"}
    assert send(company.device("fina"), page_of(company), **form).status == 302
    lines = [one for one in expenses.of_party(company.brand.programme, company.brand.cleo) if one.row.paid]
    [newest, *_] = expenses.clocks(company.brand.programme, company.brand.tenant, lines, house.now).clocks
    waits = " ".join(one.why for one in newest.waits)
    assert waits
    found = in_her_file(company)
    assert found["expense"][0] == ("42.000000", day, "" if newest.day is None else str(newest.day), "", waits)
    assert [told[2:] for told in found["bonus"]] == [("", "", "")], "of the others the page tells no clock either"
    assert len(found["expense"]) + len(found["allowance"]) == len(lines)
    paid_out(company)
    assert in_her_file(company)["expense"][0] == ("42.000000", day, "", format_rfc3339(house.now)[:10], "")


def paid_out(company: Company) -> None:
    """A run takes what is ready, and arrives."""
    bea = company.device("bea")
    run = str(send(bea, "/brand/linen/payouts/plan").headers["location"])
    for values in ({"do": "approve", "sure": "yes"}, {"do": "send", "sure": "yes"}):
        assert send(bea, f"{run}/do", **values).status == 302
    for row in payout_runs.items_of(company.brand.access, int(run.rpartition("/")[2])):
        if row.item.frozen:
            assert send(bea, f"{run}/do", do="paid", key=row.item.frozen.key, sure="yes").status == 302
