"""Books of her own: made, locked, unlocked by the passphrase alone, recovered, erased; nobody else gets in."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, HOUR, MINUTE, local_date, zone
from fanshare.flows import own_data, workbench_keys, workbench_lock, workbench_mail
from fanshare.flows.people import Joiner, add_creator
from fanshare.flows.staff import account_of
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.address import posted
from tests.web.support.books import FIELD, WORDS, add, make, send, unlock, words
from tests.web.support.company import Company, founded
from tests.web.support.device import HOST, Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

OTHER = "another set of good words"
ONE = timedelta(days=1)


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("bench")) as made:
        yield made


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch, company: Company) -> None:
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    company.house.conn.execute("DELETE FROM workbench_row")
    company.house.conn.execute("DELETE FROM workbench")
    company.house.conn.execute("DELETE FROM workbench_due")
    company.house.conn.execute("DELETE FROM workbench_mail")
    company.house.conn.execute("DELETE FROM outbox")


def test_without_books_every_page_leads_to_making_some(company: Company) -> None:
    cleo = company.device("cleo")
    for path in ("", "/deals", "/hours", "/costs", "/settings", "/lock", "/unlock", "/recover", "/copy", "/export"):
        answer = cleo.get(f"/workbench{path}")
        assert (answer.status, answer.headers.get("location")) == (302, "/workbench/start"), path
    page = words(cleo.get("/workbench/start"))
    assert "What does an hour of your work bring?" in page
    assert "It does not protect you from an operator who alters the running program" in page


def test_books_are_made_with_a_passphrase_typed_twice_and_a_code_shown_once(company: Company) -> None:
    cleo = company.device("cleo")
    for values in (
        {"new": WORDS, "again": OTHER, "currency": "EUR"},
        {"new": "short", "again": "short", "currency": "EUR"},
        {"new": WORDS, "again": WORDS, "currency": "XXX"},
    ):
        assert send(cleo, "/workbench/start", **values).status == 422
    assert company.house.value("SELECT count(*) FROM workbench") == 0
    code = make(cleo)
    assert "No hours are written down yet" in words(cleo.get("/workbench"))
    for path in ("", "/lock", "/settings", "/copy"):
        assert code not in cleo.get(f"/workbench{path}").text
    assert send(cleo, "/workbench/start", new=WORDS, again=WORDS, currency="EUR").status == 302
    assert company.house.value("SELECT count(*) FROM workbench") == 1
    assert company.house.value("SELECT count(*) FROM audit WHERE what = 'workbench.make'") == 1


def test_a_link_by_mail_opens_nothing_and_the_passphrase_does(company: Company) -> None:
    make(company.device("cleo"))
    elsewhere = company.device("cleo")
    asked = elsewhere.get("/workbench/costs")
    assert asked.headers["location"] == "/workbench/unlock?next=/workbench/costs"
    assert unlock(elsewhere, OTHER).status == 422
    assert elsewhere.get("/workbench/costs").status == 302
    done = unlock(elsewhere, next="/workbench/costs")
    assert (done.status, done.headers["location"]) == (302, "/workbench/costs")
    assert elsewhere.get("/workbench/costs").status == 200
    for wanted in ("https://evil.example/", "//evil.example", "/home", "/workbenchx", ""):
        assert unlock(elsewhere, next=wanted).headers["location"] == "/workbench"


def test_another_process_and_another_session_ask_for_themselves(company: Company) -> None:
    cleo = company.device("cleo")
    make(cleo)
    second = Device(company.app(), cookies=cleo.cookies)
    assert cleo.get("/workbench").status == 200
    assert second.get("/workbench").status == 302
    assert unlock(second).status == 302
    assert second.get("/workbench").status == 200
    third = Device(cleo.app)
    third.sign_in(company.token("cleo"))
    assert third.get("/workbench").status == 302


def test_they_lock_themselves_after_half_an_idle_hour(company: Company) -> None:
    cleo = company.device("cleo")
    make(cleo)
    company.house.later(29 * MINUTE)
    assert cleo.get("/workbench").status == 200
    company.house.later(29 * MINUTE)
    assert cleo.get("/workbench").status == 200
    company.house.later(30 * MINUTE)
    assert cleo.get("/workbench").status == 302


def test_a_form_that_came_too_late_is_carried_and_kept_with_the_passphrase(company: Company) -> None:
    cleo = company.device("cleo")
    make(cleo)
    company.house.later(31 * MINUTE)
    late = {"name": "Linen <week>", "day": "2026-11-20", "fee": "150"}
    asked = send(cleo, "/workbench/add/deal", **late)
    assert asked.status == 401
    assert "what you typed is kept below" in words(asked)
    assert 'name="name" value="Linen &lt;week&gt;"' in asked.text
    wrong = send(cleo, "/workbench/add/deal", **late, **{FIELD: OTHER})
    assert wrong.status == 422
    assert OTHER not in wrong.text
    done = send(cleo, "/workbench/add/deal", **late, **{FIELD: WORDS})
    assert done.status == 302
    assert "Linen <week>" in words(cleo.get(done.headers["location"]))


@pytest.mark.parametrize("where", ["", "everywhere"])
def test_lock_now_locks_here_and_if_she_wishes_everywhere(company: Company, where: str) -> None:
    cleo = company.device("cleo")
    make(cleo)
    elsewhere = company.device("cleo")
    unlock(elsewhere)
    assert send(cleo, "/workbench/lock", where=where).status == 302
    assert cleo.get("/workbench").status == 302
    assert elsewhere.get("/workbench").status == (302 if where else 200)


def test_signing_out_locks(company: Company) -> None:
    cleo = company.device("cleo")
    make(cleo)
    cookies = dict(cleo.cookies)
    cleo.fill("/sign-out")
    assert Device(cleo.app, cookies=cookies).get("/workbench").headers["location"] == "/sign-in"
    cleo.sign_in(company.token("cleo"))
    assert cleo.get("/workbench").status == 302


def test_ten_wrong_passphrases_are_the_most_in_ten_minutes_and_recovery_codes_count_too(company: Company) -> None:
    cleo = company.device("cleo")
    code = make(cleo)
    send(cleo, "/workbench/lock")
    for _ in range(5):
        assert unlock(cleo, OTHER).status == 422
        assert send(cleo, "/workbench/recover", code="wrong", new=OTHER, again=OTHER).status == 422
    assert unlock(cleo, WORDS).status == 429
    assert send(cleo, "/workbench/recover", code=code, new=OTHER, again=OTHER).status == 429
    elsewhere = company.device("cleo")
    assert unlock(elsewhere, WORDS).status == 429
    company.house.later(workbench_lock.TRIES_WITHIN)
    assert unlock(cleo, OTHER).status == 422
    assert unlock(cleo, WORDS).status == 302
    for _ in range(10):
        assert unlock(cleo, OTHER).status == 422
    assert unlock(cleo, WORDS).status == 429


def test_another_passphrase_locks_all_others_out_and_needs_the_old_one(company: Company) -> None:
    cleo = company.device("cleo")
    code = make(cleo)
    elsewhere = company.device("cleo")
    unlock(elsewhere)
    path = "/workbench/lock/passphrase"
    assert send(cleo, path, old=OTHER, new=OTHER, again=OTHER).status == 422
    assert send(cleo, path, old=WORDS, new="short", again="short").status == 422
    assert elsewhere.get("/workbench").status == 200
    assert send(cleo, path, old=WORDS, new=OTHER, again=OTHER).status == 302
    assert cleo.get("/workbench").status == 200
    assert elsewhere.get("/workbench").status == 302
    assert unlock(elsewhere, WORDS).status == 422
    assert unlock(elsewhere, OTHER).status == 302
    made = send(elsewhere, "/workbench/recover", code=code, new=WORDS, again=WORDS)
    assert "The code you had before opens nothing any more" in words(made)
    assert cleo.get("/workbench").status == 302
    assert send(elsewhere, "/workbench/recover", code=code, new=OTHER, again=OTHER).status == 422


def test_a_passphrase_that_comes_too_late_is_not_carried_and_changes_nothing(company: Company) -> None:
    cleo = company.device("cleo")
    make(cleo)
    send(cleo, "/workbench/lock")
    for path in ("/workbench/lock/passphrase", "/workbench/lock/code"):
        answer = send(cleo, path, old=WORDS, new=OTHER, again=OTHER)
        assert (answer.status, answer.headers["location"]) == (302, "/workbench/lock")
        assert OTHER not in answer.text
    assert unlock(cleo, WORDS).status == 302


def test_another_code_ends_the_one_before(company: Company) -> None:
    cleo = company.device("cleo")
    code = make(cleo)
    assert send(cleo, "/workbench/lock/code", old=OTHER).status == 422
    fresh = send(cleo, "/workbench/lock/code", old=WORDS)
    assert fresh.status == 200
    assert code not in fresh.text
    assert send(cleo, "/workbench/recover", code=code, new=OTHER, again=OTHER).status == 422


def test_books_are_erased_by_a_word_and_somebody_who_came_lately(company: Company) -> None:
    cleo = company.device("cleo")
    make(cleo)
    send(cleo, "/workbench/add/deal", name="Linen", day="2026-11-20")
    assert send(cleo, "/workbench/lock/erase", word="no").status == 422
    company.house.later(31 * MINUTE)
    assert send(cleo, "/workbench/lock/erase", word="erase").status == 401
    fresh = company.device("cleo")
    assert send(fresh, "/workbench/lock/erase", word="Erase ").headers["location"] == "/workbench/start"
    assert company.house.value("SELECT count(*) FROM workbench_row") == 0
    assert company.house.value("SELECT count(*) FROM workbench") == 0
    assert company.house.value("SELECT count(*) FROM audit WHERE what = 'workbench.erase'") == 1


def test_whoever_is_no_creator_has_no_workbench(company: Company) -> None:
    for name in ("finn", "bea", "otto"):
        assert company.device(name).get("/workbench").status == 403
    assert Device(company.app()).get("/workbench").headers["location"] == "/sign-in"


def test_two_creators_do_not_open_each_others_books(company: Company) -> None:
    cleo, carla = company.device("cleo"), company.device("carla")
    make(cleo)
    deal = send(cleo, "/workbench/add/deal", name="Secret linen", day="2026-11-20").headers["location"]
    make(carla, OTHER)
    for path in (deal, deal.replace("deals", "entries")):
        assert cleo.get(path).status == 200
        assert carla.get(path).status == 404
    assert send(carla, deal.replace("deals", "entries"), do="remove").status == 404
    assert unlock(carla, WORDS).status == 422
    assert cleo.get(deal).status == 200


def test_somebody_without_any_programme_keeps_books_where_the_operator_lets_her(company: Company) -> None:
    conn, now = company.house.conn, company.house.now
    account = account_of(KEYS, "mia@example.test")
    assert not workbench_lock.open_door(conn, account, now, "cli")
    workbench_lock.close_door(conn, account, now, "cli", with_books=False)
    with pytest.raises(BadInputError):
        company.device("mia")
    assert workbench_lock.open_door(conn, account, now, "cli")
    mia = company.device("mia")
    assert "You keep books of your own" in words(mia.get("/home"))
    make(mia, currency="USD")
    send(mia, "/workbench/add/deal", name="Mug", day="2026-11-20", fee="90", platform="blog")
    assert "90.00 US$" in words(mia.get("/workbench")).replace("\xa0", " ")
    assert mia.get("/creator/linen").status == 403
    workbench_lock.close_door(conn, account, now, "cli", with_books=True)
    assert mia.get("/workbench").status == 302
    assert company.house.value("SELECT count(*) FROM workbench_row") == 0
    with pytest.raises(BadInputError):
        workbench_lock.close_door(conn, account, now, "cli", with_books=True)


def test_whoever_leaves_a_programme_keeps_her_books_and_comes_to_them(company: Company) -> None:
    gone = add_creator(company.brand.programme, Joiner("Gwen", "gwen@example.test"), company.house.now)
    gwen = company.device("gwen")
    make(gwen)
    send(gwen, "/workbench/add/deal", name="Mug", day="2026-11-20", fee="90", platform="blog")
    assert "Your workbench is yours and stays" in words(gwen.get("/account/linen"))
    about = json.loads(gwen.get("/account/linen/data").text)
    assert about["workbench"]["sealed_entries"] == 2
    deal = send(gwen, "/workbench/add/deal", name="Linen", day="2026-11-20", programme="linen", platform="").headers
    place = deal["location"].replace("deals", "entries")
    own_data.leave(company.brand.programme, gone, company.house.now)
    assert gwen.get("/workbench").status == 302
    again = company.device("gwen")
    unlock(again)
    assert "Mug" in words(again.get("/workbench"))
    assert '<option value="linen" selected>' in again.get(place).text
    kept = {"name": "Linen", "day": "2026-11-21", "programme": "linen", "platform": ""}
    assert send(again, place, do="keep", **kept).status == 302
    assert again.get("/creator/linen").status == 403


LETTER_CANARIES = ("Canary House", "7391.37", "7391", "C-2026-7", "Canary reel", "invoice", "Rechnung", "2026-")


def owing(company: Company, device: Device, **mails: str) -> Answer:
    """Books that let the site know the days, with something that is late the day after tomorrow."""
    make(device)
    day = local_date(company.house.now + DAY, zone("Europe/Berlin")).isoformat()
    add(device, "invoice", name="C-2026-7", payer="Canary House", amount="7391.37", sent=day, due=day)
    return send(device, "/workbench/settings", zone="Europe/Berlin", rates="", own_rate="", tells="1", **mails)


def morning(company: Company, days: int) -> None:
    """So many days later, at ten in the morning in Berlin at the earliest."""
    midnight = company.house.now // DAY * DAY
    company.house.later(midnight + days * DAY + 9 * HOUR - company.house.now)


def mailed(company: Company) -> list[tuple[str, str]]:
    workbench_mail.plan(company.house.conn, KEYS, company.house.now)
    return posted(company)


@pytest.mark.parametrize(("language", "said"), [("en", "Something is due in your books"), ("de", "etwas fällig")])
def test_a_mail_says_that_something_is_due_and_nothing_of_the_books(company: Company, language: str, said: str) -> None:
    cleo = company.device("cleo")
    cleo.cookies["fanshare_language"] = language
    assert owing(company, cleo, mails="1").status == 302
    cleo.get("/workbench/due")
    assert "Canary House" in words(cleo.get("/workbench/due")), "the control: it stands in the books"
    send(cleo, "/workbench/lock")
    assert mailed(company) == [], "not before it is due"
    morning(company, 2)
    [(to, text)] = mailed(company)
    assert to == "cleo@example.test"
    assert said in " ".join(text.split())
    assert f"https://{HOST}/workbench\n" in text
    assert not [one for one in LETTER_CANARIES if one in text], text
    assert mailed(company) == [], "once a day"
    morning(company, 1)
    assert mailed(company) == [], "and once for what became due on that day"
    stop = re.findall(r"https://[^/]+(/mail/stop/[A-Za-z0-9_-]+)", text)[0]
    assert "your books?" in words(company.device().get(stop))
    assert company.device().post(stop, {}).status == 200
    assert company.house.value("SELECT count(*) FROM workbench_mail") == 0
    forged = stop[:-6] + ("aaaaaa" if stop[-6:] != "aaaaaa" else "bbbbbb")
    assert company.device().get(forged).status == 404


def test_no_mail_comes_to_whoever_did_not_ask_for_it_looked_herself_or_stopped_it(company: Company) -> None:
    cleo = company.device("cleo")
    assert owing(company, cleo).status == 302
    cleo.get("/workbench")
    morning(company, 2)
    assert mailed(company) == [], "never without being asked for"
    cleo = company.device("cleo")
    unlock(cleo)
    values = {"zone": "Europe/Berlin", "rates": "", "own_rate": ""}
    refused = send(cleo, "/workbench/settings", mails="1", **values)
    assert (refused.status, "A mail needs the days" in words(refused)) == (422, True)
    assert send(cleo, "/workbench/settings", mails="1", tells="1", **values).status == 302
    day = local_date(company.house.now, zone("Europe/Berlin")).isoformat()
    add(cleo, "invoice", name="8", payer="Silk", amount="5", sent=day, due=day)
    cleo.get("/workbench")
    morning(company, 1)
    cleo = company.device("cleo")
    unlock(cleo)
    cleo.get("/workbench")
    assert mailed(company) == [], "she has looked on this day"
    add(
        cleo,
        "invoice",
        name="9",
        payer="Silk",
        amount="5",
        sent=day,
        due=(date.fromisoformat(day) + 3 * ONE).isoformat(),
    )
    cleo.get("/workbench")
    morning(company, 4)
    assert workbench_mail.plan(company.house.conn, KEYS, company.house.now) == 1
    cleo = company.device("cleo")
    unlock(cleo)
    send(cleo, "/workbench/settings", tells="1", **values)
    assert posted(company) == [], "stopped after it was planned"


def test_whoever_is_in_no_programme_says_where_to_and_it_is_kept_sealed(company: Company) -> None:
    account = account_of(KEYS, "mia@example.test")
    workbench_lock.open_door(company.house.conn, account, company.house.now, "cli")
    mia = company.device("mia")
    for wrong in ("", "other@example.test"):
        refused = owing(company, mia, mails="1", address=wrong) if not wrong else send(
            mia, "/workbench/settings", zone="UTC", rates="", own_rate="", tells="1", mails="1", address=wrong
        )  # fmt: skip
        assert (refused.status, "with which you sign in" in words(refused)) == (422, True)
    values = {"zone": "Europe/Berlin", "rates": "", "own_rate": "", "tells": "1", "mails": "1"}
    assert send(mia, "/workbench/settings", address="mia@example.test", **values).status == 302
    assert send(mia, "/workbench/settings", address="", **values).status == 302, "it is known by now"
    kept = company.house.value("SELECT sealed FROM workbench_mail")
    assert b"mia@" not in bytes(kept)
    mia.get("/workbench")
    morning(company, 3)
    assert [to for to, _ in mailed(company)] == ["mia@example.test"]
