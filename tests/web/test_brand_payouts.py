"""Payout runs on the pages: looked at, planned, approved by a second person, sent, and told what became of them."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.core.instants import DAY, to_datetime
from fanshare.core.ledger import AccountKind
from fanshare.core.payout_runs import Rules
from fanshare.core.payout_schedule import Every, Schedule
from fanshare.flows import payout_holds, payout_schedule
from fanshare.flows.check import one_finding
from fanshare.store import books
from fanshare.store.directory import programme_with_id
from fanshare.store.queries import payout_runs as rows
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]
PAGE = "/brand/linen/payouts"


@pytest.fixture
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Two months later: what waited is ready."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("payouts")) as made:
        made.house.later(60 * DAY)
        made.house.worker.housekeeping()
        made.house.work()
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\N{NO-BREAK SPACE}", " ").split())


def post(device: Device, path: str, **values: str) -> Answer:
    device.get("/sign-out")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def planned(company: Company, device: Device) -> str:
    """The address of a fresh run."""
    answer = post(device, f"{PAGE}/plan")
    assert answer.status == 302, words(answer)
    return str(answer.headers["location"])


def balance(company: Company, party: int, kind: AccountKind) -> int:
    found = books.balances(company.brand.access, party)
    return sum(amount for key, amount in found.items() if key.account.kind is kind)


def keys(company: Company, run: str) -> list[str]:
    found = rows.items_of(company.brand.access, int(run.rpartition("/")[2]))
    return [row.item.frozen.key for row in found if row.item.frozen]


def test_a_run_goes_from_a_look_to_paid_and_every_step_is_in_the_audit(company: Company) -> None:
    bea, cleo = company.device("bea"), company.brand.cleo
    ready = balance(company, cleo, AccountKind.AVAILABLE)
    assert ready > 0
    assert "What a run would pay now" in words(bea.get(PAGE))
    assert "There is no run yet." in words(bea.get(PAGE))
    run = planned(company, bea)
    assert balance(company, cleo, AccountKind.IN_TRANSIT) == 0, "planning moves no money"
    assert "planned by bea@example.test" in words(bea.get(run))
    assert post(bea, f"{run}/file").status == 404, "there is nothing to pay from yet"
    assert post(bea, f"{run}/do", do="approve").status == 422
    assert "Tick that you mean it; nothing was done." in words(post(bea, f"{run}/do", do="approve"))
    assert post(bea, f"{run}/do", do="approve", sure="yes").status == 302
    assert post(bea, f"{run}/do", do="send").status == 422
    assert post(bea, f"{run}/do", do="send", sure="yes").status == 302
    assert balance(company, cleo, AccountKind.IN_TRANSIT) > 0
    assert bea.get(f"{run}/file").status == 302, "a link does not hand names and amounts out"
    file = post(bea, f"{run}/file")
    assert file.headers["content-disposition"].startswith('attachment; filename="payouts-linen-')
    assert file.text.splitlines()[0] == "reference,payee,amount,currency,name"
    first, *others = keys(company, run)
    assert "Nothing has left your account by this" in words(bea.get(run)), "what is to be done next"
    assert first in file.text
    assert run in bea.get(f"{PAGE}?q={first}").text, "what a bank writes leads to its run"
    assert "Nothing fits this search." in words(bea.get(f"{PAGE}?q={first[:-1]}"))
    assert first in bea.get(f"{run}?q=cleo").text + bea.get(f"{run}?q={first}").text
    assert "Nothing fits this search." in words(bea.get(f"{run}?q=finn")), "no fan is found by a name that nobody shows"
    assert post(bea, f"{run}/do", do="paid", key=first).status == 422, "unless she has looked"
    assert post(bea, f"{run}/do", do="paid", key=first, sure="yes").status == 302
    assert "paid" in words(bea.get(run))
    assert "The run, the file that was sent and the books say the same" in words(bea.get(run))
    assert "No payment is missing, doubled, strange or other by a cent." in words(bea.get(run))
    assert "arrived, as a person said" in words(bea.get(run))
    refused = post(bea, f"{run}/do", do="back", key=others[0], sure="yes")
    assert refused.status == 422, "the payee is told why"
    assert f'value="{others[0]}" checked' in refused.text, "what was ticked stays ticked"
    assert "checked" not in bea.get(run).text
    refused = post(bea, f"{run}/do", do="back", key=others[0], reason="account closed")
    assert 'value="account closed"' in refused.text, "and what was written stays written"
    assert post(bea, f"{run}/do", do="back", key=others[0], sure="yes", reason="account closed").status == 302
    assert "came back account closed" in words(bea.get(run))
    for key in others[1:]:
        assert post(bea, f"{run}/do", do="back", key=key, sure="yes", reason="account closed").status == 302
    assert "Nothing has left your account" not in words(bea.get(run)), "everything was said"
    assert post(bea, f"{run}/do", do="back", key=first, sure="yes", reason="account closed").status == 302
    assert "The ticked ones" not in words(bea.get(run)), "there is nothing left to tick"
    assert one_finding("payout runs", company.brand.programme, company.house.now).ok
    done = [row[0] for row in company.house.rows("SELECT what FROM audit WHERE what LIKE 'payout.%%' ORDER BY id")]
    assert done == ["payout.plan", "payout.approve", "payout.send", "payout.file", "payout.paid"] + ["payout.back"] * 3
    assert "sent a payout run" in words(bea.get("/brand/linen/team"))


def test_the_pages_of_a_run_are_quiet_and_accessible_before_and_after_it_is_sent(company: Company) -> None:
    bea = company.device("bea")
    run = planned(company, bea)
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base, watched(browser, base) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('bea')}")
        seen.page.get_by_role("button", name="Sign in").click()
        seen.page.wait_for_url(base + "/home")
        seen.open(f"{PAGE}/rules")
        seen.fit("brand-payout-rules")
        seen.open(PAGE)
        seen.fit("brand-payouts-run")
        seen.open(run)
        seen.fit("brand-payout-planned")
        seen.page.get_by_label("I have looked at it").check()
        seen.page.get_by_role("button", name="Approve").click()
        seen.page.get_by_label("Each payment is looked at again").check()
        seen.page.get_by_role("button", name="Send").click()
        seen.page.get_by_role("button", name="The file to pay from").wait_for()
        seen.fit("brand-payout-sent")
        seen.page.locator("tbody").get_by_role("checkbox").first.check()
        seen.page.locator("div.form").get_by_label("I have compared it with my account").check()
        seen.page.get_by_role("button", name="The ticked ones are paid").click()
        seen.page.locator("tbody").get_by_text("paid", exact=True).first.wait_for()
        assert seen.console == []


@pytest.mark.parametrize("wish", ["approve", "resume", "drop", "send", "paid", "back", "told", "decide"])
def test_whatever_moves_money_is_ticked_first(company: Company, wish: str) -> None:
    bea = company.device("bea")
    run = planned(company, bea)
    answer = post(bea, f"{run}/do", do=wish, reason="as I see it", found="back", key="x")
    assert answer.status == 422
    assert "Tick that you mean it; nothing was done." in words(answer)


def test_above_the_limit_a_second_person_approves(company: Company) -> None:
    rows.set_rule(company.brand.access, "EUR", 0, 0)
    bea, fina = company.device("bea"), company.device("fina")
    run = planned(company, fina)
    refused = post(fina, f"{run}/do", do="approve", sure="yes")
    assert refused.status == 422
    assert "somebody else than who planned it has to approve: another owner of your team" in words(refused)
    assert "A frozen run is neither approved nor sent" in words(refused)
    assert post(bea, f"{run}/do", do="approve", sure="yes").status == 302
    assert "approved by bea@example.test" in words(fina.get(run))


def test_the_rules_are_set_on_a_page_and_everybody_reads_the_day(company: Company) -> None:
    bea, cleo, finn, path = company.device("bea"), company.device("cleo"), company.device("finn"), f"{PAGE}/rules"
    assert "by no calendar" in words(bea.get(path))
    assert "day of paying" not in words(cleo.get("/creator/linen"))
    assert post(bea, path, do="days", every="month", month_day="29").status == 422
    assert post(bea, path, do="days", every="year", month_day="1").status == 422
    assert post(bea, path, do="nothing").status == 422
    assert post(bea, path, do="days", every="month", month_day="1").status == 302
    for device, page in ((bea, PAGE), (bea, path), (cleo, "/creator/linen"), (cleo, "/creator/linen/earnings")):
        assert re.search(r"The next day of paying is \w{3} 1 \w{3}", words(device.get(page))), page
    assert "The next day of paying is" in words(finn.get("/fan/linen/earnings"))
    assert post(bea, path, do="amounts", currency="EUR", minimum="2,50", two_above="500").status == 302
    assert rows.rules(company.brand.access) == Rules({"EUR": 2_500_000}, {"EUR": 500_000_000})
    assert post(bea, path, do="amounts", currency="XXX", minimum="1").status == 422
    assert post(bea, path, do="amounts", currency="EUR", minimum="-1").status == 422
    refused = post(bea, path, do="amounts", currency="EUR", minimum="1.000", two_above="777")
    assert refused.status == 422
    assert ('value="1.000"' in refused.text, 'value="777"' in refused.text) == (True, True), "nothing is typed twice"
    german = bea.get(path, HTTP_ACCEPT_LANGUAGE="de").text
    assert ('value="2,50"' in german, 'value="500,00"' in german) == (True, True)
    assert post(bea, path, do="days", every="").status == 302
    done = [row[0] for row in company.house.rows("SELECT what FROM audit WHERE what LIKE 'payout.%%' ORDER BY id")]
    assert done == ["payout.schedule", "payout.rule", "payout.schedule"]


def test_a_run_of_the_calendar_that_could_not_be_planned_yet_says_why(company: Company) -> None:
    """The day is yesterday's, so that it has come wherever the company is."""
    bea, access = company.device("bea"), company.brand.access
    yesterday = to_datetime(company.house.now - DAY).date()
    schedule = Schedule(Every.WEEK, yesterday.isoweekday())
    payout_schedule.choose(
        access, programme_with_id(access.conn, access.programme_id), schedule, company.house.now - 9 * DAY
    )
    payout_holds.hold(access, company.house.now - DAY, company.house.now)
    for path in (PAGE, f"{PAGE}/rules"):
        assert "could not be planned yet" not in words(bea.get(path)), "nobody has tried yet"
    plan_due(company)
    for path in (PAGE, f"{PAGE}/rules"):
        said = words(bea.get(path))
        assert re.search(r"The run of \w{3} \d+ \w{3} could not be planned yet\. It is tried again by itself", said)
        assert "These books were restored from a backup: nothing is paid" in said
        german = words(bea.get(path, HTTP_ACCEPT_LANGUAGE="de"))
        assert ("konnte noch nicht geplant werden" in german, "These books" in german) == (True, False)
    payout_holds.release(access, "Bea", "the bank's statement of May", company.house.now)
    plan_due(company)
    assert "could not be planned yet" not in words(bea.get(PAGE))


