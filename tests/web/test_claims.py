"""Claims of missing sales over real books: answered the same at once, decided by the brand, borne where it is late."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape

import pytest

from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY
from fanshare.core.statement_check import verify
from fanshare.flows import claims
from fanshare.flows.check import check
from fanshare.flows.claims import Said
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.rulings import find_order
from fanshare.store import signing
from fanshare.store.access import Access, connect
from fanshare.store.queries import claim_fetches
from fanshare.store.queries import claims as queries
from fanshare.store.queries.earnings import purses
from fanshare.store.server import Server
from fanshare.store.signing import verify as verify_signature
from tests.jobs.house import LABEL
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded, order, tell
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("claims")) as made:
        brand = made.brand
        where = NewLink(brand.cleo, made.fay, "https://shop.example/", LABEL)
        add_link(brand.programme, where, made.house.now - 9 * DAY)
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def newest(company: Company) -> int:
    return queries.listed(company.brand.access, limit=1)[0].id


def money(company: Company, party: int) -> tuple[int, int]:
    """What waits and what is ready, in cents."""
    return next(((one.waiting // 10_000, one.ready // 10_000) for one in purses(company.brand.access, party)), (0, 0))


def answer(device: Device, number: int, **values: str) -> Answer:
    path = f"/brand/linen/claims/{number}"
    device.get("/sign-out")
    return device.post(f"{path}/answer", {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def test_the_answer_at_once_is_the_same_whatever_the_number_is(company: Company) -> None:
    carla, said = company.device("carla"), set()
    for number in ("C1001", "no such order", "Q1004"):
        before = len(queries.listed(company.brand.access, party=company.carla))
        sent = carla.fill("/claims/linen", number=number)
        page = words(carla.get("/claims/linen"))
        said.add((sent.status, sent.headers["location"], page.count("Received; answer by Sun 6 Dec") - before))
    assert said == {(302, "/claims/linen", 1)}
    assert carla.fill("/claims/linen", number=" # ").status == 422
    assert carla.fill("/claims/linen", number="x" * 101).status in {400, 422}
    assert carla.fill("/claims/linen", number="#q1004").status == 302
    assert len(queries.listed(company.brand.access, party=company.carla)) == 3, "the same one again is there already"


def test_a_week_has_five_claims_also_when_fifty_come_at_once(company: Company) -> None:
    house, brand = company.house, company.brand

    def one(number: int) -> str:
        with connect(house.database.dsn()) as conn:
            programme = replace(brand.programme, access=Access(conn, brand.access.programme_id, "test"))
            try:
                claims.claim(programme, brand.finn, brand.cleo, Said(f"T{number}"), house.now)
            except Exception as error:
                return str(getattr(error, "code", error))
        return "made"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(one, range(50)))
    assert sorted(set(outcomes)) == ["made", "too_many_claims"]
    assert outcomes.count("made") == 5
    page = company.device("finn").fill("/claims/linen", number="T99")
    assert (page.status, "the next one from Sun 29 Nov on" in words(page)) == (422, True)


def test_a_number_alone_credits_nothing_and_a_refusal_says_one_thing(company: Company) -> None:
    mona, fay = company.device("mona"), company.device("fay")
    assert fay.fill("/claims/linen", number="C1001", words="my <b>sister</b>").status == 302
    number = newest(company)
    page = mona.get(f"/brand/linen/claims/{number}")
    assert "my &lt;b&gt;sister&lt;/b&gt;" in page.text
    assert re.search(r"fan [0-9a-z]{6} says a sale is missing", words(page))
    assert "fay" not in words(page).lower(), "what is hidden in the form is random and may spell anything"
    for wrong, said in (
        ({"answer": "yes", "basis": "own", "note": "x"}, "a number alone credits nothing"),
        ({"answer": "yes", "basis": "receipt", "note": "x"}, "a number alone credits nothing"),
        ({"answer": "yes", "basis": "", "note": "x"}, "a number alone credits nothing"),
        ({"answer": "yes", "basis": "buyer", "note": " "}, "Write down"),
        ({"answer": "perhaps", "note": "x"}, "Say yes or no"),
    ):
        got = answer(mona, number, **wrong)
        assert (got.status, said in words(got)) == (422, True), wrong
    assert answer(mona, 10**9, answer="no", note="x").status == 404
    lost = next(row.id for row in queries.listed(company.brand.access, party=company.carla) if row.id != number)
    assert answer(mona, lost, answer="no", note="We never heard of it").status == 302
    seen = words(company.device("carla").get("/claims/linen"))
    assert "not credited to you" in seen
    assert "never heard" not in seen
    assert answer(mona, lost, answer="no", note="again").status == 422
    assert company.device("rea").get(f"/brand/linen/claims/{number}").status == 200
    assert answer(company.device("rea"), number, answer="no", note="x").status == 403


def test_what_is_not_ready_yet_is_decided_anew_and_stays_so(company: Company) -> None:
    house, brand, mona = company.house, company.brand, company.device("mona")
    fays = next(row for row in queries.listed(brand.access, party=company.fay))
    before = money(company, brand.cleo)
    assert "settled anew as hers" in words(mona.get(f"/brand/linen/claims/{fays.id}"))
    assert answer(mona, fays.id, answer="yes", basis="buyer", note="Her sister called").status == 302
    house.work()
    assert money(company, company.fay) == (141, 0)
    assert money(company, brand.cleo) == (before[0] - 142, before[1])
    assert "credited to you" in words(company.device("fay").get("/claims/linen"))
    state = order(brand, "C1001", brand.link)
    tell(brand, replace(state, modified_at=house.now, fulfilled_at=house.now - DAY))
    assert money(company, company.fay) == (141, 0), "a later message of the shop changes nothing about it"


def test_what_is_ready_is_never_taken_back_and_the_brand_bears_it(company: Company) -> None:
    house, brand = company.house, company.brand
    bea, carla = company.device("bea"), company.device("carla")
    cleo, mine = money(company, brand.cleo), money(company, company.carla)
    assert carla.fill("/claims/linen", number="R1005", receipt="Thank you for your order R1005, Ann").status == 302
    number = newest(company)
    page = words(bea.get(f"/brand/linen/claims/{number}"))
    assert "They keep it: if you accept, you bear 2.40 € for Carla Quince on top." in page
    assert answer(bea, number, answer="yes", basis="receipt", note="It fits").status == 302
    house.work()
    assert money(company, brand.cleo) == cleo
    assert money(company, company.carla) == (mine[0], mine[1] + 240)
    signer = signing.load_or_create(house.home / "keys", f"shop.example/log/{brand.tenant.public_id}")
    found = check(replace(brand.programme, log_keys=signer.keys), house.now)
    assert [one.message for one in found if not one.ok] == []
    statement = carla.get("/creator/linen/statement")
    assert "Borne by the brand for a claim accepted on 22 Nov 2026: 2.40 EUR" in statement.text
    assert verify(json.loads(statement.text), verify_signature).ok


def test_one_order_is_credited_once_however_its_number_is_written(company: Company) -> None:
    bea, carla, endpoint = company.device("bea"), company.device("carla"), company.brand.shop.endpoint
    before = money(company, company.carla)
    assert carla.fill("/claims/linen", number=f" {endpoint}/#r1005 ", receipt="R1005, Ann").status == 302
    number = newest(company)
    assert "credited to her by an earlier claim" in words(bea.get(f"/brand/linen/claims/{number}"))
    got = answer(bea, number, answer="yes", basis="receipt", note="It fits")
    assert (got.status, "credited to her by an earlier claim" in words(got)) == (422, True)
    company.house.work()
    assert money(company, company.carla) == before


def test_claims_that_wait_too_long_are_said_to_everybody(company: Company) -> None:
    house, bea = company.house, company.device("bea")
    assert "claims wait" in words(bea.get("/brand/linen"))
    assert "wait for longer" not in words(Device(company.app()).get("/terms/linen"))
    house.later(15 * DAY)
    late = claims.late(company.brand.programme, house.now)
    assert late > 1
    assert f"{late} claims of missing sales wait for longer than 14 days" in words(
        Device(company.app()).get("/terms/linen")
    )
    assert "late since" in words(company.device("bea").get("/brand/linen/claims"))
    assert "claims_late" in {remark.code for remark in company.examined(house.conn)}
    assert find_order(company.brand.access, "R1005")


def test_what_shops_said_is_the_brands_alone(company: Company) -> None:
    house, brand, bea, carla = company.house, company.brand, company.device("bea"), company.device("carla")
    house.later(8 * DAY)
    assert carla.fill("/claims/linen", number="Z900").status == 302
    number = newest(company)
    before = words(carla.get("/claims/linen"))
    assert "The shop is asked for this number in a moment." in words(bea.get(f"/brand/linen/claims/{number}"))
    turn = None
    while turn is None or turn.claim != number:
        turn = claim_fetches.lease(brand.access, house.now, house.now + DAY)
        assert turn is not None
    claim_fetches.finish(brand.access, turn, "waiting", "shop_unreachable", again=house.now + DAY)
    page = words(bea.get(f"/brand/linen/claims/{number}"))
    assert "(the shop did not answer); the shop is asked again, 1 times so far." in page
    for state, reason, said in (
        ("none", "", "has no order of this number"),
        ("unasked", "odd_number", "No shop was asked: it does not look like the number of an order."),
        ("failed", "crashed", "in vain: reading the answer broke off"),
        ("failed", "bad_field", "in vain: what the shop answered could not be read"),
        ("found", "", "Found by asking the shop on"),
    ):
        house.conn.execute(
            "UPDATE claim_fetch SET state = %s, reason = %s, due_at = NULL WHERE claim_id = %s", [state, reason, number]
        )
        assert said in words(bea.get(f"/brand/linen/claims/{number}"))
    listed = words(bea.get("/brand/linen/claims"))
    assert "What your shops said in 90 days" in listed
    assert "found by asking the shop 1" in listed
    assert words(carla.get("/claims/linen")) == before, "whoever claims is told nothing of it"


def test_two_claims_for_one_order_accepted_at_once_are_borne_once(company: Company) -> None:
    house, brand, endpoint = company.house, company.brand, company.brand.shop.endpoint
    tell(brand, order(brand, "R1006", brand.link, 20_000_000, ago=38 * DAY))
    for written in ("R1006", f"{endpoint}/R1006"):
        claims.claim(brand.programme, company.carla, company.carla, Said(written, receipt="Ann"), house.now)
    twins = [row.id for row in queries.listed(brand.access, party=company.carla, limit=2)]

    def one(number: int) -> str:
        with connect(house.database.dsn()) as conn:
            programme = replace(brand.programme, access=Access(conn, brand.access.programme_id, "test"))
            try:
                claims.accept(programme, number, "receipt", "It fits", house.now)
            except FanshareError as error:
                return error.code
        return "accepted"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, twins)) == ["accepted", "claimed_already"]
