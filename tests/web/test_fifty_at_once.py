"""Fifty forms sent in the same moment, through the real pages over a real database: one wins, the books stay whole."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fanshare.core.instants import DAY
from fanshare.core.ledger import AccountKind, open_with
from fanshare.core.money import MICROS
from fanshare.flows import claims, credit_stock
from fanshare.flows.accept import Shop, accept
from fanshare.flows.check import check
from fanshare.flows.claims import Said
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.shop_credits import allow
from fanshare.jobs.shop_credits import work_credits
from fanshare.store import books
from fanshare.store.access import Access
from fanshare.store.ledger import post_logged
from fanshare.store.queries import claims as claim_rows
from fanshare.store.queries import gifts as gift_rows
from fanshare.store.queries import payees
from fanshare.store.queries import payout_runs as runs
from fanshare.store.queries import shop_credits as credit_rows
from fanshare.store.queries.earnings import purses
from fanshare.store.server import Server
from fanshare.world.woo_shop import WooShop
from tests.jobs.house import LABEL
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded, order
from tests.web.support.device import Device
from tests.web.support.serving import Answer
from tests.web.test_payee_page import IBAN, named
from tests.web.test_payee_page import PATH as PAYEE
from tests.web.test_payee_page import form as form_with
from tests.web.test_rewards import hidden, words

__all__ = ["schema_template"]

MANY = 50
#: Ready money without an opening that is written down, and a log that nobody signs here.
FALLEN = {"openings", "checkpoints"}
GIFTS, CREDITS, CLAIMS = "/fan/linen/rewards", "/credit/linen", "/claims/linen"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Linen with a shop that turns money into codes; Finn, Fay and Cleo have 10.00 each since yesterday."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("fifty")) as made, WooShop() as shop:
        brand, now = made.brand, made.house.now
        at = brand.connect_woo(shop)
        with brand.access.transaction():
            told = [order(brand, "W1", brand.link)]
            accept(brand.access, Shop(at.id, at.endpoint), told, brand.programme.book, brand.programme.secrets, now)
        for party in (brand.finn, made.fay, brand.cleo):
            post_logged(brand.access, [open_with(party, 10 * MICROS, "EUR", waiting=False)], at=now)
        allow(brand.programme, at.id, True, now)
        add_link(brand.programme, NewLink(brand.cleo, made.fay, "https://shop.example/", LABEL), now)
        made.house.later(DAY)
        yield made


@pytest.fixture(autouse=True)
def sound(company: Company) -> Iterator[None]:
    """After each of them the checks of the books find nothing but what they find of money that fell from the sky."""
    yield
    assert {one.name for one in check(company.brand.programme, company.house.now) if not one.ok} <= FALLEN


def at_once(device: Device, path: str, forms: list[dict[str, str]]) -> list[Answer]:
    """The same browser sends all forms in one moment."""
    together = threading.Barrier(len(forms))

    def one(form: dict[str, str]) -> Answer:
        mine = Device(device.app, dict(device.cookies))
        together.wait(60)
        return mine.post(path, form)

    with ThreadPoolExecutor(len(forms)) as pool:
        return list(pool.map(one, forms))


def question_of(device: Device, path: str, **values: str) -> dict[str, str]:
    """The form that stands before money moves."""
    question = device.post(path, {**_but_back(device.get(path)), **values})
    return _but_back(question)


def _but_back(page: Answer) -> dict[str, str]:
    """What stands in the forms of a page, but for those that take a code back."""
    return {name: value for name, value in hidden(page).items() if name != "back"}


def ready(company: Company, party: int) -> int:
    return sum(one.ready for one in purses(company.brand.access, party))


def test_of_fifty_claims_for_one_order_one_is_kept_and_all_are_answered_alike(company: Company) -> None:
    carla = company.device("carla")
    form = hidden(carla.get(CLAIMS))
    spelled = ("C1001", "#c1001", " C1001 ", "#C1001", "c1001")
    answers = at_once(carla, CLAIMS, [{**form, "number": spelled[n % 5]} for n in range(MANY)])
    assert {(one.status, one.headers.get("location")) for one in answers} == {(302, CLAIMS)}
    assert len(claim_rows.listed(company.brand.access, party=company.carla)) == 1


@pytest.mark.parametrize("locked", [True, False], ids=["with the lock", "without"])
def test_a_week_has_five_claims_by_the_page_too_and_without_the_lock_it_would_have_more(
    company: Company, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """Whoever counts takes a while, so that others would count the same if nobody made them wait."""
    access, made = company.brand.access, claim_rows.made
    who, party = ("fay", company.fay) if locked else ("finn", company.brand.finn)

    def slowly(*asked: Any) -> list[int]:
        found = made(*asked)
        time.sleep(0.02)
        return found

    def unlocked(access: Access, party: int) -> Any:
        statement = "SELECT person_id FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s"
        return access.value(statement, {"party": party})

    monkeypatch.setattr(claim_rows, "made", slowly)
    if not locked:
        monkeypatch.setattr(claim_rows, "lock_claimant", unlocked)
    device = company.device(who)
    form = hidden(device.get(CLAIMS))
    answers = at_once(device, CLAIMS, [{**form, "number": f"T{n}"} for n in range(MANY)])
    kept = len(claim_rows.listed(access, party=party, limit=MANY + 1))
    assert Counter(one.status for one in answers) == {302: kept, 422: MANY - kept}, words(answers[0])
    assert (kept == 5) is locked, kept


def test_of_fifty_answers_to_a_claim_one_counts(company: Company) -> None:
    """Half of them accept, half refuse; whatever came first stands, and what it says is booked once."""
    brand, house = company.brand, company.house
    claims.claim(brand.programme, company.carla, company.carla, Said("R1005", "Thank you, Ann"), house.now)
    (row, *_) = claim_rows.listed(brand.access, party=company.carla, limit=1)
    bea, path = company.device("bea"), f"/brand/linen/claims/{row.id}"
    form, before = hidden(bea.get(path)), ready(company, company.carla)
    wishes = [{"answer": "yes" if n % 2 else "no", "basis": "receipt", "note": f"It fits {n}"} for n in range(MANY)]
    answers = at_once(bea, f"{path}/answer", [{**form, **one} for one in wishes])
    assert Counter(one.status for one in answers) == {302: 1, 422: MANY - 1}
    house.work()
    won = wishes[[one.status for one in answers].index(302)]
    note = house.rows("SELECT note FROM claim_answer WHERE claim_id = %s", row.id)
    assert note == [(won["note"],)]
    gained = ready(company, company.carla) - before
    assert gained == (2_400_000 if won["answer"] == "yes" else 0)


def test_of_fifty_gifts_of_the_same_money_one_is_given_and_one_wish_is_one_gift(company: Company) -> None:
    brand, finn = company.brand, company.device("finn")
    form = question_of(finn, GIFTS, amount="6.00", creator="cleo")
    hers = ready(company, brand.cleo)
    answers = at_once(finn, GIFTS, [{**form, "key": f"wish {n}"} for n in range(MANY)])
    assert Counter(one.status for one in answers) == {302: 1, 422: MANY - 1}
    assert len(gift_rows.all_gifts(brand.access)) == 1
    assert (ready(company, brand.finn), ready(company, brand.cleo)) == (4 * MICROS, hers + 6 * MICROS)
    form = question_of(finn, GIFTS, amount="1.00", creator="cleo")
    answers = at_once(finn, GIFTS, [form] * MANY)
    assert {one.status for one in answers} == {302}, "a second click is the same wish"
    assert ready(company, brand.finn) == 3 * MICROS


def test_of_fifty_redemptions_of_the_same_money_one_becomes_a_code(company: Company) -> None:
    brand, fay = company.brand, company.device("fay")
    form = question_of(fay, CREDITS, amount="6.00")
    answers = at_once(fay, CREDITS, [{**form, "key": f"wish {n}"} for n in range(MANY)])
    assert Counter(one.status for one in answers) == {302: 1, 422: MANY - 1}
    work_credits(brand.programme, company.house.clock)
    (made,) = credit_rows.listed(brand.access)
    assert (made.amount, made.state, ready(company, company.fay)) == (6 * MICROS, "shown", 4 * MICROS)


def test_of_fifty_people_who_take_the_last_code_of_a_stock_at_once_one_has_it(company: Company) -> None:
    """Fay sends fifty wishes for the only code of its value, with money enough for all of them."""
    brand, now = company.brand, company.house.now
    post_logged(brand.access, [open_with(company.fay, 50 * MICROS, "EUR", waiting=False)], at=now)
    company.house.later(DAY)
    raw = b"code,value,currency\nLAST1,1.00,EUR\nOTHER2,2.00,EUR\n"
    assert credit_stock.bring(brand.programme, brand.shop, raw, "UTC", now).new == 2
    allow(brand.programme, brand.shop.id, True, now)
    fay = company.device("fay")
    shop = {"shop": str(brand.shop.id), "stock": "yes", "currency": "EUR"}
    form = question_of(fay, CREDITS, amount="1.00", **shop)
    before = ready(company, company.fay)
    answers = at_once(fay, CREDITS, [{**form, "key": f"last {n}"} for n in range(MANY)])
    assert Counter(one.status for one in answers) == {302: 1, 422: MANY - 1}
    lost = next(one for one in answers if one.status == 422)
    assert "No code of 1.00 EUR is left. Nothing was taken from you" in words(lost)
    form = question_of(fay, CREDITS, amount="2.00", **shop)
    assert {one.status for one in at_once(fay, CREDITS, [form] * MANY)} == {302}, "a second click is the same wish"
    given = [one.shown for one in credit_rows.listed(brand.access) if one.stock]
    assert (given, ready(company, company.fay)) == (["LAST1", "OTHER2"], before - 3 * MICROS)


def test_fifty_wishes_to_have_a_code_back_bring_its_money_back_once(company: Company) -> None:
    brand, fay = company.brand, company.device("fay")
    made = credit_rows.listed(brand.access)[0]
    form = {**hidden(fay.get(CREDITS)), "back": str(made.id)}
    answers = at_once(fay, CREDITS, [form] * MANY)
    assert {one.status for one in answers} <= {302, 422}
    work_credits(brand.programme, company.house.clock)
    assert [one.state for one in credit_rows.listed(brand.access) if not one.stock] == ["cancelled"]
    assert ready(company, company.fay) == 57 * MICROS


def test_a_change_of_account_that_is_undone_fifty_times_at_once_is_undone_once(company: Company) -> None:
    brand, cleo = company.brand, company.device("cleo")
    assert named(cleo, IBAN).status == 302
    hers = form_with(cleo.get(PAYEE), 'name="undo"')
    answers = at_once(cleo, PAYEE, [hers] * MANY)
    assert {one.status for one in answers} <= {302, 422}
    assert payees.alive(brand.access, brand.cleo) == []
    assert company.house.value("SELECT count(*) FROM audit WHERE what = 'payee.undo'") == 1


def won_once(answers: Sequence[Answer]) -> bool:
    """One was done; the others were refused, or told on a busy machine that the books are away: try again."""
    counted = Counter(one.status for one in answers)
    return counted[302] == 1 and counted[422] + counted[503] == MANY - 1


def test_a_run_that_is_planned_approved_sent_and_marked_as_paid_fifty_times_at_once_pays_once(company: Company) -> None:
    brand, bea, at = company.brand, company.device("bea"), "/brand/linen/payouts"
    company.house.later(4 * DAY)
    bea = company.device("bea")
    before = money(company)
    form = hidden(bea.get("/sign-out"))
    answers = at_once(bea, f"{at}/plan", [form] * MANY)
    assert won_once(answers), words(answers[0])
    run = next(one.headers["location"] for one in answers if one.status == 302)
    number = int(run.rpartition("/")[2])
    items = runs.items_of(brand.access, number)
    whole = sum(row.item.amount for row in items)
    assert (len(items) > 1, money(company)) == (True, before), "planning moves no money"
    answers = at_once(bea, f"{run}/do", [{**form, "do": "approve", "sure": "yes"}] * MANY)
    assert won_once(answers)
    assert money(company) == before
    answers = at_once(bea, f"{run}/do", [{**form, "do": "send", "sure": "yes"}] * MANY)
    assert {one.status for one in answers} <= {302, 503}, "what was sent is sent, and said so again"
    assert money(company) == (before[0] - whole, before[1] + whole, before[2]), "the money went once"
    keys = [row.item.frozen.key for row in runs.items_of(brand.access, number) if row.item.frozen]
    paid = [{**form, "do": "paid", "key": key, "sure": "yes"} for key in keys]
    answers = at_once(bea, f"{run}/do", (paid * MANY)[:MANY])
    assert {one.status for one in answers} <= {302, 422, 503}
    assert {bea.post(f"{run}/do", one).status for one in paid} <= {302, 422}, "whoever was told to try again does"
    assert money(company) == (before[0] - whole, before[1], before[2] + whole), "each arrived once"
    assert brand.access.value(
        "SELECT count(*) FROM payout_event e JOIN payout p ON p.programme_id = e.programme_id AND p.id = e.payout_id"
        " JOIN payout_item i ON i.programme_id = p.programme_id AND i.payout_id = p.id"
        " WHERE e.programme_id = %(programme_id)s AND i.run_id = %(run)s AND e.state = 'final'",
        {"run": number},
    ) == len(items)


def money(company: Company) -> tuple[int, int, int]:
    """All that is ready, on its way and paid."""
    kinds = (AccountKind.AVAILABLE, AccountKind.IN_TRANSIT, AccountKind.PAID)
    found = books.balances(company.brand.access)
    ready, way, paid = (sum(of for key, of in found.items() if key.account.kind is kind) for kind in kinds)
    return ready, way, paid
