"""News by mail: found in the books once each, gathered into one mail a day, in the reader's language and pace."""

import re
from dataclasses import dataclass, field

import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, HOUR, MINUTE, Instant, zone
from fanshare.flows import claims, links, mail_choice, news, people
from fanshare.flows.appeals import appeal
from fanshare.flows.claims import Said
from fanshare.flows.payouts import arrived, came_back
from fanshare.flows.publish_terms import publish_terms
from fanshare.flows.rulings import NewRuling, rule
from fanshare.integrations.mail.memory import MemoryMailer
from fanshare.jobs.mail import PostOffice, send_due
from fanshare.store.access import Connection
from fanshare.store.queries import news as rows
from fanshare.web.language import words_in
from tests.support.mails import html_of, text_of
from tests.support.paying import plan, send
from tests.support.pg_books import KEYS, LABEL
from tests.support.stories import NOW, TERMS, Story, open_story


@dataclass
class Desk:
    """A story, and the office through which its mails go."""

    story: Story
    now: Instant = NOW
    mailer: MemoryMailer = field(init=False)

    def __post_init__(self) -> None:
        self.mailer = MemoryMailer(lambda: self.now)

    def morning(self) -> list[str]:
        """Nine o'clock of the next day; the mails that go then."""
        self.now = news.midnight(self.now + DAY, zone(self.story.tenant.time_zone)) + 9 * HOUR
        return self.told()

    def told(self) -> list[str]:
        """What goes now, as addressee and text."""
        before = len(self.mailer.sent)
        conn = self.story.access.conn
        news.plan(self.story.access, KEYS, zone(self.story.tenant.time_zone), self.now)
        while send_due(conn, KEYS, PostOffice(self.mailer, "https://share.example", words_in), lambda: self.now):
            pass
        return [f"{mail['To']}\n{text_of(mail)}" for mail in self.mailer.sent[before:]]

    def to_cleo(self) -> str:
        """What Cleo reads in the morning; nobody else may be told anything else."""
        return next((one for one in self.morning() if one.startswith("cleo")), "")


@pytest.fixture
def desk(conn: Connection) -> Desk:
    return Desk(open_story(conn))


def test_the_first_sale_is_told_the_next_morning_and_never_again(desk: Desk) -> None:
    story = desk.story
    story.sold("1", 59_000_000, story.click())
    desk.now = NOW + MINUTE
    first = desk.morning()
    assert len(first) == 2, "Cleo and Finn"
    cleo = next(one for one in first if one.startswith("cleo"))
    assert re.search(r"Your first sale: 5\.\d\d EUR, ready on 20\d\d-\d\d-\d\d\.", cleo)
    assert re.search(r"\nhttps://share\.example/why/[\w-]{22,}\n", cleo)
    story.sold("2", 59_000_000, story.click())
    assert desk.morning() == []


def test_a_fan_reads_a_day_and_no_amount(desk: Desk) -> None:
    story = desk.story
    story.sold("1", 59_000_000, story.click())
    finn = next(one for one in desk.morning() if not one.startswith("cleo"))
    assert "somebody bought through you" in finn
    assert "EUR" not in finn


def test_what_happened_today_is_told_a_fan_tomorrow(desk: Desk) -> None:
    story = desk.story
    desk.now = news.midnight(NOW, zone(story.tenant.time_zone)) + DAY + 10 * HOUR
    story.sold("1", 59_000_000, story.click(desk.now - HOUR), now=desk.now)
    assert [one[:4] for one in desk.told()] == ["cleo"], "hers is told at once: she was told nothing today"
    assert len(desk.morning()) == 1


def test_a_first_sale_of_long_ago_is_no_news(desk: Desk) -> None:
    story = desk.story
    story.sold("1", 59_000_000, story.click())
    desk.now = NOW + 9 * DAY
    assert desk.morning() == []


def test_a_check_is_told_when_it_opens_and_when_it_is_over(desk: Desk) -> None:
    story = desk.story
    order = story.sold("1", 59_000_000, story.click())
    desk.morning()
    rule(story.programme, NewRuling("held", "looks odd", order=order, until=desk.now + 5 * DAY), desk.now)
    story.settle(desk.now)
    told = desk.to_cleo()
    assert re.search(r"is being checked until 20\d\d-\d\d-\d\d\.", told)
    assert re.search(r"Object here:\s+https?://[^/\s]+/object/[a-z0-9-]+/\S+", told)
    assert desk.to_cleo() == "", "told once"
    rule(story.programme, NewRuling("released", "all is well", order=order), desk.now)
    story.settle(desk.now)
    assert "was checked: your part stays yours." in desk.to_cleo()
    assert desk.to_cleo() == ""


def test_a_sale_that_is_denied_is_told_with_the_way_to_object_and_so_is_the_answer(desk: Desk) -> None:
    story = desk.story
    order = story.sold("1", 59_000_000, story.click())
    desk.morning()
    rule(story.programme, NewRuling("denied", "a reseller", order=order), desk.now)
    story.settle(desk.now)
    told = desk.to_cleo()
    assert "was checked: nothing is credited. Why:" in told
    assert re.search(r"Object here:\s+https?://[^/\s]+/object/[a-z0-9-]+/\S+", told)
    number = appeal(story.programme, order, story.cleo, "I did bring it.", desk.now)
    rule(story.programme, NewRuling("released", "shown", order=order, answers=(number,)), desk.now)
    story.settle(desk.now)
    assert "Your objection to the sale of" in desk.to_cleo()


