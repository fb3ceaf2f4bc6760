"""Questions: a thread between two, blocked without a word, reported to a person, closed, and gone with either side."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY
from fanshare.flows import fan_names, outbox
from fanshare.flows import questions as asking
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_creator, add_fan, erase
from fanshare.integrations.mail.types import Letter
from fanshare.jobs.mail import PostOffice, send_due
from fanshare.store.queries import off_hours, questions
from fanshare.store.queries.off_hours import OffHours
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.jobs.house import LABEL
from tests.support.schema import schema_template
from tests.web.support import hostile
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]

HERS, HIS, REPORTS = "/creator/linen/questions", "/fan/linen/questions", "/brand/linen/reports"
OFF = "/creator/linen/off-time"


@dataclass
class Pair:
    """A creator and a fan who shares for her, whom no other test knows."""

    company: Company
    tag: str
    creator: int
    fan: int

    @property
    def path(self) -> str:
        return f"{HIS}/creator-{self.tag}"

    @property
    def thread(self) -> int:
        return int(self.company.house.value("SELECT id FROM question_thread WHERE fan_party_id = %s", self.fan))

    def ask(self, words: str, later: int = 0) -> int:
        asking.ask(self.company.brand.programme, self.fan, self.creator, words, self.company.house.now + later)
        return int(self.company.house.value("SELECT max(id) FROM question_message"))

    def her(self) -> Device:
        return self.company.device(f"creator.{self.tag}")

    def his(self) -> Device:
        return self.company.device(f"fan.{self.tag}")


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("questions")) as made:
        yield made


@pytest.fixture
def pair(company: Company) -> Pair:
    return paired(company, f"p{company.house.value('SELECT count(*) FROM party')}")


def paired(company: Company, tag: str) -> Pair:
    programme, long_ago = company.brand.programme, company.house.now - 40 * DAY
    her = Joiner(f"Creator {tag}", f"creator.{tag}@example.test", f"creator-{tag}")
    creator, fan = add_creator(programme, her, long_ago), add_fan(programme, Joiner(email=f"fan.{tag}@example.test"), 1)
    add_link(programme, NewLink(creator, fan, "https://shop.example/x", LABEL), long_ago)
    return Pair(company, tag, creator, fan)


def words(answer: Answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.replace("\xa0", " ")).split())


def today(device: Device) -> str:
    answer = device.get("/creator/linen")
    assert answer.status == 200
    return words(answer)


def send(device: Device, path: str, **values: str) -> Answer:
    """Send one of the forms of a page."""
    device.get("/sign-out")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def test_a_fan_asks_and_the_creator_answers_in_one_thread_that_nobody_else_sees(pair: Pair) -> None:
    her, his = pair.her(), pair.his()
    assert send(his, pair.path, words="Which size?\n\nI am tall.").status == 302
    mine = her.get(f"{HERS}?show=waiting")
    assert f"A fan, thread {pair.thread}" in words(mine), "without a name of his"
    assert "1 fan waits for an answer" in today(her)
    page = her.get(f"{HERS}/{pair.thread}")
    assert '<p dir="auto">Which size?</p>' in page.text
    fan_names.show(pair.company.brand.programme, pair.fan, f"creator-{pair.tag}", "Tall Finn", pair.company.house.now)
    assert "Tall Finn" in her.get(HERS).text
    assert send(her, f"{HERS}/{pair.thread}", words="The long one.").status == 302
    assert "The long one." in his.get(pair.path).text
    assert "answered" in words(his.get(HIS))
    assert "waits for an answer" not in today(her)
    for name, path in (("carla", f"{HERS}/{pair.thread}"), ("fay", pair.path)):
        assert pair.company.device(name).get(path).status == 404
        assert send(pair.company.device(name), path, words="Me too").status == 404
    stored = pair.company.house.rows("SELECT row_to_json(m)::text FROM question_message m")
    assert "long one" not in str(stored)
    copy = json.loads(his.get("/account/linen/data").text)
    assert [one["words"] for one in copy["questions"]] == ["The long one.", "Which size?\n\nI am tall."]


def test_whom_she_blocks_is_told_the_same_and_asks_for_nothing(pair: Pair) -> None:
    her, his = pair.her(), pair.his()
    pair.ask("First")
    before = send(his, pair.path, words="Second")
    assert send(her, f"{HERS}/{pair.thread}", do="block").status == 302
    after = send(his, pair.path, words="Third")
    assert (before.status, before.headers["location"]) == (after.status, after.headers["location"])
    page = his.get(pair.path).text
    assert "Third" in page
    assert "block" not in page
    assert f"thread {pair.thread}" not in her.get(HERS).text
    assert f"thread {pair.thread}" in her.get(f"{HERS}?show=blocked").text
    assert "waits for an answer" not in today(her)
    assert send(her, f"{HERS}/{pair.thread}", do="unblock").status == 302
    assert f"thread {pair.thread}" in her.get(HERS).text


def test_a_reported_message_is_seen_by_owner_and_operator_until_it_is_answered(pair: Pair) -> None:
    her, his, bea = pair.her(), pair.his(), pair.company.device("bea")
    other, bad = pair.ask("Something else entirely"), pair.ask("Something nasty")
    assert send(her, f"{HERS}/{pair.thread}", do="report", message=str(bad)).status == 302
    assert send(her, f"{HERS}/{pair.thread}", do="report", message=str(bad)).status == 302, "twice is once"
    assert "1 report waits" in words(bea.get("/brand/linen"))
    page = words(bea.get(REPORTS))
    assert "Something nasty" in page
    assert "Something else entirely" not in page, "that one message and nothing else"
    assert f"fan.{pair.tag}@" not in page
    for name, status in (("otto", 200), ("mona", 403), ("rea", 403), ("dora", 403)):
        assert pair.company.device(name).get(REPORTS).status == status
    assert send(bea, REPORTS, message=str(other), do="close").status == 422, "nobody reported it"
    assert send(bea, REPORTS, message=str(bad), do="close").status == 302
    assert "Something nasty" not in bea.get(REPORTS).text
    assert send(bea, REPORTS, message=str(bad), do="let").status == 422, "answered once"
    assert "closed this thread" in his.get(pair.path).text
    for device, path in ((his, pair.path), (her, f"{HERS}/{pair.thread}")):
        assert send(device, path, words="More").status == 422
    assert "closed a thread after a report" in pair.company.device("otto").get("/operator/audit").text


def test_nobody_reports_her_own_message_or_one_of_another_thread(pair: Pair) -> None:
    mine = pair.ask("Mine")
    stranger = paired(pair.company, f"{pair.tag}x")
    theirs = stranger.ask("Theirs")
    his = pair.his()
    for message in (str(mine), str(theirs)):
        send(his, pair.path, do="report", message=message)
        send(pair.her(), f"{HERS}/{pair.thread}", do="report", message=str(theirs))
    for message in ("", "x", "9" * 30, "\u0663"):
        assert send(his, pair.path, do="report", message=message).status == 422
    statement = "SELECT count(*) FROM question_report WHERE message_id = ANY(%s)"
    assert pair.company.house.value(statement, [mine, theirs]) == 0


def test_a_fan_asks_a_few_times_a_day_wherever_she_comes_from(pair: Pair) -> None:
    for number in range(asking.MOST_IN_A_THREAD):
        pair.ask(f"no. {number}")
    his = pair.his()
    for address in ("192.0.2.1", "192.0.2.2"):
        his.get("/sign-out")
        form = {"csrfmiddlewaretoken": his.cookies["fanshare_form"], "words": "Once more"}
        answer = his.post(pair.path, form, REMOTE_ADDR=address, HTTP_X_FORWARDED_FOR=address)
        assert (answer.status, "write again tomorrow" in answer.text, "Once more" in answer.text) == (422, True, True)
    pair.ask("The next day", later=DAY + 1)


def test_who_is_away_says_so_where_fans_ask(pair: Pair) -> None:
    her, his = pair.her(), pair.his()
    pair.ask("Are you there?")
    assert send(her, OFF, away="2026-12-24").status == 302
    assert "Away until Thu 24 Dec" in words(his.get(pair.path))
    assert "You are away until Thu 24 Dec" in words(her.get(HERS))
    assert 'value="2026-12-24"' in her.get(OFF).text
    assert "waits for an answer" not in today(her), "no answer is expected"
    days = ("2020-01-01", "2999-01-01", "soon")
    wrong = [*((day, "", "") for day in days), ("", "7", ""), ("", "7", "7"), ("", "24", "1")]
    for away, begin, end in wrong:
        assert send(her, OFF, away=away, **{"from": begin, "to": end}).status == 422
    assert send(her, OFF, away="").status == 302
    assert "Away until" not in words(his.get(pair.path))


class Box:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[Letter] = []

    def open(self) -> "Box":
        return self

    def __enter__(self) -> "Box":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def send(self, letter: Letter) -> None:
        self.got.append(letter)


def test_a_fan_reads_in_her_list_who_is_away(pair: Pair) -> None:
    pair.ask("Does it shrink?")
    access, now = pair.company.brand.access, pair.company.house.now
    assert "away until" not in pair.his().get(HIS).text
    off_hours.put(access, pair.creator, OffHours(now + 5 * DAY))
    assert "away until" in pair.his().get(HIS).text
    off_hours.put(access, pair.creator, OffHours(now - DAY))
    assert "away until" not in pair.his().get(HIS).text


def test_nothing_is_mailed_in_quiet_hours_but_what_she_asks_for(pair: Pair) -> None:
    house, access = pair.company.house, pair.company.brand.access
    house.conn.execute("DELETE FROM outbox")
    off_hours.put(access, pair.creator, OffHours(None, 0, 23))
    box, now = Box(), house.now - house.now % DAY + 12 * DAY // 24
    words_of = {"subject": "Hello", "text": "A word"}
    content: dict[str, str | int] = {"programme": access.programme_id, "party": pair.creator, **words_of}
    outbox.put(house.conn, KEYS, outbox.LETTER, f"quiet {pair.tag}", content, now)
    outbox.wish_link(house.conn, KEYS, f"creator.{pair.tag}@example.test", now)
    office = PostOffice(box, "https://share.example")
    assert send_due(house.conn, KEYS, office, lambda: now) == 1
    assert ["sign in" in one.subject for one in box.got] == [True]
    assert send_due(house.conn, KEYS, office, lambda: now + DAY // 24) == 0
    assert send_due(house.conn, KEYS, office, lambda: now + 10 * DAY // 24) == 1
    assert "A word" in box.got[-1].text
    off_hours.put(access, pair.creator, OffHours())
    outbox.put(house.conn, KEYS, outbox.LETTER, f"loud {pair.tag}", content, now)
    assert send_due(house.conn, KEYS, office, lambda: now) == 1, "without quiet hours it would have gone"


def test_whoever_leaves_takes_the_threads_along_and_the_words_of_both(pair: Pair) -> None:
    programme, now, house = pair.company.brand.programme, pair.company.house.now, pair.company.house
    asked = pair.ask("Secret question")
    asking.answer(programme, pair.creator, pair.thread, "Secret answer", now)
    kinds = "SELECT count(*) FROM vault_item WHERE kind = ANY(%s)"
    items = [f"message {asked}", f"message {asked + 1}"]
    assert house.value(kinds, items) == 2
    pair.company.brand.access.execute(
        questions._REPORT, {"thread": pair.thread, "message": asked, "by_creator": False, "now": now}
    )
    thread = pair.thread
    erase(programme, pair.fan, now)
    assert house.value(kinds, items) == 0
    assert house.rows("SELECT id FROM question_message WHERE thread_id = %s", thread) == []
    assert pair.her().get(f"{HERS}/{thread}").status == 404
    with pytest.raises(FanshareError) as gone:
        asking.ask(programme, pair.fan, pair.creator, "Back", now)
    assert gone.value.code == "erased"


def test_a_thread_goes_on_behind_a_key_and_asks_the_database_little(pair: Pair) -> None:
    for number in range(30):
        pair.ask(f"no. {number}.", later=number * DAY)
    seen: list[str] = []
    his = pair.company.device(f"fan.{pair.tag}", pair.company.app(lambda conn: Watching(conn, seen)))
    for path in (HIS, pair.path):
        seen.clear()
        first = his.get(path)
        assert len([one for one in seen if "BEGIN" not in one]) <= 15
    assert "no. 29." in first.text
    assert "no. 4." not in first.text
    earlier = re.search(r'href="(\?after=[^"]+)"', first.text)
    assert earlier is not None
    assert "no. 4." in his.get(pair.path + earlier[1]).text
    assert his.get(f"{HIS}?after=x").status == 400


def test_both_sides_write_without_script_in_german_and_hostile_words_do_nothing(company: Company) -> None:
    pair = paired(company, "browser")
    payload = "\n".join(one for one in hostile.PAYLOADS if "://" not in one)
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base:
        for who in ("fan", "creator"):
            with watched(browser, base, script=False) as seen:
                enter(seen, company, f"{who}.{pair.tag}")
                seen.page.goto(base + (pair.path if who == "fan" else f"{HERS}/{pair.thread}"))
                seen.page.locator("#words").fill(payload)
                seen.page.keyboard.press("Tab")
                seen.page.keyboard.press("Enter")
                seen.page.wait_for_url("**?kept=1")
                expect(seen.page.get_by_text("window.pwned=1").first).to_be_visible()
                assert seen.complaints() == []
        for who, paths in (("fan", (pair.path, *FAN_PAGES)), ("creator", (f"{HERS}/{pair.thread}", *CREATOR_PAGES))):
            with watched(browser, base) as seen:
                enter(seen, company, f"{who}.{pair.tag}")
                for number, path in enumerate(paths):
                    seen.open(path)
                    assert seen.page.locator("html").get_attribute("lang") == "de"
                    seen.unfold()
                    seen.fit(f"german-{who}-{number}")
                assert seen.page.evaluate("window.pwned") is None
                assert seen.complaints() == []


FAN_PAGES = (HIS, "/fan/linen/creators", "/fan/linen/thanks")
CREATOR_PAGES = (HERS, OFF, "/creator/linen/fans")


def enter(seen: Watched, company: Company, name: str) -> None:
    """Sign in, speaking German."""
    seen.page.context.set_extra_http_headers({"Accept-Language": "de"})
    seen.page.goto(f"{seen.base}/sign-in/confirm?t={company.token(name)}")
    seen.page.locator("main form button").click()
    seen.page.wait_for_url(seen.base + "/home")
