"""The doctor names what is wrong, says what to do, and is content with an installation that is well."""

import os
import shutil
from collections import namedtuple
from typing import Any

import pytest

from fanshare.config.keys import Keys
from fanshare.core.disk_forecast import Measured
from fanshare.core.instants import DAY, HOUR, MINUTE, utc_day
from fanshare.flows import doctor
from fanshare.flows.appeals import appeal
from fanshare.flows.assets import set_link_state
from fanshare.flows.doctor import MemoryFacts, SpoolFacts, examine
from fanshare.flows.remarks import Remark, amount_of_time, counted
from fanshare.flows.rulings import NewRuling, find_order, rule
from fanshare.jobs.rounds import Round
from fanshare.jobs.spool_facts import spool_facts
from fanshare.store import directory
from fanshare.store.access import connect
from fanshare.store.queries import keeping
from fanshare.store.server import Database
from fanshare.web.language import speaking
from fanshare.web.said import in_her_words
from tests.edge.running import KEYS
from tests.jobs.house import House, eventually


def look(house: House) -> dict[str, Remark]:
    found = examine(house.conn, house.home, KEYS, house.now, spool=spool_facts(house.conn, house.home, KEYS))
    assert all(remark.sentence.endswith((".", "?")) and "\n" not in remark.sentence for remark in found)
    with speaking("de"):
        in_german = [str(in_her_words(remark.sentence)) for remark in found]
    assert [one for one in in_german if "<span" in one or "%(" in one] == []
    return {remark.code: remark for remark in found}


def wrong(house: House) -> set[str]:
    return {code for code, remark in look(house).items() if remark.level != "ok"}


def test_a_healthy_installation_has_nothing_to_look_at(house: House) -> None:
    bea = house.bea
    with house.open():
        bea.post(bea.order("1", clicks=(bea.click(),)))
        house.work()
        assert wrong(house) == set()
        assert {
            "database",
            "clocks",
            "disk",
            "keys",
            "spool",
            "snapshot",
            "programme",
            "disk_forecast",
            "retention",
        } <= set(look(house))


def test_parked_deliveries_are_counted_with_the_commonest_reason(house: House) -> None:
    with house.open():
        for _ in range(3):
            house.bea.post(b"[1]")
        house.bea.post(b"<xml/>")
        house.work()
    said = look(house)["parked"]
    assert said.level == "warn"
    assert "Bea's shop: 4 deliveries could not be read, 3 of them because of not_an_order" in said.sentence
    assert "`fanshare inbox retry`" in said.sentence


def test_wrong_signatures_ask_whether_the_secret_has_changed(house: House) -> None:
    with house.open():
        house.bea.post(house.bea.order("1"), **{"webhook-signature": "v1,AAAA"})
        house.work()
    assert "1 delivery to bea-shop had a wrong signature" in look(house)["refused"].sentence
    house.later(8 * DAY)
    assert "refused" not in look(house)


def test_silent_and_switched_off_shops_are_named(house: House) -> None:
    house.worker.housekeeping()
    assert "bea-shop has never sent anything" in look(house)["shop_silent"].sentence
    with house.open():
        house.bea.post(house.bea.order("1"))
        house.work()
    assert "shop_silent" not in look(house)
    house.later(3 * DAY)
    assert "bea-shop has sent nothing for 3 days" in look(house)["shop_silent"].sentence
    house.conn.execute("UPDATE connection SET state = 'off'")
    assert "switched off" in look(house)["shop_off"].sentence


def test_work_that_nobody_does_is_late_and_then_bad(house: House) -> None:
    bea = house.bea
    with house.open():
        bea.post(bea.order("1", clicks=(bea.click(),)))
        house.worker._drain(Round())
    house.later(10 * MINUTE)
    assert look(house)["inbox_late"].level == "warn"
    house.later(2 * HOUR)
    assert look(house)["inbox_late"].level == "bad"
    house.work()
    assert "inbox_late" not in look(house)
    house.later(31 * DAY)
    assert "has waited to be settled" in look(house)["settle_late"].sentence


def test_a_spool_that_is_not_drained_and_pieces_put_aside_are_seen(house: House) -> None:
    with house.open():
        house.bea.click()
        house.bea.post(house.bea.order("1"))
        assert eventually(lambda: house.edge.app.clicks.durable == 1)
        facts = spool_facts(house.conn, house.home, KEYS)
        assert all(facts.backlog.values())
        house.work()
        facts = spool_facts(house.conn, house.home, KEYS)
        assert not any(facts.backlog.values())
        house.bea.click()
    for path in (house.home / "spool" / "clicks").iterdir():
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert look(house)["spool_backlog"].level == "bad"
    (house.home / "spool" / "quarantine").mkdir()
    (house.home / "spool" / "quarantine" / "x.bad").write_bytes(b"?")
    assert look(house)["spool_damaged"].level == "warn"


