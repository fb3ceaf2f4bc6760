"""The worker: a database that goes away, a programme that fails, two workers at once, and what comes with time."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from fanshare.core.instants import DAY, HOUR, MINUTE, format_rfc3339, parse_rfc3339
from fanshare.flows import replaced
from fanshare.flows import settle as settling
from fanshare.flows.seal import click_root
from fanshare.flows.statements import make_statement
from fanshare.jobs import take, worker
from fanshare.spool.writer import SUFFIX
from fanshare.store import log_store, signing
from fanshare.store.queries import edge
from tests.jobs.house import Brand, House, eventually

MIDNIGHT = parse_rfc3339("2026-11-23T00:00:00Z")


def cut(house: House) -> None:
    """End the worker's connection from outside, as a database that stops does."""
    with psycopg.connect(house.database.server.dsn("admin", "postgres"), autocommit=True) as admin:  # type: ignore[union-attr]
        admin.execute("SELECT pg_terminate_backend(%s)", [house.conn.info.backend_pid])


def once(act: Callable[[], None], real: Callable[..., Any]) -> Callable[..., Any]:
    """``real``, but the first call does something before."""
    left = [act]

    def wrapped(*args: Any, **more: Any) -> Any:
        if left:
            left.pop()()
        return real(*args, **more)

    return wrapped


@pytest.mark.parametrize(
    ("module", "name"),
    [(edge, "insert_clicks"), (edge, "insert_deliveries"), (take, "accept"), (settling.ledger, "post")],  # type: ignore[attr-defined]
    ids=["draining clicks", "draining deliveries", "taking", "settling"],
)
def test_a_database_that_goes_away_in_the_middle_loses_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    bea = house.bea
    with house.open():
        click = bea.click()
        assert eventually(lambda: house.edge.app.clicks.durable == 1)
        bea.post(bea.order("1", clicks=(click,)))
        monkeypatch.setattr(module, name, once(lambda: cut(house), getattr(module, name)))
        with pytest.raises(psycopg.OperationalError):
            house.worker.until_quiet()
        house.reconnect()
        house.later(3 * MINUTE)
        house.work()
    assert (bea.counts(), bea.inbox(), bea.earned(bea.cleo)) == ({"counted": 1}, {"done": 1}, 7_080_000)
    assert house.bea.sound()
    assert house.value("SELECT count(*) FROM order_state") == 1


def test_a_programme_that_fails_does_not_stop_the_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Brand.founded(house, "other")
    real_take, real_seal = take.take, worker.seal.seal  # type: ignore[attr-defined]

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def work(programme: Any, *args: Any, **more: Any) -> Any:
            if programme.access.programme_id == house.bea.tenant.id:
                raise ValueError("a bug that only Bea's data shows")
            return real(programme, *args, **more)

        return work

    monkeypatch.setattr(take, "take", failing(real_take))
    monkeypatch.setattr(worker.seal, "seal", failing(real_seal))  # type: ignore[attr-defined]
    with house.open():
        house.bea.post(house.bea.order("1"))
        other.post(other.order("1", clicks=(other.click(),)))
        done = house.worker.until_quiet(rounds=4)
        assert done.failures > 0
        assert (other.inbox(), other.earned(other.cleo)) == ({"done": 1}, 7_080_000)
        house.later(DAY)
        house.worker.round()
        assert other.access.value("SELECT count(*) FROM click_seal WHERE programme_id = %(programme_id)s") == 1
        monkeypatch.undo()
        house.later(-DAY)
        house.work()
    assert house.bea.inbox() == {"done": 1}


