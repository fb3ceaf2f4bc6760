"""What waits for a brand is told by mail: once, in the morning what can wait, at once what is late."""

import secrets
import threading

import pytest

from fanshare.core.instants import DAY, HOUR, MINUTE, day_begin, local_date, zone
from fanshare.flows import appeals, claims, desk_notes, event_targets, mail_choice, rulings, staff
from fanshare.flows.authorisation import Post, Role, Seat
from fanshare.flows.claims import Said
from fanshare.flows.rulings import NewRuling
from fanshare.integrations.mail.memory import MemoryMailer
from fanshare.jobs.mail import PostOffice, send_due
from fanshare.store.access import Connection, connect
from fanshare.store.queries import events
from fanshare.store.server import Database
from fanshare.web.language import words_in
from tests.flows.test_payee_runs import blocked, other
from tests.support.mails import text_of
from tests.support.pg_books import KEYS
from tests.support.stories import NOW, Story, open_story

BERLIN = zone("Europe/Berlin")
#: The midnight after a story begins, where its programme is.
NIGHT = day_begin(local_date(NOW + DAY, BERLIN), BERLIN)
NINE, TEN = NIGHT + 9 * HOUR, NIGHT + 10 * HOUR


class Desk:
    """Somebody in each post of the brand, and what reaches her."""

    def __init__(self, story: Story) -> None:
        self.story, self.name = story, secrets.token_hex(6)
        for post in Post:
            staff.add_brand_person(story.access, story.tenant.public_id, KEYS, self.address(post), 1, post=post)

    def address(self, post: Post) -> str:
        return f"{post.value}.{self.name}@example.test"

    def row(self, post: Post) -> int:
        found = staff.brand_people(self.story.access, KEYS)
        return next(one.id for one in found if one.address == self.address(post))

    def told(self, now: int) -> dict[str, str]:
        """One look, and what it sent, by post."""
        mailer = MemoryMailer(lambda: now)
        desk_notes.watch(self.story.access, KEYS, BERLIN, now)
        send_due(self.story.access.conn, KEYS, PostOffice(mailer, "https://share.example", words_in), lambda: now)
        return {
            str(one["To"]).split(".", maxsplit=1)[0]: " ".join(f"{one['Subject']}\n{text_of(one)}".split())
            for one in mailer.sent
            if self.name in str(one["To"])
        }


@pytest.fixture
def desk(conn: Connection) -> Desk:
    return Desk(open_story(conn))


def claimed(story: Story, number: str, now: int = NOW) -> int:
    claims.claim(story.programme, story.cleo, story.cleo, Said(number, "", story.canary), now)
    return int(story.access.value("SELECT max(id) FROM claim WHERE programme_id = %(programme_id)s"))


def applied(story: Story, now: int = NOW) -> None:
    story.access.conn.execute(
        "INSERT INTO application (programme_id, account, sealed, made_at) VALUES (%s, %s, '\\x00', %s)",
        [story.access.programme_id, secrets.token_bytes(32), now],
    )


def test_what_is_new_waits_for_the_morning_and_goes_once_to_owners_and_managers(desk: Desk) -> None:
    story = desk.story
    claimed(story, "1001")
    claimed(story, "1002", NOW + 1)
    applied(story)
    assert desk.told(NIGHT + 8 * HOUR - 1) == {}, "before eight in the morning"
    told = desk.told(NINE)
    assert told.keys() == {"owner", "manager"}
    assert "New claims of missing sales: 2. The first wants an answer by 2026-" in told["owner"]
    assert "https://share.example/brand/" in told["owner"]
    assert "New applications of creators: 1." in told["manager"]
    assert story.canary not in told["owner"], "what somebody wrote only the page says"
    assert desk.told(TEN) == {}


