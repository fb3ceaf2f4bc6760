"""From an empty database to "why this amount": operator, brand, creator and fan, each in a browser of her own."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from fanshare.core.instants import DAY, MINUTE, SECOND, format_rfc3339
from fanshare.flows import staff
from fanshare.integrations.generic.verify import sign
from fanshare.integrations.mail.memory import MemoryMailer
from fanshare.jobs.mail import PostOffice, send_due
from fanshare.store.server import Server
from tests.cli.running import BROWSER
from tests.edge.running import KEYS
from tests.jobs.house import House, eventually
from tests.support.mails import text_of
from tests.support.postgres import create_database, drop_database
from tests.support.schema import schema_template
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Installation
from tests.web.support.serving import served

__all__ = ["schema_template"]

PUBLIC = "http://127.0.0.1"


@dataclass
class Place:
    """An installation in which there is nobody yet, its mail, and its pages."""

    installation: Installation
    mailer: MemoryMailer
    base: str
    browser: Browser
    stack: ExitStack

    @property
    def house(self) -> House:
        return self.installation.house

    def screen(self) -> Watched:
        """A phone of somebody's own."""
        return self.stack.enter_context(watched(self.browser, self.base))

    def link_to(self, address: str) -> str:
        """The path that the newest mail to somebody leads to."""
        send_due(self.house.conn, KEYS, PostOffice(self.mailer, PUBLIC), self.house.clock)
        text = text_of(next(one for one in reversed(self.mailer.sent) if one["To"] == address))
        found = re.search(rf"{re.escape(PUBLIC)}(/(?:join|sign-in)\S*)", text)
        assert found is not None, text
        return found[1]

    def work(self) -> None:
        """What the worker does in its rounds, and what the edge then knows."""
        self.house.work()
        self.house.worker.housekeeping()


