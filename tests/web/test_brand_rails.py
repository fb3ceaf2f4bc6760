"""Paying over a provider in the browser: connected by the owner, chosen by who is paid, sent by the worker."""

from collections.abc import Iterator

import pytest

from fanshare.core.instants import DAY, HOUR, MINUTE
from fanshare.core.payee import WAIT
from fanshare.core.payee_account import Kind, stripe_account
from fanshare.flows import payees, payout_rails
from fanshare.flows.check import one_finding
from fanshare.integrations import rail_http
from fanshare.integrations.http import Answer
from fanshare.integrations.paypal import payouts
from fanshare.integrations.rails import Called
from fanshare.integrations.stripe import transfers
from fanshare.integrations.tremendous import orders
from fanshare.store.queries import payout_rails as rail_rows
from fanshare.store.server import Server
from fanshare.web.brand import rail_words
from fanshare.web.language import speaking
from tests.support.paypal_payouts import APP, PayPal
from tests.support.provider_reports import STRIPE, report
from tests.support.schema import schema_template
from tests.support.stripe_connect import CLEO, KEY, StripeConnect
from tests.support.tremendous import SECRET, Tremendous
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.serving import served
from tests.web.test_brand_banks import upload
from tests.web.test_brand_payouts import PAGE, planned, post, words

__all__ = ["schema_template"]
RAILS, REPORTS, WHERE = f"{PAGE}/providers", f"{PAGE}/reports", "/payee/linen"


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeConnect]:
    with StripeConnect() as there:
        yield there


