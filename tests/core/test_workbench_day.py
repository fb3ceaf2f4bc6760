"""Her day by her books: what is late, what runs, what comes next, when to stop; and what may be told while locked."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.workbench.day import AHEAD, Day, day_of, due_days
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Invoice, Running, Settings, Time, Work

NOW = datetime.fromisoformat("2026-11-27T18:20")
TODAY = NOW.date()
SETTINGS = Settings("EUR", day_minutes=120, week_minutes=300)


def shelf(*entries: Invoice | Work | Time, running: Running | None = None, settings: Settings = SETTINGS) -> Shelf:
    return Shelf(settings, {one.id: one for one in entries}, running)


def invoice(id_: str, due: date, paid: date = date.max) -> Invoice:
    return Invoice(id_, id_, "Linen", 1_000_000, due - timedelta(days=20), due, paid)


def work(id_: str, due: date, placed: str) -> Work:
    return Work(id_, id_, due, "shoot:60:0,edit:30:0", placed=placed)


LATE = invoice("late", TODAY - timedelta(days=3))
TONIGHT = work("reel", TODAY + timedelta(days=5), "shoot@2026-11-27T18:00,edit@2026-11-28T09:00")


def test_where_there_is_nothing_there_is_nothing() -> None:
    paid, later = invoice("paid", TODAY - timedelta(days=9), TODAY), invoice("later", TODAY)
    assert day_of(shelf(paid, later), NOW) == Day()
    assert day_of(shelf(Time("t", TODAY, 400, "shoot")), NOW).empty, "time to stop is said to whoever would go on"
    assert due_days(shelf(paid), TODAY) == {}


def test_what_is_late_what_runs_and_what_comes_next_stand_together() -> None:
    running = Running(1)
    missed = work("missed", TODAY + timedelta(days=1), "shoot@2026-11-26T18:00")
    past = work("past", TODAY - timedelta(days=1), "")
    day = day_of(shelf(LATE, TONIGHT, missed, past, running=running), NOW)
    assert [one.days for one in day.claims] == [3]
    assert [(one.work.id, one.step) for one in day.steps] == [("reel", "shoot")]
    assert [one.work.id for one in day.missed] == ["missed"]
    assert [one.id for one in day.late] == ["past"]
    assert (day.running, day.until, day.stop) == (running, datetime.fromisoformat("2026-11-27T19:00"), "")


def test_by_her_own_limit_it_is_time_to_stop_and_no_step_is_shown() -> None:
    worked = [Time(str(n), TODAY - timedelta(days=n), 100, "shoot") for n in range(3)]
    week = day_of(shelf(LATE, TONIGHT, *worked), NOW)
    assert (week.stop, week.steps, week.missed, len(week.claims)) == ("week", (), (), 1)
    assert day_of(shelf(TONIGHT, Time("t", TODAY, 120, "shoot")), NOW).stop == "day"
    assert day_of(shelf(TONIGHT, Time("t", TODAY, 119, "shoot")), NOW).stop == ""
    free = replace(SETTINGS, day_minutes=0, week_minutes=0)
    assert day_of(shelf(TONIGHT, *worked, settings=free), NOW).stop == "", "who set nothing is told nothing"


@given(
    st.lists(st.integers(-40, 90), max_size=8),
    st.lists(st.tuples(st.integers(-9, 20), st.integers(-9, 100)), max_size=5),
)
def test_what_is_told_while_locked_is_days_and_counts_of_what_open_books_would_show(
    dues: list[int], works: list[tuple[int, int]]
) -> None:
    invoices = [invoice(f"i{n}", TODAY + timedelta(days=late)) for n, late in enumerate(dues)]
    made = [
        work(f"w{n}", TODAY + timedelta(days=due), f"shoot@{TODAY + timedelta(days=on)}T08:00")
        for n, (due, on) in enumerate(works)
    ]
    books = shelf(*invoices, *made)
    told = due_days(books, TODAY)
    assert all(TODAY <= day <= TODAY + timedelta(days=AHEAD) and number > 0 for day, number in told.items())
    day = day_of(books, datetime.combine(TODAY, datetime.min.time()))
    assert told.get(TODAY, 0) == len(day.claims) + len(day.steps) + len(day.missed) + len(day.late)
    for later in range(1, AHEAD):
        expected = sum(one.due + timedelta(days=1) == TODAY + timedelta(days=later) for one in invoices)
        expected += sum(on == later for _, on in works)
        assert told.get(TODAY + timedelta(days=later), 0) == expected
