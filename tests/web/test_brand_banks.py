"""Paying by the bank in the browser: the account is named by the owner, the file is taken, and the bank is heard."""

from collections.abc import Iterator

import pytest
import structlog

from fanshare.core.instants import DAY
from fanshare.core.payee import WAIT
from fanshare.core.payee_account import iban_account
from fanshare.flows import payees
from fanshare.integrations.sepa.read_order import read_order
from fanshare.store.server import Server
from tests.integrations.sepa.bank import booked_file, returned, statement
from tests.jobs.test_canaries import logs
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served
from tests.web.test_brand_payouts import PAGE, planned, post, words

__all__ = ["logs", "schema_template"]
ACCOUNT = f"{PAGE}/account"
BEAS, CLEOS = "DE89370400440532013000", "FR1420041010050500013M02606"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Two months later: what waited is ready, and Cleo has had an account for long."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("banks")) as made:
        made.house.later(60 * DAY)
        made.house.worker.housekeeping()
        made.house.work()
        account = iban_account("Cleo Canary", CLEOS)
        payees.change(made.brand.programme, made.brand.cleo, account, made.house.now - WAIT, adult=True)
        yield made


#: The account that Bea pays from, as she types it.
HERS = {"kind": "iban", "name": "Bea & Söhne", "iban": BEAS, "bic": "", "town": "Berlin", "country": "DE"}


def upload(device: Device, path: str, raw: bytes, **values: str) -> Answer:
    return device.upload(path, raw, called="file", **{"do": "hear", "sure": "yes", **values})


def test_only_the_owner_names_the_account_and_never_without_meaning_it(company: Company) -> None:
    for name in ("mona", "fina", "rea", "otto", "cleo", "dora"):
        assert company.device(name).get(ACCOUNT).status == 403, name
    bea = company.device("bea")
    assert "You pay by hand" in words(bea.get(ACCOUNT))
    typed = HERS
    assert post(bea, ACCOUNT, **typed).status == 422
    wrong = post(bea, ACCOUNT, sure="yes", **{**typed, "iban": BEAS[:-1] + "1"})
    assert (wrong.status, "typing error" in words(wrong)) == (422, True)
    assert post(bea, ACCOUNT, sure="yes", **typed).status == 302
    page = bea.get(ACCOUNT)
    assert "Bea + Soehne, DE … 3000" in words(page)
    assert BEAS not in page.text
    dollars = {"routing": "121042882", "bank_name": "My Bank", "origin": "1234567890", "company_id": "1234567890"}
    assert post(bea, ACCOUNT, kind="us", name="Bea Inc", sure="yes", **dollars).status == 302
    assert post(bea, ACCOUNT, kind="us", do="end", sure="yes").status == 302
    assert "My Bank" not in words(bea.get(ACCOUNT))
    noted = [row[0] for row in company.house.rows("SELECT what FROM audit WHERE what LIKE 'payout.%%' ORDER BY id")]
    assert noted == ["payout.account"] * 3


def test_a_run_is_given_to_the_bank_and_the_bank_is_heard(company: Company) -> None:
    bea = company.device("bea")
    assert post(bea, ACCOUNT, sure="yes", **HERS).status == 302
    assert "waits for where her money goes: she has named no account" in words(bea.get(PAGE))
    assert "before you have named an account" in words(company.device("finn").get("/fan/linen/earnings"))
    assert "before you have named an account" not in words(company.device("cleo").get("/creator/linen/earnings"))
    run = planned(company, bea)
    assert post(bea, f"{run}/bank", do="file", kind="iban").status == 422, "there is none before it was sent"
    for step in ("approve", "send"):
        assert post(bea, f"{run}/do", do=step, sure="yes").status == 302
    assert "The file for the bank (SEPA, pain.001)" in words(bea.get(run))
    file = post(bea, f"{run}/bank", do="file", kind="iban")
    assert file.headers["content-disposition"].endswith('.xml"')
    order = read_order(file.text.encode())
    assert [one.creditor.iban for one in order.payments[0].transfers] == [CLEOS]
    assert post(bea, f"{run}/bank", do="file", kind="us").status == 422
    assert "Tick that you mean it" in words(upload(bea, f"{run}/bank", b"<a/>", sure=""))
    assert "This is no file of a bank" in words(upload(bea, f"{run}/bank", b"reference\n1\n"))
    heard = upload(bea, f"{run}/bank", statement([booked_file(order)]))
    assert "1 payment was told. Everything in it fits." in words(heard)
    assert "paid" in words(bea.get(run))
    later = statement([booked_file(order, reference="A"), booked_file(order, reference="B")], number="S-3")
    assert "paid twice; ask the bank for one of them: " in words(upload(bea, f"{run}/bank", later))
    late = post(bea, f"{run}/bank", do="file", kind="iban")
    assert (late.status, "it may pay twice" in words(late)) == (422, True)
    assert returned(order.payments[0].transfers[0]).way == "CRDT"
    noted = [row[0] for row in company.house.rows("SELECT what FROM audit WHERE what LIKE 'payout.%%' ORDER BY id")]
    assert noted[0] == "payout.account"
    assert noted[-3:] == ["payout.file", "payout.bank", "payout.bank"]
    texts = [row[0] for row in company.house.rows("SELECT about FROM audit")]
    assert not [text for text in texts if BEAS in text or CLEOS in text]


def test_nobody_else_takes_the_file(company: Company) -> None:
    for name in ("mona", "rea", "cleo", "dora"):
        assert post(company.device(name), f"{PAGE}/1/bank", do="file", kind="iban").status == 403, name


def test_the_page_of_the_account_is_quiet_and_accessible(company: Company) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base, watched(browser, base) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('bea')}")
        seen.page.get_by_role("button", name="Sign in").click()
        seen.page.wait_for_url(base + "/home")
        for name, path in (("iban", ACCOUNT), ("us", f"{ACCOUNT}?kind=us")):
            seen.open(path)
            seen.unfold()
            seen.fit(f"brand-payout-account-{name}")
        assert seen.console == []


def test_nothing_of_an_account_is_logged(company: Company, logs: pytest.CaptureFixture[str]) -> None:
    """Typed right and wrong, kept, told, taken in a file; at the chattiest level."""
    iban, wrong = "AT61 1904 3002 3457 3201", "AT61 1904 3002 3457 3202"
    carla, bea = company.device("carla"), company.device("bea")
    for typed in (wrong, iban):
        page = post(carla, "/payee/linen", kind="iban", holder="Carla Canary", iban=typed, bic="")
        assert page.status in (200, 422)
    fields = {"kind": "iban", "holder": "Carla Canary", "iban": iban, "bic": "", "sure": "yes", "adult": "yes"}
    assert post(carla, "/payee/linen", **fields).status == 302
    post(bea, ACCOUNT, kind="iban", name="Bea", iban=wrong, bic="", town="Berlin", country="DE", sure="yes")
    post(bea, f"{PAGE}/1/bank", do="file", kind="iban")
    company.house.work()
    account = iban_account("Carla Canary", iban)
    structlog.get_logger("test").error("an account", account=account)
    seen = "".join(logs.readouterr()).replace(" ", "")
    assert "anaccount" in seen, "the log is read"
    for secret in (iban, wrong, CLEOS, BEAS, "Carla Canary"):
        assert secret.replace(" ", "") not in seen
    structlog.get_logger("test").error("an account", account=account.number)
    assert iban.replace(" ", "") in "".join(logs.readouterr()), "the canary sings"
