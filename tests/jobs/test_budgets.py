"""A month's budget: links stop counting once, whoever notices; what came before is paid; and everybody is told."""

import os
import threading
from typing import Any

from fanshare.core import clickid
from fanshare.core.instants import DAY, HOUR, MINUTE, Instant, zone
from fanshare.core.money import parse_amount
from fanshare.flows import budgets, mail_choice
from fanshare.flows.check import findings
from fanshare.integrations.mail.memory import MemoryMailer
from fanshare.jobs.mail import PostOffice, send_due
from fanshare.store.access import Access, connect
from fanshare.store.queries import budgets as stored
from tests.edge.running import KEYS
from tests.jobs.house import House, eventually
from tests.support.mails import text_of

BERLIN = zone("Europe/Berlin")
COMMISSION = parse_amount("7.08")


def limit(house: House, amount: str | None) -> None:
    known = None if amount is None else parse_amount(amount)
    budgets.set_budget(house.bea.programme, BERLIN, "EUR", known, house.now)


def stopped(house: House) -> Instant | None:
    return stored.stopped_since(house.bea.access)


def turns(house: House) -> list[tuple[bool, str]]:
    return house.rows("SELECT stopped, month FROM budget_turn ORDER BY id")


def click_of(house: House, at: Instant) -> str:
    """A click as the edge would have minted it then."""
    return clickid.mint(house.bea.link, at, os.urandom(clickid.RANDOM_BYTES), house.bea.programme.secrets.click_id)


def wrong(house: House) -> list[str]:
    found = findings(house.bea.programme, house.now)
    return [one.message for one in found if not one.ok and "known keys signed" not in one.message]


def sell(house: House, number: str, *clicks: str, **more: Any) -> None:
    assert house.bea.post(house.bea.order(number, clicks=clicks, **more)).status_code == 200
    house.later(MINUTE)
    house.work()


def test_what_came_before_the_stop_is_paid_and_what_comes_after_is_not(house: House) -> None:
    bea = house.bea
    code = "CLEO10"
    bea.typed_code(code)
    with house.open():
        limit(house, "7.00")
        first, second = bea.click(), bea.click()
        sell(house, "1", first)
        assert stopped(house) == house.now + MINUTE, "what is on its way already keeps what it was told"
        sell(house, "0", bea.click())
        assert eventually(lambda: bea.click() == ""), "a visitor still reaches the shop, without an id"
        house.later(HOUR)
        sell(house, "2", second)
        assert bea.earned(bea.cleo) == 3 * COMMISSION, "its click came before"
        sell(house, "3", click_of(house, house.now - MINUTE))
        sell(house, "4", codes=[code])
        assert bea.earned(bea.cleo) == 3 * COMMISSION
        rows = house.rows("SELECT external_id, id FROM shop_order WHERE programme_id = %s", bea.tenant.id)
        late = {number for number, id_ in rows if stored.was_stopped(bea.access, id_)}
        assert late == {"2", "3", "4"}
        house.later(9 * DAY)
        house.work()
        house.later(MINUTE)
        house.work()
        assert (stopped(house), turns(house)) == (None, [(True, "2026-11"), (False, "2026-12")])
        assert eventually(lambda: bea.click() != "")
        sell(house, "5", bea.click())
        assert bea.earned(bea.cleo) == 4 * COMMISSION
    assert bea.sound()
    assert wrong(house) == []
    statement = "INSERT INTO budget_turn (programme_id, currency, stopped, month, budget, spent, from_at)"
    house.conn.execute(f"{statement} VALUES (%s, 'EUR', true, '2026-12', 0, 0, %s)", [bea.tenant.id, house.now])
    assert any("budget_turn" in one for one in wrong(house)), "the checks would see a stop that nobody logged"


def test_workers_that_reach_the_budget_at_once_stop_once(house: House) -> None:
    bea = house.bea
    limit(house, "7.00")
    with house.open():
        click = bea.click()
        assert bea.post(bea.order("1", clicks=(click,))).status_code == 200
        house.worker.periods = {}
        house.work()
    assert turns(house) == []
    done: list[int] = []

    def watch() -> None:
        with connect(house.database.dsn()) as conn:
            done.append(budgets.watch(Access(conn, bea.tenant.id, "test"), BERLIN, house.now))

    threads = [threading.Thread(target=watch) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(done) == [0, 0, 0, 0, 0, 1]
    assert turns(house) == [(True, "2026-11")]
    limit(house, "7.05")
    assert stopped(house) is not None, "raised, and reached already"
    limit(house, "8.00")
    assert stopped(house) is None
    limit(house, "0")
    assert stopped(house) is not None
    limit(house, None)
    assert stopped(house) is None
    assert wrong(house) == []


def test_creators_and_fans_are_told_once_unless_they_said_no_or_it_is_old_news(house: House) -> None:
    bea, mailer = house.bea, MemoryMailer(lambda: house.now)
    office = PostOffice(mailer, "https://share.example")

    def told() -> list[tuple[str, str]]:
        """One round of telling and sending, and what it sent."""
        before = len(mailer.sent)
        budgets.tell(bea.access, KEYS, house.now)
        send_due(house.conn, KEYS, office, lambda: house.now)
        return sorted((str(one["To"]), str(one["Subject"])) for one in mailer.sent[before:])

    limit(house, "0")
    about = "Bea's shop: your links pause until next month"
    assert told() == [("cleo@example.test", about), ("finn@example.test", about)]
    assert "What you have earned stays yours and is paid." in text_of(mailer.sent[0])
    assert told() == []
    token = mail_choice.stop_token(KEYS, bea.tenant.id, bea.finn)
    assert f"https://share.example/mail/stop/{token}" in "".join(text_of(one) for one in mailer.sent)
    mail_choice.stop(house.conn, KEYS, token, house.now, really=True)
    house.later(HOUR)
    limit(house, None)
    assert told() == [("cleo@example.test", "Bea's shop: your links count again")]
    house.later(HOUR)
    limit(house, "0")
    house.later(MINUTE)
    limit(house, None)
    assert told() == [("cleo@example.test", "Bea's shop: your links count again")], "not of what is so no more"
    limit(house, "0")
    house.later(3 * DAY)
    assert told() == []
