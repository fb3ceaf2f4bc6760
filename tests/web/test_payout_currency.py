"""The currency of payments, on the pages: the brand says which, the payee chooses, a run shows rate and result."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from fanshare.core import payout_item
from fanshare.core.instants import DAY, to_datetime
from fanshare.core.money import format_micros, format_minor
from fanshare.core.rates import DayRates
from fanshare.flows import payout_runs, rates
from fanshare.flows.check import one_finding
from fanshare.flows.payout_runs import Told
from fanshare.jobs import mail
from fanshare.store.queries import conversions
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served
from tests.web.test_brand_payouts import PAGE, planned, post, words
from tests.web.test_payee_page import Post

__all__ = ["schema_template"]
RULES, MINE, MONEY = f"{PAGE}/rules", "/payee/linen", "/brand/linen/money"
RATE = "1 EUR are 1.1583 USD"


@pytest.fixture
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Two months later: what waited is ready, and there are rates of the day."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("currency")) as made:
        made.house.later(60 * DAY)
        made.house.worker.housekeeping()
        made.house.work()
        day = to_datetime(made.house.now).date().isoformat()
        rates.take(made.brand.access.conn, [DayRates(day, {"USD": "1.1583", "GBP": "0.8712"})], made.house.now)
        yield made


def choose(cleo: Device, currency: str) -> Answer:
    return post(cleo, MINE, do="currency", currency=currency)


def offered(company: Company) -> tuple[Device, Device]:
    bea, cleo = company.device("bea"), company.device("cleo")
    assert post(bea, RULES, do="currencies", currencies="usd, gbp").status == 302
    assert 'value="GBP USD"' in bea.get(RULES).text
    assert choose(cleo, "USD").status == 302
    return bea, cleo


def test_nothing_is_offered_until_the_brand_says_so_and_what_is_gone_is_refused_with_a_sentence(
    company: Company,
) -> None:
    bea, cleo = company.device("bea"), company.device("cleo")
    assert "Currency of your payments" not in words(cleo.get(MINE))
    assert choose(cleo, "USD").status == 422
    said = post(bea, RULES, do="currencies", currencies="BGN")
    assert said.status == 422
    assert "BGN was replaced by EUR" in words(said)
    assert "published no rate of KWD" in words(post(bea, RULES, do="currencies", currencies="USD KWD"))
    offered(company)
    assert '<option value="USD" selected>' in cleo.get(MINE).text
    assert choose(cleo, "HRK").status == 422
    assert choose(cleo, "").status == 302
    assert '<option value="USD" selected>' not in cleo.get(MINE).text


def test_she_is_told_by_mail_and_it_is_written_down_who_chose(company: Company) -> None:
    offered(company)
    post_box = Post()
    with company.house.conn.transaction():
        mail.send_due(company.house.conn, KEYS, mail.PostOffice(post_box, "https://links.example"), company.house.clock)
    [letter] = [one for one in post_box.letters if "currency" in one.subject]
    assert letter.to == "cleo@example.test"
    assert "Where it goes has not changed." in letter.text
    done = [row[0] for row in company.house.rows("SELECT what FROM audit WHERE what LIKE '%%curren%%' ORDER BY id")]
    assert done == ["payout.currencies", "payee.currency"]


def test_a_run_says_what_is_taken_by_which_rate_and_what_comes_of_it(company: Company) -> None:
    bea, cleo = offered(company)
    dry = words(bea.get(PAGE))
    assert "What is paid in another currency, at the rate of now" in dry
    assert RATE in dry
    run = planned(company, bea)
    assert "They may still move" in words(bea.get(run))
    assert post(bea, f"{run}/do", do="approve", sure="yes").status == 302
    assert post(bea, f"{run}/do", do="send", sure="yes").status == 302
    sent = words(bea.get(run))
    assert RATE in sent
    assert "They may still move" not in sent
    assert ",USD," in post(bea, f"{run}/file").text
    assert "Changed into other currencies for payments so far" in words(bea.get(f"{MONEY}?currency=EUR"))
    earned = words(cleo.get("/creator/linen/earnings"))
    assert "changed into another currency" in earned
    for name in ("payouts", "payout runs", "conversions"):
        assert one_finding(name, company.brand.programme, company.house.now).ok


def test_the_pages_with_another_currency_fit_and_are_accessible(company: Company) -> None:
    bea, _cleo = offered(company)
    run = planned(company, bea)
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base, watched(browser, base) as seen:
        for who, pages in (("bea", (RULES, PAGE, run)), ("cleo", (MINE,))):
            signed_in(company, seen, who)
            for path in pages:
                seen.open(path)
                seen.fit("payout-currency-" + path.strip("/").replace("/", "-"))
        assert seen.console == []


def signed_in(company: Company, seen: Watched, who: str) -> None:
    seen.page.context.clear_cookies()
    seen.page.goto(f"{seen.base}/sign-in/confirm?t={company.token(who)}")
    seen.page.get_by_role("button", name="Sign in").click()
    seen.page.wait_for_url(seen.base + "/home")


def arrived(company: Company) -> conversions.Conversion:
    """Cleo was paid in dollars, and the money is there."""
    programme, now = company.brand.programme, company.house.now
    offered(company)
    run, _ = payout_runs.plan(programme, "Bea", now)
    payout_runs.approve(programme, run, "Bea", now)
    sent = payout_runs.send(programme, run, "Bea", now)
    said = [
        Told(row.item.frozen.key, payout_item.Answer(payout_item.Said.ARRIVED, now, row.item.amount, row.item.currency))
        for row in sent if row.item.frozen is not None
    ]  # fmt: skip
    payout_runs.tell(programme, run, said, "Bea", now)
    [found] = conversions.every(programme.access)
    return found


def test_a_converted_payment_is_downloaded_and_proved_offline_and_one_changed_byte_is_not(
    company: Company, tmp_path: Path
) -> None:
    """The file as the browser saved it, checked by the page without a network; then with one byte changed, thrice."""
    paid = arrived(company).converted
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base, watched(browser, base) as seen:
        signed_in(company, seen, "cleo")
        seen.open("/creator/linen/earnings")
        with seen.page.expect_download() as loaded:
            seen.page.get_by_role("link", name="Download the statement").click()
        good = tmp_path / loaded.value.suggested_filename
        loaded.value.save_as(good)
        raw = good.read_bytes()
        seen.open("/verify")
        seen.page.context.set_offline(True)
        checks(seen, good, "Everything in it holds")
        expect(seen.page.get_by_text(format_minor(paid.got, "USD")).first).to_be_visible()
        changes = [("1.1583", "1.1584")]
        changes += [(format_micros(one), format_micros(one + 10_000)) for one in (paid.given, paid.got)]
        for number, (old, new) in enumerate((a.encode(), b.encode()) for a, b in changes):
            assert raw.count(old) > 0, old
            bad = tmp_path / f"changed-{number}.json"
            bad.write_bytes(raw.replace(old, new, 1))
            assert len(bad.read_bytes()) == len(raw)
            checks(seen, bad, "This statement is not proved")
        assert seen.complaints() == []


def checks(seen: Watched, file: Path, said: str) -> None:
    seen.page.get_by_label("The statement", exact=True).set_input_files(file)
    seen.page.get_by_role("button", name="Check it").click()
    seen.page.get_by_role("heading", name=said).wait_for()
