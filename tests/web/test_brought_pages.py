"""What each link and code brought: on a creator's pages and a brand's lists, in every order, and after refunds."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from fanshare.core.orders import Refund
from fanshare.flows.links import NewCode, NewLink, add_code, add_link
from fanshare.store.server import Server
from tests.jobs.house import LABEL
from tests.support.schema import schema_template
from tests.web.support.company import Company, Watching, founded, order, tell
from tests.web.support.device import Device

__all__ = ["schema_template"]

#: Links of Cleo beside the one she has: how often each sold, for how much.
SOLD = {"often": (3, 10_000_000), "dear": (1, 300_000_000), "never": (0, 0)}


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("brought")) as made:
        brand = made.brand
        for name, (times, net) in SOLD.items():
            wanted = NewLink(brand.cleo, brand.cleo, "https://shop.example/", LABEL, name)
            link, _ = add_link(brand.programme, wanted, made.house.now - 20 * 86_400_000_000)
            if times:
                tell(brand, *(order(brand, f"{name}-{n}", link, net) for n in range(times)))
        for text in ("HERS10", "HERS20"):
            add_code(
                brand.programme, NewCode(brand.cleo, brand.cleo, text, LABEL), made.house.now - 20 * 86_400_000_000
            )
        typed = order(brand, "typed-1", brand.link, 50_000_000)
        tell(brand, replace(typed, evidence=replace(typed.evidence, codes=("HERS20",))))
        yield made


@pytest.fixture(scope="module")
def cleo(company: Company) -> Device:
    return company.device("cleo")


@pytest.fixture(scope="module")
def rea(company: Company) -> Device:
    return company.device("rea")


def words(text: str) -> str:
    """What a reader sees, spaces made one."""
    return " ".join(re.sub(r"<[^>]+>", " ", text.replace("\xa0", " ")).split())


def rows(device: Device, path: str) -> list[dict[str, str]]:
    """A list as its file."""
    answer = device.get(f"{path}{'&' if '?' in path else '?'}as=csv")
    assert answer.status == 200
    return list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))


def named(device: Device, path: str) -> list[str]:
    return [row["name"] for row in rows(device, path) if row["name"] in SOLD]


def test_each_link_says_what_it_sold_and_what_that_earned_her(cleo: Device) -> None:
    found = {row["name"]: (row["sales"], row["earned_EUR"]) for row in rows(cleo, "/creator/linen/links")}
    assert found["often"] == ("3", "3.600000")
    assert found["dear"] == ("1", "36.000000")
    assert found["never"] == ("0", "0.000000")
    seen = words(cleo.get("/creator/linen/links").text)
    assert re.search(r"dear Werbung live 0 1 36\.00 €", seen)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["never", "dear", "often"]),
        ("sort=sales", ["often", "dear", "never"]),
        ("sort=earned", ["dear", "often", "never"]),
    ],
)
def test_a_list_of_links_goes_by_sales_or_by_what_was_earned(cleo: Device, sort: str, expected: list[str]) -> None:
    assert named(cleo, f"/creator/linen/links?{sort}") == expected
    assert cleo.get("/creator/linen/links?sort=earned-USD").status == 400, "nothing was earned in dollars"


@pytest.mark.parametrize("sort", ["sales", "goods", "commission", "clicks"])
def test_a_brand_s_list_of_links_goes_by_each_figure(rea: Device, sort: str) -> None:
    found = rows(rea, f"/brand/linen/links?sort={sort}")
    column = {"sales": "sales", "clicks": "clicks"}.get(sort, f"{sort}_EUR")
    figures = [float(row[column]) for row in found]
    assert figures == sorted(figures, reverse=True)
    assert len(found) == 6


def test_a_brand_sees_goods_and_the_whole_commission_of_each_link(company: Company, rea: Device) -> None:
    found = {row["code"]: row for row in rows(rea, "/brand/linen/links")}
    fan = company.house.value("SELECT code FROM link WHERE id = %s", company.brand.fan_link)
    assert (found[fan]["sales"], found[fan]["goods_EUR"], found[fan]["commission_EUR"]) == (
        "1",
        "59.000000",
        "7.080000",
    ), "creator, fan and buyer together"
    page = words(rea.get("/brand/linen/links").text)
    assert "Each order counts for the one link or code that decided it." in page


def test_all_that_is_listed_comes_to_what_her_earnings_say(company: Company, cleo: Device) -> None:
    lines = rows(cleo, "/creator/linen/earnings")
    earned = sum(round(float(row["amount"]) * 1_000_000) for row in lines if row["currency"] == "EUR")
    by = sum(
        round(float(row["earned_EUR"]) * 1_000_000)
        for path in ("/creator/linen/links", "/creator/linen/codes")
        for row in rows(cleo, path)
    )
    fans = company.house.value(
        "SELECT sum(earned)::bigint FROM brought_sum WHERE creator_party_id = %s AND asset_id = %s AND kind = 'link'",
        company.brand.cleo,
        company.brand.fan_link,
    )
    assert by + fans == earned
    page = words(cleo.get("/creator/linen/links").text)
    assert f"In all {earned / 1_000_000 // 0.01 / 100:.2f} €" in page
    assert "Links and codes of your fans 5.66 €" in page


def test_a_code_says_how_often_it_was_typed_and_what_it_earned(cleo: Device) -> None:
    found = {row["code"]: (row["used"], row["sales"], row["earned_EUR"]) for row in rows(cleo, "/creator/linen/codes")}
    hers = {code: one for code, one in found.items() if code.startswith("HERS")}
    assert hers == {"HERS10": ("0", "0", "0.000000"), "HERS20": ("1", "1", "6.000000")}
    for sort in ("sales", "earned"):
        assert rows(cleo, f"/creator/linen/codes?sort={sort}")[0]["code"] == "HERS20"


def test_a_code_has_a_message_that_begins_with_the_label_and_says_what_its_picture_does(
    company: Company, cleo: Device
) -> None:
    code = company.house.value("SELECT id FROM code WHERE shown = 'HERS20'")
    page = cleo.get(f"/creator/linen/codes/{code}").text
    message = re.search(r'<textarea[^>]*id="message-code"[^>]*lang="de">([^<]*)<', page)
    assert message is not None
    assert message[1].startswith("Werbung: Ich verdiene mit, wenn du kaufst. HERS20 https://")
    assert "takes no code from an address" in words(page)
    assert 'data-of="copy-code"' in page
    assert "<script>" not in page
    assert cleo.get(f"/creator/linen/codes/{code}?as=svg").headers["content-type"] == "image/svg+xml"
    carla = company.device("carla")
    assert carla.get(f"/creator/linen/codes/{code}").status == 404
    assert cleo.get("/creator/linen/codes/999999").status == 404


def test_in_a_shop_of_shopify_the_picture_brings_the_code_along(company: Company, cleo: Device) -> None:
    house = company.house
    code = house.value("SELECT id FROM code WHERE shown = 'HERS10'")
    before = house.rows("SELECT kind, settings::text FROM connection WHERE id = %s", company.brand.shop.id)[0]
    change = b"UPDATE connection SET kind = %s, settings = %s::jsonb WHERE id = %s"
    hosts = '{"hosts": ["linen.myshopify.com", "www.linen.example"]}'
    house.conn.execute(change, ("shopify", hosts, company.brand.shop.id))
    try:
        page = cleo.get(f"/creator/linen/codes/{code}").text
    finally:
        house.conn.execute(change, (*before, company.brand.shop.id))
    assert "HERS10 https://www.linen.example/discount/HERS10?redirect=/" in page
    assert "where the code is already typed" in words(page)


def test_a_brand_sees_of_codes_without_a_plan_what_it_sees_of_the_others(rea: Device) -> None:
    path = "/brand/linen/codes/counting"
    columns = ("used", "sales", "goods_EUR", "commission_EUR")
    found = {row["code"]: tuple(row[name] for name in columns) for row in rows(rea, path)}
    assert found["HERS20"] == ("1", "1", "50.000000", "6.000000")
    assert found["HERS10"] == ("0", "0", "0.000000", "0.000000")
    seen = words(rea.get(path).text)
    assert re.search(r"HERS20 Cleo Werbung live 1 1 50\.00 € 6\.00 €", seen)
    assert "Each order counts for the one link or code that decided it." in seen
    listed = rea.get(path).text
    page = re.search(r'href="(/brand/linen/codes/counting/\d+)"><code>HERS20<', listed)
    assert page is not None
    assert "used 1 sales 1 goods 50.00 € commission 6.00 €" in words(rea.get(page[1]).text)


@pytest.mark.parametrize("sort", ["used", "sales", "goods", "commission"])
def test_a_brand_s_list_of_codes_that_count_goes_by_each_figure(company: Company, rea: Device, sort: str) -> None:
    brand = company.brand
    add_code(brand.programme, NewCode(brand.cleo, brand.cleo, f"NEWER-{sort}", LABEL), company.house.now)
    path = f"/brand/linen/codes/counting?sort={sort}"
    found = rows(rea, path)
    column = sort if sort in ("used", "sales") else f"{sort}_EUR"
    figures = [float(row[column]) for row in found]
    assert figures == sorted(figures, reverse=True)
    assert found[0]["code"] == "HERS20"
    assert rea.get(f"{path}-USD").status == 400


@pytest.mark.parametrize(
    "path", ["/creator/linen/links", "/creator/linen/codes", "/brand/linen/links", "/brand/linen/codes/counting"]
)
def test_more_rows_ask_the_database_no_more_often(company: Company, path: str) -> None:
    def asked() -> int:
        seen: list[str] = []
        device = company.device("cleo" if "creator" in path else "rea", company.app(lambda conn: Watching(conn, seen)))
        seen.clear()
        assert device.get(f"{path}?sort=sales").status == 200
        return sum(one.lstrip().upper().startswith(("SELECT", "WITH")) for one in seen)

    before = asked()
    brand = company.brand
    for n in range(12):
        add_link(
            brand.programme, NewLink(brand.cleo, brand.cleo, "https://shop.example/", LABEL, f"m{n}"), company.house.now
        )
        add_code(
            brand.programme,
            NewCode(brand.cleo, brand.cleo, f"MORE-{path[1:].replace('/', '-')}-{n}", LABEL),
            company.house.now,
        )
    assert asked() == before


def test_what_is_given_back_is_off_every_figure(company: Company, cleo: Device, rea: Device) -> None:
    brand, now = company.brand, company.house.now
    again = order(brand, "back", company.house.value("SELECT id FROM link WHERE campaign = 'never'"), 100_000_000)
    tell(brand, again)
    code = company.house.value("SELECT code FROM link WHERE campaign = 'never'")

    def figures() -> tuple[str, ...]:
        hers = next(row for row in rows(cleo, "/creator/linen/links") if row["code"] == code)
        theirs = next(row for row in rows(rea, "/brand/linen/links") if row["code"] == code)
        return hers["sales"], hers["earned_EUR"], theirs["goods_EUR"], theirs["commission_EUR"]

    assert figures() == ("1", "12.000000", "100.000000", "12.000000")
    refunded = replace(again, modified_at=now, refunds=(Refund("1", now, 40_000_000),))
    tell(brand, refunded)
    assert figures() == ("1", "7.200000", "60.000000", "7.200000")
    tell(brand, replace(refunded, modified_at=now + 1, refunds=(*refunded.refunds, Refund("2", now, 60_000_000))))
    assert figures() == ("0", "0.000000", "0.000000", "0.000000")
