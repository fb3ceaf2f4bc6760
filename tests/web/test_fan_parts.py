"""What a creator gives her fans, from the form she fills in to the ledger: for all links, and for one of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import pytest
from psycopg import errors

from fanshare.core.instants import MINUTE
from fanshare.flows import joining, people
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner
from fanshare.store.queries import touches
from fanshare.store.server import Server
from tests.jobs.house import LABEL
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded, order, tell
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

#: 12 % of 59.00, in micros.
COMMISSION = 7_080_000


@dataclass
class Scene:
    """Cleo with two links, and one fan who made a link of each."""

    company: Company
    cleo: Device
    fan: int
    codes: dict[str, str]

    def id_of(self, code: str) -> int:
        return int(self.company.house.value("SELECT id FROM link WHERE code = %s", code))

    def sold(self, number: str, code: str, ago: int = 0) -> int:
        """The fan's part of a sale by a click on a link a while ago, in micros."""
        brand = self.company.brand
        state = order(brand, number, self.id_of(code), ago=ago)
        tell(brand, state)
        return int(
            self.company.house.value(
                "SELECT coalesce(sum(amount), 0)::bigint FROM position p JOIN shop_order o ON o.id = p.order_id"
                " WHERE o.external_id = %s AND p.role = 'fan'",
                number,
            )
        )

    def choose(self, where: str, percent: str) -> Answer:
        self.company.house.later(MINUTE)
        answer = self.cleo.fill(where, percent=percent)
        self.company.house.later(MINUTE)
        return answer


@pytest.fixture(scope="module")
def scene(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("parts")) as company:
        brand, now = company.brand, company.house.now
        codes = {"spring": brand.code}
        codes["live"] = add_link(
            brand.programme, NewLink(brand.cleo, brand.cleo, "https://shop.example/live", LABEL, "live"), now
        )[1]
        fan = people.add_fan(brand.programme, Joiner("Gus", "gus@example.test"), now)
        for name in ("spring", "live"):
            codes[f"gus {name}"] = joining.share_link(brand.programme, fan, brand.cleo, "DE", now, of=codes[name])
        yield Scene(company, company.device("cleo"), fan, codes)


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\xa0", " ").split())


def test_a_link_of_a_fans_leads_where_the_one_leads_that_it_was_made_from(scene: Scene) -> None:
    rows = scene.company.house.rows(
        "SELECT f.destination, c.code FROM link f JOIN link c ON c.id = f.from_link_id"
        " WHERE f.code = ANY(%s) ORDER BY 1",
        [scene.codes["gus live"], scene.codes["gus spring"]],
    )
    spring, live = scene.codes["spring"], scene.codes["live"]
    assert rows == [("https://shop.example/linen", spring), ("https://shop.example/live", live)]


def test_until_she_chooses_fans_get_what_the_terms_say(scene: Scene) -> None:
    page = words(scene.cleo.get("/creator/linen/links"))
    assert "she gets 20 % of your commission" in page
    assert "That is what the shop’s terms say while you choose nothing." in page
    assert "Your fans get 20 % of your commission" in words(scene.cleo.get("/creator/linen/welcome"))
    assert scene.sold("P1", scene.codes["gus live"]) == COMMISSION * 20 // 100


def test_what_she_chooses_in_two_forms_is_what_fans_of_each_link_get(scene: Scene) -> None:
    early = scene.company.house.now
    assert scene.choose("/creator/linen/links", "10").status == 302
    assert scene.choose(f"/creator/linen/links/{scene.codes['live']}", "25").status == 302
    assert "she gets 10 % of your commission" in words(scene.cleo.get("/creator/linen/links"))
    for name, part in (("live", "25 %"), ("spring", "10 %")):
        page = words(scene.cleo.get(f"/creator/linen/links/{scene.codes[name]}"))
        assert f"by a link that she made from this one, she gets {part} of your commission" in page
    shares = {name: scene.sold(f"P2 {name}", scene.codes[f"gus {name}"]) for name in ("spring", "live")}
    assert shares == {"spring": COMMISSION * 10 // 100, "live": COMMISSION * 25 // 100}
    assert scene.sold("P3", scene.company.brand.fan_code) == COMMISSION * 10 // 100, "made from none: the usual part"
    ago = scene.company.house.now - early - MINUTE // 2
    assert scene.sold("P4", scene.codes["gus live"], ago) == COMMISSION * 20 // 100, "a click keeps what held then"


def test_without_the_link_that_it_was_made_from_a_choice_would_not_reach_a_fan(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = touches._LINKS.replace("from_link_id", "NULL::bigint")
    monkeypatch.setattr(touches, "_LINKS", blind)
    assert scene.sold("P5", scene.codes["gus live"]) == COMMISSION * 10 // 100
    monkeypatch.undo()
    assert scene.sold("P6", scene.codes["gus live"]) == COMMISSION * 25 // 100


def test_the_pages_of_fans_say_what_holds_for_each_link(scene: Scene) -> None:
    anybody = Device(scene.company.app())
    live, usual = scene.codes["live"], scene.codes["spring"]
    assert "That is 25 % of the commission; Cleo may change it" in words(anybody.get(f"/join/linen/fan/cleo?of={live}"))
    assert "That is 10 % of the commission; Cleo may change it" in words(
        anybody.get(f"/join/linen/fan/cleo?of={usual}")
    )
    newest = words(anybody.get("/join/linen/fan/cleo"))
    assert "That is 25 %" in newest, "without a link it is the newest, which she would get"
    assert newest == words(anybody.get("/join/linen/fan/cleo?of=%00nobody's"))
    shared = words(scene.company.device("gus").get("/fan/linen/share"))
    assert "About 1.77 € on an order of 59.00 €" in shared
    assert "About 0.70 € on an order of 59.00 €" in shared


def test_a_fan_who_is_in_gets_a_link_of_another_one_with_a_form(scene: Scene) -> None:
    finn = scene.company.device("finn")
    page = finn.get("/fan/linen/share")
    assert "https://shop.example/live · 25 %" in words(page)
    wish = {"creator": "cleo", "of": scene.codes["live"], "country": "DE"}
    for _ in range(2):
        assert finn.fill("/fan/linen/share", **wish).status == 302
    made = "SELECT count(*) FROM link WHERE from_link_id = %s"
    assert scene.company.house.value(made, scene.id_of(scene.codes["live"])) == 2, "hers and one of Gus, once each"
    assert "That is 25 % of the commission" in words(finn.get("/fan/linen/share"))
    for broken in ({"creator": "carla-quince"}, {"of": scene.codes["gus live"]}, {"of": ""}):
        assert finn.fill("/fan/linen/share", **{**wish, **broken}).status == 422


def test_a_choice_keeps_to_the_limits_and_asks_who_she_is(scene: Scene) -> None:
    too_much = scene.choose("/creator/linen/links", "31")
    assert too_much.status == 422
    assert "The fan's part may be 0 to 30 % in this programme." in words(too_much)
    before = scene.company.house.value("SELECT count(*) FROM fan_choice")
    stale = scene.company.device("cleo")
    scene.company.house.later(31 * MINUTE)
    assert stale.fill("/creator/linen/links", percent="5").status == 401
    assert scene.company.house.value("SELECT count(*) FROM fan_choice") == before


def test_what_a_link_was_made_from_stays(scene: Scene) -> None:
    statement = "UPDATE link SET from_link_id = NULL WHERE code = %s"
    with pytest.raises(errors.CheckViolation, match="stays what it is"), scene.company.house.conn.transaction():
        scene.company.house.conn.execute(statement, [scene.codes["gus live"]])
