"""A brand's pages over real books: overview, creators and applications, orders and decisions, objections answered."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest

from fanshare.core import clickid
from fanshare.core.instants import DAY
from fanshare.core.orders import Evidence
from fanshare.flows import joining
from fanshare.flows.appeals import appeal
from fanshare.flows.rulings import NewRuling, find_order, rule
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.company import Company, Watching, founded, order, tell
from tests.web.support.serving import Answer

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("brand")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.replace("\xa0", " ")).split())


def applied(company: Company, name: str) -> None:
    """Somebody applies, and has confirmed it."""
    programme, now = company.brand.programme, company.house.now
    draft = joining.Draft(
        joining.APPLICATION, f"{name}@example.test", name, country="DE", makes=f"<i>{name}</i> weaves"
    )
    token = joining.make_link(programme.access, KEYS, draft, now)
    assert token is not None
    assert joining.confirm(programme, token, now) is not None


def test_the_overview_says_what_was_sold_owed_and_what_waits(company: Company) -> None:
    page = words(company.device("bea").get("/brand/linen"))
    assert "orders 4" in page
    assert "goods kept 257.00 €" in page
    assert "commission 30.84 €" in page
    assert "ready 2.40 €" in page
    assert "being checked 9.60 €" in page
    assert "1 check ends by itself on" in page
    days = page.partition("Goods kept a day; days without any are left out")[2]
    assert [amount for amount in ("198.00 €", "59.00 €") if amount not in days] == []
    best = days.partition("Who brought most of it")[2]
    assert "Carla Quince 1 order" in best.partition("Cleo 3 orders")[2]
    assert "waits" not in page.partition("What needs you")[2].partition("Through creators")[0]


def test_mail_about_what_waits_is_turned_off_and_on_by_each_for_herself(company: Company) -> None:
    mona, bea = company.device("mona"), company.device("bea")
    assert "What waits for you comes by mail too" in words(mona.get("/brand/linen"))
    assert mona.fill("/brand/linen", mail="no").status == 302
    assert "You get no mail about this programme" in words(mona.get("/brand/linen"))
    assert "What waits for you comes by mail too" in words(bea.get("/brand/linen"))
    assert mona.fill("/brand/linen", mail="yes").status == 302
    assert "What waits for you comes by mail too" in words(mona.get("/brand/linen"))
    assert "comes by mail too" not in words(company.device("otto").get("/brand/linen")), (
        "an operator is no one of the brand"
    )


def test_orders_are_listed_searched_walked_and_exported(company: Company) -> None:
    device = company.device("fina")

    def numbers(query: str) -> list[str]:
        return re.findall(r">#([A-Z]\d{4})</a>", device.get(f"/brand/linen/orders{query}").text)

    assert numbers("") == ["Q1004", "H1003", "F1002", "C1001", "R1005"]
    assert numbers("?q=%23H1003") == ["H1003"]
    assert numbers("?from=2026-11-14&to=2026-11-14") == ["H1003", "F1002", "C1001"]
    assert numbers("?q=W2001") == [], "an order of another programme"
    assert (numbers("?state=cancelled"), numbers("?state=captured&q=H1003")) == ([], ["H1003"])
    assert numbers(f"?creator={company.carla}") == ["Q1004"]
    assert numbers(f"?creator={company.brand.cleo}&q=Q1004") == []
    assert "Carla Quince" in words(device.get(f"/brand/linen/orders?creator={company.carla}"))
    wrong = {device.get(f"/brand/linen/orders?{one}").status for one in ("creator=999999", "creator=x", "state=odd")}
    assert wrong <= {400, 404}
    assert device.get("/brand/linen/orders?after=zzz").status == 400
    tell(company.other, *(order(company.other, f"N{4000 + n}", company.other.link, ago=DAY) for n in range(60)))
    dora, path, found = company.device("dora"), "/brand/wool/orders", []
    for _ in range(4):
        page = dora.get(path).text
        found += re.findall(r">#([A-Z]\d{4})</a>", page)
        further = re.search(r'href="(\?after=[^"]+)"', page)
        if further is None:
            break
        path = f"/brand/wool/orders{further[1]}"
    assert len(found) == len(set(found)) == 61
    rows = list(csv.DictReader(io.StringIO(dora.get("/brand/wool/orders?as=csv").text.lstrip("\ufeff"))))
    assert len(rows) == 61
    assert rows[0]["commission"] == "7.080000"


def test_an_order_says_who_got_what_and_why_and_hides_the_fan(company: Company) -> None:
    number = find_order(company.brand.access, "F1002")
    page = company.device("rea").get(f"/brand/linen/orders/{number}")
    seen = words(page)
    assert "Cleo creator waiting until Mon 14 Dec 5.664 €" in seen
    assert re.search(r"fan [0-9a-z]{6} fan waiting until Mon 14 Dec 1\.416 €", seen)
    assert "Finn" not in page.text
    assert "The link of a fan of Cleo was clicked." in seen
    assert "The order was placed." in seen
    assert "What is decided" not in seen, "a reader decides nothing"
    assert company.device("dora").get(f"/brand/linen/orders/{number}").status == 403
    assert company.device("dora").get(f"/brand/wool/orders/{number}").status == 404
    assert company.device("bea").get("/brand/linen/orders/" + "9" * 19).status == 404


def test_an_order_shows_every_click_it_names_and_why_one_did_not_count(company: Company) -> None:
    brand, now = company.other, company.house.now
    one = order(brand, "T1001", brand.fan_link)
    secret = brand.programme.secrets.click_id
    clicks = [clickid.mint(brand.link, now - days * DAY, bytes([days % 256]) * 6, secret) for days in (39, 9)]
    tell(brand, replace(one, evidence=Evidence((*clicks, *one.evidence.clicks))))
    page = company.device("dora").get(f"/brand/wool/orders/{find_order(brand.access, 'T1001')}")
    seen = words(page).partition("Every click and code it names")[2]
    assert "did not count" in seen, seen
    assert seen.index("did not count") < seen.index("by the terms another one decides") < seen.index("for Cleo decided")
    assert "Finn" not in page.text


def test_checks_say_of_what_why_and_until_when_and_are_gone_once_they_end(company: Company) -> None:
    brand, dora, now = company.other, company.device("dora"), company.house.now
    tell(brand, order(brand, "K1001", brand.link))
    number = find_order(brand.access, "K1001")
    rule(brand.programme, NewRuling("held", "A <b>reseller</b>?", number, until=now + 20 * DAY), now)
    company.house.work()
    page = dora.get("/brand/wool/checks")
    assert '/brand/wool/orders" aria-current="page"' in page.text, "it belongs to the orders"
    assert "#K1001 · Cleo · 7.08 € ends on" in words(page)
    assert "A &lt;b&gt;reseller&lt;/b&gt;?" in page.text
    assert "was clicked." in words(page)
    assert "#K1001" not in dora.get("/brand/wool/checks?by=rule").text
    rows = list(csv.DictReader(io.StringIO(dora.get("/brand/wool/checks?as=csv&q=k1001").text.lstrip("\ufeff"))))
    assert [(row["order"], row["by"], row["amount"]) for row in rows] == [("K1001", "person", "7.080000")]
    rule(brand.programme, NewRuling("released", "She is no reseller.", number), now)
    company.house.work()
    assert "#K1001" not in dora.get("/brand/wool/checks").text
    assert company.device("bea").get("/brand/wool/checks").status == 403


def test_an_objection_is_answered_by_a_decision_with_a_reason(company: Company) -> None:
    brand, bea = company.brand, company.device("bea")
    number = find_order(brand.access, "H1003")
    appeal(brand.programme, number, brand.cleo, "Two sisters, <b>two</b> orders.", company.house.now)
    assert "1 objection waits, the first since Sun 22 Nov" in words(bea.get("/brand/linen"))
    assert "#H1003 · Cleo since Sun 22 Nov ; answer by Sun 6 Dec" in words(bea.get("/brand/linen/objections"))
    page = bea.get(f"/brand/linen/orders/{number}")
    assert "Two sisters, &lt;b&gt;two&lt;/b&gt; orders." in page.text
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    decide = f"/brand/linen/orders/{number}/decide"
    for wrong, said in (
        ({"verdict": "released", "reason": " "}, "needs a reason"),
        ({"verdict": "merged", "reason": "x"}, "Choose what is decided"),
        ({"verdict": "held", "reason": "x", "days": "91"}, "1 to 90"),
        ({"verdict": "released", "reason": "x" * 1001}, "holds more than it may; shorten it"),
    ):
        answer = bea.post(decide, {**form, **wrong})
        assert (answer.status in {400, 422}, said in words(answer)) == (True, True), wrong
    assert bea.post(decide, {**form, "verdict": "released", "reason": "They are sisters."}).status == 302
    company.house.work()
    after = words(bea.get(f"/brand/linen/orders/{number}"))
    assert "released: They are sisters." in after
    assert "answered They are sisters." in after
    assert "being checked" not in after
    assert "Nothing waits." in words(bea.get("/brand/linen/objections"))
    again = bea.post(decide, {**form, "verdict": "upheld", "reason": "No objection is left."})
    assert again.status == 422
    assert "Say which appeals are answered" in words(again)
    decided_by = company.house.value("SELECT decided_by FROM ruling WHERE reason = 'They are sisters.'")
    assert decided_by.startswith("brand:")


def test_only_those_who_may_read_and_answer_applications(company: Company) -> None:
    applied(company, "Nele")
    number = company.house.value("SELECT id FROM application WHERE state = 'waiting'")
    bea, rea = company.device("bea"), company.device("rea")
    assert "Nele" in words(bea.get("/brand/linen/people"))
    assert "&lt;i&gt;Nele&lt;/i&gt; weaves" in bea.get(f"/brand/linen/applications/{number}").text
    assert "Nele" not in words(rea.get("/brand/linen/people"))
    assert "1 application waits for an owner or manager" in words(rea.get("/brand/linen/people"))
    assert rea.get(f"/brand/linen/applications/{number}").status == 403
    path = f"/brand/linen/applications/{number}"
    assert bea.fill(path, words="").status == 422, "neither yes nor no"
    assert bea.fill(path, answer="yes", words="Welcome").status == 302
    assert bea.get(path).status == 404
    assert "Nele Sun 22 Nov 0" in words(rea.get("/brand/linen/people"))
    assert company.house.value("SELECT decided_by FROM application WHERE id = %s", number).startswith("brand:")


def test_creators_are_searched_and_exported(company: Company) -> None:
    device = company.device("rea")
    page = words(device.get("/brand/linen/people?q=quince"))
    assert "Carla Quince" in page
    assert "Cleo" not in page
    assert "name,page,since,orders" in device.get("/brand/linen/people?as=csv").text


def test_pages_of_a_brand_ask_the_database_little(company: Company) -> None:
    seen: list[str] = []
    device = company.device("bea", company.app(lambda conn: Watching(conn, seen)))
    number = find_order(company.brand.access, "H1003")
    for path in ("", "/people", "/orders", f"/orders/{number}", "/objections"):
        seen.clear()
        assert device.get(f"/brand/linen{path}").status == 200
        assert len([one for one in seen if "BEGIN" not in one]) <= 18, path


def figures(page: Answer) -> dict[str, str]:
    """What stands in the form of the terms."""
    found = dict(re.findall(r'<input id="([^"]+)"[^>]* value="([^"]*)"', page.text))
    return {**found, "admission": "application"}


def test_terms_are_looked_at_on_one_order_and_on_past_ones_before_anything_is_published(company: Company) -> None:
    mona = company.device("mona")
    page = mona.get("/brand/linen/terms")
    assert figures(page)["rule-standard"] == "12"
    assert "On your past orders" not in page.text, "nothing was changed yet"
    answer = mona.fill("/brand/linen/terms", **{**figures(page), "rule-standard": "10,5", "fan": "25"})
    seen = words(answer)
    assert answer.status == 200
    assert "6.19 €" in seen, "10.5 % of 59.00"
    assert "Rule standard: 10.5 % of the goods." in seen
    assert "5 orders through creators in EUR" in seen
    assert re.search(r"commission 33\.24 € 29\.08 €", seen), "12 % and 10.5 % of 277.00"
    assert re.search(r"begins on (Tue 22 Dec|Wed 23 Dec)", seen), "thirty days' notice"
    assert "Only an owner publishes terms." in seen
    assert company.brand.programme.book.newest.version == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rule-standard": "a lot"}, "commission"),
        ({"rule-standard": "101"}, "commission"),
        ({"fan": "31"}, "fans.default_percent"),
        ({"hold_days": "-1"}, "is not a whole number of days"),
        ({"hold_days": "9999"}, "settlement.hold_days"),
        ({"admission": "everybody"}, "terms.admission"),
        ({"window_days": "0"}, "terms.window_days"),
    ],
)
def test_figures_that_cannot_be_say_why_and_stay_in_the_form(
    company: Company, changes: dict[str, str], said: str
) -> None:
    device = company.device("mona")
    known = figures(device.get("/brand/linen/terms"))
    answer = device.fill("/brand/linen/terms", **{**known, **changes})
    assert (answer.status, said in answer.text) == (422, True)
    for name, text in changes.items():
        assert name == "admission" or figures(answer)[name] == text


def test_an_owner_publishes_and_an_old_look_is_refused(company: Company) -> None:
    owner, path = company.device("bea"), "/brand/linen/terms"
    better = {**figures(owner.get(path)), "rule-standard": "13"}
    looked = owner.fill(path, **better)
    assert "This lowers nothing for anybody, so it begins at once." in words(looked)
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', looked.text.partition('id="publish"')[2])
    hidden = {name: unescape(value) for name, value in found}
    assert company.device("mona").post(f"{path}/publish", hidden).status == 403
    assert owner.post(f"{path}/publish", hidden).status == 302
    newest = company.brand.programme.book.newest
    assert (newest.version, newest.rules[0].bps) == (2, 1300)
    again = owner.post(f"{path}/publish", {**hidden, "rule-standard": "1"})
    assert again.status == 422
    assert "Other terms were published meanwhile" in words(again)
    assert company.brand.programme.book.newest.version == 2
