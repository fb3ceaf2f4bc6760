"""A code for everybody who joins: said by owner or manager, asked for beside the joining, one for each, none twice."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest

from fanshare.core.code_plans import STOCK, CodePlan
from fanshare.core.discounts import Discount
from fanshare.core.errors import ConflictError
from fanshare.core.instants import DAY, MINUTE
from fanshare.core.work_stops import Side
from fanshare.flows import code_stock, joining, joining_codes, leaving, work_stops
from fanshare.flows.code_plans import set_plan
from fanshare.flows.context import open_programme
from fanshare.flows.joining import Draft
from fanshare.flows.people import know_identity
from fanshare.jobs.recheck import recheck
from fanshare.store.access import Access, connect
from fanshare.store.queries import joining_codes as rows
from fanshare.store.queries import shop_codes
from fanshare.store.queries import work_stops as work_rows
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

PATH = "/brand/linen/codes/joining"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("joining-codes")) as made:
        brand, now = made.brand, made.house.now
        for name, source in (
            ("hello", "shop"),
            ("fans", "shop"),
            ("crowd", "shop"),
            ("stock", STOCK),
            ("leaver", STOCK),
            ("dry", STOCK),
        ):
            plan = CodePlan(name, Discount("EUR", percent_bps=1500), prefix="LIN", source=source, per_owner=3)
            set_plan(brand.programme, brand.shop.id, plan, now - 30 * DAY)
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def say(company: Company, plan: str, **boxes: str) -> Device:
    """Mona says it after all who came before; a minute later somebody joins."""
    company.house.later(MINUTE)
    mona = company.device("mona")
    assert mona.fill(PATH, what="say", plan=plan, **boxes).status == 302
    company.house.later(MINUTE)
    return mona


def join(company: Company, name: str) -> int:
    """A creator joins."""
    draft = Draft(joining.CREATOR, f"{name.lower()}@example.test", name, country="AT")
    return joining.take_in(company.brand.programme, draft, company.house.now).party


def join_as_fan(company: Company, name: str) -> int:
    """A fan of Cleo's confirms her address."""
    programme, now = company.brand.programme, company.house.now
    slug = company.house.value("SELECT slug FROM party WHERE id = %s", company.brand.cleo)
    draft = Draft(joining.FAN, f"{name}@example.test", "", creator=slug, country="DE")
    token = joining.make_link(company.brand.access, KEYS, draft, now)
    assert token is not None
    joined = joining.confirm(programme, token, now)
    assert joined is not None
    return joined.party


def codes(company: Company, owner: int) -> list[tuple[str, str, str]]:
    """What she was asked for: text, state, country of the label."""
    return company.house.rows(
        "SELECT shown, state, label_country FROM shop_code WHERE owner_party_id = %s ORDER BY id", owner
    )


def test_nobody_gets_a_code_by_joining_unless_somebody_says_so(company: Company) -> None:
    assert rows.rule(company.brand.access) is None
    assert codes(company, join(company, "Early")) == []
    assert "checked" not in company.device("mona").get(PATH).text


def test_a_creator_gets_hers_with_her_name_and_reads_that_the_shop_has_not_confirmed_it(company: Company) -> None:
    say(company, "hello", creators="yes", named="yes")
    first, second = join(company, "Dana"), join(company, "Dana")
    other = joining.take_in(
        company.brand.programme, Draft(joining.CREATOR, "dana2@example.test", "Dana", country="AT"), company.house.now
    ).party
    assert first == second, "she is known already and gets no second one"
    assert codes(company, first) == [("LINDANA", "wanted", "AT")]
    assert codes(company, other) == [("LINDANA2", "wanted", "AT")]
    assert codes(company, join_as_fan(company, "fred")) == [], "fans have a box of their own"
    know_identity(company.brand.programme, first, "email", "dana@example.test", company.house.now)
    assert "not confirmed by the shop yet" in words(company.device("dana").get("/creator/linen/links"))
    assert "not confirmed by the shop yet" not in words(company.device("cleo").get("/creator/linen/links"))


def test_fans_get_theirs_drawn_and_people_from_before_get_none(company: Company) -> None:
    say(company, "fans", fans="yes", named="yes")
    finn = join_as_fan(company, "greta")
    [(text, state, country)] = codes(company, finn)
    assert re.fullmatch(r"LIN[2-9A-HJKMNP-TV-Z]{8}", text)
    assert (state, country) == ("wanted", "DE")
    assert codes(company, join(company, "Elli")) == []
    joining_codes.give_missing(company.brand.programme, company.house.now)
    assert codes(company, company.brand.finn) == []
    assert "not confirmed by the shop yet" in words(company.device("greta").get("/fan/linen/share"))


