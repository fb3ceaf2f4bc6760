"""The pages over PostgreSQL: the contract of every page store, on books that the flows have made."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import psycopg
import pytest

from fanshare.core import clickid
from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY, HOUR
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, Refund, Status
from fanshare.flows.accept import Shop, accept
from fanshare.flows.assets import set_link_state
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_creator, erase
from fanshare.flows.rulings import NewRuling, find_order, rule
from fanshare.store import directory
from fanshare.store.access import connect
from fanshare.store.server import Database
from fanshare.web.language import speaking
from fanshare.web.pages_port import PageStore
from fanshare.web.said import in_her_words
from fanshare.web.stored_pages import StoredPages
from tests.jobs.house import LABEL, Brand, House
from tests.support.schema import schema_template
from tests.web.support import serving
from tests.web.support.page_contract import CHECKS, ContractCase

__all__ = ["schema_template"]

TERMS = """
[[commission]]
id = "standard"
percent = "12"

[fans]
buyer_percent = "5"
"""
HOSTILE = "<script>alert('Mira')</script> & \N{RIGHT-TO-LEFT OVERRIDE}cilbup"


@dataclass
class Filled:
    """An installation with something of everything to show."""

    house: House
    brand: Brand
    tokens: dict[str, str]

    @property
    def store(self) -> StoredPages:
        return StoredPages(partial(connect, self.house.database.dsn()), self.house.clock)

    def token(self, number: str, role: str) -> str:
        found: str = self.house.value(
            "SELECT why_token FROM position p"
            " JOIN shop_order o ON o.programme_id = p.programme_id AND o.id = p.order_id"
            " WHERE o.external_id = %s AND p.role = %s",
            number,
            role,
        )
        return found


def tell(brand: Brand, *states: OrderState) -> None:
    """The shop tells these states, and they are settled."""
    programme, now = brand.programme, brand.house.now
    with programme.access.transaction():
        shop = Shop(brand.shop.id, brand.shop.endpoint)
        assert not accept(programme.access, shop, states, programme.book, programme.secrets, now).refused
    brand.house.work()


def order(brand: Brand, number: str, link: int, net: int = 59_000_000) -> OrderState:
    at = brand.house.now - 8 * DAY
    click = clickid.mint(link, at, os.urandom(clickid.RANDOM_BYTES), brand.programme.secrets.click_id)
    now = brand.house.now
    buyer = Buyer(email=brand.programme.pseudonym("email", f"{number}@example.test"))
    lines = (Line("1", net),)
    return OrderState(
        number, number, now, now, Status.CAPTURED, "EUR", lines, total=net, buyer=buyer, evidence=Evidence((click,))
    )


@pytest.fixture(scope="module")
def filled(schema_template: str, pg_server: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    from tests.support.postgres import create_database, drop_database

    database: Database = create_database(pg_server, schema_template)  # type: ignore[arg-type]
    home: Path = tmp_path_factory.mktemp("pages")
    with House.built(database, home) as house:
        yield _fill(house)
    drop_database(pg_server, database)  # type: ignore[arg-type]


def _fill(house: House) -> Filled:
    brand = Brand.founded(house, "linen", TERMS)
    programme, long_ago = brand.programme, house.now - 40 * DAY
    hostile = add_creator(programme, Joiner(HOSTILE, slug="mira"), long_ago)
    add_link(
        programme, NewLink(hostile, hostile, "https://shop.example/?a=1&b=<2>", LABEL, HOSTILE, "mira-link"), long_ago
    )
    erased = add_creator(programme, Joiner("Gone"), long_ago)
    erase(programme, erased, house.now)
    add_link(programme, NewLink(brand.cleo, brand.cleo, "https://shop.example/old", LABEL, "", "cleo-old"), long_ago)
    set_link_state(programme, "cleo-old", "paused", house.now)
    new = directory.NewProgramme("draft", "A draft", "DE", "EUR", "Europe/Berlin")
    directory.found_programme(house.conn, new, house.now, "test")
    first = order(brand, "1001", brand.fan_link)
    held, refunded, plain = (order(brand, number, brand.link) for number in ("1002", "1003", "1004"))
    tell(brand, first, held, refunded, plain)
    reason = NewRuling(
        "held", "The same address three times", find_order(brand.access, "1002"), until=house.now + 9 * DAY
    )
    rule(brand.programme, reason, house.now)
    house.later(HOUR)
    given = (Refund("r", house.now, 59_000_000),)
    tell(brand, replace(refunded, modified_at=house.now, refunds=given))
    made = Filled(house, brand, {})
    made.tokens = {role: made.token("1001", role) for role in ("creator", "fan", "buyer")}
    return made


def case(filled: Filled) -> ContractCase:
    return ContractCase(
        store=filled.store,
        programme="linen",
        creator="cleo",
        live=(f"/r/{filled.brand.code}",),
        paused=("/r/cleo-old", f"/r/{filled.brand.fan_code}"),
        tokens={"creator": filled.tokens["creator"], "fan": filled.tokens["fan"], "buyer": filled.tokens["buyer"]},
        hidden_programmes=("draft",),
        hidden_creators=(("linen", "gone"), ("draft", "cleo")),
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_store_in_the_database_keeps_the_contract(filled: Filled, check: Callable[[ContractCase], None]) -> None:
    check(case(filled))


def test_a_held_line_keeps_the_contract_too(filled: Filled) -> None:
    held = replace(case(filled), tokens={"creator": filled.token("1002", "creator")})
    for check in CHECKS:
        check(held)
    line = filled.store.why(held.tokens["creator"])
    assert line is not None
    assert (line.bucket, line.hold_reason) == ("held", "The same address three times")


def test_a_line_shows_the_worked_case_to_the_micro(filled: Filled) -> None:
    line = filled.store.why(filled.tokens["fan"])
    assert line is not None
    assert (line.amount, line.split.goods, tuple(line.split.shares)) == (
        1_416_000,
        59_000_000,
        (5_310_000, 1_416_000, 354_000),
    )
    with speaking("de"):
        told = in_her_words(line.sentences[0])
    assert told.startswith("Du hast diesen Käufer am ")
    assert told.endswith("dein Anteil sind 20 % davon: 1,416.")
    assert line.order_label == "", "the fan may not know the order"
    creator = filled.store.why(filled.tokens["creator"])
    assert creator is not None
    assert creator.order_label == "#1001"


def test_the_evidence_speaks_to_the_reader(filled: Filled) -> None:
    said = {}
    for role, token in filled.tokens.items():
        line = filled.store.why(token)
        assert line is not None
        said[role] = [fact.sentence for fact in line.evidence]
    assert said["fan"] == ["A click on your link led to this order.", "The order was placed."]
    assert said["creator"] == said["buyer"] == ["A click on a fan's link led to this order.", "The order was placed."]
    own = filled.store.why(filled.token("1004", "creator"))
    assert own is not None
    assert own.evidence[0].sentence == "A click on your link led to this order."
    assert own.sentences[0].startswith("You brought this sale on 14 Nov.")


def test_a_line_that_was_refunded_whole_is_still_explained(filled: Filled) -> None:
    line = filled.store.why(filled.token("1003", "creator"))
    assert line is not None
    assert (line.amount, line.split.goods) == (0, 0)


def pages(store: PageStore, filled: Filled, path: str) -> serving.Answer:
    return serving.ask(serving.app(store, filled.house.now), path)


def test_every_page_of_the_installation_renders_and_escapes_what_people_typed(filled: Filled) -> None:
    paths = ["/", "/c/linen/cleo", "/c/linen/mira", "/terms/linen"]
    paths += [f"/why/{token}" for token in filled.tokens.values()]
    paths += [f"/why/{filled.token(number, 'creator')}" for number in ("1002", "1003", "1004")]
    for path in paths:
        answer = pages(filled.store, filled, path)
        assert answer.status == 200, path
        assert "<script>alert" not in answer.text, path
        assert "None" not in answer.text, path


def test_what_is_not_there_is_answered_404(filled: Filled) -> None:
    for path in (
        "/c/linen/nobody",
        "/c/draft/cleo",
        "/terms/draft",
        "/why/" + "A" * 24,
        "/why/%00",
        "/c/%00/x",
        "/demo",
    ):
        assert pages(filled.store, filled, path).status == 404, path


def test_a_database_that_is_away_is_said_in_a_sentence(filled: Filled) -> None:
    def away() -> psycopg.Connection[tuple[object, ...]]:
        raise psycopg.OperationalError("connection refused: password=secret")

    store = StoredPages(away, filled.house.clock)
    with pytest.raises(FanshareError, match="can't be reached at the moment"):
        store.programmes()
    answer = pages(store, filled, "/c/linen/cleo")
    assert answer.status == 503
    assert "can&#39;t be reached" in answer.text or "can't be reached" in answer.text
    assert "secret" not in answer.text


def test_a_database_that_goes_away_while_it_is_asked_is_said_in_the_same_sentence(filled: Filled) -> None:
    conn = connect(filled.house.database.dsn())
    store = StoredPages(lambda: conn, filled.house.clock)
    conn.close()
    assert pages(store, filled, "/c/linen/cleo").status == 503
