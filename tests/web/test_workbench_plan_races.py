"""What she writes while her plan is made stands, what she ticks is written down in any order, a calendar has room."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from fanshare.core.planning.problem import Problem
from fanshare.core.workbench import feed, schedule
from fanshare.core.workbench.documents import Shelf
from fanshare.flows import planning, workbench_feed, workbench_keys, workbench_plan
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.books import add, make, send, unlock, words
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.test_workbench_plan import address, day, kept, limits, titles, today

__all__ = ["schema_template"]
_OUTDATED = "Your books were changed while the plan was made."


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("races")) as made:
        yield made


@pytest.fixture
def cleo(monkeypatch: pytest.MonkeyPatch, company: Company) -> Device:
    """Cleo with fresh books that are open, and plans by the quick rule."""
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    monkeypatch.setattr(planning, "find_spec", lambda name: None)
    company.house.conn.execute("DELETE FROM workbench_row")
    company.house.conn.execute("DELETE FROM workbench")
    device = company.device("cleo")
    make(device)
    return device


@pytest.fixture
def other(company: Company, cleo: Device) -> Device:
    """Her other device, with the books open as well."""
    device = company.device("cleo")
    unlock(device)
    return device


def while_planning(monkeypatch: pytest.MonkeyPatch, what: Callable[[], object]) -> None:
    """Do something between the look and the plan, once."""
    real, left = planning.planned, [what]

    def slow(problem: Problem) -> planning.Planned:
        found = real(problem)
        for one in left:
            one()
        left.clear()
        return found

    monkeypatch.setattr(planning, "planned", slow)


def changed(device: Device, entry: str, **values: str) -> None:
    form = {"deal": "", "first": "", "embargo": "", "wait": "0", "shoot": "1:00"}
    answer = send(device, f"/workbench/entries/{entry}", **{**form, **values})
    assert answer.status == 302, words(answer)


def test_what_is_written_while_a_plan_is_made_stands_and_she_can_plan_again(
    company: Company, cleo: Device, other: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits(cleo)
    add(cleo, "work", name="Tea reel", due=day(company, 9))
    (work,) = kept(cleo, "work")
    while_planning(monkeypatch, lambda: changed(other, work["id"], name="Coffee reel", due=day(company, 12)))
    answer = send(cleo, "/workbench/plan", do="plan")
    assert answer.status == 409
    assert _OUTDATED in words(answer)
    assert 'value="plan"' in answer.text
    (work,) = kept(cleo, "work")
    assert (work["name"], work["due"], work["placed"]) == ("Coffee reel", day(company, 12), "")
    assert json.loads(cleo.get("/workbench/copy").text)["plan"] is None
    assert send(cleo, "/workbench/plan", do="plan").status == 302
    assert kept(cleo, "work")[0]["placed"]


def test_something_removed_or_done_or_a_calendar_or_limits_meanwhile_outdate_a_plan(
    company: Company, cleo: Device, other: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits(cleo)
    for name in ("Apple", "Birch"):
        add(cleo, "work", name=name, due=day(company, 9), idea="", script="")
    apple, birch = sorted(kept(cleo, "work"), key=lambda one: str(one["name"]))
    for what in (
        lambda: send(other, f"/workbench/entries/{apple['id']}", do="remove"),
        lambda: send(other, "/workbench/plan", do="done", work=birch["id"], step="shoot", took=""),
        lambda: add(other, "time", minutes="1:30", day=day(company, 0)),
        lambda: limits(other, week="20"),
    ):
        with monkeypatch.context() as patched:
            while_planning(patched, what)
            assert send(cleo, "/workbench/plan", do="anew").status == 409
    assert [(one["name"], one["done"]) for one in kept(cleo, "work")] == [("Birch", f"shoot@{today(company)}")]


def test_what_a_plan_does_not_rest_on_may_be_written_meanwhile_and_stands_too(
    company: Company, cleo: Device, other: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits(cleo)
    add(cleo, "work", name="Tea reel", due=day(company, 9), idea="", script="", edit="", review="", publish="")
    (work,) = kept(cleo, "work")
    while_planning(monkeypatch, lambda: changed(other, work["id"], name="Coffee reel", due=day(company, 9)))
    assert send(cleo, "/workbench/plan", do="plan").status == 302
    (work,) = kept(cleo, "work")
    assert (work["name"], bool(work["placed"])) == ("Coffee reel", True)


def test_without_looking_again_a_plan_would_be_kept_that_is_none(
    company: Company, cleo: Device, other: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits(cleo)
    add(cleo, "work", name="Tea reel", due=day(company, 9))
    (work,) = kept(cleo, "work")
    later = day(company, 20)
    while_planning(monkeypatch, lambda: changed(other, work["id"], name="x", due=later, first=later))
    real = schedule.problem_of
    seen: list[Problem] = []

    def once(shelf: Shelf, now: datetime, *, anew: bool = False) -> Problem:
        seen[:] = seen or [real(shelf, now, anew=anew)]
        return seen[0]

    monkeypatch.setattr(workbench_plan, "problem_of", once)
    assert send(cleo, "/workbench/plan", do="plan").status == 302
    assert kept(cleo, "work")[0]["placed"][:16].split("@")[1] < later


def test_a_post_is_written_down_when_it_is_out_whatever_is_left_to_do(company: Company, cleo: Device) -> None:
    limits(cleo)
    add(cleo, "work", name="Tea reel", due=day(company, 9), idea="", script="", shoot="")
    (work,) = kept(cleo, "work")
    for number, step in enumerate(("publish", "review", "edit")):
        send(cleo, "/workbench/plan", do="done", work=work["id"], step=step, took="")
        (post,) = kept(cleo, "post")
        assert (post["words"], post["day"]) == ("Tea reel", day(company, 0))
        assert len(kept(cleo, "work")[0]["done"].split(",")) == number + 1
    answer = send(cleo, "/workbench/plan", do="done", work=work["id"], step="publish", took="")
    assert (answer.status, len(kept(cleo, "post"))) == (422, 1)


def test_without_a_step_of_publishing_the_last_one_writes_the_post_and_the_limits_see_it(
    company: Company, cleo: Device
) -> None:
    limits(cleo)
    deal = add(cleo, "deal", name="Linen week", fee="300", platform="blog").rsplit("/", 1)[1]
    add(cleo, "work", name="Tea reel", deal=deal, due=day(company, 9), idea="", script="", review="", publish="")
    (work,) = kept(cleo, "work")
    send(cleo, "/workbench/plan", do="done", work=work["id"], step="shoot", took="")
    assert kept(cleo, "post") == []
    send(cleo, "/workbench/plan", do="done", work=work["id"], step="edit", took="")
    (post,) = kept(cleo, "post")
    assert (post["words"], post["deal"], post["platform"], post["work"]) == ("Tea reel", deal, "blog", work["id"])
    assert "1 of 1 post of the last 30 days is paid for." in words(cleo.get("/workbench/limits"))
    # A step added and done later is no second post, and its form keeps what the post was made of.
    changed(cleo, work["id"], name="Tea reel", deal=deal, due=day(company, 9), edit="1:00", publish="0:15")
    changed(cleo, post["id"], words="Tea", day=day(company, 0), platform="blog", deal=deal)
    send(cleo, "/workbench/plan", do="done", work=work["id"], step="publish", took="")
    (post,) = kept(cleo, "post")
    assert (post["words"], post["work"]) == ("Tea", work["id"])


def test_a_step_that_is_taken_away_may_be_all_that_was_left(company: Company, cleo: Device) -> None:
    limits(cleo)
    steps = {"idea": "", "script": "", "review": ""}
    add(cleo, "work", name="Tea reel", due=day(company, 9), **steps)
    (work,) = kept(cleo, "work")
    for step in ("shoot", "edit"):
        send(cleo, "/workbench/plan", do="done", work=work["id"], step=step, took="")
    assert kept(cleo, "post") == []
    changed(cleo, work["id"], **steps, edit="1:00", publish="", name="Tea reel", due=day(company, 9))
    (post,) = kept(cleo, "post")
    assert (post["words"], post["day"]) == ("Tea reel", day(company, 0))


def test_the_days_of_a_review_are_kept_once_the_edit_is_done_also_through_its_form(
    company: Company, cleo: Device
) -> None:
    limits(cleo)
    steps = {"idea": "", "script": "", "shoot": "", "edit": "1:00", "review": "0:30", "publish": ""}
    add(cleo, "work", name="Tea reel", due=day(company, 9), wait="4", **steps)
    (work,) = kept(cleo, "work")
    send(cleo, "/workbench/plan", do="done", work=work["id"], step="edit", took="")
    changed(cleo, work["id"], **{**steps, "name": "Coffee reel", "due": day(company, 9), "wait": "5"})
    send(cleo, "/workbench/plan", do="plan")
    (work,) = kept(cleo, "work")
    assert work["done"] == f"edit@{today(company)}"
    assert work["placed"][7:17] == (today(company) + timedelta(days=5)).isoformat()


def test_a_plan_that_outgrows_its_calendar_is_kept_and_she_is_told(
    company: Company, cleo: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits(cleo)
    for number in range(3):
        add(cleo, "work", name="🧵" * 100 + str(number), due=day(company, 9), idea="", script="", review="")
    send(cleo, "/workbench/plan/time", do="on", titles="1")
    monkeypatch.setattr(feed.calendar, "__defaults__", (3_000,))
    assert send(cleo, "/workbench/plan", do="plan").status == 302
    shown = len(titles(company, address(cleo)))
    assert 0 < shown < 9
    said = f"{9 - shown} steps of your plan do not fit into the calendar under your address."
    assert said in words(cleo.get("/workbench/plan"))
    assert said in words(cleo.get("/workbench/plan/time"))
    assert sum(len(one["placed"].split(",")) for one in kept(cleo, "work")) == 9
    monkeypatch.setattr(feed.calendar, "__defaults__", (feed.MOST,))
    (work, *_) = kept(cleo, "work")
    send(cleo, "/workbench/plan", do="done", work=work["id"], step="shoot", took="")
    assert len(titles(company, address(cleo))) == 8
    assert "do not fit into the calendar" not in words(cleo.get("/workbench/plan"))


@pytest.mark.parametrize(("octets", "fits"), [(feed.MOST, True), (feed.MOST + 20_000, False)])
def test_the_largest_calendar_fits_into_its_row_and_a_larger_one_would_not(
    company: Company, cleo: Device, monkeypatch: pytest.MonkeyPatch, octets: int, fits: bool
) -> None:
    limits(cleo)
    monkeypatch.setattr(workbench_feed, "calendar", lambda *_: feed.Written("x" * octets, 0))
    if fits:
        assert send(cleo, "/workbench/plan/time", do="on").status == 302
        assert len(company.device().get(address(cleo)).text) == octets
    else:
        assert send(cleo, "/workbench/plan/time", do="on").status == 500