def test_a_snapshot_that_is_missing_or_behind_is_bad(house: House) -> None:
    assert look(house)["no_snapshot"].level == "bad"
    house.worker.housekeeping()
    assert look(house)["snapshot"].level == "ok"
    house.later(10 * MINUTE)
    set_link_state(house.bea.programme, house.bea.code, "paused", house.now)
    assert "snapshot_stale" not in look(house)
    house.later(5 * MINUTE)
    assert "a link changed 5 minutes ago" in look(house)["snapshot_stale"].sentence
    house.worker.housekeeping()
    assert "snapshot_stale" not in look(house)


def test_keys_that_others_can_read_and_a_key_that_does_not_fit_are_bad(house: House) -> None:
    with house.open():
        house.bea.post(house.bea.order("1"))
        house.work()
    assert look(house)["keys"].level == "ok"
    secret = next((house.home / "keys").iterdir())
    secret.chmod(0o644)
    assert secret.name in look(house)["keys_open"].sentence
    found = examine(house.conn, house.home, Keys(b"x" * 32), house.now)
    assert [remark.level for remark in found if remark.code == "wrong_master_key"] == ["bad"]
    assert not [remark for remark in found if remark.code in ("spool", "snapshot", "no_snapshot")]


def test_orders_that_wait_or_fail_and_holds_that_end_soon_are_named(house: House) -> None:
    bea = house.bea
    with house.open():
        click = bea.click()
        bea.post(bea.order("1", clicks=(click,)))
        house.work()
    rule(
        bea.programme, NewRuling("held", "Looks odd", find_order(bea.access, "1"), until=house.now + 5 * DAY), house.now
    )
    house.work()
    assert "holds_end" not in look(house)
    house.later(3 * DAY)
    assert "the hold on 1 share ends within 3 days" in look(house)["holds_end"].sentence
    house.conn.execute("UPDATE shop_order SET waiting = true")
    assert "the click that led to 1 order" in look(house)["orders_waiting"].sentence
    house.conn.execute("UPDATE settle_due SET failure = 'ValueError: odd', attempts = 1")
    said = look(house)["settle_failed"]
    assert said.level == "bad"
    assert "ValueError: odd" in said.sentence


def test_appeals_that_wait_are_named_and_urgent_after_a_week(house: House) -> None:
    bea = house.bea
    with house.open():
        bea.post(bea.order("1", clicks=(bea.click(),)))
        house.work()
    assert "appeals" not in look(house)
    order = find_order(bea.access, "1")
    made = appeal(bea.programme, order, bea.cleo, "Why?", house.now)
    assert (look(house)["appeals"].level, "1 appeal waits" in look(house)["appeals"].sentence) == ("warn", True)
    house.later(8 * DAY)
    assert look(house)["appeals"].level == "bad"
    rule(bea.programme, NewRuling("upheld", "It is as it was.", order, answers=(made,)), house.now)
    assert "appeals" not in look(house)


def test_a_shop_that_does_not_answer_is_named_by_how_long(house: House) -> None:
    with house.open():
        house.bea.post(house.bea.order("1"))
        house.work()
    house.conn.execute(
        "UPDATE delivery SET state = 'new', reason_code = 'shop_unreachable', retry_at = %s", [house.now + DAY]
    )
    assert look(house)["shop_away"].level == "warn"
    house.conn.execute("UPDATE connection SET can_fetch = true, poll_cursor_at = %s", [house.now - 2 * HOUR])
    assert "could not be asked for changes for 2 hours" in look(house)["shop_not_polled"].sentence


def test_a_database_without_its_tables_is_said_first(pg_server: Any, fresh_database: Any, house: House) -> None:
    empty: Database = fresh_database()
    with connect(empty.dsn(owner=True)) as conn:
        found = examine(conn, house.home, KEYS, house.now)
    assert found[-1].code in {"schema_missing", "keys", "disk"}
    assert "schema_missing" in {remark.code for remark in found if remark.level == "bad"}


def test_a_full_disk_and_clocks_that_differ_are_noticed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    for free, level in ((500 << 20, "warn"), (10 << 20, "bad")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, left=free: usage(1 << 40, 0, left))
        assert look(house)["disk_low"].level == level
    real = doctor.time.time_ns  # type: ignore[attr-defined]
    for off, level in ((10, "warn"), (600, "bad")):
        monkeypatch.setattr(doctor.time, "time_ns", lambda by=off: real() + by * 10**9)  # type: ignore[attr-defined]
        assert look(house)["clocks_differ"].level == level


def days_of(house: House, number: int, *, growth: int, filling: int, free: int) -> None:
    """As if the worker had looked once on each of the last days, the newest today."""
    house.conn.execute("DELETE FROM disk_day")
    for back in range(number, -1, -1):
        at = house.now - back * DAY
        keeping.note(house.conn, Measured(at, 10**12 - back * growth, free + back * filling, 1 << 40))


def test_the_disk_is_looked_at_every_hour_and_one_look_a_day_is_kept_for_a_year(house: House) -> None:
    for _ in range(3):
        house.worker.housekeeping()
        house.later(HOUR)
    [(day, database, free, total)] = house.rows("SELECT day, database_bytes, free_bytes, total_bytes FROM disk_day")
    assert day == utc_day(house.now)
    assert (total, 0 < free < total) == (shutil.disk_usage(house.home).total, True)
    assert 5 << 20 < database < 1 << 30
    house.later(DAY)
    house.worker.housekeeping()
    assert house.value("SELECT count(*) FROM disk_day") == 2
    house.later(401 * DAY)
    house.worker.housekeeping()
    assert house.value("SELECT count(*) FROM disk_day") == 1


