"""After moving in, over a small installation: old links count, balances ripen, edits are found, nothing doubles."""

import itertools
import json
import threading
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from fanshare.core.canonical import parse_json
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, HOUR
from fanshare.core.ledger import AccountKey, AccountKind, Balance
from fanshare.core.moving import Balance as Owed
from fanshare.core.moving import Moved, OldCode, OldLink, Person
from fanshare.core.statement_check import verify
from fanshare.flows import openings, payouts
from fanshare.flows.assets import set_link_state
from fanshare.flows.check import check, findings
from fanshare.flows.moving import Source, move_in, plan_moving
from fanshare.flows.people import erase
from fanshare.flows.statements import make_statement
from fanshare.jobs.worker import log_name
from fanshare.store import books, signing
from fanshare.store.access import Access, connect
from fanshare.verifier import fanshare_verify
from tests.jobs.house import LABEL, House
from tests.support import paying

FILE = Source(("export.json",), 7)
SHOP = "https://shop.example/"
MIRA = Person("id:1", "Mira Blau", "Mira B.", "mira@example.test")
DUB = Moved(
    "dub",
    "5d" * 32,
    (MIRA,),
    links=(OldLink("id:1", "via", "mira"), OldLink("id:1", "rfsn", "1.a3y7")),
    codes=(OldCode("id:1", "MIRA10"),),
)


def moved(house: House, what: Moved) -> int:
    """Move in; the party of the first person."""
    programme = house.bea.programme
    found = plan_moving(programme, what, house.now, destination=SHOP)
    move_in(programme, what, found, FILE, house.now, label=LABEL, destination=SHOP)
    return int(house.value("SELECT max(party_id) FROM moved_person"))


def holds(house: House) -> None:
    signer = signing.load_or_create(house.home / "keys", log_name("shop.example", house.bea.tenant))
    programme = replace(house.bea.programme, log_keys=signer.keys)
    wrong = [finding.message for finding in check(programme, house.now) if not finding.ok]
    assert wrong == []


def balance(house: House, party: int, kind: AccountKind, currency: str = "EUR") -> int:
    return books.balances(house.bea.access, party).get(Balance(AccountKey(kind, party), currency), 0)


def test_an_old_link_in_the_address_counts_and_is_explained_as_such(house: House) -> None:
    mira = moved(house, DUB)
    house.later(HOUR)
    with house.open():
        house.bea.post(house.bea.order("1", landing="https://shop.example/linen?via=Mira"))
        house.bea.post(house.bea.order("2", landing="https://shop.example/?rfsn=1.A3Y7"))
        house.bea.post(house.bea.order("3", landing="https://shop.example/?via=stranger"))
        house.work()
    assert house.bea.earned(mira) == 2 * 7_080_000
    bodies = [json.loads(row[0]) for row in house.rows("SELECT body FROM log_leaf WHERE kind = 'settlement'")]
    assert [(body["decided_by"], body["reasons"]) for body in bodies] == [("creator_link", ["old_link"])] * 2
    holds(house)


def test_many_buyers_by_one_old_link_are_many_buyers(house: House) -> None:
    """A click id is one buyer's; an old link is everybody's. Nothing of it is held as shared."""
    mira = moved(house, DUB)
    house.later(HOUR)
    with house.open():
        for number in range(3):
            house.bea.post(house.bea.order(str(number), landing="/?via=mira"))
        house.work()
    assert balance(house, mira, AccountKind.PENDING) == 3 * 7_080_000
    assert balance(house, mira, AccountKind.HELD) == 0


def test_an_old_link_displaces_no_click_and_no_code(house: House) -> None:
    mira = moved(house, DUB)
    house.bea.typed_code("CLEO10")
    house.later(HOUR)
    with house.open():
        click = house.bea.click()
        house.later(HOUR)
        house.bea.post(house.bea.order("1", clicks=(click,), landing="/?via=mira"))
        house.bea.post(house.bea.order("2", codes=["cleo10"], landing="/?via=mira"))
        house.work()
    assert (house.bea.earned(mira), house.bea.earned(house.bea.cleo)) == (0, 2 * 7_080_000)
    holds(house)


def test_an_order_from_before_the_move_belongs_to_the_old_tool(house: House) -> None:
    before = house.bea.order("1", landing="/?via=mira")
    house.later(HOUR)
    mira = moved(house, DUB)
    with house.open():
        house.bea.post(before)
        house.work()
    assert house.bea.earned(mira) == 0
    holds(house)


def test_a_paused_link_stops_its_old_address_too(house: House) -> None:
    mira = moved(house, DUB)
    house.later(HOUR)
    set_link_state(house.bea.programme, "mira", "paused", house.now)
    house.later(HOUR)
    with house.open():
        house.bea.post(house.bea.order("1", landing="/?via=mira"))
        house.work()
    assert house.bea.earned(mira) == 0


