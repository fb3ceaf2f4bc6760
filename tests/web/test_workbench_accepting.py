"""Before she accepts a deal or joins a programme: everything that is known on one page, and nothing that blocks her."""

import json
from collections.abc import Iterator

import pytest

from fanshare.core.instants import DAY, local_date, zone
from fanshare.core.products import Product, Taking
from fanshare.flows import products, returns, workbench_keys
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from tests.flows.test_papers import pdf
from tests.support.schema import schema_template
from tests.web.support.books import add, make, send, words
from tests.web.support.company import Company, Watching, founded, tell
from tests.web.support.device import Device
from tests.web.test_what_comes_back import bought

__all__ = ["schema_template"]
PATH = "/workbench/accept"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Twenty shirts sold long ago, three came back, and a catalogue that names them."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("accepting")) as made:
        tell(made.brand, *(bought(made, f"B{n}", back=n < 3) for n in range(20)))
        taking = Taking()
        taking.take(1, Product("shirt", "Linen shirt", url="https://shop.example/s", price=1_000_000, currency="EUR"))
        products.take(made.brand.programme, taking.told(), products.Wish(), made.house.now, lambda *_: None)
        yield made


@pytest.fixture
def cleo(monkeypatch: pytest.MonkeyPatch, company: Company) -> Device:
    """Cleo, without books."""
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    company.house.conn.execute("DELETE FROM workbench_row")
    company.house.conn.execute("DELETE FROM workbench")
    return company.device("cleo")


def look(device: Device, **typed: str) -> str:
    """What the page says of an offer."""
    answer = send(device, PATH, **typed)
    assert answer.status == 200
    return words(answer).replace("\N{NO-BREAK SPACE}", " ")


def day(company: Company, ago: int) -> str:
    return local_date(company.house.now - ago * DAY, zone(company.brand.tenant.time_zone)).isoformat()


def test_four_of_ten_posts_are_previewed_against_her_limit_of_three(company: Company, cleo: Device) -> None:
    make(cleo)
    deal = add(cleo, "deal", name="Tea", day=day(company, 0)).rsplit("/", 1)[1]
    for ago in range(1, 7):
        add(cleo, "post", day=day(company, ago), platform="tiktok", words="mine")
    for ago in range(1, 4):
        add(cleo, "post", day=day(company, ago), platform="tiktok", words="paid", deal=deal)
    send(cleo, "/workbench/limits", do="keep", limit="30", window="7")
    before = json.loads(cleo.get("/workbench/copy").text)["entries"]
    seen = look(cleo, brand="Coffee", posts="1", first=day(company, 0), last="")
    assert "With this deal: 4 of 10 posts paid for (limit 3), on" in seen
    assert "against what you set" in seen
    assert "Today it is 3 of 9 posts of the last 7 days." in seen
    send(cleo, "/workbench/limits", do="keep", limit="40", window="7")
    seen = look(cleo, brand="Coffee", posts="1", first=day(company, 0), last="")
    assert "it keeps within what you set yourself, counted on the days" in seen
    assert "against what you set" not in seen
    assert json.loads(cleo.get("/workbench/copy").text)["entries"] == before, "nothing is written down"
    assert send(cleo, PATH, posts="61").status == 422
    assert send(cleo, PATH, programme="nowhere").status == 422


def test_her_list_is_looked_for_in_brand_product_and_text_and_blocks_nothing(company: Company, cleo: Device) -> None:
    make(cleo)
    assert "Your list is empty." in look(cleo, brand="Bet Now")
    add(cleo, "never", words="Bet-Now", why="no gambling")
    add(cleo, "never", words="fast fashion", why="")
    seen = look(cleo, brand="BET NOW", product="Shirts (fast fashion)", text="Bet now sends you shirts.")
    assert (
        "“Bet-Now” is on your list of what you never want. It stands in: the brand , the text they sent"
        in seen.replace(" .", ".").replace("brand,", "brand ,")
    )
    assert "“fast fashion” is on your list" in seen
    assert "nothing is blocked, and nobody is told" in seen
    assert "2 entries of your list were looked for" in look(cleo, brand="Alphabet now")
    assert "Linen" in (shop := look(cleo, programme="linen"))
    assert "is on your list" not in shop
    add(cleo, "never", words=company.brand.tenant.name, why="")
    assert "is on your list" in look(cleo, programme="linen")


