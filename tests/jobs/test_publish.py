"""What the worker publishes is what the edge does: within seconds, without a database, after a restart."""

from collections.abc import Callable

from fanshare.core.instants import HOUR, SECOND
from fanshare.core.terms_text import parse
from fanshare.edge.snapshot import Snapshot
from fanshare.flows import work_stops
from fanshare.flows.assets import set_link_state
from fanshare.flows.connections import NewConnection, add_connection
from fanshare.flows.context import open_programme
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_creator
from fanshare.flows.publish_terms import publish_terms
from fanshare.jobs import publish
from fanshare.store import directory
from fanshare.store.access import Access
from tests.edge.running import KEYS
from tests.jobs.house import LABEL, NOW, TERMS, Brand, House, eventually


def snapshot(house: House) -> Snapshot:
    return Snapshot.open(house.home / publish.BASE, KEYS, house.home / publish.OVERLAY)


def base_written(house: House) -> int:
    return (house.home / publish.BASE).stat().st_mtime_ns


def soon(house: House, holds: Callable[[], bool]) -> bool:
    """Let the worker publish, and wait for the edge to notice."""
    house.later(SECOND)
    assert house.worker.round().failures == 0
    return eventually(holds)


def test_a_paused_link_stops_counting_within_seconds_and_goes_on_when_it_is_resumed(house: House) -> None:
    bea = house.bea
    with house.open():
        base = base_written(house)
        assert bea.click()
        set_link_state(bea.programme, bea.code, "paused", house.now)
        assert soon(house, lambda: bea.click() == "")
        set_link_state(bea.programme, bea.code, "active", house.now + SECOND)
        assert soon(house, lambda: bea.click() != "")
        house.later(SECOND)
        work_stops.pause_work(bea.programme, bea.cleo, "We look at it", house.now)
        assert soon(house, lambda: bea.click() == ""), "the brand pauses all that its creator does"
        work_stops.resume_work(bea.programme, bea.cleo, house.now)
        assert soon(house, lambda: bea.click() != "")
        assert base_written(house) == base, "changes travel in the overlay"


def test_the_worker_ends_the_work_of_a_creator_when_her_notice_is_over(house: House) -> None:
    bea = house.bea
    ends = work_stops.end_work(bea.programme, bea.cleo, "The season is over", house.now)
    house.later(ends - house.now - 1)
    house.worker.housekeeping()
    states = "SELECT state FROM link_state ORDER BY id DESC LIMIT 1"
    assert house.value(states) == "active"
    house.later(SECOND)
    house.worker.housekeeping()
    assert house.value(states) == "ended"


def test_a_new_link_and_a_new_shop_are_known_to_the_edge_within_seconds(house: House) -> None:
    bea = house.bea
    with house.open():
        _, code = add_link(bea.programme, NewLink(bea.cleo, bea.cleo, "https://shop.example/x", LABEL), house.now)
        assert house.edge.client.get(f"/r/{code}").status_code == 404
        assert soon(house, lambda: house.edge.client.get(f"/r/{code}").status_code == 302)
        new = NewConnection("generic", endpoint="second-shop", hosts=("second.example",))
        add_connection(bea.programme, new, house.now, can_fetch=False, reports_fulfilment=False)
        assert house.edge.client.post("/hooks/second-shop").status_code == 404
        assert soon(house, lambda: house.edge.client.post("/hooks/second-shop").status_code == 401)
        house.conn.execute("UPDATE connection SET state = 'off' WHERE endpoint = 'second-shop'")
        assert soon(house, lambda: house.edge.client.post("/hooks/second-shop").status_code == 503), (
            "paused: come again"
        )


def test_nothing_is_written_while_nothing_changes_and_the_base_is_renewed_by_the_hour(house: House) -> None:
    house.worker.housekeeping()
    base = base_written(house)
    house.later(2 * HOUR)
    house.worker.housekeeping()
    assert base_written(house) == base
    assert not (house.home / publish.OVERLAY).exists()
    set_link_state(house.bea.programme, house.bea.code, "ended", house.now)
    house.worker.housekeeping()
    assert base_written(house) != base
    ended = snapshot(house).link(house.bea.code)
    assert ended is not None
    assert ended.state == "ended"


def test_a_programme_that_names_no_shop_leads_nowhere(house: House) -> None:
    """Without an allow-list every destination would be as good as an open redirect."""
    long_ago = house.now
    tenant = directory.found_programme(
        house.conn, directory.NewProgramme("bare", "Bare", "DE", "EUR", "Europe/Berlin"), long_ago, "test"
    )
    access = Access(house.conn, tenant.id, "test")
    house.worker.housekeeping()
    assert tenant.id not in snapshot(house).programmes, "a programme without terms is not published"
    publish_terms(access, parse(TERMS, "toml"), long_ago, effective_at=long_ago)
    programme = open_programme(access, tenant.public_id, KEYS)
    cleo = add_creator(programme, Joiner("Bare Cleo"), long_ago)
    add_link(programme, NewLink(cleo, cleo, "https://anywhere.example/", LABEL, code="bare-link"), long_ago)
    with house.open():
        answer = house.edge.client.get("/r/bare-link")
        assert answer.status_code == 404
        assert "location" not in answer.headers


def test_the_edge_goes_on_while_the_database_is_away_and_after_a_restart(house: House) -> None:
    bea = house.bea
    with house.open():
        pass
    house.conn.close()
    with house.open_without_database():
        click = bea.click()
        assert click
        assert bea.post(bea.order("1", clicks=(click,))).status_code == 200
    house.reconnect()
    house.work()
    assert (bea.counts(), bea.inbox(), bea.earned(bea.cleo)) == ({"counted": 1}, {"done": 1}, 7_080_000)


def test_of_two_workers_one_writes_the_snapshot_and_the_other_takes_over(house: House) -> None:
    """Each has a base of its own in mind: in turns, every overlay would belong to a base that is gone."""
    bea, second = house.bea, house.another_worker()
    house.worker.housekeeping()
    base = base_written(house)
    second.housekeeping()
    assert base_written(house) == base
    house.later(SECOND)
    set_link_state(bea.programme, bea.code, "paused", house.now)
    second.housekeeping()
    assert not (house.home / publish.OVERLAY).exists()
    house.worker.housekeeping()
    paused = snapshot(house).link(bea.code)
    assert paused is not None
    assert paused.state == "paused"
    house.worker.shut()
    house.later(SECOND)
    set_link_state(bea.programme, bea.code, "active", house.now)
    second.housekeeping()
    resumed = snapshot(house).link(bea.code)
    assert resumed is not None
    assert resumed.state == "active"
    second.shut()
    second.conn.close()


def test_a_new_worker_s_snapshot_is_newer_than_the_one_before(house: House) -> None:
    house.worker.housekeeping()
    first = snapshot(house).generation
    assert first == NOW
    Brand.founded(house, "other")
    house.reconnect()
    house.worker.housekeeping()
    assert snapshot(house).generation > first


def test_a_clock_that_was_set_back_does_not_hide_a_pause(house: House) -> None:
    bea = house.bea
    with house.open():
        assert bea.click()
        house.later(-2 * HOUR)
        set_link_state(bea.programme, bea.code, "paused", house.now)
        assert soon(house, lambda: bea.click() == "")
