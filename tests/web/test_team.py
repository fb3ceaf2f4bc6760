"""An owner's page of her team: let in, ended, never without an owner, and what was done by whom."""

import json
import re
import threading
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from fanshare.core import one_time_code
from fanshare.core.errors import ConflictError
from fanshare.core.instants import DAY, HOUR
from fanshare.flows import second_factor, staff, staff_leaving
from fanshare.flows.authorisation import Post
from fanshare.flows.signed_in import Owner
from fanshare.flows.staff import brand_people, operators
from fanshare.integrations.mail.memory import MemoryMailer
from fanshare.jobs.mail import PostOffice, send_due
from fanshare.store.access import Access, connect
from fanshare.store.queries import staff as rows
from fanshare.store.server import Server
from fanshare.web.language import words_in
from tests.edge.running import KEYS
from tests.jobs.house import eventually
from tests.support.mails import text_of
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import HOST, Device
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


def mails(company: Company) -> list[tuple[str, str]]:
    """To whom what is written now."""
    house, mailer = company.house, MemoryMailer(company.house.clock)
    send_due(house.conn, KEYS, PostOffice(mailer, f"https://{HOST}", words_in), house.clock)
    return [(str(one["To"]), text_of(one)) for one in mailer.sent]


def test_a_colleague_is_told_by_mail_where_she_signs_in_and_again_after_an_hour(company: Company) -> None:
    bea = company.device("bea")
    mails(company)
    where = send(bea, address="Ines@example.test", post="finance").headers["location"]
    assert "A mail is on its way to her" in words(bea.get(where))
    [(to, text)] = mails(company)
    assert to == "Ines@example.test"
    assert "as the one who looks after the money" in text
    assert f"https://{HOST}/sign-in\n" in text, "no link that signs anybody in"
    again = send(bea, address="ines@example.test", what="invite")
    assert (again.status, "within this hour" in words(again)) == (422, True)
    company.house.later(HOUR)
    bea = company.device("bea")
    assert send(bea, address="ines@example.test", what="invite").status == 302
    assert send(bea, address="ines@example.test", what="end").status == 302
    assert mails(company) == [], "who was ended meanwhile is not told"
    unknown = send(bea, address="ines@example.test", what="invite")
    assert (unknown.status, "Nobody with this address" in words(unknown)) == (422, True)
    german = Device(company.app())
    german.sign_in(company.token("bea"))
    german.cookies["fanshare_language"] = "de"
    assert send(german, address="irma@example.test", post="reader").status == 302
    assert "Melde dich mit dieser Adresse an" in mails(company)[0][1]
    assert send(german, address="irma@example.test", what="end").status == 302


def test_where_mail_is_not_set_up_the_page_says_so_and_nothing_waits(company: Company) -> None:
    bea = company.device("bea", company.app(mail=False))
    where = send(bea, address="ilse@example.test", post="reader").headers["location"]
    page = words(bea.get(where))
    assert ("Mail is not set up here" in page, "Mail her again" in page, "told so by mail" in page) == (
        True,
        False,
        False,
    )
    assert send(bea, address="ilse@example.test", what="invite").status == 422
    assert mails(company) == []
    assert send(bea, address="ilse@example.test", what="end").status == 302


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


def asked_of(company: Company, days: int) -> None:
    """Owners, finance and operators have been asked for a second factor, and have been here, for so many days."""
    conn, at = company.house.conn, company.house.now - days * DAY
    for table in ("factor_rule", "operator_factor_rule"):
        conn.execute(f"UPDATE {table} SET since_at = %s", [at])
    conn.execute("UPDATE brand_person SET added_at = %s", [at])


def with_app(company: Company, name: str) -> list[str]:
    """Give somebody an authenticator app; its recovery codes."""
    secret, now = b"x" * one_time_code.SECRET_BYTES, company.house.now
    owner = Owner(staff.account_of(KEYS, f"{name}@example.test"), f"brand:{name}")
    shown = one_time_code.code(secret, one_time_code.step_of(now))
    return second_factor.turn_on(company.house.conn, KEYS, owner, secret, shown, now)


