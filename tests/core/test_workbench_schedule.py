"""Books become a problem to plan, on her own clock, and a plan finds its way back into them."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.planning.first import first_plan
from fanshare.core.planning.judge import broken, days_above
from fanshare.core.planning.problem import Placed, Plan, Posted, Step, Week, Window, laid_out
from fanshare.core.workbench.documents import Shelf, document, read, shelf
from fanshare.core.workbench.entries import Busy, Planned, Post, Settings, Time, Work
from fanshare.core.workbench.schedule import (
    DAYS,
    blocks,
    busy_days,
    free,
    loads,
    planned_works,
    problem_of,
    sort_works,
)
from fanshare.core.workbench.works import done_days, done_on, is_out, left_of, places_of, ranges_of, steps_of, week_of

at = datetime.fromisoformat
#: A Friday.
NOW = at("2026-11-27T18:20")
TODAY = NOW.date()
SETTINGS = Settings(
    "EUR", hours="18-21;18-21;18-21;18-21;18-21;9-12, 14-18;", day_minutes=180, week_minutes=600, rest=2
)
REEL = Work(
    "reel", "Linen reel", date(2026, 12, 4), "shoot:60:0,edit:90:0,review:30:2,publish:15:0", "deal", done="shoot"
)


def books(*entries: Work | Busy | Post | Time, settings: Settings = SETTINGS) -> Shelf:
    return shelf({one.id: one for one in entries}, settings)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("18-21", ((1_080, 1_260),)),
        (" 9:30 – 12, 14-24 ", ((570, 720), (840, 1_440))),
    ],
)
def test_hours_of_a_day_are_read(text: str, found: tuple[tuple[int, int], ...]) -> None:
    assert ranges_of(text) == found


@pytest.mark.parametrize("text", ["21-18", "9-12, 11-14", "9", "9-25", "9-24:01", "x-y", "1-2,3-4,5-6,7-8,9-10", "9-9"])
def test_hours_that_can_not_be_are_refused(text: str) -> None:
    with pytest.raises(BadInputError) as refused:
        ranges_of(text)
    assert refused.value.code == "bad_hours_of_day"


def test_a_week_has_seven_days_whatever_was_kept() -> None:
    assert [len(one) for one in week_of(SETTINGS.hours)] == [1, 1, 1, 1, 1, 2, 0]
    assert week_of("") == ((),) * 7


def test_what_is_taken_is_cut_out_of_the_hours() -> None:
    assert free([(600, 900)], [(0, 660), (700, 720), (850, 2_000)]) == [(660, 700), (720, 850)]
    assert free([(600, 900)], [(500, 1_000)]) == []
    assert free([(600, 900)], [(900, 950), (100, 600)]) == [(600, 900)]


def test_a_time_past_midnight_is_taken_on_both_days() -> None:
    found = busy_days([Busy("b", "work", "2026-12-01T22:30+180,2026-12-05T09:00+30")])
    assert found == {
        date(2026, 12, 1): [(1_350, 1_440)],
        date(2026, 12, 2): [(0, 90)],
        date(2026, 12, 5): [(540, 570)],
    }


def test_steps_that_are_done_are_left_out_and_the_first_one_left_waits_for_nothing() -> None:
    assert [one.key for one in steps_of(REEL)] == ["shoot", "edit", "review", "publish"]
    edited = Work("reel", "", REEL.due, REEL.steps, done="shoot,edit")
    assert left_of(edited) == (Step("review", "review", 30), Step("publish", "publish", 15))
    # Also where something before it is left: it waits for what comes directly before, and that is done.
    reviewed = Work("reel", "", REEL.due, REEL.steps, done="edit")
    assert left_of(reviewed) == (Step("shoot", "shoot", 60), *left_of(edited))


def test_a_step_that_is_done_is_written_down_with_its_day_in_the_order_of_steps() -> None:
    work = Work("reel", "", REEL.due, REEL.steps, done="edit")
    assert done_on(work, "shoot", TODAY).done == "shoot@2026-11-27,edit"
    assert done_days(done_on(work, "shoot", TODAY)) == {"shoot": TODAY, "edit": None}
    assert done_on(done_on(work, "shoot", TODAY), "edit", TODAY).done == "shoot@2026-11-27,edit@2026-11-27"


@given(done_before=st.integers(0, 10), wait=st.integers(0, 12), shot=st.booleans())
def test_the_days_of_a_review_are_counted_from_the_day_the_edit_was_done(
    done_before: int, wait: int, shot: bool
) -> None:
    edited = TODAY - timedelta(days=done_before)
    steps = f"shoot:60:0,edit:90:0,review:30:{wait},publish:15:0"
    work = Work(
        "reel", "", TODAY + timedelta(days=20), steps, done=f"shoot,edit@{edited}" if shot else f"edit@{edited}"
    )
    problem = problem_of(books(work), NOW)
    plan = laid_out(problem, first_plan(problem))
    assert (broken(problem, plan), plan.dropped) == ([], ())
    days = {one.key: one.day for one in plan.placed}
    assert days["review"] >= wait - done_before
    if not shot:
        assert days["shoot"] == 0, "what comes before waits for nothing"
    # Without the wait it would be done at once: the day is what holds it back.
    assert wait - done_before <= 0 or days["review"] > 0


def test_a_plan_that_forgets_what_a_step_waits_for_is_not_believed() -> None:
    work = Work("reel", "", REEL.due, REEL.steps, done=f"shoot,edit@{TODAY}")
    problem = problem_of(books(work), NOW)
    early = Placed("reel", "review", "review", 0, 1_110, 30)
    plan = Plan((early, Placed("reel", "publish", "publish", 3, 1_080, 15)))
    assert broken(problem, plan) == ["before what it waits for: reel"]


@pytest.mark.parametrize(
    ("steps", "done", "out"),
    [
        ("shoot:60:0,edit:90:0,publish:15:0", "publish", True),
        ("shoot:60:0,edit:90:0,publish:15:0", "shoot,edit", False),
        ("shoot:60:0,edit:90:0", "edit", True),
        ("shoot:60:0,edit:90:0", "shoot", False),
        ("shoot:60:0", "", False),
        ("", "", False),
    ],
)
def test_what_has_no_step_of_publishing_is_out_with_its_last_one(steps: str, done: str, out: bool) -> None:
    assert is_out(Work("reel", "", REEL.due, steps, done=done)) is out


def test_what_is_out_already_is_counted_once_whatever_is_left_of_it() -> None:
    settings = Settings("EUR", hours=SETTINGS.hours, limit=5_000, window=10)
    posts = [Post("a", TODAY, "blog", "", "deal"), Post("b", TODAY, "blog", "")]
    out = replace(REEL, done="shoot,edit,publish@2026-11-27", embargo=REEL.due)
    for work, above in ((out, False), (replace(out, done="shoot,edit", embargo=date.min), True)):
        problem = problem_of(books(work, *posts, settings=settings), NOW)
        plan = laid_out(problem, first_plan(problem))
        assert (broken(problem, plan), plan.dropped) == ([], ())
        assert bool(days_above(problem, plan)) is above
    (left,) = problem_of(books(out, settings=settings), NOW).deliverables
    assert (left.out, left.embargo) == (True, 0)


def test_the_hours_of_today_begin_now_and_end_where_a_calendar_says_so() -> None:
    busy = Busy("b", "job", "2026-11-28T10:00+60,2026-11-27T20:00+600")
    problem = problem_of(books(REEL, busy), NOW)
    assert [one for one in problem.windows if one.day < 2] == [
        Window(0, 1_110, 90),
        Window(1, 540, 60),
        Window(1, 660, 60),
        Window(1, 840, 240),
    ]
    assert problem.days == DAYS
    assert not [one for one in problem.windows if one.day == 2], "a Sunday is free"


def test_what_was_worked_this_week_is_taken_off_and_days_without_work_are_rest() -> None:
    monday, today = Time("a", date(2026, 11, 23), 200, "edit"), Time("b", TODAY, 50, "edit")
    problem = problem_of(books(REEL, monday, today), NOW)
    assert problem.most[:2] == (130, 180)
    # Tuesday to Thursday were free already; today is no rest any more.
    assert problem.weeks[:2] == (Week(0, 2, 350, 0), Week(1, 2, 10_080, 0))
    assert problem.weeks[2:4] == (Week(3, 9, 600, 0), Week(3, 9, 10_080, 2))
    busy = [Time(str(day), date(2026, 11, 23) + timedelta(days=day), 60, "edit") for day in range(4)]
    assert problem_of(books(REEL, *busy), NOW).weeks[:2] == (Week(0, 2, 360, 0), Week(0, 2, 10_080, 2))


def test_works_are_planned_four_weeks_ahead_and_what_is_past_its_day_is_said() -> None:
    def work(id_: str, due: int, done: str = "") -> Work:
        return Work(id_, id_, TODAY + timedelta(days=due), "idea:15:0", done=done)

    found = sort_works(books(work("soon", 1), work("far", 28), work("gone", -1), work("done", 3, done="idea")), TODAY)
    assert [[one.id for one in part] for part in (found.now, found.later, found.late)] == [["soon"], ["far"], ["gone"]]
    many = sort_works(books(*(work(f"w{number:02}", 5) for number in range(70))), TODAY)
    assert (len(many.now), len(many.later)) == (60, 10)


def test_the_share_of_paid_posts_knows_what_is_out_already() -> None:
    settings = Settings("EUR", hours=SETTINGS.hours, limit=4_000, window=10)
    posts = [
        Post("a", TODAY - timedelta(days=9), "blog", "", "deal"),
        Post("b", TODAY - timedelta(days=10), "blog", ""),
    ]
    problem = problem_of(books(REEL, *posts, settings=settings), NOW)
    assert (problem.posted, problem.limit, problem.span) == ((Posted(-9, True),), 4_000, 10)


def test_a_plan_goes_into_the_books_and_is_the_one_before_the_next_time() -> None:
    held = books(REEL)
    problem = problem_of(held, NOW)
    plan = laid_out(problem, first_plan(problem))
    assert broken(problem, plan) == []
    (work,) = planned_works(sort_works(held, TODAY).now, plan, TODAY)
    places = places_of(work)
    assert places["edit"] == at("2026-11-27T18:30")
    assert places["review"].date() >= date(2026, 11, 29)
    again = books(work)
    assert list(planned_works(sort_works(again, TODAY).now, plan, TODAY)) == []
    assert problem_of(again, NOW).before == {("reel", key): (when.date() - TODAY).days for key, when in places.items()}
    assert problem_of(again, NOW, anew=True).before == {}
    # An hour later the edit was missed: it has no place before any more.
    later = problem_of(again, NOW + timedelta(hours=3))
    assert ("reel", "edit") not in later.before
    shown = blocks(again.of(Work))
    assert [one.step for one in shown] == ["edit", "review", "publish"]
    assert (shown[0].minutes, shown[0].end) == (90, at("2026-11-27T20:00"))


def test_the_load_of_a_week_is_what_was_worked_and_what_is_planned() -> None:
    work = Work("reel", "", REEL.due, REEL.steps, placed="edit@2026-11-28T09:00,review@2026-12-01T18:00")
    held = books(work, Time("t", date(2026, 11, 24), 100, "edit"), Time("u", date(2026, 11, 20), 999, "edit"))
    this, then = loads(held, blocks([work]), TODAY)
    assert (this.monday, this.worked, this.planned, this.most, this.full) == (date(2026, 11, 23), 100, 90, 600, False)
    assert (then.monday, then.worked, then.planned) == (date(2026, 11, 30), 0, 30)
    assert loads(books(Time("t", TODAY, 600, "edit")), [], TODAY)[0].full


def test_works_calendars_and_what_is_known_of_a_plan_are_read_as_they_were_written() -> None:
    for one in (REEL, Busy("b", "job", "2026-12-01T09:00+30")):
        assert read(one.id, document(one)) == one
    planned = Planned(5, True, "a,b", "c", "")
    assert read("", document(planned)) == planned
    assert shelf({"x": planned}, SETTINGS).planned == planned