def test_a_programme_shows_how_it_pays_and_what_comes_back_only_where_its_brand_lets_it(
    company: Company, cleo: Device
) -> None:
    typed = {"programme": "linen", "product": "linen shirt"}
    seen = look(cleo, **typed)
    assert "The brand doesn’t show how often something comes back." in seen
    assert "came back" not in seen
    assert "too few payouts yet to tell" in seen
    assert " Join · " not in seen, "she is in it"
    returns.show(company.brand.access, True, company.house.now)
    seen = look(company.device("cleo"), **typed)
    assert "Of all orders: 3 of 21 came back." in seen
    assert "Linen shirt 3 of 20 came back" in seen
    stranger = look(company.device("mia"), **typed)
    assert "3 of 21 came back" in stranger
    assert "3 of 20 came back" not in stranger, "products are for creators of the programme"
    returns.show(company.brand.access, False, company.house.now)
    assert "came back" not in look(company.device("cleo"), **typed)


def test_it_works_locked_and_without_books_and_says_what_is_missing(company: Company, cleo: Device) -> None:
    text = "The fee is paid within 90 days. Brand gets a perpetual licence to the content for all purposes."
    seen = look(cleo, brand="Coffee", posts="2", text=text)
    assert "not as it stands" in seen
    assert seen.count("Not looked at:") == 3, "list, share and invoices"
    make(cleo)
    assert "Not looked at:" not in look(cleo, brand="Coffee", posts="2", text=text)
    send(cleo, "/workbench/lock")
    assert look(cleo, brand="Coffee", posts="2", text=text).count("Not looked at:") == 3


def test_her_own_invoices_to_a_brand_tell_how_it_paid_her(company: Company, cleo: Device) -> None:
    make(cleo)
    for name, due, paid in (("1", 50, 50), ("2", 40, 28), ("3", 5, None)):
        when = {"sent": day(company, 60), "due": day(company, due)}
        add(
            cleo,
            "invoice",
            name=name,
            payer="Coffee Ltd",
            amount="10",
            paid="" if paid is None else day(company, paid),
            **when,
        )
    seen = look(cleo, brand="coffee ltd")
    assert "paid in time 1, paid late 1, overdue 1. The latest by 12 days." in seen
    assert "You have no invoice to a payer of that name." in look(cleo, brand="coffee")


def test_what_is_typed_is_shown_as_text_and_a_programme_of_a_link_is_chosen(company: Company, cleo: Device) -> None:
    page = cleo.get(f"{PATH}?programme=linen").text
    assert '<option value="linen" selected>' in page
    shown = send(cleo, PATH, brand='"><b>x', text="<i>y").text
    assert "<b>x" not in shown
    assert "<i>y" not in shown
    assert f"{PATH}?programme=wool" in cleo.get("/creator/linen/programmes").text


def test_the_page_asks_the_database_no_more_with_more_nevers(company: Company, cleo: Device) -> None:
    make(cleo)
    seen: list[str] = []
    device = company.device("cleo", company.app(lambda conn: Watching(conn, seen)))
    send(device, PATH, programme="linen", product="linen shirt")
    seen.clear()
    assert send(device, PATH, programme="linen", product="linen shirt").status == 200
    first = len(seen)
    for number in range(5):
        add(cleo, "never", words=f"no {number}", why="")
    seen.clear()
    send(device, PATH, programme="linen", product="linen shirt")
    assert len(seen) == first
    assert first < 40


def test_a_contract_may_be_sent_as_a_file_and_the_page_speaks_german(cleo: Device) -> None:
    sent = cleo.upload(PATH, pdf("Payment is net 90."), called="paper", text="", posts="", programme="")
    assert sent.status == 200
    assert "When they pay" in words(sent)
    assert cleo.upload(PATH, b"PK\x03\x04\x00", called="paper", text="", programme="").status == 422
    cleo.cookies["fanshare_language"] = "de"
    assert "Bevor du annimmst" in words(cleo.get(PATH))
