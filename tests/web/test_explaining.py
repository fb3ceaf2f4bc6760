"""States, bars and versions as the public pages word them."""

from dataclasses import replace

import pytest

from fanshare.core.instants import DAY, zone
from fanshare.core.money import parse_amount as m
from fanshare.core.sharing import Shares
from fanshare.web.pages_port import DemoLink, PublicLink, Split, TermsVersion
from fanshare.web.public.explaining import bar, contact, dated_versions, example_bars, line_bar, state
from fanshare.web.wording import Calendar
from tests.web.support import sample

CALENDAR = Calendar(zone("Europe/Berlin"), sample.NOW)
LINE = sample.FAN_LINE


def word(**changes: object) -> tuple[str, str]:
    found = state(replace(LINE, **changes), CALENDAR)  # type: ignore[arg-type]
    return found.kind, found.word.replace("\N{NO-BREAK SPACE}", " ")


def test_each_state_has_its_word_and_its_day() -> None:
    assert word() == ("waiting", "waiting until Tue 22 Dec")
    assert word(matures_at=None) == ("waiting", "waiting until it is shipped")
    assert word(matures_at=sample.NOW) == ("waiting", "waiting, ready any moment now")
    assert word(bucket="available", matures_at=sample.NOW - 4 * DAY) == ("ready", "ready since Thu 26 Nov")
    assert word(bucket="held", held_until=sample.NOW + 5 * DAY) == ("checked", "being checked until Sat 5 Dec")
    assert word(split=Split("EUR", 0, Shares(0, 0, 0))) == ("nothing", "nothing to pay out")


def test_states_differ_by_icon_too_so_colour_alone_says_nothing() -> None:
    lines = (LINE, sample.CREATOR_LINE, sample.HELD_LINE, sample.REFUNDED_LINE)
    assert len({state(line, CALENDAR).icon for line in lines}) == len(lines)


def test_the_bar_of_the_worked_order_adds_up_and_carries_a_cent_on() -> None:
    found = line_bar(LINE)
    assert [(piece.key, piece.name, piece.amount) for piece in found.pieces] == [
        ("goods", "the shop keeps", m("51.92")),
        ("creator", "Cleo", m("5.31")),
        ("fan", "you", m("1.416")),
        ("buyer", "the buyer", m("0.354")),
    ]
    assert sum(piece.amount for piece in found.pieces) == found.whole == m("59")
    assert (found.commission, found.rest) == (m("7.08"), m("0.01"))


def test_parts_of_zero_are_left_out_unless_they_are_mine() -> None:
    split = Split("EUR", m("10"), Shares(m("1"), 0, 0), others=m("0.5"))
    assert [piece.key for piece in bar(split, creator="Cleo").pieces] == ["goods", "creator", "others"]
    assert [piece.key for piece in bar(split, creator="Cleo", me="fan").pieces] == ["goods", "creator", "fan", "others"]
    assert split.shop_keeps == m("8.5")


def test_a_creator_whose_terms_name_no_single_rate_has_no_example() -> None:
    assert example_bars(replace(sample.CLEO, direct=None, through_fan=None)) == []


def test_a_mail_address_becomes_a_message_and_other_words_stay_words() -> None:
    assert contact("help@bea.example", "ab12").href.startswith("mailto:help@bea.example?subject=A%20question")
    assert contact("Come by on Fridays", "ab12").href == ""
    for trick in (
        "a@b.example?bcc=x@y.example",
        "javascript:alert(1)//@x.example",
        "a@b.example\nbcc: x",
        '"@x.example',
    ):
        assert contact(trick, "ab12").href == ""


def version(number: int, days: int) -> TermsVersion:
    return TermsVersion(number, sample.NOW + days * DAY, "h", ("s",))


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([-30, -10, 5, 9], [(2, "current"), (3, "coming"), (4, "coming"), (1, "past")]),
        ([0], [(1, "current")]),
        ([3, 9], [(1, "current"), (2, "coming")]),
        ([], []),
    ],
)
def test_the_version_in_force_comes_first(days: list[int], expected: list[tuple[int, str]]) -> None:
    versions = [version(number, offset) for number, offset in enumerate(days, 1)]
    found = [(dated.version.number, dated.when) for dated in dated_versions(reversed(versions), sample.NOW)]
    assert found == expected


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "//stray.example", "/\\stray.example", "/\t/stray.example", "", "data:x"]
)
def test_a_link_that_leads_astray_cannot_be_made(href: str) -> None:
    with pytest.raises(ValueError, match="leads to a web address"):
        PublicLink(href, "x", "Ad")
    with pytest.raises(ValueError, match="its own pages"):
        DemoLink(href, "x")


@pytest.mark.parametrize("label", ["", "  ", "\N{NO-BREAK SPACE}"])
def test_a_link_without_a_label_cannot_be_made(label: str) -> None:
    with pytest.raises(ValueError, match="advertising label"):
        PublicLink("/r/cleo", "x", label)


@pytest.mark.parametrize("shares", [Shares(-1, 0, 0), Shares(0, -1, 0), Shares(0, 0, -1)])
def test_a_split_with_a_negative_part_cannot_be_made(shares: Shares) -> None:
    with pytest.raises(ValueError, match="never negative"):
        Split("EUR", 10, shares)
