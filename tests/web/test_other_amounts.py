"""What the brand bears and takes back stands on the pages and files of earnings, as on the statement."""

import csv
import io
from collections.abc import Iterator

import pytest

from fanshare.core.instants import DAY
from fanshare.core.moving import ABSORBED, DEBT_ORDER
from fanshare.flows.openings import NewOpening, post_openings
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.serving import Answer

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def company(pg_server: Server, schema_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Finn's and Cleo's debts were taken upon itself by the brand, and some of it went back."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("other")) as made:
        for party in (made.brand.cleo, made.brand.finn):
            for tool, amount in ((ABSORBED, 3_000_000), (DEBT_ORDER, -1_000_000)):
                new = [NewOpening(party, "0" * 32, "EUR", amount)]
                post_openings(made.brand.programme, tool, "00" * 32, new, made.house.now)
        made.house.later(DAY)
        yield made


def words(answer: Answer) -> str:
    return " ".join(answer.text.split())


@pytest.mark.parametrize(("who", "path"), [("cleo", "/creator/linen"), ("finn", "/fan/linen")])
def test_they_stand_beside_the_sales_in_the_page_the_print_and_the_file(company: Company, who: str, path: str) -> None:
    device = company.device(who)
    for page in (f"{path}/earnings", f"{path}/statement/paper"):
        seen = words(device.get(page))
        assert "a debt that the brand took upon itself" in seen
        assert "taken back of what the brand bore of an old debt, as its order was changed" in seen
    rows = list(csv.DictReader(io.StringIO(device.get(f"{path}/earnings?as=csv").text.lstrip("\ufeff"))))
    told = [(row["what"], row["amount"], row["state"]) for row in rows if row["what"] != "sale"]
    assert told == [("debt_order", "-1.000000", "ready"), ("absorbed", "3.000000", "ready")]
    assert ":" not in "".join(rows[-1].values()) or who == "cleo", "a fan's file tells no hour"


def test_a_narrowed_file_has_the_sales_it_asks_for_alone(company: Company) -> None:
    answer = company.device("cleo").get("/creator/linen/earnings?as=csv&state=pending")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert {row["what"] for row in rows} <= {"sale"}


def test_who_has_none_is_shown_no_empty_box(company: Company) -> None:
    assert "Besides sales" not in company.device("carla").get("/creator/linen/earnings").text


@pytest.mark.parametrize(("who", "path"), [("cleo", "/creator/linen"), ("finn", "/fan/linen")])
def test_a_page_says_when_there_are_more_and_the_file_has_all(company: Company, who: str, path: str) -> None:
    """Each of them is a day of its own: the newest stand on the page, and none is left out without a word."""
    device, party = company.device(who), getattr(company.brand, who)
    told = "The older ones are in the statement, and in the list as a file"
    assert told not in words(device.get(f"{path}/earnings")), "two are all of them"
    new = [NewOpening(party, f"{number:032x}", "EUR", 10_000) for number in range(1, 50)]
    post_openings(company.brand.programme, ABSORBED, "00" * 32, new, company.house.now - DAY)
    for page in (f"{path}/earnings", f"{path}/statement/paper"):
        seen = words(device.get(page))
        assert told in seen
        assert "These are the newest 50" in seen
    rows = list(csv.DictReader(io.StringIO(device.get(f"{path}/earnings?as=csv").text.lstrip("\ufeff"))))
    assert len([row for row in rows if row["what"] in ("debt_order", "absorbed")]) == 51
