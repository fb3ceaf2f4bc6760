"""Ideas: written down, found by a tag, made something to make by one button."""

import json
import re
from collections.abc import Iterator

import pytest

from fanshare.flows import workbench_keys
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.books import add, make, send, words
from tests.web.support.company import Company, founded
from tests.web.support.device import Device

__all__ = ["schema_template"]
PAGE = "/workbench/ideas"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("ideas")) as made:
        yield made


@pytest.fixture
def cleo(monkeypatch: pytest.MonkeyPatch, company: Company) -> Device:
    """Cleo with fresh books that are open."""
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    company.house.conn.execute("DELETE FROM workbench_row")
    company.house.conn.execute("DELETE FROM workbench")
    device = company.device("cleo")
    make(device)
    return device


def test_an_idea_is_found_by_its_tag_and_made_by_one_button(cleo: Device) -> None:
    assert "Write an idea down when it comes" in words(cleo.get(PAGE))
    add(cleo, "idea", words="Linen in rain", tags="Linen, autumn", notes="ask Bea for the grey one")
    assert add(cleo, "idea", words="Tea & honey", tags="autumn").endswith(PAGE)
    page = words(cleo.get(f"{PAGE}?tag=linen"))
    assert "Linen in rain" in page
    assert "Tea & honey" not in page
    idea = re.search(r'name="idea" value="([0-9a-f-]+)"', cleo.get(f"{PAGE}?tag=linen").text)
    assert idea is not None
    answer = send(cleo, PAGE, idea=idea[1])
    assert answer.status == 302
    assert "Linen in rain" in cleo.get(answer.headers["location"]).text, "its form: days and steps can be changed"
    assert "Linen in rain" in words(cleo.get("/workbench/plan"))
    after = words(cleo.get(PAGE))
    assert after.index("Taken up") < after.index("Linen in rain")


def test_what_is_no_idea_can_not_be_taken_up(cleo: Device) -> None:
    other = add(cleo, "deal", name="Tea week").rsplit("/", 1)[1]
    before = json.loads(cleo.get("/workbench/copy").text)["entries"]
    for wrong in (other, "", "no-such-thing"):
        assert send(cleo, PAGE, idea=wrong).status == 404
    assert json.loads(cleo.get("/workbench/copy").text)["entries"] == before


def test_an_idea_that_was_taken_up_keeps_that_when_it_is_changed(cleo: Device) -> None:
    add(cleo, "idea", words="Linen in rain")
    idea = re.search(r'name="idea" value="([0-9a-f-]+)"', cleo.get(PAGE).text)
    assert idea is not None
    send(cleo, PAGE, idea=idea[1])
    assert send(cleo, f"/workbench/entries/{idea[1]}", do="keep", words="Linen in snow").status == 302
    after = words(cleo.get(PAGE))
    assert after.index("Taken up") < after.index("Linen in snow")