def test_what_comes_after_the_mail_of_a_day_waits_for_the_next(desk: Desk) -> None:
    claimed(desk.story, "1001")
    assert "claims of missing sales: 1." in desk.told(NINE)["owner"]
    claimed(desk.story, "1002", TEN)
    assert desk.told(TEN + MINUTE) == {}
    assert "claims of missing sales: 1." in desk.told(NINE + DAY)["owner"], "the first is told already"


def test_a_late_claim_goes_to_owners_alone_at_any_hour_and_an_answered_one_to_nobody(desk: Desk) -> None:
    story = desk.story
    late, answered = claimed(story, "1001"), claimed(story, "1002")
    desk.told(NINE)
    claims.refuse(story.programme, answered, "not found", TEN)
    assert late != answered
    assert desk.told(NOW + 14 * DAY - 1) == {}
    told = desk.told(NOW + 14 * DAY)
    assert told.keys() == {"owner"}
    assert "nobody answered within 14 days: 1." in told["owner"]
    assert desk.told(NOW + 14 * DAY + HOUR) == {}


def test_an_objection_is_told_until_a_decision_answers_it_and_again_when_it_is_late(desk: Desk) -> None:
    story = desk.story
    order = story.sold("1", 59_000_000, story.click())
    rulings.rule(story.programme, NewRuling("denied", "a reseller", order=order), NOW)
    appeals.appeal(story.programme, order, story.finn, story.canary, NOW + HOUR)
    told = desk.told(NINE)
    assert "New objections: 1." in told["manager"]
    assert story.canary not in told["manager"]
    assert "Objections that nobody answered within 14 days: 1." in desk.told(NOW + HOUR + 14 * DAY)["owner"]


def test_an_address_that_was_switched_off_is_told_at_once_and_once_more_when_it_fails_again(desk: Desk) -> None:
    story = desk.story
    made = event_targets.add_target(story.programme, "https://shop.example/hook", ["ruling.made"], NOW)
    assert desk.told(NOW + 1) == {}
    events.switch_off(story.access, made.id, "It said that it is gone (410).", NOW + 2)
    told = desk.told(NOW + 3)
    assert told.keys() == {"owner", "manager"}
    assert "get no more news" in told["owner"]
    assert desk.told(NOW + 4) == {}
    event_targets.change_target(story.programme, made.public_id, NOW + 5, on=True)
    events.switch_off(story.access, made.id, "It said that it is gone (410).", NOW + 6)
    assert desk.told(NOW + 7).keys() == {"owner", "manager"}


def test_in_german_to_who_reads_german_and_none_to_who_turned_it_off_or_left(desk: Desk) -> None:
    access = desk.story.access
    mail_choice.speak(access.conn, [Seat(Role.BRAND, access.programme_id, desk.row(Post.MANAGER))], "de")
    token = mail_choice.stop_token(KEYS, access.programme_id, desk.row(Post.OWNER), of_brand=True)
    mail_choice.stop(access.conn, KEYS, token, NOW, really=True)
    applied(desk.story)
    told = desk.told(NINE)
    assert told.keys() == {"manager"}
    assert "Neue Bewerbungen von Creators: 1." in told["manager"]
    applied(desk.story, TEN)
    desk_notes.watch(access, KEYS, BERLIN, NINE + DAY)
    staff.remove_brand_person(access, desk.story.tenant.public_id, KEYS, desk.address(Post.MANAGER), NINE + DAY)
    assert desk.told(NINE + DAY) == {}


def test_two_workers_at_once_tell_once(desk: Desk, shared_database: Database) -> None:
    story, second = desk.story, list[int]()
    applied(story)
    conn, programme = other(shared_database, story)
    with conn, connect(shared_database.dsn()) as watch:
        with story.access.transaction():
            assert desk_notes.watch(story.access, KEYS, BERLIN, NINE) == 1
            thread: threading.Thread = blocked(
                watch, lambda: second.append(desk_notes.watch(programme.access, KEYS, BERLIN, NINE))
            )
        thread.join()
    assert second == [0]
    assert desk.told(NINE).keys() == {"owner", "manager"}