def test_an_order_that_can_not_be_settled_does_not_hold_up_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    bea = house.bea
    bea.typed_code("cleo10")
    real = settling.settle_orders
    from fanshare.jobs import apart

    def poisoned(access: Any, book: Any, holders: Any, claimed: Any, now: int) -> Any:
        wanted = {order for order, _ in claimed}
        if house.value("SELECT count(*) FROM shop_order WHERE external_id = 'bad' AND id = ANY(%s)", list(wanted)):
            raise ValueError("this one can not be folded")
        return real(access, book, holders, claimed, now)

    with house.open():
        for number in ("1", "bad", "2"):
            bea.post(bea.order(number, codes=["cleo10"]))
        monkeypatch.setattr(settling, "settle_orders", poisoned)
        monkeypatch.setattr(apart, "settle_orders", poisoned)
        house.work()
        assert bea.earned(bea.cleo) == 2 * 7_080_000
        ((attempts, failure, wait),) = house.rows(
            "SELECT attempts, failure, due_at - %s FROM settle_due WHERE reason = 'state'", house.now
        )
        assert (attempts, failure, wait) == (1, "ValueError: this one can not be folded", MINUTE)
        monkeypatch.undo()
        house.later(2 * MINUTE)
        house.work()
    assert bea.earned(bea.cleo) == 3 * 7_080_000