def test_the_old_code_and_the_old_name_behind_r_work_from_the_move_on(house: House) -> None:
    mira = moved(house, DUB)
    house.later(HOUR)
    with house.open():
        for code in ("mira", "1-a3y7"):
            assert house.edge.client.get(f"/r/{code}").headers["location"].startswith(SHOP)
        click = house.bea.click("MIRA")
        house.bea.post(house.bea.order("1", clicks=(click,)))
        house.bea.post(house.bea.order("2", codes=["Mira10"]))
        house.work()
    assert house.bea.earned(mira) == 2 * 7_080_000
    holds(house)


def test_whatever_order_the_messages_come_in_the_books_are_the_same(house: House) -> None:
    mira = moved(house, DUB)
    house.later(HOUR)
    first = house.bea.order("1", landing="/?via=mira")
    second = {**house.bea.order("1", landing="/?via=mira"), "modified_at": "2026-11-22T05:00:00Z"}
    bare = {**house.bea.order("1"), "modified_at": "2026-11-22T04:00:00Z"}
    earned = set()
    with house.open():
        for number, order in enumerate(itertools.permutations([first, second, bare])):
            for document in order:
                house.bea.post({**document, "order_id": f"p{number}", "buyer": {"email": f"p{number}@example.test"}})
            house.work()
            earned.add(house.bea.earned(mira) - 7_080_000 * number)
    assert earned == {7_080_000}
    holds(house)


def test_what_waits_becomes_ready_on_its_day_and_can_be_paid(house: House) -> None:
    owed = (Owed("id:1", "EUR", 30_200_000), Owed("id:1", "EUR", 15_000_000, house.now + 3 * DAY))
    mira = moved(house, replace(DUB, balances=owed))
    assert (balance(house, mira, AccountKind.AVAILABLE), balance(house, mira, AccountKind.PENDING)) == (
        30_200_000,
        15_000_000,
    )
    holds(house)
    house.later(3 * DAY)
    house.work()
    house.worker.housekeeping()
    assert (balance(house, mira, AccountKind.AVAILABLE), balance(house, mira, AccountKind.PENDING)) == (45_200_000, 0)
    assert openings.ripen(house.bea.programme, house.now) == 0
    for payout in paying.plan(house.bea.programme, house.now):
        paying.send(house.bea.programme, payout, house.now)
        payouts.arrived(house.bea.programme, payout, house.now)
    assert balance(house, mira, AccountKind.PAID) == 45_200_000
    holds(house)
    statement = made_statement(house, mira)
    assert statement["currencies"][0]["closing"]["paid"] == "45.200000"
    assert verify(statement, signing.verify).ok
    assert fanshare_verify.verify(statement).ok


def made_statement(house: House, party: int) -> Any:
    signer = signing.load_or_create(house.home / "keys", log_name("shop.example", house.bea.tenant))
    made = make_statement(house.bea.programme, house.bea.tenant, signer, party, house.now)
    return parse_json(json.dumps(made).encode())


def test_a_balance_of_any_currency_is_the_same_in_statement_and_books(house: House) -> None:
    owed = {"EUR": 1_234_500_000, "JPY": 1_234_000_000, "KWD": 1_234_567_000}
    mira = moved(house, replace(DUB, balances=tuple(Owed("id:1", *each) for each in owed.items())))
    statement = made_statement(house, mira)
    said = {section["currency"]: section["closing"]["available"] for section in statement["currencies"]}
    assert said == {"EUR": "1234.500000", "JPY": "1234.000000", "KWD": "1234.567000"}
    assert {unit: balance(house, mira, AccountKind.AVAILABLE, unit) for unit in owed} == owed
    assert verify(statement, signing.verify).ok
    assert fanshare_verify.verify(statement).ok
    holds(house)