def plan_due(company: Company) -> None:
    access = company.brand.access
    payout_schedule.plan_due(
        company.brand.programme, programme_with_id(access.conn, access.programme_id), company.house.now
    )


def test_somebody_who_is_stopped_reads_why_and_is_paid_again(company: Company) -> None:
    bea, cleo, path = company.device("bea"), company.device("cleo"), f"{PAGE}/rules"
    assert post(bea, path, do="stop", who="nobody-here", reason="x").status == 422
    assert post(bea, path, do="stop", who="cleo").status == 422
    assert post(bea, path, do="stop", who="cleo", reason="another account was asked for by mail").status == 302
    said = "Payouts to you are stopped for the time being: another account was asked for by mail."
    assert said in words(cleo.get("/creator/linen/earnings"))
    assert "another account was asked for by mail" in words(bea.get(path))
    assert post(bea, path, do="go_on", party=str(company.brand.cleo)).status == 302
    assert said not in words(cleo.get("/creator/linen/earnings"))
    for name in ("rea", "mona"):
        assert company.device(name).get(path).status == 403, name
        assert post(company.device(name), path, do="stop", who="cleo", reason="x").status == 403, name


def test_a_frozen_run_is_not_sent_and_one_given_up_frees_its_payees(company: Company) -> None:
    bea = company.device("bea")
    run = planned(company, bea)
    assert post(bea, f"{run}/do", do="approve", sure="yes").status == 302
    assert post(bea, f"{run}/do", do="freeze").status == 302
    assert post(bea, f"{run}/do", do="send", sure="yes").status == 422
    assert "frozen by bea@example.test" in words(bea.get(run))
    assert post(bea, f"{run}/do", do="resume").status == 422
    assert post(bea, f"{run}/do", do="resume", sure="yes").status == 302
    assert post(bea, f"{run}/do", do="drop", sure="yes").status == 302
    assert "not paid the run was given up" in words(bea.get(run))
    assert planned(company, bea) != run


def test_who_may_only_look_is_offered_nothing_and_refused_everything(company: Company) -> None:
    bea = company.device("bea")
    run = planned(company, bea)
    for name in ("rea", "mona"):
        device = company.device(name)
        assert "Approve" not in words(device.get(run)), name
        assert "Plan a run" not in words(device.get(PAGE)), name
        for path, values in ((f"{PAGE}/plan", {}), (f"{run}/do", {"do": "approve", "sure": "yes"})):
            assert post(device, path, **values).status == 403, (name, path)
        assert post(device, f"{run}/file").status == 403, name
    dora = company.device("dora")
    assert dora.get(run).status == 403
    assert dora.get(run.replace("linen", "wool")).status == 404, "a run of another programme is not there"


@pytest.mark.parametrize("wish", ["", "pay", "approve\x00"])
def test_a_wish_that_is_none_changes_nothing(company: Company, wish: str) -> None:
    bea = company.device("bea")
    run = planned(company, bea)
    assert post(bea, f"{run}/do", do=wish, sure="yes").status in {400, 422}
    assert "planned by" in words(bea.get(run))
    assert post(bea, "/brand/linen/payouts/999999/do", do="approve", sure="yes").status == 404