@pytest.fixture(scope="module")
def place(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    database = create_database(pg_server, schema_template)
    with ExitStack() as stack:
        house = stack.enter_context(House.empty(database, tmp_path_factory.mktemp("nothing")))
        stack.enter_context(house.open())
        installation = Installation(house)
        stack.callback(installation.close)
        base = stack.enter_context(served(installation.app(hosts=("127.0.0.1",), public_url=PUBLIC)))
        browser = stack.enter_context(chromium())
        yield Place(installation, MemoryMailer(house.clock), base, browser, stack)
    drop_database(pg_server, database)


def test_from_an_empty_database_to_why_this_amount(place: Place) -> None:
    assert place.house.value("SELECT count(*) FROM programme") == 0
    seen = [founded(place)]
    owner, endpoint, secret = opened(place)
    creator = joined(place)
    fan, code = helped(place)
    bought(place, code, endpoint, secret)
    for screen, path in ((creator, "/creator/moss/earnings"), (fan, "/fan/moss/earnings")):
        explained(screen, path)
    ruled(owner)
    seen[0].open("/operator/books")
    expect(seen[0].page.get_by_role("heading", level=1)).to_be_visible()
    assert [one.complaints() for one in (*seen, owner, creator, fan)] == [[]] * 4


def told(place: Place, address: str) -> None:
    """Whoever was let in is told by mail, without a link that signs her in."""
    assert place.link_to(address) == "/sign-in"


def signed_in(place: Place, address: str) -> Watched:
    """Somebody asks for a link, and presses the button on the page that it leads to."""
    seen = place.screen()
    seen.open("/sign-in")
    seen.page.get_by_label("Your e-mail address").fill(address)
    seen.press(seen.page.get_by_role("button", name="Send me a link"))
    seen.open(place.link_to(address))
    seen.press(seen.page.get_by_role("button", name="Sign in"))
    return seen


def founded(place: Place) -> Watched:
    """The operator, whom the command line let in, founds a programme for a brand."""
    staff.add_operator(place.house.conn, KEYS, "otto@example.test", place.house.now)
    seen = signed_in(place, "otto@example.test")
    page = seen.page
    seen.open("/operator/programmes")
    expect(page.get_by_text("There is no programme yet")).to_be_visible()
    for label, value in (
        ("What people call the brand", "Moss & Co"), ("Currency", "EUR"), ("Country", "DE"),
        ("Where its days begin", "Europe/Berlin"), ("Short name", "moss"),
        ("An address that people can write to", "shop@moss.example"),
        ("The owner's e-mail address", "bea@example.test"),
    ):  # fmt: skip
        page.get_by_label(label).fill(value)
    seen.press(page.get_by_role("button", name="Found it"))
    expect(page.get_by_text("Moss & Co is founded")).to_be_visible()
    return seen


def opened(place: Place) -> tuple[Watched, str, str]:
    """Its owner publishes terms that let everybody in, and connects a shop that is heard: her endpoint and secret."""
    told(place, "bea@example.test")
    seen = signed_in(place, "bea@example.test")
    page = seen.page
    seen.open("/brand/moss")
    page.wait_for_url("**/brand/moss/start")
    seen.press(page.get_by_role("link", name="Look at every figure, then publish"))
    page.get_by_label("How creators join").select_option("open")
    seen.press(page.get_by_role("button", name="See what it means"))
    seen.press(page.get_by_role("button", name="Publish as version 1"))
    seen.press(page.get_by_role("link", name="Connect a shop"))
    page.get_by_role("radio", name="Signed orders").check()
    seen.press(page.get_by_role("button", name="Go on"))
    page.get_by_label("Address of your shop").fill("https://shop.example")
    seen.press(page.get_by_role("button", name="Connect it"))
    secret = page.get_by_role("region", name="Secret", exact=True).inner_text()
    endpoint = str(place.house.value("SELECT endpoint FROM connection"))
    place.work()
    assert place.house.edge_knows(endpoint)
    delivered(place, endpoint, secret, "T1", test=True)
    seen.open("/brand/moss/start")
    seen.unfold()
    expect(page.get_by_text("A message of the shop has arrived")).to_be_visible()
    return seen, endpoint, secret


def joined(place: Place) -> Watched:
    """Somebody with three followers joins as a creator."""
    seen = place.screen()
    page = seen.page
    seen.open("/join/moss")
    page.get_by_label("The name people see").fill("Cleo")
    page.get_by_label("Your e-mail address").fill("cleo@example.test")
    seen.press(page.get_by_role("button", name="Send me the link"))
    seen.open(place.link_to("cleo@example.test"))
    seen.press(page.get_by_role("button", name="I am 18 or older"))
    expect(page.get_by_role("heading", name="You are in")).to_be_visible()
    return seen


def helped(place: Place) -> tuple[Watched, str]:
    """Somebody finds her page and takes a link to send on: the code of it."""
    place.work()
    seen = place.screen()
    page = seen.page
    seen.open("/c/moss/cleo")
    seen.press(page.get_by_role("link", name="Bring a friend and earn"))
    page.get_by_label("Your e-mail address").fill("finn@example.test")
    seen.press(page.get_by_role("button", name="Send me the link"))
    seen.open(place.link_to("finn@example.test"))
    seen.press(page.get_by_role("button", name="I am 18 or older"))
    message = page.locator("textarea").first.input_value()
    found = re.fullmatch(rf"Werbung[^/]*{re.escape(place.base)}/r/(\w+)", message)
    assert found is not None, message
    return seen, found[1]


def delivered(place: Place, endpoint: str, secret: str, number: str, **more: object) -> None:
    """The shop tells of an order of 59.00, signed."""
    now = place.house.now
    body = json.dumps(
        {
            "order_id": number, "status": "captured", "currency": "EUR", "ordered_at": format_rfc3339(now),
            "lines": [{"id": "1", "net": "59.00"}], "buyer": {"email": f"{number}@example.test"}, **more,
        }
    ).encode()  # fmt: skip
    sent = now // SECOND
    headers = {"webhook-id": f"msg_{number}", "webhook-timestamp": str(sent)}
    headers["webhook-signature"] = sign(secret.encode(), f"msg_{number}", sent, body)
    answer = place.house.edge.client.post(f"/hooks/{endpoint}", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    place.work()


def bought(place: Place, code: str, endpoint: str, secret: str) -> None:
    """A friend follows the link, and buys; a day passes, for a fan's figures move once a day."""
    place.work()
    client = place.house.edge.client
    assert eventually(lambda: client.get(f"/r/{code}", headers=BROWSER).status_code == 302)
    where = client.get(f"/r/{code}", headers=BROWSER).headers["location"]
    click = parse_qs(urlsplit(where).query)["fs"][0]
    place.house.later(5 * MINUTE)
    delivered(place, endpoint, secret, "1001", clicks=[click])
    place.house.later(DAY)
    place.work()


def explained(seen: Watched, path: str) -> None:
    """Her earnings lead to why this amount is what it is."""
    part = {"creator": "5.66", "fan": "1.41"}[path.split("/")[1]]
    seen.open(path)
    expect(seen.page.get_by_text(part).first).to_be_visible()
    seen.press(seen.page.get_by_role("link", name=re.compile("^why")).first)
    expect(seen.page.get_by_text(part).first).to_be_visible()
    assert seen.faults() == []


def ruled(seen: Watched) -> None:
    """The brand sees who got what of the order, and why."""
    seen.open("/brand/moss/orders")
    seen.press(seen.page.get_by_role("link", name=re.compile("1001")).first)
    for words in ("Cleo", "5.66", "1.41", "7.08"):
        expect(seen.page.get_by_text(words).first).to_be_visible()
    assert seen.faults() == []
