"""A connection's health in a line, and a finding for everything that somebody should look at."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.health import Facts, Health, Level, ago, judge
from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, parse_rfc3339

NOW: Instant = parse_rfc3339("2026-11-22T12:00:00Z")
WELL = Facts("woo-1", NOW - 30 * DAY, asks=True, heard_at=NOW - 3 * MINUTE, asked_at=NOW - 4 * MINUTE)


def codes(facts: Facts) -> list[str]:
    return [one.code for one in judge(facts, NOW).findings]


def test_a_connection_that_is_well_has_a_line_and_nothing_to_look_at() -> None:
    health = judge(WELL, NOW)
    assert (health.level, health.summary, health.findings) == (Level.OK, "last heard 3 min ago", ())


def test_the_line_counts_what_was_missed_refused_and_unreadable() -> None:
    assert judge(replace(WELL, missed=2), NOW).summary == "last heard 3 min ago, 2 missed, fetched"
    busy = replace(WELL, missed=2, refused=5, retaken=3, parked=1, asks=False)
    assert judge(busy, NOW).summary == (
        "last heard 3 min ago, 2 missed, fetched, 2 refused, 1 could not be read, orders as reported by the shop"
    )
    assert judge(replace(WELL, never_came=((3, 5),)), NOW).summary == "last heard 3 min ago, 3 never came"
    paused = replace(WELL, on=False, off_since=NOW - 2 * HOUR, heard_at=None)
    assert judge(paused, NOW).summary == "paused 2 hours ago, never heard"
    assert judge(replace(paused, uninstalled=True), NOW).summary.startswith("removed by the shop")


@pytest.mark.parametrize(
    ("changes", "code", "level", "said"),
    [
        ({"heard_at": NOW - 3 * DAY}, "shop_silent", Level.WARN, "woo-1 has sent nothing for 3 days"),
        ({"heard_at": None}, "shop_silent", Level.WARN, "woo-1 has never sent anything"),
        ({"asked_at": NOW - 2 * HOUR}, "shop_not_polled", Level.WARN, "could not be asked for changes for 2 hours"),
        (
            {"asked_at": NOW - 2 * HOUR, "problem_code": "shop_unreachable", "problem": "It answered 500."},
            "shop_not_polled",
            Level.WARN,
            "for 2 hours (It answered 500): check",
        ),
        (
            {"problem_code": "shop_refused", "problem": "The shop refused our key (401)."},
            "shop_refuses",
            Level.BAD,
            "The shop refused our key",
        ),
        ({"missed": 2, "lost": 1}, "shop_missed", Level.WARN, "told of 1 order in seven days"),
        ({"webhooks_problem": "The key may only read."}, "webhooks_wrong", Level.WARN, "The key may only read."),
        (
            {"never_came": ((1003, 1003), (1005, 1007))},
            "shop_gaps",
            Level.WARN,
            "numbered 1003, 1005 to 1007 of woo-1 never came (4 in all): `fanshare connection reconcile` asks",
        ),
        (
            {"never_came": ((3, 3), (5, 5), (7, 7), (9, 9)), "asks": False},
            "shop_gaps",
            Level.WARN,
            "numbered 3, 5, 7 and more of woo-1 never came (4 in all): have the shop send them again",
        ),
        ({"refused": 1}, "refused", Level.WARN, "1 message to woo-1 had a wrong signature"),
        ({"on": False}, "shop_off", Level.WARN, "woo-1 is switched off"),
        ({"on": False, "uninstalled": True}, "shop_uninstalled", Level.BAD, "has removed our app"),
    ],
)
def test_each_trouble_has_a_finding_that_says_what_to_do(
    changes: dict[str, object], code: str, level: Level, said: str
) -> None:
    health = judge(replace(WELL, **changes), NOW)  # type: ignore[arg-type]
    (finding,) = health.findings
    assert (finding.code, finding.level, health.level) == (code, level, level)
    assert said in finding.sentence
    assert finding.sentence.endswith(".")


def test_a_connection_that_can_not_be_asked_is_not_blamed_for_it() -> None:
    generic = replace(WELL, asks=False, asked_at=None, problem_code="shop_refused", problem="x")
    assert codes(generic) == []


def test_a_new_connection_has_time_to_say_something() -> None:
    fresh = replace(WELL, created_at=NOW - HOUR, heard_at=None, asked_at=None)
    assert codes(fresh) == []


def test_a_message_that_may_still_come_is_counted_but_is_no_finding() -> None:
    assert codes(replace(WELL, missed=3, missed_today=3)) == []


def test_what_is_off_is_said_once() -> None:
    everything = replace(WELL, on=False, heard_at=None, asked_at=None, refused=9, webhooks_problem="x", lost=4)
    assert codes(everything) == ["shop_off"]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (0, "just now"),
        (12 * SECOND, "12 s ago"),
        (MINUTE, "1 min ago"),
        (HOUR, "1 hour ago"),
        (50 * HOUR, "2 days ago"),
    ],
)
def test_how_long_ago_in_words(span: int, words: str) -> None:
    assert ago(span) == words


@given(st.integers(-5 * SECOND, 400 * DAY))
def test_every_span_has_words(span: int) -> None:
    assert ago(span).endswith(("ago", "now"))


def test_a_connection_for_files_is_not_missed_when_it_is_silent() -> None:
    files = replace(WELL, sends=False, asks=False, heard_at=None, asked_at=None)
    assert judge(files, NOW) == Health(Level.OK, "orders come by files", ())