def test_the_answer_to_a_claim_is_told_in_the_same_words_for_every_refusal(desk: Desk) -> None:
    story = desk.story
    claims.claim(story.programme, story.cleo, story.cleo, Said("77"), desk.now)
    claims.refuse(story.programme, 1, "No order has this number.", desk.now)
    said = desk.to_cleo()
    assert "not credited to you." in said
    assert "https://share.example/claims/" in said
    assert "No order" not in said, "the brand's words stay on the page"


def test_a_payout_is_told_when_it_leaves_and_when_it_comes_back(desk: Desk) -> None:
    story = desk.story
    story.sold("1", 59_000_000, story.click())
    desk.now = NOW + 40 * DAY
    story.settle(desk.now)
    payout = next(
        one for one in plan(story.programme, desk.now) if send(story.programme, one, desk.now).party == story.cleo
    )
    assert re.search(r"5\.\d\d EUR is on its way to you:", desk.to_cleo())
    arrived(story.programme, payout, desk.now)
    assert desk.to_cleo() == "", "that it arrived she sees on her account"
    came_back(story.programme, payout, "account closed", desk.now)
    assert "came back instead of reaching you." in desk.to_cleo()


def test_terms_that_will_change_are_told_to_whoever_stopped_all_mail_too(desk: Desk) -> None:
    story = desk.story
    token = mail_choice.stop_token(KEYS, story.access.programme_id, story.cleo)
    assert mail_choice.stop(story.access.conn, KEYS, token, NOW, really=True)
    story.sold("1", 59_000_000, story.click())
    assert not any(one.startswith("cleo") for one in desk.morning())
    lower = {**TERMS, "commission": [{"id": "standard", "percent": "10"}]}
    assert publish_terms(story.access, lower, desk.now).lowered
    told = desk.morning()
    assert len(told) == 2
    assert all("The terms change on" in one for one in told)
    assert "Your first sale" not in next(one for one in told if one.startswith("cleo"))


def test_several_news_make_one_mail_a_day(desk: Desk) -> None:
    story = desk.story
    order = story.sold("1", 59_000_000, story.click())
    rule(story.programme, NewRuling("held", "looks odd", order=order, until=NOW + 9 * DAY), NOW)
    story.settle(NOW)
    said = desk.to_cleo()
    assert "first sale" in said
    assert "is being checked" in said
    desk.now += HOUR
    rule(story.programme, NewRuling("released", "all is well", order=order), desk.now)
    story.settle(desk.now)
    assert not any(one.startswith("cleo") for one in desk.told()), "she was told today already"
    assert "stays yours" in desk.to_cleo()


def test_whoever_wants_it_at_once_does_not_wait_for_the_morning(desk: Desk) -> None:
    story = desk.story
    desk.now = news.midnight(NOW, zone(story.tenant.time_zone)) + DAY + 3 * HOUR
    story.sold("1", 59_000_000, story.click(desk.now - HOUR), now=desk.now)
    assert desk.told() == []
    news.choose(story.access, story.cleo, "at_once", weekly=True, now=desk.now)
    assert [one[:4] for one in desk.told()] == ["cleo"]


def test_whoever_wants_none_is_told_none_and_not_later_either(desk: Desk) -> None:
    story = desk.story
    news.choose(story.access, story.cleo, "never", weekly=True, now=desk.now)
    order = story.sold("1", 59_000_000, story.click())
    rule(story.programme, NewRuling("held", "looks odd", order=order, until=NOW + 9 * DAY), NOW)
    story.settle(NOW)
    assert desk.to_cleo() == ""
    with pytest.raises(BadInputError):
        news.choose(story.access, story.cleo, "hourly", weekly=True, now=desk.now)


def test_the_reader_s_language_is_spoken_in_text_and_html(desk: Desk) -> None:
    story = desk.story
    rows.speak(story.access, story.cleo, "de")
    story.sold("1", 59_000_000, story.click())
    said = desk.to_cleo()
    assert re.search(r"Dein erster Verkauf: 5,\d\d EUR, bereit am \d\d\.\d\d\.20\d\d\.", said)
    page = html_of(next(mail for mail in desk.mailer.sent if str(mail["To"]).startswith("cleo")))
    assert '<html lang="de">' in page
    assert re.search(r'<a href="https://share\.example/why/[\w-]+" style="[^"]+">', page)


def test_whoever_was_erased_meanwhile_is_written_to_no_more(desk: Desk) -> None:
    story = desk.story
    story.sold("1", 59_000_000, story.click())
    other = people.add_fan(story.programme, people.Joiner("Fay", "fay@example.test"), NOW)
    links.add_link(story.programme, links.NewLink(story.cleo, other, "https://shop.example/", LABEL), NOW)
    desk.now = news.midnight(NOW + DAY, zone(story.tenant.time_zone)) + 9 * HOUR
    news.plan(story.access, KEYS, zone(story.tenant.time_zone), desk.now)
    people.erase(story.programme, story.finn, desk.now)
    assert [one[:4] for one in desk.told()] == ["cleo"]


def test_two_workers_tell_everything_once(desk: Desk) -> None:
    story = desk.story
    story.sold("1", 59_000_000, story.click())
    desk.now = news.midnight(NOW + DAY, zone(story.tenant.time_zone)) + 9 * HOUR
    tz = zone(story.tenant.time_zone)
    assert news.plan(story.access, KEYS, tz, desk.now) == 2
    assert news.plan(story.access, KEYS, tz, desk.now + 1) == 0