def test_when_the_disk_will_be_full_is_said_after_three_days(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1 << 40, 0, 50 * 10**9))
    assert "can be said after three days, it was watched for no time so far" in look(house)["disk_forecast"].sentence
    days_of(house, 2, growth=10**9, filling=0, free=50 * 10**9)
    assert "it was watched for 2 days so far" in look(house)["disk_forecast"].sentence
    for growth, filling, level, words in (
        (20_000_000, 0, "ok", "grows by 19 MB a day: at this pace the disk is full in 2500 days."),
        (1_000_000, 0, "ok", "at this pace the disk lasts for more than ten years."),
        (0, 0, "ok", "grows by 0 bytes a day: at this pace the disk lasts"),
        (-5_000_000, -5_000_000, "ok", "grows by 0 bytes a day: at this pace the disk lasts"),
        (2 * 10**9, 0, "warn", "at this pace the disk is full in 25 days. Make room"),
        (20_000_000, 10 * 10**9, "bad", "the disk fills by 9536 MB a day: at this pace the disk is full in 5 days."),
        (20_000_000, 40 * 10**9, "bad", "the disk is full tomorrow."),
    ):
        days_of(house, 20, growth=growth, filling=filling, free=50 * 10**9)
        said = look(house)["disk_forecast"]
        assert (said.level, words in said.sentence) == (level, True), said


def test_what_has_to_go_and_is_still_there_is_bad(house: House) -> None:
    with house.open():
        house.bea.post(house.bea.order("1"))
        house.bea.post(house.bea.order("2"), **{"webhook-signature": "v1,AAAA"})
        house.work()
    today = utc_day(house.now)
    assert (
        f"dropped after 30 days (the oldest are of {today}), refused ones after 7" in look(house)["retention"].sentence
    )
    # Nobody works for a while.
    house.later(10 * DAY)
    assert "Refused messages should be dropped after 7 days and are kept for 10 days" in late(house)
    house.later(25 * DAY)
    assert "Raw messages of shops should be dropped after 30 days and are kept for 35 days by now" in late(house)
    house.worker.housekeeping()
    assert "(none are there)" in look(house)["retention"].sentence
    assert "retention_late" not in look(house)


def late(house: House) -> str:
    found = examine(house.conn, house.home, KEYS, house.now)
    assert {one.level for one in found if one.code == "retention_late"} == {"bad"}
    return " ".join(one.sentence for one in found if one.code == "retention_late")


def test_mail_and_links_for_signing_in_that_stay_too_long_are_named(house: House) -> None:
    house.conn.execute(
        "INSERT INTO outbox (kind, key, state, made_at, due_at, done_at) VALUES ('x', 'y', 'sent', 1, 1, %s)",
        [house.now - 33 * DAY],
    )
    house.conn.execute(
        "INSERT INTO sign_in_link (token_hash, account, sealed_address, made_at, expires_at)"
        " VALUES (sha256('a'), sha256('b'), '', 1, %s)",
        [house.now - 4 * DAY],
    )
    assert "Traces of sent mail should be dropped after 30 days and are kept for 33 days" in late(house)
    assert "Ended links for signing in should be dropped after 1 day and are kept for 4 days" in late(house)


def test_memory_is_said_and_short_memory_is_named(house: House) -> None:
    def said(facts: MemoryFacts | None) -> dict[str, Remark]:
        found = examine(house.conn, house.home, KEYS, house.now, memory=facts)
        return {remark.code: remark for remark in found}

    assert (
        "(9 processes) holds 200 MB of memory; 800 MB are free."
        in said(MemoryFacts(9, 200 << 20, 800 << 20))["memory"].sentence
    )
    assert said(MemoryFacts(9, 200 << 20, 50 << 20))["memory_low"].level == "warn"
    assert "memory" not in said(MemoryFacts(0, 0, 800 << 20))
    assert "memory" not in said(None)


def test_a_demonstration_says_so(house: House) -> None:
    directory.set_fact(house.conn, "demo", "yes", house.now)
    assert look(house)["demo"].level == "ok"


def test_a_link_that_lost_its_label_is_named(house: House) -> None:
    house.conn.execute("UPDATE link SET label_text = ' ' WHERE id = %s", [house.bea.link])
    assert "1 link and 0 codes have no advertising label" in look(house)["unlabelled"].sentence


def test_facts_can_be_left_out_and_words_are_plain() -> None:
    assert SpoolFacts() == SpoolFacts({}, 0, 0, None, 0)
    assert [amount_of_time(span) for span in (0, MINUTE, 2 * HOUR, DAY)] == [
        "0 seconds",
        "1 minute",
        "2 hours",
        "1 day",
    ]
    assert [counted(2, "delivery"), counted(1, "link"), counted(0, "code")] == ["2 deliveries", "1 link", "0 codes"]
