"""A brand's list of fans: pseudonyms with what they brought and are owed, and never who they are."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from fanshare.core.instants import HOUR
from fanshare.flows import fan_names, people
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_creator, add_fan
from fanshare.store.queries import circle
from fanshare.store.server import Server
from tests.jobs.house import LABEL
from tests.support.schema import schema_template
from tests.web.support.company import Company, Watching, founded, order, tell
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]
FANS = "/brand/linen/fans"
#: Every post that may read it: the answer is one for all.
READERS = ("bea", "mona", "fina", "rea", "otto")


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("brand-fans")) as made:
        programme, now = made.brand.programme, made.house.now
        fan_names.show(programme, made.brand.finn, "cleo", "Finn of the Fens", now)
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\N{NO-BREAK SPACE}", " ").split())


def rows(device: Device, query: str = "", path: str = FANS) -> list[dict[str, Any]]:
    answer = device.get(f"{path}?as=json&{query}")
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = json.loads(answer.text)["rows"]
    return found


def called(company: Company, fan: int) -> str:
    return f"fan {company.house.value('SELECT public_id FROM party WHERE id = %s', fan)[:6]}"


def of(company: Company, fan: int, found: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in found if row["fan"] == called(company, fan))


def test_a_fan_stands_there_with_what_he_brought_and_is_owed_to_the_micro(company: Company) -> None:
    finn = of(company, company.brand.finn, rows(company.device("rea")))
    # 20 % of 12 % of 59.00, waiting until the return window ends.
    told = {"supports": "Cleo", "orders": 1, "earned": "1.416000", "waiting": "1.416000", "ready": "0.000000"}
    assert {name: finn[name] for name in told} == told
    books = company.house.rows("SELECT kind, sum(balance) FROM account WHERE party_id = %s GROUP BY kind",
                               company.brand.finn)  # fmt: skip
    assert dict(books)["pending"] == 1_416_000, "it is what the books say"
    assert re.fullmatch(r"2026-\d\d-\d\d", finn["since"]), "a day and no hour"
    assert f"{called(company, company.brand.finn)} Cleo" in words(company.device("rea").get(FANS))


def test_nothing_there_says_who_he_is(company: Company) -> None:
    """Not even the name that he lets a creator see, and not by searching for it or for his address."""
    for name in READERS:
        device = company.device(name)
        for form in ("", "?as=csv", "?as=json"):
            text = device.get(f"{FANS}{form}").text.lower()
            assert "fens" not in text, (name, form)
            assert "finn" not in text, (name, form)
            assert "example.test" not in text, (name, form)
    for secret in ("finn", "fens", "finn@example.test", "fay"):
        assert rows(company.device("bea"), f"q={secret}") == [], secret


def test_a_name_that_is_read_with_it_would_be_seen(company: Company) -> None:
    seen = company.device("cleo").get("/creator/linen/fans").text.lower()
    assert "fens" in seen, "the words that the other test looks for stand where he let them stand"


def test_a_fan_without_a_link_supports_nobody_here_and_a_young_one_is_not_listed(company: Company) -> None:
    circle.join(company.brand.access, company.fay, company.brand.cleo, company.house.now)
    listed = rows(company.device("bea"))
    assert of(company, company.fay, listed)["supports"] == "", "a circle is between the two of them"
    yara = company.house.value("SELECT id FROM party WHERE kind = 'young'")
    assert called(company, yara) not in {row["fan"] for row in listed}
    for who in (yara, company.brand.cleo, 10**9):
        assert company.device("bea").get(f"/brand/linen/orders?fan={who}").status == 404, who


def test_it_is_searched_by_pseudonym_and_creator_and_narrowed_by_state(company: Company) -> None:
    device, finn = company.device("mona"), called(company, company.brand.finn)
    assert [row["fan"] for row in rows(device, f"q={finn.replace(' ', '+')}")] == [finn]
    assert [row["fan"] for row in rows(device, f"q={finn.split()[1]}")] == [finn]
    assert rows(device, f"q={finn.split()[1][:3]}") == [], "too short to be meant"
    assert [row["fan"] for row in rows(device, "q=cle")] == [finn]
    assert [row["fan"] for row in rows(device, "state=sold")] == [finn]
    assert finn not in {row["fan"] for row in rows(device, "state=none")}
    assert rows(device, "state=checked") == []
    assert [row["fan"] for row in rows(device, f"creator={company.brand.cleo}")] == [finn]
    assert rows(device, f"creator={company.carla}") == []
    assert device.get(f"{FANS}?creator={company.brand.finn}").status == 404
    assert device.get(f"{FANS}?currency=XXX").status == 400
    page = device.get(f"{FANS}?creator={company.carla}&state=sold")
    assert "Nothing fits this search." in words(page)


def test_it_is_sorted_by_sales_and_by_what_they_earned(company: Company) -> None:
    brand, now = company.brand, company.house.now
    dora = add_creator(brand.programme, Joiner("Dora Damson", "damson@example.test"), now)
    many, much = (add_fan(brand.programme, Joiner("", f"{one}@example.test"), now) for one in ("many", "much"))
    for fan, nets in ((many, (10_000_000, 10_000_000, 10_000_000)), (much, (900_000_000, 1_000_000))):
        link, _ = add_link(brand.programme, NewLink(dora, fan, "https://shop.example/d", LABEL), now)
        tell(brand, *(order(brand, f"S{fan}-{i}", link, net, ago=0) for i, net in enumerate(nets)))
    device = company.device("fina")
    first = [row["fan"] for row in rows(device, "sort=sales&q=damson")]
    assert first == [called(company, many), called(company, much)]
    assert [row["fan"] for row in rows(device, "sort=earned&q=damson")] == first[::-1]
    page = device.get(f"/brand/linen/orders?fan={many}")
    assert f"{called(company, many)} · Show everything" in words(page)
    assert len(re.findall(rf"#S{many}-", page.text)) == 3
    assert f"#S{much}-" not in page.text
    assert len(rows(device, f"fan={many}", "/brand/linen/orders")) == 3, "the file is narrowed as well"


def test_another_brand_sees_its_own_and_fans_and_creators_nothing(company: Company) -> None:
    assert company.device("dora").get(FANS).status == 403
    its_own = rows(company.device("dora"), path="/brand/wool/fans")
    assert {row["fan"] for row in its_own} == {called(company, company.other.finn)}
    assert company.device("dora").get(f"/brand/wool/orders?fan={company.brand.finn}").status == 404
    for name in ("cleo", "finn", "yara"):
        assert company.device(name).get(FANS).status == 403, name


def test_whoever_was_erased_is_gone_from_it(company: Company) -> None:
    gone = add_fan(company.brand.programme, Joiner("", "gone@example.test"), company.house.now)
    name = called(company, gone)
    assert name in {row["fan"] for row in rows(company.device("bea"))}
    people.erase(company.brand.programme, gone, company.house.now + HOUR)
    assert name not in {row["fan"] for row in rows(company.device("bea"))}


def test_it_asks_the_database_little(company: Company) -> None:
    seen: list[str] = []
    device = company.device("bea", company.app(lambda conn: Watching(conn, seen)))
    for path in (FANS, f"/brand/linen/orders?fan={company.brand.finn}"):
        seen.clear()
        assert device.get(path).status == 200
        assert len([one for one in seen if "BEGIN" not in one]) <= 12, path
