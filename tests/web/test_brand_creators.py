"""A brand's creators: groups and notes, and one mail to several of them, looked at before it goes."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from fanshare.core.instants import DAY, MINUTE
from fanshare.core.terms_text import parse
from fanshare.flows import brand_letters, creator_notes, mail_choice, own_data
from fanshare.flows.brand_letters import Wish
from fanshare.flows.people import Joiner, add_creator, erase
from fanshare.flows.publish_terms import publish_terms
from fanshare.integrations.mail.memory import MemoryMailer
from fanshare.jobs.mail import PostOffice, send_due
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]
PEOPLE = "/brand/linen/people"
SEASON = (Path(__file__).parents[2] / "examples" / "terms" / "season.toml").read_text("utf-8")


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("creators")) as made:
        access, now = made.brand.access, made.house.now
        publish_terms(access, parse(SEASON, "toml"), now, effective_at=now + 31 * DAY)
        made.house.later(32 * DAY)
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\N{NO-BREAK SPACE}", " ").split())


def send(device: Device, path: str, **values: str) -> Answer:
    device.get("/sign-out")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def test_a_group_is_given_shown_with_its_bonus_filtered_and_exported(company: Company) -> None:
    cleo, mona = f"{PEOPLE}/{company.brand.cleo}", company.device("mona")
    assert "The terms give her what they give everybody." in words(mona.get(cleo))
    assert send(mona, f"{cleo}/group", group="gold").status == 302
    seen = words(mona.get(cleo))
    assert "group gold" in seen
    assert "Commission gold: " in seen
    listed = words(mona.get(f"{PEOPLE}?group=gold"))
    assert ("Cleo gold" in listed, "Carla Quince" in listed) == (True, False)
    assert "gold" in mona.get(f"{PEOPLE}?group=gold&as=csv").text
    assert send(mona, f"{cleo}/group", group="silver").status == 422
    company.house.later(31 * MINUTE)
    assert send(mona, f"{cleo}/group", group="").status == 401, "it is about money"


def test_a_note_is_the_teams_goes_with_its_creator_and_is_never_lost_between_two(company: Company) -> None:
    brand, mona, bea, rea = company.brand, *(company.device(name) for name in ("mona", "bea", "rea"))
    gone = add_creator(brand.programme, Joiner("Gwen", "gwen@example.test"), company.house.now)
    page, seen = f"{PEOPLE}/{gone}", creator_notes.mark("")
    assert send(mona, f"{page}/note", note="Likes <b>linen</b>, call on Mondays", seen=seen).status == 302
    late = send(bea, f"{page}/note", note="No calls", seen=seen)
    assert late.status == 422
    assert "A colleague has changed this note meanwhile" in words(late)
    assert "call on Mondays" in words(late)
    assert ">No calls</textarea>" in late.text
    assert "Likes <b>linen</b>, call on Mondays" in words(rea.get(page))
    assert "<b>linen" not in rea.get(page).text
    assert "<textarea" not in rea.get(page).text
    told = str(own_data.copy(brand.programme, gone, company.house.now))
    assert "call on Mondays" in told, "whoever is written about may read it"
    stored = company.house.rows("SELECT sealed FROM vault_item WHERE kind = %s", creator_notes.KIND)
    assert stored
    assert not any(b"Mondays" in bytes(row[0]) for row in stored)
    erase(brand.programme, gone, company.house.now)
    assert bea.get(page).status == 404
    assert company.house.rows("SELECT 1 FROM vault_item WHERE kind = %s", creator_notes.KIND) == []


def test_only_owner_and_manager_change_and_write_and_nobody_outside_the_brand_reads(company: Company) -> None:
    page = f"{PEOPLE}/{company.brand.cleo}"
    for name in ("fina", "rea", "otto", "cleo", "dora"):
        device = company.device(name)
        posts = [send(device, f"{page}/{what}", note="x", group="", seen="") for what in ("note", "group")]
        assert {one.status for one in (*posts, send(device, f"{PEOPLE}/write"))} == {403}, name
        assert (device.get(page).status == 200) is (name in ("fina", "rea")), name
    assert company.device("dora").get(f"/brand/wool/people/{company.brand.cleo}").status == 404


def test_a_mail_is_looked_at_goes_once_a_day_and_never_to_who_said_no(company: Company) -> None:
    brand, mona = company.brand, company.device("mona")
    token = mail_choice.stop_token(KEYS, brand.tenant.id, company.carla)
    mail_choice.stop(company.house.conn, KEYS, token, company.house.now, really=True)
    add_creator(brand.programme, Joiner("Nameless"), company.house.now)
    form = {"subject": "New linen", "text": "It is <here>.\nLook.", "group": "", "q": ""}
    looked = words(send(mona, f"{PEOPLE}/write", **form))
    assert "mails to send 1 said no to mail 1 got one today 0 without an address 1" in looked
    assert "Linen's shop: New linen Hello Cleo, It is <here>. Look." in looked
    letters = "SELECT count(*) FROM outbox WHERE kind = 'letter'"
    assert company.house.value(letters) == 0
    done = send(mona, f"{PEOPLE}/write", what="send", **form)
    assert (done.status, done.headers["location"]) == (302, f"{PEOPLE}/write?sent=1")
    again = send(mona, f"{PEOPLE}/write", what="send", **form)
    assert "Nobody of them can be written to today." in words(again)
    assert company.house.value(letters) == 1
    assert company.house.rows("SELECT about FROM audit WHERE what = 'letter.send'") == [("1 creators",)]
    mailer = MemoryMailer(lambda: company.house.now)
    assert send_due(company.house.conn, KEYS, PostOffice(mailer, "https://share.example"), company.house.clock) == 1
    [mail] = mailer.sent
    assert (mail["To"], mail["Subject"]) == ("cleo@example.test", "Linen's shop: New linen")
    assert "https://share.example/mail/stop/" in str(mail["List-Unsubscribe"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_limit_of_a_day_is_all_or_nothing(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company.house.later(DAY)
    before = company.house.value("SELECT count(*) FROM outbox")
    monkeypatch.setattr(brand_letters, "MOST_A_DAY", 0)
    mona = company.device("mona")
    answer = send(mona, f"{PEOPLE}/write", what="send", subject="Hello", text="Words", group="", q="")
    assert "These are 1 mails, and 0 may still go today." in words(answer)
    assert ">Words</textarea>" in answer.text
    assert company.house.value("SELECT count(*) FROM outbox") == before


@pytest.mark.parametrize(
    ("subject", "text", "said"),
    [
        ("", "x", "Write a subject"),
        ("a\nBcc: x@example.test", "x", "Write a subject"),
        ("x", "", "Write what they are to read"),
        ("x" * 121, "x", "This is too long"),
        ("x", "x" * 5_001, "This is too long"),
    ],
)
def test_what_cannot_be_sent_says_why(company: Company, subject: str, text: str, said: str) -> None:
    answer = send(company.device("bea"), f"{PEOPLE}/write", subject=subject, text=text, group="", q="")
    assert (answer.status, said in words(answer)) == (422, True)
    with pytest.raises(Exception, match=said[:8]):
        brand_letters.look(company.brand.access, Wish(subject, text), company.house.now)