def test_two_imports_at_once_do_it_once(house: House) -> None:
    what = replace(DUB, balances=(Owed("id:1", "EUR", 5_000_000),))
    plans = [plan_moving(house.bea.programme, what, house.now, destination=SHOP)]
    outcomes: list[object] = []

    def once_more() -> None:
        with connect(house.database.dsn()) as conn:
            access = Access(conn, house.bea.tenant.id, "test")
            programme = replace(house.bea.programme, access=access)
            try:
                outcomes.append(
                    move_in(programme, what, plans[0], FILE, house.now, label=LABEL, destination=SHOP).empty
                )
            except ConflictError as error:
                outcomes.append(error.code)

    threads = [threading.Thread(target=once_more) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["False", "changed_meanwhile", "changed_meanwhile"]
    assert house.value("SELECT count(*) FROM opening") == 1
    holds(house)


def test_an_import_that_fails_in_the_middle_leaves_nothing(house: House) -> None:
    what = replace(DUB, balances=(Owed("id:1", "EUR", 5_000_000),))
    found = plan_moving(house.bea.programme, what, house.now, destination=SHOP)
    broken = replace(LABEL, country="?")
    with pytest.raises(BadInputError):
        move_in(house.bea.programme, what, found, FILE, house.now, label=broken, destination=SHOP)
    for table in ("moved_person", "opening", "old_link", "import_run"):
        assert house.value(f"SELECT count(*) FROM {table}") == 0
    holds(house)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "https://shop.example@evil.example/", "shop.example", "https://["]
)
def test_links_are_moved_to_no_site_but_the_shops(house: House, elsewhere: str) -> None:
    with pytest.raises(BadInputError, match="your shop alone"):
        plan_moving(house.bea.programme, DUB, house.now, destination=elsewhere)
    found = plan_moving(house.bea.programme, DUB, house.now, destination=SHOP)
    with pytest.raises(BadInputError, match="your shop alone"):
        move_in(house.bea.programme, DUB, found, FILE, house.now, label=LABEL, destination=elsewhere)
    assert house.value("SELECT count(*) FROM old_link") == 0


def test_somebody_known_by_her_address_stays_one_person(house: House) -> None:
    cleo = Person("id:9", "Cleo", "Cleo", "CLEO@example.test")
    assert moved(house, Moved("dub", "00" * 32, (cleo,), balances=(Owed("id:9", "EUR", 7),))) == house.bea.cleo
    assert house.bea.earned(house.bea.cleo) == 7
    again = replace(cleo, email="new@example.test")
    what = Moved("dub", "00" * 32, (again,), balances=(Owed("id:9", "EUR", 7),))
    assert plan_moving(house.bea.programme, what, house.now).empty


def test_two_ids_of_one_person_are_counted_once_whichever_comes_first(house: House) -> None:
    """Rows in another order next time must not make the same money new."""
    one, two = MIRA, replace(MIRA, key="id:2")
    owed = (Owed("id:1", "EUR", 5), Owed("id:2", "EUR", 7))
    mira = moved(house, Moved("dub", "00" * 32, (one, two), balances=owed))
    assert house.bea.earned(mira) == 12
    assert plan_moving(house.bea.programme, Moved("dub", "00" * 32, (two, one), balances=owed), house.now).empty


def test_after_an_erasure_the_same_file_brings_nobody_back_and_the_books_hold(house: House) -> None:
    what = replace(DUB, balances=(Owed("id:1", "EUR", 5_000_000),))
    mira = moved(house, what)
    erase(house.bea.programme, mira, house.now)
    found = plan_moving(house.bea.programme, what, house.now, destination=SHOP)
    assert found.empty
    assert "was erased here and is not brought back" in [one.why for one in found.untaken]
    house.worker.housekeeping()
    holds(house)


EDITS = [
    "UPDATE opening SET amount = amount + 1",
    "UPDATE opening SET party_id = (SELECT min(id) FROM party)",
    "UPDATE opening SET file_hash = sha256('x')",
    "UPDATE opening SET tool = 'rewardful'",
    "UPDATE opening SET matures_at = matures_at + 1",
    "DELETE FROM opening",
    "INSERT INTO opening_ready SELECT programme_id, id, 1 FROM opening",
    "UPDATE old_link SET link_id = (SELECT min(id) FROM link)",
    "UPDATE old_link SET value = 'other' WHERE param = 'via'",
    "UPDATE old_link SET from_at = from_at - 1",
    "DELETE FROM old_link WHERE param = 'via'",
]


def test_an_edit_behind_the_books_back_is_found(house: House) -> None:
    moved(house, replace(DUB, balances=(Owed("id:1", "EUR", 5_000_000, house.now + DAY),)))
    server = house.database.server
    assert server is not None
    with psycopg.connect(server.dsn("admin", house.database.name), autocommit=True) as admin:
        programme = replace(house.bea.programme, access=Access(admin, house.bea.tenant.id, "test"))
        for edit in EDITS:
            with admin.transaction(force_rollback=True):
                admin.execute("SET LOCAL session_replication_role = replica")
                for table in ("opening", "opening_ready", "old_link"):
                    admin.execute(f"ALTER TABLE {table} DISABLE TRIGGER immutable".encode())
                assert admin.execute(edit.encode()).rowcount > 0
                wrong = {finding.name for finding in findings(programme, house.now) if not finding.ok}
                assert wrong & {"openings", "old links", "records"}, edit
        assert all(finding.ok for finding in findings(programme, house.now))