def test_two_workers_share_the_work_and_book_it_once(house: House) -> None:
    bea = house.bea
    bea.typed_code("cleo10")
    with house.open():
        for number in range(30):
            bea.post({"orders": [bea.order(f"{number}-{part}", codes=["CLEO10"]) for part in range(4)]})
            bea.post(bea.order(f"{number}-0", codes=["CLEO10"]))
        workers = [house.another_worker() for _ in range(2)]
        threads = [threading.Thread(target=one.until_quiet) for one in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one in workers:
            one.shut()
            one.conn.close()
        house.work()
    assert bea.earned(bea.cleo) == 120 * 7_080_000
    assert bea.inbox() == {"done": 60}
    assert bea.sound()


def test_orders_of_two_buyers_with_one_click_are_shared_and_held(house: House) -> None:
    bea = house.bea
    with house.open():
        click = bea.click(bea.fan_code)
        bea.post(bea.order("1", clicks=(click,)))
        house.work()
        assert (bea.earned(bea.cleo), bea.earned(bea.finn)) == (5_664_000, 1_416_000)
        bea.post(bea.order("2", clicks=(click.upper(),)))
        house.work()
    buckets = dict(
        house.rows(
            "SELECT o.external_id || ' ' || role, bucket FROM position p JOIN shop_order o"
            " ON o.programme_id = p.programme_id AND o.id = p.order_id WHERE amount > 0"
        )
    )
    assert buckets["1 creator"] == buckets["1 fan"] == "pending"
    assert buckets["2 creator"] == "held"
    assert bea.sound()


def test_of_many_sales_by_one_copied_click_only_the_one_that_decides_is_felt_by_the_others(house: House) -> None:
    bea = house.bea

    def free() -> set[str]:
        unheld = "o.id = p.order_id WHERE role = 'creator' AND amount > 0 AND bucket <> 'held'"
        return {row[0] for row in house.rows(f"SELECT o.external_id FROM position p JOIN shop_order o ON {unheld}")}

    with house.open():
        click = bea.click(bea.code)
        house.later(2 * HOUR)
        for number in range(1, 7):
            house.later(MINUTE)
            bea.post(bea.order(str(number), clicks=(click,)))
            assert house.worker.until_quiet().settled == 1, "nobody else looks again"
        assert free() == {"1"}
        house.later(MINUTE)
        bea.post(bea.order("1", clicks=(click,), status="cancelled"))
        assert house.worker.until_quiet().settled > 5, "whoever leaned on the first one looks again"
        assert free() == {"2"}
        # An earlier report of the sixth arrives late: it had been placed before all the others.
        before = {"ordered_at": format_rfc3339(house.now - HOUR), "modified_at": format_rfc3339(house.now - HOUR)}
        bea.post({**bea.order("6", clicks=(click,)), **before})
        assert house.worker.until_quiet().settled > 4
        assert free() == {"6"}
        # And a still earlier report of it, which names a later day: the second is the first again.
        bea.post({**bea.order("6", clicks=(click,)), "modified_at": format_rfc3339(house.now - HOUR - MINUTE)})
        house.work()
        assert free() == {"2"}
        bea.post(bea.order("5", clicks=(click,), status="cancelled"))
        assert house.worker.until_quiet().settled == 1
    assert bea.sound()


def test_the_clicks_of_a_day_are_sealed_after_midnight_and_late_ones_get_a_supplement(house: House) -> None:
    bea = house.bea
    with house.open():
        clicks = [bea.click(**{"user-agent": f"Mozilla/5.0 Chrome/{number}.0"}) for number in range(3)]
    house.work()
    with house.open():
        late = bea.click(**{"user-agent": "Mozilla/5.0 Chrome/99.0"})
    (segment,) = (house.home / "spool" / "clicks").glob(f"*{SUFFIX}")
    hidden = segment.rename(segment.with_suffix(".late"))
    house.worker.housekeeping()
    assert house.value("SELECT count(*) FROM click_seal") == 0, "the day is not over"
    house.later(MIDNIGHT + HOUR - house.now)
    house.worker.housekeeping()
    first = click_root(clicks)
    assert house.rows("SELECT link_id, day, part, count, root FROM click_seal") == [
        (bea.link, "2026-11-22", 0, 3, first)
    ]
    hidden.rename(segment)
    house.work()
    house.worker.housekeeping()
    house.worker.housekeeping()
    assert house.rows("SELECT part, count, root FROM click_seal ORDER BY part") == [
        (0, 3, first),
        (1, 1, click_root([late])),
    ]
    assert house.value("SELECT count(DISTINCT leaf_index) FROM click_seal") == 2


def test_what_a_connection_brought_is_logged_when_its_day_is_over_and_again_when_it_grew(house: House) -> None:
    bea = house.bea
    with house.open():
        bea.post(bea.order("1"))
        bea.post(b"[]")
        house.work()
        house.worker.housekeeping()
        assert house.value("SELECT count(*) FROM log_leaf WHERE kind = 'connection_day'") == 0
        house.later(MIDNIGHT + HOUR - house.now)
        house.worker.housekeeping()
        assert house.value("SELECT count(*) FROM log_leaf WHERE kind = 'connection_day'") == 1
        house.worker.housekeeping()
        assert house.value("SELECT count(*) FROM log_leaf WHERE kind = 'connection_day'") == 1
        edge.took_in(bea.access, {}, {(bea.shop.id, "2026-11-22"): 1})
        house.worker.housekeeping()
    assert house.value("SELECT count(*) FROM log_leaf WHERE kind = 'connection_day'") == 2


def test_money_matures_months_close_and_running_again_changes_nothing(house: House) -> None:
    bea = house.bea
    with house.open():
        bea.post(bea.order("1", clicks=(bea.click(bea.fan_code),)))
        house.work()
    assert {row[0] for row in house.rows("SELECT bucket FROM position WHERE amount > 0")} == {"pending"}
    house.later(31 * DAY)
    house.work()
    assert {row[0] for row in house.rows("SELECT bucket FROM position WHERE amount > 0")} == {"available"}
    house.later(40 * DAY)
    house.worker.housekeeping()
    house.work()
    closes = house.value("SELECT count(*) FROM period_close")
    assert closes == 1
    size = house.value("SELECT count(*) FROM log_leaf")
    house.worker.housekeeping()
    house.work()
    assert house.value("SELECT count(*) FROM period_close") == closes
    assert house.value("SELECT count(*) FROM log_leaf") == size
    assert bea.sound()


def test_what_a_law_replaced_is_changed_along_with_what_ripens(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list[int]()
    monkeypatch.setattr(replaced, "convert", lambda programme, _now: seen.append(programme.access.programme_id))
    house.worker.housekeeping()
    assert seen == [house.bea.access.programme_id]


def test_checkpoints_are_signed_by_the_key_in_the_home(house: House) -> None:
    house.worker.housekeeping()
    name = worker.log_name("shop.example", house.bea.tenant)
    signer = signing.load_or_create(house.home / "keys", name)
    newest = log_store.newest_checkpoint(house.bea.access)
    assert newest is not None
    assert newest[2].startswith(name)
    assert make_statement(house.bea.programme, house.bea.tenant, signer, house.bea.cleo, house.now)
