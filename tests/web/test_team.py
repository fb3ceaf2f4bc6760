"""An owner's page of her team: let in, ended, never without an owner, and what was done by whom."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.flows.staff import brand_people
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]
TEAM = "/brand/linen/team"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("team")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def send(device: Device, **values: str) -> Answer:
    device.get("/sign-out")
    return device.post(TEAM, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def team(company: Company) -> dict[str, str]:
    return {one.address: one.post for one in brand_people(company.brand.access, KEYS)}


def test_an_owner_lets_colleagues_in_and_ends_them(company: Company) -> None:
    bea = company.device("bea")
    assert send(bea, address="Ida@example.test", post="reader").status == 302
    assert team(company)["Ida@example.test"] == "reader"
    ida = company.device("ida")
    assert ida.get("/brand/linen").status == 200
    assert ida.get(TEAM).status == 403
    for wrong, said in (
        ({"address": "nonsense", "post": "reader"}, "not an e-mail address"),
        ({"address": "una@example.test", "post": "queen"}, "what she does"),
        ({"address": "ida@example.test", "post": "owner"}, "already"),
        ({"address": "bea@example.test", "what": "end"}, "the only owner"),
        ({"address": "dora@example.test", "what": "end"}, "Nobody with this address"),
    ):
        answer = send(bea, **wrong)
        assert (answer.status, said in words(answer)) == (422, True), wrong
    assert send(bea, address="ida@example.test", what="end").status == 302
    assert ida.get("/brand/linen").status == 302, "she is out at once"
    assert set(team(company)) == {f"{name}@example.test" for name in ("bea", "mona", "fina", "rea")}


def test_what_was_done_here_is_listed_and_nothing_of_other_programmes(company: Company) -> None:
    bea, otto = company.device("bea"), company.device("otto")
    assert send(otto, address="tom@example.test", post="manager").status == 302
    page = words(bea.get(TEAM))
    assert "bea@example.test let somebody look after a programme" in page
    assert "an operator let somebody look after a programme" in page
    assert "otto@example.test" not in page
    assert "bea@example.test signed in" in page
    company.device("dora")
    only = words(bea.get(f"{TEAM}?what=sign_in.link"))
    assert "dora" not in only
    assert "brand:5" not in only, "Dora's row"
    assert bea.get(f"{TEAM}?as=csv").text.startswith("\ufeffat,who,what,about")
