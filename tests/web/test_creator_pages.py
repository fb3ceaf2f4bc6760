"""A creator's own pages over real books: what they say, what they cost, what they refuse."""

import csv
import io
import json
import re
from collections.abc import Iterator

import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY
from fanshare.core.statement_check import verify
from fanshare.flows.own_links import percent_of
from fanshare.flows.people import know_identity
from fanshare.store.server import Server
from fanshare.store.signing import verify as verify_signature
from fanshare.web.creator.links import qr
from tests.support.schema import schema_template
from tests.web.support.company import Company, Watching, founded, order, tell
from tests.web.support.device import Device

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("creator")) as made:
        yield made


@pytest.fixture(scope="module")
def cleo(company: Company) -> Device:
    return company.device("cleo")


def words(text: str) -> str:
    """What a reader sees, spaces made one."""
    return " ".join(re.sub(r"<[^>]+>", " ", text.replace("\xa0", " ")).split())


def test_today_says_what_is_ready_what_waits_and_what_needs_her(cleo: Device) -> None:
    page = words(cleo.get("/creator/linen").text)
    assert "earned in all 24.74 €" in page
    assert "ready 2.40 €" in page
    assert "waiting 12.74 €" in page
    assert "being checked 9.60 €" in page
    assert "1 sale is being checked; the first check ends by itself on Tue 1 Dec" in page
    assert "3 orders" in page


def test_each_line_has_its_state_its_date_and_its_why(cleo: Device) -> None:
    page = cleo.get("/creator/linen/earnings").text
    seen = words(page)
    for line in (
        "#C1001 59.00 € waiting until Mon 14 Dec 7.08 €",
        "#F1002 59.00 € waiting until Mon 14 Dec 5.66 €",
        "#H1003 80.00 € being checked until Tue 1 Dec 9.60 €",
        "#R1005 20.00 € ready in the next payout 2.40 €",
    ):
        assert line in seen
    tokens = re.findall(r'href="(/why/[^"]+)"', page)
    assert len(tokens) == 4
    assert all(cleo.get(token).status == 200 for token in tokens)


def test_filters_dates_search_and_order_are_in_the_address(cleo: Device) -> None:
    def numbers(query: str) -> list[str]:
        return re.findall(r"#([A-Z]\d{4})</th>", cleo.get(f"/creator/linen/earnings{query}").text)

    assert numbers("?state=held") == ["H1003"]
    assert numbers("?q=%23C1001") == ["C1001"]
    assert numbers("?from=2026-11-14&to=2026-11-14") == ["H1003", "F1002", "C1001"]
    assert numbers("?sort=largest") == ["H1003", "C1001", "F1002", "R1005"]
    assert numbers("?q=W2001") == [], "an order of another programme"
    assert cleo.get("/creator/linen/earnings?state=x").status == 400
    assert cleo.get("/creator/linen/earnings?after=zzz").status == 400
    assert "Nothing fits this search." in cleo.get("/creator/linen/earnings?q=W2001").text


def test_a_long_list_is_walked_page_by_page_and_exported_whole(company: Company) -> None:
    tell(
        company.other,
        *(order(company.other, f"N{3000 + n}", company.other.link, (n + 1) * 1_000_000) for n in range(60)),
    )
    know_identity(company.other.programme, company.other.cleo, "email", "cleo@example.test", company.house.now)
    device = company.device("cleo")
    for sort in ("", "sort=largest"):
        path, found = f"/creator/wool/earnings?{sort}", []
        for _ in range(5):
            page = device.get(path).text
            found += re.findall(r"#([A-Z]\d{4})</th>", page)
            further = re.search(r'href="(\?[^"]*after=[^"]+)"', page)
            if further is None:
                break
            path = f"/creator/wool/earnings{further[1].replace('&amp;', '&')}"
        assert len(found) == len(set(found)) == 61, sort
    answer = device.get("/creator/wool/earnings?as=csv&sort=largest")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert len(rows) == 61
    assert (rows[0]["order"], rows[0]["goods"], rows[0]["amount"]) == ("N3059", "60.000000", "7.200000")
    assert (rows[0]["pays_on"], rows[0]["paid_on"], rows[0]["waits_for"]) == ("", "", "maturity")
    assert json.loads(device.get("/creator/wool/earnings?as=json").text)["complete"] is True
    assert "Creator · Cleo, Wool" in words(device.get("/creator/linen").text), (
        "the switcher leads to the other programme"
    )