def test_where_the_shop_makes_none_joining_goes_on_and_the_brand_sees_what_to_make(company: Company) -> None:
    mona = say(company, "stock", creators="yes")
    first, second = join(company, "Hanna"), join(company, "Ida")
    assert codes(company, first) == codes(company, second) == []
    know_identity(company.brand.programme, first, "email", "hanna@example.test", company.house.now)
    hanna = company.device("hanna")
    assert "not confirmed by the shop yet" in words(hanna.get("/creator/linen/links"))
    page = mona.get(PATH)
    assert "2 people wait for theirs." in words(page)
    found = re.search(r'<textarea id="texts"[^>]*>([^<]*)<', page.text)
    assert found is not None
    proposed = found[1].split()
    assert len(set(proposed)) == 2
    assert mona.fill(PATH, what="made", texts="\n".join(proposed)).status == 302
    assert [codes(company, one) for one in (first, second)] == [
        [(proposed[0], "confirmed", "AT")],
        [(proposed[1], "confirmed", "AT")],
    ]
    seen = words(hanna.get("/creator/linen/links"))
    assert "not confirmed by the shop yet" not in seen
    assert proposed[0] in seen
    assert "Nobody waits for one." in words(mona.get(PATH))
    assert mona.fill(PATH, what="made", texts="two words").status == 422


def test_the_worker_gives_what_could_not_be_given_and_nobody_gets_two(company: Company) -> None:
    brand = company.brand
    waiting = join(company, "Jule")
    assert codes(company, waiting) == []
    code_stock.bring(brand.programme, "stock", b"JULE-HERS\nNOT-HERS\n", company.house.now)
    for _ in range(2):
        recheck(brand.programme, company.house.now)
    assert [text for text, *_ in codes(company, waiting)] == ["JULE-HERS"]


def test_whom_the_shop_refuses_a_code_it_is_asked_again_a_day_later_and_not_every_minute(
    company: Company,
) -> None:
    brand = company.brand
    say(company, "hello", creators="yes", named="yes")
    nora = join(company, "Nora")
    for day in range(3):
        [asked] = [one for one in shop_codes.listed(brand.access, nora) if one.state != "failed"]
        shop_codes.put(brand.access, asked, "failed", problem_code="refused", problem="No.")
        for _ in range(3):
            company.house.later(MINUTE)
            recheck(brand.programme, company.house.now)
        assert [state for _text, state, _label in codes(company, nora)] == ["failed"] * (day + 1)
        company.house.later(DAY)
        recheck(brand.programme, company.house.now)
    assert len(codes(company, nora)) == 4


def test_many_who_join_at_once_get_one_each_and_none_the_same(company: Company) -> None:
    say(company, "crowd", creators="yes", named="yes")
    house, brand = company.house, company.brand

    def one(number: int) -> int:
        with connect(house.database.dsn()) as conn:
            mine = open_programme(Access(conn, brand.access.programme_id, "test"), brand.tenant.public_id, KEYS)
            draft = Draft(joining.CREATOR, f"same{number}@example.test", "Same", country="DE")
            party = joining.take_in(mine, draft, house.now).party
            joining_codes.give_missing(mine, house.now)
            return party

    with ThreadPoolExecutor(12) as pool:
        parties = list(pool.map(one, range(12)))
    joining_codes.give_missing(brand.programme, house.now)
    found = [codes(company, party) for party in parties]
    assert [len(each) for each in found] == [1] * 12
    assert len({each[0][0].casefold() for each in found}) == 12


def joined(company: Company, name: str) -> tuple[int, int]:
    """Somebody who got her code of the stock by joining: she, and the number by which it counts."""
    code_stock.bring(company.brand.programme, "leaver", f"{name.upper()}-BY-JOINING".encode(), company.house.now)
    she = join_as_fan(company, name) if name.startswith("fan") else join(company, name)
    [(text, state, _)] = codes(company, she)
    assert state == "confirmed"
    found: int = company.house.value("SELECT id FROM code WHERE shown = %s", text)
    company.house.later(MINUTE)
    return she, found


