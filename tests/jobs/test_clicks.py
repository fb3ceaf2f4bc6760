"""Clicks from the socket to the count: exactly once, whatever is repeated, torn or interrupted."""

import threading
from pathlib import Path

import msgspec
import pytest

from fanshare.core.errors import FanshareError
from fanshare.flows.context import Programme
from fanshare.jobs import drain
from fanshare.spool.reader import SpoolReader
from fanshare.spool.records import CLICKS, ClickRecord, decode
from fanshare.spool.writer import SUFFIX
from fanshare.store.queries import edge
from tests.jobs.house import Brand, House, eventually

CHAT = "WhatsApp/2.23.20.0"
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def segments(house: House) -> list[Path]:
    return list((house.home / "spool" / "clicks").glob(f"*{SUFFIX}"))


def test_a_click_is_drained_and_counted_once(house: House) -> None:
    with house.open():
        click = house.bea.click()
        assert len(click) == 36
        house.work()
        house.work()
        assert house.bea.counts() == {"counted": 1}
        assert house.rows("SELECT click_id, link_id, verdict FROM click") == [(click, house.bea.link, "counted")]


def test_every_visit_is_counted_by_what_it_was(house: House) -> None:
    with house.open():
        bea = house.bea
        assert bea.click()
        assert bea.click(), "a duplicate carries evidence too"
        assert not bea.click(**{"user-agent": CHAT})
        assert not bea.click(**{"user-agent": BOT})
        assert bea.click(**{"sec-purpose": "prefetch", "user-agent": "Mozilla/5.0 (X11; Linux x64) Chrome/130.0"})
        house.work()
        expected = {"counted": 1, "duplicate": 1, "preview": 1, "bot": 1, "provisional": 1}
        assert bea.counts(bea.link) == expected
        assert house.value("SELECT count(*) FROM click") == 3


def test_codes_match_whatever_their_case(house: House) -> None:
    with house.open():
        house.bea.typed_code("Cleo10")
        assert house.bea.click(house.bea.code.upper())
        assert house.bea.post(house.bea.order("1", codes=[" cLEO10 "])).status_code == 200
        house.work()
        assert house.bea.counts() == {"counted": 1}
        assert house.bea.earned(house.bea.cleo) == 7_080_000


def test_a_prefetch_becomes_a_click_when_an_order_names_it(house: House) -> None:
    with house.open():
        click = house.bea.click(**{"sec-purpose": "prefetch"})
        house.bea.post(house.bea.order("1", clicks=(click,)))
        house.work()
        assert house.bea.earned(house.bea.cleo) == 7_080_000


def test_an_order_before_its_click_waits_and_is_settled_again_when_the_click_arrives(house: House) -> None:
    with house.open():
        click = house.bea.click()
        assert eventually(lambda: house.edge.app.clicks.durable == 1)
        hidden = [path.rename(path.with_suffix(".hidden")) for path in segments(house)]
        assert hidden
        house.bea.post(house.bea.order("1", clicks=(click,)))
        house.work()
        assert house.value("SELECT waiting FROM shop_order")
        assert house.bea.earned(house.bea.cleo) == 7_080_000, "its MAC proves the click even while it is lost"
        for path in hidden:
            path.rename(path.with_suffix(SUFFIX))
        house.work()
        assert not house.value("SELECT waiting FROM shop_order")
        assert house.bea.earned(house.bea.cleo) == 7_080_000


def test_draining_twice_and_two_drains_at_once_count_once(house: House) -> None:
    with house.open():
        for number in range(40):
            house.bea.click(**{"user-agent": f"Mozilla/5.0 (X11; Linux x86_64) Chrome/{number}.0"})
        assert eventually(lambda: house.edge.app.clicks.durable == 40)
        workers = [house.another_worker() for _ in range(3)]
        threads = [threading.Thread(target=worker.until_quiet) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for worker in workers:
            worker.shut()
            worker.conn.close()
        house.work()
        assert house.bea.counts() == {"counted": 40}
        assert house.value("SELECT count(*) FROM click") == 40


def test_a_crash_between_commit_and_discard_counts_once_and_leaves_no_file(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.open():
        house.bea.click()
    with monkeypatch.context() as patched:
        patched.setattr(SpoolReader, "discard", lambda *_: (_ for _ in ()).throw(OSError("the power went")))
        assert house.worker.round().failures == 1
    assert house.bea.counts() == {"counted": 1}
    assert segments(house)
    house.work()
    assert house.bea.counts() == {"counted": 1}
    assert not segments(house)


def test_a_crash_before_the_commit_counts_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.open():
        house.bea.click()
    with monkeypatch.context() as patched:
        patched.setattr(edge, "count_clicks", lambda *_: (_ for _ in ()).throw(OSError("the power went")))
        assert house.worker.round().failures == 1
    assert house.value("SELECT count(*) FROM click") == 0
    house.work()
    assert house.bea.counts() == {"counted": 1}


def test_without_the_position_a_second_reading_would_be_noticed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: what the positions are there for."""
    with house.open():
        house.bea.click(**{"user-agent": BOT})
        assert eventually(lambda: house.edge.app.clicks.durable == 1)
        house.work()
        monkeypatch.setattr(edge, "positions", lambda *_: {})
        monkeypatch.setattr(edge, "advance", lambda *_: True)
        house.worker.round()
        assert house.bea.counts() == {"bot": 2}


def test_a_segment_is_discarded_only_when_its_writer_is_gone(house: House) -> None:
    with house.open():
        house.bea.click()
        assert eventually(lambda: house.edge.app.clicks.durable == 1)
        house.work()
        assert segments(house)
    house.work()
    assert not segments(house)
    assert house.bea.counts() == {"counted": 1}


def test_a_torn_tail_of_a_dead_edge_is_cut_off(house: House) -> None:
    with house.open():
        house.bea.click()
    (segment,) = segments(house)
    with segment.open("ab") as file:
        file.write(b"\xf5\x9d\x1eR half of a rec")
    house.work()
    assert house.bea.counts() == {"counted": 1}
    assert not segments(house)


def test_records_of_a_programme_that_a_restored_database_does_not_know_hold_up_nobody(house: House) -> None:
    other = Brand.founded(house, "other")
    with house.open():
        house.bea.click()
        other.click()
        other.click(**{"user-agent": BOT})

    def open_programme(programme_id: int) -> Programme:
        if programme_id == other.tenant.id:
            raise FanshareError("unknown_programme", "This database is older than the record.", 404)
        return house.bea.programme

    reader = SpoolReader(house.home / "spool", CLICKS)
    found = drain.drain(house.conn, reader, CLICKS, open_programme, house.now)
    assert (found.clicks, found.strays) == (1, 2)
    assert house.bea.counts() == {"counted": 1}
    assert not segments(house)


def test_a_visit_of_a_link_that_the_database_does_not_know_is_left_out(house: House) -> None:
    with house.open():
        house.bea.click(**{"user-agent": BOT})
        house.bea.click()
    reader = SpoolReader(house.home / "spool", CLICKS)
    (batch,) = reader.batches(10, {})
    records = [msgspec.structs.replace(decode(one.kind, one.payload), link_id=9_999) for one in batch.records]
    drain._write_clicks(house.bea.programme, [one for one in records if isinstance(one, ClickRecord)], house.now)
    assert house.bea.counts() == {}