@pytest.fixture(scope="module")
def company(
    schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory, stripe: StripeConnect
) -> Iterator[Company]:
    """Two months later: what waited is ready."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("rails")) as made:
        made.rails = made.house.worker.drivers = Called({Kind.STRIPE: stripe.url})
        stripe.now = made.house.clock
        made.house.later(60 * DAY)
        made.house.worker.housekeeping()
        made.house.work()
        yield made


def arranged(company: Company) -> None:
    """Stripe is connected, and Cleo has chosen it long ago; whatever ran before."""
    programme, now = company.brand.programme, company.house.now
    payout_rails.connect(programme, Kind.STRIPE, {"key": KEY}, company.rails, "Bea", now)
    if not payees.shown(programme, company.brand.cleo, now):
        payees.change(programme, company.brand.cleo, stripe_account(CLEO, "EUR"), now - WAIT, adult=True)


def test_only_the_owner_connects_a_provider_with_a_key_that_is_taken(company: Company) -> None:
    for name in ("mona", "fina", "rea", "otto", "cleo", "dora"):
        assert company.device(name).get(RAILS).status == 403, name
    bea = company.device("bea")
    assert "No real account at a provider was ever tried" in words(bea.get(RAILS))
    assert post(bea, RAILS, kind="stripe", key=KEY).status == 422, "she has to mean it"
    assert "no key to pay with" in words(post(bea, RAILS, kind="stripe", key="whsec_1", sure="yes"))
    refused = post(bea, RAILS, kind="stripe", key="sk_test_another00", sure="yes")
    assert (refused.status, "did not take this key" in words(refused)) == (422, True)
    assert post(bea, RAILS, kind="bank", key=KEY, sure="yes").status == 422
    assert post(bea, RAILS, kind="stripe", key=KEY, sure="yes").status == 302
    page = bea.get(RAILS)
    assert "acct_1LinenPlatform connected" in words(page)
    assert KEY not in page.text
    noted = [row[0] for row in company.house.rows("SELECT about FROM audit WHERE what = 'payout.rail'")]
    assert noted == ["stripe: connected"]


def test_whoever_is_paid_reads_what_it_costs_before_she_chooses(company: Company) -> None:
    arranged(company)
    carla = company.device("carla")
    assert "Stripe Connect instead, for EUR" in words(carla.get(WHERE))
    page = carla.get(f"{WHERE}?kind=stripe&currency=EUR")
    assert "The least that is paid this way is 0.01" in words(page)
    assert "The brand pays what the transfer costs." in words(page)
    typed = {"kind": "stripe", "currency": "EUR"}
    assert "begins with acct_" in words(post(carla, WHERE, **typed, number="cleo@example.test"))
    sure = post(carla, WHERE, **typed, number=CLEO)
    assert "Stripe Connect, EUR" in words(sure)
    assert "neither to it nor to an earlier account" in words(sure)
    assert post(carla, WHERE, **typed, number=CLEO, sure="yes", adult="yes").status == 302
    shown = carla.get(WHERE)
    assert "Stripe … ator counts from" in words(shown)
    assert CLEO not in shown.text
    assert post(carla, WHERE, kind="stripe", currency="XXX", number=CLEO, sure="yes").status in (302, 422)


def test_a_run_is_sent_over_it_by_the_worker(company: Company, stripe: StripeConnect) -> None:
    house = company.house
    arranged(company)
    house.later(WAIT + HOUR)
    bea = company.device("bea")
    run = planned(company, bea)
    for step in ("approve", "send"):
        assert post(bea, f"{run}/do", do=step, sure="yes").status == 302
    listed = post(bea, f"{run}/file")
    keys = [row[0] for row in house.rows("SELECT key FROM payout_item WHERE due_at IS NOT NULL")]
    assert keys
    assert not [key for key in keys if key in listed.text], "a person would pay them again"
    assert "sent over Stripe Connect by" in words(bea.get(run))
    for _ in range(2):
        house.work()
        house.later(2 * MINUTE)
    assert sorted(one["transfer_group"] for one in stripe.transfers) == sorted(keys)
    assert house.rows("SELECT DISTINCT state FROM payout_item WHERE key = ANY(%s)", keys) == [("final",)]


def test_a_report_of_the_provider_is_read_once_and_what_fits_nothing_is_listed(
    company: Company, stripe: StripeConnect
) -> None:
    """Of those that the run before has paid: to the cent, and beside it a transfer that no run made."""
    cells = [
        (f"txn_{n}", "transfer", one["id"], "eur", f"-{one['amount'] / 100:.2f}", "0.10",
         f"-{one['amount'] / 100 + 0.1:.2f}", one["transfer_group"])
        for n, one in enumerate(stripe.transfers)
    ]  # fmt: skip
    raw = report(STRIPE, *cells, ("txn_x", "transfer", "tr_strange", "eur", "-9.00", "0.00", "-9.00", ""))
    for name in ("mona", "rea", "cleo", "dora"):
        assert company.device(name).get(REPORTS).status == 403, name
    fina = company.device("fina")
    assert "Reports of providers" in words(fina.get(PAGE))
    assert "Tick that you mean it" in words(upload(fina, REPORTS, raw, sure=""))
    assert "This is no report that is known here" in words(upload(fina, REPORTS, b"a,b\n1,2\n"))
    read = upload(fina, REPORTS, raw)
    assert read.status == 200, words(read)
    assert "1 row does not fit; it is below." in words(read)
    assert "a payment there that no run here made" in words(read)
    assert f"Fees of the provider: 0.{len(cells)}0" in words(read)
    assert "read before; nothing was changed" in words(upload(fina, REPORTS, raw))
    assert len(company.house.rows("SELECT id FROM provider_report")) == 1
    assert one_finding("provider reports", company.brand.programme, company.house.now).ok
    company.brand.access.execute(
        "INSERT INTO provider_line (programme_id, report_id, line, item_id, reference, said, amount, fee, currency,"
        " what, heard, movement) SELECT programme_id, report_id, 99, item_id, reference, said, amount, fee, currency,"
        " 'paid_twice', false, 'TX2' FROM provider_line WHERE programme_id = %(programme_id)s AND heard LIMIT 1"
    )
    assert "( TX2 ), " in words(fina.get(REPORTS)), "by which number it is found at the provider"


def test_paypal_is_connected_by_its_app_and_chosen_by_an_address(company: Company) -> None:
    bea, carla = company.device("bea"), company.device("carla")
    with PayPal() as paypal:
        company.rails._urls[Kind.PAYPAL] = paypal.url
        typed = {"kind": "paypal", "client_id": APP[0], "place": "live", "sure": "yes"}
        assert post(bea, RAILS, **typed, key="short").status == 422
        assert post(bea, RAILS, **typed, key=APP[1]).status == 302
    page = bea.get(RAILS)
    assert f"{APP[0]} connected" in words(page)
    assert APP[1] not in page.text
    way = carla.get(f"{WHERE}?kind=paypal&currency=EUR")
    assert "What nobody claims there within 30 days comes back" in words(way)
    to = {"kind": "paypal", "currency": "EUR"}
    assert "or its id of 13 signs" in words(post(carla, WHERE, **to, number="carla"))
    assert post(carla, WHERE, **to, number="carla@example.test", sure="yes", adult="yes").status == 302
    shown = carla.get(WHERE)
    assert "PayPal c…@…test counts from" in words(shown)
    assert "carla@example.test" not in shown.text
    assert post(bea, RAILS, kind="paypal", do="end", sure="yes").status == 302


def test_tremendous_is_connected_by_its_campaign_and_chosen_by_an_address(company: Company) -> None:
    bea, finn = company.device("bea"), company.device("finn")
    with Tremendous() as tremendous:
        company.rails._urls[Kind.TREMENDOUS] = tremendous.url
        typed = {**SECRET, "kind": "tremendous", "sure": "yes"}
        assert post(bea, RAILS, **{**typed, "source": "NOSUCH"}).status == 422
        assert post(bea, RAILS, **typed).status == 302
    page = bea.get(RAILS)
    assert "SOURCE1 connected" in words(page)
    assert SECRET["key"] not in page.text
    way = finn.get(f"{WHERE}?kind=tremendous&currency=EUR")
    assert "The least that is paid this way is 1.00" in words(way)
    to = {"kind": "tremendous", "currency": "EUR", "holder": "Finn Fox", "number": "finn@example.test"}
    assert "can be sent to" in words(post(finn, WHERE, **{**to, "number": "finn"}))
    assert post(finn, WHERE, **to, sure="yes", adult="yes").status == 302
    assert "Tremendous f…@…test counts from" in words(finn.get(WHERE))
    assert post(bea, RAILS, kind="tremendous", do="end", sure="yes").status == 302


def test_trouble_is_read_where_it_can_be_mended(company: Company) -> None:
    arranged(company)
    bea = company.device("bea")
    rail_rows.say_trouble(company.brand.access, "stripe", "Stripe does not accept our key for this.", company.house.now)
    assert "in trouble since" in words(bea.get(RAILS))
    assert "does not accept our key" in words(bea.get(RAILS))
    arranged(company)
    assert "in trouble" not in words(bea.get(RAILS))


def test_the_pages_fit_and_are_accessible(company: Company) -> None:
    arranged(company)
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    for name, pages in (
        ("bea", {"brand-rails": RAILS, "brand-reports": REPORTS}),
        ("cleo", {"payee-stripe": f"{WHERE}?kind=stripe"}),
    ):
        with chromium() as browser, served(app) as base, watched(browser, base) as seen:
            seen.page.goto(f"{base}/sign-in/confirm?t={company.token(name)}")
            seen.page.get_by_role("button", name="Sign in").click()
            seen.page.wait_for_url(base + "/home")
            for called, path in pages.items():
                seen.open(path)
                seen.unfold()
                seen.fit(called)
            assert seen.console == []


def test_every_reason_that_a_driver_gives_is_in_the_words_of_the_pages() -> None:
    told = {*transfers.REASONS.values(), transfers.REFUSED, transfers.BACK, *payouts.REASONS.values(), payouts.REFUSED}
    told |= {payouts.NO_FUNDS, orders.REFUSED, orders.FAILED, orders.BACK}
    assert told <= set(rail_words.SENTENCES)
    with speaking("de"):
        assert rail_words.said(orders.BACK) == "Die Marke hat diese Prämie bei Tremendous zurückgenommen."
    assert rail_words.said("by hand") == "by hand"


def test_it_is_ended_where_nothing_is_under_way(company: Company) -> None:
    arranged(company)
    bea = company.device("bea")
    assert post(bea, RAILS, kind="stripe", do="end", sure="yes").status == 302
    assert "acct_1LinenPlatform" not in words(bea.get(RAILS))
    assert "Stripe Connect instead" not in words(company.device("finn").get(WHERE))


def test_what_is_wrong_with_a_provider_is_said_in_the_readers_language() -> None:
    """Every sentence of the caller and the drivers; what nobody knows is shown as it is, and as English."""
    told = {
        "PayPal did not answer in full.": "PayPal hat nicht vollständig geantwortet.",
        "Stripe answered 503; it is asked again later.": "Stripe hat mit 503 geantwortet",
        "Tremendous does not accept our key for this.": "Tremendous nimmt unseren Schlüssel dafür nicht an.",
        "Stripe gave an answer (302) that can't be read.": "Stripe gab eine Antwort (302)",
        "Stripe's answer can't be read.": "Die Antwort von Stripe ist nicht zu lesen.",
        payouts._UNREADABLE: "Die Antwort von PayPal ist nicht zu lesen.",
        orders._UNREADABLE: "Die Antwort von Tremendous ist nicht zu lesen.",
        "PayPal does not let this app pay out.": "PayPal lässt diese App nicht auszahlen.",
        f"{payouts.REFUSED} Whether an earlier attempt went through isn't known.": "nicht bekannt.",
    }
    for text, german in told.items():
        assert rail_words.trouble(text) == text
        with speaking("de"):
            said = rail_words.trouble(text)
            assert german in said, text
            assert "lang=" not in said, text
    with speaking("de"):
        assert rail_words.trouble("A <b>new</b> one.") == '<span lang="en">A &lt;b&gt;new&lt;/b&gt; one.</span>'


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_the_callers_own_sentences_are_the_ones_that_pages_know(status: int) -> None:
    caller = rail_http.Caller("Stripe", "http://127.0.0.1:9", {})
    try:
        away = caller.call("GET", "/").trouble
        told = caller._read(Answer(status, {}, b"")).trouble
    finally:
        caller.close()
    with speaking("de"):
        assert "lang=" not in rail_words.trouble(away)
        assert str(status) in rail_words.trouble(told)
        assert "lang=" not in rail_words.trouble(told)
