"""Results of a brand over real books: by creator, product and day, as sure as the figures are."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.core.instants import DAY, utc_day
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded, order, tell
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]
RESULTS = "/brand/linen/results"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Cleo's link was clicked 400 times and brought 25 orders more, on one day, Carla's 90 times."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("results")) as made:
        quince = made.house.value("SELECT id FROM link WHERE campaign = 'quinces'")
        tell(
            made.brand,
            *(order(made.brand, f"Z{2000 + n}", made.brand.link, 10_000_000, ago=5 * DAY) for n in range(25)),
        )
        for link, clicks in ((made.brand.link, 400), (quince, 90)):
            day = utc_day(made.house.now - 4 * DAY)
            statement = (
                "INSERT INTO click_day (programme_id, link_id, day, verdict, n) VALUES (%s, %s, %s, 'counted', %s)"
            )
            made.house.conn.execute(statement, [made.brand.tenant.id, link, day, clicks])
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text.replace("\xa0", " "))).split())


def rows(answer: Answer) -> list[str]:
    """What each row of the list says."""
    body = answer.text.rpartition("<tbody>")[2].partition("</tbody>")[0]
    return [words(Answer(200, {}, row)) for row in body.split("<tr>")[1:]]


def exported(device: Device, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(device.get(f"{RESULTS}?as=csv{query}").text.lstrip("\ufeff"))))


def test_creators_stand_with_what_they_brought_and_how_sure_it_is(company: Company) -> None:
    page = company.device("rea").get(RESULTS)
    cleo, carla = rows(page)
    assert cleo == "Cleo 400 28 448.00 € 53.76 € 1.92 € 4.88 to 9.94 %"
    assert carla == "Carla Quince 90 1 59.00 € 7.08 € 7.08 € 0.19 to 6.03 % few"
    seen = words(page)
    assert "kept orders 29 goods kept 507.00 € commission 60.84 €" in seen
    assert "between 19 and 42 kept orders." in seen
    assert "Fewer than two creators have 20 kept orders: too few to tell who sells better." in seen
    assert 'class="rates"' in page.text


def test_every_grouping_comes_to_the_same_sums_as_the_books(company: Company) -> None:
    device = company.device("fina")
    booked = company.house.value(
        "SELECT sum(amount) FROM position WHERE programme_id = %s",
        company.brand.tenant.id,
    )
    for by in ("creator", "product", "day"):
        found = exported(device, f"&by={by}&from=2026-09-01&to=2026-11-22")
        assert sum(int(row["commission"].replace(".", "")) for row in found) == booked, by
        assert sum(int(row["orders"]) for row in found) == 30, by
        assert sum(int(row["goods"].replace(".", "")) for row in found) == 527_000_000, by


def test_a_creator_leads_to_her_days_and_a_day_to_its_orders(company: Company) -> None:
    device = company.device("bea")
    page = device.get(RESULTS)
    further = unescape(re.search(r'<th scope="row"[^>]*><a href="([^"]+)">Carla Quince', page.text)[1])  # type: ignore[index]
    days = device.get(RESULTS + further)
    assert "Results of Carla Quince" in words(days)
    assert rows(days)[0].startswith("Thu 19 Nov 0 1 59.00 €") or rows(days)[1].startswith("Thu 19 Nov 0 1 59.00 €")
    orders = re.search(r'href="(/brand/linen/orders\?from=2026-11-19&amp;to=2026-11-19)"', days.text)
    assert orders is not None
    assert ">#Q1004</a>" in device.get(unescape(orders[1])).text


def test_the_address_says_how_it_is_sorted_and_from_where_on(company: Company) -> None:
    device = company.device("bea")
    assert [row.split()[0] for row in rows(device.get(f"{RESULTS}?sort=dear"))] == ["Carla", "Cleo"]
    assert [row.split()[0] for row in rows(device.get(f"{RESULTS}?q=quin"))] == ["Carla"]
    path, found = f"{RESULTS}?by=product", []
    while True:
        page = device.get(path)
        found += [row.split()[0] for row in rows(page)]
        further = re.search(r'href="(\?[^"]*after=[^"]+)"', page.text)
        if further is None:
            break
        path = RESULTS + unescape(further[1])
    assert len(found) == len(set(found)) == 29


@pytest.mark.parametrize(
    "query", ["?by=moon", "?from=2024-01-01", "?to=2026-01-01", "?from=2024-01-01&to=2026-01-01",
              "?from=2026-02-02&to=2026-02-01",
              "?creator=x", "?currency=USD", "?currency=%C3%96%C3%96%C3%96", "?sort=x", "?after=x", "?as=pdf"],
)  # fmt: skip
def test_an_address_that_cannot_be_is_refused_with_a_sentence(company: Company, query: str) -> None:
    assert company.device("bea").get(RESULTS + query).status == 400


def test_where_nothing_was_sold_the_page_says_what_to_do(company: Company) -> None:
    empty = company.device("bea").get(f"{RESULTS}?from=2020-01-01&to=2020-01-02")
    assert "Nothing fits this search." in words(empty)
    assert 'href="?by=creator">Show everything' in empty.text


def test_a_first_day_alone_goes_until_today(company: Company) -> None:
    one = exported(company.device("bea"), "&by=day&from=2026-11-01")
    assert one == exported(company.device("bea"), "&by=day&from=2026-11-01&to=2026-11-22")
    assert one[0]["day"].startswith("2026-11-")


def test_the_page_speaks_german(company: Company) -> None:
    device = company.device("bea")
    device.cookies["fanshare_language"] = "de"
    seen = words(device.get(RESULTS))
    assert "Ergebnisse" in seen
    assert "53,76 €" in seen


def test_the_overview_says_what_came_back_for_what_was_spent(company: Company) -> None:
    seen = words(company.device("bea").get("/brand/linen"))
    assert "goods for 1.00 of commission 8.33 €" in seen
    assert "left before what the goods cost 446.16 € what the goods cost unknown left unknown" in seen
