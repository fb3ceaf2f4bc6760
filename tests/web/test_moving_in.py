"""Moving in by the browser: uploaded, read by the worker, looked at, moved in as it was seen, and only once."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest

from fanshare.core.errors import ConflictError
from fanshare.core.instants import DAY, MINUTE, SECOND
from fanshare.core.ledger import AccountKey, AccountKind, Balance
from fanshare.flows import moving_uploads
from fanshare.flows.context import open_programme
from fanshare.flows.moving import move_in, plan_moving
from fanshare.flows.people import Joiner, add_creator
from fanshare.jobs import moving as job
from fanshare.store import books
from fanshare.store.access import Access, connect
from fanshare.store.queries import moving_uploads as rows
from fanshare.store.queries.moving_uploads import Upload
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

PATH = "/brand/linen/start/moving"
EXPORT = b"""name,email,status,link_param,link_value,link,code,currency,balance
Mira Blau,mira@example.test,active,via,mira,https://shop.example/linen?via=mira,MIRA10,EUR,45.20
Nils Rot,nils@example.test,active,via,nils,,,EUR,0.00
Odd One,odd@example.test,active,,,,,EUR,"45,20"
Gone Girl,gone@example.test,off,,,,,EUR,0.00
"""
SAID = {"tool": "csv", "to": "https://shop.example/", "country": "DE", "platform": "instagram", "currency": "EUR"}


@pytest.fixture
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("moving")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\xa0", " ").split())


def send(device: Device, content: bytes = EXPORT, **said: str) -> Answer:
    return device.upload(PATH, content, called="files", what="send", **{**SAID, **said})


def worked(company: Company) -> None:
    """What the worker does of it."""
    while job.work_uploads(company.brand.programme, company.house.now):
        pass


def upload(company: Company) -> Upload:
    found = rows.newest(company.brand.access)
    assert found is not None
    return found


def counts(company: Company) -> dict[str, int]:
    return {
        name: company.house.value(f"SELECT count(*) FROM {name}")
        for name in ("party", "link", "code", "opening", "moved_person", "import_run")
    }


def moved_in(company: Company, device: Device) -> None:
    assert send(device).status == 302
    worked(company)
    assert device.fill(PATH, what="do").status == 302
    worked(company)


def test_an_export_is_read_looked_at_and_moved_in_by_the_worker(company: Company) -> None:
    bea, before = company.device("bea"), counts(company)
    assert f'href="{PATH}"' in bea.get("/brand/linen/start").text
    assert send(bea).status == 302
    assert "step 1 of 3: it is being read" in words(bea.get(PATH))
    company.house.later(2 * SECOND)
    company.house.work()
    seen = words(bea.get(PATH))
    for part in (
        "step 2 of 3: look at what would become of it",
        "4 rows",
        "You would owe 45.20",
        "New people: 3",
        "Mira Blau mira-blau",
        "?via=nils Nils Rot https://shop.example/",
        "MIRA10 Mira Blau",
        "line 4",
        "is no amount such as 1234.50",
        "Gone Girl is switched off there and nothing is owed to her",
        "Not taken: 2",
    ):
        assert part in seen, part
    assert counts(company) == before, "nothing is changed by looking"
    assert bea.fill(PATH, what="do").status == 302
    assert "step 3 of 3: it is being moved in" in words(bea.get(PATH))
    company.house.later(2 * SECOND)
    company.house.work()
    seen = words(bea.get(PATH))
    assert "moved in people 3 links 2 codes 1 balances 1" in seen
    assert {name: n - before[name] for name, n in counts(company).items()} == {
        "party": 3, "link": 2, "code": 1, "opening": 1, "moved_person": 3, "import_run": 1,
    }  # fmt: skip
    mira = company.house.value("SELECT id FROM party WHERE slug = 'mira-blau'")
    key = Balance(AccountKey(AccountKind.AVAILABLE, mira), "EUR")
    assert books.balances(company.brand.access, mira)[key] == 45_200_000
    assert upload(company).sealed is None, "what was uploaded is gone"
    noted = {row[0] for row in company.house.rows("SELECT what FROM audit WHERE what LIKE 'moving.%%'")}
    assert noted == {"moving.send", "moving.do"}


def test_the_same_file_again_changes_nothing(company: Company) -> None:
    bea = company.device("bea")
    moved_in(company, bea)
    before = counts(company)
    assert send(bea).status == 302
    worked(company)
    page = bea.get(PATH)
    assert "All of this is here already: there is nothing to do." in words(page)
    assert "Move all of this in" not in page.text
    assert counts(company) == before
    more = EXPORT.replace(b"45.20", b"50.00")
    assert send(bea, more).status == 302
    worked(company)
    assert "You would owe 4.80" in words(bea.get(PATH)), "only the difference"


def test_what_was_seen_is_done_or_it_is_shown_again(company: Company) -> None:
    bea, house = company.device("bea"), company.house
    assert send(bea).status == 302
    worked(company)
    add_creator(company.brand.programme, Joiner("Mira Blau", "someone@example.test", "mira-blau"), house.now)
    assert bea.fill(PATH, what="do").status == 302
    before = counts(company)
    worked(company)
    assert counts(company) == before
    seen = words(bea.get(PATH))
    assert "Something has changed here since you looked, so nothing was done." in seen
    assert "Mira Blau mira-blau-2" in seen
    assert bea.fill(PATH, what="do").status == 302
    worked(company)
    assert upload(company).state == "done"


def test_a_plan_that_is_not_the_one_on_the_page_is_not_done(company: Company) -> None:
    bea = company.device("bea")
    send(bea)
    worked(company)
    assert "another one by now" in words(bea.fill(PATH, what="do", seen="0" * 64))
    assert "another one by now" in words(bea.fill(PATH, what="do", upload="999"))
    assert upload(company).state == "planned"


def test_a_worker_that_died_after_the_books_were_written_says_done_and_writes_nothing_twice(company: Company) -> None:
    bea, house = company.device("bea"), company.house
    send(bea)
    worked(company)
    bea.fill(PATH, what="do")
    leased = rows.lease(company.brand.access, house.now, house.now + MINUTE)
    assert leased is not None
    wish = moving_uploads.opened(company.brand.programme, leased)
    read = job._read(company.brand.programme, wish, house.now)
    plan = plan_moving(company.brand.programme, read, house.now, destination=wish.to)
    job._move(company.brand.programme, wish, read, plan, house.now)
    before = counts(company)
    house.later(2 * MINUTE)
    worked(company)
    assert (upload(company).state, counts(company)) == ("done", before)
    assert upload(company).counts == {"people": 3, "links": 2, "codes": 1, "balances": 1}, "what was brought, not 0"


def test_books_that_change_while_a_worker_moves_in_are_looked_at_again_and_nothing_is_lost(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    bea, programme, really = company.device("bea"), company.brand.programme, move_in

    def too_late(*args: Any, **named: Any) -> Any:
        add_creator(programme, Joiner("Mira Blau", "mira@example.test"), company.house.now)
        return really(*args, **named)

    send(bea)
    worked(company)
    bea.fill(PATH, what="do")
    before = counts(company)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(job, "move_in", too_late)
        worked(company)
    found = upload(company)
    assert (found.state, found.problem_code) == ("planned", "changed_meanwhile")
    assert counts(company) == before | {"party": before["party"] + 1}, "nothing was moved in"
    assert "New people: 2" in words(bea.get(PATH)), "the plan says what changed"
    assert bea.fill(PATH, what="do").status == 302
    worked(company)
    assert upload(company).state == "done"


def test_two_workers_and_ten_confirmations_move_in_once(company: Company) -> None:
    bea, house = company.device("bea"), company.house
    before = counts(company)
    send(bea)
    worked(company)
    found = upload(company)

    def both(_: int) -> int:
        with connect(house.database.dsn()) as conn:
            access = Access(conn, company.brand.tenant.id, "brand:1")
            programme = open_programme(access, company.brand.tenant.public_id, KEYS)
            moving_uploads.confirm(programme, found.id, found.seen, house.now)
            return job.work_uploads(programme, house.now)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(both, range(10))) == 1
    assert counts(company)["opening"] == before["opening"] + 1
    assert upload(company).state == "done"


@pytest.mark.parametrize(
    ("content", "said", "problem"),
    [
        (EXPORT, {"tool": "pigeon"}, "Choose the tool"),
        (b" ", {}, "Choose the files"),
        (b"x" * 2_000_001, {}, "2 MB together"),
        (EXPORT, {"to": "javascript:alert(1)"}, "begins with https://"),
        (EXPORT, {"to": "https://elsewhere.example/"}, "Links lead to your shop alone"),
        (EXPORT, {"to": "https://[/"}, "Links lead to your shop alone"),
        (EXPORT, {"country": "XX"}, "no advertising label"),
        (EXPORT, {"platform": ""}, "Say where the codes will be shared"),
        (EXPORT, {"currency": "EURO"}, "not a currency"),
    ],
)
def test_what_can_not_be_is_refused_at_once_and_nothing_is_kept(
    company: Company, content: bytes, said: dict[str, str], problem: str
) -> None:
    got = send(company.device("bea"), content, **said)
    assert (got.status, problem in words(got)) == (422, True)
    assert rows.newest(company.brand.access) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\x00\xfe", "UTF-8"),
        (b"flavour,price\nmint,2\n", ""),
        (b"name,email\n" + b"Mira,mira@example.test\n" * 5_001, "more than 5000 go by the command"),
    ],
)
def test_files_that_can_not_be_read_say_why_and_are_dropped(company: Company, content: bytes, said: str) -> None:
    bea, before = company.device("bea"), counts(company)
    assert send(bea, content).status == 302
    worked(company)
    seen = words(bea.get(PATH))
    assert "nothing was moved in" in seen
    assert said in seen
    found = upload(company)
    assert (found.state, found.sealed, counts(company)) == ("failed", None, before)


def test_another_upload_takes_the_place_of_one_that_nobody_confirmed(company: Company) -> None:
    bea = company.device("bea")
    send(bea)
    first = upload(company).id
    assert send(bea).status == 302
    assert upload(company).id == first, "the same one is there already"
    send(bea, EXPORT + b"Ona,ona@example.test,active,,,,,EUR,1.00\n")
    assert upload(company).id != first
    assert company.house.value("SELECT count(*) FROM moving_upload WHERE sealed IS NOT NULL") == 1
    assert bea.fill(PATH, what="drop").status == 302
    assert rows.newest(company.brand.access) is None
    assert company.house.value("SELECT count(*) FROM moving_upload WHERE sealed IS NOT NULL") == 0


def test_what_is_being_moved_in_is_neither_given_up_nor_replaced(company: Company) -> None:
    bea, programme, now = company.device("bea"), company.brand.programme, company.house.now
    send(bea)
    worked(company)
    bea.fill(PATH, what="do")
    with pytest.raises(ConflictError):
        moving_uploads.give_up(programme, upload(company).id, now)
    assert "being moved in" in words(send(bea, EXPORT + b"\n"))


def test_a_forgotten_upload_goes_after_a_week(company: Company) -> None:
    send(company.device("bea"))
    worked(company)
    moving_uploads.forget_old(company.brand.access, company.house.now + 6 * DAY)
    assert upload(company).state == "planned"
    moving_uploads.forget_old(company.brand.access, company.house.now + 8 * DAY)
    assert rows.newest(company.brand.access) is None


def test_reading_that_breaks_off_three_times_is_given_up(company: Company) -> None:
    send(company.device("bea"))
    for _ in range(3):
        assert rows.lease(company.brand.access, company.house.now, company.house.now + MINUTE) is not None
        company.house.later(MINUTE)
    worked(company)
    assert (upload(company).state, upload(company).problem_code) == ("failed", "crashed")


def test_only_owners_and_the_operator_move_in_and_what_was_uploaded_is_sealed(company: Company) -> None:
    for name in ("mona", "fina", "rea", "dora", "cleo", "finn"):
        assert company.device(name).get(PATH).status == 403, name
    send(company.device("bea"))
    worked(company)
    sealed: Any = upload(company)
    assert b"mira" not in bytes(sealed.sealed) + bytes(sealed.plan)


def test_what_stands_in_a_file_is_no_markup_on_the_page(company: Company) -> None:
    bea = company.device("bea")
    send(bea, EXPORT.replace(b"Mira Blau", b"<script>alert(1)</script>"))
    worked(company)
    assert "<script>alert" not in bea.get(PATH).text
