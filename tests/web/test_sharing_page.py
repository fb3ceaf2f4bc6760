"""How the sharing works: the figures are the core's, the words say every step, and few people's money is not told."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.core.instants import DAY
from fanshare.flows.people import Joiner, add_fan
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import app, ask

__all__ = ["schema_template"]


def words(html: str) -> str:
    """What a reader sees of the page itself."""
    body = re.sub(r"(?s)<(head|desc|title)\b.*?</\1>", " ", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).replace("\xa0", " ").split())


def general(query: str = "", **extra: str) -> str:
    answer = ask(app(), "/sharing", QUERY_STRING=query, **extra)
    assert answer.status == 200
    return words(answer.text)


def test_the_worked_order_is_shown_step_by_step_with_both_parts() -> None:
    seen = general("order=59&who=fan&rate=12&part=20&buyer=5")
    for said in (
        "12 % of it as commission: 7.08 €",
        "20 % of the commission are hers, 1.416 €",
        "5 % of the commission back: 0.354 €",
        "The creator gets all the rest: 5.31 €",
        "59.00 € of goods, 7.08 € of it commission",
    ):
        assert said in seen, said


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("creator", "The creator gets all the rest: 7.08 €"),
        ("both", "The creator gets all the rest: 5.664 €"),
        ("nobody", "the shop keeps it all"),
    ],
)
def test_who_helped_decides(who: str, said: str) -> None:
    assert said in general(f"who={who}")


def test_it_is_spoken_in_german_with_a_comma() -> None:
    seen = general("order=59,00&who=fan", HTTP_ACCEPT_LANGUAGE="de")
    assert "12 % als Provision: 7,08 €" in seen
    assert "Schritt für Schritt" in seen


@pytest.mark.parametrize(
    "query",
    ["order=abc", "order=-1", "order=0", "order=9999999", "order=1e9", "who=queen", "rate=101", "part=31", "buyer=x",
     "order=%00", "order=%D9%A3"],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_the_example_is_shown(query: str) -> None:
    answer = ask(app(), "/sharing", QUERY_STRING=query)
    assert answer.status == 422
    assert 'role="alert"' in answer.text
    assert "5.31 €" in words(answer.text)


def test_nothing_typed_becomes_markup() -> None:
    answer = ask(app(), "/sharing", QUERY_STRING="order=%22%3E%3Cscript%3E&rate=%3Cb%3E")
    assert "<script" not in answer.text
    assert "<b>" not in answer.text


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("sharing")) as made:
        yield made


def test_a_programmes_page_uses_its_terms_and_tells_nothing_of_few_people(company: Company) -> None:
    seen = words(Device(company.app()).get("/sharing/linen").text)
    assert "7.08 €" in seen
    assert seen.count("Too few to tell") == 2
    assert "Ready 30 days after" in seen


def test_a_programme_that_is_not_there_is_the_same_page_as_any_other(company: Company) -> None:
    assert Device(company.app()).get("/sharing/nobody").status == 404


def test_from_twenty_fans_on_the_median_counts_those_who_earned_nothing(company: Company) -> None:
    company.house.later(DAY)  # what was sold in the night counts from the next midnight on
    joined = company.house.now - 2 * DAY
    for number in range(18):
        add_fan(company.brand.programme, Joiner(f"Fan {number}", f"crowd{number}@example.test"), joined)
    seen = words(Device(company.app()).get("/sharing/linen").text)
    assert "Half of all 20 have earned at most 0.00 € in all so far. Earned anything at all: 1 of them." in seen
    assert seen.count("Too few to tell") == 1


def test_the_figures_are_those_of_midnight_and_looked_up_once_a_day(company: Company) -> None:
    application = company.app()
    before = words(Device(application).get("/sharing/linen").text)
    joined = company.house.now
    add_fan(company.brand.programme, Joiner("Late", "late@example.test"), joined)
    assert words(Device(company.app()).get("/sharing/linen").text) == before
    company.house.later(DAY)
    assert "Half of all 21" in words(Device(application).get("/sharing/linen").text)