def counts(company: Company, code: int) -> str:
    """How a code stands here."""
    found = work_rows.thing(company.brand.access, "code", code)
    assert found is not None
    return found.state


def no_other_one(company: Company, owner: int) -> None:
    """There is more in the stock, and days go by, and she gets nothing of it."""
    programme, before = company.brand.programme, len(codes(company, owner))
    assert joining_codes.give(programme, owner, company.house.now) is False
    for _ in range(3):
        company.house.later(DAY)
        recheck(programme, company.house.now)
    assert len(codes(company, owner)) == before == 1


@pytest.mark.parametrize("by", list(Side))
@pytest.mark.parametrize("name", ["pia", "fanny"])
def test_a_code_that_came_by_joining_pauses_and_goes_on_as_others_do_and_nobody_gets_another(
    company: Company, name: str, by: Side
) -> None:
    say(company, "leaver", creators="yes", fans="yes")
    programme, house = company.brand.programme, company.house
    she, code = joined(company, f"{name}{by}")
    code_stock.bring(programme, "leaver", f"SPARE-{name}-{by}".encode(), house.now)
    reason = "It leaked" if by is Side.BRAND else None
    work_stops.pause(programme, "code", code, by, reason, house.now)
    assert counts(company, code) == "paused"
    assert [state for _, state, _ in codes(company, she)] == ["confirmed"], "the shop still takes it"
    no_other_one(company, she)
    assert counts(company, code) == "paused"
    other = Side.OWNER if by is Side.BRAND else Side.BRAND
    with pytest.raises(ConflictError) as caught:
        work_stops.resume(programme, "code", code, other, house.now)
    assert caught.value.code == f"paused_by_{by}"
    assert work_stops.resume(programme, "code", code, by, house.now)
    assert counts(company, code) == "active"
    no_other_one(company, she)


@pytest.mark.parametrize("name", ["quin", "fanq"])
def test_a_code_that_came_by_joining_ends_by_the_brand_and_nobody_gets_another(company: Company, name: str) -> None:
    say(company, "leaver", creators="yes", fans="yes")
    programme, house = company.brand.programme, company.house
    she, code = joined(company, name)
    code_stock.bring(programme, "leaver", f"SPARE-{name}".encode(), house.now)
    work_stops.end(programme, "code", code, Side.BRAND, "The season is over", house.now)
    assert counts(company, code) == "ended"
    assert [state for _, state, _ in codes(company, she)] == ["ended"]
    no_other_one(company, she)


@pytest.mark.parametrize("name", ["rosa", "fanr"])
def test_whoever_leaves_loses_the_code_that_came_by_joining_and_gets_no_other_one(company: Company, name: str) -> None:
    say(company, "leaver", creators="yes", fans="yes")
    programme, house = company.brand.programme, company.house
    she, code = joined(company, name)
    code_stock.bring(programme, "leaver", f"SPARE-{name}".encode(), house.now)
    until = leaving.ask(programme, she, house.now)
    assert counts(company, code) == "ended"
    assert [state for _, state, _ in codes(company, she)] == ["ended"]
    no_other_one(company, she)
    house.later(until - house.now + DAY)
    assert leaving.finish(programme, house.now) >= 1
    no_other_one(company, she)


def test_whoever_leaves_before_she_got_hers_gets_none(company: Company) -> None:
    say(company, "dry", creators="yes", fans="yes")
    programme, house = company.brand.programme, company.house
    she, fan = join(company, "Sina"), join_as_fan(company, "fans")
    assert codes(company, she) == codes(company, fan) == []
    house.later(MINUTE)
    for one in (she, fan):
        leaving.ask(programme, one, house.now)
    code_stock.bring(programme, "dry", b"DRY-1\nDRY-2\n", house.now)
    house.later(DAY)
    recheck(programme, house.now)
    assert codes(company, she) == codes(company, fan) == []


def test_only_owners_and_managers_say_it_and_it_stands_in_the_audit(company: Company) -> None:
    for name in ("fina", "rea", "cleo"):
        assert company.device(name).get(PATH).status in (403, 404)
    bea = company.device("bea")
    assert bea.fill(PATH, what="say", plan="none", creators="yes").status == 422
    assert bea.fill(PATH, what="say", plan="crowd").status == 302
    assert rows.rule(company.brand.access) is None
    told = company.house.rows("SELECT about FROM audit WHERE what = 'codes.joining' ORDER BY id")
    assert told[0] == ("hello for creators",)
    assert told[-1] == ("nobody",)
