"""Where your money goes, over real books: shown once more, kept masked, told by mail, undone by one button."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

import pytest

from fanshare.core.instants import HOUR
from fanshare.core.payee import WAIT
from fanshare.flows import own_data
from fanshare.flows.audit import lines
from fanshare.integrations.mail.types import Letter
from fanshare.jobs import mail
from fanshare.store.queries import payees as rows
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

PATH = "/payee/linen"
IBAN, OTHER = "DE89 3704 0044 0532 0130 00", "FR14 2004 1010 0505 0001 3M02 606"
SECRETS = ("3704", "0532", "DE89", "2004")


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("payee")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\xa0", " ").split())


def form(answer: Answer, mark: str) -> dict[str, str]:
    """The hidden fields of the form that holds a word."""
    found = next(one for one in re.findall(r"<form.*?</form>", answer.text, re.DOTALL) if mark in one)
    pairs: list[tuple[str, str]] = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found)
    return {name: unescape(text) for name, text in pairs}


def typed(device: Device, iban: str, holder: str = "Carla Canary", **more: str) -> Answer:
    page = device.get(PATH)
    return device.post(PATH, {**form(page, 'name="iban"'), "holder": holder, "iban": iban, "bic": "", **more})


def named(device: Device, iban: str, **more: str) -> Answer:
    return device.post(PATH, {**form(typed(device, iban), "Yes, pay me there"), "adult": "yes", **more})


class Post:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def open(self) -> "Post":
        return self

    def __enter__(self) -> "Post":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send(self, letter: Letter) -> None:
        self.letters.append(letter)


def mailed(company: Company) -> list[Letter]:
    post = Post()
    office = mail.PostOffice(post, "https://links.example")
    with company.house.conn.transaction():
        mail.send_due(company.house.conn, KEYS, office, company.house.clock)
    return [one for one in post.letters if "where your money goes" in one.subject]


def test_an_account_is_shown_once_more_before_it_is_kept(company: Company) -> None:
    carla = company.device("carla")
    assert "You have named no account yet" in words(carla.get(PATH))
    turkish = "TR33 0006 1005 1978 6457 8413 26"
    for iban, said in ((IBAN[:-1] + "1", "typing error"), (turkish, "SEPA does not reach"), ("", "This is no IBAN")):
        refused = typed(carla, iban)
        assert (refused.status, said in words(refused)) == (422, True), iban
    question = typed(carla, IBAN, holder="Zoë Grün")
    assert "Holder: Zoe Gruen" in words(question)
    assert "DE89 3704 0044 0532 0130 00" in words(question)
    assert rows.alive(company.brand.access, company.carla) == []
    assert carla.post(PATH, {**form(question, "Yes, pay me there")}).status == 422, "she has not said that she is 18"
    assert named(carla, IBAN).status == 302
    page = carla.get(PATH)
    assert "DE … 3000" in words(page)
    assert "counts from" in words(page)
    assert not [secret for secret in SECRETS if secret in page.text.replace(" ", "")]
    assert "I am 18 or older" not in words(typed(carla, OTHER)), "said once, known from then on"


def test_the_mail_tells_it_and_its_link_shows_a_button_that_undoes(company: Company) -> None:
    finn = company.device("finn")
    assert named(finn, IBAN).status == 302
    company.house.later(WAIT)
    mailed(company)
    assert named(company.device("finn"), OTHER).status == 302
    letters = mailed(company)
    assert [one.to for one in letters] == ["finn@example.test"]
    text = letters[0].text
    assert "FR … 2606" in text
    assert not [secret for secret in SECRETS if secret in text]
    url = next(one for one in text.split() if "/payee/undo/" in one)
    stranger = Device(company.app())
    path = urlsplit(url).path
    for _ in range(2):  # as a scanner does
        assert "Undo the change?" in words(stranger.get(path))
    assert rows.alive(company.brand.access, company.brand.finn)[-1].undone_at is None
    assert len(rows.alive(company.brand.access, company.brand.finn)) == 2
    assert "The change is undone" in words(stranger.post(path, form(stranger.get(path), "Undo it")))
    page = words(company.device("finn").get(PATH))
    assert ("DE … 3000" in page, "FR … 2606" in page) == (True, False)
    assert "The change is undone" in words(stranger.get(path))
    assert stranger.get(path[:-2] + "aa").status == 404
    assert {"payee.change", "payee.undo"} <= {line.what for line in lines(company.house.conn, limit=100)}


def test_a_change_that_counts_is_not_undone_by_its_old_link(company: Company) -> None:
    fay = company.device("fay")
    named(fay, IBAN)
    url = next(one for one in mailed(company)[0].text.split() if "/payee/undo/" in one)
    stranger, path = Device(company.app()), urlsplit(url).path
    button = form(stranger.get(path), "Undo it")
    company.house.later(WAIT)
    assert "This change counts already" in words(stranger.post(path, button))
    assert "counts" in words(company.device("fay").get(PATH))


def test_she_undoes_it_on_the_page_too_and_nobody_else_does(company: Company) -> None:
    cleo = company.device("cleo")
    assert named(cleo, IBAN).status == 302
    hers = form(cleo.get(PATH), 'name="undo"')
    other = company.device("carla")
    assert other.post(PATH, {**form(other.get(PATH), 'name="holder"'), "undo": hers["undo"]}).status == 422
    assert len(rows.alive(company.brand.access, company.brand.cleo)) == 1
    assert cleo.post(PATH, hers).status == 302
    assert "You have named no account yet" in words(cleo.get(PATH))


def test_whoever_came_long_ago_shows_first_that_it_is_she(company: Company) -> None:
    cleo = company.device("cleo")
    question = typed(cleo, OTHER)
    company.house.later(HOUR)
    before = len(rows.alive(company.brand.access, company.brand.cleo))
    asked = cleo.post(PATH, form(question, "Yes, pay me there"))
    assert (asked.status, "Is it you?" in words(asked)) == (401, True)
    assert len(rows.alive(company.brand.access, company.brand.cleo)) == before


def test_an_account_in_the_united_states(company: Company) -> None:
    fay = company.device("fay")
    page = fay.get(f"{PATH}?kind=us")
    fields = {**form(page, 'name="routing"'), "holder": "Fay", "routing": "021000021", "number": "000123456789"}
    assert "nine figures" in words(fay.post(PATH, {**fields, "routing": "021000022"}))
    question = fay.post(PATH, {**fields, "savings": "yes"})
    assert "Routing number: 021000021" in words(question)
    assert fay.post(PATH, {**form(question, "Yes, pay me there"), "adult": "yes"}).status == 302
    assert "… 6789" in words(fay.get(PATH))


def test_a_copy_of_ones_data_holds_whole_accounts_only_after_showing_that_it_is_she(company: Company) -> None:
    fay = company.device("fay")
    assert named(fay, IBAN).status == 302
    looked = fay.get("/account/linen/data")
    assert ("3000" in looked.text, "370400440532" in looked.text) == (True, False)
    whole = fay.post("/account/linen/data", form(fay.get("/account/linen"), "/data"))
    assert "370400440532" in whole.text
    company.house.later(HOUR)
    assert fay.post("/account/linen/data", form(fay.get("/account/linen"), "/data")).status == 401
    assert "370400440532" not in str(own_data.copy(company.brand.programme, company.brand.cleo, company.house.now))


def test_the_page_asks_the_database_little(company: Company) -> None:
    seen: list[str] = []
    device = company.device("fay", company.app(lambda conn: Watching(conn, seen)))
    seen.clear()
    assert device.get(PATH).status == 200
    assert len([one for one in seen if one.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE"))]) <= 12