def test_a_second_factor_is_asked_of_owners_with_time_and_without_locking_anybody_out(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    bea = company.device("bea")
    answer = send(bea, what="ask_factor")
    assert (answer.status, "for yourself first" in words(answer)) == (422, True)
    codes = with_app(company, "bea")
    assert send(bea, what="ask_factor", one_time_code=codes[0]).status == 302
    assert "are asked for a passkey or an app since" in words(bea.get(TEAM))
    assert send(bea, address="ola@example.test", post="owner").status == 302
    ola = company.device("ola")
    assert "Before" in words(ola.get("/home"))
    assert send(ola, address="nina@example.test", post="reader").status == 302, "she has two weeks"
    asked_of(company, 14)
    page = send(ola, address="nina@example.test", what="end")
    assert (page.status, "A second factor first" in words(page)) == (403, True)
    assert "nina@example.test" in team(company)
    assert ola.get(TEAM).status == 200, "looking is free"
    assert "until you have one" in words(ola.get("/safety"))
    assert "passkey or an authenticator app" not in words(company.device("mona").get("/safety")), (
        "managers are not asked"
    )
    assert "Type the word" in words(ola.fill("/account/linen/team", word="no")), "she may always go"
    monkeypatch.setattr("fanshare.web.seated.unset", lambda *_: None)
    assert send(ola, address="nina@example.test", what="end").status == 302, "nothing else held her back"
    monkeypatch.undo()
    more = with_app(company, "ola")
    assert send(ola, address="ola@example.test", what="let_factor", one_time_code=more[0]).status == 302
    assert send(ola, address="ola@example.test", what="end").status == 302
    company.house.conn.execute("DELETE FROM second_factor")


def test_operators_are_asked_for_a_second_factor_as_well(company: Company) -> None:
    otto, running = company.device("otto"), "/operator/people"
    assert otto.fill(running, what="ask_factor").status == 422
    company.house.conn.execute("INSERT INTO operator_factor_rule (since_at) VALUES (%s)", [company.house.now])
    assert otto.fill(running, what="let_factor").status == 302, "she has two weeks"
    company.house.conn.execute("INSERT INTO operator_factor_rule (since_at) VALUES (%s)", [company.house.now])
    asked_of(company, 60)
    company.house.conn.execute("UPDATE operator SET added_at = %s", [company.house.now - 60 * DAY])
    assert otto.fill(running, what="let_factor").status == 403
    assert send(otto, address="tom@example.test", post="reader").status == 403, "also at a brand's pages"
    company.house.conn.execute("DELETE FROM operator_factor_rule")


ME, RUNNING = "/account/linen/team", "/operator/me"


def test_whoever_is_in_a_team_takes_a_copy_and_leaves(company: Company) -> None:
    mona = company.device("mona")
    assert "/account/linen/team" in mona.get("/safety").text
    copy = json.loads(mona.get(f"{ME}/data").text)
    assert (copy["you"]["role"], copy["you"]["post"]) == ("brand", "manager")
    assert [one["content"] for one in copy["kept_sealed"]] == ["mona@example.test"]
    assert "sign_in.link" in {one["what"] for one in copy["what_you_did"]}
    assert copy["safety"]["passkeys"] == []
    assert "bea@" not in str(copy)
    assert mona.fill(ME, word="perhaps").status == 422
    assert "mona@example.test" in team(company)
    assert mona.fill(ME, word="Leave").headers["location"] == "/home"
    assert "mona@example.test" not in team(company)
    assert mona.get("/brand/linen").status == 302, "she is out at once"
    assert "brand:" in words(company.device("bea").get("/brand/linen/team?what=account.leave"))


def test_the_only_owner_hands_over_first(company: Company) -> None:
    bea = company.device("bea")
    answer = bea.fill(ME, word="leave")
    assert (answer.status, "You are the only owner" in words(answer)) == (422, True)
    assert send(bea, address="olga@example.test", post="owner").status == 302
    assert bea.fill(ME, word="leave").status == 302
    assert {"bea@example.test", "olga@example.test"} & set(team(company)) == {"olga@example.test"}
    assert company.device("olga").fill(ME, word="leave").status == 422


def test_the_only_operator_hands_over_first(company: Company) -> None:
    otto = company.device("otto")
    copy = json.loads(otto.get(f"{RUNNING}/data").text)
    assert copy["kept_sealed"][0]["content"] == "otto@example.test"
    assert "person.add" in {one["what"] for one in copy["what_you_did"]}
    answer = otto.fill(RUNNING, word="leave")
    assert (answer.status, "You are the only operator" in words(answer)) == (422, True)
    staff.add_operator(company.house.conn, KEYS, "oda@example.test", company.house.now)
    assert otto.fill(RUNNING, word="leave").status == 302
    assert [one.address for one in operators(company.house.conn, KEYS)] == ["oda@example.test"]
    assert otto.get("/operator").status == 302


def both_leave(company: Company) -> list[str]:
    """Two owners of the other brand leave, the second while the first has not quite; the codes of what is refused."""
    brand, refused = company.other, list[str]()
    public_id, now = brand.tenant.public_id, company.house.now
    for name in ("dora", "dina"):
        staff.add_brand_person(brand.access, public_id, KEYS, f"{name}@example.test", now, post=Post.OWNER)
    ids = {one.address: one.id for one in brand_people(brand.access, KEYS)}

    def leave(conn: Any, name: str) -> None:
        access = Access(conn, brand.tenant.id, f"brand:{ids[name]}")
        staff_leaving.leave_brand(access, public_id, KEYS, ids[name], now)

    def second() -> None:
        with connect(company.house.database.dsn()) as conn:
            try:
                leave(conn, "dina@example.test")
            except ConflictError as error:
                refused.append(error.code)

    with connect(company.house.database.dsn()) as conn, conn.transaction():
        leave(conn, "dora@example.test")
        other = threading.Thread(target=second)
        other.start()
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        assert eventually(lambda: not other.is_alive() or company.house.value(waits) > 0)
    other.join()
    return refused


def test_of_two_owners_who_leave_at_the_same_moment_one_stays(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert both_leave(company) == ["last_owner"]
    assert len(brand_people(company.other.access, KEYS)) == 1
    monkeypatch.setattr(rows, "_OWNERS", rows._OWNERS.replace("FOR UPDATE", ""))
    assert both_leave(company) == [], "without the lock both would leave"
    assert brand_people(company.other.access, KEYS) == []