def test_a_statement_is_a_file_that_verifies(cleo: Device) -> None:
    answer = cleo.get("/creator/linen/statement")
    assert answer.headers["content-disposition"] == 'attachment; filename="statement-linen-2026-11-22.json"'
    report = verify(json.loads(answer.text), verify_signature)
    assert report.ok


def test_a_link_of_somebody_else_is_answered_like_one_that_is_not_there(company: Company, cleo: Device) -> None:
    code = company.house.value("SELECT code FROM link WHERE destination LIKE %s", "%quince")
    shown, missing = (cleo.get(f"/creator/linen/links/{one}") for one in (code, "nothing"))
    assert (shown.status, missing.status) == (404, 404)
    assert shown.text == missing.text
    for values in ({"state": "ended"}, {"percent": "0"}):
        hidden = dict(
            re.findall(r'name="(csrfmiddlewaretoken)" value="([^"]*)"', cleo.get("/creator/linen/links").text)
        )
        assert cleo.post(f"/creator/linen/links/{code}", {**hidden, **values}).status == 404
    states = company.house.rows(
        "SELECT state FROM link_state s JOIN link l ON l.id = s.link_id WHERE l.code = %s", code
    )
    assert states == [("active",)]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"address": "javascript:alert(1)"}, "must begin with https://"),
        ({"address": "https://evil.example/"}, "is not one of this shop"),
        ({"address": "https://shop.example@evil.example/"}, "it must name a host and no user"),
        ({"address": ""}, "link"),
        ({"country": "XX"}, "no advertising label"),
        ({"platform": "x"}, "Say where"),
        ({"name": "n" * 101}, "at most 100 characters"),
    ],
)
def test_a_link_that_cannot_be_made_says_why_and_keeps_what_was_typed(
    cleo: Device, values: dict[str, str], said: str
) -> None:
    whole = {"address": "https://shop.example/a", "country": "DE", "platform": "blog", "name": "Kept", **values}
    answer = cleo.fill("/creator/linen/links", **whole)
    assert answer.status == 422
    assert said in answer.text.replace("&#39;", "'")
    assert whole["name"] in answer.text


def test_a_link_that_was_ended_stays_ended(company: Company, cleo: Device) -> None:
    made = cleo.fill(
        "/creator/linen/links", address="https://shop.example/b", country="AT", platform="blog", name="End"
    )
    path = made.headers["location"]
    company.house.later(DAY // 24)
    assert cleo.fill(path, state="ended").status == 302
    company.house.later(DAY // 24)
    assert cleo.fill(path, state="active").status == 422
    page = cleo.get(path).text
    assert "ended: what was clicked before keeps" in page
    assert "Let it count again" not in page


@pytest.mark.parametrize("path", ["", "/earnings", "/earnings?sort=largest", "/links"])
def test_a_page_asks_the_database_at_most_a_dozen_times(company: Company, path: str) -> None:
    seen: list[str] = []
    device = company.device("cleo", company.app(lambda conn: Watching(conn, seen)))
    seen.clear()
    assert device.get(f"/creator/linen{path}").status == 200
    asked = [one for one in seen if one.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE"))]
    assert len(asked) <= 12, "\n".join(" ".join(one.split())[:110] for one in asked)


@pytest.mark.parametrize(("text", "bps"), [("20", 2000), ("12,5", 1250), ("0", 0), (" 7.25 % ", 725), ("100", 10_000)])
def test_a_percentage_is_read_as_people_write_it(text: str, bps: int) -> None:
    assert percent_of(text) == bps


@pytest.mark.parametrize("text", ["", "-1", "1e3", "twelve", "1.234", "٣", "1000", "1.2.3", "½"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="percentage"):
        percent_of(text)


def test_a_qr_code_is_a_picture_of_squares_that_holds_no_script() -> None:
    made = qr("https://share.example/r/<script>")
    assert made.startswith("<svg")
    assert "script" not in made
    assert "style" not in made
