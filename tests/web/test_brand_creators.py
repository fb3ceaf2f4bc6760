"""A brand's creators: groups and notes, and one mail to several of them, looked at before it goes."""

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from fanshare.core.instants import DAY, MINUTE
from fanshare.core.terms_text import parse
from fanshare.flows import brand_letters, creator_notes, mail_choice, own_data
from fanshare.flows.brand_letters import Wish
from fanshare.flows.people import Joiner, add_creator, add_creators, erase
from fanshare.flows.publish_terms import publish_terms
from fanshare.integrations.mail.memory import MemoryMailer
from fanshare.jobs.mail import PostOffice, send_due
from fanshare.store.access import Access, connect
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


def a_new_day(company: Company) -> None:
    """Nobody was written to yet, and nothing waits."""
    company.house.later(DAY)
    for statement in ("DELETE FROM letter_to", "DELETE FROM letter", "DELETE FROM outbox"):
        company.house.conn.execute(statement.encode())


def test_what_a_day_may_not_hold_goes_on_the_next_and_the_page_says_how_far_it_came(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, programme, mona = company.house, company.brand.programme, company.device("mona")
    a_new_day(company)
    many = add_creators(programme, [Joiner(f"Many {n}", f"many{n}@example.test") for n in range(5)], house.now)
    monkeypatch.setattr(brand_letters, "MOST_A_DAY", 3)
    form = {"subject": "To <many>", "text": "Words", "group": "", "q": "Many"}
    assert "the others get theirs from tomorrow on" in words(send(mona, f"{PEOPLE}/write", **form))
    assert send(mona, f"{PEOPLE}/write", what="send", **form).headers["location"].endswith("?sent=5")
    page = mona.get(f"{PEOPLE}/write")
    assert "To <many> 3 of 5 handed over; 2 wait for their turn Stop the rest" in words(page)
    assert '<progress max="5" value="3"' in page.text
    assert "to send 0" in words(send(mona, f"{PEOPLE}/write", **form)), "whoever waits for one gets no second one"
    assert brand_letters.work(programme, house.now) == 0
    said_no, gone = many[3], many[4]
    mail_choice.stop(house.conn, KEYS, mail_choice.stop_token(KEYS, programme.access.programme_id, said_no), house.now,
                     really=True)  # fmt: skip
    house.later(DAY)
    house.work()
    assert "4 of 5 handed over; 1 left out, who said no or left meanwhile" in words(mona.get(f"{PEOPLE}/write"))
    assert letters_to(company, many) == [1, 1, 1, 0, 1]
    told = own_data.copy(programme, gone, house.now)["letters_of_the_brand"]
    assert len(told) == 1
    erase(programme, gone, house.now)
    assert house.rows("SELECT letter_id FROM letter_to WHERE party_id = %s", gone) == []
    stored = house.rows("SELECT sealed FROM letter")
    assert not any(b"Words" in bytes(row[0]) for row in stored)
    brand_letters.forget_old(programme.access, house.now + 31 * DAY)
    assert house.rows("SELECT id FROM letter") == []


def letters_to(company: Company, parties: list[int]) -> list[int]:
    """How many mails of letters each of these was put into the outbox for."""
    keys = [row[0] for row in company.house.rows("SELECT key FROM outbox WHERE kind = 'letter'")]
    return [sum(key.endswith(f"/{party}") for key in keys) for party in parties]


def test_a_letter_that_was_stopped_goes_to_nobody_more(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    house, programme, mona = company.house, company.brand.programme, company.device("mona")
    a_new_day(company)
    some = add_creators(programme, [Joiner(f"Some {n}", f"some{n}@example.test") for n in range(3)], house.now)
    monkeypatch.setattr(brand_letters, "AT_ONCE", 0)
    assert brand_letters.send(programme, Wish("Hello", "Words", search="Some"), house.now) == 3
    letter = str(brand_letters.newest(programme, 1)[0].row.id)
    for wrong in ("", "x", "9" * 18):
        assert send(mona, f"{PEOPLE}/write", what="stop", letter=wrong).status == 302
    assert brand_letters.newest(programme, 1)[0].row.rest == 3
    assert send(mona, f"{PEOPLE}/write", what="stop", letter=letter).status == 302
    assert "0 of 3 handed over; the rest was stopped" in words(mona.get(f"{PEOPLE}/write"))
    monkeypatch.undo()
    house.work()
    assert letters_to(company, some) == [0, 0, 0]
    assert not brand_letters.stop(programme, int(letter), house.now), "once"


def test_few_mails_of_a_letter_wait_at_once_so_that_others_come_through(company: Company) -> None:
    house, programme = company.house, company.brand.programme
    a_new_day(company)
    crowd = [Joiner(f"Crowd {n}", f"crowd{n}@example.test") for n in range(45)]
    crowded = add_creators(programme, crowd, house.now)
    brand_letters.send(programme, Wish("Hello", "Words", search="Crowd"), house.now)
    assert sum(letters_to(company, crowded)) == brand_letters.AT_ONCE == 20
    assert brand_letters.work(programme, house.now) == 0
    office, put = PostOffice(MemoryMailer(lambda: house.now), "https://share.example"), [20]
    while send_due(house.conn, KEYS, office, house.clock):
        put.append(brand_letters.work(programme, house.now))
    assert put == [20, 20, 5, 0]
    assert letters_to(company, crowded) == [1] * 45


def test_workers_that_are_killed_or_work_at_once_write_to_nobody_twice(company: Company) -> None:
    """A worker in a process of its own is killed while it puts mails into the outbox, then three do the rest."""
    house, programme = company.house, company.brand.programme
    a_new_day(company)
    joiners = [Joiner(f"Twice {n}", f"twice{n}@example.test") for n in range(60)]
    everybody = add_creators(programme, joiners, house.now)
    brand_letters.send(programme, Wish("Hello", "Words", search="Twice"), house.now)
    again = "UPDATE outbox SET state = 'sent', sealed = NULL WHERE state = 'due' AND kind = 'letter'"
    house.conn.execute(again)
    asked = [sys.executable, "-c", KILLED, house.database.dsn(), str(programme.access.programme_id), str(house.now)]
    killed = subprocess.run(asked, capture_output=True, check=False, timeout=60)
    assert (killed.returncode, killed.stdout) == (-9, b"in the middle\n"), killed.stderr
    assert sum(letters_to(company, everybody)) == 20, "what was not finished did not happen"

    def one(_: int) -> None:
        with connect(house.database.dsn()) as conn:
            mine = replace(programme, access=Access(conn, programme.access.programme_id, "test"))
            for _turn in range(4):
                brand_letters.work(mine, house.now)
                conn.execute(again)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(one, range(3)))
    assert letters_to(company, everybody) == [1] * 60


#: Puts ten of twenty mails into the outbox and is killed, as by the kernel.
KILLED = """
import os, signal, sys
from fanshare.flows import brand_letters, outbox
from fanshare.flows.context import open_programme
from fanshare.store.access import Access, connect
from fanshare.store.directory import programme_with_id
from tests.edge.running import KEYS
dsn, id_, now = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
real, count = outbox.put, 0
def put(*given):
    global count
    count += 1
    if count == 11:
        print("in the middle", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given)
outbox.put = put
with connect(dsn) as conn:
    tenant = programme_with_id(conn, id_)
    brand_letters.work(open_programme(Access(conn, id_, "killed"), tenant.public_id, KEYS), now)
"""


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
